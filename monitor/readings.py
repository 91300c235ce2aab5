"""How the reading of each registered account stands: read, failed, late, and when it is next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.cases.closing import closing_of
from monitor.opening import is_by_hand

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from config.register import Account
    from config.settings import Settings
    from config.types import AccountId, Reason
    from storage.repository import Repository
    from storage.values import AccountState, LastingGap


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReading:
    """How the reading of one account stands.

    Attributes:
        status: ``read``, ``partial``, ``failed``, ``never read``, ``by hand`` or ``closed``.
        last_at: Newest complete reading; by hand: when a person last looked.
        tried_at: Newest try of any outcome.
        next_at: Not before this it is read again; None: at once.
        reason: Class of the last failure.
        failing_since: Since when it fails.
        is_late: Not read for twice as long as it should be; by hand: due.
        gaps: What cannot be read any more and nobody has looked at, oldest first.
    """

    account: AccountId
    status: str
    last_at: datetime | None
    tried_at: datetime | None = None
    next_at: datetime | None = None
    reason: Reason | None = None
    failing_since: datetime | None = None
    is_late: bool = False
    gaps: tuple[LastingGap, ...] = ()


def readings_of(
    settings: Settings, repository: Repository, *, now: datetime
) -> tuple[AccountReading, ...]:
    """Return how the reading of each registered account stands, in the register's order.

    Raises:
        StorageError: The database cannot be read.
    """
    gaps = gaps_by_account(repository)
    readings = (
        _by_hand(account, repository, now=now)
        if is_by_hand(account)
        else _by_programme(account, settings, repository, now=now)
        for account in settings.register()
    )
    return tuple(replace(one, gaps=gaps.get(one.account, ())) for one in readings)


def gaps_by_account(repository: Repository) -> dict[AccountId, tuple[LastingGap, ...]]:
    """Return what cannot be read any more and nobody has looked at, by account.

    Raises:
        StorageError: The database cannot be read.
    """
    found: dict[AccountId, tuple[LastingGap, ...]] = {}
    for gap in repository.open_gaps():
        found[gap.account] = (*found.get(gap.account, ()), gap)
    return found


def gaps_json(gaps: Sequence[LastingGap]) -> list[dict[str, str]]:
    """Return gaps in the contract's shape."""
    return [
        {"from": gap.start.isoformat(), "to": gap.end.isoformat(), "why": gap.why} for gap in gaps
    ]


def word_of(state: AccountState | None) -> str:
    """Return how the last reading by programme ended, in a word."""
    if state is None or state.last_tried_at is None:
        return "never read"
    if state.failing_since is None:
        return "read"
    return "partial" if state.last_read_at == state.last_tried_at else "failed"


def _by_programme(
    account: Account, settings: Settings, repository: Repository, *, now: datetime
) -> AccountReading:
    every = settings.schedule.pull_every
    state = repository.account_state(account.id)
    is_closed = closing_of(repository, account.id).is_expected_gone
    tried, last = state.last_tried_at, state.last_read_at
    due = [at for at in (tried + every if tried else None, state.retry_at) if at is not None]
    return AccountReading(
        account=account.id,
        status="closed" if is_closed else word_of(state),
        last_at=last,
        tried_at=tried,
        next_at=max(due, default=None),
        reason=None if is_closed else state.reason,
        failing_since=None if is_closed else state.failing_since,
        is_late=not is_closed and (last is None or now - last > 2 * every),
    )


def _by_hand(account: Account, repository: Repository, *, now: datetime) -> AccountReading:
    review = repository.last_review(account.id)
    every = timedelta(days=account.review_every_days)
    next_at = review.at + every if review is not None else None
    return AccountReading(
        account=account.id,
        status="by hand",
        last_at=review.at if review is not None else None,
        next_at=next_at,
        is_late=next_at is None or next_at <= now,
    )
