"""What all tables have in common, so that a file in tables/ states only what differs.

A table that is made as CONTRIBUTING.md describes is owned by `user_id` (or `profile_id`), and is
`<kind>_sessions` or belongs to a session by `session_id`. A definition that differs from these in a
letter is not conventional: it has to be declared.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Final

from tests.policies.facts import Facts

OWNERS: Final = ("user_id", "profile_id")
KEY_OF_OWNER: Final = re.compile(r"\w+_owner_key")
"""Cannot be broken while there is a primary key: composite foreign keys refer to it."""
_LONGEST = 160
_NAME = re.compile(r"'\{(\w+)\}'")
_ROLES = ("authenticated,session_api", "authenticated", "session_api")


def line(kind: str, name: str, text: str) -> str:
    """Write a definition in one line: a long one as its digest, since the source has the text."""
    said = " ".join(text.split())
    if len(said) > _LONGEST:
        said = f"sha256 {sha256(said.encode()).hexdigest()[:16]}"
    return f"{kind} {name}: {said}".strip()


def definitions(table: str, unit: str) -> Iterator[str]:
    """Return the definitions that a table may have without declaring them."""
    yield f"relation {table}: owner postgres persistence p identity d"
    yield f"column {table}.id: uuid not null default gen_random_uuid()"
    yield f"column {table}.session_id: uuid not null"
    for column in ("created_at", "updated_at"):
        yield f"column {table}.{column}: timestamp with time zone not null default now()"
    yield f"constraint {table}_pkey on {table}: PRIMARY KEY (id)"
    yield f"index {table}_pkey on {table}: USING btree (id) unique"
    for name, event in (("claim_idempotency_key", "INSERT"), ("set_updated_at", "UPDATE")):
        called = f"FOR EACH ROW EXECUTE FUNCTION session_api.{name}()"
        yield f"trigger {name} on {table}: O BEFORE {event} ON public.{table} {called}"
    erases = f"AFTER DELETE ON public.{table} REFERENCING OLD TABLE AS erased FOR EACH STATEMENT"
    called = f"O {erases} EXECUTE FUNCTION session_api.erase_answers()"
    yield line("trigger", f"erase_answers on {table}", called)
    both = "(session_api.is_not_estimated() AND session_api.is_bounded_read())"
    restriction = f"RESTRICTIVE SELECT {{authenticated}} using {both} check"
    yield line("policy", f"select_unestimated on {table}", restriction)
    for owner in OWNERS:
        yield from _owned(table, unit, owner)


def _owned(table: str, unit: str, owner: str) -> Iterator[str]:
    yield f"column {table}.{owner}: uuid not null"
    user = f"FOREIGN KEY ({owner}) REFERENCES auth.users(id) ON DELETE CASCADE"
    yield f"constraint {table}_{owner}_fkey on {table}: {user}"
    session = f"FOREIGN KEY ({owner}, session_id) REFERENCES {unit}_sessions({owner}, id)"
    yield f"constraint {table}_session_fkey on {table}: {session} ON DELETE CASCADE"
    yield f"constraint {table}_owner_key on {table}: UNIQUE ({owner}, id)"
    yield f"index {table}_owner_key on {table}: USING btree ({owner}, id) unique"
    yield f"index {table}_session_idx on {table}: USING btree ({owner}, session_id)"
    newest = f"USING btree ({owner}, created_at DESC, id DESC)"
    yield f"index {table}_newest_idx on {table}: {newest}"
    own = f"({owner} = ( SELECT session_api.caller_id() AS caller_id))"
    for roles in _ROLES:
        for verb, rows in (
            ("select", f"using {own} check"),
            ("insert", f"using check {own}"),
            ("update", f"using {own} check {own}"),
            ("delete", f"using {own} check"),
        ):
            said = f"PERMISSIVE {verb.upper()} {{{roles}}} {rows}"
            yield line("policy", f"{verb}_own on {table}", said)


def existence(kind: str) -> Iterator[str]:
    """Give the definition of the function that says whether a session of a kind exists."""
    name = f"{kind}_session_exists"
    text = f"""
        CREATE OR REPLACE FUNCTION public.{name}(session_id uuid) RETURNS boolean LANGUAGE plpgsql
        STABLE SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp' AS $function$ begin
        return exists ( select from public.{kind}_sessions as session where session.id =
        {name}.session_id ); end $function$
    """
    yield line("function", f"{name}(uuid)", text)


def with_rows(table: str, unit: str, facts: Facts) -> Facts:
    """Return the facts with `rows`, which default to `insert` with 'Mine' in place of `'new'`.

    The row's id has the table's name. The table of a kind's sessions gets a second row, the
    stranger's, named `foreign_…` and with 'Theirs'.
    """
    if facts.rows or not facts.insert:
        return facts
    rows = [_row(table, facts.insert, "'Mine'")]
    if table == f"{unit}_sessions":
        stranger = dict.fromkeys(facts.insert.keys() & set(OWNERS), "'{stranger}'")
        rows.append(_row(f"foreign_{table}", {**facts.insert, **stranger}, "'Theirs'"))
    values = ", ".join(f"({', '.join(row.values())})" for row in rows)
    said = f"insert into public.{table} ({', '.join(rows[0])}) values {values};"
    return replace(facts, rows=f"\n{said}\n")


def _row(name: str, insert: Mapping[str, str], text: str) -> dict[str, str]:
    values = {column: text if it == "'new'" else it for column, it in insert.items()}
    return {"id": f"'{{{name}}}'", **values}


def completed(table: str, unit: str, facts: Facts, names: frozenset[str]) -> Facts:
    """Return the facts of a table, with conventional values for what it leaves out.

    Args:
        table: its name.
        unit: its kind, or the base.
        facts: what its file says.
        names: of all rows of the world, for the stranger's `foreign_…` beside the owner's.

    """
    first = re.search(r"\bvalues\s*\(\s*'(\{\w+\})'", facts.rows)
    own = {} if first is None else {table: first[1]}
    update = {column: value for column, value in facts.insert.items() if value == "'new'"}
    repoint = {
        column: "'{stranger}'" if column in OWNERS else f"'{{foreign_{found[1]}}}'"
        for column, value in facts.insert.items()
        if (found := _NAME.fullmatch(value))
        and (column in OWNERS or f"foreign_{found[1]}" in names)
    }
    return replace(
        facts,
        targets={**own, **facts.targets},
        inserts={table: facts.insert, **facts.inserts} if facts.insert else {},
        update=update if facts.update is None else facts.update,
        repoint=repoint if facts.repoint is None else facts.repoint,
        calls={**_calls(table, unit, own), **facts.calls},
        foreign_keys=_foreign_keys(table, unit, facts.insert)
        if facts.foreign_keys is None
        else facts.foreign_keys,
    )


def _calls(table: str, unit: str, own: Mapping[str, str]) -> dict[str, str]:
    if table != f"{unit}_sessions":
        return {}
    exists = f"public.{unit}_session_exists"
    return {f"{exists}(uuid)": f"select where {exists}('{own[table]}')"}


def _foreign_keys(table: str, unit: str, insert: Mapping[str, str]) -> str:
    if parent := _NAME.fullmatch(insert.get("session_id", "")):
        breaks = f"session_id = '{{foreign_{parent[1]}}}'"
        session = f"{unit}_sessions {{{parent[1]}}}"
        return f"{table}_session_fkey | {breaks} | {session} | cascade"
    for owner in OWNERS:
        if owner in insert:
            breaks = f"{owner} = '{{absent}}'"
            return f"{table}_{owner}_fkey | {breaks} | auth.users {{owner}} | cascade"
    return ""
