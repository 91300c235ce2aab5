"""When the daily copy is due.

The database says what is due: whether the last good copy is older than the last time at
which one should have been made.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.types import Sign

if TYPE_CHECKING:
    from config.settings import Settings
    from monitor.app import App

AGAIN_AFTER = timedelta(hours=1)
"""How long a failed copy waits for the next try."""


def is_due(app: App, *, now: datetime) -> bool:
    """Return whether a copy should have been made since the last good one.

    Args:
        app: The wired application; only read from.
        now: The present moment; aware UTC.

    Raises:
        StorageError: The database cannot be read.
    """
    if not app.settings.backup.to or app.file is None:
        return False
    known = app.repository.signs().get(Sign.BACKUP)
    good = known.good_at if known is not None else None
    # The clock was set back: what was good in the future says nothing about now.
    return good is None or good < last_time(app.settings, now=now) or good > now


def last_time(settings: Settings, *, now: datetime) -> datetime:
    """Return the last instant, up to now, at which the daily copy was due; aware UTC."""
    local = now.astimezone(settings.zone())
    at = settings.backup.at
    day = local.date() if local.time() >= at else local.date() - timedelta(days=1)
    return datetime.combine(day, at, tzinfo=settings.zone()).astimezone(UTC)
