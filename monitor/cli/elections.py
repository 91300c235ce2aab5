"""`elections`: polls, windows, and why each date. Entering them is in `polls`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.errors import OperatorError
from monitor.cli import briefing, lists, polls
from monitor.cli.common import ConfigOption, JsonOption, emit, say, workplace
from monitor.cli.polls import PollArgument, all_polls, calendar_of, moment_of, one_poll

AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="TIME", help="As if it were this date or moment.")
]


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    group = typer.Typer(no_args_is_help=True, help="Polls, pre-election windows, and why.")
    group.command("list")(list_polls)
    group.command("show")(show)
    group.command("windows")(windows)
    group.command("export")(export)
    polls.add(group)
    lists.add(group)
    briefing.add(group)
    app.add_typer(group, name="elections")


def list_polls(
    config: ConfigOption = None, as_of: AsOfOption = None, json: JsonOption = False
) -> None:
    """List all polls, their windows, where each came from."""
    from monitor.freeze.explain import poll_shape

    place = workplace(config)
    moment = moment_of(place, as_of)
    shapes = [poll_shape(poll, **calendar_of(place, moment)) for poll in all_polls(place)]
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
    chosen = one_poll(place, poll)
    where = calendar_of(place, moment_of(place, as_of))
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
    moment, settings = moment_of(place, as_of), place.settings
    every = all_windows(all_polls(place), **calendar_of(place, moment))
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


def export(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Where to write it; - for standard output."),
    ] = Path("-"),
    ics: Annotated[
        bool, typer.Option("--ics", help="As an iCalendar file; there is no other form yet.")
    ] = False,
    config: ConfigOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Write polls, windows and reminders as a calendar file.

    Outlook, Google and others read it.
    """
    from monitor.freeze.ical import calendar

    if not ics:
        raise OperatorError("nobody said in which form", remedy="Add --ics")
    place = workplace(config)
    council = place.settings.council
    made = calendar(
        all_polls(place),
        council=council.name,
        domain=council.email_domain,
        **calendar_of(place, moment_of(place, as_of)),
    )
    if str(file) == "-":
        typer.echo(made.decode(), nl=False)
        return
    try:
        file.write_bytes(made)
    except OSError as error:
        raise OperatorError(
            f"{file} cannot be written: {error.strerror or error}", remedy="Name another file"
        ) from error
    if json:
        emit({"file": str(file), "entries": made.count(b"BEGIN:VEVENT")})
        return
    say(f"Written: {file}")
