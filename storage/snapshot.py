"""A copy of the database at one moment, made while others write to it; and a look at one.

SQLite's online backup within one read transaction: in WAL mode writers are not held up, and
the copy shows one moment, however long it takes. PostgreSQL has `pg_dump` for this; another
kind of database gets its own function here.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from config.errors import StorageError
from storage.engine import _address, database_path
from storage.wall import translate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PAGES = 2048
"""Copied between two questions whether to stop: 8 MB."""
_MOST_PROBLEMS = 5
_BUSY_S = 30.0


def snapshot(url: str, into: Path, *, check_stop: Callable[[], None]) -> None:
    """Copy a database, as it is now, into one file that nothing else belongs to.

    Args:
        url: As in the settings; the database may be in use.
        into: The file to make, readable by its owner only; must not be there.
        check_stop: Asked between two pieces; what it raises ends the copy.

    Raises:
        StorageError: It cannot be read, or the copy cannot be written.
    """
    path = database_path(url)
    if path is None:
        raise StorageError("a database in memory cannot be copied")
    try:
        os.close(os.open(into, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        with (
            closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)) as live,
            closing(sqlite3.connect(into)) as copy,
        ):
            live.isolation_level = copy.isolation_level = None
            # The copy stays at this moment: without it, each write of another starts it anew.
            live.execute("BEGIN")
            live.execute("SELECT count(*) FROM sqlite_master").fetchone()
            live.backup(copy, pages=_PAGES, progress=lambda *_: check_stop())
            live.execute("ROLLBACK")
            copy.execute("PRAGMA journal_mode = DELETE")
        _sync(into)
    except (OSError, sqlite3.Error) as error:
        raise translate(error, str(path)) from error


def problems_of(file: Path, *, is_untouched: bool = False) -> list[str]:
    """Return what is wrong with a file itself: damaged pages, rows that lead nowhere.

    Args:
        file: A copy, or a database in use: nothing is written, and nobody waits.
        is_untouched: Nothing is made beside it either, as `storage.open.open_repository` has it.

    Raises:
        StorageError: It cannot be read, or is no database.
    """
    try:
        address = _address(file.absolute(), read_only=True, is_untouched=is_untouched)
        with closing(sqlite3.connect(address, uri=True)) as copy:
            found = [
                str(row[0])
                for row in copy.execute(f"PRAGMA integrity_check({_MOST_PROBLEMS})")
                if row[0] != "ok"
            ]
            for table, *_ in copy.execute("PRAGMA foreign_key_check").fetchmany(_MOST_PROBLEMS):
                found.append(f"a row of {table} refers to one that is missing")
            return found
    except (OSError, sqlite3.Error) as error:
        raise translate(error, str(file)) from error


def schema_of(file: Path) -> str:
    """Return the revision of a copy's schema; empty if it is none of ours.

    Raises:
        StorageError: It cannot be read, or is no database.
    """
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
            return str(row[0]) if row else ""
    except sqlite3.OperationalError:
        return ""
    except (OSError, sqlite3.Error) as error:
        raise translate(error, str(file)) from error


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
