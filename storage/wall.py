"""The wall of `storage`: what a database says becomes one of our errors, with a remedy.

Neither statements nor their values get through: a value may be a post's text.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from config.errors import BusyError, SchemaError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_WRITABLE = (
    "Under systemd the unit must own the folder: StateDirectory=clerkwatch, with [storage] url "
    "relative or below $STATE_DIRECTORY; elsewhere give the folder and the file to the user "
    "that runs clerkwatch, on a file system that is not mounted read-only"
)
_FULL = "Free space on that file system (StateDirectory= says where the unit keeps its files)"
_BUSY = "Try again; if it lasts, see which other clerkwatch process is writing: clerkwatch status"
_NOT_OURS = (
    "[storage] url names a file of another programme: correct it; if it was clerkwatch's own, its "
    "beginning is damaged: keep it as it is and restore the newest backup: clerkwatch restore"
)
_CORRUPT = "Keep the file as it is and restore the newest backup: clerkwatch restore"


def translate(error: Exception, place: str) -> StorageError:
    """Return our error for one that the database or the file system raised.

    Args:
        error: From SQLAlchemy, sqlite3 or the operating system.
        place: The database's path, or ``the database in memory``.

    Returns:
        BusyError when another process holds the database, SchemaError when the file is no
        database of ours, else StorageError; path and remedy are in its text.
    """
    said = str(_inner(error)).lower()
    if "database is locked" in said or "database table is locked" in said:
        return BusyError(f"{place}: another process is writing", remedy=_BUSY)
    if isinstance(error, PoolTimeoutError):
        return BusyError(f"{place}: every connection is in use", remedy=_BUSY)
    if "not a database" in said:
        return SchemaError(found="", wanted="one of clerkwatch", remedy=f"{place}: {_NOT_OURS}")
    for sign, what, remedy in _SIGNS:
        if sign in said:
            return StorageError(f"{place}: {what}", remedy=remedy)
    return _other(error, place)


def _other(error: Exception, place: str) -> StorageError:
    if isinstance(error, OSError):
        return StorageError(f"{place}: the file cannot be made or opened", remedy=_WRITABLE)
    if isinstance(error, IntegrityError):
        return StorageError(f"{place}: the database refused a row that breaks its rules")
    return StorageError(f"{place}: the database failed")


_SIGNS = (
    ("readonly database", "the database cannot be written", _WRITABLE),
    ("read-only file system", "the file system is read-only", _WRITABLE),
    ("permission denied", "the file or its folder may not be used", _WRITABLE),
    ("unable to open database file", "the database cannot be opened", _WRITABLE),
    ("database or disk is full", "the disk is full", _FULL),
    ("no space left on device", "the disk is full", _FULL),
    ("disk i/o error", "the disk failed or is full", _FULL),
    ("malformed", "the database file is damaged", _CORRUPT),
)


def _inner(error: Exception) -> BaseException:
    """Return the driver's own error: SQLAlchemy's text holds the statement."""
    if isinstance(error, (DBAPIError, StatementError)) and error.orig is not None:
        return error.orig
    return error


@contextmanager
def wall(place: str) -> Iterator[None]:
    """Turn every database error inside the block into a `StorageError`.

    Raises:
        StorageError: With the driver's error as its cause; see `translate`.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise translate(error, place) from _inner(error)
