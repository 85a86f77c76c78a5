"""What an examination finds, in words for the person who deploys."""

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
    "direct-unreachable",
    "pooler-prepared",
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
    """One fault: what is wrong, and what to do about it. Neither holds a secret or a user's data.

    `fault` is for programs and for the table in docs/hosted.md.
    """

    fault: Fault
    what: str
    remedy: str


class NotCheckedError(Exception):
    """A question got no answer that tells anything; its text says why."""


@dataclass(frozen=True)
class Check:
    """One question that was asked of the deployment.

    `skipped` says why it could not be asked; such a check tells nothing, good or bad. `notes` are
    worth knowing, and no faults.
    """

    name: str
    findings: Sequence[Finding] = ()
    skipped: str = ""
    notes: Sequence[str] = ()
