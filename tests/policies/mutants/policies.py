"""Mutants of policies and of row-level security."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from psycopg import Connection

from tests.policies.mutants.expressions import CHANGES
from tests.policies.mutants.mutant import Mutant
from tests.policies.sorts import TEXTS, sorts
from tests.policies.step import execute

_ROLES = ("anon", "authenticated", "session_api", "public")
_QUERY = """
select tablename, policyname, permissive, lower(cmd), roles::text[], qual, with_check
from pg_catalog.pg_policies where schemaname = 'public' order by 1, 2
"""


@dataclass(frozen=True)
class Policy:
    table: str
    name: str
    kind: str
    verb: str
    roles: tuple[str, ...]
    using: str | None
    check: str | None

    @property
    def title(self) -> str:
        return f"{self.name} on {self.table}"

    @property
    def drop(self) -> str:
        return f"drop policy {self.name} on public.{self.table}"

    @property
    def create(self) -> str:
        using = f" using ({self.using})" if self.using else ""
        check = f" with check ({self.check})" if self.check else ""
        return (
            f"create policy {self.name} on public.{self.table} as {self.kind} for {self.verb} "
            f"to {', '.join(self.roles)}{using}{check}"
        )


def _read(db: Connection) -> list[Policy]:
    return [
        Policy(table, name, kind, verb, tuple(roles), using, check)
        for table, name, kind, verb, roles, using, check in execute(db, _QUERY)
    ]


def _changes(policy: Policy) -> Iterator[tuple[str, str, Policy]]:
    """Give each loosening: its kind, its details, the policy as it would be."""
    if policy.using and policy.using != "true":
        yield "using true", "", replace(policy, using="true")
    if policy.check:
        yield "with check true", "", replace(policy, check="true")
        yield "with check dropped", "", replace(policy, check=None)
    yield "policy for all commands", "", replace(policy, verb="all")
    flipped = "restrictive" if policy.kind == "PERMISSIVE" else "permissive"
    yield "policy turned", flipped, replace(policy, kind=flipped)
    for role in _ROLES:
        if role not in policy.roles:
            kind = "policy widened" if role == "public" else "policy extended"
            roles = (role,) if role == "public" else (*policy.roles, role)
            yield kind, f"to {role}", replace(policy, roles=roles)
        elif len(policy.roles) > 1:
            rest = tuple(other for other in policy.roles if other != role)
            yield "policy narrowed", f"without {role}", replace(policy, roles=rest)
    for field in ("using", "check"):
        text = (policy.using if field == "using" else policy.check) or ""
        for kind, change in CHANGES.items():
            for number, changed in enumerate(change(text), 1):
                mutant = (
                    replace(policy, using=changed)
                    if field == "using"
                    else replace(policy, check=changed)
                )
                yield f"policy {kind}", f"{field} {number}", mutant


def _by_value(policy: Policy, db: Connection) -> Iterator[tuple[str, str, Policy]]:
    """Give the policy that also lets rows with some value through, and that leaves them out."""
    text = policy.using or policy.check
    for column, values in sorts(db, f"public.{policy.table}").items():
        words = [it for it in values if isinstance(it, str) and it not in TEXTS]
        for value in words or values[-1:]:
            if isinstance(value, dict | list):
                continue
            shown = "null" if value is None else f"'{value}'"
            same = f"{column} is not distinct from {shown}"
            for kind, changed in (
                ("policy opened by a value", f"({text}) or {same}"),
                ("policy closed by a value", f"({text}) and not ({same})"),
            ):
                mutant = (
                    replace(policy, using=changed)
                    if policy.using is not None
                    else replace(policy, check=changed)
                )
                yield kind, f"{column} {str(value)[:20]}", mutant


def mutants(db: Connection) -> Iterator[Mutant]:
    for policy in _read(db):
        about = frozenset({policy.table, policy.verb})
        yield Mutant("policy dropped", policy.title, policy.drop, policy.table, about)
        for kind, details, changed in chain(_changes(policy), _by_value(policy, db)):
            yield Mutant(
                kind,
                f"{policy.title} {details}".strip(),
                f"{policy.drop}; {changed.create}",
                policy.table,
                about,
            )
    for table in sorted({policy.table for policy in _read(db)}):
        statement = f"alter table public.{table} disable row level security"
        yield Mutant("row-level security off", table, statement, table)
