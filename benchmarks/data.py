"""The rows for all contenders: created once per scale, and restored after writes."""

import hashlib
from pathlib import Path
from uuid import UUID

import psutil
import psycopg

from benchmarks.cpu import Group
from local.addresses import free_port
from local.migrations import PROJECT
from local.stack import Stack

_SQL = Path(__file__).with_name("data.sql")
_USERS = 100_000

# The same server for everybody: data in memory, and nothing in the background that would hit one
# contender's run and not another's. Commits are as durable as ever.
_SERVER = {
    "shared_buffers": "1GB",
    "autovacuum": "off",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
}

STUDY_TITLE = "A benchmark's session"
"""The title of the study sessions that a run creates, and by which they are removed."""


class Data:
    """The rows of `data.sql`: their number and their ids.

    Args:
        scale: 1.0 for 100,000 users, 1,000,000 wingman sessions and 5,000,000 chat messages.

    """

    def __init__(self, scale: float) -> None:
        self.users = max(1_000, round(_USERS * scale / 5) * 5)
        self.matches = 2 * self.users
        self.wingman_sessions = 10 * self.users
        self.chats = self.users // 5
        self.messages = 200
        self.long_chat = 10 * self.users

    def user(self, number: int) -> UUID:
        """Return a user's id."""
        return _id(f"user {number % self.users}")

    def participants(self, match: int) -> tuple[UUID, UUID]:
        """Return the two users of a match."""
        step = 1 if match < self.users else 37
        return self.user(match), self.user(match + step)

    def wingman_session(self, number: int) -> UUID:
        """Return the id of a wingman session; it is one of match `number % matches`."""
        return _id(f"wingman session {number}")

    def open_session(self, match: int) -> UUID:
        """Return the id of the match's one session that is scheduled and due."""
        return self.wingman_session(4 * self.matches + match)

    def chat(self, number: int) -> UUID:
        """Return the id of a chat; 0 is the long one."""
        return _id(f"chat {number}")

    def chat_owner(self, number: int) -> UUID:
        """Return the owner of a chat."""
        return self.user(max(5 * number - 1, 0))


def _id(what: str) -> UUID:
    # no secret and no checksum: the database has the same function
    return UUID(hashlib.md5(what.encode(), usedforsecurity=False).hexdigest())


class Backend:
    """Postgres and PostgREST with the benchmark's rows, shared by all contenders.

    Args:
        scale: how many rows, see `Data`.
        folder: where data of all scales is kept from one run to the next.

    """

    def __init__(self, scale: float, folder: Path) -> None:
        self.data = Data(scale)
        self._folder = folder / f"{self.data.users}-users"
        self._built = self._folder.with_suffix(".built")
        self.stack = Stack(self._folder, free_port(), free_port())

    def start(self) -> None:
        """Start the servers; create the rows unless an earlier run left them complete.

        Raises:
            LocalError: a server does not start, or the migrations cannot be applied.

        """
        recipe = _recipe()
        is_whole = (
            self._folder.exists() and self._built.exists() and self._built.read_text() == recipe
        )
        if not is_whole:
            self._built.unlink(missing_ok=True)
            if self._folder.exists():
                self.stack.remove()
        before = set(psutil.Process().children())
        self.stack.start()
        if not is_whole:
            self.stack.migrate()
            self._build()
            self._built.write_text(recipe)
            # the server's settings need a restart
            self.stack.stop()
            self.stack.start()
        ours = [child for child in psutil.Process().children() if child not in before]
        self.postgres = Group(child for child in ours if child.name() == "postgres")
        self.postgrest = Group(child for child in ours if child.name() == "postgrest")
        self._sql = psycopg.connect(self.stack.superuser_url, autocommit=True)
        # the same state before every run, with the tables in memory
        self.restore("create")
        self._sql.execute("select sum(message_order) from public.chat_messages")
        self._sql.execute("select count(notes) from public.wingman_sessions")
        self._sql.execute("checkpoint")

    def stop(self) -> None:
        """Stop the servers; the rows stay."""
        self.stack.stop()

    def count(self, work: str) -> int | None:
        """Count the writes of this work since `restore`; `None` if they cannot be counted."""
        query = {
            "create": "select count(*) from public.study_sessions where title = %(title)s",
            "confirm": """
                select coalesce(sum(user1_completed_confirmed_by_user2::integer
                                    + user2_completed_confirmed_by_user1::integer), 0)
                from public.wingman_sessions where id = any(%(sessions)s)
            """,
        }.get(work)
        if query is None:
            return None
        found = self._sql.execute(query, self._written).fetchone()
        return int(found[0]) if found else 0

    def restore(self, work: str) -> None:
        """Undo a run's writes, and vacuum as autovacuum would."""
        if work == "create":
            self._sql.execute(
                "delete from public.study_sessions where title = %(title)s", self._written
            )
            self._sql.execute("vacuum public.study_sessions")
        elif work == "confirm":
            self._sql.execute(
                """
                update public.wingman_sessions
                set status = 'scheduled', completed_at = null,
                    user1_completed_confirmed_by_user2 = false,
                    user2_completed_confirmed_by_user1 = false
                where id = any(%(sessions)s)
                  and (user1_completed_confirmed_by_user2 or user2_completed_confirmed_by_user1)
                """,
                self._written,
            )
        if work in ("confirm", "notes"):
            self._sql.execute("vacuum public.wingman_sessions")

    def confirmed(self, sessions: list[UUID]) -> None:
        """Store which sessions the runs confirm, for `count` and `restore`."""
        self._sessions = sessions
        self.restore("confirm")

    @property
    def _written(self) -> dict[str, object]:
        return {"title": STUDY_TITLE, "sessions": getattr(self, "_sessions", [])}

    def _build(self) -> None:
        with psycopg.connect(self.stack.superuser_url, autocommit=True) as connection:
            for name, value in _SERVER.items():
                connection.execute(f"alter system set {name} = '{value}'")
            with connection.transaction():
                connection.execute(
                    "select set_config('benchmark.users', %s, false)", [str(self.data.users)]
                )
                connection.execute(_SQL.read_bytes())
            connection.execute("vacuum (analyze, freeze)")


def _recipe() -> str:
    parts = [_SQL, *sorted((PROJECT / "supabase" / "migrations").glob("*.sql"))]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
