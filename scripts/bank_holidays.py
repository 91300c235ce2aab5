# ruff: noqa: INP001 - a script that is run by path, not a package
"""Write the table of bank holidays that election timetables count by.

The table stands in the repository, because importing the `holidays` package costs half a
second and 45 MB, and because dates that decide a legal period should be readable and
dated. A test compares it with the package on every run. Raise the years and `PROCLAIMED_TO`
(the end of the list on https://www.gov.uk/bank-holidays) once a year.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import holidays
from holidays.countries.united_kingdom import UnitedKingdomStaticHolidays

FIRST_YEAR, LAST_YEAR = 2007, 2045
PROCLAIMED_TO = date(2028, 12, 31)
TABLE = Path(__file__).parents[1] / "monitor" / "freeze" / "bank_holidays.toml"
PARTS = {"england-and-wales": "ENG", "scotland": "SCT", "northern-ireland": "NIR"}


def one_off() -> set[date]:
    """Return the days that were proclaimed once only: jubilees, weddings, a funeral."""
    found = set()
    for year, entry in UnitedKingdomStaticHolidays.special_public_holidays.items():
        entries = entry if isinstance(entry[0], tuple) else (entry,)
        found |= {date(year, month, day) for month, day, _name in entries}
    return found


def text() -> str:
    """Return the whole file; weekends are left out, they never count anyway."""
    lines = [
        "# Bank holidays that fall on a weekday, by part of the United Kingdom.",
        "# Written by scripts/bank_holidays.py; do not edit: a late proclamation goes into",
        "# the configuration, from where it is added to these.",
        f'source = "holidays {holidays.__version__}, https://www.gov.uk/bank-holidays"',
        f"covers_from = {date(FIRST_YEAR, 1, 1)}",
        f"covers_to = {date(LAST_YEAR, 12, 31)}",
        f"proclaimed_to = {PROCLAIMED_TO}",
        "# Proclaimed for one occasion, often late: never a reason to call a notice late.",
        f"one_off = [{', '.join(str(day) for day in sorted(one_off()) if day.year >= FIRST_YEAR)}]",
    ]
    for part, code in PARTS.items():
        lines += ["", f"[{part}]"]
        days = holidays.country_holidays("GB", subdiv=code, years=range(FIRST_YEAR, LAST_YEAR + 1))
        lines += [f'{day} = "{days[day]}"' for day in sorted(days) if day.weekday() < 5]  # noqa: PLR2004 - Monday to Friday
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(text(), encoding="utf-8")
