"""PostgreSQL 18 from PyPI, on TCP and on a unix socket, set up like a `supabase start`."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from local.accounts import (
    Account,
    postgres_account,
    server_folder,
    server_programs,
)
from local.addresses import HOST
from local.errors import LocalError
from local.processes import Child

SETUP = Path(__file__).with_name("supabase.sql")
"""What Supabase provides and a plain Postgres lacks."""
SUPERUSER = "supabase_admin"
"""As on hosted Supabase, `postgres` is not a superuser. This role uses the socket only."""
_START_SECONDS = 60  # a start after a crash replays what was committed
# macOS allows 104 bytes for a socket's path, Linux 108
_SOCKET_PATH_BYTES = 100
_PORT_LINE = 3
# none of the caller's variables: PGPORT, PGOPTIONS and the like would change the server
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
# over TCP with a password, as on Supabase, but never as the superuser: that requires access to the
# socket's folder
_ACCESS = f"""\
local all all trust
host all {SUPERUSER} all reject
host all all {HOST}/32 scram-sha-256
"""


class Postgres:
    """One database server and its data.

    Args:
        folder: where the data is, made when absent.
        port: where it listens, on this machine only.
        marker: a name for the stack, by which its processes can be found.
        log: the file for the server's log.
        is_scratch: whether the data may be lost if this machine crashes, so that nobody
            waits for the disk.

    """

    def __init__(
        self, folder: Path, port: int, marker: str, log: Path, *, is_scratch: bool = False
    ) -> None:
        self.port = port
        self._folder = folder
        self._marker = marker
        self._log = log
        self._is_scratch = is_scratch
        self.server: Child | None = None

    @property
    def url(self) -> str:
        """The address for `postgres`, the database's owner, over TCP."""
        return f"postgresql://postgres:postgres@{HOST}:{self.port}/postgres"

    def socket_url(self, role: str) -> str:
        """Return the address for `role` on the socket, which requires no password."""
        folder = quote(str(self.socket_folder), safe="")
        return f"postgresql://{role}@/postgres?host={folder}&port={self.port}"

    @property
    def socket_folder(self) -> Path:
        """The folder of the unix socket, which requires no password; only our user can enter it."""
        folder = self._folder.resolve()
        if len(os.fsencode(folder / f".s.PGSQL.{self.port}")) <= _SOCKET_PATH_BYTES:
            return folder
        return Path("/tmp", self._marker)  # noqa: S108 - ours, or refused: see _own

    def find_running(self) -> bool:
        """Look for a server already running on this data, and use its port."""
        try:
            lines = (self._folder / "data" / "postmaster.pid").read_text().splitlines()
            self.port = int(lines[_PORT_LINE])
        except (OSError, IndexError, ValueError):
            return False
        return self._answers()

    def start(self) -> None:
        """Start the server and give it what Supabase provides; its data stays as it was.

        Raises:
            LocalError: it does not start; the message ends with its log.

        """
        account = postgres_account(self._folder / "data")
        programs = server_programs(account)
        folder = server_folder(self._folder, account)
        data = folder / "data"
        if not data.exists():
            _initialize(programs, data, account, is_synced=not self._is_scratch)
        _own(self.socket_folder, account)
        _forget_dead_server(data, self.socket_folder)
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": str(self.socket_folder),
            "cluster_name": self._marker,  # in the title of each of its processes
            "timezone": "UTC",
            "log_timezone": "UTC",
            "wal_level": "logical",  # live changes are read from there
            "fsync": "off" if self._is_scratch else "on",
        }
        options = [option for pair in settings.items() for option in ("-c", "=".join(pair))]
        self.server = Child(
            "PostgreSQL",
            [str(programs / "postgres"), "-D", str(data), *options],
            env=_ENVIRONMENT,
            is_ready=self._answers,
            start_seconds=_START_SECONDS,
            log=self._log,
            account=account,
            stop_signal=signal.SIGINT,  # a fast but orderly shutdown
            death_signal=signal.SIGINT,
        )
        self.server.start()
        try:
            with psycopg.connect(self.socket_url(SUPERUSER), autocommit=True) as connection:
                connection.execute(SETUP.read_bytes())
        except psycopg.OperationalError as error:
            if f'role "{SUPERUSER}" does not exist' not in str(error):
                raise
            raise LocalError(
                f"The data in {data} is of an earlier version, whose `postgres` was a superuser: "
                "remove it with `make clean`."
            ) from None

    def stop(self) -> None:
        """Stop the server in an orderly way."""
        if self.server is not None:
            self.server.stop()
        if self.socket_folder != self._folder.resolve():
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def remove(self) -> None:
        """Remove the data, wherever it is. The server must be stopped."""
        folder = self._folder.resolve()
        shutil.rmtree(folder, ignore_errors=True)
        if folder != self._folder:
            self._folder.unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.socket_url(SUPERUSER), connect_timeout=2).close()
        except psycopg.OperationalError as error:
            return f'role "{SUPERUSER}"' in str(error)  # it answers; `start` reports what is wrong
        return True


def _initialize(programs: Path, data: Path, account: Account | None, *, is_synced: bool) -> None:
    # created under another name first, so that an interrupted start is never mistaken for data
    partial = data.with_name("data.partial")
    shutil.rmtree(partial, ignore_errors=True)
    result = subprocess.run(  # noqa: S603
        [
            *(str(programs / "initdb"), "-D", str(partial)),
            *(f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8"),
            # the same on every machine, whatever locales it has
            *("--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *([] if is_synced else ["--no-sync"]),
        ],
        env=_ENVIRONMENT,
        cwd="/",  # the account may be unable to access the caller's folder
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise LocalError(f"PostgreSQL could not make its data in {data}:\n{result.stderr.strip()}")
    (partial / "pg_hba.conf").write_text(_ACCESS)
    partial.rename(data)


def _forget_dead_server(data: Path, socket_folder: Path) -> None:
    """Remove a killed server's pid file, in case another process has the same pid now."""
    pid_file = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, psutil.Error):
        process = psutil.Process(int(pid_file.read_text().split("\n")[0]))
        if process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE:
            return  # another server is using this data: Postgres will report it
    pid_file.unlink(missing_ok=True)
    for leftover in socket_folder.glob(".s.PGSQL.*"):
        leftover.unlink()


def _own(folder: Path, account: Account | None) -> None:
    """Restrict `folder` to the server's user.

    Raises:
        LocalError: it belongs to another user.

    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()  # not following links: in /tmp anybody could have created one
    owners = {os.geteuid(), os.geteuid() if account is None else account.uid}
    if found.st_uid not in owners or not stat.S_ISDIR(found.st_mode):
        raise LocalError(f"{folder} belongs to another user: remove it.")
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
