"""Merging polls of file and database, and checking them as entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from config.errors import SettingsError
from config.settings import PollEntry
from config.types import Origin, PollId, PollStatus, PollType, WindowMode
from monitor.freeze.objections import Objection, Weight, check_poll, check_polls
from monitor.freeze.polls import merge_polls, orphaned_notices, poll_of
from storage.values import PollRow
from tests.unit.freeze.build import BEFORE_ALL, LONDON, a_poll, local

WARDS = ("Brookmeadow", "Hillend")
ENTERED = datetime(2027, 3, 15, 9, tzinfo=UTC)


def by_command(poll: PollRow) -> PollRow:
    """Return a poll as it comes from the database when it was entered by command."""
    return replace(poll, origin=Origin.COMMAND, entered_at=ENTERED, entered_by="clerk")


def notice_by_command(poll: PollRow, day: date | None) -> PollRow:
    """Return the row that stores a notice entered for a poll of the file."""
    return replace(
        poll, notice_on=day, notice_origin=Origin.COMMAND, entered_at=ENTERED, entered_by="clerk"
    )


def checked(
    poll: PollRow,
    *,
    nation: str = "England",
    as_of: datetime = BEFORE_ALL,
    wards: tuple[str, ...] = WARDS,
    extra: tuple[date, ...] = (),
) -> list[Objection]:
    """Check a poll of the made-up town."""
    return check_poll(
        poll, wards=wards, nation=nation, as_of=as_of, zone=LONDON, extra_holidays=extra
    )


def told(objections: list[Objection]) -> list[tuple[Weight, str]]:
    """Return weight and key of each objection."""
    return [(objection.severity, objection.key) for objection in objections]


# --- merging -----------------------------------------------------------------------------


def test_a_poll_by_command_wins_over_the_files() -> None:
    """The whole row, also when it cancels what the file still holds."""
    stated = a_poll()
    stored = by_command(replace(stated, status=PollStatus.CANCELLED))
    assert merge_polls([stated], [stored]) == (stored,)


def test_a_notice_by_command_wins_over_the_files_notice() -> None:
    """The rest of the poll stays the file's, so that a correction there is not undone."""
    stated = a_poll(notice_on=date(2027, 3, 20), mode=WindowMode.CLOSED)
    stored = notice_by_command(a_poll(), date(2027, 3, 22))
    (merged,) = merge_polls([stated], [stored])
    assert (merged.notice_on, merged.mode, merged.notice_origin, merged.origin) == (
        date(2027, 3, 22),
        WindowMode.CLOSED,
        Origin.COMMAND,
        Origin.CONFIGURATION,
    )


def test_a_notice_taken_back_by_command_takes_back_the_files_too() -> None:
    """None by command is a decision as well."""
    stated = a_poll(notice_on=date(2027, 3, 20))
    (merged,) = merge_polls([stated], [notice_by_command(stated, None)])
    assert merged.notice_on is None


def test_polls_of_both_sources_are_listed_by_day() -> None:
    """One list, the nearest poll first."""
    later, sooner = a_poll(poll="b"), by_command(a_poll(poll="c", held_on=date(2027, 4, 15)))
    assert [row.id for row in merge_polls([later], [sooner])] == ["c", "b"]


def test_a_notice_whose_poll_left_the_file_is_not_a_poll() -> None:
    """It is named apart, so that somebody can look."""
    orphan = notice_by_command(a_poll(), date(2027, 3, 22))
    assert merge_polls([], [orphan]) == ()
    assert orphaned_notices([], [orphan]) == (orphan,)
    assert orphaned_notices([a_poll()], [orphan]) == ()


def test_two_polls_with_one_id_are_refused() -> None:
    """Within one source an id stands for one poll."""
    with pytest.raises(SettingsError, match="two polls with the id"):
        merge_polls([a_poll(), a_poll(held_on=date(2028, 5, 4))], [])


def test_without_any_polls_the_list_is_empty() -> None:
    """Nothing in, nothing out."""
    assert merge_polls([], []) == ()


