"""Windows: the stretch of time in which an election forbids something, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from config.types import PollId, PollType, WindowBasis, WindowMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window ``[start, end)`` of one poll on one basis.

    Attributes:
        poll: The poll it belongs to.
        poll_type: Its type.
        basis: Where the start comes from.
        start: Aware UTC, inclusive.
        end: Aware UTC, exclusive (close of poll, 22:00 in the council's zone).
        mode: What it forbids.
        area: ``whole``, a ward, or ``none``.
        in_force: This basis is the one that counts for the poll.
        provisional: Rests on bank holidays that are not proclaimed yet.
        why: The reasoning in one or two plain sentences, with the statute.
    """

    poll: PollId
    poll_type: PollType
    basis: WindowBasis
    start: datetime
    end: datetime
    mode: WindowMode
    area: str
    in_force: bool
    provisional: bool
    why: str

    def holds(self, at: datetime) -> bool:
        """Return whether an instant lies inside."""
        return self.start <= at < self.end
