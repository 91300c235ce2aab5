"""A database that is held, damaged, missing, older or newer: said, refused, and nothing lost."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import WHOLE
from tests.faults.telling import exits, settled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.aftermath import Undisturbed
    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown

PAGES = 24 if WHOLE else 4
MORNING = ("digest", "--send")
DAMAGED = ("damaged", "malformed", "another programme")
_PAGE = 4096


@pytest.mark.slow
@pytest.mark.parametrize("held_s", [3.0, None])
def test_a_database_that_another_process_holds(
    town: FaultTown,
    morning: Undisturbed,
    tmp_path: Path,
    tried: Callable[[str], Tried],
    held_s: float | None,
) -> None:
    """Held for a moment it is waited for; held longer it is said; afterwards all is whole."""
    row = tried("SQLite locked by another process")
    folder, since = town.fresh(tmp_path / "held"), len(town.smtp.mails)
    with closing(
        sqlite3.connect(folder / "clerkwatch.db", isolation_level=None, check_same_thread=False)
    ) as holder:
        holder.execute("BEGIN IMMEDIATE")
        release = threading.Timer(held_s or 600, holder.rollback)
        release.start()
        done = town.live(folder, *MORNING)
        release.cancel()
        release.join()
        if held_s is None:
            row.told(*exits(done, "another process is writing"))
            holder.rollback()
        else:
            assert done.code == 0, done.err
            row.told("waited for: nothing to tell")
    again = town.live(folder, *MORNING)
    assert again.code == 0, again.err
    settled(row, town, folder, since=since, wanted=morning, told=f"held for {held_s}")
