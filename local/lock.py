"""One stack per data folder: a lock that the system releases however its holder dies."""

import fcntl
import os
from pathlib import Path

from local.errors import LocalError


class FolderLock:
    """The right to use a data folder.

    Args:
        folder: the data folder, made when absent.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "stack.lock"
        self._descriptor: int | None = None

    def acquire(self, otherwise: str = "") -> None:
        """Take the lock.

        Args:
            otherwise: the alternative to stopping the running stack.

        Raises:
            LocalError: another process has it, or the folder cannot hold the data.

        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if any(self._folder.iterdir()) and not self._path.exists():
                raise LocalError(
                    f"{self._folder} has other things in it: choose a folder for the stack alone "
                    "with DATA_DIR=…"
                )
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise LocalError(
                f"{self._folder} cannot be used ({error.strerror}): "
                "choose another folder with DATA_DIR=…"
            ) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode()
            os.close(descriptor)
            raise LocalError(
                f"A stack is already running on {self._folder} (process {holder}): stop it first"
                f"{otherwise}."
            ) from None
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def remove(self) -> None:
        """Release the lock and remove its file, with the folder's other contents."""
        self._path.unlink()
        self.release()

    def release(self) -> None:
        """Release the lock. Does nothing if it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
