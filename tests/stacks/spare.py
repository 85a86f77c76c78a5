"""A stack that a test may break."""

from contextlib import AbstractContextManager
from typing import Protocol

from local.project import Project


class Spare(Project, Protocol):
    """Our own project, with the changes that can be made from outside."""

    @property
    def url(self) -> str:
        """The project's address, which is the gateway's."""

    @property
    def superuser_url(self) -> str:
        """The database, for its superuser, who can be any role without becoming it."""

    def another_postgrest(self, **settings: str) -> AbstractContextManager[str]:
        """Start a second PostgREST on the same database, and give its address.

        Args:
            settings: what is different from the first: `PGRST_JWT_SECRET` and the like.

        """
