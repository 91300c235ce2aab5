"""Saving what a process still has open of a database whose file was taken away."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from config.errors import StorageError
from storage.sql.base import Desk
from storage.wall import translate, wall

_OPEN = Path("/proc/self/fd")
_BESIDE = ("-wal", "-shm")


class Saving(Desk):
    """The part of the repository that saves what would be lost with this process."""

    def save_aside(self, into: Path) -> None:
        """Copy what is still open of a database that was taken away; see `Repository`."""
        if self._file is None:
            raise StorageError(f"{self._place}: a database in memory cannot be taken away")
        try:
            with wall(self._place):
                self._copy(into)
        except OSError as error:
            raise translate(error, str(into)) from error
        finally:
            _move_aside(self._file.path, into)

    def _copy(self, into: Path) -> None:
        """Copy through a connection that was made while the file was there."""
        os.close(os.open(into, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        try:
            with (
                closing(self._engine.raw_connection()) as known,
                closing(sqlite3.connect(into)) as copy,
            ):
                live: Any = known.driver_connection
                live.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
        except BaseException:
            with suppress(OSError):
                into.unlink()
            raise


def _move_aside(place: Path, into: Path) -> None:
    """Move what we keep beside the database: SQLite would play our log into another's file."""
    for suffix in _BESIDE:
        beside = place.with_name(place.name + suffix)
        if _is_ours(beside):
            with suppress(OSError):  # the folder is read-only or gone: then nobody finds it there
                beside.rename(into.with_name(f"{into.name}.left{suffix}"))


def _is_ours(file: Path) -> bool:
    """Return whether this very process has a file open."""
    try:
        wanted = file.stat()
        names = os.listdir(_OPEN)  # noqa: PTH208 - the kernel's list, not a folder
    except OSError:
        return False
    for name in names:
        with suppress(OSError):
            found = (_OPEN / name).stat()
            if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
                return True
    return False
