"""Ends the process when Python is refused memory and can only ignore it, or it would stand still.

Whoever starts a thread waits until it has begun (``threading.Thread.start``), for ever: of one
that has no memory to begin with, Python says only that the error was ignored, to
``sys.unraisablehook``, in a thread that has no memory to run a function of ours. What it can do is
put a note where a thread that was made in time is waiting (`queue.SimpleQueue.put` is no Python
function). Whatever else Python ignores of refused memory was left undone too, and ends the process
alike. An ended process is safe at any point: what was not committed is done again.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SAID = (
    "clerkwatch: the machine refused memory without which Python cannot go on, as to begin a "
    "thread; it ended where it was. Nothing is lost. Give it more memory, then start it again.\n"
)
_FAILED = 1
_STANDARD_ERROR = 2
_LAST_WORDS_S = 5.0


@contextmanager
def ends_without_memory() -> Iterator[None]:
    """End when memory is refused and nobody can catch it; every other such error is told on."""
    told: queue.SimpleQueue[sys.UnraisableHookArgs | None] = queue.SimpleQueue()
    tell_on = sys.unraisablehook
    said = SAID.encode()  # made now: later there may be no room for it

    def watch() -> None:
        while (what := told.get()) is not None:
            if what.exc_type is MemoryError:
                os.write(_STANDARD_ERROR, said)
                os._exit(_FAILED)
            tell_on(what)
            del what  # it holds what could not be closed

    watcher = threading.Thread(target=watch, name="shortage", daemon=True)
    watcher.start()
    sys.unraisablehook = told.put
    try:
        yield
    finally:
        sys.unraisablehook = tell_on
        told.put(None)
        watcher.join(_LAST_WORDS_S)
