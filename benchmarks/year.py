"""A year of reading X on a virtual clock: what it costs, beside the estimate and the budget.

The example council has four accounts with 15 posts a week each. Readings, database and
requests are real; only time is not. Nothing is judged and no mail is written, because neither
costs money at X.

    PYTHONPATH=. .venv/bin/python -m benchmarks.year                 a year, every six hours
    PYTHONPATH=. .venv/bin/python -m benchmarks.year 365 5.00        with a budget of $5.00
    PYTHONPATH=. .venv/bin/python -m benchmarks.year 60 5.00 30      60 days, every half hour
"""

from __future__ import annotations

import random
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Self

import structlog

from config.settings import load
from config.types import CoverageStatus, RunKind
from monitor.app import build
from monitor.clock import SteppedClock
from monitor.cost import Traffic, Yearly, yearly
from monitor.demo.faults import Script
from monitor.demo.server import LoopbackServer
from monitor.demo.world import Site, TownAccount, World
from monitor.demo.x_server import XPlatform
from monitor.meter import purses_of
from monitor.opening import platform_of
from monitor.reading import read_account
from storage.open import open_repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from monitor.app import App
    from storage.values import Coverage

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_SEED = 7
_HEAD = """
[council]
name = "Fernbeck Town Council"
email_domain = "fernbeck-tc.gov.uk"

[storage]
url = "sqlite:///clerkwatch.db"

[schedule]
pull_every = "{every}m"

[mail]
host = "127.0.0.1"
port = 9
security = "none"
sender = "clerkwatch@fernbeck-tc.gov.uk"

[[people]]
role = "clerk"
name = "Clerk"
email = "clerk@fernbeck-tc.gov.uk"

[budget.x]
usd_per_month = {budget}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a stretch of days came to.

    Attributes:
        days: How many.
        billed: What X would bill, by month, US dollars.
        counted: What clerkwatch counted, likewise.
        estimate: What was computed for a year beforehand.
        budget: For a month.
        requests: How many were made.
        thinned: Readings whose coverage says that posts wait for the budget.
        stopped: Readings that were not whole.
        posts: How many posts were published meanwhile, and of them read.
        bought: By kind, how many were billed for the first time, and how often again.
        oldest: The longest that a post of the look-back has not been read, at the end.
    """

    days: int
    billed: Mapping[date, Decimal]
    counted: Mapping[date, Decimal]
    estimate: Yearly
    budget: Decimal
    requests: int
    thinned: int
    stopped: int
    posts: tuple[int, int]
    bought: Mapping[str, tuple[int, int]]
    oldest: timedelta

    @property
    def total(self) -> Decimal:
        """Return the whole bill."""
        return sum(self.billed.values(), Decimal(0))

    @property
    def passed(self) -> Mapping[date, Decimal]:
        """Return the months in which more was billed or counted than the budget allows."""
        most = {month: max(paid, self.counted[month]) for month, paid in self.billed.items()}
        return {month: paid for month, paid in most.items() if paid > self.budget}

    @property
    def expected(self) -> Decimal:
        """Return the estimate for that many days, if no budget stood in the way."""
        return self.estimate.usd.all * self.days / 365


