"""Builders for the tests of the freeze: polls, windows and posts of a made-up town."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.types import (
    AccountId,
    ClauseId,
    Kind,
    PollId,
    PollType,
    RuleId,
    Severity,
    SubjectKind,
    TopicId,
    WindowMode,
)
from monitor.checks.base import Context, Material
from monitor.freeze.windows import Window, in_force, windows_of
from storage.values import Finding, PollRow, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

LONDON = ZoneInfo("Europe/London")
POLL_DAY = date(2027, 5, 6)
BEFORE_ALL = datetime(2026, 11, 24, 7, tzinfo=UTC)


def local(text: str) -> datetime:
    """Read ``2027-05-06 22:00`` (with seconds, if given) as a time on the town's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def a_poll(
    *,
    poll: str = "parish.2027-05-06",
    kind: PollType = PollType.PARISH,
    held_on: date = POLL_DAY,
    area: str = "whole",
    by_election: bool = False,
    notice_on: date | None = None,
    start: str | None = None,
    end: str | None = None,
    mode: WindowMode = WindowMode.RESTRICTED,
) -> PollRow:
    """Make a poll; ``start`` and ``end`` are times on the town's clocks."""
    return PollRow(
        id=PollId(poll),
        type=kind,
        held_on=held_on,
        area=area,
        by_election=by_election,
        notice_on=notice_on,
        start=local(start) if start else None,
        end=local(end) if end else None,
        mode=mode,
    )


def windows(*polls: PollRow, as_of: datetime = BEFORE_ALL) -> tuple[Window, ...]:
    """Return the windows of polls in England, those in force first for each poll."""
    return tuple(
        window
        for poll in polls
        for window in windows_of(poll, zone=LONDON, nation="England", as_of=as_of)
    )


def the_window(poll: PollRow, *, as_of: datetime = BEFORE_ALL) -> Window:
    """Return the one window of a poll that is in force."""
    (window,) = in_force(windows(poll, as_of=as_of))
    return window


def a_match(
    rule: str = "pre-election/credit-claimed", severity: Severity = Severity.REVIEW
) -> Finding:
    """Make what the engine hands over for an in-window rule that matched."""
    return Finding(
        clause=ClauseId("freeze"),
        topic=TopicId(rule.partition("/")[0]),
        rule=RuleId(rule),
        digest="0123456789abcdef",
        severity=severity,
        spans=((0, 3),),
        quote="We ",
        reason="It claims credit for the council.",
    )


def a_post(
    text: str = "We delivered record investment in Brookmeadow.",
    *,
    at: str | None = "2027-04-10 12:00",
    kind: Kind = Kind.COUNCIL,
    area: str = "whole",
    author: str = "",
    is_visible: bool = True,
    pinned: bool = False,
    handed_over: tuple[str, ...] = (),
) -> Material:
    """Make a post as first published at a time on the town's clocks."""
    published_at = local(at) if at else None
    return Material(
        words=Words(text=text, own_length=len(text)),
        kind=kind,
        account=AccountId("council-x"),
        area=area,
        author=author,
        published_at=published_at,
        shown_from=published_at,
        shown_by=published_at,
        is_visible=is_visible,
        pinned=pinned,
        handed_over=handed_over,
    )


def an_edit(
    *,
    between: tuple[str, str],
    published: str = "2027-01-10 12:00",
    subject: SubjectKind = SubjectKind.POST,
    is_visible: bool = True,
) -> Material:
    """Make a later version whose edit happened between two readings."""
    text = "We delivered record investment."
    return Material(
        words=Words(text=text, own_length=len(text)),
        subject=subject,
        published_at=local(published),
        shown_from=local(between[0]),
        shown_by=local(between[1]),
        is_first=False,
        is_visible=is_visible,
    )


def around(
    *polls: PollRow,
    as_of: str = "2026-11-24 07:00",
    candidates: Mapping[PollId, tuple[str, ...]] | None = None,
) -> Context:
    """Make the context that holds around a version at a moment."""
    moment = local(as_of)
    return Context(
        as_of=moment,
        windows=in_force(windows(*polls, as_of=moment)),
        candidates={str(poll): names for poll, names in (candidates or {}).items()},
    )
