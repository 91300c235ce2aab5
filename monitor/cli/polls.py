"""Entering polls: by hand, from a file, the notice, the candidates, and what befalls a poll."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import OperatorError
from config.types import Origin, PollId, PollStatus, PollType, WindowMode
from monitor.cli.common import (
    ByOption,
    ConfigOption,
    JsonOption,
    database_exists,
    day,
    emit,
    instant,
    note,
    opened_repository,
    person,
    say,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.cli.common import Workplace
    from storage.values import PollRow

PollArgument = Annotated[str, typer.Argument(metavar="POLL", help="The poll's id.")]
YesOption = Annotated[
    bool, typer.Option("--yes", help="Do it although something should be confirmed.")
]
EndedOption = Annotated[
    str | None,
    typer.Option(
        "--ended", metavar="TIME", help="When its pre-election period ended, if it had begun."
    ),
]
_LABEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_TYPES = f"What is voted on: {', '.join(PollType)}."


def add(group: typer.Typer) -> None:
    """Put the commands of this file into the group `elections`."""
    group.command("add")(add_poll)
    group.command("notice")(notice)
    group.command("cancel")(cancel)
    group.command("postpone")(postpone)


def all_polls(place: Workplace) -> tuple[PollRow, ...]:
    """Return the polls of file and database; without a database those of the file."""
    from monitor.judging import polls_of

    if not database_exists(place.settings):
        return polls_of(place.settings, None)
    with opened_repository(place, read_only=True) as repository:
        return polls_of(place.settings, repository)


def one_poll(place: Workplace, name: str) -> PollRow:
    """Return one poll.

    Raises:
        OperatorError: There is none of that name; names those that there are.
    """
    polls = all_polls(place)
    for poll in polls:
        if poll.id == name:
            return poll
    known = ", ".join(poll.id for poll in polls) or "none"
    raise OperatorError(f"there is no poll {name!r}", remedy=f"Entered are: {known}")


def moment_of(place: Workplace, as_of: str | None) -> datetime:
    """Return the moment that a command is asked for, else the present."""
    from monitor.clock import SystemClock

    return instant(as_of, place.settings) if as_of else SystemClock().now()


def calendar_of(place: Workplace, moment: datetime) -> dict[str, Any]:
    """Return what every computation of dates takes: zone, nation, holidays and the moment."""
    council = place.settings.council
    return {
        "zone": place.settings.zone(),
        "nation": council.nation,
        "as_of": moment,
        "extra_holidays": council.holidays,
    }


def add_poll(
    poll: PollArgument,
    kind: Annotated[PollType, typer.Option("--type", metavar="TYPE", help=_TYPES)],
    held_on: Annotated[
        str, typer.Option("--date", metavar="DATE", help="Day of the poll: 2027-05-06.")
    ],
    config: ConfigOption = None,
    area: Annotated[
        str, typer.Option("--area", metavar="AREA", help='A ward, "whole" or "none".')
    ] = "whole",
    by_election: Annotated[bool, typer.Option("--by-election", help="A by-election.")] = False,
    notice_on: Annotated[
        str | None, typer.Option("--notice", metavar="DATE", help="Day its notice was published.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="TIME", help="The council's own, earlier start."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--end", metavar="TIME", help="The council's own, later end.")
    ] = None,
    mode: Annotated[
        WindowMode,
        typer.Option("--mode", metavar="MODE", help="restricted: some content; closed: any post."),
    ] = WindowMode.RESTRICTED,
    by: ByOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Enter a poll; with --yes another one of the same id is replaced.

    It is checked first, and what it means is printed back. Wins over the configuration.
    """
    from storage.values import PollRow

    _check_label(poll)
    place = workplace(config)
    moment = moment_of(place, None)
    notice_day = day(notice_on) if notice_on else None
    row = PollRow(
        id=PollId(poll),
        type=kind,
        held_on=day(held_on),
        area=area,
        by_election=by_election,
        notice_on=notice_day,
        start=instant(start, place.settings) if start else None,
        end=instant(end, place.settings) if end else None,
        mode=mode,
        origin=Origin.COMMAND,
        notice_origin=Origin.COMMAND if notice_day is not None else None,
        entered_at=moment,
        entered_by=person(by),
    )
    known = next((one for one in all_polls(place) if one.id == poll), None)
    if known is not None:
        _refuse_another(known, row, yes=yes)
        row = replace(row, candidates=known.candidates, handed_over=known.handed_over)
    _enter(place, row, moment, yes=yes, json=json)


def _refuse_another(known: PollRow, row: PollRow, *, yes: bool) -> None:
    """Refuse that a poll takes the place of another one which has its id, unless confirmed.

    Raises:
        OperatorError: Another poll has this id.
    """
    from monitor.freeze.coming import title_of

    is_same = (known.type, known.held_on, known.by_election, known.area) == (
        row.type,
        row.held_on,
        row.by_election,
        row.area,
    )
    if not is_same and not yes:
        raise OperatorError(
            f"{row.id} is the id of another poll: {title_of(known)}",
            remedy="Give this poll an id of its own; if that one is moved: clerkwatch elections "
            "postpone. To replace it: add --yes",
        )


