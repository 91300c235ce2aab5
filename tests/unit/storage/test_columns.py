"""How values are kept in columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.columns import canonical, from_microseconds, plain, to_microseconds


@pytest.mark.parametrize(
    "instant",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_exactly(instant: datetime) -> None:
    """To the microsecond, before and after 1970, at both ends of the calendar."""
    assert from_microseconds(to_microseconds(instant)) == instant


def test_an_offset_does_not_change_the_instant() -> None:
    """Half past one in summer time is half past nought in UTC."""
    summer = datetime(2026, 7, 1, 1, 30, tzinfo=timezone(timedelta(hours=1)))
    assert from_microseconds(to_microseconds(summer)) == datetime(2026, 7, 1, 0, 30, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused() -> None:
    """Nobody knows when it is."""
    with pytest.raises(ValueError, match="no time zone"):
        to_microseconds(datetime(2026, 7, 1, 1, 30))  # noqa: DTZ001 - what is being refused


def test_plain_text_is_left_alone() -> None:
    """Anything that UTF-8 can hold stays as it is."""
    assert plain("Fête 🎪 \u202e\u0301\ufeff\n\t") == "Fête 🎪 \u202e\u0301\ufeff\n\t"


def test_what_cannot_be_held_is_replaced_one_for_one() -> None:
    """Spans of findings keep their places."""
    assert plain("a\ud800b\udfffc\x00d🎪") == "a\ufffdb\ufffdc\ufffdd🎪"


def test_canonical_json_has_one_form() -> None:
    """Order of keys does not matter; everything beyond ASCII is escaped."""
    assert canonical({"b": [1, None], "a": "é\ud800"}) == '{"a":"\\u00e9\\ud800","b":[1,null]}'
