"""The OpenAPI document: what FastAPI knows of the routes, finished for who reads it.

Every body and every answer has a whole example, made of its fields' own; a field without one is an
error. They are of the demo data: what `/docs` offers to try works on a local stack.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from fastapi import FastAPI

from api.http.etags import EXAMPLE
from api.rate_limits.rate import LIMIT, REMAINING, RESET

Node = dict[str, Any]

REQUEST_ID: Final = "X-Request-ID"
RATE_LIMIT: Final = (LIMIT, REMAINING, RESET)


def header(description: str, example: str) -> Node:
    """Describe a header of an answer."""
    return {"description": description, "schema": {"type": "string"}, "example": example}


HEADERS: Final = {
    REQUEST_ID: header("The request's name in the log.", "4f1d2a9c0b7e48d5a6c3f0e1d2b3a495"),
    LIMIT: header("How many requests the limit allows.", "1200"),
    REMAINING: header("How many of them are left.", "1199"),
    RESET: header("In how many seconds the count starts again.", "60"),
    "Location": header("The new session's path.", "/api/v1/study/sessions/<id>"),
    "Idempotency-Replayed": header("`true`: the first answer with this key again.", "true"),
    "ETag": header("Names this state, for `If-None-Match` and `If-Match`.", EXAMPLE),
}


def install(app: FastAPI) -> None:
    """Let `app` serve the finished document."""
    app.openapi = finished(app.openapi)  # type: ignore[method-assign]


def finished(document_of: Callable[[], Node]) -> Callable[[], Node]:
    """Wrap what makes the document."""

    @cache
    def openapi() -> Node:
        document = document_of()
        paths, components = document["paths"], document["components"]
        components["headers"] = HEADERS
        for path, methods in paths.items():
            for operation in methods.values():
                tell_apart(operation)
                name_headers(path, operation)
                for content in successes(operation):
                    content["example"] = example(content["schema"], components["schemas"])
        for path, methods in paths.items():
            base, found, _ = path.partition("{session_id}")
            for operation in methods.values() if found else ():
                (read,) = successes(paths[base + found]["get"])
                parameter(operation, "session_id")["example"] = read["example"]["id"]
        return document

    return openapi


def tell_apart(operation: Node) -> None:
    """Make the docstring's first sentence the summary, and the rest the description."""
    summary, *rest = re.split(r"\.(?:\s+|$)", operation["description"], maxsplit=1)
    operation["summary"] = summary
    operation["description"] = "".join(rest)


def name_headers(path: str, operation: Node) -> None:
    """Say which headers come with the operation's answers."""
    creates_once = any(it["name"] == "Idempotency-Key" for it in operation.get("parameters", ()))
    for status, answer in operation["responses"].items():
        names = [REQUEST_ID, *(RATE_LIMIT if "security" in operation else ())]
        if status == "201":
            names += ["Location"] if path.endswith("/sessions") else []
            names += ["Idempotency-Replayed"] if creates_once else []
        references = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        answer["headers"] = {**answer.get("headers", {}), **references}


def successes(operation: Node) -> Iterator[Node]:
    """Find the JSON that an operation takes, and that it answers when all is well."""
    answers = [it for status, it in operation["responses"].items() if status < "300"]
    for part in (operation.get("requestBody", {}), *answers):
        yield from part.get("content", {}).values()


def parameter(operation: Node, name: str) -> Node:
    """Find a parameter by its name."""
    found: Node = next(it for it in operation["parameters"] if it["name"] == name)
    return found


def example(schema: Node, schemas: Node) -> Any:
    """Make a value of a schema from the examples in it.

    Raises:
        LookupError: something in it has none.

    """
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "properties" in schema:
        return {name: example(it, schemas) for name, it in schema["properties"].items()}
    if "items" in schema:
        return [example(schema["items"], schemas)]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas)
    raise LookupError(f"Give this field an example: {schema}")
