"""Entering what stands in a file: polls, and who stands at one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import OperatorError
from config.types import Origin
from monitor.cli.common import (
    ByOption,
    ConfigOption,
    JsonOption,
    emit,
    note,
    person,
    say,
    workplace,
)
from monitor.cli.polls import (
    PollArgument,
    YesOption,
    all_polls,
    calendar_of,
    keep,
    moment_of,
    objections,
    one_poll,
    refuse_unended,
    show_poll,
)
from monitor.cli.rejudging import judge_again, judged_shape, tell

if TYPE_CHECKING:
    from storage.values import PollRow

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="CSV or JSON.")]


def add(group: typer.Typer) -> None:
    """Put the commands of this file into the group `elections`."""
    group.command("candidates")(candidates)
    group.command("import")(import_polls)


def candidates(
    poll: PollArgument,
    file: FileArgument,
    config: ConfigOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Enter who stands at a poll; it replaces the list entered before.

    Posts that name or tag one of them inside the period are found.
    Columns: docs/operators/election-lists.md.
    """
    from monitor.freeze.candidates import read_candidates

    place = workplace(config)
    moment, chosen = moment_of(place, None), one_poll(place, poll)
    listed = read_candidates(_content(file), name=file.name, wards=place.settings.council.wards)
    for remark in listed.remarks:
        note(f"{file.name}, {remark}")
    row = replace(
        chosen,
        candidates=listed.candidates,
        origin=Origin.COMMAND,
        entered_at=moment,
        entered_by=person(by),
    )
    keep(place, [row], moment)
    if not json:
        say(f"{len(listed.candidates)} entered for {poll}; they expire with the poll.")
    show_poll(place, row, moment, json=json)


def import_polls(
    file: FileArgument,
    config: ConfigOption = None,
    by: ByOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Enter polls from a file: Democracy Club's, or your own.

    All of them or none. A poll that is entered already keeps its notice, its candidates and
    the council's own start.
    """
    from monitor.freeze.importing import read_polls

    place = workplace(config)
    moment, council = moment_of(place, None), place.settings.council
    found = read_polls(
        _content(file), name=file.name, authorities=council.authorities, wards=council.wards
    )
    for remark in found.remarks:
        note(f"{file.name}, {remark}")
    known = {poll.id: poll for poll in all_polls(place)}
    rows = []
    for read in found.polls:
        row = _joined(read, known.get(read.id))
        row = replace(row, entered_at=moment, entered_by=person(by))
        refuse_unended(place, row, moment)
        objections(place, row, moment, yes=yes)
        rows.append(row)
    if rows:
        keep(place, rows, moment)
    outcome = judge_again(place, moment)
    if json:
        from monitor.freeze.explain import poll_shape

        judged = {"judged_again": judged_shape(outcome)}
        emit([poll_shape(row, **calendar_of(place, moment)) | judged for row in rows])
        return
    for row in rows:
        say(f"{row.id}: {row.type}, {row.held_on}, {row.area}, {row.status}")
    say(f"{len(rows)} polls entered. Look at each: clerkwatch elections show ID")
    tell(outcome)


def _joined(read: PollRow, known: PollRow | None) -> PollRow:
    """Return a poll as read, with what only a person enters taken from what is known of it."""
    row = read
    if known is not None:
        row = replace(
            read,
            notice_on=read.notice_on or known.notice_on,
            start=known.start,
            end=known.end,
            candidates=known.candidates,
            handed_over=known.handed_over,
        )
    return replace(row, notice_origin=Origin.COMMAND if row.notice_on else None)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise OperatorError(
            f"{file} cannot be read", remedy="Name a file that is there and may be read"
        ) from error
