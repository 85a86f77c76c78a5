"""What this repository needs of a Supabase project, however it is run."""

from typing import Protocol


class Project(Protocol):
    """A Supabase project: its addresses and secrets."""

    @property
    def rest_url(self) -> str:
        """The address of PostgREST for browsers, through the gateway."""

    @property
    def postgrest_url(self) -> str:
        """The address of PostgREST for the API: its own, or the gateway's."""

    @property
    def database_url(self) -> str:
        """The database, as a role that can write test data and switch to every other role."""

    @property
    def jwt_secret(self) -> str:
        """The secret that signs users' tokens."""

    @property
    def anon_key(self) -> str:
        """The `apikey` that the gateway requires."""
