"""Cases and readings on one side, the figures of a report on the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import OperatorError
from config.types import AccountId, CaseState, Kind, Resolution
from monitor.report.facts import MEMBERS, Outcomes, build
from monitor.report.period import Period, days_of
from monitor.report.reading import missed_in
from monitor.report.removal import nearest_rank, removal_of, resolution_at
from storage.values import CoverageTotal, Gap, Review, Tally
from tests.lib.tallies import AFTER, HALF_HOUR, ZONE, account, around, at, case, period

RESOLUTIONS = [None, *Resolution]


@pytest.mark.parametrize(
    ("resolution", "field"),
    [
        (Resolution.REMOVED, "upheld"),
        (Resolution.CORRECTED, "upheld"),
        (Resolution.DISMISSED, "not_upheld"),
        (Resolution.LEFT, "left"),
        (Resolution.NO_LONGER_APPLIES, "lapsed"),
        (None, "undecided"),
    ],
)
def test_each_way_of_ending_counts_in_one_place(resolution: Resolution | None, field: str) -> None:
    """A case is flagged once and stands under exactly one outcome."""
    report = build(period(), around(), tally=Tally(cases=(case(resolution=resolution),)), totals=[])
    places = ("upheld", "not_upheld", "left", "lapsed", "undecided")
    found = {name: getattr(report.total, name) for name in places}
    assert found == dict.fromkeys(places, 0) | {field: 1}
    assert report.total.flagged == 1


def test_an_empty_period_says_so() -> None:
    """Without cases and readings every figure is nought, and no time is made up."""
    report = build(period(), around(), tally=Tally(), totals=[])
    assert report.total == Outcomes()
    assert (report.removal.count, report.removal.median, report.removal.ninetieth) == (
        0,
        None,
        None,
    )
    [line] = report.coverage
    assert (line.due, line.made, line.share) == (1440, 0, 0.0)
    assert line.blind == Gap(start=period().start, end=period().end)


def test_how_a_case_stood_at_the_end_counts() -> None:
    """What was decided after the period, or taken up again, is undecided in its report."""
    later = case(resolution=Resolution.REMOVED, closed_at=at(40))
    assert resolution_at(later, period().end) is None
    taken_up = case(resolution=Resolution.DISMISSED, closed_at=at(3))
    steps = (*taken_up.steps, (at(4), CaseState.OPEN))
    again = replace(taken_up, steps=steps, resolution=None, closed_at=None)
    assert resolution_at(again, period().end) is None
    assert resolution_at(taken_up, period().end) is Resolution.DISMISSED


def test_time_to_removal_is_median_and_nearest_rank() -> None:
    """Ten removals of 1 to 10 hours: median 5.5 hours, nine in ten within 9 hours."""
    cases = [
        case(
            number,
            opened_at=at(2),
            resolution=Resolution.REMOVED,
            closed_at=at(3),
            gone_at=at(2, hours=number),
        )
        for number in range(1, 11)
    ]
    took = removal_of([*cases, case(11, resolution=Resolution.DISMISSED)], period())
    assert took.count == 10
    assert took.median == timedelta(hours=5, minutes=30)
    assert took.ninetieth == timedelta(hours=9)
    assert took.longest == timedelta(hours=10)


def test_a_removal_counts_in_the_period_in_which_it_was_closed() -> None:
    """A post found in October and removed in November is one of November's removals."""
    old = case(opened_at=at(-5), resolution=Resolution.REMOVED, closed_at=at(1))
    assert removal_of([old], period()).count == 1
    assert build(period(), around(), tally=Tally(cases=(old,)), totals=[]).total.flagged == 0


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60), st.integers(1, 100))
def test_a_percentile_is_a_value_that_enough_do_not_exceed(values: list[int], percent: int) -> None:
    """Nearest rank: at least so many per cent lie at or below it, and fewer below."""
    ordered = sorted(timedelta(seconds=value) for value in values)
    found = nearest_rank(ordered, percent)
    assert 100 * sum(one <= found for one in ordered) >= percent * len(ordered)
    assert 100 * sum(one < found for one in ordered) < percent * len(ordered)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60 * 24),
            st.sampled_from(RESOLUTIONS),
            st.sampled_from(["a", "b", "m1", "m2"]),
        ),
        max_size=40,
    )
)
def test_totals_add_up(drawn: list[tuple[int, Resolution | None, str]]) -> None:
    """Accounts add up to the total, and two halves of the time to the whole."""
    cases = tuple(
        case(number, opened_at=at(hours=hours), resolution=resolution, account=name)
        for number, (hours, resolution, name) in enumerate(drawn)
    )
    people = [account(name, kind=Kind.MEMBER) for name in ("m1", "m2")]
    here = around(account("a"), account("b"), *people)
    whole = period(date(2026, 11, 1), date(2026, 12, 20))
    halves = [
        period(date(2026, 11, 1), date(2026, 11, 25)),
        period(date(2026, 11, 26), date(2026, 12, 20)),
    ]
    report = build(whole, here, tally=Tally(cases=cases), totals=[])
    parts = [build(half, here, tally=Tally(cases=cases), totals=[]) for half in halves]
    assert sum(line.outcomes.flagged for line in report.by_account) == report.total.flagged
    assert sum(line.outcomes.upheld for line in report.by_account) == report.total.upheld
    assert sum(part.total.flagged for part in parts) == report.total.flagged
    assert sum(part.removal.count for part in parts) == report.removal.count
    assert len([line for line in report.by_account if line.title == MEMBERS]) <= 1


