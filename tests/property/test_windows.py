"""Laws of windows, whatever the day of the poll."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from config.types import PollId, PollType
from monitor.freeze.around import touching
from monitor.freeze.stamp import windows_digest
from monitor.freeze.timetable import last_day, uncounted_on
from monitor.freeze.windows import all_windows, in_force, windows_of
from storage.values import PollRow
from tests.unit.freeze.build import LONDON

DAYS = st.dates(date(2008, 1, 1), date(2045, 12, 31))
KINDS = st.sampled_from(list(PollType))
MOMENTS = st.datetimes(datetime(2007, 1, 1), datetime(2046, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@st.composite
def polls(draw: st.DrawFn) -> PollRow:
    """Make any poll that the command line would take."""
    held_on = draw(DAYS)
    start, end = draw(st.none() | MOMENTS), draw(st.none() | MOMENTS)
    return PollRow(
        id=PollId("poll"),
        type=draw(KINDS),
        held_on=held_on,
        by_election=draw(st.booleans()),
        notice_on=draw(st.none() | st.dates(held_on - timedelta(days=90), held_on)),
        start=start,
        end=end,
    )


@given(polls(), MOMENTS)
def test_at_most_one_window_is_in_force_and_it_never_narrows(
    poll: PollRow, as_of: datetime
) -> None:
    """One basis counts, and it covers the notice's day and the whole way to the close of poll."""
    windows = windows_of(poll, zone=LONDON, nation="England", as_of=as_of)
    counting = in_force(windows)
    assert len(counting) == min(1, len(windows))
    for window in counting:
        close = datetime.combine(poll.held_on, datetime.min.time(), tzinfo=LONDON)
        close = close.replace(hour=22)
        assert window.start < window.end
        assert window.end >= close
        if poll.notice_on is not None and poll.notice_on < poll.held_on:
            notice = datetime.combine(poll.notice_on, datetime.min.time(), tzinfo=LONDON)
            assert window.start <= notice


@given(DAYS, st.integers(1, 60))
def test_no_window_loses_a_day(held_on: date, before: int) -> None:
    """Every day from the notice to the poll is inside, over both changes of the clock."""
    notice = held_on - timedelta(days=before)
    poll = PollRow(id=PollId("p"), type=PollType.PARISH, held_on=held_on, notice_on=notice)
    windows = windows_of(
        poll, zone=LONDON, nation="England", as_of=datetime(2007, 1, 1, tzinfo=UTC)
    )
    (window,) = in_force(windows)
    inside = [
        day
        for back in range(-2, before + 3)
        for day in [held_on - timedelta(days=back)]
        if window.holds(datetime(day.year, day.month, day.day, 12, tzinfo=LONDON))
    ]
    assert len(inside) == before + 1
    assert (inside[-1], inside[0]) == (notice, held_on)


@given(DAYS)
def test_the_last_day_is_a_day_that_counts_with_25_days_to_go(held_on: date) -> None:
    """Counting forward from it again gives the number of the statute."""
    last = last_day(PollType.PARISH, held_on).day
    assert last is not None
    counted = [
        day
        for ahead in range((held_on - last).days)
        for day in [last + timedelta(days=ahead)]
        if not uncounted_on(day, PollType.PARISH, nation="England")
    ]
    assert (counted[0], len(counted)) == (last, 25)


@given(DAYS, st.lists(st.dates(date(2008, 1, 1), date(2045, 12, 31)), max_size=5))
def test_more_holidays_never_make_the_last_day_later(held_on: date, extra: list[date]) -> None:
    """A late proclamation can only move the day back."""
    plain = last_day(PollType.PARISH, held_on).day
    moved = last_day(PollType.PARISH, held_on, extra_holidays=extra).day
    assert plain is not None
    assert moved is not None
    assert moved <= plain


@given(polls(), MOMENTS, MOMENTS)
def test_the_stamp_changes_only_at_the_edges_of_windows(
    poll: PollRow, one: datetime, other: datetime
) -> None:
    """Between two moments without an edge the digest is the same; across one it differs."""
    windows = windows_of(poll, zone=LONDON, nation="England", as_of=one)
    early, late = min(one, other), max(one, other)
    crossed = any(
        early < edge <= late
        for window in windows
        if window.in_force
        for edge in (window.start, window.end)
    )
    assert (windows_digest(windows, early) != windows_digest(windows, late)) is crossed


@given(st.lists(polls(), max_size=8), MOMENTS, MOMENTS)
def test_windows_around_a_stretch_are_those_that_hold_a_moment_of_it(
    several: list[PollRow], one: datetime, other: datetime
) -> None:
    """Found by their edges, they are the ones that looking at each would find."""
    first, last = min(one, other), max(one, other)
    windows = all_windows(several, zone=LONDON, nation="England", as_of=first)
    expected = [window for window in windows if window.start <= last and window.end > first]
    found = touching(windows, first, last)
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert [window.start for window in found] == sorted(window.start for window in found)
