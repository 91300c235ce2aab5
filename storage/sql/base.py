"""What every part of the repository stands on: connections, snapshots, the wall."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

from config.errors import StorageError
from storage.engine import WRITING
from storage.sql.chain import Chain
from storage.wall import wall

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine, Select, Table
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

    from storage.engine import OpenFile

CHUNK = 500
"""Most rows named in one statement."""


class Desk:
    """One database, opened: gives out snapshots to read and transactions to write.

    A thread that is inside a writing block reads its own uncommitted rows; any other
    thread reads what was committed last.
    """

    def __init__(
        self, engine: Engine, *, place: str, read_only: bool, file: OpenFile | None = None
    ) -> None:
        """Take an engine whose schema has been checked; its file, if it has one of its own."""
        self._engine = engine
        self._place = place
        self._read_only = read_only
        self._file = file
        self._mine = threading.local()

    def is_writing(self) -> bool:
        """Return whether this thread is inside a writing block."""
        return getattr(self._mine, "connection", None) is not None

    def check_there(self) -> None:
        """Return if the database is still where it was opened."""
        if self._file is not None:
            self._file.check()

    def close(self) -> None:
        """Let go of the database."""
        with wall(self._place):
            self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Give a connection with one consistent snapshot."""
        open_already: Connection | None = getattr(self._mine, "connection", None)
        if open_already is not None:
            with wall(self._place):
                yield open_already
            return
        with wall(self._place), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _writing(self, *, is_shared: bool = False) -> Iterator[tuple[Connection, Chain]]:
        """Give a connection that may write, and the ledger's chain; commit at the end.

        Within a block that is shared it takes part in that one and commits with it.

        Args:
            is_shared: Blocks within this one, in the same thread, take part in it.
        """
        if self._read_only:
            message = f"{self._place}: opened for reading only"
            raise StorageError(message)
        outer: Connection | None = getattr(self._mine, "connection", None)
        if outer is not None and not self._mine.is_shared:
            message = f"{self._place}: a writing block is open in this thread already"
            raise StorageError(message)
        if outer is not None:
            # Steps of one decision commit together; one that fails undoes only itself.
            chain = self._mine.chain
            with chain.undoing(), outer.begin_nested():
                yield outer, chain
            return
        with wall(self._place), self._engine.connect() as plain:
            connection = plain.execution_options(**{WRITING: True})
            with connection.begin():
                self._mine.connection, self._mine.is_shared = connection, is_shared
                try:
                    self.check_there()
                    chain = self._mine.chain = Chain(connection)
                    yield connection, chain
                    chain.flush()
                    self.check_there()
                finally:
                    self._mine.connection = self._mine.chain = None


def upsert(connection: Connection, table: Table) -> SqliteInsert | PostgresInsert:
    """Return an INSERT that knows ON CONFLICT; the one place where dialects differ here."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def replace_row(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    """Insert a row, or bring the one with the same primary key to these values."""
    keys = [column.name for column in table.primary_key]
    statement = upsert(connection, table).values(values)
    changed = {name: statement.excluded[name] for name in values if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def in_lots(ids: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    """Cut a long list of keys into pieces that one statement can name."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def exists(connection: Connection, query: Select[Any]) -> bool:
    """Say whether a query gives any row."""
    return connection.execute(query.limit(1)).first() is not None