def test_a_rule_is_right_as_often_as_its_decided_cases_were_upheld() -> None:
    """Upheld among upheld, not upheld and left; undecided ones say nothing."""
    ends = [Resolution.REMOVED, Resolution.CORRECTED, Resolution.DISMISSED, Resolution.LEFT, None]
    cases = tuple(case(number, resolution=end) for number, end in enumerate(ends))
    [line] = build(period(), around(), tally=Tally(cases=cases), totals=[]).by_rule
    assert (line.outcomes.flagged, line.outcomes.decided, line.precision) == (5, 4, 0.5)


def test_a_case_under_two_clauses_counts_once_in_the_total() -> None:
    """Both clauses have their line; the total has one case."""
    both = case(marks=(("terms.5", "party-politics/a"), ("terms.7", "commerce/b")))
    report = build(period(), around(), tally=Tally(cases=(both,)), totals=[])
    assert [line.outcomes.flagged for line in report.by_clause] == [1, 1]
    assert report.total.flagged == 1


# --- days ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [
        (date(2026, 10, 25), date(2026, 10, 25), 25),
        (date(2026, 3, 29), date(2026, 3, 29), 23),
        (date(2026, 11, 1), date(2026, 11, 30), 720),
    ],
)
def test_days_are_the_councils_own(first: date, last: date, hours: int) -> None:
    """The days on which clocks change have 25 and 23 hours."""
    found = Period.of(first, last, zone=ZONE, as_of=AFTER)
    assert found.end - found.start == timedelta(hours=hours)


def test_a_summer_midnight_belongs_to_the_day_it_begins() -> None:
    """A case opened at 23:30 UTC on 30 June is one of July's: there it is half past midnight."""
    july = Period.of(date(2026, 7, 1), date(2026, 7, 31), zone=ZONE, as_of=AFTER)
    late = case(opened_at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    assert build(july, around(), tally=Tally(cases=(late,)), totals=[]).total.flagged == 1


def test_a_period_that_is_not_over_ends_now() -> None:
    """Up to the present moment, and it says so."""
    now = at(5, hours=9)
    found = Period.of(date(2026, 11, 1), date(2026, 11, 30), zone=ZONE, as_of=now)
    assert (found.end, found.is_running) == (now, True)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, date(2028, 2, 1), date(2028, 2, 20)),
        ({"month": "2028-02"}, date(2028, 2, 1), date(2028, 2, 29)),
        ({"month": "2027-12"}, date(2027, 12, 1), date(2027, 12, 31)),
        ({"year": "2027"}, date(2027, 1, 1), date(2027, 12, 31)),
        ({"until": "2027-04-10"}, date(2027, 4, 1), date(2027, 4, 10)),
        ({"since": "2028-02-03"}, date(2028, 2, 3), date(2028, 2, 20)),
    ],
)
def test_days_are_asked_for_in_one_way(asked: dict[str, str], first: date, last: date) -> None:
    """A month, a year, or first and last day; nothing asked is this month so far."""
    asked_for = {"since": None, "until": None, "month": None, "year": None} | asked
    assert days_of(**asked_for, today=date(2028, 2, 20)) == (first, last)


