"""What an examination finds, in words for the operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Fault = Literal[
    "postgrest-unreachable",
    "not-postgrest",
    "publishable-key-refused",
    "token-refused",
    "clock-differs",
    "schema-cache",
    "helpers-exposed",
    "anon-reads",
    "rows-of-others",
    "jwks-unreachable",
    "jwks-empty",
    "redis-unreachable",
    "redis-evicts",
    "direct-unreachable",
    "pooler-prepared",
    "reads-replicated",
    "primary-is-replica",
    "two-primaries",
    "replica-unreachable",
    "replica-is-primary",
    "replica-of-another",
    "database-unreachable",
    "role-missing",
    "role-not-granted",
    "role-unsafe",
    "role-unbounded",
    "rls-off",
    "missing",
    "changed",
    "policy-undeclared",
    "grant-missing",
    "grant-undeclared",
    "chat-counters",
]


@dataclass(frozen=True)
class Finding:
    """One fault: what is wrong, and its remedy. Neither contains a secret or a user's data.

    `fault` is a code for programs and for the table in docs/hosted.md.
    """

    fault: Fault
    what: str
    remedy: str


class NotCheckedError(Exception):
    """A check could not be decided; the text says why."""


@dataclass(frozen=True)
class Check:
    """One check of the deployment.

    `skipped` says why it was not made; a skipped check has neither passed nor failed. `notes` are
    worth knowing, but are not faults.
    """

    name: str
    findings: Sequence[Finding] = ()
    skipped: str = ""
    notes: Sequence[str] = ()
