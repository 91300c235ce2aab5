"""One morning as a process of its own, killed at an exact instant if asked to.

Run as ``driver.py CONFIG INSTANT``: does what the daemon does in the morning (read, record,
judge, mail) and ends itself by SIGKILL at the given instant, counted over every SQL
statement, every commit, both sides of every hand-over to the mail server, and both sides of
bringing a kept file to the disk and of giving it its name. Instant 0 lives to the end and
prints how many instants there were.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from config.settings import load
from monitor import morning
from monitor.app import build, smtp
from monitor.clock import SystemClock
from monitor.pipeline import scan
from storage.open import open_repository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from config.errors import MailError
    from monitor.alerts.transport import Transport


class Countdown:
    """Counts instants and ends the process at the chosen one."""

    def __init__(self, last: int) -> None:
        """Choose the instant; 0: none."""
        self.last = last
        self.count = 0
        self._lock = threading.Lock()

    def tick(self, *_: Any, **__: Any) -> None:
        """Count one instant; does not return from the last one."""
        with self._lock:
            self.count += 1
            if self.count == self.last:
                os.kill(os.getpid(), signal.SIGKILL)


class TickingTransport:
    """The real mail server, with an instant on each side of every hand-over."""

    def __init__(self, inner: Transport, countdown: Countdown) -> None:
        """Wrap the configured transport."""
        self._inner = inner
        self._countdown = countdown

    def send(
        self, body: bytes, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, MailError | None]:
        """Hand over between two instants."""
        self._countdown.tick()
        results = self._inner.send(body, sender, recipients)
        self._countdown.tick()
        return results


def tick_around(countdown: Countdown, name: str) -> None:
    """Put an instant on each side of a call by which files reach the disk."""
    real = getattr(os, name)

    def ticking(*arguments: Any, **named: Any) -> Any:
        countdown.tick()
        done = real(*arguments, **named)
        countdown.tick()
        return done

    setattr(os, name, ticking)


def main() -> None:
    """Live one morning."""
    countdown = Countdown(int(sys.argv[2]))
    for name in ("fsync", "replace"):
        tick_around(countdown, name)
    settings = load(Path(sys.argv[1]), environ=os.environ)
    repository = open_repository(settings.storage.url)
    event.listen(Engine, "before_cursor_execute", countdown.tick)
    event.listen(Engine, "commit", countdown.tick)
    app = build(
        settings,
        clock=SystemClock(),
        repository=repository,
        environ=os.environ,
        transport=TickingTransport(smtp(settings, environ=os.environ), countdown),
    )
    repository.sync_register(app.register, at=app.clock.now())
    scan(app, app.register, by="driver", insist=True)
    morning.send(app, by="driver")
    sys.stdout.write(f"{countdown.count}\n")
    repository.close()


if __name__ == "__main__":
    main()
