"""Windows: which basis counts, and the instants at which they begin and end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.types import PollStatus, PollType, WindowBasis, WindowMode
from monitor.freeze.windows import all_windows, in_force, next_window, open_windows, windows_of
from tests.unit.freeze.build import BEFORE_ALL, LONDON, a_poll, local, the_window, windows

SECOND = timedelta(seconds=1)
NOTICE = date(2027, 3, 22)


@pytest.mark.parametrize(
    ("moment", "is_inside"),
    [
        ("2027-03-21 23:59:59", False),
        ("2027-03-22 00:00:00", True),
        ("2027-03-22 00:00:01", True),
        ("2027-03-28 00:59:59", True),  # the clocks go forward in this night
        ("2027-03-28 02:00:00", True),
        ("2027-05-06 06:59:59", True),
        ("2027-05-06 21:59:59", True),
        ("2027-05-06 22:00:00", False),
        ("2027-05-06 23:59:59", False),
        ("2027-05-07 00:00:00", False),
    ],
)
def test_a_declared_window_runs_from_midnight_to_the_close_of_poll(
    moment: str, *, is_inside: bool
) -> None:
    """From 00:00 of the notice's day, inclusive, to 22:00 on the day of the poll, exclusive."""
    assert is_inside is the_window(a_poll(notice_on=NOTICE)).holds(local(moment))


@pytest.mark.parametrize(
    ("moment", "is_inside"),
    [
        ("2027-03-30 23:59:59", False),
        ("2027-03-31 00:00:00", True),
        ("2027-05-06 21:59:59", True),
        ("2027-05-06 22:00:00", False),
    ],
)
def test_a_computed_window_begins_with_the_last_day_for_the_notice(
    moment: str, *, is_inside: bool
) -> None:
    """Without a notice the window runs from 00:00 of the statutory last day."""
    assert is_inside is the_window(a_poll()).holds(local(moment))


def test_midnight_and_ten_at_night_are_the_towns_own_in_summer_and_winter() -> None:
    """A window over the spring change of the clock begins at 00:00 UTC and ends at 21:00 UTC."""
    window = the_window(a_poll(notice_on=NOTICE))
    expected = (datetime(2027, 3, 22, 0, tzinfo=UTC), datetime(2027, 5, 6, 21, tzinfo=UTC))
    assert expected == (window.start, window.end)


def test_a_window_over_the_autumn_change_gains_an_hour() -> None:
    """For a poll in November the start is 23:00 UTC the day before, the end 22:00 UTC."""
    window = the_window(
        a_poll(held_on=date(2026, 11, 5), notice_on=date(2026, 9, 30), by_election=True)
    )
    expected = (datetime(2026, 9, 29, 23, tzinfo=UTC), datetime(2026, 11, 5, 22, tzinfo=UTC))
    assert expected == (window.start, window.end)


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2026, 10, 25)])
def test_a_notice_on_the_day_the_clocks_change_starts_at_its_midnight(day: date) -> None:
    """The day of a change of the clock begins at midnight like any other."""
    window = the_window(a_poll(held_on=day + timedelta(days=39), notice_on=day))
    assert (day, 0) == (
        window.start.astimezone(LONDON).date(),
        window.start.astimezone(LONDON).hour,
    )


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
def test_a_poll_on_the_day_the_clocks_change_closes_at_ten_on_the_towns_clocks(day: date) -> None:
    """22:00 is read from the clock on the wall, whatever happened in the night."""
    window = the_window(a_poll(held_on=day, notice_on=day - timedelta(days=30)))
    assert local(f"{day} 22:00") == window.end


def test_the_statutory_basis_stands_beside_the_notice_but_does_not_count() -> None:
    """Both are shown; exactly the declared one is in force."""
    found = windows(a_poll(notice_on=NOTICE))
    assert [(window.basis, window.in_force) for window in found] == [
        (WindowBasis.DECLARED, True),
        (WindowBasis.STATUTORY, False),
    ]


@pytest.mark.parametrize(
    ("as_of", "basis"),
    [
        ("2027-03-30 23:59:59", WindowBasis.STATUTORY),
        ("2027-03-31 00:00:00", WindowBasis.PRESUMED),
        ("2027-04-10 12:00:00", WindowBasis.PRESUMED),
    ],
)
def test_the_computed_start_is_called_presumed_once_its_day_has_come(
    as_of: str, basis: WindowBasis
) -> None:
    """From 00:00 of the last day on, if nobody has entered the notice."""
    assert basis is the_window(a_poll(), as_of=local(as_of)).basis


