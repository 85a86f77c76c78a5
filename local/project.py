"""What a Supabase project is to this repository, whoever runs it."""

from typing import Protocol


class Project(Protocol):
    """Where a Supabase project is reached, and what it trusts."""

    @property
    def rest_url(self) -> str:
        """PostgREST as browsers reach it, through the gateway."""

    @property
    def postgrest_url(self) -> str:
        """PostgREST as the API reaches it: by its own address, or through the gateway as well."""

    @property
    def database_url(self) -> str:
        """The database, for a role that may arrange data and become every other role."""

    @property
    def jwt_secret(self) -> str:
        """What signs users' tokens."""

    @property
    def anon_key(self) -> str:
        """The `apikey` that the gateway asks for."""
