"""`digest`: the morning mail, looked at or sent by hand."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import OperatorError
from monitor.cli.common import (
    ConfigOption,
    Exit,
    JsonOption,
    day,
    emit,
    note,
    opened_app,
    person,
    say,
    workplace,
)

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.morning import Composed


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("digest")(digest)


def digest(
    config: ConfigOption = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="The digest of this day.")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Read the accounts, write it and send it now.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Print it; nothing is stored or sent (the default).")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Show the morning mail as it would be now, or send it.

    --send reads the accounts first. Exit code 1 when the mail server did not take it.

    With --date a digest that was sent is printed again exactly as it left.
    """
    if send and preview:
        raise OperatorError("--send and --preview exclude each other")
    place = workplace(config)
    wanted = day(date) if date else None
    with opened_app(place, read_only=not send) as app:
        from monitor import morning

        if send:
            code = _send(app, wanted_is_today=wanted in (None, _today(app)), json=json)
            raise typer.Exit(code)
        stored = morning.stored(app, wanted) if wanted is not None else None
        if wanted is not None and stored is None and wanted != _today(app):
            raise OperatorError(f"no digest was sent on {wanted.isoformat()}")
        _print(stored or morning.compose(app, now=app.clock.now()), json=json)


def _today(app: App) -> object:
    now: datetime = app.clock.now()
    return now.astimezone(app.settings.zone()).date()


def _send(app: App, *, wanted_is_today: bool, json: bool) -> Exit:
    from monitor import morning

    if not wanted_is_today:
        raise OperatorError(
            "only today's digest can be sent", remedy="It covers the days that were missed"
        )
    app.repository.sync_register(app.register, at=app.clock.now())
    sent = morning.send(app, by=person(None))
    _print(sent.composed, json=json)
    if not sent.is_new:
        note("clerkwatch: today's digest was written before; it was not written again.")
    if not sent.is_accepted:
        note("clerkwatch: the mail server did not take it; it waits and is tried again.")
        return Exit.FAILED
    return Exit.WELL


def _print(composed: Composed, *, json: bool) -> None:
    if json:
        emit({"subject": composed.subject, "text": composed.text, "key": composed.key})
        return
    say(f"Subject: {composed.subject}")
    say()
    say(composed.text)
