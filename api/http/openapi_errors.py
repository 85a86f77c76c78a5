"""The errors' schemas in the OpenAPI document: one per answer, with the codes that it can have.

A generated client then knows an operation's codes, and comparing `code` narrows the type to the
422, which lists the refused values, or to another error.
"""

from typing import Any, Final, get_args

from api.errors import Code

Node = dict[str, Any]

ERROR_CODE: Final = {
    "type": "string",
    "enum": list(get_args(Code)),
    "title": "ErrorCode",
    "description": "Every code that an error can have. A new version may add some.",
}

REASONS: Final = {
    "400": "BadRequest",
    "401": "Unauthorized",
    "403": "Forbidden",
    "404": "NotFound",
    "409": "Conflict",
    "412": "PreconditionFailed",
    "413": "PayloadTooLarge",
    "422": "UnprocessableContent",
    "429": "TooManyRequests",
    "500": "InternalServerError",
    "503": "ServiceUnavailable",
}


def name_errors(document: Node) -> None:
    """Give every error answer its own schema, instead of one for all."""
    schemas = document["components"]["schemas"]
    shape = schemas.pop("ErrorDetail")
    invalid = schemas.pop("ValidationErrorDetail", None)
    for name in ("ErrorAnswer", "ValidationErrorAnswer"):
        schemas.pop(name, None)
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status < "400":
                    continue
                content = answer["content"]["application/json"]
                codes = list(content["examples"])
                name = error_name(codes, operation["operationId"], status)
                detail = invalid if codes == ["VALIDATION_ERROR"] else shape
                schemas[name] = error_schema(name, detail, codes)
                content["schema"] = {"$ref": f"#/components/schemas/{name}"}
    schemas["ErrorCode"] = ERROR_CODE


def without_code(operation: Node, code: Code) -> None:
    """Remove a code from an operation's answers. The others of its status stay."""
    for answer in operation["responses"].values():
        examples = answer.get("content", {}).get("application/json", {}).get("examples", {})
        if examples.pop(code, None):
            answer["description"] = " · ".join(f"`{it}`" for it in examples)


def error_name(codes: list[str], operation_id: str, status: str) -> str:
    """Name an answer's schema after its one or two codes, or after its operation if it has more.

    `NotAuthenticatedAnswer`, `WingmanConfirmBadRequestAnswer`.
    """
    if len(codes) <= 2:
        return f"{'Or'.join(map(camel_case, codes))}Answer"
    return f"{camel_case(operation_id)}{REASONS[status]}Answer"


def camel_case(name: str) -> str:
    """Convert `wingman_confirm` or `NOT_OWNER` to camel case."""
    return "".join(word.capitalize() for word in name.split("_"))


def error_schema(name: str, detail: Node, codes: list[str]) -> Node:
    """Make the schema of an error that has one of these codes."""
    code = {**detail["properties"]["code"], "type": "string", "enum": codes, "examples": codes[:1]}
    code.pop("const", None)
    narrowed = {**detail, "properties": {**detail["properties"], "code": code}}
    narrowed.pop("title", None)
    return {
        "type": "object",
        "title": name,
        "description": "The one shape of every error.",
        "required": ["detail"],
        "properties": {"detail": narrowed},
    }
