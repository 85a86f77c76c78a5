"""Sends PostgREST the requests of the API and of an anonymous visitor."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import httpx

from api.database.claims import NOBODY
from api.database.tokens import TokenMint
from api.database.wire import certificates
from api.settings import Settings

_TIMEOUT_SECONDS = 10
_SOON_OVER = ("57P01", "PGRST001", "PGRST002")
"""PostgREST's connections were just ended, as one of the remedies does, or it has just started."""
_PATIENCE = 30
_PAUSE_SECONDS = 0.1
_CODE = re.compile(r"PGRST\w+|[0-9A-Z]{5}")


@dataclass(frozen=True)
class Reply:
    """A response: `code` and `message` are PostgREST's or Postgres's, empty if absent."""

    status: int
    code: str
    message: str
    body: Any
    is_page: bool
    """Whether it is a list with PostgREST's range header."""
    sent_at: float | None
    """The server's clock, in seconds since 1970; `None` without a `Date` header."""
    received_at: float
    """Our clock when the answer arrived."""

    @property
    def is_denial(self) -> bool:
        """Whether a missing grant refused the request."""
        return self.code == "42501"

    @property
    def is_postgrest(self) -> bool:
        """Whether PostgREST, and not another server, gave this answer to `rest.QUESTION`."""
        return bool(self.code) or self.is_page


class Probe:
    """The deployment's PostgREST, called as the API (for no real user) and as a visitor.

    Every request reads at most one row, and no content is kept. Methods raise `httpx.HTTPError` if
    nothing answers.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self.url = settings.postgrest_url
        self.server = ""
        """The latest answer's `Server` header; a gateway may have put its own name there."""
        self._patience = _PATIENCE
        self._clock = clock
        self._settings = settings
        self._key = settings.supabase_publishable_key
        # on the API's own route: without a proxy that the environment may name
        self._http = httpx.Client(timeout=_TIMEOUT_SECONDS, verify=certificates(), trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    @cached_property
    def _mint(self) -> TokenMint:
        # made when needed: with direct connections a key is optional
        return TokenMint(self._settings, self._clock)

    def as_api(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Send a request with the API's own token, for a user who does not exist."""
        token = f"Bearer {self._mint.token_for(NOBODY)}"
        return self._get(self.url + path, {"Authorization": token, **(headers or {})})

    def as_visitor(self, path: str, url: str | None = None) -> Reply:
        """Send a request with only the publishable key, as a browser does before sign-in."""
        return self._get((url or self.url) + path, {})

    def document(self, url: str) -> httpx.Response:
        """Fetch a public URL."""
        return self._http.get(url)

    def _get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Ask, and a bounded number of times again where PostgREST soon has connections."""
        reply = self._ask(url, headers)
        while reply.code in _SOON_OVER and self._patience > 0:
            self._patience -= 1
            time.sleep(_PAUSE_SECONDS)
            reply = self._ask(url, headers)
        return reply

    def _ask(self, url: str, headers: Mapping[str, str]) -> Reply:
        key = {} if self._key is None else {"apikey": self._key}
        response = self._http.get(url, headers={**key, **headers})
        received_at = self._clock()
        self.server = response.headers.get("server", "")
        try:
            body = response.json()
        except ValueError:
            body = None
        error = body if isinstance(body, dict) else {}
        code = str(error.get("code") or "")
        return Reply(
            status=response.status_code,
            code=code if _CODE.fullmatch(code) else "",
            message=str(error.get("message") or ""),
            body=body,
            is_page=isinstance(body, list) and "content-range" in response.headers,
            sent_at=_date(response.headers.get("date")),
            received_at=received_at,
        )


def _date(header: str | None) -> float | None:
    try:
        return None if header is None else parsedate_to_datetime(header).timestamp()
    except ValueError:
        return None
