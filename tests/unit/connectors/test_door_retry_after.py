"""`Retry-After` in both of its forms, and in none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.door import retry_after

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("120", NOW + timedelta(seconds=120)),
        ("0", NOW),
        ("1.5", NOW + timedelta(seconds=1.5)),
        ("Tue, 24 Nov 2026 08:30:00 GMT", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 09:30:00 +0100", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
        ("Tue, 24 Nov 2020 08:30:00 GMT", NOW),
        ("99999999999999999999", NOW + timedelta(days=31)),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("\N{SUPERSCRIPT TWO}", None),
    ],
)
def test_seconds_and_dates_are_read(said: str, expected: datetime | None) -> None:
    """Seconds count from now, dates are instants, the past is now, nonsense is nothing."""
    assert expected == retry_after({"RETRY-AFTER": said}, now=NOW)


def test_without_the_header_there_is_no_time() -> None:
    """An answer that says nothing gives nothing."""
    assert retry_after({"content-type": "text/html"}, now=NOW) is None


@given(st.text(max_size=40))
def test_no_header_is_too_odd(said: str) -> None:
    """Whatever stands there, the time is none or within the next 31 days."""
    at = retry_after({"Retry-After": said}, now=NOW)
    assert at is None or NOW <= at <= NOW + timedelta(days=31)
