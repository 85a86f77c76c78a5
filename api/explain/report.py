"""Formats an explanation for the terminal."""

from collections.abc import Iterator

from api.explain.verdicts import Explanation, Gate, Part

_WORDS = {"passes": "ok", "refuses": "REFUSES", "unknown": "?", "note": "-"}


def lines(explanation: Explanation) -> Iterator[str]:
    """Format an explanation: one line per gate, with the parts of its expression below."""
    sub = explanation.claims.get("sub")
    yield f"{explanation.operation} on {explanation.table} as {explanation.role}, user {sub}"
    yield ""
    for gate in explanation.gates:
        yield from _gate(gate)
    yield ""
    yield explanation.conclusion
    yield f"(Rolled back; {', and '.join(explanation.limits)}.)"


def _gate(gate: Gate) -> Iterator[str]:
    indent = "  " if gate.name.startswith("policy ") else ""
    yield f"{_WORDS[gate.verdict]:8}{indent}{gate.name}: {gate.says}"
    if gate.expression is not None:
        yield from _part(gate.expression, 10 + len(indent))


def _part(part: Part, indent: int) -> Iterator[str]:
    value = part.error or ("null" if part.value is None else part.value)
    expression = " ".join(part.expression.split())
    if expression != value:
        yield f"{' ' * indent}{expression} = {value}"
    for piece in part.parts:
        yield from _part(piece, indent + 2)