def test_with_a_notice_nothing_is_presumed() -> None:
    """A notice that is entered keeps the computed basis statutory for good."""
    found = windows(a_poll(notice_on=NOTICE), as_of=local("2027-04-10 12:00"))
    assert {WindowBasis.DECLARED, WindowBasis.STATUTORY} == {window.basis for window in found}


def test_a_notice_later_than_presumed_moves_the_start() -> None:
    """The notice wins over the last day, even when it came after it."""
    late = a_poll(notice_on=date(2027, 4, 2))
    window = the_window(late, as_of=local("2027-04-10 12:00"))
    assert (WindowBasis.DECLARED, local("2027-04-02 00:00")) == (window.basis, window.start)


def test_an_own_earlier_start_widens_the_window() -> None:
    """The earliest of notice and own start is in force."""
    window = the_window(a_poll(notice_on=NOTICE, start="2027-03-18 09:00"))
    assert (WindowBasis.COUNCIL, local("2027-03-18 09:00")) == (window.basis, window.start)


def test_an_own_earlier_start_holds_without_a_notice_too() -> None:
    """Before the notice is known, the council's own start counts if it is earlier."""
    window = the_window(a_poll(start="2027-03-18 00:00"), as_of=local("2027-04-10 12:00"))
    assert WindowBasis.COUNCIL is window.basis


@pytest.mark.parametrize("notice_on", [None, NOTICE])
def test_an_own_later_start_never_narrows(notice_on: date | None) -> None:
    """A start after the notice, or after the computed day, is ignored and that is said."""
    plain = the_window(a_poll(notice_on=notice_on))
    window = the_window(a_poll(notice_on=notice_on, start="2027-04-12 00:00"))
    assert (plain.start, True) == (window.start, "own start is ignored" in window.why)


def test_an_own_later_end_widens_the_window() -> None:
    """The window ends when the council wants, and says so."""
    window = the_window(a_poll(notice_on=NOTICE, end="2027-05-07 17:00"))
    assert (local("2027-05-07 17:00"), True) == (window.end, "own, later end" in window.why)


def test_an_own_earlier_end_never_narrows() -> None:
    """The window runs to the close of the poll, and says that the entry is ignored."""
    window = the_window(a_poll(notice_on=NOTICE, end="2027-05-06 12:00"))
    assert (local("2027-05-06 22:00"), True) == (window.end, "is ignored" in window.why)


@pytest.mark.parametrize("notice_on", [date(2027, 5, 6), date(2027, 5, 7), date(2028, 3, 22)])
def test_a_notice_that_is_not_before_the_poll_never_makes_the_window_vanish(
    notice_on: date,
) -> None:
    """A mistaken notice is not used; the computed window stays in force."""
    assert local("2027-03-31 00:00") == the_window(a_poll(notice_on=notice_on)).start


def test_a_poll_that_does_not_touch_the_town_has_no_window() -> None:
    """Area none is nothing."""
    assert windows(a_poll(area="none", notice_on=NOTICE)) == ()


def test_a_cancelled_poll_has_no_window() -> None:
    """An uncontested or countermanded poll ends its window unless the Clerk says otherwise."""
    assert windows(replace(a_poll(notice_on=NOTICE), status=PollStatus.CANCELLED)) == ()


@pytest.mark.parametrize("status", [PollStatus.CANCELLED, PollStatus.POSTPONED])
def test_the_clerk_says_when_the_window_of_a_poll_that_was_not_held_ended(
    status: PollStatus,
) -> None:
    """An end given for a cancelled or postponed poll may lie before the day of the poll."""
    poll = replace(a_poll(notice_on=NOTICE, end="2027-04-15 16:00"), status=status)
    window = the_window(poll)
    assert (local("2027-03-22 00:00"), local("2027-04-15 16:00")) == (window.start, window.end)


def test_a_window_that_ended_before_it_began_is_none() -> None:
    """A poll cancelled before its notice has no window, whatever the end."""
    poll = replace(a_poll(notice_on=NOTICE, end="2027-03-01 00:00"), status=PollStatus.CANCELLED)
    assert windows(poll) == ()


