"""The daemon: wakes up, asks the database what is due, has it done, tells systemd it is well.

The scheduler only wakes (law 4): a heartbeat every few seconds looks at the database, so
a stepped clock, a missed job or a restart costs at most one beat. Blocking work runs in a
bounded pool; the watchdog is fed from the loop and withheld when a unit overruns, because
a thread that hangs can only be ended with its process.
"""

from __future__ import annotations

import asyncio
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

import connectors
from monitor import morning
from monitor.alerts.outbox import deliver_due
from monitor.judging import judge_stale
from monitor.pipeline import scan

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from random import Random

    from apscheduler.events import JobExecutionEvent

    from config.register import Account
    from monitor.app import App
    from monitor.notify import Notifier

BEAT_S = 10
GRACE_S = 6 * 3600
WORKERS = 6
UNIT_DEADLINE_S = 15 * 60
"""Longest that one unit of work may take; afterwards the watchdog is not fed any more."""
STOP_WITHIN_S = 20
JITTER = 0.1
"""Share of `pull_every` by which pulls are spread, so that accounts do not march in step."""
log = structlog.get_logger()


@dataclass(slots=True)
class Daemon:
    """One daemon on one database.

    Attributes:
        app: The wired application.
        notifier: The service manager.
        random: Spreads the pulls.
        monotonic: Seconds; for deadlines, untouched by a stepped clock.
    """

    app: App
    notifier: Notifier
    random: Random
    monotonic: Callable[[], float] = time.monotonic
    _pool: ThreadPoolExecutor = field(init=False)
    _units: dict[str, tuple[Future[object], float]] = field(init=False, default_factory=dict)
    _spread: dict[str, timedelta] = field(init=False, default_factory=dict)
    _stopping: asyncio.Event = field(init=False, default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Make the pool; nothing runs yet."""
        self._pool = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="unit")

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT; return 0 if all units ended in time, else 1."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        self.app.repository.clear_leases(owner_prefix="")
        scheduler = self._scheduler()
        scheduler.start()
        await self.beat()
        self.notifier.say("READY=1", "STATUS=Watching")
        log.info("daemon ready", accounts=len(self.app.register))
        await self._stopping.wait()
        self.notifier.say("STOPPING=1", "STATUS=Finishing the work in hand")
        log.info("daemon stopping", units=sorted(self._units))
        scheduler.shutdown(wait=False)
        return await self._finish()

    def _scheduler(self) -> AsyncIOScheduler:
        beat_s = BEAT_S
        if self.notifier.watchdog_s is not None:
            beat_s = max(1, min(BEAT_S, int(self.notifier.watchdog_s / 3)))
        schedule = self.app.settings.schedule
        scheduler = AsyncIOScheduler(
            timezone=self.app.settings.zone(),
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_S},
        )
        scheduler.add_job(self.beat, IntervalTrigger(seconds=beat_s), id="beat")
        scheduler.add_job(
            self.beat,
            CronTrigger(hour=schedule.digest_at.hour, minute=schedule.digest_at.minute),
            id="digest",
        )
        scheduler.add_listener(_say_missed, EVENT_JOB_MISSED | EVENT_JOB_ERROR)
        return scheduler

    async def beat(self) -> None:
        """Look at the database, start what is due, and feed the watchdog if all is well."""
        self._reap()
        overrun = self._overrun()
        if overrun:
            log.error("unit overruns", units=overrun)
            self.notifier.say(f"STATUS=Stuck: {', '.join(overrun)}")
            return
        due = await asyncio.get_running_loop().run_in_executor(None, self._due)
        for name, work in due:
            self._start(name, work)
        self.notifier.say("WATCHDOG=1", f"STATUS=Watching; {len(self._units)} at work")

    def _due(self) -> list[tuple[str, Callable[[], object]]]:
        """Return the units that are due now and not in hand, most pressing first."""
        app = self.app
        now = app.clock.now()
        due: list[tuple[str, Callable[[], object]]] = []
        if "digest" not in self._units and morning.is_due(app, now=now):
            due.append(("digest", lambda: morning.send(app, by="daemon")))
        for account in app.register:
            name = f"pull {account.id}"
            if name not in self._units and self._is_pull_due(account, now):
                due.append((name, lambda account=account: self._pull(account)))  # type: ignore[misc]  # mypy: a default binds the loop's value
        if "judge" not in self._units:
            due.append(("judge", lambda: judge_stale(app, as_of=now)))
        if "deliver" not in self._units and app.repository.mails(due_at=now, limit=1):
            due.append(("deliver", self._deliver))
        return due

    def _is_pull_due(self, account: Account, now: datetime) -> bool:
        try:
            if connectors.find(account.platform).by_hand:
                return False
        except LookupError:
            pass  # it is pulled, so that its coverage says at each pull why it cannot be read
        state = self.app.repository.account_state(account.id)
        if state.retry_at is not None and state.retry_at > now:
            return False
        if state.last_tried_at is None:
            return True
        every = self.app.settings.schedule.pull_every + self._spread.get(account.id, timedelta())
        # A clock that was set back must not stop the pulls until it has caught up.
        return abs(now - state.last_tried_at) >= every

    def _pull(self, account: Account) -> None:
        every = self.app.settings.schedule.pull_every
        self._spread[account.id] = every * self.random.uniform(-JITTER, JITTER)
        scan(self.app, [account], by="daemon")
        self._deliver()

    def _deliver(self) -> None:
        app = self.app
        report = deliver_due(
            app.repository,
            app.transport,
            sender=app.settings.mail.sender,
            now=app.clock.now(),
            stop=app.stop.is_set,
        )
        for warning in report.warnings:
            log.warning("mail waits or was refused", what=warning)

    def _start(self, name: str, work: Callable[[], object]) -> None:
        self._units[name] = (self._pool.submit(work), self.monotonic())

    def _reap(self) -> None:
        """Forget finished units; one that failed is said aloud and comes due again."""
        for name, (future, _) in list(self._units.items()):
            if not future.done():
                continue
            del self._units[name]
            error = future.exception()
            if error is not None:
                log.error("unit failed", unit=name, error=self.app.redactor.redact(str(error)))

    def _overrun(self) -> list[str]:
        now = self.monotonic()
        return sorted(
            name
            for name, (future, began) in self._units.items()
            if future.running() and now - began > UNIT_DEADLINE_S
        )

    async def _finish(self) -> int:
        """Let the units in hand end, at most twenty seconds; cancel what has not begun."""
        self.app.stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        waiting = [
            asyncio.wrap_future(future)
            for future, _ in self._units.values()
            if not future.cancelled()
        ]
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=STOP_WITHIN_S)
            if late:
                log.error("units cut off", number=len(late))
                return 1
        self._reap()
        log.info("daemon stopped")
        return 0


def _say_missed(event: JobExecutionEvent) -> None:
    log.error("scheduler job missed or failed", job=event.job_id, error=str(event.exception))
