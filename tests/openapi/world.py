"""Somebody with sessions of every kind, put in the place of the ids that schemathesis makes up."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from schemathesis import Case

from tests import actors
from tests.actors import Match, NewUser, Sql, User
from tests.kinds import OWNED, new_posting

ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
PLACES = ("before", "after", "offset")
KEY = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True)
class World:
    """A caller, and whose sessions are not the caller's."""

    sql: Sql
    new_user: NewUser
    caller: User
    stranger: User

    @property
    def signed_in(self) -> dict[str, str]:
        """The caller's header."""
        return {"Authorization": f"Bearer {self.caller.token}"}

    def step_into(self, case: Case[Any]) -> None:
        """Give a request ids that there are, most of them the caller's.

        Each is new, so that what a rule allows once is asked for the first time. What is no id at
        all stays as it is.
        """
        made_up = case.path_parameters.get("session_id")
        if is_id(made_up):
            owner = {6: self.stranger, 7: None}.get(UUID(made_up).int % 8, self.caller)
            if owner is not None:
                kind = case.operation.path.split("/")[3]
                due = not case.operation.path.endswith("/cancel")
                case.path_parameters["session_id"] = str(self.session(kind, owner, due=due))
        self.speak_in(case)

    def speak_in(self, case: Case[Any]) -> None:
        """Give a request's body ids that there are, and the request a key that no other has."""
        if isinstance(case.body, dict):
            case.body = self.told(case.body)
        # a page begins in one place: a schema cannot say that one parameter excludes another
        given = [name for name in PLACES if is_place(case.query.get(name))]
        for name in given[1:]:
            del case.query[name]
        if KEY.fullmatch(str(case.headers.get("Idempotency-Key", ""))):
            case.headers["Idempotency-Key"] = str(uuid4())

    def told(self, body: dict[str, Any]) -> dict[str, Any]:
        """Replace the ids in a body."""
        known = {}
        if is_id(body.get("job_posting_id")):
            known["job_posting_id"] = new_posting(self.sql, self.caller)
        if is_id(body.get("match_id")):
            match = self.match(self.caller)
            known["match_id"] = match.match_id
            known["user1_challenge_id"] = match.challenge1_id
            known["user2_challenge_id"] = match.challenge2_id
        return body | {name: str(it) for name, it in known.items() if is_id(body.get(name))}

    def match(self, owner: User) -> Match:
        """Two who may meet: the owner and somebody new."""
        people = iter([owner])
        return actors.new_match(self.sql, lambda name: next(people, None) or self.new_user(name))

    def session(self, kind: str, owner: User, *, due: bool = True) -> UUID:
        """A session in which the next step is allowed."""
        if kind == "wingman":
            return actors.new_wingman(self.sql, self.match(owner), due=due).session_id
        (owned,) = (it for it in OWNED if it.name == kind)
        row = owned.new(self.sql, owner) | {"id": uuid4(), owned.owner: owner.id}
        self.sql.execute(
            f"insert into public.{owned.table} ({', '.join(row)})"
            f" values ({', '.join(['%s'] * len(row))})",
            list(row.values()),
        )
        session_id: UUID = row["id"]
        return session_id


def is_place(value: object) -> bool:
    """Return whether a page could start there."""
    return str(value).isdecimal() and 0 <= int(str(value)) < 2**63


def is_id(value: object) -> bool:
    """Return whether a session could have that id."""
    return isinstance(value, str) and ID.fullmatch(value) is not None


def new_world(sql: Sql, jwt_secret: str) -> World:
    """Make one."""
    new_user = partial(actors.new_user, sql, jwt_secret)
    return World(sql, new_user, new_user("Ada"), new_user("Cleo"))
