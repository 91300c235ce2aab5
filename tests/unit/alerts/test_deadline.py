"""Deadlines: 12:00 on the Clerk's working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.types import Severity
from monitor.alerts.deadline import decide_by, is_working_day

LONDON = ZoneInfo("Europe/London")


def due(at: datetime, severity: Severity, nation: str = "England") -> str:
    """Return a deadline in local time."""
    found = decide_by(at, severity, zone="Europe/London", nation=nation)
    return f"{found.astimezone(LONDON):%a %d %b %H:%M}"


@pytest.mark.parametrize(
    ("at", "severity", "expected"),
    [
        (datetime(2026, 11, 24, 7, tzinfo=UTC), Severity.REVIEW, "Fri 27 Nov 12:00"),
        (datetime(2026, 11, 24, 7, tzinfo=UTC), Severity.URGENT, "Wed 25 Nov 12:00"),
        (datetime(2026, 11, 27, 16, tzinfo=UTC), Severity.URGENT, "Mon 30 Nov 12:00"),
        (datetime(2026, 11, 28, 9, tzinfo=UTC), Severity.REVIEW, "Wed 02 Dec 12:00"),
        # Christmas 2026: Friday is a holiday, so is Monday for Boxing Day.
        (datetime(2026, 12, 24, 9, tzinfo=UTC), Severity.URGENT, "Tue 29 Dec 12:00"),
        (datetime(2026, 12, 24, 9, tzinfo=UTC), Severity.REVIEW, "Thu 31 Dec 12:00"),
        # Good Friday and Easter Monday 2027, across the start of summer time.
        (datetime(2027, 3, 25, 12, tzinfo=UTC), Severity.URGENT, "Tue 30 Mar 12:00"),
        # 23:30 UTC in summer is the next day for the Clerk.
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), Severity.URGENT, "Thu 02 Jul 12:00"),
    ],
)
def test_deadlines_fall_on_working_days(at: datetime, severity: Severity, expected: str) -> None:
    """Urgent: the next working day; others: the third."""
    assert due(at, severity) == expected


def test_nations_have_their_own_holidays() -> None:
    """St Andrew's Day is a holiday in Scotland only."""
    before = datetime(2026, 11, 29, 9, tzinfo=UTC)
    said = [due(before, Severity.URGENT, nation) for nation in ("England", "Scotland")]
    assert said == ["Mon 30 Nov 12:00", "Tue 01 Dec 12:00"]


def test_a_clerks_own_days_count() -> None:
    """A Clerk who works on Tuesdays and Thursdays, with a closed office, is given time."""
    found = decide_by(
        datetime(2026, 11, 24, 9, tzinfo=UTC),
        Severity.REVIEW,
        zone="Europe/London",
        nation="England",
        working=frozenset({1, 3}),
        closed=frozenset({date(2026, 12, 1)}),
    )
    assert found == datetime(2026, 12, 8, 12, tzinfo=UTC)


def test_no_working_day_is_an_error_and_no_endless_loop() -> None:
    """A calendar without working days is said aloud."""
    with pytest.raises(ValueError, match="working days"):
        decide_by(
            datetime(2026, 11, 24, tzinfo=UTC),
            Severity.URGENT,
            zone="Europe/London",
            nation="England",
            working=frozenset(),
        )


def test_an_unknown_nation_is_an_error() -> None:
    """Without its holidays no deadline is invented."""
    with pytest.raises(ValueError, match="Atlantis"):
        is_working_day(date(2026, 11, 24), nation="Atlantis")


@given(
    st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2035, 1, 1)),  # noqa: DTZ001 - made aware below
    st.sampled_from(["England", "Wales", "Scotland", "Northern Ireland"]),
)
def test_a_deadline_is_noon_on_a_working_day_soon(naive: datetime, nation: str) -> None:
    """Whenever a case is opened, it is noon, on a working day, later, and within a fortnight."""
    at = naive.replace(tzinfo=UTC)
    for severity in (Severity.URGENT, Severity.REVIEW):
        local = decide_by(at, severity, zone="Europe/London", nation=nation).astimezone(LONDON)
        assert (local.hour, local.minute) == (12, 0)
        assert is_working_day(local.date(), nation=nation)
        assert timedelta(0) < local - at < timedelta(days=14)
