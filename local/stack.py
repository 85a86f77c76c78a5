"""The local stack: Postgres, PostgREST and the gateway, in place of a `supabase start`."""

import hashlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from api.settings import LOCAL_JWT_SECRET
from local import clock, migrations
from local.addresses import HOST, REST_PATH, free_port, require_free
from local.errors import LocalError
from local.gateway import Services, gateway
from local.keys import api_key
from local.lock import FolderLock
from local.postgres import SUPERUSER, Postgres
from local.postgrest import configuration, find_postgrest, postgrest
from local.processes import Child, end_leftovers
from local.signing_key import signing_key, verification_keys

JWT_EXPIRY = 3600
"""Seconds that an access token is valid, as on Supabase."""
_PARTS = ("postgres", "postgrest", "gateway")


class Stack:
    """A Supabase on this machine, limited to what this project needs.

    Args:
        data_dir: where its data and logs are, made when absent.
        db_port: where Postgres listens, on this machine only.
        rest_port: where the gateway listens, on this machine only.
        is_scratch: whether the data is removed when the stack stops.
        jwt_expiry: seconds that an access token of a sign-in is valid.

    """

    announcement = "Starting PostgreSQL, PostgREST and the gateway"
    jwt_secret = LOCAL_JWT_SECRET
    anon_key = api_key("anon")

    def __init__(
        self,
        data_dir: Path,
        db_port: int,
        rest_port: int,
        *,
        is_scratch: bool = False,
        jwt_expiry: int = JWT_EXPIRY,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self._rest_port = rest_port
        self._postgrest_port = free_port()
        self._is_scratch = is_scratch
        self._jwt_expiry = jwt_expiry
        self._key_file = self.data_dir / "signing-key.json"
        # in each of its processes, so that a later start can recognize them
        self._marker = f"session-api-{hashlib.sha256(bytes(self.data_dir)).hexdigest()[:16]}"
        self._lock = FolderLock(self.data_dir)
        self._postgres = Postgres(
            self.data_dir / "postgres",
            db_port,
            self._marker,
            self._log("postgres"),
            is_scratch=is_scratch,
        )
        self._postgrest: Child | None = None
        self._gateway: Child | None = None

    @classmethod
    def scratch(cls, folder: Path) -> Self:
        """Return a stack on free ports whose data in `folder` is removed when it stops."""
        return cls(folder, free_port(), free_port(), is_scratch=True)

    @property
    def url(self) -> str:
        """The project's URL, for Supabase clients."""
        return f"http://{HOST}:{self._rest_port}"

    @property
    def rest_url(self) -> str:
        """PostgREST through the gateway."""
        return self.url + REST_PATH

    @property
    def postgrest_url(self) -> str:
        """PostgREST's own address."""
        return f"http://{HOST}:{self._postgrest_port}"

    @property
    def database_url(self) -> str:
        """The database, as its owner `postgres`, which is not a superuser."""
        return self._postgres.url

    @property
    def superuser_url(self) -> str:
        """The database, as its superuser, on the socket that only our user can reach."""
        return self._postgres.socket_url(SUPERUSER)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def verification_keys(self) -> str:
        """The JWKS of this stack: its own key, created if absent, and the well-known secret."""
        return verification_keys(signing_key(self._key_file), self.jwt_secret)

    def start(self) -> None:
        """Start everything with the existing data, even after a crash.

        Raises:
            LocalError: a port or the folder is taken, a part is missing or does not start. Nothing
                is left running.

        """
        self._lock.acquire(", or start another with DATA_DIR=… and ports of its own")
        try:
            end_leftovers(self._marker)
            require_free(self._postgres.port, "DB_PORT")
            require_free(self._rest_port, "REST_PORT")
            find_postgrest()  # fail early, before anything is created
            self._start_parts()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything; the data stays. Does nothing if it is not running."""
        if self._gateway is not None:
            self._gateway.stop()
        if self._postgrest is not None:
            self._postgrest.stop()
        self._postgres.stop()
        self._lock.release()
        if self._is_scratch:
            self.remove()

    def migrate(self) -> None:
        """Apply the project's migrations that the database does not have yet.

        Raises:
            LocalError: one failed; the message has the Supabase CLI's words.

        """
        migrations.migrate(self.database_url)
        if self._postgrest is not None:
            # a reload takes effect later; a fresh start reads the schema and the roles' settings
            self._postgrest.stop()
            self._postgrest.start()

    def seed(self) -> bool:
        """Load the demo data, unless it is already loaded. Return whether it was loaded."""
        return migrations.seed(self.database_url)

    def check(self) -> None:
        """Make sure that everything is still running.

        Raises:
            LocalError: a part has ended by itself; the message ends with its log.

        """
        for part in (self._postgres.server, self._postgrest, self._gateway):
            if part is not None:
                part.check()

    def advance(self, by: timedelta) -> int:
        """Let `by` pass for the sessions of the stack that runs on this folder. Return the rows.

        Raises:
            LocalError: none is running, or see `clock.advance`.

        """
        if not self._postgres.find_running():
            raise LocalError(
                f"No stack is running on {self.data_dir}: start it with `make run`, or name "
                "its folder with DATA_DIR=…"
            )
        return clock.advance(self.superuser_url, by)

    def remove(self) -> None:
        """Remove the data and the logs.

        Raises:
            LocalError: the stack is running.

        """
        self._lock.acquire()
        end_leftovers(self._marker)
        self._postgres.remove()
        for name in _PARTS:
            self._log(name).unlink(missing_ok=True)
        self._key_file.unlink(missing_ok=True)
        self._lock.remove()
        with suppress(OSError):  # not empty: it contains other files
            self.data_dir.rmdir()

    def _start_parts(self) -> None:
        keys = self.verification_keys
        self._gateway = gateway(
            self._rest_port,
            self.postgrest_url,
            self.jwt_secret,
            self._marker,
            self._log("gateway"),
            Services(self._key_file, self._jwt_expiry, self._postgres.socket_url),
        )
        self._gateway.launch()  # takes as long as Postgres
        try:
            self._postgres.start()
        except LocalError as error:
            if "could not bind IPv4" not in str(error):
                raise
            # we could, but it runs as another user
            raise LocalError(
                f"PostgreSQL cannot use port {self._postgres.port}: choose another with DB_PORT=…"
            ) from None
        self._postgrest = postgrest(
            self._postgrest_port,
            (self._postgres.socket_folder, self._postgres.port),
            configuration(keys),
            self._marker,
            self._log("postgrest"),
        )
        self._postgrest.start()
        self._gateway.wait()

    def _log(self, name: str) -> Path:
        return self.data_dir / f"{name}.log"
