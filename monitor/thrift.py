"""Keeps a process that runs for months small: the C library gives memory back late otherwise.

Every thread would get a heap of its own, which never shrinks below its fullest moment; for
threads that mostly wait for the network one heap is as quick. Where the C library is not
GNU's nothing happens: the daemon is then larger, and works the same.
"""

from __future__ import annotations

import ctypes
import gc

_M_ARENA_MAX = -8  # malloc.h of the GNU C library


def share_one_heap() -> bool:
    """Let all threads that start from now on share one heap; return whether it can be had."""
    option = getattr(ctypes.CDLL(None), "mallopt", None)
    return option is not None and option(_M_ARENA_MAX, 1) == 1


def give_back() -> None:
    """Give what is free back to the machine; takes some tens of milliseconds."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
