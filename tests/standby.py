"""A standby of a stack's Postgres that can be delayed, killed, frozen or promoted."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from local.accounts import postgres_account, server_folder, server_programs
from local.addresses import HOST, free_port
from local.migrations import LOGIN, LOGIN_PASSWORD, login_url
from local.postgres import SUPERUSER
from local.processes import Child
from local.stack import Stack
from tests.stacks import scratch_folder

_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
_SECONDS = 30


class Standby:
    """A hot standby, which follows the primary by streaming.

    Args:
        primary: the stack whose Postgres it copies.
        folder: where its data is put.

    """

    def __init__(self, primary: Stack, folder: Path) -> None:
        self._primary = primary
        self._account = postgres_account(folder)
        self._programs = server_programs(self._account)
        self._folder = server_folder(folder / "standby", self._account)
        self._data = self._folder / "data"
        self.port = free_port()
        self.server = Child(
            "The standby",
            [
                *(str(self._programs / "postgres"), "-D", str(self._data)),
                *("-c", f"port={self.port}", "-c", f"unix_socket_directories={self._folder}"),
                *("-c", f"listen_addresses={HOST}", "-c", "fsync=off"),
                # in the titles of its processes: a later start of the stack would end them
                *("-c", f"cluster_name={primary._marker}"),
            ],
            env=_ENVIRONMENT,
            is_ready=self._answers,
            start_seconds=_SECONDS,
            log=folder / "standby.log",
            account=self._account,
            stop_signal=signal.SIGINT,
        )

    @property
    def url(self) -> str:
        """Its address for the API's login role."""
        return login_url(f"postgresql://{HOST}:{self.port}/postgres")

    @property
    def superuser_url(self) -> str:
        """Its address for its superuser, on its socket."""
        return f"postgresql://{SUPERUSER}@/postgres?host={self.socket_folder}&port={self.port}"

    @property
    def socket_folder(self) -> Path:
        """The folder of its unix socket."""
        return self._folder

    def copy(self) -> None:
        """Copy the primary, by `pg_basebackup`."""
        postgres = self._primary._postgres
        access = postgres.socket_folder / "data" / "pg_hba.conf"
        line = "local replication all trust\n"  # `all` databases are not this one
        if line not in access.read_text():
            with access.open("a") as file:
                file.write(line)
            with psycopg.connect(self._primary.superuser_url, autocommit=True) as sql:
                sql.execute("select pg_reload_conf()")
        account = self._account
        subprocess.run(  # noqa: S603
            [
                *(str(self._programs / "pg_basebackup"), "-D", str(self._data), "-R"),
                *("-h", str(postgres.socket_folder), "-p", str(postgres.port), "-U", SUPERUSER),
                *("--checkpoint=fast", "--no-sync", "--no-manifest"),
            ],
            env=_ENVIRONMENT,
            cwd="/",
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
            check=True,
        )

    def catch_up(self) -> None:
        """Wait until it has replayed all that the primary has committed."""
        with psycopg.connect(self._primary.superuser_url) as sql:
            found = sql.execute("select pg_current_wal_flush_lsn()::text").fetchone()
            assert found is not None
        with psycopg.connect(self.superuser_url, autocommit=True) as sql:
            deadline = time.monotonic() + _SECONDS
            query = "select pg_last_wal_replay_lsn() >= %s::pg_lsn"
            while sql.execute(query, found).fetchone() != (True,):
                assert time.monotonic() < deadline, "the standby does not catch up"
                time.sleep(0.01)

    def lag(self, milliseconds: int) -> None:
        """Replay every commit so much later; before that, everything up to now."""
        for delay in (0, milliseconds):
            with psycopg.connect(self.superuser_url, autocommit=True) as sql:
                sql.execute(f"alter system set recovery_min_apply_delay = {delay}".encode())
                sql.execute("select pg_reload_conf()")
                while sql.execute("show recovery_min_apply_delay").fetchone() is None:
                    pass
            if delay == 0:
                self.catch_up()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let it replay nothing that is committed from now on; before that, everything up to now.

        Unlike a lag, which it applies some moments after it is set, this holds when it is entered.
        """
        self.lag(0)
        with psycopg.connect(self.superuser_url, autocommit=True) as sql:
            sql.execute("select pg_wal_replay_pause()")
            deadline = time.monotonic() + _SECONDS
            query = "select pg_get_wal_replay_pause_state()"
            while sql.execute(query).fetchone() != ("paused",):
                assert time.monotonic() < deadline, "the standby does not pause"
                time.sleep(0.01)
            try:
                yield
            finally:
                sql.execute("select pg_wal_replay_resume()")

    def promote(self) -> None:
        """Make it a primary."""
        with psycopg.connect(self.superuser_url, autocommit=True) as sql:
            assert sql.execute("select pg_promote()").fetchone() == (True,)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to all of its processes."""
        process = self.server._process
        assert process is not None
        parent = psutil.Process(process.pid)
        for it in (parent, *parent.children(recursive=True)):
            it.send_signal(number)

    def remove(self) -> None:
        """Stop it, and remove its data."""
        self.server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.superuser_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def of_both(primary: Stack, second: Standby) -> str:
    """Return the API's address of a primary and its standby, whichever takes writes."""
    hosts = f"{HOST}:{primary._postgres.port},{HOST}:{second.port}"
    account = f"{LOGIN}:{LOGIN_PASSWORD}"
    return f"postgresql://{account}@{hosts}/postgres?target_session_attrs=read-write"


@contextmanager
def synchronous(primary: Stack) -> Iterator[None]:
    """Let the primary acknowledge what the standby has too; it must run again at the end."""
    with psycopg.connect(primary.superuser_url, autocommit=True) as sql:
        sql.execute("alter system set synchronous_standby_names = '*'")
        sql.execute("select pg_reload_conf()")
    try:
        yield
    finally:
        with psycopg.connect(primary.superuser_url, autocommit=True) as sql:
            sql.execute("alter system reset synchronous_standby_names")
            sql.execute("select pg_reload_conf()")


@contextmanager
def standby(primary: Stack) -> Iterator[Standby]:
    """A standby that follows the primary; its data is removed in the end."""
    with scratch_folder() as folder:
        made = Standby(primary, folder)
        try:
            made.copy()
            made.server.start()
            yield made
        finally:
            made.remove()
