"""Taking apart what `pg_get_expr` writes."""

import pytest

from api.explain.expressions import is_constant, operands, unwrapped


@pytest.mark.parametrize(
    ("expression", "operator", "texts"),
    [
        ("((a = 1) AND (b = 2))", "AND", ["a = 1", "b = 2"]),
        ("((a = 1) OR ((b = 2) AND (c = 3)))", "OR", ["a = 1", "(b = 2) AND (c = 3)"]),
        ("(NOT (a AND b))", "NOT", ["a AND b"]),
        ("(name <> ' AND '::text)", "<>", ["name", "' AND '::text"]),
        ("(name <> 'it''s (')", "<>", ["name", "'it''s ('"]),
        (r"(name <> E'\' = \'')", "<>", ["name", r"E'\' = \''"]),
        ('("a = b" = 1)', "=", ['"a = b"', "1"]),
        (
            "(id = ANY (ARRAY( SELECT f() AS f)))",
            "= ANY",
            ["id", "ARRAY( SELECT f() AS f)"],
        ),
        ("(a IS NOT NULL)", "IS NOT NULL", ["a"]),
        ("(a IS DISTINCT FROM b)", "IS DISTINCT FROM", ["a", "b"]),
        ("CASE WHEN (a = 1) THEN (b = 2) ELSE true END", "", []),
        ("f(a, b)", "", []),
        ("true", "", []),
    ],
)
def test_operands(expression: str, operator: str, texts: list[str]) -> None:
    found = operands(expression)
    assert (found.operator, found.texts) == (operator, texts)


def test_a_sub_select_keeps_its_parentheses() -> None:
    assert unwrapped("((( SELECT f() AS f)))") == "( SELECT f() AS f)"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("'x'::text", True), ("12", True), ("true", True), ("a", False), ("'a' || b", False)],
)
def test_is_constant(expression: str, *, expected: bool) -> None:
    assert is_constant(expression) is expected
