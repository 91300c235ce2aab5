"""Polls, posts and mails for the tests of this folder; names and parties are made up."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, date, datetime
from email.policy import default
from typing import TYPE_CHECKING

from config.types import Origin, PollId, PollType
from monitor.elections.changing import judge_now
from storage.values import Candidate, PollRow

if TYPE_CHECKING:
    from email.message import EmailMessage

    from monitor.apply import Outcome
    from tests.integration.pipeline.village import Village

PARISH = PollId("parish.2026-12-03")
LAST_DAY = date(2026, 10, 27)
"""Last day for the notice of a parish election on 3 December 2026."""
NAMED = "Vote for Wilhelmina Tarrant to keep the swimming pool open."
FIGURES = "Results: we counted 41 votes at the flower show."
STATIONS = "The polling stations for the town council election are at Mill Hall and the library."


def poll(held_on: date, *, name: PollId = PARISH, **changes: object) -> PollRow:
    """Return a town council poll with one candidate."""
    row = PollRow(
        id=name,
        type=PollType.PARISH,
        held_on=held_on,
        origin=Origin.COMMAND,
        entered_by="Clerk",
        candidates=(Candidate(name="Wilhelmina Tarrant"),),
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def enter(village: Village, row: PollRow) -> Outcome:
    """Enter a poll as the command does: written first, then judged again."""
    at = village.clock.now()
    with village.store.writing() as transaction:
        transaction.put_poll(replace(row, entered_at=at), at=at)
    return judge_now(village.app, at=at)


def moved(village: Village, *moment: int) -> datetime:
    """Move the clock to a council date and time; return the instant."""
    year, month, day, hour, minute = moment
    zone = village.app.settings.zone()
    at = datetime(year, month, day, hour, minute, tzinfo=zone).astimezone(UTC)
    village.clock.move_to(at)
    return at


def mails(village: Village, kind: str) -> list[EmailMessage]:
    """Return the mails in the outbox whose key begins so, oldest first."""
    return [
        email.message_from_bytes(mail.body, policy=default)
        for mail in village.store.mails()
        if mail.key.startswith(kind)
    ]


def said(mail: EmailMessage) -> str:
    """Return a mail's text part on one line."""
    part = mail.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())
