"""What a database says, in our words."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from config.errors import BusyError, SchemaError, StorageError
from storage.wall import translate, wall

PLACE = "/var/lib/clerkwatch/clerkwatch.db"


@pytest.mark.parametrize(
    ("said", "kind", "remedy"),
    [
        ("database is locked", BusyError, "clerkwatch status"),
        ("attempt to write a readonly database", StorageError, "StateDirectory="),
        ("unable to open database file", StorageError, "StateDirectory="),
        ("database or disk is full", StorageError, "Free space"),
        ("disk I/O error", StorageError, "Free space"),
        ("database disk image is malformed", StorageError, "restore"),
        ("file is not a database", SchemaError, "[storage] url"),
        ("something else", StorageError, ""),
    ],
)
def test_each_trouble_has_its_error_and_remedy(
    said: str, kind: type[StorageError], remedy: str
) -> None:
    """The message names the path; a person reads what to do."""
    error = translate(sqlite3.OperationalError(said), PLACE)
    assert type(error) is kind
    assert PLACE in str(error)
    assert remedy in error.remedy


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (OSError(30, "Read-only file system"), "StateDirectory="),
        (OSError(28, "No space left on device"), "Free space"),
        (PermissionError(13, "Permission denied"), "StateDirectory="),
    ],
)
def test_trouble_with_the_file_system_names_the_unit_setting(error: OSError, remedy: str) -> None:
    """A unit whose state folder cannot be written says which setting gives it one."""
    said = translate(error, PLACE)
    assert PLACE in str(said)
    assert remedy in said.remedy


def test_no_statement_and_no_value_gets_through() -> None:
    """A refused row's text stays inside the wall: it may be a post's words."""
    inner = sqlite3.IntegrityError("UNIQUE constraint failed: outbox.key")
    error = IntegrityError("INSERT INTO version VALUES (?)", {"text": "secret words"}, inner)

    with pytest.raises(StorageError) as raised, wall(PLACE):
        raise error
    assert raised.value.__cause__ is inner
    assert "secret words" not in str(raised.value)
    assert "INSERT" not in str(raised.value)


def test_a_pool_that_is_used_up_is_busy() -> None:
    """More threads than connections is a matter of waiting."""
    assert isinstance(translate(PoolTimeoutError(), PLACE), BusyError)


def test_a_lock_is_told_from_its_wrapping() -> None:
    """What SQLAlchemy wraps is looked into."""
    wrapped = OperationalError(
        "BEGIN IMMEDIATE", {}, sqlite3.OperationalError("database is locked")
    )
    assert isinstance(translate(wrapped, PLACE), BusyError)


def test_other_errors_pass_the_wall() -> None:
    """An error of the caller's own block is not ours to rename."""
    with pytest.raises(KeyError), wall(PLACE):
        raise KeyError
