"""`elections`: polls, windows, and why each date."""

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
    from datetime import datetime

    from monitor.cli.common import Workplace
    from storage.values import PollRow

PollArgument = Annotated[str, typer.Argument(metavar="POLL", help="The poll's id.")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="TIME", help="As if it were this date or moment.")
]
_LABEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_TYPES = f"What is voted on: {', '.join(PollType)}."
YesOption = Annotated[
    bool, typer.Option("--yes", help="Do it although something should be confirmed.")
]


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    group = typer.Typer(no_args_is_help=True, help="Polls, pre-election windows, and why.")
    group.command("list")(list_polls)
    group.command("show")(show)
    group.command("windows")(windows)
    group.command("add")(add_poll)
    group.command("notice")(notice)
    group.command("cancel")(cancel)
    app.add_typer(group, name="elections")


def _polls(place: Workplace) -> tuple[PollRow, ...]:
    """Return the polls of file and database; without a database those of the file."""
    from monitor.judging import polls_of

    if not database_exists(place.settings):
        return polls_of(place.settings, None)
    with opened_repository(place, read_only=True) as repository:
        return polls_of(place.settings, repository)


def _poll(place: Workplace, name: str) -> PollRow:
    polls = _polls(place)
    for poll in polls:
        if poll.id == name:
            return poll
    known = ", ".join(poll.id for poll in polls) or "none"
    raise OperatorError(f"there is no poll {name!r}", remedy=f"Entered are: {known}")


def _moment(place: Workplace, as_of: str | None) -> datetime:
    from monitor.clock import SystemClock

    return instant(as_of, place.settings) if as_of else SystemClock().now()


def list_polls(
    config: ConfigOption = None, as_of: AsOfOption = None, json: JsonOption = False
) -> None:
    """List all polls, their windows, where each came from."""
    from monitor.freeze.explain import poll_shape

    place = workplace(config)
    moment = _moment(place, as_of)
    settings = place.settings
    shapes = [
        poll_shape(poll, zone=settings.zone(), nation=settings.council.nation, as_of=moment)
        for poll in _polls(place)
    ]
    if json:
        emit(shapes)
        return
    for shape in shapes:
        say(f"{shape['id']}: {shape['type']}, {shape['date']}, {shape['area']}, {shape['status']}")
        say(f"    entered by {shape['origin']}, mode {shape['mode']}")
        for window in shape["windows"]:
            sign = "*" if window["in_force"] else " "
            say(f"  {sign} {window['basis']:9} {window['start']} to {window['end']}")
    if any(window["in_force"] for shape in shapes for window in shape["windows"]):
        say("* is the window in force.")
    if not shapes:
        say("No poll is entered. See: clerkwatch elections add --help")


