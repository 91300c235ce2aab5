"""The windows' digest changes exactly when judging by them can change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import PollStatus, WindowMode
from monitor.freeze.stamp import windows_digest
from tests.unit.freeze.build import a_poll, local, windows

if TYPE_CHECKING:
    from storage.values import PollRow

POLL = a_poll(notice_on=date(2027, 3, 22))
SECOND = timedelta(seconds=1)


def stamp(*polls: PollRow, as_of: str = "2026-11-24 07:00") -> str:
    """Return the digest of polls' windows at a moment on the town's clocks."""
    moment = local(as_of)
    return windows_digest(windows(*polls, as_of=moment), moment)


@pytest.mark.parametrize(
    "changed",
    [
        a_poll(notice_on=date(2027, 3, 23)),
        a_poll(notice_on=date(2027, 3, 22), start="2027-03-15 00:00"),
        a_poll(notice_on=date(2027, 3, 22), end="2027-05-07 12:00"),
        a_poll(notice_on=date(2027, 3, 22), mode=WindowMode.CLOSED),
        a_poll(notice_on=date(2027, 3, 22), area="Brookmeadow"),
        a_poll(poll="renamed", notice_on=date(2027, 3, 22)),
        a_poll(held_on=date(2027, 5, 13), notice_on=date(2027, 3, 22)),
        replace(POLL, status=PollStatus.CANCELLED),
    ],
)
def test_a_changed_window_changes_the_digest(changed: PollRow) -> None:
    """Moved, renamed, closed, narrowed to a ward, cancelled."""
    assert stamp(changed) != stamp(POLL)


def test_an_added_window_changes_the_digest() -> None:
    """A snap poll judges everything again at once."""
    assert stamp(POLL, a_poll(poll="snap", held_on=date(2027, 1, 28))) != stamp(POLL)


@pytest.mark.parametrize("edge", ["2027-03-22 00:00", "2027-05-06 22:00"])
def test_opening_and_closing_change_the_digest(edge: str) -> None:
    """Exactly at the edge, not a second before or after it."""
    moment = local(edge)
    every = windows(POLL)
    digests = [
        windows_digest(every, moment + step) for step in (-2 * SECOND, -SECOND, 0 * SECOND, SECOND)
    ]
    assert (digests[0] == digests[1], digests[1] == digests[2], digests[2] == digests[3]) == (
        True,
        False,
        True,
    )


def test_it_is_the_same_from_one_moment_to_the_next() -> None:
    """Nothing is judged again because time passes."""
    assert stamp(POLL, as_of="2027-04-01 09:00") == stamp(POLL, as_of="2027-04-20 21:00")


def test_the_order_of_polls_does_not_matter() -> None:
    """The same windows in another order are the same windows."""
    other = a_poll(poll="other", held_on=date(2027, 6, 10))
    assert stamp(POLL, other) == stamp(other, POLL)


def test_bases_that_are_not_in_force_do_not_matter() -> None:
    """A notice that equals the own start changes what is shown, not what holds."""
    with_both = a_poll(notice_on=date(2027, 3, 29), start="2027-03-22 00:00")
    assert stamp(with_both) == stamp(a_poll(start="2027-03-22 00:00"))


def test_without_windows_there_is_a_digest_too() -> None:
    """No polls is a state like any other, and differs from having one."""
    assert stamp() != stamp(POLL)
