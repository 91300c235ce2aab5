"""Who may be the daemon, and turns in the order of asking."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.errors import BusyError, StorageError, TakenAwayError
from monitor.lock import Turns, daemon_lock, holder, lock_file

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_the_holder_is_named_to_whoever_comes_second(tmp_path: Path) -> None:
    """A second daemon is refused with the first's process number."""
    url = f"sqlite:///{tmp_path / 'clerkwatch.db'}"
    with daemon_lock(url):
        found = holder(url)
        with pytest.raises(BusyError, match=f"process {os.getpid()}"), daemon_lock(url):
            pass

    assert found is not None
    assert found.process == os.getpid()


def test_the_lock_is_free_again_after_its_holder(tmp_path: Path) -> None:
    """What is left of an ended daemon is a file, not a lock."""
    url = f"sqlite:///{tmp_path / 'clerkwatch.db'}"
    with daemon_lock(url):
        pass

    assert lock_file(url).exists()
    assert holder(url) is None
    with daemon_lock(url):
        assert holder(url) is not None


def test_the_holder_s_signs_of_life_are_seen_by_others(tmp_path: Path) -> None:
    """Who, since when, and when its heart beat last; a day's silence is no life."""
    url = f"sqlite:///{tmp_path / 'clerkwatch.db'}"
    with daemon_lock(url) as lock:
        silent = holder(url)
        lock.beat(NOW)
        beating = holder(url)
        lock.beat(NOW + DAY)
        later = holder(url)

    assert silent is not None
    assert beating is not None
    assert later is not None
    assert (silent.beat_at, beating.beat_at, later.beat_at) == (None, NOW, NOW + DAY)
    assert silent.process == beating.process == later.process == os.getpid()
    assert beating.since == later.since
    assert not beating.is_hung(now=NOW + 4 * MINUTE)
    assert beating.is_hung(now=NOW + DAY)
    assert later.is_hung(now=NOW)
    # What has not beaten yet may be bringing a schema up to date.
    assert not silent.is_hung(now=silent.since + 30 * MINUTE)
    assert silent.is_hung(now=silent.since + DAY)


def test_a_lock_that_another_version_wrote_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """A number alone, or something that is no lock's."""
    url = f"sqlite:///{tmp_path / 'clerkwatch.db'}"
    with daemon_lock(url):
        lock_file(url).write_text("1234\nyesterday\n")
        older = holder(url)
        lock_file(url).write_text("nonsense\n")
        odd = holder(url)

    assert older is not None
    assert (older.process, older.beat_at, odd) == (1234, None, None)


def test_a_lock_whose_file_is_taken_away_holds_nobody_off(tmp_path: Path) -> None:
    """Deleted, or replaced by another: its holder finds out."""
    url = f"sqlite:///{tmp_path / 'clerkwatch.db'}"
    with daemon_lock(url) as lock:
        lock.check_there()
        lock_file(url).unlink()
        with pytest.raises(TakenAwayError, match="lock was taken away"):
            lock.check_there()
        lock_file(url).touch()
        with pytest.raises(TakenAwayError, match="lock was taken away"):
            lock.check_there()


def test_where_no_lock_can_be_made_the_remedy_is_told(tmp_path: Path) -> None:
    """A folder that is a file: the message names the path and the unit's setting."""
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(StorageError, match="StateDirectory="),
        daemon_lock(f"sqlite:///{tmp_path / 'file' / 'clerkwatch.db'}"),
    ):
        pass


def test_turns_are_given_in_the_order_of_asking() -> None:
    """A thread that asks again and again cannot keep another out."""
    turns = Turns()
    order: list[str] = []
    asked = threading.Event()

    def other() -> None:
        asked.set()
        with turns:
            order.append("other")

    thread = threading.Thread(target=other)
    with turns:
        thread.start()
        asked.wait(10)
        while turns._asked < 2:  # until it stands in the queue
            thread.join(0.001)
    with turns:
        order.append("again")
    thread.join(10)

    assert order == ["other", "again"]
