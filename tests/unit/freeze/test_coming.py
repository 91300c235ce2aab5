"""What comes: the facts and sentences that the digest prints about the next polls."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import PollStatus, PollType
from monitor.freeze.coming import Coming, Stage, coming_up, title_of
from tests.unit.freeze.build import LONDON, a_poll, local

if TYPE_CHECKING:
    from storage.values import PollRow

NOTICE = date(2027, 3, 22)


def coming(poll: PollRow, as_of: str) -> Coming:
    """Return what comes of one poll at a moment on the town's clocks."""
    (found,) = coming_up([poll], local(as_of), zone=LONDON, nation="England")
    return found


@pytest.mark.parametrize(
    ("poll", "title"),
    [
        (a_poll(), "Thursday 6 May 2027, town council election"),
        (
            a_poll(area="Brookmeadow", by_election=True),
            "Thursday 6 May 2027, town council by-election (Brookmeadow)",
        ),
        (a_poll(kind=PollType.PARLIAMENT), "Thursday 6 May 2027, general election"),
        (
            a_poll(kind=PollType.PARLIAMENT, by_election=True),
            "Thursday 6 May 2027, parliamentary by-election",
        ),
        (
            a_poll(kind=PollType.REFERENDUM_NATIONAL, by_election=True),
            "Thursday 6 May 2027, national referendum",
        ),
    ],
)
def test_a_poll_is_named_in_words(poll: PollRow, title: str) -> None:
    """Day, kind and ward."""
    assert title_of(poll) == title


def test_every_type_has_a_name_of_its_own() -> None:
    """No two types are called the same, as an election or as a by-election."""
    names = {title_of(a_poll(kind=kind)) for kind in PollType}
    assert len(names) == len(PollType)


@pytest.mark.parametrize(
    ("as_of", "stage", "is_needed"),
    [
        ("2026-11-24 07:00", Stage.FAR, False),
        ("2027-03-02 23:59", Stage.FAR, False),
        ("2027-03-03 00:00", Stage.NEAR, False),
        ("2027-03-08 23:59", Stage.NEAR, False),
        ("2027-03-09 00:00", Stage.DATE_NEEDED, True),
        ("2027-03-30 23:59", Stage.DATE_NEEDED, True),
        ("2027-03-31 00:00", Stage.PRESUMED, True),
        ("2027-05-06 21:59", Stage.PRESUMED, True),
    ],
)
def test_a_poll_without_a_notice_comes_nearer(as_of: str, stage: Stage, *, is_needed: bool) -> None:
    """A date is needed from the fourteenth working day before the last day, 9 March 2027."""
    found = coming(a_poll(), as_of)
    assert (found.stage, found.is_date_needed) == (stage, is_needed)


@pytest.mark.parametrize(
    ("as_of", "stage"),
    [
        ("2026-11-24 07:00", Stage.FAR),
        ("2027-03-10 07:00", Stage.DECLARED),
        ("2027-03-22 00:00", Stage.OPEN),
        ("2027-05-06 21:59", Stage.OPEN),
    ],
)
def test_a_poll_with_its_notice_asks_for_nothing(as_of: str, stage: Stage) -> None:
    """Once the notice is entered no date is needed."""
    found = coming(a_poll(notice_on=NOTICE), as_of)
    assert (found.stage, found.is_date_needed, found.example_day) == (stage, False, None)


def test_the_sentences_of_a_far_poll_say_until_when_nothing_is_to_do() -> None:
    """The notice's last day, and the day four weeks before it."""
    assert coming(a_poll(), "2026-11-24 07:00").sentences == (
        (
            "The notice of election must be published by Wednesday 31 March; the pre-election "
            "period starts on the day it is published."
        ),
        "Nothing to do until 3 March 2027.",
    )


def test_the_sentences_ask_when_a_date_is_needed() -> None:
    """First what is needed, then why."""
    assert coming(a_poll(), "2027-03-15 07:00").sentences == (
        "A date is needed: no notice of election has been entered.",
        (
            "The notice of election must be published by Wednesday 31 March; the pre-election "
            "period starts on the day it is published."
        ),
    )


@pytest.mark.parametrize(
    ("as_of", "tense"), [("2027-03-31 07:00", "is"), ("2027-04-01 07:00", "was")]
)
def test_the_sentences_of_a_presumed_window_say_what_is_assumed(as_of: str, tense: str) -> None:
    """From the last day on the period is taken to have begun."""
    assert coming(a_poll(), as_of).sentences == (
        f"A date is needed: no notice is entered, and Wednesday 31 March {tense} the last day.",
        (
            "The pre-election period is taken to have begun on Wednesday 31 March; it ends on "
            "Thursday 6 May at 22:00."
        ),
    )


