"""The sweep: when a window opens, what is older and still stands is looked at.

What is stored needs no special path: the stamp of every account changes when a window opens
(law 2), and what still stands is judged on the basis ``standing``. Here the rest is read:
older posts than `[schedule] look_back`, as far as the platform shows them, `sweep_back`
allows and the money: older posts are asked for only while less than `sweep_share` per cent of
the month's budget is spent, so that the daily reading always has the remainder.

The database says what is due (law 4): a window that is open and not noted as opened, and an
account that was not read for it. Every page is recorded before the next is asked for, and how
far back it reached is kept with it: after an interruption the account is due again and goes on
there, so that nothing is asked and paid for twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import CoverageStatus, Reason, RunKind
from monitor.freeze.windows import NOWHERE, open_windows
from monitor.judging import judge_stale, windows_at
from monitor.older import read_older
from monitor.opening import is_by_hand
from storage.values import Coverage, Sweep

if TYPE_CHECKING:
    from datetime import datetime

    from config.register import Account
    from config.types import AccountId
    from monitor.app import App
    from monitor.freeze.windows import Window

ASK_AGAIN_AFTER = timedelta(hours=1)
"""An account that could not be read is tried again so often, as long as the window is open."""

_INTERRUPTED = frozenset({Reason.TRANSIENT, Reason.RATE_LIMIT})
"""Why a reading that has begun goes on later: clerkwatch was stopped, or the platform was busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """One account whose older posts were read, or could not be."""

    account: AccountId
    coverage: Coverage
    reached: datetime | None


def open_now(app: App, *, now: datetime) -> tuple[Window, ...]:
    """Return the windows in force that are open and touch the town.

    Raises:
        StorageError: The database cannot be read.
    """
    windows = windows_at(app.settings, app.repository, as_of=now)
    return tuple(one for one in open_windows(windows, now) if one.area != NOWHERE)


def to_begin(app: App, *, now: datetime) -> tuple[Window, ...]:
    """Return the open windows that are not noted as opened.

    Raises:
        StorageError: The database cannot be read.
    """
    windows = open_now(app, now=now)
    if not windows:
        return ()
    known = {(one.poll, one.starts_at) for one in app.repository.sweeps() if one.account is None}
    return tuple(one for one in windows if (one.poll, one.start) not in known)


def begin_due(app: App, *, now: datetime) -> int:
    """Note the windows that have opened, and judge by them what is stored; return how many.

    Raises:
        StorageError: The database refused.
    """
    windows = to_begin(app, now=now)
    if not windows:
        return 0
    with app.repository.writing() as transaction:
        for one in windows:
            row = Sweep(poll=one.poll, starts_at=one.start, account=None, at=now)
            transaction.put_sweep(row, at=now)
    judge_stale(app, as_of=now)
    return len(windows)


def to_read(app: App, *, now: datetime) -> tuple[Account, ...]:
    """Return the accounts whose older posts were not read for a window that is open.

    One reading serves every window that is open by then.

    Raises:
        StorageError: The database cannot be read.
    """
    schedule = app.settings.schedule
    windows = open_now(app, now=now)
    if not windows or schedule.sweep_back <= schedule.look_back:
        return ()
    done = {
        (one.poll, one.starts_at, one.account)
        for one in app.repository.sweeps()
        if one.account is not None
    }
    return tuple(
        account
        for account in app.register
        if not is_by_hand(account)
        and any((one.poll, one.start, account.id) not in done for one in windows)
        and app.repository.account_state(account.id).first_complete_at is not None
    )


def read(app: App, account: Account, *, by: str = "sweep") -> Swept | None:
    """Read one account's older posts, judge them, and note it for the windows that are open.

    Returns:
        What came of it; None: another process reads the account just now.

    Raises:
        StorageError: The database refused; what was read is kept, the account is due again.
    """
    now = app.clock.now()
    schedule = app.settings.schedule
    until = now + app.longest_reading
    if not app.repository.lease(account.id, owner=app.owner, until=until, now=now):
        return None
    run = app.repository.begin_run(RunKind.SCAN, by=by, at=now)
    try:
        coverage, reached = read_older(
            app,
            run,
            account,
            as_of=now,
            since=now - schedule.sweep_back,
            reached=_reached(app, account, now=now),
        )
    finally:
        app.repository.release(account.id, owner=app.owner)
    judge_stale(app, as_of=now, accounts=[account])
    app.repository.cover(run, coverage)
    app.repository.end_run(run, at=app.clock.now())
    if coverage.status is not CoverageStatus.FAILED and coverage.reason not in _INTERRUPTED:
        _note(app, account, coverage, reached, at=app.clock.now())
    return Swept(account=account.id, coverage=coverage, reached=reached)


def _reached(app: App, account: Account, *, now: datetime) -> datetime | None:
    """Return how far back the account was read since the oldest open window was seen to open."""
    windows = {(one.poll, one.start) for one in open_now(app, now=now)}
    begun = [
        one.at
        for one in app.repository.sweeps()
        if one.account is None and (one.poll, one.starts_at) in windows
    ]
    mark = app.repository.sweep_mark(account.id)
    return mark.reached if mark is not None and begun and mark.at >= min(begun) else None


def _note(
    app: App, account: Account, coverage: Coverage, reached: datetime | None, *, at: datetime
) -> None:
    """Note that an account was read for every window that is open."""
    with app.repository.writing() as transaction:
        for one in open_now(app, now=at):
            row = Sweep(
                poll=one.poll,
                starts_at=one.start,
                account=account.id,
                at=at,
                status=coverage.status,
                reached=reached,
                note=coverage.error,
            )
            transaction.put_sweep(row, at=at)
