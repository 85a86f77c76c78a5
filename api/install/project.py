"""The Supabase project's folder: earlier installations' migrations, and the next one."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.install.errors import InstallError

_SOURCES = "-- session-api sources: "
_DIGEST = "-- session-api digest: "
_REMOVAL = "-- session-api removal"
_SECTION = "-- session-api takes back: "
_BEFORE = "set lock_timeout = '5s';\n"
_AFTER = "reset lock_timeout;\n"
_TIME = "%Y%m%d%H%M%S"


@dataclass(frozen=True)
class Written:
    """A migration that an earlier installation wrote; `sources` are what it carries."""

    path: Path
    sources: list[str]
    is_edited: bool
    adopts: bool


class ProjectFolder:
    """A folder with `supabase/` in it."""

    def __init__(self, folder: Path) -> None:
        """Take the folder.

        Raises:
            InstallError: it is no Supabase project.

        """
        if not (folder / "supabase").is_dir():
            raise InstallError(f"there is no folder supabase in {folder}: run `npx supabase init`")
        self.migrations = folder / "supabase" / "migrations"

    def written(self) -> list[Written]:
        """Find what earlier installations wrote since the last removal, oldest first."""
        found: list[Written] = []
        for path in sorted(self.migrations.glob("*.sql")):
            try:
                text = path.read_text()
            except (OSError, UnicodeDecodeError) as error:
                raise InstallError(f"{path} cannot be read: {type(error).__name__}") from None
            if re.search(f"^{_REMOVAL}$", text, re.MULTILINE):
                found.clear()
            sources = re.search(f"^{_SOURCES}(.*)$", text, re.MULTILINE)
            digest = re.search(f"^{_DIGEST}(.*)\n", text, re.MULTILINE)
            if sources is not None and digest is not None:
                is_edited = _digest(text[digest.end() :]) != digest[1].strip()
                adopts = " function session_api.adopted_tables()" in text
                found.append(Written(path, sources[1].split(), is_edited, adopts))
        return found

    def write(self, title: str, sources: Sequence[str], body: str) -> Path:
        """Write a migration that is newer than every other, and return its path."""
        self.migrations.mkdir(exist_ok=True)
        path = self.migrations / f"{self._time()}_session_api.sql"
        body = _locking(body)
        head = (
            f"-- Session API: {title}.\n"
            "-- Written by `session-api install`. Once this has run anywhere, do not edit it.\n"
            f"{_SOURCES}{' '.join(sources)}\n{_DIGEST}{_digest(body)}\n"
        )
        partial = path.with_suffix(".partial")
        partial.write_text(head + body)
        partial.rename(path)
        return path

    def write_removal(self, migration: Path, statements: Sequence[str]) -> Path:
        """Write the file that undoes everything, the newest installation first; return its path.

        It is kept outside the migrations, until somebody makes it one.
        """
        path = self.migrations.parent / "session_api_removal.sql"
        known = {written.path.name for written in self.written()}
        sections = {migration.name: "\n".join(statements) + "\n"}
        if path.exists():
            for section in path.read_text().split(_SECTION)[1:]:
                name, _, body = section.removesuffix(_AFTER).partition("\n")
                if name in known:
                    sections.setdefault(name, body)
        head = (
            "-- Takes back what the migrations of Session API have done. It is no migration until "
            f"you make it one.\n{_REMOVAL}\n"
        )
        body = "".join(f"{_SECTION}{name}\n{sections[name]}" for name in sections)
        path.write_text(head + _locking(body))
        return path

    def _time(self) -> str:
        now = datetime.now(UTC)
        for path in self.migrations.glob("*.sql"):
            try:
                theirs = datetime.strptime(path.name[:14], _TIME).replace(tzinfo=UTC)
            except ValueError:
                continue
            now = max(now, theirs + timedelta(seconds=1))
        return now.strftime(_TIME)


def _locking(body: str) -> str:
    """Limit the wait for a locked table: while we wait, everybody who needs it waits behind us."""
    return f"{_BEFORE}{body}{_AFTER}"


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
