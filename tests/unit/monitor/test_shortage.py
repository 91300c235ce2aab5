"""A process whose thread finds no memory to begin: ended at once, aloud."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from monitor.shortage import SAID, ends_when_no_thread_can_begin

if TYPE_CHECKING:
    import pytest

NO_MEMORY = """
import threading
from concurrent.futures import ThreadPoolExecutor
from monitor.shortage import ends_when_no_thread_can_begin

def refused(_thread):
    raise MemoryError

with ends_when_no_thread_can_begin():
    threading.Thread._bootstrap = refused  # as Python's own frame is refused
    ThreadPoolExecutor(1).submit(print, "never")
    print("never either")
"""


def test_a_thread_that_has_no_memory_to_begin_ends_the_process() -> None:
    """Without it whoever started the thread would wait for it for ever."""
    done = subprocess.run(
        [sys.executable, "-c", NO_MEMORY], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == SAID


class Unclosed:
    """Fails while it is thrown away."""

    def __del__(self) -> None:
        """Fail."""
        raise ValueError("cannot be closed")


def test_other_errors_that_nobody_can_catch_are_told_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """They end nothing, and none is swallowed."""
    told: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: told.append(what.exc_type))
    hook = sys.unraisablehook

    with ends_when_no_thread_can_begin():
        del_me = Unclosed()
        del del_me

    assert sys.unraisablehook is hook
    assert told == [ValueError]
