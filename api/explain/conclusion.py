"""The conclusion of an explanation, in one sentence."""

from collections.abc import Sequence

from api.explain.catalogue import Relation
from api.explain.question import Question
from api.explain.trial import Outcome
from api.explain.verdicts import Gate

_VISIBLE = "select policies on the row"


def conclusion(
    question: Question,
    table: Relation,
    gates: Sequence[Gate],
    outcome: Outcome | None,
    *,
    has_key: bool,
    is_absent: bool,
) -> str:
    """Return what happens, and which gate decides it.

    Args:
        question: the statement.
        table: the statement's table.
        gates: all gates, in order.
        outcome: the outcome of the statement as the role, if it was tried.
        has_key: whether the question names a row.
        is_absent: whether the row does not exist for anyone.

    """
    verb = question.operation
    refusing = next((gate for gate in gates if gate.decisive and gate.verdict == "refuses"), None)
    if is_absent:
        also = "" if refusing is None or refusing.name == "row" else f" Besides, {refusing.says}."
        return f"There is no such row in {table.title}: nothing hides it.{also}"
    names = {gate.name for gate in gates}
    has_row = _VISIBLE in names
    succeeded = outcome is not None and outcome.error is None
    if outcome is not None and succeeded and (outcome.rows or (verb == "select" and not has_row)):
        return _success(question, gates, outcome, has_row=has_row or has_key)
    if succeeded and verb == "insert" and refusing is None:
        return "The insert raises no error and writes no row: a trigger or a rule drops it."
    if refusing is None:
        if outcome is None:
            return f"No gate refuses the {verb}. Give VALUES to try it."
        reason = outcome.says or "a trigger or a policy left the row out in silence"
        return f"The {verb} is refused: {reason}."
    if refusing.name == _VISIBLE:
        return f"The row exists and is not visible: {_why(gates, refusing)}."
    seen = "The row is visible, and " if _passed(gates, _VISIBLE) else ""
    if refusing.name == f"{verb} policies on the row":
        says = f"the {verb} touches no row and raises no error: {_why(gates, refusing)}"
    elif refusing.name == "select policies on the new row":
        says = f"the {verb}'s new row would not be visible any more: {_why(gates, refusing)}"
    elif refusing.name.endswith(" on the new row"):
        says = f"the {verb}'s new row {_why(gates, refusing)}"
    elif refusing.name.endswith(" on any row"):
        says = f"no row is visible: {_why(gates, refusing)}"
    elif refusing.name in ("schema usage", "grant"):
        says = f"the {verb} is refused before any policy: {refusing.says}"
    else:
        says = f"the {verb} is refused by {refusing.name}: {refusing.says}"
    sentence = seen + says
    return f"{sentence[0].upper()}{sentence[1:]}."


def _success(question: Question, gates: Sequence[Gate], outcome: Outcome, *, has_row: bool) -> str:
    verb = question.operation
    if verb == "select":
        if not outcome.rows:
            return "The row exists and is not visible." if has_row else "No row is visible."
        if not has_row:
            return "At least one row is visible."
        return "The row is visible."
    hidden = [gate for gate in gates if gate.verdict == "note" and "returns the row" in gate.says]
    more = f" But the row is not visible to its writer: {hidden[0].says}." if hidden else ""
    return f"The {verb} is allowed.{more}"


def _passed(gates: Sequence[Gate], name: str) -> bool:
    return any(gate.name == name and gate.verdict == "passes" for gate in gates)


def _why(gates: Sequence[Gate], together: Gate) -> str:
    """Name the first policy that fails, and the part of it that fails."""
    place = gates.index(together)
    for gate in reversed(gates[:place]):
        if not gate.name.startswith("policy "):
            break
        if f"`{gate.name.removeprefix('policy ')}`" in together.says and gate.verdict == "refuses":
            clause = gate.says.partition(": ")[2]
            return f"fails policy `{gate.name.removeprefix('policy ')}`: {clause}"
    return together.says
