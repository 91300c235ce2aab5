"""Living through a plan: the clock goes minute by minute, and the daemon is killed as planned."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psutil

from config.types import Severity
from tests.soak.plan import KILLS, ZONE
from tests.soak.weight import Weight, weigh

if TYPE_CHECKING:
    from datetime import date, datetime
    from random import Random
    from types import TracebackType

    from tests.soak.plan import Plan
    from tests.soak.town import Town

_WATCHER = Path(__file__).with_name("watcher.py")
_ANSWERS_WITHIN_S = 120.0
_DECIDES_AT = 9
_KILL_WITHIN_S = 0.25
"""A kill comes so soon after a beat began: in the middle of whatever it does."""


class Watcher:
    """One life of the daemon."""

    def __init__(self, town: Town, *, seed: int, now: datetime) -> None:
        """Start it and wait until it is ready."""
        self._log = (town.folder / "log").open("a", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_WATCHER), str(town.settings_file), str(seed)],
            env=town.environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self.ask("start", now)

    def ask(self, verb: str, now: datetime) -> dict[str, Any]:
        """Send a line and return the answer.

        Raises:
            RuntimeError: It has died by itself; its log says why.
        """
        self.tell(verb, now)
        return self.answer()

    def tell(self, verb: str, now: datetime) -> None:
        """Send a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{verb} {now.isoformat()}\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Return the next answer; see `ask`."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the watcher ended: see {self._log.name}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def is_done_within(self, seconds: float) -> bool:
        """Return whether the answer came within some time; it is still to be read."""
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout], [], [], seconds)[0])

    def kill(self) -> None:
        """End it as nothing can be prevented, and let the machine forget it."""
        self._process.kill()
        self._end()

    def close(self) -> None:
        """End it politely."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(_ANSWERS_WITHIN_S)
        self._end()

    def _end(self) -> None:
        self._process.wait(_ANSWERS_WITHIN_S)
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            assert pipe is not None
            pipe.close()

    def memory(self) -> int:
        """Return its resident bytes."""
        return int(psutil.Process(self._process.pid).memory_info().rss)

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave no process behind."""
        if self._process.poll() is None:
            self.kill()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How time goes.

    Attributes:
        pull_every: How often accounts are read.
        fine: Between two looks of the daemon at its database while something urgent is to be
            found. (A daemon that nobody hurries looks every ten seconds.)
        coarse: The same at other times.
    """

    pull_every: timedelta = timedelta(minutes=30)
    fine: timedelta = timedelta(minutes=1)
    coarse: timedelta = timedelta(minutes=5)


@dataclass(slots=True, kw_only=True)
class DayLine:
    """How one day ended.

    Attributes:
        on: The council date.
        life: The how-manieth process it was.
        memory: Its resident bytes.
        database: Bytes in use in the database.
        asked: Requests to the platforms since the beginning.
        tables: Rows and bytes of each table, its indexes with it.
    """

    on: date
    life: int
    memory: int
    database: int
    asked: int
    tables: dict[str, Weight]


@dataclass(slots=True, kw_only=True)
class Lived:
    """What came of a month.

    Attributes:
        days: One line a day.
        deaths: When it was killed and when it was started again.
        units: How often each kind of unit was done.
        troubles: Units that failed, with when.
        in_hand: Kills that hit while something was in hand.
        asked: When the Clerk asked for a post to be taken down, by the post's id.
    """

    days: list[DayLine] = field(default_factory=list)
    deaths: list[tuple[datetime, datetime]] = field(default_factory=list)
    units: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)
    in_hand: int = 0
    asked: dict[str, datetime] = field(default_factory=dict)


class Month:
    """Lives through a plan in a town."""

    def __init__(self, town: Town, plan: Plan, *, random: Random, pace: Pace) -> None:
        """Prepare it.

        Args:
            town: Entered.
            plan: The same that the town was told.
            random: Draws the moments of kills.
            pace: How time goes.
        """
        self.town = town
        self.plan = plan
        self.random = random
        self.pace = pace
        self._close = sorted(
            (since, since + pace.pull_every + 2 * pace.fine)
            for post in plan.posts
            for since, weight in post.appearances()
            if weight is Severity.URGENT
        )
        self.lived = Lived()
        self._kills = [fault for fault in plan.faults if fault.what in KILLS]
        self._life = 0
        self._decided_on: date | None = None

    def live(self) -> Lived:
        """Go through the month."""
        clock = self.town.clock
        watcher = self._start()
        while (before := clock.now()) < self.plan.end:
            if self._kills and clock.now() >= self._kills[0].begin:
                watcher = self._try_to_kill(watcher)
            else:
                self._note(watcher.ask("beat", clock.now()))
            self._decide(watcher)
            clock.move_to(self._next_look(clock.now()))
            if before.astimezone(ZONE).date() != clock.now().astimezone(ZONE).date():
                self._end_day(watcher, before)
        watcher.close()
        return self.lived

    def _next_look(self, now: datetime) -> datetime:
        """Return when the daemon looks again: each minute after something urgent appeared."""
        self._close = [each for each in self._close if each[1] > now]
        if any(begin <= now for begin, _ in self._close):
            return now + self.pace.fine
        ahead = timedelta(seconds=now.timestamp() % self.pace.coarse.total_seconds())
        return min([now - ahead + self.pace.coarse, *(begin for begin, _ in self._close[:1])])

    def _start(self) -> Watcher:
        self._life += 1
        return Watcher(self.town, seed=self.random.randrange(1 << 30), now=self.town.clock.now())

    def _try_to_kill(self, watcher: Watcher) -> Watcher:
        """Kill it a moment after a beat began; one that had nothing to do is let live."""
        clock = self.town.clock
        watcher.tell("beat", clock.now())
        if watcher.is_done_within(self.random.uniform(0.005, _KILL_WITHIN_S)):
            self._note(watcher.answer())
            return watcher
        watcher.kill()
        fault = self._kills.pop(0)
        self.lived.in_hand += 1
        began = clock.now()
        clock.advance(max(fault.end - fault.begin, self.pace.fine))
        self.lived.deaths.append((began, clock.now()))
        return self._start()

    def _note(self, answer: dict[str, Any]) -> None:
        self.lived.units.update(name.partition(" ")[0] for name in answer["did"])
        now = self.town.clock.now().isoformat()
        self.lived.troubles += [f"{now} {name}" for name in answer["failed"]]

    def _decide(self, watcher: Watcher) -> None:
        """Let the Clerk decide at nine, and owners take down what they are asked to."""
        now = self.town.clock.now()
        local = now.astimezone(ZONE)
        if local.hour < _DECIDES_AT or self._decided_on == local.date():
            return
        self._decided_on = local.date()
        for post in watcher.ask("decide", now)["asked"]:
            self.lived.asked[post] = now
            self.town.take_down(post, now + timedelta(minutes=self.random.randrange(30, 600)))

    def _end_day(self, watcher: Watcher, on: datetime) -> None:
        tables = weigh(self.town.database)
        self.lived.days.append(
            DayLine(
                on=on.astimezone(ZONE).date(),
                life=self._life,
                memory=watcher.memory(),
                database=sum(size for _, size in tables.values()),
                asked=self.town.weather.asked.total(),
                tables=tables,
            )
        )
