"""Queries as values: postgrest-py builds them, and both backends read them.

The only module that reads a builder's internals. A builder is made when the process starts, with a
`parameter` wherever a value differs between requests, and `Shape.of` turns it into a `Shape`. A
request then only adds its values: `SHAPE.query(id=session_id)`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, Protocol, Self, cast, get_args

import httpx
from postgrest import AsyncRequestBuilder
from postgrest.base_request_builder import RequestConfig
from yarl import URL

Operator = Literal["eq", "neq", "gt", "gte", "lt", "lte", "in", "is"]
Verb = Literal["select", "insert", "update", "delete", "call"]

NAME: Final = re.compile(r"[a-z_][a-z0-9_]*")
EMBEDDED: Final = re.compile(r"([a-z_]+):([a-z_]+)(?:!([a-z_]+))?\(([a-z_,]+)\)")
PLACEHOLDER: Final = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
CONSTANT: Final = re.compile(r"[a-z_]+")
PARTS: Final = re.compile(r",(?![^(]*\))")
VERBS: Final[Mapping[str, Verb]] = {
    "GET": "select",
    "POST": "insert",
    "PATCH": "update",
    "DELETE": "delete",
}


class Parameter(str):
    """Stands in a builder for a value that comes with each query."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """Return the name by which `Shape.query` takes the value."""
        return self[1:-1]


def parameter(name: str) -> Parameter:
    """Return the placeholder for the value `name` in a filter, a row or an argument."""
    return Parameter(f"{{{name}}}")


Value = Parameter | str
"""A value in a shape: a parameter of each query, or a constant."""


class Filter(NamedTuple):
    """A condition on the rows. `in` has one value per alternative, every other operator one."""

    column: str
    operator: Operator
    values: tuple[Value, ...]


class Embed(NamedTuple):
    """A row of another table inside each row: `null` if there is none."""

    name: str
    table: str
    columns: tuple[str, ...]
    on: tuple[tuple[str, str], ...]
    """A foreign key: which of our columns equal which columns of the other table."""
    key: str = ""
    """The foreign key's name, for PostgREST: a project may have a second one to the same table."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A query without its values. All names in it come from this code."""

    verb: Verb
    relation: str
    """The table or view; for `call`, the function."""
    columns: tuple[str, ...] = ()
    """The columns of each returned row; `*` for all."""
    embeds: tuple[Embed, ...] = ()
    filters: tuple[Filter, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    """Columns, and whether each is descending."""
    written: tuple[tuple[str, Value], ...] = ()
    """For `insert` and `update`, the value of each column; for `call`, of each argument."""
    is_page: bool = False
    """Whether it reads `limit` rows from `offset`, and the total."""
    only_reads: bool = False
    readers: "Shape | None" = field(default=None, repr=False)
    """For a write, selects the ids of the users who see what it writes, by its own parameters.

    `None` if only the caller sees it.
    """
    parameters: tuple[str, ...] = field(init=False)
    """The names of its values, in the order of `Query.values`."""
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Collect the parameters, and reject names that would need escaping."""
        columns = [name for name in self.columns if name != "*"]
        ordered = [name for name, _ in self.order]
        filtered = [it.column for it in self.filters]
        embedded = [name for it in self.embeds for name in (it.name, it.table, *it.columns)]
        joined = [name for it in self.embeds for pair in it.on for name in pair]
        written = [name for name, _ in self.written]
        for name in (self.relation, *columns, *ordered, *filtered, *embedded, *joined, *written):
            if not NAME.fullmatch(name):
                raise ValueError(f"not a name: {name!r}")
        values = [value for _, value in self.written]
        values += [value for it in self.filters for value in it.values]
        names = dict.fromkeys(value.name for value in values if isinstance(value, Parameter))
        if self.is_page:
            names |= dict.fromkeys(("limit", "offset"))
        object.__setattr__(self, "parameters", tuple(names))
        # needed for every query, and never changes
        asked = (self.verb, self.relation, self.columns, self.filters, self.order, self.written)
        object.__setattr__(self, "_hash", hash(asked))

    def __hash__(self) -> int:
        """Return the hash, computed once."""
        return self._hash

    @classmethod
    def of(
        cls,
        builder: "Builder",
        joins: Mapping[str, Mapping[str, str]] | None = None,
        readers: "Shape | None" = None,
    ) -> Self:
        """Make a shape from a builder.

        Args:
            builder: Any finished query on a table. `count=CountMethod.exact` makes it a page.
            joins: The foreign key of each embedded row, by the row's name: PostgREST finds it
                by itself, SQL needs it spelled out.
            readers: See `Shape.readers`.

        Raises:
            ValueError: the builder uses a feature that the backends do not support.

        """
        request = builder.request
        columns, embeds = selected(request.params.get("select", "*"), joins or {})
        filters: list[Filter] = []
        order: tuple[tuple[str, bool], ...] = ()
        for name, text in request.params.multi_items():
            if name == "order":
                order = ordering(text)
            elif name != "select":
                filters.append(condition(name, text))
        prefer = request.headers.get("Prefer", "")
        if prefer not in ("", "count=exact", "return=representation") or request.strip_nulls:
            raise ValueError(f"not supported: {prefer!r}")
        verb = VERBS[request.http_method]
        written = cast("dict[str, Value]", request.json or {})
        return cls(
            verb,
            request.path.path.strip("/"),
            columns,
            embeds,
            tuple(filters),
            order,
            tuple(written.items()),
            is_page="count=exact" in prefer,
            only_reads=verb == "select",
            readers=readers,
        )

    def query(self, **values: Any) -> "Query":
        """Add the values, one for each parameter.

        Raises:
            TypeError: a value is missing or unknown.

        """
        try:
            given = tuple([values[name] for name in self.parameters])
        except KeyError as error:
            raise TypeError(f"the query on {self.relation} lacks {error}") from None
        if len(values) != len(given):
            raise TypeError(f"the query on {self.relation} takes {self.parameters}")
        return Query(self, given)


class Query(NamedTuple):
    """A query with its values."""

    shape: Shape
    values: tuple[Any, ...]
    headers: tuple[tuple[str, str], ...] = ()
    """What a trigger reads from `request.headers`: lower-case names, printable ASCII."""


class Builder(Protocol):
    """What all of postgrest-py's builders have in common."""

    request: RequestConfig[Any]


def table(name: str) -> AsyncRequestBuilder:
    """Start a query on a table or a view."""
    # builders are only read, never executed: they have no client
    nobody = cast("httpx.AsyncClient", None)
    return AsyncRequestBuilder(nobody, URL(name), httpx.Headers(), None)


def function(
    name: str, *arguments: str, only_reads: bool = False, readers: Shape | None = None
) -> Shape:
    """Make a function call with named arguments. `readers`: see `Shape.readers`."""
    written = tuple((argument, parameter(argument)) for argument in arguments)
    return Shape("call", name, ("*",), written=written, only_reads=only_reads, readers=readers)


def selected(
    text: str, joins: Mapping[str, Mapping[str, str]]
) -> tuple[tuple[str, ...], tuple[Embed, ...]]:
    """Read `select`: columns, and embedded rows of other tables."""
    columns, embeds = [], []
    for part in PARTS.split(text):
        if found := EMBEDDED.fullmatch(part):
            name = found[1]
            on = tuple(joins[name].items())
            embeds.append(Embed(name, found[2], tuple(found[4].split(",")), on, found[3] or ""))
        else:
            columns.append(part)
    return tuple(columns), tuple(embeds)


def ordering(text: str) -> tuple[tuple[str, bool], ...]:
    """Read `order`."""
    order = []
    for part in text.split(","):
        column, _, direction = part.partition(".")
        if direction not in ("asc", "desc"):
            raise ValueError(f"not supported: {part!r}")
        order.append((column, direction == "desc"))
    return tuple(order)


def condition(column: str, text: str) -> Filter:
    """Read a filter."""
    operator, _, value = text.partition(".")
    if operator not in get_args(Operator):
        raise ValueError(f"not supported: {text!r}")
    texts = value.removeprefix("(").removesuffix(")").split(",") if operator == "in" else [value]
    values = tuple(Parameter(it) if PLACEHOLDER.fullmatch(it) else it for it in texts)
    for it in values:
        known = it in ("null", "true", "false") if operator == "is" else is_value(it)
        if not known:
            raise ValueError(f"not supported: {text!r}")
    return Filter(column, cast("Operator", operator), values)


def is_value(value: Value) -> bool:
    """Return whether it is a parameter, or a constant that needs no escaping."""
    return isinstance(value, Parameter) or CONSTANT.fullmatch(value) is not None
