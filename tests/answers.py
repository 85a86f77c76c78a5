"""Answers of the API: the code of a refusal, and an answer that is given again."""

from uuid import uuid4

import httpx


def code(answer: httpx.Response) -> str:
    """The code of an error, whose shape is checked on the way."""
    body = answer.json()
    assert body.keys() == {"detail"}
    assert body["detail"].keys() - {"errors", "field"} == {"code", "message"}
    assert ("errors" in body["detail"]) == (answer.status_code == 422)
    return str(body["detail"]["code"])


def error(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of an error."""
    return answer.status_code, code(answer)


def keyed(key: str | None = None) -> dict[str, str]:
    """An `Idempotency-Key` header, new without an argument."""
    return {"Idempotency-Key": key or str(uuid4())}


def same(answer: httpx.Response, first: httpx.Response) -> bool:
    """Whether an answer is the first one, given again."""
    return (
        answer.headers.get("Idempotency-Replayed") == "true"
        and (answer.status_code, answer.content) == (first.status_code, first.content)
        and answer.headers.get("Location") == first.headers.get("Location")
        and answer.headers["Content-Type"] == first.headers["Content-Type"]
    )