@pytest.mark.parametrize(
    ("as_of", "verb"), [("2027-03-15 07:00", "starts"), ("2027-03-22 07:00", "began")]
)
def test_the_sentence_of_a_known_window_gives_both_ends(as_of: str, verb: str) -> None:
    """When it starts and ends."""
    assert coming(a_poll(notice_on=NOTICE), as_of).sentences == (
        f"The pre-election period {verb} on Monday 22 March and ends on Thursday 6 May at 22:00.",
    )


def test_an_own_start_is_said_although_the_notice_is_not_known() -> None:
    """The council's own start fixes the beginning."""
    found = coming(a_poll(start="2027-03-15 00:00"), "2027-03-05 07:00")
    assert found.sentences[-1].startswith("The pre-election period starts on Monday 15 March")


def test_an_open_own_window_before_the_last_day_still_waits_for_nothing_daily() -> None:
    """Between the own start and the last day the window is open and certain."""
    found = coming(a_poll(start="2027-03-15 00:00"), "2027-03-20 07:00")
    assert (found.stage, found.is_date_needed) == (Stage.OPEN, False)


def test_a_referendums_period_ends_with_the_day() -> None:
    """Not at an hour: with the day of the poll."""
    found = coming(a_poll(kind=PollType.REFERENDUM_NATIONAL), "2027-04-08 07:00")
    assert found.sentences == (
        "The pre-election period starts on Friday 9 April and ends with Thursday 6 May.",
    )


def test_a_poll_that_cannot_be_computed_is_asked_about() -> None:
    """A parliamentary by-election without its notice."""
    found = coming(a_poll(kind=PollType.PARLIAMENT, by_election=True), "2027-04-08 07:00")
    assert (found.stage, found.is_date_needed, found.window, found.days_to_start) == (
        Stage.ASK,
        True,
        None,
        None,
    )
    assert "ask the returning officer" in found.sentences[0]


def test_the_example_day_is_a_monday_a_week_before_the_last_day() -> None:
    """The day the mail shows is a likely one, and never in the past."""
    assert coming(a_poll(), "2026-11-24 07:00").example_day == date(2027, 3, 22)
    assert coming(a_poll(), "2027-03-29 07:00").example_day == date(2027, 3, 29)
    assert coming(a_poll(), "2027-04-20 07:00").example_day == date(2027, 3, 31)


def test_days_are_counted_to_the_windows_first_day() -> None:
    """28, 14, 7 and 1 are the days of the reminders."""
    found = [
        coming(a_poll(notice_on=NOTICE), f"{NOTICE - timedelta(days=left)} 12:00").days_to_start
        for left in (28, 14, 7, 1, 0)
    ]
    assert found == [28, 14, 7, 1, 0]


@pytest.mark.parametrize(
    "poll",
    [
        a_poll(area="none"),
        replace(a_poll(), status=PollStatus.CANCELLED),
        a_poll(held_on=date(2026, 5, 7)),
        a_poll(kind=PollType.NEIGHBOURHOOD_PLAN, held_on=date(2026, 5, 7)),
    ],
)
def test_what_is_over_or_elsewhere_does_not_come(poll: PollRow) -> None:
    """Past, cancelled and foreign polls are left out."""
    assert coming_up([poll], local("2026-11-24 07:00"), zone=LONDON, nation="England") == ()


def test_a_window_that_the_council_prolonged_is_still_shown() -> None:
    """After the poll, until the own end."""
    found = coming(a_poll(end="2027-05-08 12:00"), "2027-05-07 07:00")
    assert found.stage is Stage.PRESUMED


def test_the_nearest_poll_comes_first() -> None:
    """By the day of the poll."""
    polls = [a_poll(poll="b"), a_poll(poll="a", held_on=date(2027, 4, 15))]
    found = coming_up(polls, local("2026-11-24 07:00"), zone=LONDON, nation="England")
    assert [one.poll for one in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("poll", "nation"),
    [(a_poll(), "Scotland"), (a_poll(held_on=date(2050, 5, 5)), "England")],
)
def test_a_poll_beyond_what_is_built_in_is_asked_about(poll: PollRow, nation: str) -> None:
    """Another nation's rules, or a year without bank holidays: no day is invented."""
    (found,) = coming_up([poll], local("2026-11-24 07:00"), zone=LONDON, nation=nation)
    assert (found.stage, found.last_day, found.example_day) == (Stage.ASK, None, None)
