"""The API does what its OpenAPI document says: schemathesis tries each operation.

It sends requests that fit the document, and requests that do not, and looks for a 5xx, for a status
or an answer that the document does not have, for a refusal of what fits, an acceptance of what does
not, a way around the token. The requests are the same in every run.
"""

from collections.abc import Callable
from copy import deepcopy
from itertools import chain
from typing import Any, Final

import pytest
import schemathesis
from schemathesis import BaseSchema, Case, CheckContext, HookContext, Response
from schemathesis.engine import events, from_schema

from api.main import create_app
from api.schemas.text import plain_text
from api.settings import Settings
from local.project import Project
from tests.actors import Sql
from tests.openapi.world import World, new_world

Document = dict[str, Any]

DOCUMENT: Final = create_app(Settings(environment="development", _env_file=None)).openapi()
OPERATION_IDS: Final = [
    operation["operationId"]
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
]


@schemathesis.check
def documented_code(_: CheckContext, answer: Response, case: Case[Any]) -> None:
    """Look for an error whose code the document does not have for this operation and status."""
    documented = case.operation.definition.raw["responses"].get(str(answer.status_code))
    if documented is not None and answer.status_code >= 400:
        codes = documented["content"]["application/json"]["examples"]
        code = answer.json()["detail"]["code"]
        assert code in codes, f"{code} is not among the documented codes"


@pytest.fixture(scope="module")
def somebody(stack: Project, database: Sql) -> World:
    """Somebody who has what the document speaks of."""
    return new_world(database, stack.jwt_secret)


Load = Callable[..., BaseSchema]


@pytest.fixture
def load(api: str, somebody: World) -> Load:
    """Make schemathesis ready to try what a document says, in some of its ways."""

    def load(document: Document, *phases: str) -> BaseSchema:
        schema = schemathesis.openapi.from_dict(
            document,
            config=schemathesis.Config.from_dict(
                {
                    "base-url": api,
                    "seed": 1,
                    "workers": 1,
                    "auth": {"openapi": {"HTTPBearer": {"bearer": somebody.caller.token}}},
                    "continue-on-failure": True,
                    "generation": {
                        "max-examples": 6,
                        "deterministic": True,
                        "database": "none",
                        # JSON Schema cannot exclude it deep in a plan: tests/http/test_body.py
                        "allow-x00": False,
                    },
                    "checks": {
                        "positive_data_acceptance": {
                            # 400 is a rule's answer, 412 a state's: a schema knows of neither
                            "expected-statuses": ["2xx", "400", "401", "403", "404", "409", "412"]
                        }
                    },
                    "phases": {"enabled": False, **{name: {"enabled": True} for name in phases}},
                }
            ),
        )

        @schema.hook
        def filter_body(_: HookContext, body: object) -> bool:
            # texts that cleaning shortens: too long as they are sent, and not as stored
            sent = body if isinstance(body, dict) else {}
            texts = [it for name, it in sent.items() if isinstance(it, str) and name != "content"]
            return all(plain_text(it) == it for it in texts)

        # what one operation has created the next one uses: only the rest comes from the world
        enter = somebody.speak_in if "stateful" in phases else somebody.step_into

        @schema.hook
        def map_case(_: HookContext, case: Case[Any]) -> Case[Any]:
            enter(case)
            return case

        @schema.hook
        def before_add_examples(_: HookContext, cases: list[Case[Any]]) -> None:
            for case in cases:
                enter(case)

        return schema

    return load


def answered(schema: BaseSchema) -> set[tuple[str, int]]:
    """Try what the schema says.

    Returns:
        Every operation, by its method and path, with every status that it has answered.

    Raises:
        AssertionError: something is not so; the text says what, and how to see it again.

    """
    found: set[tuple[str, int]] = set()
    wrong: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.FatalError):
            raise event.exception
        if isinstance(event, events.NonFatalError):
            raise event.value
        if isinstance(event, events.ScenarioFinished):
            recorder = event.recorder
            for name, interaction in recorder.interactions.items():
                if interaction.response is not None:
                    label = recorder.cases[name].value.operation.label
                    found.add((label, interaction.response.status_code))
            for check in chain(*recorder.checks.values()):
                if (info := check.failure_info) is not None:
                    wrong.append(
                        f"{info.failure.title}\n{info.failure.message}\n{info.code_sample}"
                    )
    assert not wrong, "\n\n".join(wrong)
    return found


@pytest.mark.parametrize("operation_id", OPERATION_IDS)
def test_operation(operation_id: str, load: Load) -> None:
    schema = load(DOCUMENT, "examples", "coverage", "fuzzing").include(operation_id=operation_id)
    # a run of nothing but refusals would prove little
    assert any(200 <= status < 300 for _, status in answered(schema))


def test_one_after_another(load: Load) -> None:
    """Other operations read, change and delete what one creates; deleted things stay deleted."""
    found = answered(load(DOCUMENT, "stateful"))
    assert any(status < 300 and "{session_id}" in label for label, status in found)


def without_200(_: Document, operation: Document) -> None:
    del operation["responses"]["200"]


def with_another_shape(document: Document, _: Document) -> None:
    document["components"]["schemas"]["Health"]["properties"]["status"] = {"type": "integer"}


def with_another_code(_: Document, operation: Document) -> None:
    examples = operation["responses"]["401"]["content"]["application/json"]["examples"]
    examples["NOT_OWNER"] = examples.pop("NOT_AUTHENTICATED")


@pytest.mark.parametrize(
    ("change", "path", "noticed"),
    [
        (without_200, "/healthz", "Undocumented status code"),
        (with_another_shape, "/healthz", "Response violates schema"),
        (with_another_code, "/api/v1/study/sessions", "NOT_AUTHENTICATED is not among"),
    ],
)
def test_what_is_not_so_is_noticed(
    change: Callable[[Document, Document], None], path: str, noticed: str, load: Load
) -> None:
    changed = deepcopy(DOCUMENT)
    change(changed, changed["paths"][path]["get"])
    with pytest.raises(AssertionError, match=noticed):
        answered(load(changed, "coverage").include(path=path, method="GET"))