def test_a_postponed_poll_without_an_end_runs_to_the_day_that_is_entered() -> None:
    """Postponing gives the new day; the window follows it."""
    poll = replace(a_poll(held_on=date(2027, 6, 10)), status=PollStatus.POSTPONED)
    assert local("2027-06-10 22:00") == the_window(poll).end


@pytest.mark.parametrize(
    ("moment", "is_inside"),
    [
        ("2016-05-26 23:59:59", False),
        ("2016-05-27 00:00:00", True),
        ("2016-06-23 22:00:00", True),
        ("2016-06-23 23:59:59", True),
        ("2016-06-24 00:00:00", False),
    ],
)
def test_a_national_referendum_binds_for_28_days_to_the_end_of_the_poll_day(
    moment: str, *, is_inside: bool
) -> None:
    """27 May to 23 June 2016, both whole: section 125 ends with the day, not at 22:00."""
    poll = a_poll(kind=PollType.REFERENDUM_NATIONAL, held_on=date(2016, 6, 23))
    assert is_inside is the_window(poll).holds(local(moment))


def test_a_referendums_period_is_never_narrowed_by_a_later_notice() -> None:
    """Section 125 fixes the 28 days whatever notice was entered."""
    poll = a_poll(
        kind=PollType.REFERENDUM_NATIONAL, held_on=date(2016, 6, 23), notice_on=date(2016, 6, 1)
    )
    assert local("2016-05-27 00:00") == the_window(poll).start


def test_a_referendums_period_is_never_called_presumed() -> None:
    """Nothing is waited for: the period is the statute's own."""
    poll = a_poll(kind=PollType.REFERENDUM_NATIONAL, held_on=date(2016, 6, 23))
    assert WindowBasis.STATUTORY is the_window(poll, as_of=local("2016-06-01 12:00")).basis


@pytest.mark.parametrize("kind", [PollType.REFERENDUM_GOVERNANCE, PollType.REFERENDUM_COUNCIL_TAX])
def test_local_referendums_count_28_days_and_say_what_is_to_be_asked(kind: PollType) -> None:
    """Twenty-eight calendar days before the poll, with the open question in the reasoning."""
    window = the_window(a_poll(kind=kind))
    assert (local("2027-04-08 00:00"), True) == (window.start, "To be asked" in window.why)


def test_a_neighbourhood_plan_is_asked_about_and_never_assumed() -> None:
    """Its regulations do not bind a town council: no window unless the Clerk enters one."""
    assert windows(a_poll(kind=PollType.NEIGHBOURHOOD_PLAN)) == ()


def test_a_neighbourhood_plan_has_the_window_that_the_clerk_enters() -> None:
    """With a notice entered it is a declared window like any other."""
    window = the_window(a_poll(kind=PollType.NEIGHBOURHOOD_PLAN, notice_on=date(2027, 4, 1)))
    assert (WindowBasis.DECLARED, local("2027-04-01 00:00")) == (window.basis, window.start)


def test_a_parliamentary_by_election_waits_for_its_notice() -> None:
    """The notice hangs on the writ: nothing is computed from the day of the poll."""
    poll = a_poll(kind=PollType.PARLIAMENT, by_election=True)
    assert windows(poll) == ()


def test_a_parliamentary_by_election_has_the_window_of_its_notice() -> None:
    """Once the notice is entered the window runs from it."""
    poll = a_poll(kind=PollType.PARLIAMENT, by_election=True, notice_on=date(2027, 4, 7))
    assert local("2027-04-07 00:00") == the_window(poll).start


@pytest.mark.parametrize("start", ["2024-05-25 00:01", "2024-05-30 00:00"])
def test_a_snap_poll_takes_a_start_that_lies_in_the_past(start: str) -> None:
    """In 2024 councils began on 25 or 30 May; both can be entered afterwards."""
    poll = a_poll(kind=PollType.PARLIAMENT, held_on=date(2024, 7, 4), start=start)
    assert local(start) == the_window(poll, as_of=local("2024-06-10 09:00")).start


def test_a_snap_poll_without_a_notice_is_presumed_at_once() -> None:
    """The general election of 4 July 2024: the last day for the notice was 4 June."""
    poll = a_poll(kind=PollType.PARLIAMENT, held_on=date(2024, 7, 4))
    window = the_window(poll, as_of=local("2024-06-10 09:00"))
    assert (WindowBasis.PRESUMED, local("2024-06-04 00:00")) == (window.basis, window.start)


