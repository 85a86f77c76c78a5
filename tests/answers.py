"""What the API answers when it refuses."""

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
