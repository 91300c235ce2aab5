"""What is SQLite's own: files, permissions, reading only, schemas, two processes."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from config.errors import BusyError, SchemaError, StorageError
from config.types import RunKind
from storage import schema
from storage.engine import open_engine, place_of
from storage.migrations.full_text import PREFIX
from storage.open import open_repository
from storage.tables import Row
from tests.lib.records import COUNCIL, START, account, at, post

if TYPE_CHECKING:
    from pathlib import Path

    from storage.repository import Repository


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database is to be, in a folder that does not exist."""
    return tmp_path / "state" / "clerkwatch.db"


@pytest.fixture
def url(path: Path) -> str:
    """The url of that database."""
    return f"sqlite:///{path}"


@pytest.fixture
def made(url: str) -> str:
    """The url of a database with one post."""
    store = open_repository(url, create=True)
    store.sync_register([account()], at=START)
    run = store.begin_run(RunKind.SCAN, by="daemon", at=START)
    store.record(run, COUNCIL, [post()])
    store.close()
    return url


def mode(path: Path) -> int:
    """Return a file's permissions."""
    return path.stat().st_mode & 0o777


def test_only_the_owner_may_read_the_files(url: str, path: Path) -> None:
    """Folder 0700, file and journals 0600, whatever the umask allows."""
    before = os.umask(0o002)
    try:
        store = open_repository(url, create=True)
        store.sync_register([account()], at=START)
        found = {one.name: mode(one) for one in path.parent.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert mode(path.parent) == 0o700
    assert found == dict.fromkeys(
        ("clerkwatch.db", "clerkwatch.db-wal", "clerkwatch.db-shm"), 0o600
    )


def test_nothing_is_made_unless_it_is_asked_for(url: str, path: Path) -> None:
    """Opening a database that is not there names it and the commands that make one."""
    for read_only in (False, True):
        with pytest.raises(StorageError, match="there is no database at") as error:
            open_repository(url, read_only=read_only)
        assert "clerkwatch init, scan or run" in str(error.value)
    assert not path.parent.exists()


def test_connections_are_set_up_to_lose_nothing(made: str) -> None:
    """Write-ahead log, full synchronisation and foreign keys hold on every connection."""
    engine = open_engine(made)
    with engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_reading_only_cannot_write(made: str) -> None:
    """Neither through the repository nor through the engine below it."""
    store = open_repository(made, read_only=True)
    assert store.count_versions() == 1
    with pytest.raises(StorageError, match="opened for reading only"):
        store.begin_run(RunKind.SCAN, by="x", at=START)
    store.close()

    engine = open_engine(made, read_only=True)
    with engine.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(text("DELETE FROM observation"))
    with engine.connect() as connection:
        connection.execute(text("PRAGMA query_only = OFF"))
        with pytest.raises(OperationalError, match="readonly"):
            connection.execute(text("DELETE FROM observation"))
    engine.dispose()


def test_reading_only_sees_what_a_writer_commits(made: str) -> None:
    """A dry run beside the daemon reads the newest committed state and blocks nobody."""
    reader, writer = open_repository(made, read_only=True), open_repository(made)
    run = writer.begin_run(RunKind.SCAN, by="daemon", at=START)
    lots = reader.versions(lot=1)
    next(lots)
    writer.record(run, COUNCIL, [post("2", "Another")])

    assert [one.words.text for lot in lots for one in lot] == ["Another"]
    reader.close()
    writer.close()


def test_a_held_database_is_busy(made: str) -> None:
    """Who waits longer than the time-out is told so, and nothing is half written."""
    holder = open_repository(made)
    waiter = open_repository(made, busy_timeout_s=0.05)
    with holder.writing(), pytest.raises(BusyError, match="another process is writing"):
        waiter.begin_run(RunKind.SCAN, by="x", at=START)
    assert len(waiter.runs()) == 1
    holder.close()
    waiter.close()


def test_a_file_that_cannot_be_made_names_the_remedy() -> None:
    """The message has the path and the unit's setting."""
    with pytest.raises(StorageError, match="StateDirectory=") as error:
        open_repository("sqlite:////proc/clerkwatch/clerkwatch.db", create=True)
    assert "/proc/clerkwatch/clerkwatch.db" in str(error.value)


FULL = """
import resource, signal, sys
from config.errors import StorageError
from storage.open import open_repository
from tests.lib.records import COUNCIL, post
store = open_repository(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
for number in range(100):
    try:
        store.record(1, COUNCIL, [post(f"{number}-{n}", "Long post " * 50) for n in range(50)])
    except StorageError as error:
        print(number, error)
        break
"""


def test_a_disk_that_fills_up_loses_nothing_that_was_recorded(made: str, path: Path) -> None:
    """The lot that did not fit is not there; the ones before are; the message says what to do."""
    ended = subprocess.run(
        [sys.executable, "-c", FULL, made], capture_output=True, text=True, timeout=60, check=True
    )
    recorded, said = ended.stdout.split(" ", maxsplit=1)
    assert str(path) in said
    assert "Free space" in said

    store = open_repository(made)
    assert store.count_versions() == 1 + 50 * int(recorded)
    assert store.verify_ledger().faults == ()
    store.close()


def test_a_database_in_memory_serves_several_threads() -> None:
    """Its one connection goes from thread to thread; a block's own reading does not wait."""
    store = open_repository("sqlite://")
    store.sync_register([account()], at=START)
    threads = [
        threading.Thread(
            target=store.begin_run, args=(RunKind.SCAN,), kwargs={"by": str(n), "at": at(n)}
        )
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.writing():
        assert len(store.runs()) == 8
    store.close()


@pytest.mark.parametrize(
    "url", ["nonsense", "postgresql://host/name", "sqlite:///x.db?mode=ro", "sqlite+what:"]
)
def test_another_kind_of_url_is_refused(url: str) -> None:
    """The message says what to write instead, and does not repeat a password."""
    with pytest.raises(StorageError, match=r"sqlite:///clerkwatch\.db"):
        place_of(url)


# --- schemas --------------------------------------------------------------------------------


def rewrite(path: Path, *statements: str) -> None:
    """Change a file behind the repository's back."""
    path.parent.mkdir(exist_ok=True)
    with sqlite3.connect(path) as raw:
        for statement in statements:
            raw.execute(statement)
    raw.close()


def test_an_older_schema_is_not_upgraded_by_itself(
    made: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only who holds the daemon's lock upgrades: the remedy says so."""
    monkeypatch.setattr(schema, "REVISIONS", ("0000", schema.HEAD))
    rewrite(path, "UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(SchemaError, match="clerkwatch run") as error:
        open_repository(made, create=True)
    assert (error.value.found, error.value.wanted) == ("0000", schema.HEAD)


def test_after_a_crowd_one_reader_stays_with_one_connection(made: str) -> None:
    """Each connection has caches of its own: those that a crowd needed are left alone."""
    engine = open_engine(made, read_only=True)
    crowd = [engine.connect() for _ in range(5)]
    for one in crowd:
        one.close()
    used = set()
    for _ in range(10):
        with engine.connect() as connection:
            used.add(id(connection.connection.dbapi_connection))
    engine.dispose()

    assert len(used) == 1


def test_a_newer_schema_is_refused(made: str, path: Path) -> None:
    """An older programme does not touch a newer database, not even to upgrade it."""
    rewrite(path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match="newer clerkwatch"):
        open_repository(made, upgrade=True)


@pytest.mark.parametrize("upgrade", [False, True])
def test_another_programme_is_left_alone(url: str, path: Path, upgrade: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A database of something else is refused and stays as it was."""
    rewrite(path, "CREATE TABLE account (id)")
    with pytest.raises(SchemaError, match="another programme"):
        open_repository(url, create=True, upgrade=upgrade)
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("account",)]
    raw.close()


def test_a_file_that_is_no_database_is_left_alone(url: str, path: Path) -> None:
    """A text file under that name is neither read as a database nor overwritten."""
    path.parent.mkdir()
    path.write_text("Minutes of the meeting\n" * 100)
    with pytest.raises(SchemaError, match="another programme"):
        open_repository(url, create=True)
    assert path.read_text().startswith("Minutes")


def test_an_empty_file_is_prepared_only_when_asked(url: str, path: Path) -> None:
    """An empty file is no database yet."""
    path.parent.mkdir()
    path.touch()
    with pytest.raises(SchemaError, match="has schema nothing"):
        open_repository(url)
    open_repository(url, create=True).close()
    assert open_repository(url, read_only=True).runs() == []


def test_upgrading_an_empty_or_present_database_is_well(url: str) -> None:
    """The daemon's start makes what is missing and changes nothing the second time."""
    for _ in range(2):
        open_repository(url, create=True, upgrade=True).close()
    engine = open_engine(url)
    assert schema.upgrade(engine, place="x") is None
    engine.dispose()


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Return whether a table is one of our rows; the index of words keeps some of its own."""
    return kind != "table" or not (name or "").startswith(PREFIX)


_LINES = re.compile(r"\n|, (?=[a-z_]+ (?:BIGINT|TEXT|INTEGER|BOOLEAN)\b)")


def shape(path: Path) -> dict[str, list[str]]:
    """Return by name what each table and index is made of, in no order."""
    with sqlite3.connect(path) as raw:
        rows = raw.execute(
            "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') "
            "AND sql IS NOT NULL AND name NOT IN ('alembic_version', 'sqlite_sequence')"
        ).fetchall()
    rows = [row for row in rows if not row[0].startswith(PREFIX)]
    raw.close()
    # A column that a later step added stands on the line of the one before it.
    return {
        name: sorted(
            part.strip().rstrip(",").replace('"', "") for part in _LINES.split(sql) if part.strip()
        )
        for name, sql in rows
    }


def test_the_migrations_make_the_tables(made: str, path: Path, tmp_path: Path) -> None:
    """Rows and migrations agree: columns, keys, checks and indexes, to the letter."""
    engine = open_engine(made)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        assert compare_metadata(context, Row.metadata) == []
    engine.dispose()

    direct = tmp_path / "direct.db"
    plain = create_engine(f"sqlite:///{direct}")
    Row.metadata.create_all(plain)
    plain.dispose()
    assert shape(path) == shape(direct)


def test_the_list_of_revisions_is_that_of_the_migrations() -> None:
    """What the quick check at each start believes is what Alembic would do."""
    settings = Config()
    settings.set_main_option("script_location", str(schema.MIGRATIONS))
    steps = ScriptDirectory.from_config(settings)
    assert [step.revision for step in steps.walk_revisions()][::-1] == list(schema.REVISIONS)


# --- two processes --------------------------------------------------------------------------

WRITER = """
import sys
from config.types import RunKind
from storage.open import open_repository
from tests.lib.records import COUNCIL, START, account, post
url, name = sys.argv[1:]
store = open_repository(url, create=True)
store.sync_register([account()], at=START)
run = store.begin_run(RunKind.SCAN, by=name, at=START)
for number in range(25):
    store.record(run, COUNCIL, [post(f"{name}{number}", f"Post {name} {number}"), post("shared")])
store.close()
"""


def test_two_processes_make_and_write_one_database(url: str) -> None:
    """They start at once on nothing; both finish, nothing is twice, the chain is whole."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, name], stderr=subprocess.PIPE)
        for name in ("a", "b", "c")
    ]
    said = [writer.communicate(timeout=60)[1] for writer in writers]
    assert [(writer.returncode, text) for writer, text in zip(writers, said, strict=True)] == [
        (0, b""),
        (0, b""),
        (0, b""),
    ]
    store: Repository = open_repository(url, read_only=True)
    assert store.count_versions() == 76
    assert len(store.register_changes()) == 1
    assert store.verify_ledger().faults == ()
    store.close()
