"""The door of `storage`: opens the database that the settings name.

Import it where it is used: it imports SQLAlchemy, which a quick command does without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import schema
from storage.engine import MEMORY, OpenFile, database_path, open_engine, place_of
from storage.sql.repository import SqlRepository
from storage.wall import wall

if TYPE_CHECKING:
    from storage.repository import Repository


def open_repository(
    url: str,
    *,
    read_only: bool = False,
    is_untouched: bool = False,
    create: bool = False,
    upgrade: bool = False,
    busy_timeout_s: float = 10.0,
) -> Repository:
    """Open the database and make sure that it is the one this version works on.

    Args:
        url: ``sqlite:///relative``, ``sqlite:////absolute`` or ``sqlite://`` (in memory,
            always made anew).
        read_only: Nothing can be written through it, whatever is tried (dry runs, reports).
        is_untouched: With ``read_only``: SQLite makes nothing beside the file while nobody writes.
            Should somebody begin to, what is read may be of two moments: compare the file's time.
        create: Make the database if there is none (``init``, ``run``, ``scan``, ``demo``).
        upgrade: Bring an older one to the present schema; only the holder of the daemon's
            lock does so.
        busy_timeout_s: How long a writer waits for another process, in seconds.

    Raises:
        StorageError: There is no database, or it cannot be opened; names path and remedy.
        SchemaError: It is older (and ``upgrade`` is False), newer, or something else.
    """
    place = place_of(url)
    engine = open_engine(
        url,
        read_only=read_only,
        is_untouched=is_untouched,
        create=create,
        busy_timeout_s=busy_timeout_s,
    )
    try:
        with wall(place):
            if not read_only and (create or place == MEMORY):
                schema.create(engine)
            if upgrade and not read_only:
                schema.upgrade(engine, place=place)
            with engine.connect() as connection, connection.begin():
                schema.check(connection, place=place)
    except BaseException:
        engine.dispose()
        raise
    path = database_path(url)
    file = None if path is None else OpenFile.of(path)
    return SqlRepository(engine, place=place, read_only=read_only, file=file)
