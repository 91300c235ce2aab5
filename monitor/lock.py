"""Only one daemon at a time on a database, whose holder alone changes the schema; fair turns."""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import BusyError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


def lock_file(url: str) -> Path:
    """Return the lock's path beside the database of a ``sqlite:///`` address."""
    return Path(url.removeprefix("sqlite:///") + ".lock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds the lock, and since when (aware UTC)."""

    process: int
    since: datetime


def holder(url: str) -> Holder | None:
    """Return the daemon that runs on a database, or None; takes nothing itself."""
    try:
        handle = os.open(lock_file(url), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        written = os.fstat(handle).st_mtime
        number = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
        if not number.isdigit():
            return None
        return Holder(process=int(number), since=datetime.fromtimestamp(written, UTC))
    finally:
        os.close(handle)
    return None


@contextmanager
def daemon_lock(url: str) -> Iterator[None]:
    """Hold the right to be the daemon of a database; the kernel frees it at any death.

    Raises:
        BusyError: Another process holds it; the message gives its process id.
        StorageError: The lock's file cannot be made.
    """
    path = lock_file(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(
            f"{path}: the lock cannot be made",
            remedy="The folder must be writable; under systemd it comes from StateDirectory=",
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise BusyError(
                f"{path}: another clerkwatch (process {holder}) runs on this database",
                remedy="Stop it first: systemctl stop clerkwatch",
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


class Turns:
    """A lock that is given in the order in which it was asked for.

    Python's own goes to whoever comes first: a thread that judges lot after lot takes it
    again at once, and an account's pull would wait until all history is judged.
    """

    def __init__(self) -> None:
        """Nobody holds it."""
        self._changed = threading.Condition()
        self._asked = 0
        self._served = 0

    def __enter__(self) -> None:
        """Wait for everybody who asked before."""
        with self._changed:
            mine = self._asked
            self._asked += 1
            self._changed.wait_for(lambda: self._served == mine)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give it to the next."""
        with self._changed:
            self._served += 1
            self._changed.notify_all()
