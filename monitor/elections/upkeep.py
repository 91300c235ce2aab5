"""What polls ask for as time passes; the database says what is due (law 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.elections import briefing, late, sweep

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.app import App


def is_due(app: App, *, now: datetime) -> bool:
    """Return whether a mail about a poll is due, or a sweep has to begin.

    Raises:
        StorageError: The database cannot be read.
    """
    return (
        bool(sweep.to_begin(app, now=now))
        or next(briefing.due(app, now=now), None) is not None
        or late.is_due(app, at=now)
    )


def put_due(app: App, *, now: datetime) -> int:
    """Begin sweeps, and put every mail that is due into the outbox; return how many mails.

    Safe to repeat: each has its natural key.

    Raises:
        MailError: An address is not usable.
        StorageError: The database refused.
    """
    sweep.begin_due(app, now=now)
    queued = briefing.put_due(app, now=now)
    return queued + (late.put_due(app, at=now) if late.is_due(app, at=now) else 0)
