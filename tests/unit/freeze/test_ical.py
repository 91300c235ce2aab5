"""The calendar, read back by a calendar library: right days, right instants, lasting names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import icalendar
import pytest

from config.types import PollStatus, PollType
from monitor.freeze.ical import calendar
from monitor.freeze.windows import in_force, windows_of
from tests.unit.freeze.build import BEFORE_ALL, LONDON, a_poll, local

if TYPE_CHECKING:
    from storage.values import PollRow


def read_back(*polls: PollRow, as_of: datetime = BEFORE_ALL) -> dict[str, Any]:
    """Return the entries of a calendar by name: ``<poll>.<entry>``."""
    made = calendar(
        polls,
        council="Fernbeck, Town; Council\nX-EVIL:1",
        domain="fernbeck-tc.gov.uk",
        zone=LONDON,
        nation="England",
        as_of=as_of,
    )
    read = icalendar.Calendar.from_ical(made)
    assert "X-EVIL" not in read
    return {str(entry["uid"]).partition("@")[0]: entry for entry in read.walk("VEVENT")}


@pytest.mark.parametrize(
    ("held_on", "notice_on", "start", "end"),
    [
        (date(2027, 5, 6), date(2027, 3, 22), "2027-03-22 00:00", "2027-05-06 22:00"),
        (date(2027, 2, 11), date(2027, 1, 5), "2027-01-05 00:00", "2027-02-11 22:00"),
        (date(2027, 7, 8), date(2027, 6, 1), "2027-06-01 00:00", "2027-07-08 22:00"),
        (date(2027, 11, 11), date(2027, 10, 4), "2027-10-04 00:00", "2027-11-11 22:00"),
    ],
)
def test_windows_are_right_in_summer_and_winter(
    held_on: date, notice_on: date, start: str, end: str
) -> None:
    """Also when the clocks change in between; instants carry their own zone."""
    poll = a_poll(poll="p", held_on=held_on, notice_on=notice_on)
    window = read_back(poll)["p.window"]
    assert (window["dtstart"].dt, window["dtend"].dt) == (local(start), local(end))
    assert window["dtstart"].dt.utcoffset() == timedelta(0)


def test_a_poll_is_a_whole_day_and_reminders_lie_before_its_window() -> None:
    """28, 14, 7 and 1 day before the period starts."""
    entries = read_back(a_poll(poll="p", notice_on=date(2027, 3, 22)))
    assert (entries["p.poll"]["dtstart"].dt, entries["p.poll"]["dtend"].dt) == (
        date(2027, 5, 6),
        date(2027, 5, 7),
    )
    days = sorted(entry["dtstart"].dt for name, entry in entries.items() if "reminder" in name)
    assert [(date(2027, 3, 22) - day).days for day in days] == [28, 14, 7, 1]


def test_without_a_notice_the_last_day_for_it_is_an_entry() -> None:
    """So that somebody looks for it in time."""
    entries = read_back(a_poll(poll="p"))
    assert entries["p.last-day"]["dtstart"].dt == date(2027, 3, 31)
    assert "p.last-day" not in read_back(a_poll(poll="p", notice_on=date(2027, 3, 22)))


def test_what_is_not_held_says_so_and_reminds_of_nothing() -> None:
    """A cancelled poll keeps its names, so that an older entry is changed and not left."""
    poll = replace(a_poll(poll="p", notice_on=date(2027, 3, 22)), status=PollStatus.CANCELLED)
    entries = read_back(poll)
    assert set(entries) == {"p.poll"}
    assert str(entries["p.poll"]["summary"]).startswith("Cancelled")


def test_a_poll_elsewhere_is_left_out_and_one_that_must_be_asked_about_says_so() -> None:
    """A by-election to Parliament has no window until its notice is entered."""
    elsewhere = a_poll(poll="p", area="none")
    asked = a_poll(poll="q", kind=PollType.PARLIAMENT, by_election=True)
    entries = read_back(elsewhere, asked)
    assert set(entries) == {"q.poll"}
    assert "not known yet" in str(entries["q.poll"]["description"])


def test_every_window_of_thirty_years_stands_in_the_file_as_computed() -> None:
    """One poll a year: the file and the computation agree to the second."""
    polls = [
        a_poll(
            poll=f"p{year}",
            held_on=date(year, 5, 1) + timedelta(days=(3 - date(year, 5, 1).weekday()) % 7),
        )
        for year in range(2011, 2041)
    ]
    entries = read_back(*polls)
    for poll in polls:
        (window,) = in_force(windows_of(poll, zone=LONDON, nation="England", as_of=BEFORE_ALL))
        entry = entries[f"{poll.id}.window"]
        assert (window.start, window.end) == (entry["dtstart"].dt, entry["dtend"].dt)
        assert entry["dtstamp"].dt == BEFORE_ALL.astimezone(UTC)
