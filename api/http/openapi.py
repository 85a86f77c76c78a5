"""The OpenAPI document: what FastAPI generates from the routes, completed for its readers.

Every body and every answer has a full example, made of its fields' examples; a field without one is
an error. Examples use the demo data, so that requests from `/docs` work on a local stack.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from fastapi import FastAPI

from api.http.etags import EXAMPLE
from api.http.openapi_errors import name_errors, without_code
from api.rate_limits.rate import LIMIT, REMAINING, RESET
from api.schemas.base import IGNORED

Node = dict[str, Any]

REQUEST_ID: Final = "X-Request-ID"
RATE_LIMIT: Final = (LIMIT, REMAINING, RESET)

LICENSE: Final = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
SERVERS: Final = [{"url": "/", "description": "Where this document is served."}]


def header(description: str, example: str) -> Node:
    """Describe a response header."""
    return {"description": description, "schema": {"type": "string"}, "example": example}


HEADERS: Final = {
    REQUEST_ID: header("The request's id in the log.", "4f1d2a9c0b7e48d5a6c3f0e1d2b3a495"),
    LIMIT: header("How many requests the limit allows per period.", "1200"),
    REMAINING: header("How many requests are left.", "1199"),
    RESET: header("Seconds until the limit resets.", "60"),
    "Location": header("The new session's path.", "/api/v1/study/sessions/<id>"),
    "Idempotency-Replayed": header(
        "`true` if this repeats the first answer with this key.", "true"
    ),
    "ETag": header("Identifies this state, for `If-None-Match` and `If-Match`.", EXAMPLE),
}


def install(app: FastAPI) -> None:
    """Make `app` serve the completed document."""
    # FastAPI's documented way to change the document
    app.openapi = finished(app.openapi)  # type: ignore[method-assign]


def finished(document_of: Callable[[], Node]) -> Callable[[], Node]:
    """Wrap the function that makes the document."""

    @cache
    def openapi() -> Node:
        document = without_underscores(document_of())
        document["info"]["license"] = LICENSE
        document["servers"] = SERVERS
        paths, components = document["paths"], document["components"]
        components["headers"] = HEADERS
        for path, methods in paths.items():
            for method, operation in methods.items():
                if method == "get":
                    without_code(operation, "OUTCOME_UNKNOWN")  # nothing is written
                tell_apart(operation)
                operation.setdefault("security", [])
                name_headers(path, operation)
                describe_successes(operation, components["schemas"])
                for described in operation.get("parameters", ()):
                    described["schema"] = without_null(described["schema"])
                for content in successes(operation):
                    content["example"] = example(content["schema"], components["schemas"])
        for path, methods in paths.items():
            base, found, _ = path.partition("{session_id}")
            for operation in methods.values() if found else ():
                (read,) = successes(paths[base + found]["get"])
                parameter(operation, "session_id")["example"] = read["example"]["id"]
        name_errors(document)
        return document

    return openapi


def without_underscores(document: Node) -> Node:
    """Rename FastAPI's `Page_Message_` to `MessagePage`, a better name for generated types."""
    text = re.sub(r"Page_([A-Za-z0-9]+)_", r"\1Page", json.dumps(document))
    renamed: Node = json.loads(re.sub(r"Page\[([A-Za-z0-9]+)\]", r"\1Page", text))
    return renamed


def tell_apart(operation: Node) -> None:
    """Use the docstring's first sentence as the summary, and the rest as the description."""
    summary, *rest = re.split(r"\.(?:\s+|$)", operation["description"], maxsplit=1)
    operation["summary"] = summary
    operation["description"] = "".join(rest)


def name_headers(path: str, operation: Node) -> None:
    """Document the headers of the operation's answers."""
    creates_once = any(it["name"] == "Idempotency-Key" for it in operation.get("parameters", ()))
    for status, answer in operation["responses"].items():
        names = [REQUEST_ID, *(RATE_LIMIT if operation["security"] else ())]
        if status == "201":
            names += ["Location"] if path.endswith("/sessions") else []
            names += ["Idempotency-Replayed"] if creates_once else []
        references = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        answer["headers"] = {**answer.get("headers", {}), **references}


def describe_successes(operation: Node, schemas: Node) -> None:
    """Describe each successful answer with its schema's description."""
    for status, answer in operation["responses"].items():
        if status == "204":
            answer["description"] = "Success. The answer has no body."
        elif status < "300":
            (content,) = answer["content"].values()
            answer["description"] = named(content["schema"], schemas)["description"]


def successes(operation: Node) -> Iterator[Node]:
    """Find the JSON of an operation's request body and of its successful answers."""
    answers = [it for status, it in operation["responses"].items() if status < "300"]
    for part in (operation.get("requestBody", {}), *answers):
        yield from part.get("content", {}).values()


def parameter(operation: Node, name: str) -> Node:
    """Find a parameter by its name."""
    found: Node = next(it for it in operation["parameters"] if it["name"] == name)
    return found


def without_null(schema: Node) -> Node:
    """Remove `null` from a parameter's schema: a query or header cannot express it."""
    choices = [it for it in schema.get("anyOf", ()) if it != {"type": "null"}]
    if len(choices) != 1:
        return schema
    described = {name: it for name, it in schema.items() if name not in ("anyOf", "title")}
    return {**choices[0], **described}


def named(schema: Node, schemas: Node) -> Node:
    """Resolve a schema's reference; without one, return the schema itself."""
    if "$ref" not in schema:
        return schema
    found: Node = schemas[schema["$ref"].rpartition("/")[2]]
    return found


def example(schema: Node, schemas: Node) -> Any:
    """Make a value of a schema from its fields' examples.

    Raises:
        LookupError: a field has no example.

    """
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return example(named(schema, schemas), schemas)
    if "properties" in schema:
        fields = schema["properties"].items()
        return {name: example(it, schemas) for name, it in fields if it != IGNORED}
    if "items" in schema:
        return [example(schema["items"], schemas)]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas)
    raise LookupError(f"Give this field an example: {schema}")
