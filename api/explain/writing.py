"""The last gates: constraints and triggers, for a row that the policies allow."""

from collections.abc import Iterator, Sequence

from api.explain.catalogue import Column, Constraint, Relation, Trigger
from api.explain.trial import Outcome, Trial
from api.explain.verdicts import Gate, Operation, Part, Verdict

_KINDS = {"c": "check", "f": "foreign key", "p": "primary key", "u": "unique", "x": "exclusion"}


def triggers(found: Sequence[Trigger], outcome: Outcome, *, before: bool) -> Iterator[Gate]:
    """Return which trigger refused, and list the others.

    Args:
        found: the triggers that the statement fires.
        outcome: the outcome of the statement without policies.
        before: whether to check those before or those after the row is written.

    """
    for trigger in found:
        if trigger.before is not before:
            continue
        function = trigger.function.partition("(")[0]
        context = "" if outcome.error is None else outcome.error.diag.context or ""
        when = "before" if before else "after"
        title = f"trigger {trigger.name}"
        if f"function {function}(" in context:
            says = f"{trigger.function} raises: {outcome.says}"
            yield Gate(title, "refuses", says)
        elif outcome.error is None and outcome.rows == 0 and before:
            says = f"{trigger.function} may have returned null: the row was dropped in silence"
            yield Gate(title, "unknown", says)
        else:
            yield Gate(title, "note", f"{trigger.function} fires {when} the row is written")


def constraints(
    trial: Trial,
    table: Relation,
    columns: Sequence[Column],
    found: Sequence[Constraint],
    operation: Operation,
    row: str | None,
    outcome: Outcome,
) -> Iterator[Gate]:
    """Return which constraints the new row violates.

    Args:
        trial: evaluates checks.
        table: the statement's table.
        columns: the table's columns.
        found: the table's constraints.
        operation: the statement's verb.
        row: the new row, if known.
        outcome: the outcome of the statement without policies.

    """
    refusing = outcome.constraint
    if operation == "delete":
        if refusing:
            yield Gate(f"foreign key {refusing}", "refuses", outcome.says)
        return
    for column in columns:
        if column.not_null and row is not None and not _made(column):
            value = trial.evaluate(_quoted(column.name), table, row).value
            if value is None:
                says = "the new row has null, and the column has no default that fills it"
                yield Gate(f"not null {column.name}", "refuses", says)
    for constraint in found:
        title = f"{_KINDS[constraint.kind]} {constraint.name}"
        if constraint.name == refusing:
            part = None
            if constraint.expression:
                part = trial.evaluate(constraint.expression, table, row)
            yield Gate(title, "refuses", outcome.says, part)
        elif constraint.kind == "c" and constraint.expression and row is not None:
            part = trial.evaluate(constraint.expression, table, row)
            yield Gate(title, _verdict(part), constraint.definition, part)
        elif outcome.error is None:
            yield Gate(title, "passes", constraint.definition)
        else:
            says = f"{constraint.definition}: not reached"
            yield Gate(title, "unknown", says)


def _verdict(part: Part) -> Verdict:
    # null satisfies a check
    return "unknown" if part.error else "refuses" if part.value == "false" else "passes"


def _made(column: Column) -> bool:
    default = column.default or ""
    return default in ("identity", "generated") or "nextval(" in default


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
