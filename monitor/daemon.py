"""The daemon: wakes up, asks the database what is due, has it done, tells systemd it is well.

The scheduler only wakes (law 4). Beside it a heart beats on the loop, by the clock that
nobody can set: whatever is due is found within one beat after a stepped clock, a missed job
or a restart. Blocking work runs in two bounded pools, so that accounts that hang delay
neither the digest nor the mails; the watchdog is fed from the loop and withheld when a unit
overruns, because a thread that hangs can only be ended with its process.
"""

from __future__ import annotations

import asyncio
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from config.errors import StorageError, TakenAwayError
from monitor.due import Due, after_failure
from monitor.thrift import give_back

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from apscheduler.events import JobExecutionEvent

    from monitor.app import App
    from monitor.due import Work
    from monitor.lock import DaemonLock
    from monitor.notify import Notifier

BEAT_S = 10.0
GRACE_S = 6 * 3600
MOST_READERS = 16
"""Most accounts read at the same time; each has a place of its own up to this number."""
HOUSE_UNITS = 11
"""Units that are no readings: digest, judge, inbox, verify, list, ping, elections, backup,
purge, a sweep, deliver."""
UNIT_DEADLINE_S = 15 * 60.0
"""Longest that one unit of work may take; afterwards the watchdog is not fed any more."""
STOP_WITHIN_S = 18.0
"""With the seconds around it, an end comes within twenty seconds of SIGTERM."""
log = structlog.get_logger()


@dataclass(slots=True)
class _Unit:
    """One unit in hand; `began` is None while it waits for a thread."""

    future: Future[object]
    began: float | None = None