def notice(
    poll: PollArgument,
    published_on: Annotated[
        str, typer.Argument(metavar="DATE", help="Day it was published, 2027-03-22.")
    ],
    config: ConfigOption = None,
    by: ByOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Enter the notice of election as published.

    The window starts on that day; what is stored is judged again at once.
    """
    place = workplace(config)
    moment = moment_of(place, None)
    chosen = replace(
        one_poll(place, poll),
        notice_on=day(published_on),
        notice_origin=Origin.COMMAND,
        entered_at=moment,
        entered_by=person(by),
    )
    objections(place, chosen, moment, yes=yes)
    with opened_repository(place) as repository, repository.writing() as transaction:
        transaction.set_notice(chosen, chosen.notice_on, by=person(by), at=moment)
    show_poll(place, chosen, moment, json=json)


def cancel(
    poll: PollArgument,
    config: ConfigOption = None,
    ended: EndedOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Say that a poll will not be held: uncontested or countermanded.

    No source says when the period then ends: that is your decision.
    """
    place = workplace(config)
    moment = moment_of(place, None)
    row = _ended(
        replace(
            one_poll(place, poll),
            status=PollStatus.CANCELLED,
            origin=Origin.COMMAND,
            entered_at=moment,
            entered_by=person(by),
        ),
        place,
        ended,
    )
    refuse_unended(place, row, moment)
    keep(place, [row], moment)
    show_poll(place, row, moment, json=json)


def postpone(
    poll: PollArgument,
    to: Annotated[str, typer.Option("--to", metavar="DATE", help="The new day of the poll.")],
    config: ConfigOption = None,
    ended: EndedOption = None,
    called: Annotated[
        str | None,
        typer.Option("--as", metavar="ID", help="The new poll's id, if the period had begun."),
    ] = None,
    by: ByOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Move a poll to another day; it needs a new notice of election.

    If its period had begun, that period ends when you say (--ended), and the poll on the new
    day is entered beside it with a period of its own.
    """
    place = workplace(config)
    moment, old = moment_of(place, None), one_poll(place, poll)
    entered: dict[str, Any] = {
        "origin": Origin.COMMAND,
        "entered_at": moment,
        "entered_by": person(by),
    }
    fresh: dict[str, Any] = {"held_on": day(to), "notice_on": None, "notice_origin": None}
    moved = replace(old, status=PollStatus.POSTPONED, start=None, end=None, **fresh, **entered)
    rows = [moved]
    if _has_begun(place, old, moment):
        left = _ended(replace(old, status=PollStatus.CANCELLED, **entered), place, ended)
        refuse_unended(place, left, moment)
        moved = replace(moved, id=PollId(called or _again(old)), status=PollStatus.SCHEDULED)
        if any(one.id == moved.id for one in all_polls(place)):
            raise OperatorError(
                f"there is a poll {moved.id!r} already", remedy="Give another id with --as"
            )
        rows = [left, moved]
    _check_label(moved.id)
    objections(place, moved, moment, yes=yes)
    keep(place, rows, moment)
    show_poll(place, moved, moment, json=json)


def _again(poll: PollRow) -> str:
    """Return an id for the poll on its new day."""
    return f"{poll.id[:58]}.again"


def _ended(row: PollRow, place: Workplace, ended: str | None) -> PollRow:
    """Return a poll that is not held, with the end that the Clerk gave its period."""
    return replace(row, end=instant(ended, place.settings) if ended else row.end)


def _has_begun(place: Workplace, poll: PollRow, moment: datetime) -> bool:
    from monitor.freeze.windows import in_force, windows_of

    windows = windows_of(poll, **calendar_of(place, moment))
    return any(window.start <= moment for window in in_force(windows))


def refuse_unended(place: Workplace, row: PollRow, moment: datetime) -> None:
    """Refuse a poll that is not held and whose period had begun, without its end.

    Raises:
        OperatorError: The Clerk has to say when it ended.
    """
    if row.status is not PollStatus.CANCELLED or row.end is not None:
        return
    if _has_begun(place, replace(row, status=PollStatus.SCHEDULED), moment):
        raise OperatorError(
            f"the pre-election period of {row.id} has begun, and no law says when it ends if the "
            "poll is not held",
            remedy="Decide, and add for example --ended 2027-04-12T16:00",
        )


def _check_label(name: str) -> None:
    if not _LABEL.fullmatch(name):
        raise OperatorError(
            f"{name!r} is no id for a poll",
            remedy="Use small letters, digits, dots and dashes: parish.2027-05-06",
        )


def keep(place: Workplace, rows: Sequence[PollRow], moment: datetime) -> None:
    """Enter polls, all of them or none."""
    with opened_repository(place) as repository, repository.writing() as transaction:
        for row in rows:
            transaction.put_poll(row, at=moment)


def _enter(place: Workplace, row: PollRow, moment: datetime, *, yes: bool, json: bool) -> None:
    objections(place, row, moment, yes=yes)
    keep(place, [row], moment)
    show_poll(place, row, moment, json=json)


def objections(place: Workplace, row: PollRow, moment: datetime, *, yes: bool) -> None:
    """Say everything about a poll that should be known; refuse what is wrong.

    Raises:
        OperatorError: Something is wrong, or should be confirmed and was not.
    """
    from monitor.freeze.objections import Weight, check_poll

    found = check_poll(row, wards=place.settings.council.wards, **calendar_of(place, moment))
    for objection in found:
        if objection.severity is Weight.ERROR:
            raise OperatorError(f"{row.id}: {objection.what}", remedy=objection.remedy)
        if objection.severity is Weight.CONFIRM and not yes:
            raise OperatorError(
                f"{row.id}: {objection.what}", remedy=f"{objection.remedy} If right: add --yes"
            )
        note(f"{row.id}: {objection}")


def show_poll(place: Workplace, row: PollRow, moment: datetime, *, json: bool) -> None:
    """Judge again what the change touches, and print what a poll as entered means."""
    from monitor.cli.rejudging import judge_again, judged_shape, tell
    from monitor.freeze.explain import explain, poll_shape

    outcome = judge_again(place, moment)
    where = calendar_of(place, moment)
    if json:
        emit(poll_shape(row, **where) | {"judged_again": judged_shape(outcome)})
        return
    for line in explain(row, **where):
        say(line)
    tell(outcome)
