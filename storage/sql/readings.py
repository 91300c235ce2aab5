"""What a reading adds to what is known of a subject: pure, no database.

A subject's history is a list of observations, each a stretch of readings that showed the
same (docs/decisions/0002). Readings normally come in order of time; a late one is put
where it belongs and never becomes what is current.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.types import Outcome, SubjectKind
from storage.values import Recorded

if TYPE_CHECKING:
    from datetime import datetime

    from storage.values import Seen


_SCHEDULED = "scheduled for "


@dataclass(slots=True, kw_only=True)
class Stretch:
    """An observation, in the making or as stored.

    Attributes:
        id: None until it is stored.
        content_hash: The version it showed; None if nothing was shown.
    """

    id: int | None
    content_hash: str | None
    outcome: str
    reason: str | None
    first_at: datetime
    last_at: datetime
    detail: str = ""
    published_at: datetime | None = None
    edited_at: datetime | None = None
    readings: int = 1
    is_longer: bool = False

    def key(self) -> tuple[str, str | None]:
        """Return what tells two neighbouring observations apart."""
        if self.content_hash is None:
            return (self.outcome, self.reason)
        is_scheduled = self.detail.startswith(_SCHEDULED)
        return (self.content_hash, self.detail if is_scheduled else None)


@dataclass(slots=True, kw_only=True)
class VersionFacts:
    """What is known of a version beside its content; see `storage.values.VersionToJudge`."""

    shown_from: datetime
    first_seen_at: datetime
    is_first: bool


@dataclass(slots=True, kw_only=True)
class Known:
    """What is known of one subject.

    Attributes:
        published_at: As far as known; the first reading's time if the platform gives none.
        stretches: Observations by ``(last_at, id)``; all of them, or the newest and the
            newest that showed a version when ``is_whole`` is False.
        hashes: Versions that are stored.
    """

    published_at: datetime
    stretches: list[Stretch] = field(default_factory=list)
    hashes: set[str] = field(default_factory=set)
    is_whole: bool = True

    def newest(self) -> Stretch | None:
        """Return the observation that says what is current."""
        return self.stretches[-1] if self.stretches else None


def last_shown(known: Known) -> str | None:
    """Return the version that was shown last; None if none ever was.

    A reading that saw a post but not its words (a permalink that still answers) means it:
    what stood there before stands there still.
    """
    shown = (stretch.content_hash for stretch in reversed(known.stretches))
    return next((content_hash for content_hash in shown if content_hash is not None), None)


def stretch_of(seen: Seen) -> Stretch:
    """Return a reading as an observation of one reading; the outcome may still change."""
    is_shown = seen.outcome in {Outcome.PRESENT, Outcome.EDITED}
    return Stretch(
        id=None,
        content_hash=seen.content_hash if is_shown else None,
        outcome=(Outcome.PRESENT if is_shown else seen.outcome).value,
        reason=None if is_shown or seen.reason is None else seen.reason.value,
        first_at=seen.at,
        last_at=seen.at,
        detail=_detail(seen) if is_shown else seen.detail[:500],
        published_at=seen.published_at if is_shown else None,
        edited_at=seen.edited_at if is_shown else None,
    )


def _detail(seen: Seen) -> str:
    """Return what is said of a post that was shown: first of all, that it was not yet visible."""
    if not seen.is_scheduled or seen.published_at is None:
        return seen.detail[:500]
    return f"{_SCHEDULED}{seen.published_at:%d %B %Y, %H:%M} UTC, not visible yet"


def needs_all(known: Known, reading: Stretch) -> bool:
    """Say whether the whole history is needed to place a reading: it is late, or a tie."""
    newest = known.newest()
    if known.is_whole or newest is None or reading.first_at > newest.last_at:
        return False
    return not (reading.key() == newest.key() and reading.first_at >= newest.first_at)


def place(known: Known, reading: Stretch) -> bool:
    """Extend the newest observation by a reading, or add the reading as a new one.

    Args:
        known: The subject; changed in place. Whole if `needs_all` says so.
        reading: From `stretch_of`; its outcome becomes ``edited`` where it shows another
            version than was shown before it.

    Returns:
        True if the reading shows something new and is now an observation of its own.
    """
    at, newest = reading.first_at, known.newest()
    if newest is not None and reading.key() == newest.key() and at >= newest.first_at:
        if at > newest.last_at:
            newest.last_at, newest.is_longer = at, True
            newest.readings += 1
        return False
    if any(_covers(stretch, reading) for stretch in known.stretches):
        return False
    before = _shown_before(known, at)
    if reading.content_hash is not None and before not in {None, reading.content_hash}:
        reading.outcome = Outcome.EDITED.value
    place_at = len(known.stretches)
    while place_at and known.stretches[place_at - 1].last_at > at:
        place_at -= 1
    known.stretches.insert(place_at, reading)
    return True


def version_facts(known: Known, content_hash: str) -> VersionFacts:
    """Return when a version can first have appeared and was first seen.

    Args:
        known: The subject, with an observation of this version.
        content_hash: Which version.
    """
    shown = [stretch for stretch in known.stretches if stretch.content_hash is not None]
    own = min(
        (stretch for stretch in shown if stretch.content_hash == content_hash),
        key=lambda stretch: stretch.first_at,
    )
    others = [
        stretch.last_at if stretch.last_at <= own.first_at else stretch.first_at
        for stretch in shown
        if stretch.content_hash != content_hash and stretch.first_at <= own.first_at
    ]
    is_first = not others
    if own.edited_at is not None:
        shown_from = min(own.edited_at, own.first_at)
    else:
        shown_from = known.published_at if is_first else max(others)
    return VersionFacts(shown_from=shown_from, first_seen_at=own.first_at, is_first=is_first)


def in_order(seen: Seen) -> tuple[datetime, bool, datetime]:
    """Sort readings by time; versions of one edit chain, read at once, by their edits."""
    return (seen.at, seen.edited_at is not None, seen.edited_at or seen.at)


def count(seen: Seen, reading: Stretch, *, is_first: bool) -> Recorded:
    """Count a reading of a post; profiles and accounts are not counted."""
    if seen.subject is not SubjectKind.POST:
        return Recorded()
    return Recorded(
        posts=int(reading.content_hash is not None),
        new=int(is_first),
        edited=int(reading.outcome == Outcome.EDITED.value),
        gone=int(reading.outcome == Outcome.GONE.value),
        cannot_tell=int(reading.outcome == Outcome.CANNOT_TELL.value),
    )


def _covers(stretch: Stretch, reading: Stretch) -> bool:
    """Say whether a reading was part of a stretch already: recorded twice."""
    at = reading.first_at
    return stretch.key() == reading.key() and stretch.first_at <= at <= stretch.last_at


def _shown_before(known: Known, at: datetime) -> str | None:
    """Return the version that was shown before an instant; None if none was."""
    for stretch in reversed(known.stretches):
        if stretch.content_hash is not None and stretch.first_at <= at:
            return stretch.content_hash
    return None
