"""What has come of reading one account so far, and what it proves about posts not shown.

Pure: an absence is weighed here, never asked about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.types import Outcome
from storage.values import DuePost, Gap, Recorded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connectors.base import Batch, FetchedPost, Reread

MANY = 3
"""When at least this many known posts vanish and nothing known is left, nobody deleted them."""


@dataclass(slots=True)
class Progress:
    """What has come of one reading so far; becomes the account's coverage.

    Attributes:
        known: Posts of the look-back and with open cases, as known before this reading.
        recorded: Counts of what was read.
        listed: Ids that the listing showed.
        oldest_listed: When the oldest of them was published that has appeared.
        has_shown: The listing showed something that anybody can see.
        lists_window: The listing shows everything each time, not only what is new.
        complete: Nothing was cut.
        lost: What cannot be had any more: its bounds, where they are known, and why.
        cursor: Where the next listing continues.
        gaps: What could not be read.
        notes: Why, in plain sentences.
    """

    known: tuple[DuePost, ...] = ()
    recorded: Recorded = field(default_factory=Recorded)
    listed: set[str] = field(default_factory=set)
    oldest_listed: datetime | None = None
    has_shown: bool = False
    lists_window: bool = False
    complete: bool = True
    lost: list[tuple[Gap | None, str]] = field(default_factory=list)
    cursor: str | None = None
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, batch: Batch, fresh: Sequence[FetchedPost], recorded: Recorded) -> None:
        """Count one page of the listing."""
        self.recorded += recorded
        self.listed.update(post.platform_id for post in fresh)
        # What is yet to come proves nothing about a list of what has appeared.
        appeared = [post for post in fresh if not post.is_scheduled]
        self.has_shown = self.has_shown or bool(appeared)
        times = [post.published_at for post in appeared if post.published_at is not None]
        if self.oldest_listed is not None:
            times.append(self.oldest_listed)
        self.oldest_listed = min(times, default=None)
        self.lists_window = self.lists_window or batch.lists_window
        self.complete = self.complete and batch.complete
        self.cursor = batch.cursor or self.cursor
        gap = Gap(start=batch.gap[0], end=batch.gap[1]) if batch.gap is not None else None
        if gap is not None:
            self.gaps.append(gap)
        if batch.is_lost:
            self.lost.append((gap, batch.note))
        if batch.note:
            self.notes.append(batch.note)

    def should_have_shown(self, post: DuePost) -> bool:
        """Return whether a whole listing should have shown a post that it did not show."""
        if not (self.lists_window and self.complete) or post.last_outcome is Outcome.GONE:
            return False
        return self.oldest_listed is None or post.published_at >= self.oldest_listed

    def have_all_vanished(self, answers: Sequence[Reread]) -> bool:
        """Return whether many known posts went at once and none that was known is left.

        That is a blog's move, a lost permission or a fault of the platform more often than
        a deletion. Posts that were gone before, were not asked about, or end by themselves
        prove nothing.
        """
        ended = {one.platform_id for one in answers if one.ends_by_itself}
        standing = {
            post.platform_id
            for post in self.known
            if post.last_outcome != Outcome.GONE and post.platform_id not in ended
        }
        gone = {one.platform_id for one in answers if one.outcome is Outcome.GONE} & standing
        missed = {one.platform_id for one in answers if one.outcome is not Outcome.PRESENT}
        return len(gone) >= MANY and standing <= missed

    def is_suddenly_empty(self, answers: Sequence[Reread], *, since: datetime) -> bool:
        """Return whether a listing shows nothing although what it should show still stands."""
        if not self.lists_window or self.has_shown:
            return False
        gone = {one.platform_id for one in answers if one.outcome is Outcome.GONE}
        return any(
            post.published_at >= since
            and post.last_outcome is not Outcome.GONE
            and post.platform_id not in gone | self.listed
            for post in self.known
        )

    def fall_short(self, note: str) -> None:
        """Say that the reading was not complete, and why."""
        self.complete = False
        self.notes.append(note)
