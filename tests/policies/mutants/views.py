"""Mutants of views."""

import re
from collections.abc import Iterator

from psycopg import Connection

from tests.policies.mutants.expressions import CHANGES
from tests.policies.mutants.mutant import Mutant
from tests.policies.step import execute

_QUERY = """
select relname, pg_get_viewdef(oid), array_to_string(reloptions, ', ')
from pg_catalog.pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'
"""


def mutants(db: Connection) -> Iterator[Mutant]:
    for view, definition, options in execute(db, _QUERY):
        name = f"public.{view}"
        for change in ("set (security_invoker = false)", "reset (security_invoker)"):
            yield Mutant("security_invoker off", change, f"alter view {name} {change}", view)
        # a column that is shown keeps its name whatever stands for it
        named = re.sub(r"^( +\w+\.)(\w+)(,?)$", r"\1\2 AS \2\3", definition, flags=re.MULTILINE)
        head = f"create or replace view {name} with ({options}) as"
        for kind, changes in CHANGES.items():
            for number, changed in enumerate(changes(named), 1):
                yield Mutant(f"view {kind}", f"{view} {number}", f"{head} {changed}", view)
        for operator in ("<", ">", ">="):
            changed = definition.replace(" <= ", f" {operator} ")
            yield Mutant("view time turned", operator, f"{head} {changed}", view)
