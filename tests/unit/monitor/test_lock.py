"""Who may be the daemon, and turns in the order of asking."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from config.errors import BusyError, StorageError
from monitor.lock import Turns, daemon_lock, holder, lock_file

if TYPE_CHECKING:
    from pathlib import Path


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
