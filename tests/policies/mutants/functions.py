"""Mutants of functions: of who they run as, and of each condition in them."""

import re
from collections.abc import Iterator

from psycopg import Connection

from tests.policies.mutants.mutant import Mutant
from tests.policies.step import execute

_QUERY = """
select oid::regprocedure::text, pronamespace::regnamespace || '.' || proname, prosecdef,
       pg_get_functiondef(oid)
from pg_catalog.pg_proc
where pronamespace in ('public'::regnamespace, 'session_api'::regnamespace) order by 1
"""
_COMPARISON = re.compile(r"([\w.]+) = ([\w.]+(\(\))?)")
_CONDITION = re.compile(r"\bif (.+) then$", re.MULTILINE)
_CONJUNCT = re.compile(r"^ +and [^\n]+?(?=;?$)", re.MULTILINE)
_NEGATION = re.compile(r"\bnot (?=\w+\.)")
_PARTICIPANT = re.compile(r"user[12]_id")
_BOUND = re.compile(r"\b(?:greatest|least)\(([^(),]+(?:\(\))?), ([^(),]+)\)")
_NUMBER = re.compile(r"(?<![\w.'\[{])\d+(?![\w.'\]}])")
_WORD = re.compile(r"'\w+'")
_UNION = re.compile(r"( +select [^;]+?)\n +union all\n( +select [^;]+?);")

# whose behaviour a helper's change shows in
_SUBJECTS = {
    "session_api.my_match_ids": "wingman_sessions",
    "session_api.my_buddy_ids": "user_profiles",
}


def _bodies(body: str) -> Iterator[tuple[str, str]]:
    for found in _COMPARISON.finditer(body):
        before, after = body[: found.start()], body[found.end() :]
        yield "comparison negated", f"{before}{found[1]} <> {found[2]}{after}"
        yield "comparison dropped", f"{before}true{after}"
    for found in _CONDITION.finditer(body):
        for value in ("true", "false"):
            changed = f"{body[: found.start(1)]}{value}{body[found.end(1) :]}"
            yield f"condition {value}", changed
    for kind, pattern in (("conjunct dropped", _CONJUNCT), ("negation dropped", _NEGATION)):
        for found in pattern.finditer(body):
            yield kind, f"{body[: found.start()]}{body[found.end() :]}"
    for found in _PARTICIPANT.finditer(body):
        other = "user2_id" if found[0] == "user1_id" else "user1_id"
        changed = f"{body[: found.start()]}{other}{body[found.end() :]}"
        yield "participants swapped", changed
    for found in _BOUND.finditer(body):
        for operand in found.groups():
            yield "bound dropped", f"{body[: found.start()]}{operand}{body[found.end() :]}"
    for found in _NUMBER.finditer(body):
        changed = f"{body[: found.start()]}{int(found[0]) + 1}{body[found.end() :]}"
        yield "number changed", changed
    for found in _WORD.finditer(body):
        yield "word changed", f"{body[: found.start()]}'other'{body[found.end() :]}"
    for found in _UNION.finditer(body):
        for branch in found.groups():
            kept = f"{body[: found.start()]}{branch};{body[found.end() :]}"
            yield "participant forgotten", kept


def mutants(db: Connection) -> Iterator[Mutant]:
    for signature, name, is_definer, definition in execute(db, _QUERY):
        subject = _SUBJECTS.get(name, name)
        about = frozenset({name})
        other = "invoker" if is_definer else "definer"
        for kind, change in (
            (f"function made {other}", f"security {other}"),
            ("search_path dropped", "reset search_path"),
        ):
            yield Mutant(kind, signature, f"alter function {signature} {change}", name, about)
        head, quote, rest = definition.partition("$function$")
        body, _, _ = rest.partition(quote)
        for number, (kind, changed) in enumerate(_bodies(body), 1):
            statement = f"{head}{quote}{changed}{quote}"
            yield Mutant(f"function {kind}", f"{signature} {number}", statement, subject, about)
