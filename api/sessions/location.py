"""`Location`: where a new session is."""

from urllib.parse import quote
from uuid import UUID

from fastapi import Request, Response

from api.kinds import Kind
from api.observability import exchange


def created(request: Request, response: Response, kind: Kind, session_id: UUID) -> None:
    """Set the path of the new session, in the form of a page's links.

    It includes the prefix (`root_path`) that the API is served at, if any. It is never a full URL,
    because its host would come from a header that any client can set.
    """
    prefix = quote(request.scope.get("root_path", "").rstrip("/"))
    response.headers["Location"] = f"{prefix}{kind.path}/{session_id}"
    exchange.created(session_id)
