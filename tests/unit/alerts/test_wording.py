"""Dates, numbers and quotations as a Clerk reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.wording import Calendar, abridged, count, listed, sentence

AS_OF = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
WINTER = Calendar(zone="Europe/London", as_of=AS_OF)
SUMMER = Calendar(zone="Europe/London", as_of=datetime(2026, 7, 1, 6, 0, tzinfo=UTC))


def test_dates_are_said_in_the_councils_zone() -> None:
    """Half past eleven at night UTC is the next day in British summer time."""
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert SUMMER.moment(late) == "Wednesday 1 July, 00:30"


def test_a_year_is_said_only_where_it_is_another() -> None:
    """This year needs no year."""
    said = (WINTER.day(date(2026, 12, 31)), WINTER.day(date(2027, 5, 6)))
    assert said == ("Thursday 31 December", "Thursday 6 May 2027")


def test_days_in_subjects_are_short() -> None:
    """A subject says Tue 24 Nov."""
    assert WINTER.short_day(date(2026, 11, 24)) == "Tue 24 Nov"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 24, 5, 0, tzinfo=UTC), "since 05:00 today"),
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), "since yesterday 07:00"),
        (datetime(2026, 11, 20, 7, 0, tzinfo=UTC), "since Friday 20 November, 07:00"),
        (None, "since the watch began"),
    ],
)
def test_since_is_said_as_people_say_it(at: datetime | None, expected: str) -> None:
    """Today, yesterday, a date, or from the beginning."""
    assert WINTER.since(at) == expected


def test_an_interval_over_midnight_names_both_days() -> None:
    """Between two readings on one day the day is said once, else twice."""
    start = datetime(2026, 11, 21, 23, 50, tzinfo=UTC)
    end = datetime(2026, 11, 22, 0, 20, tzinfo=UTC)
    assert WINTER.between(start, end) == (
        "since some time between Saturday 21 November, 23:50 and Sunday 22 November, 00:20"
    )


def test_numbers_agree_with_their_nouns() -> None:
    """One post, two posts, a thousand with a comma."""
    said = [count(1, "post"), count(0, "post"), count(1200, "post"), count(2, "day", "days")]
    assert said == ["1 post", "0 posts", "1,200 posts", "2 days"]


def test_lists_end_with_and() -> None:
    """As in English, whatever the number."""
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_sentence_ends_once() -> None:
    """A full stop is added only where none is."""
    assert [sentence("a"), sentence("a."), sentence("")] == ["a.", "a.", ""]


@given(st.lists(st.text(alphabet="abcdef,.", min_size=1), min_size=1).map(" ".join))
def test_abridged_words_are_a_true_beginning(words: str) -> None:
    """What is quoted is the text's own beginning, marked exactly where some is left out."""
    whole = " ".join(words.split())
    said = abridged(words, most=30)
    assert len(said) <= 30
    if said != whole:
        assert said.endswith(" …")
        assert whole.startswith(said.removesuffix(" …"))
