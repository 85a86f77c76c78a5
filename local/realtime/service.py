"""The endpoints of `/realtime/v1`."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web

from local.auth.tokens import Tokens
from local.realtime import rows
from local.realtime.channel import Channel
from local.realtime.feed import Feed
from local.realtime.pgoutput import Change
from local.realtime.phoenix import Message
from local.realtime.socket import NOT_SERVED, Socket
from local.realtime.tables import Table

if TYPE_CHECKING:
    from local.auth.database import Pool

_MOST_SOCKETS = 200


def create_realtime(
    changes_database_url: str, reader_database_url: str, tokens: Tokens
) -> web.Application:
    """Build the application served at `/realtime/v1`.

    Args:
        changes_database_url: the database, for a role that may replicate.
        reader_database_url: the database, for `authenticator`.
        tokens: what verifies tokens.

    """
    realtime = _Realtime(changes_database_url, reader_database_url, tokens)
    app = web.Application()
    app.cleanup_ctx.append(realtime.connections)
    app.on_shutdown.append(realtime.close)
    app.router.add_get("/websocket", realtime.socket)
    app.router.add_route("*", "/{path:.*}", _not_here)
    return app


class _Realtime:
    def __init__(self, changes: str, reader: str, tokens: Tokens) -> None:
        self._reader_url = reader
        self._tokens = tokens
        self._sockets: set[Socket] = set()
        self._feed = Feed(changes, self._deliver)
        self._reader: Pool

    async def connections(self, _: web.Application) -> AsyncIterator[None]:
        async with rows.reader(self._reader_url) as self._reader, self._feed.open():
            yield

    async def close(self, _: web.Application) -> None:
        for socket in list(self._sockets):
            await socket.close()

    async def socket(self, request: web.Request) -> web.StreamResponse:
        if len(self._sockets) >= _MOST_SOCKETS:
            return web.json_response(
                {"message": f"More than {_MOST_SOCKETS} connections"},
                status=HTTPStatus.TOO_MANY_REQUESTS,
            )
        key = request.query.get("apikey") or request.headers.get("apikey") or ""
        socket = Socket(request.query.get("vsn", "1.0.0"), key, self._tokens, self._feed)
        self._sockets.add(socket)
        try:
            return await socket.serve(request)
        finally:
            self._sockets.discard(socket)

    async def _deliver(self, table: Table, change: Change) -> None:
        for socket in list(self._sockets):
            for channel in list(socket.channels.values()):
                wanted = [each for each in channel.wanted if each.wants(table, change.kind)]
                if not wanted or not channel.claims:
                    continue
                claims = channel.claims
                row, passed = await rows.read(self._reader, claims, table, change, wanted)
                # meanwhile the channel may have left, or its token may have expired
                if passed and socket.channels.get(channel.topic) is channel:
                    socket.send(_told(channel, table, change, row, passed))


def _told(
    channel: Channel, table: Table, change: Change, row: dict[str, Any], passed: list[int]
) -> Message:
    data: dict[str, Any] = {
        "schema": table.schema,
        "table": table.name,
        "commit_timestamp": change.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "type": change.kind,
        "columns": [
            {"name": name, "type": kind} for name, kind in table.short_types.items() if name in row
        ],
        "errors": None,
    }
    if change.kind != "DELETE":
        data["record"] = row
    if change.kind != "INSERT":
        data["old_record"] = {name: row[name] for name in table.key}
    payload = {"ids": passed, "data": data}
    return Message(channel.join_ref, None, channel.topic, "postgres_changes", payload)


async def _not_here(_: web.Request) -> web.Response:
    return web.json_response({"message": NOT_SERVED}, status=HTTPStatus.NOT_FOUND)
