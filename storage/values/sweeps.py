"""What was looked at when a pre-election period opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.types import AccountId, CoverageStatus, PollId


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepMark:
    """How far back an account's older posts have come, page by page.

    Attributes:
        reached: Everything newer was listed, down to this publishing time; aware UTC.
        at: When that was noted; aware UTC.
    """

    reached: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """That a window has opened, or that one account's older posts were read for it.

    Attributes:
        poll: Whose window.
        starts_at: When that window starts; aware UTC.
        account: Whose older posts; None: the window was seen to be open, and its sweep begun.
        at: When; aware UTC.
        status: How far they were read; None where ``account`` is.
        reached: Publishing time of the oldest post that was read; None: none was.
        note: What could not be read and why, in plain sentences.
    """

    poll: PollId
    starts_at: datetime
    account: AccountId | None
    at: datetime
    status: CoverageStatus | None = None
    reached: datetime | None = None
    note: str = ""
