"""The daemon as a process of its own, whose clock another process moves.

Run as ``python -m tests.soak.watcher CONFIG SEED``. Everything is what ``clerkwatch run``
wires (lock, database, application, `monitor.daemon.Daemon` with its pools and its beat), but
two things: the clock is told on standard input, and in place of the scheduler and the wait
between two beats, which know only the machine's clock and do nothing but call the beat, each
line is one beat. One answer a line, as JSON. ``beat INSTANT`` looks and works until nothing is
due; ``decide INSTANT`` lets the Clerk decide what is a day old.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from config.logs import configure
from config.settings import load
from config.types import CaseState, SubjectKind
from monitor.app import build
from monitor.cases.decisions import leave
from monitor.cases.request import request_removal
from monitor.clock import SteppedClock
from monitor.daemon import Daemon
from monitor.lock import daemon_lock
from monitor.notify import Notifier
from monitor.thrift import settle, share_one_heap
from storage.open import open_repository

if TYPE_CHECKING:
    from monitor.app import App

MOST_ROUNDS = 25
"""So often at one instant something may be due; more is a unit that never gets done."""
_TAKES = timedelta(hours=20)


async def beat(daemon: Daemon) -> dict[str, Any]:
    """Look and work until nothing is due at this instant; return what was done."""
    did: list[str] = []
    for _ in range(MOST_ROUNDS):
        await daemon.beat()
        units = dict(daemon._units)
        if not units:
            return {"did": did, "failed": sorted(daemon._failed)}
        did += units
        await asyncio.wait([asyncio.wrap_future(unit.future) for unit in units.values()])
    return {"did": did, "failed": ["never done: " + ", ".join(sorted(set(did)))]}


def decide(app: App, random: Random) -> dict[str, Any]:
    """Let the Clerk ask for the removal of every other case of yesterday, and leave the rest."""
    now = app.clock.now()
    asked = []
    for case in app.repository.cases(states=[CaseState.OPEN], subject=SubjectKind.POST):
        if case.mailed_at is None or case.opened_at > now - _TAKES or not case.visible:
            continue
        if random.random() < 0.5:
            request_removal(app, case.id, by="Clerk", because="", at=now)
            asked.append(case.platform_id)
        else:
            leave(app.repository, case.id, by="Clerk", because="seen", at=now)
    return {"asked": asked}


async def main() -> None:
    """Live as long as somebody tells the time."""
    share_one_heap()
    random = Random(int(sys.argv[2]))  # noqa: S311 - spreads pulls, guards nothing
    clock = SteppedClock(datetime.fromisoformat(sys.stdin.readline().split()[1]))
    settings = load(Path(sys.argv[1]), environ=os.environ)
    with daemon_lock(settings.storage.url):
        repository = open_repository(settings.storage.url, create=True, upgrade=True)
        app = build(settings, clock=clock, repository=repository, environ=os.environ)
        configure(environ=os.environ, default="error", extra=[app.redactor])
        repository.sync_register(app.register, at=clock.now())
        daemon = Daemon(
            app=app,
            notifier=Notifier(),
            random=random,
            monotonic=lambda: clock.now().timestamp(),
        )
        repository.clear_leases(owner_prefix="")
        settle()
        _say({"ready": True})
        for line in sys.stdin:
            verb, _, instant = line.strip().partition(" ")
            clock.move_to(datetime.fromisoformat(instant))
            _say(await beat(daemon) if verb == "beat" else decide(app, random))
        repository.close()


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