class Council:
    """Four accounts on the loopback X, their readings, and a clock that is moved; while entered."""

    def __init__(
        self,
        folder: Path,
        *,
        budget: str,
        accounts: int = 4,
        posts_a_week: int = 15,
        every: int = 30,
        owned: bool = False,
    ) -> None:
        """Prepare it, with a month of posts from before.

        Args:
            folder: Where configuration and database go.
            budget: US dollars a month.
            accounts: How many.
            posts_a_week: On each.
            every: Minutes between two readings.
            owned: Each token is its account's own login, by an app of its own.
        """
        self.clock = SteppedClock(BEGIN)
        self.script = Script()
        self.world = World(clock=self.clock.now)
        self.platform = XPlatform(self.world, limit=10**9)
        self.server = LoopbackServer(self.platform, script=self.script)
        self.every = timedelta(minutes=every)
        self.budget, self.posts_a_week, self.owned = Decimal(budget), posts_a_week, owned
        self.labels = [f"council-{number}" for number in range(accounts)]
        self._chance = random.Random(_SEED)  # noqa: S311  # when people post, not a secret
        self._folder = folder
        self._open = ExitStack()
        self.posts: list[datetime] = []

    def __enter__(self) -> Self:
        """Start the server and wire the application."""
        self._open.enter_context(self.server)
        every = int(self.every.total_seconds() // 60)
        parts = [_HEAD.format(every=every, budget=self.budget)]
        environ = {}
        for number, label in enumerate(self.labels):
            token = f"token-of-{label}"
            self.world.add_account(
                TownAccount(
                    label=label,
                    site=Site.X,
                    platform_id=str(1000 + number),
                    handle=f"fernbeck{number}",
                    name=f"Fernbeck {number}",
                    token=token,
                    owns_app=self.owned,
                )
            )
            environ[f"CLERKWATCH_SECRET_{label.upper().replace('-', '_')}"] = token
            parts.append(
                f'\n[[accounts]]\nid = "{label}"\nplatform = "x"\nhandle = "fernbeck{number}"\n'
                f'kind = "council"\nowner = "Jo"\ncredential = "{label}"\n'
                f'api_base = "{self.server.url}"\nowned_reads = {str(self.owned).lower()}\n'
            )
        file = self._folder / "clerkwatch.toml"
        file.write_text("".join(parts), encoding="utf-8")
        settings = load(file, environ=environ)
        store = open_repository(settings.storage.url, create=True)
        self._open.callback(store.close)
        self.app: App = build(settings, clock=self.clock, repository=store, environ=environ)
        store.sync_register(self.app.register, at=BEGIN)
        for day in range(-29, 0):
            self._publish(BEGIN + day * _DAY)
        self.posts.clear()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the database and stop the server."""
        self._open.close()

    def estimate(self) -> Yearly:
        """Return what a year costs, computed from what is known of the council."""
        settings = self.app.settings
        each = yearly(
            platform_of(self.app.register[0]).asking,
            Traffic(posts_a_week=Decimal(self.posts_a_week)),
            pull_every=settings.schedule.pull_every,
            look_back=settings.schedule.look_back,
            is_owned=self.owned,
        )
        return each.times(len(self.labels))

    def live(self, days: int) -> Spent:
        """Let days pass, reading every account as often as the daemon would."""
        thinned = stopped = requests = 0
        for day in range(days):
            self._publish(BEGIN + day * _DAY)
            while self.clock.now() < BEGIN + (day + 1) * _DAY:
                for read in self._pull():
                    thinned += "pays for" in read.error
                    stopped += read.status is not CoverageStatus.READ
                self.clock.advance(self.every)
            requests += len(self.script.requests())
            self.script.forget()
        return self._spent(days, requests=requests, thinned=thinned, stopped=stopped)

    def _publish(self, day: datetime) -> None:
        """Write a day's posts: a seventh of the week's, at any minute of the waking day."""
        number = (day - BEGIN).days
        for label in self.labels:
            shares = (self.posts_a_week * (number + 1) // 7, self.posts_a_week * number // 7)
            for _ in range(shares[0] - shares[1]):
                at = day + timedelta(minutes=self._chance.randrange(7 * 60, 24 * 60))
                self.world.publish(label, at, f"The library, day {number}.")
                self.posts.append(at)

    def _pull(self) -> list[Coverage]:
        now = self.clock.now()
        run = self.app.repository.begin_run(RunKind.SCAN, by="year", at=now)
        return [read_account(self.app, run, one, as_of=now) for one in self.app.register]

    def _spent(self, days: int, *, requests: int, thinned: int, stopped: int) -> Spent:
        repository, billed = self.app.repository, self.platform.bill.months()
        purses = purses_of(self.app.register, "x")
        counted = {
            month: repository.spent(
                purses, since=month, until=(month + timedelta(days=31)).replace(day=1)
            )
            for month in billed
        }
        now, look_back = self.clock.now(), self.app.settings.schedule.look_back
        known = [
            post
            for one in self.app.register
            for post in repository.due_posts(one.id, as_of=now, look_back=look_back)
        ]
        begin = repository.visible_count
        read = sum(begin(one.id, since=BEGIN) for one in self.app.register)
        return Spent(
            days=days,
            billed=billed,
            counted=counted,
            estimate=self.estimate(),
            budget=self.budget,
            requests=requests,
            thinned=thinned,
            stopped=stopped,
            bought=self.platform.bill.bought(),
            posts=(sum(at <= now - self.every for at in self.posts), read),
            oldest=max((now - post.last_read_at for post in known), default=timedelta()),
        )


def measure(days: int = 365, *, budget: str = "100.00", every: int = 360) -> Spent:
    """Return what the example council costs in so many days, read every so many minutes."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Council(Path(folder), budget=budget, every=every) as council,
    ):
        return council.live(days)


def told(spent: Spent) -> str:
    """Return the figures as lines of text."""
    lines = [
        (
            f"{spent.days} days, budget ${spent.budget} a month: billed ${spent.total:.2f}, "
            f"estimate without a budget ${spent.expected:.2f}; {spent.requests:,} requests "
            f"(estimate {spent.estimate.requests.all * spent.days / 365:,.0f})"
        ),
        (
            f"posts published {spent.posts[0]:,}, read {spent.posts[1]:,}; longest unread at "
            f"the end {spent.oldest.total_seconds() / 86400:.1f} days"
        ),
        (
            f"billed: posts for the first time {spent.bought['post'][0]:,}, posts read again "
            f"{spent.bought['post'][1]:,}, profiles {sum(spent.bought['user']):,}"
        ),
        f"readings that say posts wait {spent.thinned:,}, that were not whole {spent.stopped:,}",
        (
            f"months over the budget: {len(spent.passed)}; most in a month "
            f"${max(spent.billed.values(), default=Decimal(0)):.3f}"
        ),
    ]
    lines += [
        f"{month:%B %Y}: billed ${amount:.3f}, counted ${spent.counted[month]:.3f}"
        for month, amount in sorted(spent.billed.items())
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    wanted = sys.argv[1:4] + ["365", "100.00", "360"][len(sys.argv) - 1 :]
    result = measure(int(wanted[0]), budget=wanted[1], every=int(wanted[2]))
    print(told(result), flush=True)
    sys.exit(1 if result.passed else 0)
