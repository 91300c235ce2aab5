"""The last day for the notice: published dates, two computations, and the library's traps."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from config.errors import SettingsError
from config.types import PollType
from monitor.freeze import days
from monitor.freeze.timetable import (
    STATUTES,
    Regime,
    _likely_cause,
    compare,
    last_day,
    library_day,
    library_holidays_end,
    part_of,
    uncounted_on,
)

COUNTED = [kind for kind, statute in STATUTES.items() if statute.regime is Regime.NOTICE]


@pytest.mark.parametrize(
    ("held_on", "ours", "library"),
    [
        (date(2029, 5, 3), date(2029, 3, 27), date(2029, 3, 29)),
        (date(2030, 5, 2), date(2030, 3, 26), date(2030, 3, 28)),
    ],
)
def test_the_librarys_holidays_end_in_2028_and_ours_do_not(
    held_on: date, ours: date, library: date
) -> None:
    """Beyond its file the library counts Easter as working days; the difference is told."""
    differs = compare(PollType.PARISH, held_on)
    assert differs is not None
    assert (differs.ours, differs.library) == (ours, library)
    assert "silently count as working days" in differs.likely_cause


def test_a_general_election_leaves_out_the_holidays_of_every_part() -> None:
    """12 December 2019: St Andrew's Day in Scotland makes it 11 November, as was published."""
    from uk_election_timetables.calendars import Country  # noqa: PLC0415 - only this test
    from uk_election_timetables.elections import UKParliamentElection  # noqa: PLC0415 - the same

    held_on = date(2019, 12, 12)
    english = UKParliamentElection(held_on, Country.ENGLAND).notice_of_election_deadline
    assert last_day(PollType.PARLIAMENT, held_on).day == date(2019, 11, 11)
    assert english == date(2019, 11, 12)


def test_a_general_election_can_need_the_holidays_of_two_parts_at_once() -> None:
    """In March the Irish day and in January the Scottish one both drop out of one count."""
    last = last_day(PollType.PARLIAMENT, date(2025, 1, 30))
    assert "New Year Holiday, Scotland" in {one.name for one in last.uncounted}


def test_before_2014_parliament_was_dissolved_later() -> None:
    """6 May 2010: the notice was due by 15 April; the library counts 22 days for every year."""
    differs = compare(PollType.PARLIAMENT, date(2010, 5, 6))
    assert differs is not None
    assert differs.ours == date(2010, 4, 15)
    assert "dissolved later" in differs.likely_cause


@pytest.mark.parametrize("kind", COUNTED)
def test_both_computations_agree_where_the_library_is_right(kind: PollType) -> None:
    """Every Thursday from 2012 to 2028 gives one date, for each type of poll.

    For Parliament the library takes the earliest of three calendars, which differs where two
    parts have different holidays in one count; ours is then the earlier one.
    """
    held_on, differing = date(2014, 4, 10), []
    while held_on <= date(2028, 12, 21):
        differs = compare(kind, held_on)
        if differs is not None:
            differing.append(differs)
        held_on += timedelta(days=7)
    if kind is PollType.PARLIAMENT:
        assert all(differs.ours < differs.library for differs in differing)
        assert all("any part of the United Kingdom" in one.likely_cause for one in differing)
    else:
        assert differing == []


def test_the_library_has_no_referendums() -> None:
    """Where the library has no such type it is not asked, and nothing is compared."""
    kinds = [kind for kind in STATUTES if kind not in COUNTED]
    assert {library_day(kind, date(2027, 5, 6)) for kind in kinds} == {None}
    assert {compare(kind, date(2027, 5, 6)) for kind in kinds} == {None}


def test_the_library_is_not_asked_about_a_parliamentary_by_election() -> None:
    """It answers poll minus 22 days; the law hangs the notice on the writ."""
    last = last_day(PollType.PARLIAMENT, date(2027, 5, 6), by_election=True)
    assert (last.day, "ask the returning officer" in last.ask) == (None, True)
    assert library_day(PollType.PARLIAMENT, date(2027, 5, 6), by_election=True) is None


def test_a_local_by_election_has_the_ordinary_timetable() -> None:
    """A vacancy in a ward: 25 days like any other."""
    day = last_day(PollType.PARISH, date(2022, 7, 7), by_election=True).day
    assert day == date(2022, 5, 31)


@pytest.mark.parametrize("nation", ["Scotland", "Northern Ireland"])
def test_local_polls_of_other_nations_are_asked_about(nation: str) -> None:
    """Their timetables are others; no date is invented."""
    last = last_day(PollType.PARISH, date(2027, 5, 6), nation=nation)
    assert (last.day, "outside England and Wales" in last.ask) == (None, True)


