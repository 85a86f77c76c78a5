"""Other people's linters and provers find nothing but what we accept with a reason."""

import json
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import psycopg
import pytest

from local.migrations import PROJECT
from local.project import Project
from tests.lints import linters
from tests.lints.accepted import ACCEPTED, Accepted
from tests.lints.linters import Finding
from tests.stacks import Spare
from tools.generated import OPENAPI

pytestmark = [pytest.mark.lints, pytest.mark.all_kinds]

MIGRATIONS = sorted((PROJECT / "supabase" / "migrations").glob("*.sql"))

# what each of pgrls' proofs must fail for, in the words of `linters.policy_proofs`
LEAKS = {
    (
        "cross-tenant",
        "public.study_sessions",
    ): "create policy planted on public.study_sessions for select"
    " to authenticated using (profile_id = (select session_api.caller_id()) or status = 'READY')",
    ("write", "public.job_postings"): "create policy planted on public.job_postings for insert"
    " to authenticated with check (user_id = (select session_api.caller_id()) or title = 'Free')",
    ("anon", "public.chat_sessions"): "create policy planted on public.chat_sessions for select"
    " to anon using (true)",
    ("reachability", "public.interview_sessions"): "create view public.planted as"
    " select * from public.interview_sessions; grant select on public.planted to anon",
}
MENDED = """
drop policy if exists planted on public.study_sessions;
drop policy if exists planted on public.job_postings;
drop policy if exists planted on public.chat_sessions;
drop view if exists public.planted;
"""


def covers(accepted: Accepted, finding: Finding) -> bool:
    tool, rule, where = finding
    return (accepted.tool, accepted.rule) == (tool, rule) and fnmatchcase(where, accepted.where)


def compare(tools: set[str], found: Iterable[Finding]) -> None:
    """What is found is accepted, and what is accepted is still found."""
    findings = set(found)
    accepted = [entry for entry in ACCEPTED if entry.tool in tools]
    assert {
        finding for finding in findings if not any(covers(entry, finding) for entry in accepted)
    } == set()
    assert [
        entry for entry in accepted if not any(covers(entry, finding) for finding in findings)
    ] == []


def test_policies(stack: Project) -> None:
    compare({"pgrls lint"}, linters.policy_lints(stack.database_url))


def test_proofs_that_users_are_kept_apart(stack: Project) -> None:
    compare({"pgrls verify"}, linters.policy_proofs(stack.database_url))


def test_migrations() -> None:
    compare({"squawk"}, linters.migration_lints(MIGRATIONS))


def test_the_openapi_document() -> None:
    compare({"redocly", "spectral"}, linters.document_lints(OPENAPI))


@pytest.fixture
def leaking(spare: Spare) -> Iterator[Spare]:
    """A database with every leak of `LEAKS`, mended afterwards."""
    with psycopg.connect(spare.database_url, autocommit=True) as sql:
        try:
            for leak in LEAKS.values():
                sql.execute(leak.encode())
            yield spare
        finally:
            sql.execute(MENDED)


def test_planted_leaks_are_found(leaking: Spare) -> None:
    proofs = linters.policy_proofs(leaking.database_url)
    assert set(LEAKS) - {(rule.partition(":")[0], table) for _, rule, table in proofs} == set()


def test_a_planted_missing_check_of_policies_is_found(leaking: Spare) -> None:
    assert "SEC038" in {
        rule for _, rule, where in linters.policy_lints(leaking.database_url) if "planted" in where
    }


def test_a_planted_dangerous_migration_is_found(tmp_path: Path) -> None:
    migration = tmp_path / "1_planted.sql"
    migration.write_text("alter table public.chat_messages add column kind text not null;")
    rules = {rule for _, rule, _ in linters.migration_lints([migration])}
    assert "adding-required-field" in rules


def test_a_planted_fault_of_the_document_is_found(tmp_path: Path) -> None:
    document = json.loads(OPENAPI.read_text())
    first, second = (document["paths"][path]["get"] for path in ("/healthz", "/readyz"))
    second["operationId"] = first["operationId"]
    planted = tmp_path / "openapi.json"
    planted.write_text(json.dumps(document))
    found = {(tool, rule) for tool, rule, _ in linters.document_lints(planted)}
    assert ("redocly", "operation-operationId-unique") in found
    assert ("spectral", "operation-operationId-unique") in found
