"""`Location`: where a new session is."""

from urllib.parse import quote
from uuid import UUID

from fastapi import Request, Response

from api.observability import exchange
from api.sessions.kinds import Kind


def created(request: Request, response: Response, kind: Kind, session_id: UUID) -> None:
    """Say where the new session is: a path, as in a page's links.

    Below the prefix (`root_path`) that the API is served at, if there is one. Never a whole URL:
    its host would come from a header that any client can write.
    """
    prefix = quote(request.scope.get("root_path", "").rstrip("/"))
    response.headers["Location"] = f"{prefix}{kind.path}/{session_id}"
    exchange.created(session_id)