@dataclass(slots=True, kw_only=True)
class Daemon:
    """One daemon on one database.

    Attributes:
        app: The wired application.
        notifier: The service manager.
        random: Spreads the pulls.
        monotonic: Seconds; for deadlines, untouched by a stepped clock.
        beat_s: Seconds between two looks at the database; shorter under a short watchdog.
        deadline_s: Longest that one unit may take, in seconds.
        lock: Takes a note of each beat at which all is well; None: nobody asks.
        lost: Why the daemon ended by itself: the record or its lock is not there any more.
    """

    app: App
    notifier: Notifier
    random: Random
    monotonic: Callable[[], float] = time.monotonic
    beat_s: float = BEAT_S
    deadline_s: float = UNIT_DEADLINE_S
    lock: DaemonLock | None = None
    lost: TakenAwayError | None = None
    _look: Due = field(init=False)
    _readers: ThreadPoolExecutor = field(init=False)
    _house: ThreadPoolExecutor = field(init=False)
    _units: dict[str, _Unit] = field(init=False, default_factory=dict)
    _failed: dict[str, tuple[int, float]] = field(init=False, default_factory=dict)
    _stopping: asyncio.Event = field(init=False, default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Make the pools; nothing runs yet."""
        self._look = Due(app=self.app, random=self.random)
        readers = max(1, min(MOST_READERS, len(self.app.register)))
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="pull")
        # One thread more looks at the database at each beat.
        self._house = ThreadPoolExecutor(HOUSE_UNITS + 1, thread_name_prefix="house")
        if self.notifier.watchdog_s is not None:
            self.beat_s = min(self.beat_s, self.notifier.watchdog_s / 3)

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT; return 0, or 1 when the record was taken away.

        A unit that does not end in time is cut off: what it read is committed, and what it
        had still to do is due at the next start.

        Raises:
            StorageError: The database refused at the start.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        self.app.repository.clear_leases(owner_prefix="")
        scheduler = self._scheduler()
        scheduler.start()
        self.notifier.say("READY=1", "STATUS=Started; looking at what is due")
        log.info("daemon ready", accounts=len(self.app.register))
        while not self._stopping.is_set():
            await self.beat()
            scheduler.wakeup()  # it sleeps by a clock that may have been set since
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), timeout=self.beat_s)
        self.notifier.say("STOPPING=1", "STATUS=Finishing the work in hand")
        log.info("daemon stopping", units=sorted(self._units))
        scheduler.shutdown(wait=False)
        await self._finish()
        return 0 if self.lost is None else 1

    def stop(self) -> None:
        """End soon; what SIGTERM does."""
        self._stopping.set()
        self.app.stop.set()

    def _scheduler(self) -> AsyncIOScheduler:
        """Return what wakes the daemon on the minute, between two heartbeats."""
        schedule = self.app.settings.schedule
        scheduler = AsyncIOScheduler(
            timezone=self.app.settings.zone(),
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_S},
        )
        scheduler.add_job(
            self.beat,
            CronTrigger(hour=schedule.digest_at.hour, minute=schedule.digest_at.minute),
            id="digest",
        )
        every_s = schedule.pull_every.total_seconds()
        scheduler.add_job(
            self.beat, IntervalTrigger(seconds=int(every_s), jitter=int(every_s / 10)), id="pull"
        )
        scheduler.add_listener(_say_missed, EVENT_JOB_MISSED | EVENT_JOB_ERROR)
        return scheduler

    async def beat(self) -> None:
        """Look at the database, start what is due, and feed the watchdog if all is well."""
        if self._is_taken_away():
            return
        if self._reap() and not self._units:
            self.app.judge.forget()
            give_back()
        overrun = self._overrun()
        if overrun:
            log.error("unit overruns", units=overrun)
            self.notifier.say(f"STATUS=Stuck, waiting to be restarted: {', '.join(overrun)}")
            return
        loop = asyncio.get_running_loop()
        try:
            due = await loop.run_in_executor(self._house, self._look.units, frozenset(self._units))
        except StorageError as error:
            # Not fed: when this lasts, the service manager restarts and says so.
            log.exception("database cannot be used")
            self.notifier.say(f"STATUS={_one_line(f'The database cannot be used: {error}')}")
            return
        if self._stopping.is_set():
            return
        for name, work in due:
            self._start(name, work)
        self.notifier.say("WATCHDOG=1", f"STATUS={_one_line(self._status())}")
        if self.lock is not None:
            try:
                self.lock.beat(self.app.clock.now())
            except OSError:
                # The watchdog is fed, for work goes on; that no beat is written doctor finds out.
                log.exception("heartbeat cannot be written")

    def _is_taken_away(self) -> bool:
        """End when the database, or the lock on it, is no longer where it was opened.

        What was recorded from now on nobody would ever see: it lies in a file without a name.
        """
        if self.lost is None:
            try:
                self.app.repository.check_there()
                if self.lock is not None:
                    self.lock.check_there()
            except TakenAwayError as error:
                self.lost = error
                log.critical("database taken away", error=error.what, remedy=error.remedy)
                self.notifier.say(f"STATUS={_one_line(error.what)}")
                self.stop()
            except StorageError:
                log.exception("database cannot be looked at")
        return self.lost is not None

    def _status(self) -> str:
        """Say in one line what an administrator wants to know first."""
        said = [f"Watching {len(self.app.register)} accounts"]
        said.append(f"at work: {', '.join(sorted(self._units))}" if self._units else "0 at work")
        if self._look.unread:
            said.append(f"not read: {', '.join(self._look.unread)}")
        if self._failed:
            said.append(f"failed, tried again soon: {', '.join(sorted(self._failed))}")
        return "; ".join(said)

    def _start(self, name: str, work: Work) -> None:
        """Start a unit, unless another beat has started it meanwhile or it has just failed."""
        if name in self._units:
            return
        _, not_before = self._failed.get(name, (0, 0.0))
        if not_before > self.monotonic():
            return
        unit = _Unit(Future())
        self._units[name] = unit

        def begin() -> object:
            unit.began = self.monotonic()
            return work()

        pool = self._readers if name.startswith("pull ") else self._house
        unit.future = pool.submit(begin)

    def _reap(self) -> bool:
        """Forget finished units and return whether there were any.

        One that failed is said aloud and comes due again later.
        """
        before = len(self._units)
        for name, unit in list(self._units.items()):
            if not unit.future.done():
                continue
            del self._units[name]
            error = None if unit.future.cancelled() else unit.future.exception()
            if error is None:
                self._failed.pop(name, None)
                continue
            times = self._failed.get(name, (0, 0.0))[0] + 1
            self._failed[name] = (times, self.monotonic() + after_failure(times))
            said = self.app.redactor.redact(f"{type(error).__name__}: {error}")
            log.error("unit failed", unit=name, times=times, error=said, exc_info=error)
        return len(self._units) < before

    def _overrun(self) -> list[str]:
        now = self.monotonic()
        return sorted(
            name
            for name, unit in self._units.items()
            if not unit.future.done()
            and unit.began is not None
            and now - unit.began > self._longest(name)
        )

    def _longest(self, name: str) -> float:
        """Return how many seconds a unit may take: a copy ends itself after its own time."""
        if name != "backup":
            return self.deadline_s
        return self.app.settings.backup.within.total_seconds() + self.deadline_s

    async def _finish(self) -> None:
        """Let the units in hand end in time; cancel what has not begun; give leases back."""
        self.app.stop.set()
        for pool in (self._readers, self._house):
            pool.shutdown(wait=False, cancel_futures=True)
        waiting = {
            asyncio.wrap_future(unit.future): name
            for name, unit in self._units.items()
            if not unit.future.cancelled()
        }
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=STOP_WITHIN_S)
            if late:
                log.error("units cut off", units=sorted(waiting[future] for future in late))
        self._reap()
        if self.lost is None:
            self.app.repository.clear_leases(owner_prefix=self.app.owner)
        log.info("daemon stopped")


def _one_line(text: str) -> str:
    """Return a status as the service manager's protocol can carry it."""
    return " ".join(text.split())[:400]


def _say_missed(event: JobExecutionEvent) -> None:
    log.error("scheduler job missed or failed", job=event.job_id, error=str(event.exception))