def show(
    poll: PollArgument,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Explain each date of one poll, with the statute."""
    from monitor.freeze.explain import explain, poll_shape

    place = workplace(config)
    moment, settings = _moment(place, as_of), place.settings
    chosen = _poll(place, poll)
    where: dict[str, Any] = {
        "zone": settings.zone(),
        "nation": settings.council.nation,
        "as_of": moment,
    }
    lines = explain(chosen, **where)
    if json:
        emit(poll_shape(chosen, **where) | {"explained": lines})
        return
    for line in lines:
        say(line)


def windows(
    config: ConfigOption = None, as_of: AsOfOption = None, json: JsonOption = False
) -> None:
    """List the windows that are open now, and why."""
    from monitor.freeze.explain import window_shape
    from monitor.freeze.windows import all_windows, open_windows

    place = workplace(config)
    moment, settings = _moment(place, as_of), place.settings
    every = all_windows(
        _polls(place), zone=settings.zone(), nation=settings.council.nation, as_of=moment
    )
    shapes = [
        {"poll": window.poll} | window_shape(window, zone=settings.zone())
        for window in open_windows(every, moment)
    ]
    if json:
        emit(shapes)
        return
    for shape in shapes:
        say(f"{shape['poll']}: {shape['basis']}, {shape['start']} to {shape['end']}")
        say(f"    {shape['why']}")
    if not shapes:
        say("No pre-election window is open then.")


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
    mode: Annotated[
        WindowMode,
        typer.Option("--mode", metavar="MODE", help="restricted: some content; closed: any post."),
    ] = WindowMode.RESTRICTED,
    by: ByOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Enter a poll; one of the same id is replaced.

    It is checked first, and what it means is printed back. Wins over the configuration.
    """
    from storage.values import PollRow

    if not _LABEL.fullmatch(poll):
        raise OperatorError(
            f"{poll!r} is no id for a poll",
            remedy="Use small letters, digits, dots and dashes: parish.2027-05-06",
        )
    place = workplace(config)
    moment = _moment(place, None)
    notice_day = day(notice_on) if notice_on else None
    row = PollRow(
        id=PollId(poll),
        type=kind,
        held_on=day(held_on),
        area=area,
        by_election=by_election,
        notice_on=notice_day,
        mode=mode,
        origin=Origin.COMMAND,
        notice_origin=Origin.COMMAND if notice_day is not None else None,
        entered_at=moment,
        entered_by=person(by),
    )
    _enter(place, row, moment, yes=yes, json=json)


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

    The window starts on that day; what is stored is judged again at the next scan.
    """
    place = workplace(config)
    moment = _moment(place, None)
    chosen = replace(
        _poll(place, poll),
        notice_on=day(published_on),
        notice_origin=Origin.COMMAND,
        entered_at=moment,
        entered_by=person(by),
    )
    _objections(place, chosen, moment, yes=yes)
    with opened_repository(place) as repository, repository.writing() as transaction:
        transaction.set_notice(chosen, chosen.notice_on, by=person(by), at=moment)
    _print(place, chosen, moment, json=json)


def cancel(
    poll: PollArgument, config: ConfigOption = None, by: ByOption = None, json: JsonOption = False
) -> None:
    """Say that a poll will not be held: its window ends.

    It is uncontested or countermanded.
    """
    place = workplace(config)
    moment = _moment(place, None)
    row = replace(
        _poll(place, poll),
        status=PollStatus.CANCELLED,
        origin=Origin.COMMAND,
        entered_at=moment,
        entered_by=person(by),
    )
    with opened_repository(place) as repository, repository.writing() as transaction:
        transaction.put_poll(row, at=moment)
    _print(place, row, moment, json=json)


def _enter(place: Workplace, row: PollRow, moment: datetime, *, yes: bool, json: bool) -> None:
    _objections(place, row, moment, yes=yes)
    with opened_repository(place) as repository, repository.writing() as transaction:
        transaction.put_poll(row, at=moment)
    _print(place, row, moment, json=json)


def _objections(place: Workplace, row: PollRow, moment: datetime, *, yes: bool) -> None:
    """Say everything about a poll that should be known; refuse what is wrong.

    Raises:
        OperatorError: Something is wrong, or should be confirmed and was not.
    """
    from monitor.freeze.objections import Weight, check_poll

    settings = place.settings
    found = check_poll(
        row,
        wards=settings.council.wards,
        nation=settings.council.nation,
        as_of=moment,
        zone=settings.zone(),
    )
    for objection in found:
        if objection.severity is Weight.ERROR:
            raise OperatorError(f"{row.id}: {objection.what}", remedy=objection.remedy)
        if objection.severity is Weight.CONFIRM and not yes:
            raise OperatorError(
                f"{row.id}: {objection.what}", remedy=f"{objection.remedy} If right: add --yes"
            )
        note(f"{row.id}: {objection}")


def _print(place: Workplace, row: PollRow, moment: datetime, *, json: bool) -> None:
    from monitor.freeze.explain import explain, poll_shape

    where: dict[str, Any] = {
        "zone": place.settings.zone(),
        "nation": place.settings.council.nation,
        "as_of": moment,
    }
    if json:
        emit(poll_shape(row, **where))
        return
    for line in explain(row, **where):
        say(line)
    say("What is stored is judged again at the next scan.")
