"""The table of bank holidays is what the `holidays` package says, day for day."""

from __future__ import annotations

from datetime import date

import holidays
import pytest

from monitor.freeze import days

CODES = {
    days.ENGLAND_AND_WALES: ("ENG", "WLS"),
    days.SCOTLAND: ("SCT",),
    days.NORTHERN_IRELAND: ("NIR",),
}


@pytest.mark.parametrize(
    ("part", "code"), [(part, code) for part, codes in CODES.items() for code in codes]
)
def test_the_table_equals_the_package(part: str, code: str) -> None:
    """A new edition of the package that moves a day shows here; then write the table anew."""
    table = days.bank_holidays()
    years = range(table.covers_from.year, table.covers_to.year + 1)
    package = holidays.country_holidays("GB", subdiv=code, years=years)
    expected = {day for day in package if day.weekday() < 5}
    assert set(table.parts[part]) == expected


def test_days_proclaimed_once_stand_in_the_table() -> None:
    """A jubilee, a funeral and a coronation are marked, so that no notice is called late."""
    table = days.bank_holidays()
    assert {date(2022, 9, 19), date(2023, 5, 8)} <= table.one_off
    assert table.one_off <= set(table.parts[days.ENGLAND_AND_WALES])
