"""The gates of row-level security: each policy, with the value of its expression."""

from collections.abc import Iterator, Sequence
from typing import Literal

from api.explain.catalogue import Policy, Relation
from api.explain.expressions import operands
from api.explain.trial import Trial
from api.explain.verdicts import Gate, Operation, Part, Verdict

Clause = Literal["using", "check"]


def ask(
    trial: Trial,
    table: Relation,
    policies: Sequence[Policy],
    operation: Operation,
    clause: Clause,
    row: str | None,
    about: str,
) -> Iterator[Gate]:
    """Evaluate the policies of one command for one row.

    The last gate is the decisive one: a permissive policy and all restrictive ones pass.

    Args:
        trial: evaluates expressions as the role.
        table: the statement's table.
        policies: all policies of the table.
        operation: the command whose policies are evaluated.
        clause: `using` for an existing row, `check` for a new one.
        row: the row; without one, only expressions without columns have a value.
        about: a description of the row for the reader.

    """
    name = f"{operation} policies on {about}"
    held = [policy for policy in policies if policy.holds_for(operation)]
    permissive: list[Verdict] = []
    restrictive: list[Verdict] = []
    failing: list[str] = []
    for policy in held:
        expression = policy.using if clause == "using" else policy.check or policy.using
        part = None if expression is None else trial.evaluate(expression, table, row)
        verdict = _verdict(part)
        (permissive if policy.permissive else restrictive).append(verdict)
        if verdict != "passes":
            failing.append(policy.name)
        kind = "permissive" if policy.permissive else "restrictive"
        says = f"{kind}, {clause}"
        if part is not None and verdict != "passes":
            says += f": {reason(part)}"
        yield Gate(f"policy {policy.name}", verdict, says, part, decisive=False)
    others = [policy.name for policy in policies if not policy.applies]
    yield _together(name, operation, permissive, restrictive, failing, others)


def _together(
    name: str,
    operation: Operation,
    permissive: list[Verdict],
    restrictive: list[Verdict],
    failing: list[str],
    others: list[str],
) -> Gate:
    if not permissive:
        more = f" ({', '.join(others)}: for other roles)" if others else ""
        return Gate(name, "refuses", f"no permissive {operation} policy is for this role{more}")
    listed = ", ".join(f"`{policy}`" for policy in failing)
    if "refuses" in restrictive or not {"passes", "unknown"} & set(permissive):
        return Gate(name, "refuses", f"fails {listed}")
    if "unknown" in restrictive or "passes" not in permissive:
        return Gate(name, "unknown", f"depends on {listed}")
    return Gate(name, "passes", "a permissive policy passes, and every restrictive one")


def reason(part: Part) -> str:
    """Explain in one line why an expression has its value."""
    if part.error:
        return part.error
    culprit = _deepest(part)
    if part.value == "true" or not culprit.parts:
        return f"{_one_line(culprit.expression)} is {_shown(culprit)}"
    first, *rest = culprit.parts
    if rest and "= ANY" in culprit.expression:
        them = rest[0].value
        among = "the empty list" if them == "{}" else _shown(rest[0])
        return f"{first.expression}, {_shown(first)}, is not among {_one_line(rest[0].expression)}, which is {among}"  # noqa: E501 - one sentence
    values = " and ".join(f"{_one_line(p.expression)} is {_shown(p)}" for p in culprit.parts)
    return f"{_one_line(culprit.expression)} is {_shown(culprit)}: {values}"


def _deepest(part: Part) -> Part:
    """Find the parts that make an expression false or null."""
    if part.value == "true" or not operands(part.expression).is_boolean:
        return part
    for piece in part.parts:
        if piece.value == part.value and not piece.error:
            return _deepest(piece)
    return part


def _verdict(part: Part | None) -> Verdict:
    if part is None or part.value == "true":
        return "passes"
    if part.error:
        return "unknown"
    return "refuses"


def _shown(part: Part) -> str:
    return part.error or ("null" if part.value is None else part.value)


def _one_line(text: str) -> str:
    return " ".join(text.split())
