"""The mutation run reports failure when it should."""

from collections.abc import Callable, Iterator

import pytest
from psycopg import Connection

from tests.policies.check import Check
from tests.policies.mutants.expressions import (
    negated,
    swapped,
    without_comparison,
    without_operand,
)
from tests.policies.mutants.mutant import Mutant
from tests.policies.mutants.report import report
from tests.policies.mutants.runner import all_mutants, run
from tests.policies.suite import SUITE
from tools import pages

pytestmark = pytest.mark.all_kinds

_MUTANT = Mutant(
    "grant added", "x", "grant delete on public.chat_messages to anon", "chat_messages"
)
_GREEN = Check("green", frozenset(), lambda _: None)


@pytest.mark.parametrize(
    ("change", "text", "changed"),
    [
        (negated, "(a = b)", ["(a <> b)"]),
        (negated, "(a = ANY (b))", ["(a <> ALL (b))"]),
        (without_operand, "((a = b) OR (c = d))", ["((c = d))", "((a = b))"]),
        (
            without_operand,
            "((a) AND (EXISTS (SELECT WHERE ((b) AND (c)))))",
            [
                "((a) AND (EXISTS (SELECT WHERE ((c)))))",
                "((a) AND (EXISTS (SELECT WHERE ((b)))))",
                "((EXISTS (SELECT WHERE ((b) AND (c)))))",
                "((a))",
            ],
        ),
        (without_comparison, "((a = b) AND (c = d))", ["(true AND (c = d))", "((a = b) AND true)"]),
        (swapped, "(user1_id = b)", ["(user2_id = b)"]),
        (
            swapped,
            "(user1_id = user2_id)",
            ["(user2_id = user2_id)", "(user1_id = user1_id)", "(user2_id = user1_id)"],
        ),
    ],
)
def test_expressions(change: Callable[[str], Iterator[str]], text: str, changed: list[str]) -> None:
    assert list(change(text)) == changed


def test_survivor_is_named(db: Connection) -> None:
    result = run(_MUTANT, [_GREEN], db)
    lines, is_well = report([result], 0)
    assert not is_well
    assert "SURVIVED: grant added: x" in lines
    assert "0 of 1 mutants killed (0.0%) in 0 s" in lines


def test_check_that_raises_anything_kills(db: Connection) -> None:
    """A check that fails with another exception kills the mutant, too."""
    check = Check("unpacks", frozenset(), lambda _: [].pop())
    assert run(_MUTANT, [check], db).fate == "behaviour"


def test_mutant_is_gone_after_its_run(db: Connection) -> None:
    run(_MUTANT, [_GREEN], db)
    assert run(_MUTANT, SUITE, db).fate == "behaviour"
    assert run(Mutant("none", "", "select", ""), [*SUITE[:20]], db).fate == "survived"


def test_as_many_as_the_docs_say(db: Connection) -> None:
    proof = pages.PROOF.read_text()
    assert proof.count("in more than ") == 1
    assert pages.with_mutants(proof, len(all_mutants(db))) == proof, "run `make types`"


def test_every_kind_is_made(db: Connection) -> None:
    kinds = {mutant.kind for mutant in all_mutants(db)}
    assert {
        "policy dropped",
        "using true",
        "with check true",
        "with check dropped",
        "policy widened",
        "policy participants swapped",
        "policy operand dropped",
        "policy comparison negated",
        "row-level security off",
        "column grant added",
        "table grant added",
        "function grant added",
        "security_invoker off",
        "function comparison dropped",
        "check dropped",
        "composite key untied",
        "foreign key dropped",
        "unique index dropped",
        "trigger dropped",
    } <= kinds
