"""Which posts are read again now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.types import Outcome
from monitor.plan import is_due, missed, newest_mark
from storage.values import DuePost

PUBLISHED = datetime(2026, 11, 2, 9, tzinfo=UTC)


def post(read_after: timedelta, *, has_open_case: bool = False) -> DuePost:
    """Return a post that was last read some time after it was published."""
    return DuePost(
        platform_id="1",
        current_id=None,
        url="",
        published_at=PUBLISHED,
        last_read_at=PUBLISHED + read_after,
        last_outcome=Outcome.PRESENT,
        has_open_case=has_open_case,
    )


@pytest.mark.parametrize(
    ("read_after", "age", "due"),
    [
        (timedelta(minutes=5), timedelta(minutes=34), False),
        (timedelta(minutes=5), timedelta(minutes=35), True),
        (timedelta(minutes=36), timedelta(minutes=64), False),
        (timedelta(minutes=36), timedelta(minutes=65), True),
        (timedelta(minutes=70), timedelta(hours=5), False),
        (timedelta(minutes=70), timedelta(hours=6), True),
        (timedelta(days=1, minutes=1), timedelta(days=1, hours=23), False),
        (timedelta(days=7, minutes=1), timedelta(days=13), False),
        (timedelta(days=7, minutes=1), timedelta(days=14), True),
        (timedelta(days=14, minutes=1), timedelta(days=21), True),
    ],
)
def test_a_post_is_due_when_it_passed_a_mark_since_it_was_read(
    read_after: timedelta, age: timedelta, *, due: bool
) -> None:
    """Often when young, weekly when old."""
    assert due == is_due(post(read_after), as_of=PUBLISHED + age)


def test_a_post_with_an_open_case_is_always_due() -> None:
    """What a person decides on is looked at every time."""
    assert is_due(
        post(timedelta(minutes=1), has_open_case=True), as_of=PUBLISHED + timedelta(minutes=2)
    )


@given(
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.timedeltas(timedelta(0), timedelta(days=30)),
)
def test_a_post_that_was_just_read_is_never_due(age: timedelta, later: timedelta) -> None:
    """An outage is made up once: reading settles every mark that has passed."""
    del later
    assert not is_due(post(age), as_of=PUBLISHED + age)


@given(st.timedeltas(timedelta(0), timedelta(days=400)))
def test_marks_never_lie_ahead(age: timedelta) -> None:
    """The newest mark is at most the age."""
    mark = newest_mark(age)
    assert mark is None or mark <= age


@pytest.mark.parametrize(
    ("read_after", "age", "number"),
    [
        (timedelta(minutes=5), timedelta(minutes=30), 0),
        (timedelta(minutes=5), timedelta(hours=7), 3),
        (timedelta(hours=7), timedelta(days=3, hours=1), 3),
        (timedelta(hours=7), timedelta(days=15), 8),
        (timedelta(days=8), timedelta(days=15), 1),
    ],
)
def test_missed_readings_are_those_planned_since_the_last(
    read_after: timedelta, age: timedelta, number: int
) -> None:
    """Many in the first week, few later; never fewer with time."""
    assert missed(post(read_after), as_of=PUBLISHED + age) == number


@given(
    st.timedeltas(timedelta(0), timedelta(days=40)),
    st.timedeltas(timedelta(0), timedelta(days=40)),
)
def test_what_is_due_has_missed_a_reading(read_after: timedelta, later: timedelta) -> None:
    """And what has missed none is not due."""
    then = PUBLISHED + read_after + later
    assert is_due(post(read_after), as_of=then) == (missed(post(read_after), as_of=then) > 0)
