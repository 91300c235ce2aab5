"""What the daemon has to do now: the database says it, not the scheduler's memory (law 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from config.types import Sign
from monitor import morning, ping
from monitor.alerts.folding import is_list_due, put_list
from monitor.alerts.outbox import deliver_due
from monitor.backup import timing
from monitor.cases.preserve import preserve
from monitor.cases.proof import SHOULD_GO, verify
from monitor.elections import sweep, upkeep
from monitor.judging import bench, judge_stale
from monitor.opening import is_by_hand
from monitor.papers import regular
from monitor.pipeline import scan
from monitor.replying import handle_inbox

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from random import Random

    from config.register import Account
    from config.types import AccountId
    from monitor.app import App

Work = Callable[[], object]
JITTER = 0.1
"""Share of `pull_every` by which pulls come early, so that accounts do not march in step: never
late, because `pull_every` is what a council was promised."""
LOOK_EVERY = timedelta(minutes=2)
"""How often the inbox is looked into."""
PAPERS_EVERY = timedelta(minutes=10)
"""How often it is asked whether a report should go out by itself."""
POLLS_EVERY = timedelta(minutes=1)
"""How often it is asked what polls ask for."""
SWEEP = "sweep "
"""How the names of units begin that read an account's older posts."""
_FIRST_WAIT_S = 60.0
_LONGEST_WAIT_S = 15 * 60.0
log = structlog.get_logger()


def after_failure(times: int) -> float:
    """Return how many seconds a unit rests that has failed so many times in a row."""
    return float(min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (times - 1)))


