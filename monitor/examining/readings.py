"""What `doctor` examines of readings: which accounts fail, since when, why, and the remedy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import Reason
from monitor.alerts.coverage import WHY
from monitor.alerts.hardening import one_line
from monitor.diagnosis import Check
from monitor.lock import holder
from monitor.readings import readings_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from config.settings import Settings
    from config.types import AccountId
    from monitor.diagnosis import State
    from monitor.readings import AccountReading
    from storage.repository import Repository
    from storage.values import Run

_A_DAY = timedelta(days=1)
"""What passes by itself should have passed by then."""
_FOR_A_PERSON = frozenset(
    {Reason.AUTH_EXPIRED, Reason.FORBIDDEN, Reason.ACCOUNT_GONE, Reason.CONTRACT}
)
_REMEDIES: Mapping[Reason, str] = {
    Reason.AUTH_EXPIRED: "Renew it: clerkwatch accounts connect {platform}, then systemctl restart "
    "clerkwatch. Posts since then are read when it works",
    Reason.FORBIDDEN: "See which permission is missing: clerkwatch accounts test {account} "
    "(docs/connectors/{platform}.md)",
    Reason.ACCOUNT_GONE: "Look at it today: it may have been renamed, closed or taken over. If it "
    "was renamed, correct its handle",
    Reason.CONTRACT: "clerkwatch accounts test {account}; if the platform has changed, install a "
    "newer clerkwatch",
    Reason.QUOTA_MONEY: "Raise usd_per_month of [budget.{platform}], or wait for the first of the "
    "month; what reading costs: clerkwatch accounts list --cost",
    Reason.RATE_LIMIT: "Nothing: it waits as the platform asked. If it lasts, raise pull_every",
    Reason.TRANSIENT: "Nothing yet: it is tried again by itself. Step by step: clerkwatch accounts "
    "test {account}",
    Reason.PARTIAL: "It is tried again by itself; the gap and why: clerkwatch accounts show "
    "{account}",
    Reason.GONE_OR_HIDDEN: "Look at the account: clerkwatch accounts test {account}",
}
_NO_NAME = "cannot be resolved"
_RESOLVE = (
    "The server may be well, its name is not found: see to this machine's DNS (resolvectl status), "
    "or correct the account's address"
)


def check_readings(
    settings: Settings,
    repository: Repository,
    runs: list[Run],
    *,
    known: Collection[AccountId],
    now: datetime,
) -> Iterator[Check]:
    """Examine how the last readings of each account ended.

    Args:
        settings: The configuration.
        repository: May be read-only.
        runs: Newest runs, newest first, for what was said.
        known: Accounts of which another check has named the cause already.
        now: The present moment; aware UTC.
    """
    said = {line.account: line.error for run in reversed(runs) for line in run.coverage}
    platforms = {account.id: account.platform for account in settings.register()}
    is_running = holder(settings.storage.url) is not None
    for one in readings_of(settings, repository, now=now):
        if one.account in known or one.status in {"by hand", "closed"}:
            continue
        if one.reason is not None:
            error = one_line(said.get(one.account, ""), most=400)
            yield _failing(one, one.reason, error, platform=platforms[one.account], now=now)
        elif one.is_late and is_running:
            last = f"since {one.last_at.isoformat(timespec='minutes')}" if one.last_at else "so far"
            yield Check(
                name=f"account {one.account}",
                state="fault",
                what=f"was not read {last}, though the daemon runs",
                remedy="journalctl -u clerkwatch says what it does; then: systemctl restart "
                "clerkwatch",
            )


def _failing(
    one: AccountReading, reason: Reason, error: str, *, platform: str, now: datetime
) -> Check:
    """Return what is said of an account whose last reading failed or fell short."""
    since = one.failing_since
    is_old = since is not None and now - since > _A_DAY
    state: State = "fault" if reason in _FOR_A_PERSON or is_old else "look"
    what = f"{WHY[reason]}, since {since.isoformat(timespec='minutes')}" if since else WHY[reason]
    words = {"account": one.account, "platform": platform}
    is_name = reason is Reason.TRANSIENT and _NO_NAME in error
    return Check(
        name=f"account {one.account}",
        state=state,
        what=f"{what}: {error}" if error else what,
        remedy=_RESOLVE if is_name else _REMEDIES[reason].format(**words),
    )
