"""The actors of the checks, and how each connects."""

import json
from dataclasses import dataclass

from tests.policies.world import IDS


@dataclass(frozen=True)
class Actor:
    name: str
    role: str
    sub: str | None = None

    @property
    def claims(self) -> str:
        return json.dumps({"role": self.role} | ({"sub": self.sub} if self.sub else {}))

    @property
    def become(self) -> str:
        # what PostgREST says at the start of each request's transaction
        return f"set local role {self.role}; set local request.jwt.claims = '{self.claims}'"


PEOPLE = {
    "owner": IDS["owner"],
    "participant": IDS["participant"],
    "stranger": IDS["stranger"],
    "nobody": None,  # the token has no `sub`
}
ANONYMOUS = Actor("anonymous", "anon")
ANONYMOUS_OWNER = Actor("anonymous with the owner's sub", "anon", IDS["owner"])
USERS = tuple(Actor(name, "authenticated", sub) for name, sub in PEOPLE.items())
API = tuple(Actor(f"api for {name}", "session_api", sub) for name, sub in PEOPLE.items())
SERVICE = Actor("service", "service_role")

OWNER, PARTICIPANT, STRANGER, _ = USERS
API_OWNER, API_PARTICIPANT, API_STRANGER, _ = API

# in the order of the columns of each table in matrix.py
MATRIX_ACTORS = (ANONYMOUS, *USERS, *API, SERVICE)
POLICY_ACTORS = (ANONYMOUS_OWNER, *USERS, *API)
ROLE_ACTORS = (ANONYMOUS, USERS[-1], API[-1], SERVICE)
