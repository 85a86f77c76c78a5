"""What an explanation is made of, as the terminal and `--json` show it."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Operation = Literal["select", "insert", "update", "delete"]
Verdict = Literal["passes", "refuses", "unknown", "note"]


@dataclass(frozen=True)
class Part:
    """A piece of an expression and what it is for this user and row.

    `value` is Postgres's text for it, `None` for null. `error` says why it has no value.
    """

    expression: str
    value: str | None = None
    error: str = ""
    parts: list["Part"] = field(default_factory=list)


@dataclass(frozen=True)
class Gate:
    """One thing that Postgres asks, and its answer.

    `refuses` decides alone only for a gate that is `decisive`: one permissive policy of several
    may refuse while another passes.
    """

    name: str
    verdict: Verdict
    says: str
    expression: Part | None = None
    decisive: bool = True


@dataclass(frozen=True)
class Explanation:
    """All gates, in the order in which Postgres asks, and what follows from them.

    `allowed` is what happened when the statement was tried as the role, and rolled back; `None`
    where it could not be tried, for want of a row or of values.
    """

    operation: Operation
    table: str
    role: str
    claims: dict[str, Any]
    allowed: bool | None
    conclusion: str
    gates: list[Gate]
    limits: list[str]

    def json(self) -> dict[str, Any]:
        """Return it as what `json.dumps` takes."""
        return asdict(self)


class ExplainError(Exception):
    """The question cannot be asked; its text is one line without secrets."""
