"""The catalog of what is installed, compared with what is declared."""

from collections.abc import Iterable

OURS = "('public'::regnamespace, 'session_api'::regnamespace)"
# an owner needs no grant
GRANTEE = "case when grantee = 0 then 'public' else grantee::regrole::text end"


def same(what: str, catalog: Iterable[object], declared: Iterable[object]) -> None:
    there, said = set(catalog), set(declared)
    only_there = sorted(map(str, there - said))
    only_said = sorted(map(str, said - there))
    assert there == said, f"{what}: only in the catalog {only_there}; only declared {only_said}"
