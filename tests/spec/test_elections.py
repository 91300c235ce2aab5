"""Real polls: the last day for the notice, and what a council actually saw published."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import holidays
import pytest

from config.types import PollType
from monitor.freeze.timetable import STATUTES, Regime, last_day

TABLE: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "elections.toml").read_text("utf-8")
)["polls"]
NAMES = [f"{row['type']} {row['held_on']}" for row in TABLE]
COUNTED = [
    kind
    for kind, statute in STATUTES.items()
    if statute.regime is Regime.NOTICE and kind is not PollType.PARLIAMENT
]


@pytest.mark.parametrize("row", TABLE, ids=NAMES)
def test_the_last_day_is_the_published_one(row: dict[str, Any]) -> None:
    """As in the returning officer's timetable, or counted by hand."""
    assert last_day(PollType(row["type"]), row["held_on"]).day == row["last_day"]


@pytest.mark.parametrize("row", [row for row in TABLE if "published" in row], ids=str)
def test_real_notices_came_by_the_last_day(row: dict[str, Any]) -> None:
    """The computed day is an upper bound: notices came up to twelve days before it."""
    assert timedelta(0) <= row["last_day"] - row["published"] <= timedelta(days=14)


def first_thursday_of_may(year: int) -> date:
    """Return the ordinary day of election, but for years in which it was moved."""
    first = date(year, 5, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7)


def counted_by_hand(held_on: date, count: int, *parts: str) -> date:
    """Count back on the package's own calendar: an implementation of nothing but the rule.

    Args:
        held_on: Day of the poll.
        count: Which day that counts is wanted.
        parts: Whose bank holidays are left out, as the package calls them; none: England's.
    """
    years = [held_on.year - 1, held_on.year]
    closed = {
        day
        for part in parts or ("ENG",)
        for day in holidays.country_holidays("GB", subdiv=part, years=years)
    }
    open_days = (
        day
        for back in range(1, 120)
        if (day := held_on - timedelta(days=back)).weekday() < 5
        and day not in closed
        and (day.month, day.day) not in {(12, 24), (12, 25)}
    )
    return [next(open_days) for _ in range(count)][-1]


@pytest.mark.parametrize("kind", COUNTED)
@pytest.mark.parametrize("year", range(2011, 2036))
def test_every_ordinary_local_poll_has_its_last_day(year: int, kind: PollType) -> None:
    """All ordinary local polls from 2011 to 2035 equal an independent count."""
    held_on = first_thursday_of_may(year)
    assert last_day(kind, held_on).day == counted_by_hand(held_on, 25)


@pytest.mark.parametrize("year", range(2011, 2036))
@pytest.mark.parametrize("month_and_day", [(1, 6), (1, 21), (4, 14), (6, 9), (10, 1), (12, 17)])
def test_by_elections_at_awkward_times_have_their_last_day(
    year: int, month_and_day: tuple[int, int]
) -> None:
    """Around Christmas, Easter and the May and August holidays, on the next Thursday."""
    near = date(year, *month_and_day)
    held_on = near + timedelta(days=(3 - near.weekday()) % 7)
    assert last_day(PollType.PARISH, held_on, by_election=True).day == counted_by_hand(held_on, 25)


GENERAL = [date(2015, 5, 7), date(2017, 6, 8), date(2019, 12, 12), date(2024, 7, 4)]
COUNTRIES = {"England": "ENG", "Wales": "WLS", "Scotland": "SCT", "Northern Ireland": "NIR"}


@pytest.mark.parametrize("held_on", GENERAL, ids=str)
@pytest.mark.parametrize("nation", COUNTRIES)
def test_general_elections_leave_out_the_holidays_of_every_part(nation: str, held_on: date) -> None:
    """The same day in every nation: the package's holidays of all four parts, counted by hand."""
    by_hand = counted_by_hand(held_on, 22, *COUNTRIES.values())
    assert last_day(PollType.PARLIAMENT, held_on, nation=nation).day == by_hand


@pytest.mark.parametrize("year", [2012, 2016, 2021, 2024, 2028, 2032])
def test_commissioners_in_wales_have_the_date_of_the_package_for_wales(year: int) -> None:
    """Elected in Wales by the same order; Wales has England's bank holidays."""
    held_on = date(2012, 11, 15) if year == 2012 else first_thursday_of_may(year)
    computed = last_day(PollType.PCC, held_on, nation="Wales")
    assert computed.day == counted_by_hand(held_on, 25, "WLS")


def test_the_table_is_long_enough() -> None:
    """More than two hundred polls, each held against a published date or an independent count."""
    ordinary = len(COUNTED) * len(range(2011, 2036))
    by_elections = 6 * len(range(2011, 2036))
    assert len(TABLE) >= 28
    assert len(TABLE) + ordinary + by_elections + len(GENERAL) * len(COUNTRIES) + 6 >= 300
