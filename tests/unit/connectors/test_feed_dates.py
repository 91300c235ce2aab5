"""The hour in which something was published, as feeds write it."""

from __future__ import annotations

from datetime import UTC, datetime

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._feed_dates import instant, iso_instant, zone_of

LONDON = zone_of("Europe/London")


def read(raw: str, zone: str = "Europe/London") -> datetime | None:
    """Return the instant of a date in a feed, through feedparser itself."""
    return instant(raw, feedparser.datetimes._parse_date(raw), zone=zone_of(zone))


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("Tue, 10 Jun 2025 23:30:00 +0100", (10, 22, 30)),
        ("Tue, 10 Jun 2025 23:30:00 GMT", (10, 23, 30)),
        ("Tue, 10 Jun 2025 23:30:00 BST", (10, 22, 30)),
        ("Tue, 10 Jun 2025 23:30:00 bst", (10, 22, 30)),
        ("Tue, 10 Jun 2025 23:30:00", (10, 22, 30)),
        ("Tue, 10 Jun 2025 23:30:00 CEST", (10, 21, 30)),
        ("2025-06-10T23:30:00Z", (10, 23, 30)),
        ("2025-06-10T23:30:00+01:00", (10, 22, 30)),
        ("2025-06-10T23:30:00", (10, 22, 30)),
        ("2025-06-10 23:30:00", (10, 22, 30)),
        ("2025-06-10", (9, 23, 0)),
    ],
)
def test_a_date_is_read_in_its_own_zone(raw: str, wanted: tuple[int, int, int]) -> None:
    """British Summer Time is an hour ahead; what names no zone is in the council's."""
    assert read(raw) == datetime(2025, 6, *wanted, tzinfo=UTC)


def test_a_date_without_a_zone_is_in_the_accounts_zone() -> None:
    """The register may say that a feed is written elsewhere."""
    assert read("2025-06-10T23:30:00", "Europe/Paris") == datetime(2025, 6, 10, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize("raw", ["", "10/06/2025 23:30", "yesterday", "0000-00-00", "9" * 400])
def test_what_cannot_be_read_is_no_date(raw: str) -> None:
    """A guess at day and month would be worse than the time of the first reading."""
    assert read(raw) is None


def test_dates_in_the_future_are_kept() -> None:
    """A wrong clock at the publisher's is shown as it is."""
    assert read("Thu, 31 Dec 2099 10:00:00 GMT") == datetime(2099, 12, 31, 10, tzinfo=UTC)


def test_an_unknown_zone_is_london() -> None:
    """A wrong name in the register does not stop the reading."""
    assert zone_of("Elm/Nowhere") == LONDON
    assert zone_of("../../etc") == LONDON


@given(st.text(max_size=40))
def test_no_date_crashes_the_reading(raw: str) -> None:
    """Whatever is written, it is an instant in UTC or none."""
    for found in (
        instant(raw, (2025, 6, 10, 23, 30, 0), zone=LONDON),
        iso_instant(raw, zone=LONDON),
    ):
        assert found is None or found.utcoffset() is not None


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)))  # noqa: DTZ001  # figures without a zone are what is tested
def test_iso_dates_with_an_offset_come_back(at: datetime) -> None:
    """Written in UTC, read in UTC."""
    aware = at.replace(tzinfo=UTC)
    assert iso_instant(aware.isoformat(), zone=LONDON) == aware
