"""Which schema a database has, and bringing it to the one this version needs.

Alembic does the steps; it is imported only when there is something to do, so that a
daily command starts quickly. A database is changed only by whoever asks for it
(`create`, `upgrade`): the daemon under its lock.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, select, table
from sqlalchemy import column as named

from config.errors import SchemaError
from storage.engine import WRITING

if TYPE_CHECKING:
    from sqlalchemy import Connection

REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
)
"""Every schema there has been, oldest first; a test holds it against the migrations."""

HEAD = REVISIONS[-1]
MIGRATIONS = Path(__file__).parent / "migrations"

_FOREIGN = "[storage] url names a file of another programme: correct it"
_OLDER = "Stop other clerkwatch processes and start the daemon (clerkwatch run): it upgrades"
_NEWER = "It was written by a newer clerkwatch: install that version, or restore a backup"
_EMPTY = "clerkwatch init, scan or run prepares it"
_OURS = frozenset({"account", "version", "ledger"})


def found(connection: Connection) -> str | None:
    """Return the database's revision; None for an empty one, "" for something else's."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if "alembic_version" not in tables or not tables >= _OURS:
        return ""
    version = table("alembic_version", named("version_num"))
    return connection.execute(select(version.c.version_num)).scalar_one_or_none() or ""


def check(connection: Connection, *, place: str) -> None:
    """Refuse a database that this version cannot work on.

    Args:
        connection: To the database.
        place: How messages name it.

    Raises:
        SchemaError: Older (not upgraded), newer, empty or foreign; with the remedy.
    """
    revision = found(connection)
    if revision == HEAD:
        return
    if revision is None:
        raise SchemaError(found="nothing", wanted=HEAD, remedy=f"{place}: {_EMPTY}")
    if not revision:
        raise SchemaError(found="", wanted=HEAD, remedy=f"{place}: {_FOREIGN}")
    remedy = _OLDER if revision in REVISIONS else _NEWER
    raise SchemaError(found=revision, wanted=HEAD, remedy=f"{place}: {remedy}")


def create(engine: Engine) -> bool:
    """Bring an empty database to the present schema; leave any other as it is.

    Returns:
        True if there was nothing and now there is the schema.
    """
    with engine.connect() as reading, reading.begin():
        if found(reading) is not None:
            return False
    # Two processes may come here at once: the second waits for the first's transaction.
    with engine.connect().execution_options(**{WRITING: True}) as writing, writing.begin():
        if found(writing) is not None:
            return False
        _migrate(writing)
    return True


def upgrade(engine: Engine, *, place: str) -> str | None:
    """Bring an older database to the present schema, all steps or none.

    The caller holds the daemon's lock.

    Returns:
        The revision it had; None if there was nothing to do.

    Raises:
        SchemaError: Newer or foreign.
    """
    with engine.connect().execution_options(**{WRITING: True}) as writing, writing.begin():
        revision = found(writing)
        if revision == HEAD:
            return None
        if revision is not None and revision not in REVISIONS:
            check(writing, place=place)
        _migrate(writing)
    return revision or ""


def _migrate(connection: Connection) -> None:
    """Run every step that is missing, on this connection and in its transaction."""
    from alembic import command  # noqa: PLC0415 - 100 ms, only when there is a step to run
    from alembic.config import Config  # noqa: PLC0415 - the same

    steps = Config()
    steps.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    steps.attributes["connection"] = connection
    command.upgrade(steps, "head")
