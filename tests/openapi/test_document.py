"""The OpenAPI document: every part is described, and every example is valid."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema_rs import Draft202012Validator

from api.errors import CODES
from api.main import create_app
from api.settings import Settings

Node = dict[str, Any]

DOCUMENT: Final = create_app(Settings(environment="development", _env_file=None)).openapi()
OPERATIONS: Final[dict[str, Node]] = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
SEED: Final = (Path(__file__).parents[2] / "supabase" / "seed.sql").read_text()


def is_valid(value: Any, schema: Node) -> bool:
    """Return whether a value is valid under a schema of the document."""
    whole = {**schema, "components": DOCUMENT["components"]}
    return Draft202012Validator(whole, validate_formats=True).is_valid(value)


def contents(operation: Node) -> Iterator[Node]:
    """Every body of an operation, with its schema and its examples."""
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from part.get("content", {}).values()


def fields() -> Iterator[tuple[str, Node]]:
    """Every field of every schema."""
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            yield f"{name}.{field}", described


# Swagger UI sends whatever has an example, and a page begins in one place
EXCLUSIVE = {"before", "after"}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
class TestOperation:
    def test_every_parameter(self, operation: Node) -> None:
        for parameter in operation.get("parameters", ()):
            assert parameter["description"]
            schema = parameter["schema"]
            if parameter["name"] in EXCLUSIVE:
                continue
            example = parameter["example"] if "example" in parameter else schema["examples"][0]
            assert is_valid(example, schema), parameter["name"]

    def test_every_body_and_answer(self, operation: Node) -> None:
        for content in contents(operation):
            named = [it["value"] for it in content.get("examples", {}).values()]
            examples = named or [content["example"]]
            assert all(is_valid(it, content["schema"]) for it in examples)

    def test_every_header(self, operation: Node) -> None:
        for answer in operation["responses"].values():
            for header in answer["headers"].values():
                name = header.get("$ref", "").rpartition("/")[2]
                described = DOCUMENT["components"]["headers"][name] if name else header
                assert is_valid(described["example"], described["schema"])

    def test_every_refusal_has_the_one_shape(self, operation: Node) -> None:
        for status, answer in operation["responses"].items():
            if int(status) < 400:
                continue
            content = answer["content"]["application/json"]
            schema = DOCUMENT["components"]["schemas"][content["schema"]["$ref"].split("/")[-1]]
            detail = schema["properties"]["detail"]
            assert detail["properties"]["code"]["enum"] == list(content["examples"])
            assert ("errors" in detail["properties"]) == (status == "422")
            for code, example in content["examples"].items():
                assert CODES[code].status == int(status)
                assert example["value"]["detail"]["code"] == code


@pytest.mark.parametrize("described", [pytest.param(it, id=name) for name, it in fields()])
def test_every_field(described: Node) -> None:
    for example in described.get("examples", ()):
        assert is_valid(example, described)


@pytest.mark.parametrize("word", ["operationId", "summary"])
def test_each_operation_is_called_otherwise(word: str) -> None:
    named = [it[word] for it in OPERATIONS.values()]
    assert all(named)
    assert len(set(named)) == len(named)


def test_whatever_takes_a_body_may_be_sent_too_much() -> None:
    for name, operation in OPERATIONS.items():
        # a probe has no other refusal
        may_have_one = name.startswith(("POST", "PUT", "PATCH")) or name.endswith("z")
        assert ("413" in operation["responses"]) == may_have_one, name


def test_only_a_write_has_an_unknown_outcome() -> None:
    for name, operation in OPERATIONS.items():
        answers = operation["responses"].values()
        documented = any("OUTCOME_UNKNOWN" in answer["description"] for answer in answers)
        assert documented is not name.startswith("GET"), name


def test_operation_ids_name_kind_and_function() -> None:
    named = {it["operationId"] for it in OPERATIONS.values()}
    assert {"wingman_list_sessions", "study_create", "chat_post_message", "health_readyz"} <= named


def test_ids_are_the_demo_datas() -> None:
    """The examples that /docs offers to try exist on a local stack."""
    named = set()
    for operation in OPERATIONS.values():
        for parameter in operation.get("parameters", ()):
            if parameter["name"] == "session_id":
                named.add(parameter["example"])
        for body in operation.get("requestBody", {}).get("content", {}).values():
            named |= set(re.findall(r"'(\w+(?:-\w+){4})'", str(body["example"])))
    missing = {it for it in named if f"'{it}'" not in SEED}
    assert missing == set(), "add rows with these ids to supabase/seed.sql"
    assert named


class TestWhatGeneratorsNeed:
    def test_names(self) -> None:
        assert [it for it in DOCUMENT["components"]["schemas"] if not it.isalnum()] == []

    def test_no_escape_of_a_nul(self) -> None:
        """Some generators write the character itself."""
        assert r"\u0000" not in json.dumps(DOCUMENT).replace(r"\\", "\\")

    def test_every_enumeration_has_a_name(self) -> None:
        inline = [
            name
            for name, it in fields()
            if len(it.get("enum", ())) > 1 and not name.endswith(".detail.code")
        ]
        assert inline == []

    def test_no_parameter_may_be_null(self) -> None:
        for operation in OPERATIONS.values():
            for parameter in operation.get("parameters", ()):
                assert {"type": "null"} not in parameter["schema"].get("anyOf", ())

    def test_objects_and_lists_say_what_they_hold(self) -> None:
        def visit(node: Any) -> None:
            for it in node if isinstance(node, list) else ():
                visit(it)
            if isinstance(node, dict):
                if node.get("type") == "object":
                    assert "properties" in node or "additionalProperties" in node, node
                if node.get("type") == "array":
                    assert "items" in node, node
                for it in node.values():
                    visit(it)

        visit(DOCUMENT["components"]["schemas"])

    def test_every_answer_is_described(self) -> None:
        for operation in OPERATIONS.values():
            described = [it["description"] for it in operation["responses"].values()]
            assert all(described)
            assert "Successful Response" not in described
            assert any(status.startswith("4") for status in operation["responses"])
            assert "security" in operation

    def test_licence_and_servers(self) -> None:
        assert DOCUMENT["info"]["license"]["identifier"] == "Apache-2.0"
        assert DOCUMENT["servers"]
