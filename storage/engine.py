"""How a database is opened; what only SQLite needs stands here and in the migrations.

Every connection has foreign keys on, ``synchronous=FULL`` (what was committed outlives a
power cut) and a busy time-out. The file is in WAL mode, so that reading never waits for
writing. Transactions begin by our own BEGIN, as SQLAlchemy documents it: writers with
BEGIN IMMEDIATE, because a transaction that reads first and writes later fails at once,
without waiting, when another has written in between.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from config.errors import StorageError, TakenAwayError
from storage.wall import translate

if TYPE_CHECKING:
    from sqlalchemy import Connection

WRITING = "clerkwatch_writing"
"""Execution option of a connection whose transactions write."""

MEMORY = "the database in memory"
_THREADS = 32
_KEPT = 1
"""So many connections stay open while nobody needs them: another is made in a third of a
millisecond, and the last one to close would empty the journal each time."""
_STATEMENTS = 64
"""So many prepared statements are kept a connection, eight kilobytes each; with more nothing
is quicker."""


_IS_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE, errno.ENODEV})
_TAKEN_AWAY = (
    "Stop whatever deletes or replaces it, or mount its folder again; then start clerkwatch. To "
    "bring the record back: clerkwatch restore"
)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """The file that was opened, by what it is and not by what it is called.

    SQLite does not notice in WAL mode when its file is deleted or replaced: what is written
    afterwards goes into a file that has no name any more, and is lost when the process ends.
    """

    path: Path
    device: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> OpenFile:
        """Look at a file that is about to be opened, or was opened just now.

        Raises:
            StorageError: It cannot be looked at.
        """
        try:
            status = path.stat()
        except OSError as error:
            raise translate(error, str(path)) from error
        return cls(path, status.st_dev, status.st_ino)

    def check(self) -> None:
        """Return if it is still where it was; costs a few microseconds.

        Raises:
            TakenAwayError: It is not, or another file is in its place.
            StorageError: Its folder cannot be looked into.
        """
        try:
            status = self.path.stat()
        except OSError as error:
            if error.errno not in _IS_GONE:
                raise translate(error, str(self.path)) from error
            said = f"{self.path}: the database was taken away while it was in use"
            raise TakenAwayError(said, remedy=_TAKEN_AWAY) from None
        if (status.st_dev, status.st_ino) != (self.device, self.inode):
            said = f"{self.path}: another file took the database's place while it was in use"
            raise TakenAwayError(said, remedy=_TAKEN_AWAY)


def database_path(url: str) -> Path | None:
    """Return the file of an SQLite url; None for a database in memory.

    Raises:
        StorageError: The url is none, or of a kind that this version cannot use.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        message = "[storage] url cannot be understood"
        raise StorageError(message, remedy='Write url = "sqlite:///clerkwatch.db"') from error
    if parsed.get_backend_name() != "sqlite" or parsed.query:
        message = f"[storage] url: {parsed.get_backend_name()} with these options cannot be used"
        raise StorageError(message, remedy='Write url = "sqlite:///clerkwatch.db"')
    if parsed.database in {None, "", ":memory:"}:
        return None
    return Path(str(parsed.database)).absolute()


def place_of(url: str) -> str:
    """Return how messages name the database."""
    path = database_path(url)
    return MEMORY if path is None else str(path)


def open_engine(
    url: str,
    *,
    read_only: bool = False,
    is_untouched: bool = False,
    create: bool = False,
    busy_timeout_s: float = 10.0,
) -> Engine:
    """Open a database without looking at what is in it.

    Args:
        url: ``sqlite:///relative``, ``sqlite:////absolute`` or ``sqlite://`` (in memory).
        read_only: Open so that nothing can be written, whatever is tried.
        is_untouched: With ``read_only``: make nothing beside the file while nobody writes.
        create: Make the file (0600) and its folder (0700) if there is none.
        busy_timeout_s: How long a writer waits for another, in seconds.

    Raises:
        StorageError: There is no file and ``create`` is False, or it cannot be made.
    """
    path = database_path(url)
    file = None
    if path is None:
        address, size = ":memory:", 1
    else:
        _ensure(path, create=create and not read_only)
        address, size = _address(path, read_only=read_only, is_untouched=is_untouched), _THREADS
        file = OpenFile.of(path)

    def connect() -> sqlite3.Connection:
        if file is not None:
            file.check()  # else some connections would be to one file, and some to another
        return sqlite3.connect(
            address,
            uri=path is not None,
            timeout=busy_timeout_s,
            cached_statements=_STATEMENTS,
            check_same_thread=False,  # the pool gives a connection to one thread at a time
        )

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        # The one used last is used next, and what a crowd needed is closed: else each would fill
        # its caches of pages and statements, over weeks.
        pool_use_lifo=True,
        pool_size=min(size, _KEPT),
        max_overflow=size - min(size, _KEPT),
        pool_timeout=max(busy_timeout_s, 1.0),
        hide_parameters=True,  # a value may be a post's text: it never reaches a message
    )
    _listen(engine, is_file=path is not None, read_only=read_only)
    return engine


def _listen(engine: Engine, *, is_file: bool, read_only: bool) -> None:
    def prepare(dbapi_connection: Any, connection_record: Any) -> None:
        del connection_record
        dbapi_connection.isolation_level = None  # sqlite3 begins nothing by itself
        cursor = dbapi_connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        # What is overwritten or deleted is zeroes in the file: a purge leaves no words behind.
        cursor.execute("PRAGMA secure_delete = ON")
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        elif is_file:
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()

    def begin(connection: Connection) -> None:
        is_writing = connection.get_execution_options().get(WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)


def _address(path: Path, *, read_only: bool, is_untouched: bool = False) -> str:
    """Return SQLite's own URI; ``mode=rw`` never makes the database."""
    if not read_only:
        return f"{path.as_uri()}?mode=rw"
    journal = path.with_name(path.name + "-wal")
    if not journal.exists() and (is_untouched or not os.access(path.parent, os.W_OK)):
        # A copy on read-only ground, or to be left as it is: WAL would want to write beside it.
        return f"{path.as_uri()}?mode=ro&immutable=1"
    return f"{path.as_uri()}?mode=ro"


def _ensure(path: Path, *, create: bool) -> None:
    try:
        if path.exists():
            return
        if not create:
            message = f"there is no database at {path}"
            raise StorageError(message, remedy="clerkwatch init, scan or run makes it")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives the files beside it (WAL, shared memory) the same permissions.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise translate(error, str(path)) from error
