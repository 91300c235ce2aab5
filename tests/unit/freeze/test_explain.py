"""What the command line prints about polls and windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from config.types import Origin, PollStatus, PollType
from monitor.freeze.explain import explain, open_shapes, poll_shape, window_shape
from tests.unit.freeze.build import BEFORE_ALL, LONDON, a_poll, local, the_window, windows

if TYPE_CHECKING:
    from storage.values import PollRow

POLL = a_poll(notice_on=date(2027, 3, 22))


def lines(poll: PollRow, *, as_of: str = "2026-11-24 07:00", extra: tuple[date, ...] = ()) -> str:
    """Return what ``elections show`` prints of a poll."""
    return "\n".join(
        explain(poll, nation="England", zone=LONDON, as_of=local(as_of), extra_holidays=extra)
    )


def test_a_poll_has_the_keys_of_the_contract() -> None:
    """Keys may be added, never taken away."""
    shape = poll_shape(POLL, zone=LONDON, nation="England", as_of=BEFORE_ALL)
    promised = {"id", "type", "date", "area", "mode", "status", "origin", "windows"}
    window = {"basis", "start", "end", "in_force", "provisional", "why"}
    assert promised <= set(shape)
    assert all(window <= set(one) for one in shape["windows"])


def test_instants_carry_the_councils_offset() -> None:
    """Winter time at the start, summer time at the end."""
    shape = window_shape(the_window(POLL), zone=LONDON)
    assert (shape["start"], shape["end"]) == (
        "2027-03-22T00:00:00+00:00",
        "2027-05-06T22:00:00+01:00",
    )


def test_a_poll_without_a_notice_says_so() -> None:
    """Null, and the last day for it."""
    shape = poll_shape(a_poll(), zone=LONDON, nation="England", as_of=BEFORE_ALL)
    assert (shape["notice"], shape["notice_origin"], shape["last_day_for_notice"]) == (
        None,
        None,
        "2027-03-31",
    )


def test_a_notice_by_command_is_shown_with_its_origin() -> None:
    """Where each date came from."""
    poll = replace(POLL, notice_origin=Origin.COMMAND)
    shape = poll_shape(poll, zone=LONDON, nation="England", as_of=BEFORE_ALL)
    assert (shape["notice"], shape["notice_origin"], shape["origin"]) == (
        "2027-03-22",
        "command",
        "configuration",
    )
    assert "notice of election: Monday 22 March 2027, from a command" in lines(poll)


def test_open_windows_are_flat_with_their_poll() -> None:
    """Only those in force and open."""
    shapes = open_shapes(windows(POLL), zone=LONDON, as_of=local("2027-04-10 12:00"))
    assert [(shape["poll"], shape["basis"]) for shape in shapes] == [
        ("parish.2027-05-06", "declared")
    ]


def test_show_names_the_law_its_address_and_the_days_left_out() -> None:
    """Everything a Clerk needs to check the date by hand."""
    said = lines(a_poll(held_on=date(2023, 5, 4)))
    for words in (
        "SI 2006/3305",
        "https://www.legislation.gov.uk/uksi/2014/492/article/3/made/data.html",
        "Counted 25 days back from Thursday 4 May 2023, without Saturdays, Sundays and:",
        "Friday 7 April 2023: Good Friday",
        "Last day for the notice: Monday 27 March 2023",
    ):
        assert words in said


def test_show_tells_both_computations_where_they_differ() -> None:
    """Never chosen silently."""
    said = lines(a_poll(held_on=date(2029, 5, 3)))
    assert "Last day for the notice: Tuesday 27 March 2029 (provisional" in said
    assert "uk-election-timetables says Thursday 29 March 2029 instead" in said


def test_show_marks_the_window_in_force() -> None:
    """One star, at the basis that counts."""
    said = lines(POLL)
    assert "* Notice as published: 00:00 on Monday 22 March 2027 to 22:00" in said
    assert "\n  By statute: 00:00 on Wednesday 31 March 2027" in said


def test_show_says_when_nothing_can_be_computed() -> None:
    """A parliamentary by-election: no date, no window, and what to ask."""
    said = lines(a_poll(kind=PollType.PARLIAMENT, by_election=True))
    assert "No date can be computed: ask the returning officer" in said
    assert "Windows\n  none" in said


def test_show_says_that_a_mistaken_notice_is_not_used() -> None:
    """A notice after the poll stands under what is to be checked, and does not count."""
    said = lines(a_poll(notice_on=date(2027, 5, 7)))
    assert "The notice entered is not before the poll and is not used." in said
    assert "error: the notice, Friday 7 May 2027" in said


def test_show_of_a_referendum_names_what_is_to_be_asked() -> None:
    """Regulations that may not bind a town council."""
    said = lines(a_poll(kind=PollType.REFERENDUM_GOVERNANCE))
    assert "First day of the period: Thursday 8 April 2027" in said
    assert "To be asked: the regulations bind the council whose governance" in said


def test_show_of_a_national_referendum_asks_nothing() -> None:
    """Section 125 is clear."""
    said = lines(a_poll(kind=PollType.REFERENDUM_NATIONAL))
    assert "First day of the period: Friday 9 April 2027" in said
    assert "To be asked" not in said


def test_show_of_a_cancelled_poll_gives_its_status() -> None:
    """No window, and nothing that comes."""
    said = lines(replace(POLL, status=PollStatus.CANCELLED))
    assert "status: cancelled" in said
    assert "What comes" not in said


def test_show_of_a_wards_poll_names_the_ward() -> None:
    """Area in words."""
    assert "area: Brookmeadow ward; mode: restricted" in lines(a_poll(area="Brookmeadow"))
    assert "area: does not touch the town" in lines(a_poll(area="none"))


def test_a_count_without_holidays_ends_its_sentence() -> None:
    """In autumn no weekday is left out."""
    said = lines(a_poll(held_on=date(2026, 11, 26)))
    assert "without Saturdays, Sundays.\n  Bank holidays:" in said
