"""A process that is refused memory where nobody can catch it: ended at once, aloud."""

from __future__ import annotations

import subprocess
import sys

import pytest

from monitor.shortage import SAID, ends_without_memory

NO_MEMORY = """
import threading
from concurrent.futures import ThreadPoolExecutor
from monitor.shortage import ends_without_memory

def refused(_thread):
    raise MemoryError

with ends_without_memory():
    threading.Thread._bootstrap = refused  # as Python's own frame is refused
    ThreadPoolExecutor(1).submit(print, "never")
    print("never either")
"""


UNDONE = """
from monitor.shortage import ends_without_memory

class Unclosed:
    def __del__(self):
        raise MemoryError

with ends_without_memory():
    unclosed = Unclosed()
    del unclosed
"""


@pytest.mark.parametrize("code", [NO_MEMORY, UNDONE], ids=["thread", "undone"])
def test_refused_memory_that_nobody_can_catch_ends_the_process(code: str) -> None:
    """Whoever starts a thread would wait for it for ever; what is left undone would be silent."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
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

    with ends_without_memory():
        del_me = Unclosed()
        del del_me

    assert sys.unraisablehook is hook
    assert told == [ValueError]
