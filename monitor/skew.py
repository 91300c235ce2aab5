"""Whether this machine's clock agrees with those of the servers that it reads.

Windows, digests and deadlines hang on the clock, and one that runs ahead looks like a quiet day.
Each answer carries the server's own time; what they say together is remembered as a sign, told to
who looks after the machine, and by `doctor`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from config.types import Sign

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.app import App

MOST = timedelta(minutes=5)
"""By so much a clock may be off: far less than any window or deadline is about."""
_NOTE_EVERY = timedelta(hours=1)
_MOST_HOSTS = 200


@dataclass(slots=True)
class Skew:
    """What servers said of the time since it was last asked; used by several threads."""

    _ahead: dict[str, timedelta] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, host: str, told: datetime, now: datetime) -> None:
        """Take note of a server's time.

        Args:
            host: Its name; of each only the newest counts.
            told: What it said; aware UTC, to the second.
            now: What this machine believed at that moment; aware UTC.
        """
        with self._lock:
            if host in self._ahead or len(self._ahead) < _MOST_HOSTS:
                self._ahead[host] = now - told

    def take(self) -> tuple[timedelta, int] | None:
        """Return by how much this machine is ahead, and of how many servers; then begin anew.

        Of several the median counts: one server with a wrong clock moves it little.

        Returns:
            None: nobody said anything.
        """
        with self._lock:
            said, self._ahead = list(self._ahead.values()), {}
        if not said:
            return None
        middle = median(one.total_seconds() for one in said)
        return timedelta(seconds=middle), len(said)


def note(app: App) -> None:
    """Remember whether the clock agrees with what the servers read just now said.

    Args:
        app: The wired application.

    Raises:
        StorageError: The database refused.
    """
    said = app.skew.take()
    if said is None:
        return
    ahead, number = said
    is_good, now = abs(ahead) <= MOST, app.clock.now()
    known = app.repository.signs().get(Sign.CLOCK)
    if is_good and known is not None and known.failing_since is None:
        good = known.good_at
        if good is not None and abs(now - good) < _NOTE_EVERY:
            return
    what = "" if is_good else _words(ahead, number)
    if what:
        app.log.error("clock differs", ahead_s=round(ahead.total_seconds()), servers=number)
    with app.repository.writing() as transaction:
        transaction.put_sign(Sign.CLOCK, is_good=is_good, at=now, what=what)


def _words(ahead: timedelta, number: int) -> str:
    """Return ``it is 1 day, 2 hours ahead of 3 servers``."""
    minutes = round(abs(ahead).total_seconds() / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [
        f"{count} {word}" + ("" if count == 1 else "s")
        for count, word in ((days, "day"), (hours, "hour"), (left, "minute"))
        if count
    ]
    where = "ahead of" if ahead > timedelta() else "behind"
    servers = "1 server" if number == 1 else f"{number} servers"
    return f"it is {', '.join(parts[:2])} {where} {servers}"
