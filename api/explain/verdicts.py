"""The parts of an explanation, as shown on the terminal and by `--json`."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Operation = Literal["select", "insert", "update", "delete"]
Verdict = Literal["passes", "refuses", "unknown", "note"]


@dataclass(frozen=True)
class Part:
    """A part of an expression, and its value for this user and row.

    `value` is Postgres's text for the value, `None` for null. `error` says why there is none.
    """

    expression: str
    value: str | None = None
    error: str = ""
    parts: list["Part"] = field(default_factory=list)


@dataclass(frozen=True)
class Gate:
    """One check that Postgres makes, and its result.

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
    """All gates, in the order in which Postgres checks them, and the conclusion.

    `allowed` is whether the statement succeeded as the role, before it was rolled back; `None` if
    it could not be tried because the row or the values are missing.
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
        """Return it in a form that `json.dumps` accepts."""
        return asdict(self)


class ExplainError(Exception):
    """The statement cannot be explained; the text is one line without secrets."""
