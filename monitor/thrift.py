"""Keeps a process that runs for months small: the C library gives memory back late otherwise.

Every thread would get a heap of its own, which never shrinks below its fullest moment; for
threads that mostly wait for the network one heap is as quick. After a large block it would keep
ever larger ones, too. What is loaded at the start stays for good: the collector need not look
through it again and again. Where the C library is not
GNU's nothing happens: the daemon is then larger, and works the same.
"""

from __future__ import annotations

import ctypes
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# malloc.h of the GNU C library
_M_ARENA_MAX = -8
_M_MMAP_THRESHOLD = -3
_LARGE = 128 << 10  # bytes: what that library begins with, before it learns to keep more


def share_one_heap() -> bool:
    """Let all threads that start from now on share one heap; return whether it can be had.

    Large blocks go back to the machine as soon as they are free.
    """
    option = getattr(ctypes.CDLL(None), "mallopt", None)
    if option is None:
        return False
    return bool(option(_M_ARENA_MAX, 1) == 1 and option(_M_MMAP_THRESHOLD, _LARGE) == 1)


@contextmanager
def uncollected() -> Iterator[None]:
    """Load without looking for garbage, until `settle` or the end of the block.

    Nearly nothing that is loaded at the start becomes free; looking for it is a tenth of it.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def give_back() -> None:
    """Give what is free back to the machine; takes some tens of milliseconds."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def settle() -> None:
    """Give back what the start left over, and let the collector pass over what stays for good."""
    give_back()
    gc.freeze()
    gc.enable()