def test_holidays_that_are_not_proclaimed_make_a_computed_date_provisional() -> None:
    """A poll beyond the published list is marked, one within it is not."""
    near, far = the_window(a_poll()), the_window(a_poll(held_on=date(2031, 5, 1)))
    assert (near.provisional, far.provisional, "provisional" in far.why) == (False, True, True)


def test_a_declared_window_is_never_provisional() -> None:
    """A notice is a fact, however far ahead."""
    poll = a_poll(held_on=date(2031, 5, 1), notice_on=date(2031, 3, 20))
    assert False is the_window(poll).provisional


def test_a_day_of_mourning_moves_the_computed_start_back() -> None:
    """One more day that does not count: 30 March instead of 31 March 2027."""
    (window,) = windows_of(
        a_poll(),
        zone=LONDON,
        nation="England",
        as_of=BEFORE_ALL,
        extra_holidays=[date(2027, 4, 20)],
    )
    assert local("2027-03-30 00:00") == window.start


def test_the_window_keeps_mode_and_area_of_its_poll() -> None:
    """What is forbidden, and where, comes from the poll."""
    window = the_window(a_poll(mode=WindowMode.CLOSED, area="Brookmeadow"))
    assert (window.mode, window.area) == (WindowMode.CLOSED, "Brookmeadow")


def test_a_time_without_an_offset_is_meant_on_the_towns_clocks() -> None:
    """An own start that slipped in without its offset is not read on the machine's clock."""
    poll = replace(a_poll(), start=datetime(2027, 3, 18, 0, 0))  # noqa: DTZ001 - the case tested
    assert local("2027-03-18 00:00") == the_window(poll).start


def test_other_zones_have_their_own_midnight() -> None:
    """The council's zone decides, not Europe/London by name."""
    zone = ZoneInfo("Atlantic/Stanley")
    (window,) = windows_of(a_poll(), zone=zone, nation="England", as_of=BEFORE_ALL)
    assert datetime(2027, 3, 31, 0, tzinfo=zone) == window.start


def test_overlapping_windows_are_all_open() -> None:
    """A county and a town poll on one day, and a by-election between, are open together."""
    polls = (
        a_poll(),
        a_poll(poll="county.2027-05-06", kind=PollType.COUNTY, notice_on=NOTICE),
        a_poll(poll="by.2027-04-15", held_on=date(2027, 4, 15), area="Brookmeadow"),
    )
    found = open_windows(windows(*polls), local("2027-04-10 12:00"))
    assert sorted(window.poll for window in found) == [
        "by.2027-04-15",
        "county.2027-05-06",
        "parish.2027-05-06",
    ]


def test_between_two_polls_no_window_is_open() -> None:
    """After one close of poll and before the next notice nothing holds."""
    polls = (a_poll(held_on=date(2026, 5, 7), poll="first"), a_poll(poll="second"))
    assert open_windows(windows(*polls), local("2026-12-01 12:00")) == ()


def test_the_next_window_is_the_one_that_opens_first() -> None:
    """Windows that have begun are not next; among the others the earliest start is."""
    polls = (
        a_poll(),
        a_poll(poll="later", held_on=date(2027, 10, 7)),
        a_poll(poll="over", held_on=date(2026, 5, 7)),
    )
    found = next_window(windows(*polls), local("2027-04-10 12:00"))
    assert found is not None
    assert found.poll == "later"


def test_without_polls_there_is_no_next_window() -> None:
    """Nothing comes when nothing is entered."""
    assert None is next_window((), BEFORE_ALL)


def test_all_windows_keeps_one_in_force_per_poll() -> None:
    """However many bases a poll has, exactly one of them counts."""
    polls = [
        a_poll(poll="a", notice_on=NOTICE, start="2027-03-01 00:00"),
        a_poll(poll="b", kind=PollType.COUNTY),
    ]
    found = all_windows(polls, zone=LONDON, nation="England", as_of=BEFORE_ALL)
    assert [window.poll for window in in_force(found)] == ["a", "b"]


def test_an_own_start_at_the_notices_own_moment_changes_nothing() -> None:
    """The same instant is neither earlier nor ignored."""
    poll = a_poll(notice_on=NOTICE, start="2027-03-22 00:00")
    assert windows(poll) == windows(a_poll(notice_on=NOTICE))
