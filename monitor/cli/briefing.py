"""`elections briefing`: the page before a pre-election period, read, written or sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import OperatorError
from monitor.cli.common import (
    ConfigOption,
    JsonOption,
    database_exists,
    emit,
    note,
    opened_app,
    say,
    send_urgent,
    workplace,
)
from monitor.cli.polls import PollArgument, moment_of, one_poll

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import EmailMessage

    from monitor.cli.common import Workplace
    from storage.values import NewMail, PollRow


def add(group: typer.Typer) -> None:
    """Put the command of this file into the group `elections`."""
    group.command("briefing")(briefing)


def briefing(
    poll: PollArgument,
    config: ConfigOption = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="TIME", help="As if it were this date or moment."),
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it to the Clerk now.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Print it; nothing is sent.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as a page.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Print the one-page briefing on a poll: what changes, from when.

    It also goes to the Clerk by itself, 14 days before the period and on its first day.
    """
    from email import message_from_bytes, policy

    if send and preview:
        raise OperatorError("--send and --preview exclude each other", remedy="Give one of them")
    place = workplace(config)
    row, moment = one_poll(place, poll), moment_of(place, as_of)
    if send and as_of:
        raise OperatorError("what is sent is of now", remedy="Leave --as-of out, or --send")
    mail = _sent(place, row, moment) if send else _written(place, row, moment)
    message = message_from_bytes(mail.body, policy=policy.default)
    text = _part(message, "plain")
    if html is not None:
        _write(html, _part(message, "html"))
    if json:
        emit(
            {
                "poll": row.id,
                "key": mail.key,
                "subject": mail.subject,
                "text": text,
                "sent": send,
                "file": str(html) if html is not None else None,
            }
        )
        return
    if html is not None:
        say(f"Written: {html}")
    if html is None or preview:
        say(f"Subject: {mail.subject}")
        say()
        say(text)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return part.get_content().rstrip("\n") if part is not None else ""


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise OperatorError(
            f"{file} cannot be written: {error.strerror or error}", remedy="Name another file"
        ) from error


def _written(place: Workplace, row: PollRow, moment: datetime) -> NewMail:
    """Return the briefing; without a database nothing is known of who is away."""
    from importlib.metadata import version

    from monitor.alerts.briefing import compose_briefing
    from monitor.alerts.facts import Stamp
    from monitor.elections.briefing import facts_of, posting_of, write
    from monitor.people.rota import Rota

    key = _key(row, moment, place)
    if database_exists(place.settings):
        with opened_app(place, read_only=True) as app:
            return write(app, row, key, at=moment)
    posting = posting_of(
        place.settings,
        key,
        stamp=Stamp(version=version("clerkwatch")),
        rota=Rota.of(place.settings),
        at=moment,
    )
    return compose_briefing(facts_of(row, place.settings, as_of=moment), posting)


def _sent(place: Workplace, row: PollRow, moment: datetime) -> NewMail:
    """Put the briefing into the outbox, once a day, and try to send it."""
    from monitor.elections.briefing import write

    with opened_app(place) as app:
        mail = write(app, row, _key(row, moment, place), at=moment)
        with app.repository.writing() as transaction:
            is_new = transaction.queue_mail(mail, at=moment)
        if not is_new:
            note("It was sent today already.")
        for warning in send_urgent(app):
            note(warning)
        return mail


def _key(row: PollRow, moment: datetime, place: Workplace) -> str:
    """Return the natural key: a briefing that is asked for goes out once a day."""
    from monitor.alerts.briefing import briefing_key

    return briefing_key(f"{row.id}:asked", moment.astimezone(place.settings.zone()).date())