@dataclass(slots=True, kw_only=True)
class Due:
    """Finds what is due, and makes the units of work.

    Attributes:
        app: The wired application.
        random: Spreads the pulls.
        unread: Accounts whose last reading failed or was short, as of the last look.
    """

    app: App
    random: Random
    unread: tuple[AccountId, ...] = ()
    _spread: dict[AccountId, timedelta] = field(init=False, default_factory=dict)
    _tried: dict[AccountId, datetime] = field(init=False, default_factory=dict)
    _looked: datetime | None = field(init=False, default=None)
    _verified: datetime | None = field(init=False, default=None)
    _pinged: datetime | None = field(init=False, default=None)
    _papered: datetime | None = field(init=False, default=None)
    _polled: datetime | None = field(init=False, default=None)
    _backed: datetime | None = field(init=False, default=None)
    _copied: datetime | None = field(init=False, default=None)
    _purged: datetime | None = field(init=False, default=None)
    _swept: dict[AccountId, datetime] = field(init=False, default_factory=dict)

    def units(self, in_hand: Collection[str]) -> list[tuple[str, Work]]:
        """Return the units that are due now, most pressing first.

        Args:
            in_hand: Names of units that run already; they are not returned again.

        Raises:
            StorageError: The database cannot be read.
        """
        app, now = self.app, self.app.clock.now()
        due: list[tuple[str, Work]] = []
        if "digest" not in in_hand and morning.is_due(app, now=now):
            due.append(("digest", partial(morning.send, app, by="daemon")))
            # It reads the accounts itself; pulls beside it would only be in its way. Those that
            # were read a moment ago it does not read again: their time runs from then.
            read = {each.id: now for each in app.register if not morning.is_fresh(app, each)}
            self._tried |= read
        due.extend(self._pulls(in_hand, now))
        if "judge" not in in_hand and self._is_stale(now):
            due.append(("judge", partial(judge_stale, app, as_of=now)))
        if "inbox" not in in_hand and self._has_to_look(now):
            due.append(("inbox", partial(self._look_in, now)))
        if "verify" not in in_hand and self._has_to_verify(now):
            due.append(("verify", partial(self._verify, now)))
        if "list" not in in_hand and is_list_due(app, as_of=now):
            due.append(("list", partial(self._list, now)))
        if "ping" not in in_hand and self._has_to_ping(now):
            due.append(("ping", partial(self._ping, now)))
        due.extend(self._nightly(in_hand, now))
        due.extend(self._papers({*in_hand, *(name for name, _ in due)}, now))
        if not any(name.startswith("pull ") for name, _ in due):
            due.extend(self._elections({*in_hand, *(name for name, _ in due)}, now))
        if "deliver" not in in_hand and self._has_to_deliver(now):
            due.append(("deliver", self._deliver))
        return due

    def _has_to_deliver(self, now: datetime) -> bool:
        """Return whether a mail is due, and not all of them are held."""
        repository = self.app.repository
        return bool(repository.mails(due_at=now, limit=1)) and repository.standstill() is None

    def _has_to_look(self, now: datetime) -> bool:
        """Return whether the inbox was not looked into for a while."""
        if self.app.inbox is None:
            return False
        return self._looked is None or abs(now - self._looked) >= LOOK_EVERY

    def _look_in(self, now: datetime) -> None:
        self._looked = now
        handle_inbox(self.app)
        preserve(self.app, as_of=self.app.clock.now())
        self._deliver()

    def _nightly(self, in_hand: Collection[str], now: datetime) -> list[tuple[str, Work]]:
        """Return the purge, or the copy that follows it: what went is in no newer copy."""
        if not {"backup", "purge"}.isdisjoint(in_hand):
            return []
        if self._has_to_purge(now):
            return [("purge", partial(self._purge, now))]
        if self._has_to_back_up(now):
            return [("backup", partial(self._back_up, now))]
        return []

    def _has_to_back_up(self, now: datetime) -> bool:
        """Return whether a copy is due; one that failed is tried again after a while.

        One that was made of a record with faults counts until the next is due: it is there.
        """
        due_at = timing.last_time(self.app.settings, now=now)
        if self._copied is not None and due_at <= self._copied <= now:
            return False
        if self._backed is not None and abs(now - self._backed) < timing.AGAIN_AFTER:
            return False
        return timing.is_due(self.app, now=now)

    def _back_up(self, now: datetime) -> None:
        from monitor.backup.job import back_up  # noqa: PLC0415 - once a day; start without it

        self._backed = now
        if back_up(self.app) is not None:
            self._copied = now

    def _has_to_purge(self, now: datetime) -> bool:
        """Return whether the schedule was not gone through since it last should have been."""
        if not self.app.settings.retention.purge:
            return False
        if self._purged is not None and abs(now - self._purged) < timing.AGAIN_AFTER:
            return False
        known = self.app.repository.signs().get(Sign.PURGE)
        good = known.good_at if known is not None else None
        return good is None or not timing.last_time(self.app.settings, now=now) <= good <= now

    def _purge(self, now: datetime) -> None:
        from monitor.retention.job import purge_daily  # noqa: PLC0415 - once a day; as above

        self._purged = now
        purge_daily(self.app)

    def _list(self, now: datetime) -> None:
        put_list(self.app, as_of=now)
        self._deliver()

    def _has_to_ping(self, now: datetime) -> bool:
        """Return whether a sign of life is due; one that failed is tried again after a while."""
        if self._pinged is not None and abs(now - self._pinged) < ping.AT_MOST_EVERY:
            return False
        return ping.is_due(self.app, now=now)

    def _ping(self, now: datetime) -> None:
        self._pinged = now
        ping.send(self.app)

    def _has_to_verify(self, now: datetime) -> bool:
        """Return whether something should be gone and was not looked for a while."""
        every = self.app.settings.schedule.verify_every
        if self._verified is not None and abs(now - self._verified) < every:
            return False
        return bool(self.app.repository.cases(states=SHOULD_GO, limit=1))

    def _verify(self, now: datetime) -> None:
        self._verified = now
        verify(self.app, by="daemon")
        self._deliver()

    def _papers(self, working: set[str], now: datetime) -> list[tuple[str, Work]]:
        """Return the reports that should go out by themselves; looked at now and then.

        What the morning is still reading belongs into them too: they wait for it.
        """
        if not working.isdisjoint({"digest", "papers"}):
            return []
        if self._papered is not None and abs(now - self._papered) < PAPERS_EVERY:
            return []
        self._papered = now
        is_due = regular.is_due(self.app, now=now)
        return [("papers", partial(self._send_papers, now))] if is_due else []

    def _send_papers(self, now: datetime) -> None:
        self._papered = now
        regular.send_due(self.app)

    def _elections(self, working: set[str], now: datetime) -> list[tuple[str, Work]]:
        """Return what polls ask for: mails, and one account at a time whose older posts are read.

        The morning does it by itself, and what is read then comes first.
        """
        if "digest" in working:
            self._polled = now
        if any(name.startswith(SWEEP) for name in working):
            return []
        if self._polled is not None and abs(now - self._polled) < POLLS_EVERY:
            return []
        self._polled = now
        due: list[tuple[str, Work]] = []
        if "elections" not in working and upkeep.is_due(self.app, now=now):
            due.append(("elections", partial(self._keep_up, now)))
        for account in sweep.to_read(self.app, now=now):
            asked = self._swept.get(account.id)
            if f"pull {account.id}" in working:
                continue
            if asked is None or abs(now - asked) >= sweep.ASK_AGAIN_AFTER:
                due.append((f"{SWEEP}{account.id}", partial(self._sweep, account, now)))
                break
        return due

    def _keep_up(self, now: datetime) -> None:
        upkeep.put_due(self.app, now=now)
        self._deliver()

    def _sweep(self, account: Account, now: datetime) -> None:
        self._swept[account.id] = now
        sweep.read(self.app, account)
        self._polled = None  # the next account need not wait

    def _is_stale(self, now: datetime) -> bool:
        """Ask the cheap question first: whether any version is judged with something older."""
        stamps = bench(self.app, as_of=now).stamps
        return bool(self.app.repository.stale_versions(stamps, limit=1))

    def _pulls(self, in_hand: Collection[str], now: datetime) -> list[tuple[str, Work]]:
        due: list[tuple[str, Work]] = []
        unread: list[AccountId] = []
        for account in self.app.register:
            if is_by_hand(account):
                continue
            state = self.app.repository.account_state(account.id)
            if state.reason is not None:
                unread.append(account.id)
            name = f"pull {account.id}"
            # The clock was set back: what was said in the future says nothing about now.
            is_astray = state.last_tried_at is not None and state.last_tried_at > now
            if name in in_hand or not self._is_time(account, state.last_tried_at, now):
                continue
            if state.retry_at is not None and state.retry_at > now and not is_astray:
                continue
            due.append((name, partial(self._pull, account, now, insist=is_astray)))
        self.unread = tuple(unread)
        return due

    def _is_time(self, account: Account, tried_at: datetime | None, now: datetime) -> bool:
        # What this process began counts too: a reading that breaks leaves no state behind.
        known = [at for at in (tried_at, self._tried.get(account.id)) if at is not None]
        if not known:
            return True
        schedule = self.app.settings.schedule
        every = schedule.pull_every + self._spread.get(account.id, timedelta())
        # Whether the clock was set forward or back, no account waits for it to catch up.
        return min(abs(now - at) for at in known) >= every

    def _pull(self, account: Account, now: datetime, *, insist: bool) -> None:
        every = self.app.settings.schedule.pull_every
        self._spread[account.id] = every * self.random.uniform(-JITTER, 0)
        self._tried[account.id] = now
        scan(self.app, [account], by="daemon", insist=insist)
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