def test_a_poll_of_the_file_becomes_a_row() -> None:
    """Every entry of the configuration arrives, with its origin."""
    entry = PollEntry(
        id="by.2027-04-15",
        type=PollType.BOROUGH,
        by_election=True,
        date=date(2027, 4, 15),
        area="Brookmeadow",
        notice=date(2027, 3, 8),
        start=local("2027-03-01 00:00"),
        mode=WindowMode.CLOSED,
    )
    assert poll_of(entry) == PollRow(
        id=PollId("by.2027-04-15"),
        type=PollType.BOROUGH,
        held_on=date(2027, 4, 15),
        area="Brookmeadow",
        by_election=True,
        notice_on=date(2027, 3, 8),
        start=local("2027-03-01 00:00"),
        mode=WindowMode.CLOSED,
        notice_origin=Origin.CONFIGURATION,
    )


# --- checking ----------------------------------------------------------------------------


def test_an_ordinary_poll_has_no_objection() -> None:
    """A Thursday ahead, the whole town, a notice on a Monday."""
    assert checked(a_poll(notice_on=date(2027, 3, 22))) == []


@pytest.mark.parametrize(
    ("poll", "expected"),
    [
        (a_poll(held_on=date(2026, 5, 7)), (Weight.CONFIRM, "date")),
        (a_poll(held_on=date(2027, 5, 8)), (Weight.CONFIRM, "date")),
        (a_poll(held_on=date(2027, 5, 9)), (Weight.CONFIRM, "date")),
        (a_poll(area="Elsewhere"), (Weight.ERROR, "area")),
        (a_poll(area="none"), (Weight.NOTE, "area")),
        (a_poll(notice_on=date(2027, 5, 6)), (Weight.ERROR, "notice")),
        (a_poll(notice_on=date(2027, 5, 7)), (Weight.ERROR, "notice")),
        (a_poll(notice_on=date(2027, 3, 20)), (Weight.CONFIRM, "notice")),
        (a_poll(notice_on=date(2027, 3, 26)), (Weight.CONFIRM, "notice")),
        (a_poll(notice_on=date(2026, 3, 23)), (Weight.CONFIRM, "notice")),
        (a_poll(notice_on=date(2027, 4, 1)), (Weight.CONFIRM, "notice")),
        (a_poll(notice_on=date(2027, 3, 22), start="2027-03-23 00:00"), (Weight.NOTE, "start")),
        (a_poll(start="2027-04-01 00:00"), (Weight.NOTE, "start")),
        (a_poll(end="2027-05-06 12:00"), (Weight.NOTE, "end")),
        (a_poll(kind=PollType.NEIGHBOURHOOD_PLAN), (Weight.CONFIRM, "type")),
        (a_poll(kind=PollType.REFERENDUM_GOVERNANCE), (Weight.CONFIRM, "type")),
        (a_poll(kind=PollType.PARLIAMENT, by_election=True), (Weight.CONFIRM, "type")),
        (a_poll(held_on=date(2029, 5, 3)), (Weight.NOTE, "date")),
    ],
)
def test_what_should_be_known_about_a_poll_is_said(
    poll: PollRow, expected: tuple[Weight, str]
) -> None:
    """One objection of the right weight at the right entry."""
    assert told(checked(poll)) == [expected]


@pytest.mark.parametrize("poll", [a_poll(area="Elsewhere"), a_poll(notice_on=date(2027, 5, 7))])
def test_an_error_says_what_to_do(poll: PollRow) -> None:
    """Every error has a remedy in its sentence."""
    (objection,) = checked(poll)
    assert objection.remedy
    assert str(objection) == f"{objection.what}. {objection.remedy}"


def test_a_note_without_a_remedy_is_one_sentence() -> None:
    """No empty second sentence."""
    (objection,) = checked(a_poll(area="none"))
    assert str(objection) == "the poll does not touch the town, so it has no window."


def test_a_ward_is_known_whatever_its_case() -> None:
    """Brookmeadow and BROOKMEADOW are one ward."""
    assert checked(a_poll(area="BROOKMEADOW")) == []


def test_without_wards_the_message_says_where_to_enter_them() -> None:
    """The remedy names the key of the configuration."""
    (objection,) = checked(a_poll(area="Brookmeadow"), wards=())
    assert "council.wards" in objection.remedy


