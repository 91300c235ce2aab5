"""The one clock at the edge; everything inside takes `as_of`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import timedelta


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """Return the present moment, aware UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment, aware UTC."""
        return datetime.now(UTC)


class SteppedClock:
    """A clock that stands still until it is moved: for the demo and the tests."""

    def __init__(self, start: datetime) -> None:
        """Stand at an aware instant."""
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return where the clock stands, aware UTC."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Stand at another aware instant."""
        self._now = instant.astimezone(UTC)

    def advance(self, span: timedelta) -> None:
        """Stand a span later (or earlier, when negative)."""
        self._now += span
