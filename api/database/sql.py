"""Queries as SQL: the text of a shape, built once.

Names come from the shape, so from this code alone, and are quoted nevertheless. Every value is a
parameter: nothing that differs between requests is part of the text.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from api.database.query import Embed, Filter, Parameter, Shape, Value

OPERATORS: Final = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
TOTAL: Final = "?total"
FOUND: Final = "?found"
"""Columns that a page has besides the row's: no table's column has a question mark in its name."""
TRANSACTION: Final = "?transaction"
READERS: Final = "?readers"
"""Columns that a traced write has besides the row's."""


class Statement(NamedTuple):
    """A query's text. `arguments` makes its parameters from the query's values."""

    text: str
    constants: tuple[str, ...]

    def arguments(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return what `$1`, `$2`, … stand for."""
        return (*values, *self.constants) if self.constants else values


@cache
def rows_statement(shape: Shape, *, is_traced: bool = False) -> Statement:
    """Write the statement that returns rows.

    `is_traced`: whether each row of a write also has the transaction's id and who sees the row.
    """
    writer = Writer(shape, is_traced=is_traced and not shape.only_reads)
    return Statement(WRITERS[shape.verb](writer), tuple(writer.constants))


@cache
def value_statement(shape: Shape) -> Statement:
    """Write the statement that returns a function's one value as JSON text."""
    writer = Writer(shape)
    return Statement(f"select to_json({writer.call()})::text", tuple(writer.constants))


class Writer:
    """Writes the parts of one shape's text, and numbers its parameters."""

    def __init__(self, shape: Shape, *, is_traced: bool = False) -> None:
        self.shape = shape
        self.is_traced = is_traced
        self.constants: list[str] = []
        self._numbers = {name: f"${number}" for number, name in enumerate(shape.parameters, 1)}

    def value(self, value: Value) -> str:
        """Write a value: the number of its parameter."""
        if isinstance(value, Parameter):
            return self._numbers[value.name]
        self.constants.append(value)
        return f"${len(self._numbers) + len(self.constants)}"

    def relation(self) -> str:
        """Write the table."""
        return f'public.{name(self.shape.relation)} as "t"'

    def columns(self) -> str:
        """Write the columns of each row."""
        own = [column("t", it) for it in self.shape.columns]
        return ", ".join([*own, *map(embedded, self.shape.embeds)])

    def where(self) -> str:
        """Write the conditions."""
        conditions = [self.condition(it) for it in self.shape.filters]
        return f" where {' and '.join(conditions)}" if conditions else ""

    def condition(self, it: Filter) -> str:
        """Write one condition."""
        left = column("t", it.column)
        if it.operator == "is":
            return f"{left} is {it.values[0]}"
        values = [self.value(value) for value in it.values]
        if it.operator == "in":
            return f"{left} in ({', '.join(values)})"
        return f"{left} {OPERATORS[it.operator]} {values[0]}"

    def order(self, alias: str) -> str:
        """Write the order."""
        order = [f"{column(alias, it)}{' desc' if desc else ''}" for it, desc in self.shape.order]
        return f" order by {', '.join(order)}" if order else ""

    def call(self) -> str:
        """Write a function call."""
        arguments = [f"{name(it)} => {self.value(value)}" for it, value in self.shape.written]
        return f"public.{name(self.shape.relation)}({', '.join(arguments)})"

    def returning(self) -> str:
        """Write the `returning` clause."""
        return f" returning {self.columns()}{self.trace()}"

    def trace(self) -> str:
        """Write the columns of a traced write."""
        if not self.is_traced:
            return ""
        transaction = f'pg_catalog.pg_current_xact_id()::text as "{TRANSACTION}"'
        return f', {transaction}, {self.readers()} as "{READERS}"'

    def readers(self) -> str:
        """Write the ids of the users who see what is written, besides the caller."""
        readers = self.shape.readers
        if readers is None:
            return "'{}'::uuid[]"
        columns = ", ".join(column("r", it) for it in readers.columns)
        conditions = " and ".join(
            f"{column('r', it.column)} = {self.value(it.values[0])}" for it in readers.filters
        )
        relation = f'public.{name(readers.relation)} as "r"'
        return f"(select array[{columns}] from {relation} where {conditions})"


def select(writer: Writer) -> str:
    """Write a read. A page always returns at least one row, so that the total is known."""
    found = f"from {writer.relation()}{writer.where()}"
    if not writer.shape.is_page:
        return f"select {writer.columns()} {found}{writer.order('t')}"
    limit, offset = (writer.value(Parameter(f"{{{it}}}")) for it in ("limit", "offset"))
    return (
        f'select total.count as "{TOTAL}", page.* '
        f"from (select count(*) as count {found}) as total left join "
        f'(select true as "{FOUND}", {writer.columns()} {found}{writer.order("t")} '
        f"limit {limit} offset {offset}) as page on true{writer.order('page')}"
    )


def insert(writer: Writer) -> str:
    """Write an insert."""
    columns = ", ".join(name(it) for it, _ in writer.shape.written)
    values = ", ".join(writer.value(value) for _, value in writer.shape.written)
    return f"insert into {writer.relation()} ({columns}) values ({values}){writer.returning()}"


def update(writer: Writer) -> str:
    """Write an update."""
    changes = [f"{name(it)} = {writer.value(value)}" for it, value in writer.shape.written]
    return (
        f"update {writer.relation()} set {', '.join(changes)}{writer.where()}{writer.returning()}"
    )


def delete(writer: Writer) -> str:
    """Write a deletion."""
    return f"delete from {writer.relation()}{writer.where()}{writer.returning()}"


def call(writer: Writer) -> str:
    """Write the read of a function's rows."""
    if not writer.is_traced:
        return f"select * from {writer.call()}"
    return f'select "t".*{writer.trace()} from {writer.call()} as "t"'


WRITERS: Final[dict[str, Callable[[Writer], str]]] = {
    "select": select,
    "insert": insert,
    "update": update,
    "delete": delete,
    "call": call,
}


def name(it: str) -> str:
    """Quote a name."""
    return '"' + it.replace('"', '""') + '"'


def column(alias: str, it: str) -> str:
    """Write one column, or `*`."""
    return f'"{alias}".*' if it == "*" else f'"{alias}".{name(it)}'


def embedded(it: Embed) -> str:
    """Write the row of another table that belongs to this one."""
    columns = ", ".join(column("e", part) for part in it.columns)
    on = " and ".join(f"{column('e', theirs)} = {column('t', ours)}" for ours, theirs in it.on)
    row = f'select {columns} from public.{name(it.table)} as "e" where {on}'
    return f'(select row_to_json("r") from ({row}) as "r") as {name(it.name)}'
