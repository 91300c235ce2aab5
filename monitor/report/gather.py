"""Gathers what a report needs from the record, the register, the polls and the policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING

import connectors
from config.register import Account
from config.types import Kind
from monitor.alerts.house import policy_words, watched
from monitor.freeze.coming import title_of
from monitor.freeze.windows import all_windows, in_force
from monitor.judging import polls_of
from monitor.report.facts import (
    PolicyReview,
    Report,
    SpendLine,
    Surroundings,
    WatchedAccount,
    WindowLine,
    build,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from config.policy import Policy
    from config.settings import Settings
    from monitor.report.period import Period
    from storage.repository import Repository
    from storage.values import AccountRow, Charge


def gather(
    repository: Repository,
    *,
    settings: Settings,
    policy: Policy,
    period: Period,
    as_of: datetime,
) -> Report:
    """Return the report of a period; nothing is written.

    Args:
        repository: What is remembered.
        settings: The configuration.
        policy: The adopted policy.
        period: Of which days.
        as_of: The present moment; aware UTC.

    Raises:
        StorageError: The database cannot be read.
        SettingsError: The nation is unknown.
    """
    every = settings.schedule.pull_every
    tally = repository.tally(since=period.start, until=period.end)
    totals = repository.coverage_totals(since=period.start, until=period.end, every=every)
    spoken = policy_words(policy)
    around = Surroundings(
        council=settings.council.name,
        zone=settings.council.timezone,
        made_at=as_of,
        version=version("clerkwatch"),
        accounts=_accounts(repository.accounts(), settings),
        pull_every=every,
        clauses=tuple(
            (clause, spoken.titles[clause], spoken.clauses[clause]) for clause in policy.clauses
        ),
        windows=_windows(repository, settings, period, as_of),
        spend=_spend(tally.charges, settings),
        policy=_review(policy, settings, period),
        companions=_companions(policy, settings, period),
    )
    return build(period, around, tally=tally, totals=totals)


def _accounts(rows: Sequence[AccountRow], settings: Settings) -> tuple[WatchedAccount, ...]:
    """Return the remembered accounts, those no longer in the configuration too."""
    stated = {one.id: one for one in settings.register()}
    found = []
    for row in rows:
        account = stated.get(row.id) or Account(
            id=row.id, platform=row.platform, handle=row.handle, kind=row.kind, owner=row.owner
        )
        named = watched(account, name=row.name)
        found.append(
            WatchedAccount(
                id=row.id,
                title=named.title,
                kind=row.kind,
                platform=row.platform,
                owner=row.owner,
                by_hand=named.by_hand,
                every=(
                    timedelta(days=account.review_every_days)
                    if named.by_hand
                    else settings.schedule.pull_every
                ),
                registered_at=row.registered_at,
                retired_at=row.retired_at,
                told_on=account.told_on,
            )
        )
    return _told_apart(found)


def _told_apart(accounts: Sequence[WatchedAccount]) -> tuple[WatchedAccount, ...]:
    """Return accounts so that no two titles are the same: those get their labels."""
    titles = [one.title for one in accounts]
    return tuple(
        replace(one, title=f"{one.title} ({one.id})")
        if titles.count(one.title) > 1 and one.kind is not Kind.MEMBER
        else one
        for one in accounts
    )


def _windows(
    repository: Repository, settings: Settings, period: Period, as_of: datetime
) -> tuple[WindowLine, ...]:
    """Return the windows in force that touch the period, earliest first."""
    polls = {poll.id: poll for poll in polls_of(settings, repository)}
    zone = settings.zone()
    windows = in_force(
        all_windows(
            polls.values(),
            zone=zone,
            nation=settings.council.nation,
            as_of=as_of,
            extra_holidays=settings.council.holidays,
        )
    )
    return tuple(
        WindowLine(
            poll=window.poll,
            title=title_of(polls[window.poll]),
            mode=window.mode.value,
            basis=window.basis.value,
            starts_on=window.start.astimezone(zone).date(),
            ends_on=(window.end - timedelta(microseconds=1)).astimezone(zone).date(),
        )
        for window in windows
        if window.start < period.end and window.end > period.start
    )


def _spend(charges: Sequence[Charge], settings: Settings) -> tuple[SpendLine, ...]:
    """Return what each platform cost; credentials that are registered no more by themselves."""
    platform_of = {one.credential: one.platform for one in settings.register() if one.credential}
    sums: dict[str, tuple[int, Decimal]] = {name: (0, Decimal(0)) for name in settings.budget}
    for charge in charges:
        name = platform_of.get(charge.credential, "")
        resources, amount = sums.get(name, (0, Decimal(0)))
        sums[name] = (resources + charge.resources, amount + charge.amount)
    return tuple(
        SpendLine(
            title=_platform(name),
            resources=resources,
            amount=amount,
            budget=settings.budget[name].usd_per_month if name in settings.budget else None,
        )
        for name, (resources, amount) in sorted(sums.items())
    )


def _platform(name: str) -> str:
    if not name:
        return "no longer registered"
    try:
        return connectors.find(name).title
    except LookupError:
        return name


def _companions(policy: Policy, settings: Settings, period: Period) -> tuple[PolicyReview, ...]:
    """Return the policies that the adopted one relies on, and others with a day entered."""
    entered = settings.council.companion_reviews
    known = {name.casefold(): day for name, day in entered.items()}
    named = {name.casefold() for name in policy.companions}
    names = [*policy.companions, *(name for name in entered if name.casefold() not in named)]
    last = _last_day(settings, period)
    return tuple(
        PolicyReview(
            title=name,
            reviewed_on=None,
            due_on=(due := known.get(name.casefold())),
            is_overdue=due is not None and last > due,
        )
        for name in names
    )


def _last_day(settings: Settings, period: Period) -> date:
    return (period.end - timedelta(microseconds=1)).astimezone(settings.zone()).date()


def _review(policy: Policy, settings: Settings, period: Period) -> PolicyReview:
    return PolicyReview(
        title=policy.title,
        reviewed_on=policy.reviewed_on,
        due_on=policy.next_review,
        is_overdue=policy.is_overdue(_last_day(settings, period)),
    )
