"""The matrix as pgTAP tests, for `supabase test db` on any project: what supabase/tests/ has.

`make types` writes them; a test says when it was forgotten.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.installed import INSTALLED
from tests.policies.access import schema_step
from tests.policies.actors import MATRIX_ACTORS, ROLE_ACTORS, Actor
from tests.policies.cells import call, matrix_lines, relation, steps
from tests.policies.matrix import FUNCTIONS, SCHEMAS
from tests.policies.rows import ARRANGEMENTS
from tests.policies.step import Step
from tests.policies.table import Line, all_lines, lines
from tests.policies.tables import FACTS, UNIT_OF
from tests.policies.world import named, world

TESTS = Path(__file__).parents[2] / "supabase" / "tests"

Try = tuple[Actor, Step, str | None]  # with what is arranged before it

_HEAD = """\
-- Who may do what ({unit}). Written by `make types` from tests/policies/matrix.py, which is what to
-- read and to change. Leaves nothing behind.

begin;
select plan({plan});

-- who made the role may give it, but need not have it
grant session_api to current_user;

create temporary table actors (name text primary key, role text, claims text) on commit drop;
insert into actors values
{actors};

-- Tries a statement as PostgREST would run it, and takes it back. ALLOW or EMPTY: it did something,
-- which its own rows tell or the trace finds, or nothing. DENY: 42501. Else the SQLSTATE.
create function pg_temp.outcome(actor text, statement text, trace text, arrangement text)
returns text
language plpgsql
as $$
declare
  identity record;
  found_rows bigint;
begin
  select role, claims into strict identity from actors where name = actor;
  if arrangement is not null then
    execute arrangement;
  end if;
  perform set_config('role', identity.role, true),
          set_config('request.jwt.claims', identity.claims, true);
  execute statement;
  get diagnostics found_rows = row_count;
  if trace is not null then
    perform set_config('role', 'none', true);
    execute trace;
    get diagnostics found_rows = row_count;
  end if;
  raise exception using
    errcode = 'TAP00', message = case when found_rows > 0 then 'ALLOW' else 'EMPTY' end;
exception
  when insufficient_privilege then
    return 'DENY';
  when others then
    return case sqlstate when 'TAP00' then sqlerrm else sqlstate end;
end
$$;

"""

_TAIL = """
select * from finish();
rollback;
"""


def _quoted(text: str | None) -> str:
    return "null" if text is None else f"$t${text}$t$"


def _assertions(tries: Iterable[Try]) -> str:
    """Write the tries as a table: outcome, who, what."""
    rows: dict[tuple[Step, str | None], list[str]] = {}
    for actor, step, arrangement in tries:
        rows.setdefault((step, arrangement), []).append(actor.name)
    values = ",\n".join(
        f"  ('{step.outcome}', '{', '.join(names)}',\n   {_quoted(step.statement)}, "
        f"{_quoted(None if step.outcome == 'DENY' else step.trace)}, {_quoted(arrangement)})"
        for (step, arrangement), names in rows.items()
    )
    return f"""\
select is(
  pg_temp.outcome(actor, statement, trace, arrangement), expected, actor || ': ' || statement
)
from (values
{values}
) as cell (expected, who, statement, trace, arrangement)
cross join string_to_table(who, ', ') as actor;
"""


def _actors(actors: Iterable[Actor]) -> str:
    return ",\n".join(f"  ('{one.name}', '{one.role}', '{one.claims}')" for one in actors)


def _relation(line: Line) -> Iterator[Try]:
    name = relation(line.subject)
    is_arranged = line.verb == "insert" and line.subject in ARRANGEMENTS
    arrangement = named(ARRANGEMENTS[name]) if is_arranged else None
    for index, actor in enumerate(MATRIX_ACTORS):
        for step in steps(line, index):
            yield actor, step, arrangement


def _tries(unit: str) -> Iterator[Try]:
    for line in matrix_lines():
        if UNIT_OF[relation(line.subject)] == unit:
            yield from _relation(line)
    for line in lines(FUNCTIONS):
        if UNIT_OF[line.subject.partition("  ")[0]] == unit:
            for actor, outcome in zip(MATRIX_ACTORS, line.outcomes, strict=True):
                yield actor, Step(call(line.subject), outcome), None
    if unit == "base":
        for line in all_lines(SCHEMAS):
            for actor, outcome in zip(ROLE_ACTORS, line.outcomes, strict=True):
                yield actor, schema_step(line.subject, line.verb, outcome), None


def _file(unit: str) -> str:
    tries = list(_tries(unit))
    actors = dict.fromkeys(actor for actor, _, _ in tries)
    rows = world(table for table in FACTS if UNIT_OF[table] == unit)
    head = _HEAD.replace("{unit}", unit).replace("{plan}", str(len(tries)))
    return f"{head.replace('{actors}', _actors(actors))}{rows}\n{_assertions(tries)}{_TAIL}"


def files() -> dict[Path, str]:
    """Give the test file of the base and of each installed kind."""
    return {TESTS / f"{unit}.sql": _file(unit) for unit in ("base", *INSTALLED)}
