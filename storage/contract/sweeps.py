"""What was looked at when a pre-election period opened.

The rules for every method are those of `storage.repository`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from config.types import AccountId
    from storage.values import Sweep, SweepMark


class SweepSteps(Protocol):
    """Writes about sweeps."""

    def put_sweep(self, sweep: Sweep, *, at: datetime) -> bool:
        """Note that a window was seen to be open, or that an account was read for it.

        Returns:
            False, and nothing is written, if poll, start and account are noted already.
        """
        ...


class Sweeps(Protocol):
    """Sweeps as noted."""

    def sweep_mark(self, account: AccountId) -> SweepMark | None:
        """Return how far back an account's older posts were read last; None: never."""
        ...

    def save_sweep_mark(self, account: AccountId, *, reached: datetime, at: datetime) -> None:
        """Replace how far back an account's older posts are read; ``at`` is the present."""
        ...

    def sweeps(self, *, since: datetime | None = None) -> list[Sweep]:
        """Return what was noted of sweeps, oldest first; with ``since`` what came after it."""
        ...
