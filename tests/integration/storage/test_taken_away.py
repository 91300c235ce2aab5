"""A database whose file is taken away while it is open: nothing more is written, much is saved."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from config.errors import StorageError, TakenAwayError
from config.types import RunKind
from storage.open import open_repository
from storage.snapshot import problems_of
from tests.lib.records import START, account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.repository import Repository


def delete(path: Path) -> None:
    """Take the file's name away."""
    path.unlink()


def replace(path: Path) -> None:
    """Put another database into its place, as a copying programme does."""
    other = path.with_name("other.db")
    open_repository(f"sqlite:///{other}", create=True).close()
    other.replace(path)


def take_folder(path: Path) -> None:
    """Let another folder lie over it, as after an unmount."""
    path.parent.rename(path.parent.with_name("elsewhere"))
    path.parent.mkdir()


WAYS = [delete, replace, take_folder]


def runs(path: Path) -> int:
    """Return how many runs a file remembers."""
    with closing(sqlite3.connect(path)) as raw:
        ((count,),) = raw.execute("SELECT count(*) FROM run")
        return int(count)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database lies."""
    return tmp_path / "state" / "clerkwatch.db"


@pytest.fixture
def store(path: Path) -> Repository:
    """A repository with something in it, open."""
    made = open_repository(f"sqlite:///{path}", create=True)
    made.sync_register([account()], at=START)
    made.begin_run(RunKind.SCAN, by="daemon", at=START)
    return made


@pytest.mark.parametrize("take", WAYS)
def test_nothing_more_is_written(
    store: Repository, path: Path, take: Callable[[Path], None]
) -> None:
    """Neither a new transaction nor one that had begun reaches a file that nobody sees."""

    def half_way() -> None:
        with store.writing() as transaction:
            transaction.note("before it was taken", at=START, facts={})
            take(path)

    store.check_there()
    with pytest.raises(TakenAwayError, match="in use"):
        half_way()
    with pytest.raises(TakenAwayError) as error:
        store.begin_run(RunKind.SCAN, by="daemon", at=START)
    with pytest.raises(TakenAwayError):
        store.check_there()
    assert "clerkwatch restore" in error.value.remedy
    store.close()


@pytest.mark.parametrize("take", WAYS)
def test_what_is_still_open_is_saved(
    store: Repository, path: Path, take: Callable[[Path], None]
) -> None:
    """The copy is whole, private, and beside where the database was."""
    take(path)
    saved = path.with_name("saved")
    store.save_aside(saved)
    store.close()

    assert saved.stat().st_mode & 0o777 == 0o600
    assert problems_of(saved) == []
    assert runs(saved) == 1


def test_what_lay_beside_it_does_not_get_into_the_file_in_its_place(
    store: Repository, path: Path
) -> None:
    """SQLite would play the log of the one into the other."""
    other = path.with_name("other.db")
    store.close()
    shutil.copy(path, other)
    store = open_repository(f"sqlite:///{path}")
    store.begin_run(RunKind.SCAN, by="daemon", at=START)
    other.replace(path)
    store.save_aside(path.with_name("saved"))

    assert not path.with_name("clerkwatch.db-wal").exists()
    assert problems_of(path) == []
    assert runs(path) == 1
    store.close()
    assert runs(path) == 1


def test_what_another_has_open_beside_it_is_left_alone(store: Repository, path: Path) -> None:
    """A file that this process does not hold is somebody else's."""
    replace(path)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).rename(path.with_name("gone" + suffix))
    path.with_name("clerkwatch.db-wal").write_bytes(b"")
    store.save_aside(path.with_name("saved"))
    store.close()

    assert path.with_name("clerkwatch.db-wal").exists()


def test_where_nothing_can_be_saved_it_is_said(
    store: Repository, path: Path, tmp_path: Path
) -> None:
    """The folder is gone: our own error, and nothing left behind."""
    path.parent.rename(tmp_path / "elsewhere")

    with pytest.raises(StorageError):
        store.save_aside(path.with_name("saved"))
    store.close()
    assert not path.parent.exists()


def test_a_database_in_memory_is_always_there(tmp_path: Path) -> None:
    """It has no file that could be taken."""
    store = open_repository("sqlite://")
    store.check_there()
    with pytest.raises(StorageError, match="in memory"):
        store.save_aside(tmp_path / "saved")
    store.close()
