"""What the suite of the repository runs against.

Every test speaks to `storage.repository.Repository` alone. Another implementation runs
the suite unchanged by giving `open_again` another way to open its database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.types import Kind, RunId, RunKind
from storage.open import open_repository
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from storage.repository import Repository


@pytest.fixture
def open_again(tmp_path: Path) -> Iterator[Callable[[], Repository]]:
    """A function that opens one and the same database, each time as another process would."""
    opened: list[Repository] = []

    def open_one() -> Repository:
        store = open_repository(f"sqlite:///{tmp_path / 'state' / 'clerkwatch.db'}", create=True)
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def empty(open_again: Callable[[], Repository]) -> Repository:
    """A repository in which nothing has been remembered yet."""
    return open_again()


@pytest.fixture
def store(empty: Repository) -> Repository:
    """A repository that knows the council's and the mayor's account."""
    accounts = [records.account(), records.account(records.MAYOR, kind=Kind.MAYORAL)]
    empty.sync_register(accounts, at=records.START)
    return empty


@pytest.fixture
def run(store: Repository) -> RunId:
    """A run that has begun."""
    return store.begin_run(RunKind.SCAN, by="daemon", at=records.START)