@pytest.mark.parametrize(
    "asked",
    [
        {"month": "2026-13"},
        {"month": "11"},
        {"year": "26"},
        {"year": "0001"},
        {"since": "1 Nov"},
        {"month": "2026-11", "year": "2026"},
        {"month": "2026-11", "since": "2026-11-01"},
        {"month": "2026-11-01T"},
    ],
)
def test_what_is_no_date_is_refused(asked: dict[str, str]) -> None:
    """With what to write instead."""
    asked_for = {"since": None, "until": None, "month": None, "year": None} | asked
    with pytest.raises(OperatorError):
        days_of(**asked_for, today=date(2028, 2, 20))


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 11, 2), date(2026, 11, 1)), (date(2027, 1, 1), date(2027, 1, 31))],
)
def test_a_period_that_cannot_be_is_refused(first: date, last: date) -> None:
    """Backwards, or not begun."""
    with pytest.raises(OperatorError):
        Period.of(first, last, zone=ZONE, as_of=AFTER)


# --- readings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "missed"), [(0, 0), (30, 0), (44, 0), (45, 1), (60, 1), (90, 2), (1440, 47)]
)
def test_a_reading_half_an_interval_late_is_missed(minutes: int, missed: int) -> None:
    """At thirty minutes: 44 are in time, 45 are not."""
    assert missed_in(timedelta(minutes=minutes), HALF_HOUR) == missed


def test_a_daemon_that_stood_still_did_not_read() -> None:
    """One day of 48 readings and a month of silence: the share says so, and since when."""
    total = CoverageTotal(
        account=AccountId("council-x"), complete=48, first_at=at(hours=0.5), last_at=at(1)
    )
    [line] = build(period(), around(), tally=Tally(), totals=[total]).coverage
    assert (line.due, line.made) == (1440, 49)
    assert line.blind == Gap(start=at(1), end=period().end)


def test_more_readings_than_were_due_make_up_for_nothing() -> None:
    """A burst by hand does not hide the hours without any."""
    total = CoverageTotal(
        account=AccountId("council-x"),
        complete=5000,
        first_at=at(),
        last_at=at(30),
        missed=100,
        longest=Gap(start=at(3), end=at(5)),
    )
    [line] = build(period(), around(), tally=Tally(), totals=[total]).coverage
    assert (line.due, line.made) == (1440, 1340)
    assert line.blind == Gap(start=at(3), end=at(5))


def test_an_account_is_watched_from_its_registration_to_its_retirement() -> None:
    """Nothing is due before and after."""
    short = account(registered_at=at(10), retired_at=at(11))
    report = build(period(), around(short), tally=Tally(), totals=[])
    assert report.coverage[0].due == 48
    assert report.register == ()


def test_an_account_watched_by_hand_is_read_by_its_reviews() -> None:
    """Looked at on the 1st and the 15th, every fourteen days: nothing is missed."""
    hand = account(by_hand=True, every=timedelta(days=14))
    looks = tuple(Review(account=hand.id, at=at(day, hours=9), by="Clerk") for day in (0, 14, 28))
    [line] = build(period(), around(hand), tally=Tally(reviews=looks), totals=[]).coverage
    assert (line.due, line.made) == (2, 2)
    assert line.blind == Gap(start=at(0, hours=9), end=at(14, hours=9))
