"""Which windows lie around a moment: found by their edges, however many polls there were.

Every post is asked about, and decades of past windows must not slow that down.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from config.types import WindowMode

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.freeze.windows import Window


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """These very windows: compared by identity, because hashing them costs more than asking."""

    windows: tuple[Window, ...]

    def __hash__(self) -> int:
        return id(self.windows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.windows is other.windows


@dataclass(frozen=True, slots=True)
class _Edges:
    """Windows by their start, and beside each the latest end of all up to it."""

    ordered: tuple[Window, ...]
    starts: tuple[datetime, ...]
    latest: tuple[datetime, ...]
    any_closed: bool


@lru_cache(maxsize=8)
def _edges(same: _Same) -> _Edges:
    ordered = tuple(sorted(same.windows, key=lambda window: window.start))
    return _Edges(
        ordered=ordered,
        starts=tuple(window.start for window in ordered),
        latest=tuple(accumulate((window.end for window in ordered), max)),
        any_closed=any(window.mode is WindowMode.CLOSED for window in ordered),
    )


def any_closed(windows: tuple[Window, ...]) -> bool:
    """Return whether any of the windows forbids every post."""
    return bool(windows) and _edges(_Same(windows)).any_closed


def touching(windows: tuple[Window, ...], first: datetime, last: datetime) -> tuple[Window, ...]:
    """Return the windows that hold any moment from ``first`` to ``last``, both included.

    Args:
        windows: Any windows.
        first: Aware UTC.
        last: Aware UTC; the same as ``first`` for one moment.

    Returns:
        By their start.
    """
    if not windows:
        return ()
    edges = _edges(_Same(windows))
    place = bisect_right(edges.starts, last)
    found = []
    while place and edges.latest[place - 1] > first:
        place -= 1
        if edges.ordered[place].end > first:
            found.append(edges.ordered[place])
    return tuple(reversed(found))