@pytest.mark.parametrize("nation", ["England", "wales", " SCOTLAND ", "Northern Ireland"])
def test_a_general_election_is_the_same_in_every_nation(nation: str) -> None:
    """One timetable for the whole United Kingdom."""
    assert last_day(PollType.PARLIAMENT, date(2024, 7, 4), nation=nation).day == date(2024, 6, 4)


def test_an_unknown_nation_says_which_there_are() -> None:
    """The remedy names the four."""
    with pytest.raises(SettingsError, match="Wales, Scotland or Northern Ireland"):
        part_of("Cornwall")


@pytest.mark.parametrize("held_on", [date(2006, 5, 4), date(2007, 5, 3), date(2046, 5, 3)])
def test_beyond_the_table_of_bank_holidays_nothing_is_computed(held_on: date) -> None:
    """A missing holiday would count silently; the Clerk is asked instead."""
    last = last_day(PollType.PARISH, held_on)
    assert (last.day, "covers 2007 to 2045" in last.ask) == (None, True)


def test_the_uncounted_days_are_named_in_order() -> None:
    """The count for 4 May 2023 left out Good Friday, Easter Monday and May Day."""
    names = [one.name for one in last_day(PollType.PARISH, date(2023, 5, 4)).uncounted]
    assert names == ["Good Friday", "Easter Monday", "May Day"]


def test_a_day_of_mourning_is_left_out() -> None:
    """19 September 2022, a bank holiday by proclamation: the count goes one day further back."""
    last = last_day(PollType.BOROUGH, date(2022, 10, 6))
    without = last_day(PollType.BOROUGH, date(2022, 10, 6), ordinary_only=True)
    assert (last.day, without.day) == (date(2022, 8, 31), date(2022, 9, 1))


def test_an_added_day_explains_a_difference_from_the_library() -> None:
    """The library does not know the configuration's own days."""
    differs = compare(PollType.PARISH, date(2027, 5, 6), extra_holidays=[date(2027, 4, 20)])
    assert differs is not None
    assert (differs.ours, differs.likely_cause) == (
        date(2027, 3, 30),
        "days were added in the configuration, which the library does not know",
    )


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2027, 3, 20), "Saturday"),
        (date(2027, 3, 21), "Sunday"),
        (date(2027, 3, 25), ""),  # Maundy Thursday has counted since 2007
        (date(2027, 3, 26), "Good Friday"),
        (date(2027, 3, 29), "Easter Monday"),
        (date(2026, 12, 24), "Christmas Eve"),
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 28), "Boxing Day (observed)"),
        (date(2026, 11, 30), ""),
        (date(2026, 12, 31), ""),
    ],
)
def test_which_days_do_not_count_for_a_town(day: date, why: str) -> None:
    """Weekends, Christmas Eve and Day, Good Friday, bank holidays of England; nothing else."""
    assert uncounted_on(day, PollType.PARISH, nation="England") == why


def test_saint_andrews_day_does_not_count_for_parliament() -> None:
    """A holiday in any part; the part is named."""
    why = uncounted_on(date(2026, 11, 30), PollType.PARLIAMENT, nation="England")
    assert why == "Saint Andrew's Day, Scotland"


def test_a_date_rests_on_proclaimed_holidays_up_to_the_published_list() -> None:
    """2028 is published, 2029 is computed."""
    near, far = (last_day(PollType.PARISH, date(year, 5, 4)) for year in (2028, 2029))
    assert (near.is_provisional, far.is_provisional) == (False, True)


def test_the_published_list_ends_where_the_librarys_file_ends() -> None:
    """Both were made from the same published list; a new edition of either shows here."""
    assert library_holidays_end()[1].year == days.bank_holidays().proclaimed_to.year


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (PollType.REFERENDUM_NATIONAL, date(2016, 5, 27)),
        (PollType.REFERENDUM_GOVERNANCE, date(2016, 5, 26)),
        (PollType.REFERENDUM_COUNCIL_TAX, date(2016, 5, 26)),
    ],
)
def test_referendums_count_calendar_days(kind: PollType, first: date) -> None:
    """28 days ending with 23 June 2016 began on 27 May; 28 days before it is 26 May."""
    assert last_day(kind, date(2016, 6, 23)).day == first


@pytest.mark.parametrize("kind", list(STATUTES))
def test_every_type_names_its_law_and_where_it_was_read(kind: PollType) -> None:
    """No date without a statute and an address."""
    statute = STATUTES[kind]
    assert (bool(statute.law), statute.source.startswith(("http://", "https://"))) == (True, True)


def test_a_difference_that_nothing_explains_is_said_to_be_unknown() -> None:
    """No cause is made up."""
    cause = _likely_cause(PollType.PARISH, date(2027, 5, 6), date(2027, 3, 31), frozenset())
    assert cause.startswith("unknown")
