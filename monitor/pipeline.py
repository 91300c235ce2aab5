"""The whole way of a post, top to bottom.

::

    pull      read_account(connector)     -> what the platform shows, page by page
    | record  repository.record           observations and versions; committed before anything
                                          is decided (law 2)
    | judge   Bench.judge                 -> findings, and not_judged when a check failed
    | decide  Decider.decide              -> verdicts: findings, cases, urgent mails; pure
    | apply   apply                       one transaction a lot, with judged_under
    | settle  settle                      closes what is no longer visible, opens what is again
    | again   look_again                  pictures that had to go, shown by another post
    | read    read_pictures               words in pictures, where the extra is installed; what
                                          is read is judged and applied like any other words

An account's error becomes its coverage and never stops the others. A run may be repeated:
every write has a natural key.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from config.types import CoverageStatus, Reason, RunKind
from monitor import skew
from monitor.apply import Outcome
from monitor.cases.again import look_again
from monitor.cases.settling import settle
from monitor.judging import judge_stale
from monitor.leases import free_abandoned
from monitor.opening import is_by_hand
from monitor.patience import Patience, in_turn
from monitor.pictures.run import read_pictures
from monitor.reading import note_breakdown, read_account
from storage.values import Coverage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from config.register import Account
    from config.types import AccountId, RunId
    from monitor.app import App

AT_ONCE = 8
"""Accounts read at the same time; one that hangs holds one of these places, no other account."""
PATIENCE_S = 20.0
"""How long accounts that were read wait, at most, for those before them in the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What one scan did.

    Attributes:
        run: Its number.
        coverage: One for each account, in the register's order.
        outcome: Findings, cases and mails that followed.
    """

    run: RunId
    coverage: tuple[Coverage, ...]
    outcome: Outcome


def scan(
    app: App,
    accounts: Sequence[Account],
    *,
    by: str,
    insist: bool = False,
    patience_s: float = PATIENCE_S,
    progress: Callable[[Account], None] = lambda _account: None,
) -> Scanned:
    """Pull, record, judge and apply for some accounts, several at a time.

    Args:
        app: The wired application.
        accounts: Which accounts.
        by: Who or what asked for it.
        insist: Ask platforms even if the last failure said to wait for a person.
        patience_s: See `PATIENCE_S`.
        progress: Called when an account is done.

    Raises:
        StorageError: The database refused; what was read before is kept.
    """
    as_of = app.clock.now()
    free_abandoned(app.repository)
    run = app.repository.begin_run(RunKind.SCAN, by=by, at=as_of)
    done: dict[AccountId, tuple[Coverage, Outcome]] = {}
    patience = Patience(longest_s=patience_s)
    named = {account.id: account for account in accounts}
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="account") as pool:
        readings = {
            pool.submit(
                patience.timed,
                account.id,
                partial(_read, app, run, account, as_of=as_of, insist=insist),
            ): account.id
            for account in accounts
        }
        for reading in in_turn(readings, patience):
            account = named[readings[reading]]
            done[account.id] = _settle(app, run, account, reading, as_of=as_of)
            progress(account)
    app.repository.end_run(run, at=app.clock.now())
    skew.note(app)
    return Scanned(
        run=run,
        coverage=tuple(done[account.id][0] for account in accounts),
        outcome=sum((done[account.id][1] for account in accounts), Outcome()),
    )


def _settle(
    app: App, run: RunId, account: Account, reading: Future[Coverage], *, as_of: datetime
) -> tuple[Coverage, Outcome]:
    """Wait for one account's reading and judge it; its errors end in its coverage."""
    outcome = Outcome()
    read = None
    with structlog.contextvars.bound_contextvars(
        run=run, account=account.id, platform=account.platform
    ):
        try:
            coverage = read = reading.result()
            outcome = judge_stale(app, as_of=as_of, accounts=[account])
            settle(app, account.id, as_of=as_of)
            look_again(app, account, as_of=as_of)
            came = read_pictures(app, account, as_of=as_of)
            if came.with_words:
                outcome += judge_stale(app, as_of=as_of, accounts=[account])
            if came.said:
                said = "; ".join(filter(None, [coverage.error, came.said]))
                coverage = read = replace(coverage, error=said)
        except Exception as error:  # the one place: an account's fault is its own
            app.log.exception("account failed")
            said = app.redactor.redact(f"{type(error).__name__}: {error}")
            coverage = _broken(app, run, account, said, as_of=as_of, read=read)
        coverage = replace(coverage, ended_at=coverage.ended_at or app.clock.now())
        app.repository.cover(run, coverage)
        app.log.info(
            "account done",
            status=coverage.status.value,
            posts=coverage.recorded.posts,
            new=coverage.recorded.new,
            found=len(outcome.added),
        )
    return coverage, outcome


def _read(app: App, run: RunId, account: Account, *, as_of: datetime, insist: bool) -> Coverage:
    """Read one account under its lease; a hand-watched one is not read at all."""
    with structlog.contextvars.bound_contextvars(
        run=run, account=account.id, platform=account.platform
    ):
        return _read_leased(app, run, account, as_of=as_of, insist=insist)


def _read_leased(
    app: App, run: RunId, account: Account, *, as_of: datetime, insist: bool
) -> Coverage:
    if is_by_hand(account):
        return Coverage(account=account.id, status=CoverageStatus.SKIPPED, error="read by hand")
    until = as_of + app.longest_reading
    if not app.repository.lease(account.id, owner=app.owner, until=until, now=as_of):
        return Coverage(
            account=account.id,
            status=CoverageStatus.SKIPPED,
            error="another process is reading it",
        )
    try:
        return read_account(app, run, account, as_of=as_of, insist=insist)
    finally:
        app.repository.release(account.id, owner=app.owner)


def _broken(
    app: App, run: RunId, account: Account, what: str, *, as_of: datetime, read: Coverage | None
) -> Coverage:
    """Say that clerkwatch itself failed: at reading, or at judging what was read."""
    if read is None:
        return note_breakdown(
            app, run, account, as_of=as_of, error=f"clerkwatch itself failed here ({what})"
        )
    said = f"what was read could not all be judged ({what}); it is tried again at the next run"
    return replace(
        read,
        status=CoverageStatus.PARTIAL if read.recorded.posts else CoverageStatus.FAILED,
        reason=read.reason or Reason.CONTRACT,
        error="; ".join(filter(None, [read.error, f"{account.id}: {said}"])),
    )
