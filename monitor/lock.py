"""Only one daemon at a time on a database, whose holder alone changes the schema; fair turns."""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import BusyError, StorageError, TakenAwayError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


def lock_file(url: str) -> Path:
    """Return the lock's path beside the database of a ``sqlite:///`` address."""
    return Path(url.removeprefix("sqlite:///") + ".lock")


_LONGEST = 120
_HUNG_AFTER = timedelta(minutes=5)
"""A daemon beats every ten seconds; under a watchdog it is restarted long before this."""
_BEGINS_WITHIN = timedelta(hours=1)
"""What holds the lock without a beat brings a schema up to date, or puts a copy back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds the lock.

    Attributes:
        process: Its number.
        since: Since when, by the machine's clock; aware UTC.
        beat_at: When its heart beat last, by the clock of the house; None: not yet.
    """

    process: int
    since: datetime
    beat_at: datetime | None = None

    def is_hung(self, *, now: datetime) -> bool:
        """Return whether it holds the lock and gives no sign of life.

        Args:
            now: The present moment; aware UTC.
        """
        if self.beat_at is None:
            return abs(now - self.since) > _BEGINS_WITHIN
        return abs(now - self.beat_at) > _HUNG_AFTER


def holder(url: str) -> Holder | None:
    """Return the daemon that runs on a database, or None; takes nothing itself."""
    try:
        handle = os.open(lock_file(url), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        written = datetime.fromtimestamp(os.fstat(handle).st_mtime, UTC)
        number, since, beat_at = _read(handle)
        if not number.isdigit():
            return None
        return Holder(process=int(number), since=since or written, beat_at=beat_at)
    finally:
        os.close(handle)
    return None


class DaemonLock:
    """The right to be the daemon of a database, while it is held."""

    def __init__(self, path: Path, handle: int) -> None:
        """Write down who holds it, and since when."""
        self._path = path
        self._handle = handle
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        # The machine's clock, as the configuration file's own time is, which it is held against.
        self._since = datetime.fromtimestamp(os.fstat(handle).st_mtime, UTC)

    def beat(self, at: datetime) -> None:
        """Write down that whoever holds it is alive and well.

        Args:
            at: The present moment; aware UTC.

        Raises:
            OSError: It cannot be written.
        """
        lines = (str(os.getpid()), self._since.isoformat(), at.isoformat())
        os.pwrite(self._handle, ("\n".join(lines) + "\n").ljust(_LONGEST).encode("ascii"), 0)

    def check_there(self) -> None:
        """Return if the file still lies where another daemon would look for it.

        Raises:
            TakenAwayError: It does not: a second daemon could begin beside this one.
        """
        held = os.fstat(self._handle)
        with suppress(OSError):
            found = self._path.stat()
            if (held.st_dev, held.st_ino) == (found.st_dev, found.st_ino):
                return
        raise TakenAwayError(
            f"{self._path}: the lock was taken away while it was held",
            remedy="Leave what lies beside the database alone; then start clerkwatch again",
        )


def _read(handle: int) -> tuple[str, datetime | None, datetime | None]:
    """Return what a lock says: who, since when, and the last sign of life."""
    lines = os.pread(handle, _LONGEST, 0).decode("ascii", "replace").split()
    times: list[datetime | None] = []
    for text in lines[1:3]:
        with suppress(ValueError):
            times.append(datetime.fromisoformat(text).astimezone(UTC))
    since, beat_at, *_ = [*times, None, None]
    return lines[0] if lines else "", since, beat_at


@contextmanager
def daemon_lock(url: str) -> Iterator[DaemonLock]:
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
            holder = _read(handle)[0] or "unknown"
            raise BusyError(
                f"{path}: another clerkwatch (process {holder}) runs on this database",
                remedy="Stop it first: systemctl stop clerkwatch",
            ) from error
        yield DaemonLock(path, handle)
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