def test_today_is_the_towns_own_day() -> None:
    """At 23:30 UTC in summer it is the next day in town: yesterday's poll has passed."""
    late = datetime(2027, 5, 6, 23, 30, tzinfo=UTC)
    assert (Weight.CONFIRM, "date") in told(checked(a_poll(), as_of=late))
    assert checked(a_poll(), as_of=datetime(2027, 5, 6, 22, 30, tzinfo=UTC)) == []


def test_a_holiday_proclaimed_later_never_makes_a_notice_late() -> None:
    """31 August 2022 would be the last day with the state funeral; 1 September was in time."""
    poll = a_poll(kind=PollType.BOROUGH, held_on=date(2022, 10, 6), notice_on=date(2022, 9, 1))
    assert checked(poll, as_of=local("2022-08-01 09:00")) == []


def test_an_added_holiday_never_makes_a_notice_late() -> None:
    """A day of mourning in the configuration moves the computed day, not the judgement."""
    poll = a_poll(notice_on=date(2027, 3, 31))
    assert told(checked(poll, extra=(date(2027, 4, 20),))) == [(Weight.NOTE, "date")]


def test_a_start_after_the_end_is_an_error() -> None:
    """An own start in the wrong year never makes a window."""
    assert (Weight.ERROR, "start") in told(checked(a_poll(start="2028-03-01 00:00")))


def test_a_cancelled_polls_end_may_be_earlier() -> None:
    """The Clerk says when the window of a poll that was not held ended."""
    poll = replace(
        a_poll(notice_on=date(2027, 3, 22), end="2027-04-10 12:00"), status=PollStatus.CANCELLED
    )
    assert checked(poll) == []


@pytest.mark.parametrize(
    ("kind", "nation", "expected"),
    [
        (PollType.PARISH, "Wales", [(Weight.CONFIRM, "type")]),
        (PollType.PARISH, "Scotland", [(Weight.ERROR, "type")]),
        (PollType.BOROUGH, "Northern Ireland", [(Weight.ERROR, "type")]),
        (PollType.MAYOR, "Wales", [(Weight.CONFIRM, "type")]),
        (PollType.PARLIAMENT, "Scotland", []),
        (PollType.PARISH, "Cornwall", [(Weight.ERROR, "nation")]),
    ],
)
def test_a_nation_with_other_rules_says_what_to_do(
    kind: PollType, nation: str, expected: list[tuple[Weight, str]]
) -> None:
    """Where the law is another one, the Clerk is asked for the notice."""
    objections = checked(a_poll(kind=kind), nation=nation)
    assert told(objections) == expected
    assert all(objection.remedy for objection in objections)


def test_with_the_notice_a_scottish_poll_can_be_kept() -> None:
    """Once the notice is entered only a note is left."""
    poll = a_poll(notice_on=date(2027, 3, 22))
    assert told(checked(poll, nation="Scotland")) == [(Weight.NOTE, "type")]


def test_errors_come_first() -> None:
    """A list to work through from the top."""
    poll = a_poll(held_on=date(2027, 5, 8), area="Elsewhere", end="2027-05-08 12:00")
    weights = [weight for weight, _key in told(checked(poll))]
    assert weights == [Weight.ERROR, Weight.CONFIRM, Weight.NOTE]


def test_several_polls_are_checked_together() -> None:
    """Two with one id are an error; a good one is left out."""
    polls = [a_poll(poll="twice"), a_poll(poll="twice"), a_poll(poll="good")]
    found = check_polls(polls, wards=WARDS, nation="England", as_of=BEFORE_ALL, zone=LONDON)
    assert {poll: told(objections) for poll, objections in found.items()} == {
        PollId("twice"): [(Weight.ERROR, "id")]
    }


def test_a_poll_with_objections_is_named_by_its_id() -> None:
    """Objections are grouped under their poll."""
    polls = [a_poll(poll="bad", area="Elsewhere")]
    found = check_polls(polls, wards=WARDS, nation="England", as_of=BEFORE_ALL, zone=LONDON)
    assert told(found[PollId("bad")]) == [(Weight.ERROR, "area")]


def test_an_own_start_without_an_offset_is_checked_on_the_towns_clocks() -> None:
    """A start that slipped in without its offset is compared all the same."""
    poll = replace(a_poll(), start=datetime(2027, 4, 1, 0, 0))  # noqa: DTZ001 - the case tested
    assert told(checked(poll)) == [(Weight.NOTE, "start")]
