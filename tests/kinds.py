"""The kinds of session as tests see them, from the list of kinds and their own routes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from fastapi.routing import APIRoute

from api.kinds import KINDS, KindName
from api.sessions.registry import SERVED
from tests.actors import Sql, User
from tests.installed import INSTALLED


@dataclass(frozen=True)
class Kind:
    """A kind whose sessions have one owner."""

    name: KindName
    owner: str

    @property
    def path(self) -> str:
        return f"/api/v1/{self.name}/sessions"

    @property
    def table(self) -> str:
        return f"{self.name}_sessions"

    @property
    def example(self) -> dict[str, Any]:
        """The required fields of a new session, with the OpenAPI document's examples as values."""
        [route] = (
            route
            for route in SERVED[self.name].router.routes
            if isinstance(route, APIRoute) and (route.path, route.methods) == ("", {"POST"})
        )
        assert route.body_field is not None
        fields = route.body_field.field_info.annotation.model_fields  # type: ignore[union-attr]
        return {name: it.examples[0] for name, it in fields.items() if it.is_required()}

    def new(self, sql: Sql, user: User) -> dict[str, Any]:
        """A request for a new session of this user's."""
        if self.name == "interview":
            return {"job_posting_id": str(new_posting(sql, user))}
        return self.example

    def another(self, sql: Sql, user: User) -> dict[str, Any]:
        """A request that differs from `new`."""
        body = self.new(sql, user)
        return body | {"title": "Another"} if "title" in body else body


def new_posting(sql: Sql, owner: User, title: str = "Backend engineer") -> UUID:
    """A job posting of the owner's."""
    posting_id = uuid4()
    sql.execute(
        "insert into public.job_postings (id, user_id, title, company)"
        " values (%s, %s, %s, 'Initech')",
        [posting_id, owner.id, title],
    )
    return posting_id


_ALL = {name: Kind(name, it.owner) for name, it in KINDS.items() if it.owner}
STUDY, CHAT = _ALL["study"], _ALL["chat"]
OWNED = [kind for name, kind in _ALL.items() if name in INSTALLED]
