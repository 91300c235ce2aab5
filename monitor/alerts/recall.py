"""What the repository remembers that a digest tells; decides nothing but what is due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.types import (
    CaseState,
    MailKind,
    RecipientState,
    RunKind,
    Severity,
)
from monitor.alerts.attested import Logins
from monitor.alerts.away import away
from monitor.alerts.casebook import Casebook
from monitor.alerts.digest import digest_key
from monitor.alerts.facts import Cost, DigestFacts, MondayFacts, RuleChange, Stamp
from monitor.breaker import known
from monitor.meter import month_of
from monitor.readings import gaps_by_account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from config.types import AccountId, CaseId
    from monitor.alerts.facts import AccountFacts, Opening
    from monitor.alerts.house import House, Watched
    from storage.repository import Repository
    from storage.values import AccountRow, Case, LastingGap, OutboxMail, Run

_MONDAY = 0
_WAITING = (
    CaseState.ACKNOWLEDGED,
    CaseState.REMOVAL_REQUESTED,
    CaseState.VERIFYING,
    CaseState.ESCALATED,
)
# A year of pulls every minute would be more; a digest covers days.
_MOST_RUNS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgeted:
    """A platform whose reading costs money.

    Attributes:
        title: What the Clerk calls the platform.
        purses: Every name under which it is charged in the repository: they share the budget.
        usd_per_month: The budget; None: none was set.
    """

    title: str
    purses: frozenset[str]
    usd_per_month: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Elections:
    """What `monitor.freeze` says about the polls, in finished sentences.

    Attributes:
        coming: A line a poll, soonest first.
        next_poll: One sentence instead of them where nothing is to be done yet.
        opening: A pre-election period has begun since the previous digest.
        reminders: A sentence for each period whose 28th, 14th, 7th or last day before is due.
        swept: How far older posts were read for it.
    """

    coming: tuple[str, ...] = ()
    next_poll: str = ""
    opening: Opening | None = None
    reminders: tuple[str, ...] = ()
    swept: tuple[str, ...] = ()


def recall(
    repository: Repository,
    *,
    house: House,
    as_of: datetime,
    elections: Elections,
    policy_title: str = "Social Media Policy",
    policy_overdue: str = "",
    budgets: Sequence[Budgeted] = (),
    technical_told: bool = False,
) -> DigestFacts:
    """Return everything the digest of an instant tells.

    Args:
        repository: What is remembered.
        house: The council's own facts.
        as_of: The present moment; aware UTC.
        elections: What comes.
        policy_title: As printed on the policy.
        policy_overdue: When its review was due, as printed; empty: not overdue.
        budgets: What reading may cost.
        technical_told: The details of failures go to a person for technical matters.

    Raises:
        StorageError: The database cannot be read.
    """
    today = as_of.astimezone(ZoneInfo(house.zone)).date()
    previous, missed = previous_digest(repository, today)
    covered_from = previous.created_at if previous else None
    runs = repository.runs(since=covered_from, limit=_MOST_RUNS)
    logins = Logins.of(repository, house, as_of=as_of)
    found = Casebook.of(
        repository,
        since=covered_from,
        with_findings=elections.opening is not None,
        bursts=known(repository, as_of=as_of),
    )
    rows = {row.id: row for row in repository.accounts() if row.retired_at is None}
    entries, head = repository.ledger_head()
    gaps = gaps_by_account(repository)
    return DigestFacts(
        council=house.council,
        zone=house.zone,
        as_of=as_of,
        wait_until=house.rota.decide_by(as_of, Severity.REVIEW),
        covered_from=covered_from,
        missed=missed,
        pull_every=house.pull_every,
        accounts=tuple(
            replace(
                _account(repository, one, rows, gaps.get(one.account.id, ())),
                closed_by=found.closed_by(one.account.id),
            )
            for one in house.watched
        ),
        posts_checked=_posts_checked(runs, covered_from),
        pictures_unread=repository.unread_pictures(
            [one.account.id for one in house.watched], since=covered_from
        ),
        cases=found.cases,
        held=found.held,
        history=found.history,
        older_waiting=found.older_waiting,
        older_gone=found.older_gone,
        waiting=found.waiting,
        closed=found.closed,
        to_open=found.to_open(covered_from, as_of.astimezone(ZoneInfo(house.zone))),
        refused=_refused(repository, previous, found.numbers),
        policy=house.policy,
        harmless=house.harmless,
        register_changes=tuple(repository.register_changes(untold=True)),
        rule_changes=_rule_changes(previous, house, found.history, rows),
        coming=elections.coming,
        next_poll=elections.next_poll,
        opening=elections.opening,
        reminders=(
            *elections.reminders,
            *logins.question(since=covered_from, is_monday=today.weekday() == _MONDAY),
        ),
        swept=elections.swept,
        technical_told=technical_told,
        away=away(house.rota, today=today),
        stamp=Stamp(
            version=house.version,
            run=runs[0].id if runs else None,
            entries=entries,
            head=head,
            rules=house.rules,
        ),
        monday=MondayFacts(
            costs=_costs(repository, budgets, as_of),
            policy_title=policy_title,
            policy_overdue=policy_overdue,
            untold=tuple(one.title for one in house.watched if one.account.told_on is None),
            unattested=tuple(logins.due),
            outside=logins.outside,
        )
        if today.weekday() == _MONDAY
        else None,
    )


def previous_digest(
    repository: Repository, today: date
) -> tuple[OutboxMail | None, tuple[date, ...]]:
    """Return the newest digest before today, and the dates since then that have none."""
    oldest = repository.mails(kind=MailKind.DIGEST, limit=1)
    if not oldest:
        return None, ()
    missed: list[date] = []
    day = today - timedelta(days=1)
    while digest_key(day) >= oldest[0].key:
        found = repository.mail(digest_key(day))
        if found is not None:
            return found, tuple(reversed(missed))
        missed.append(day)
        day -= timedelta(days=1)
    return None, ()  # the only digest there is, is today's own


def _account(
    repository: Repository,
    one: Watched,
    rows: Mapping[AccountId, AccountRow],
    gaps: tuple[LastingGap, ...],
) -> AccountFacts:
    """Return what is said of one account."""
    row = rows.get(one.account.id)
    facts = replace(one.facts(), gaps=gaps)
    if one.by_hand:
        review = repository.last_review(one.account.id)
        return replace(facts, looked_at=review.at if review else None)
    if row is None:
        return facts
    state = row.state
    return replace(
        facts,
        last_read_at=state.last_read_at,
        failing_since=state.failing_since,
        reason=state.reason,
        retry_at=state.retry_at,
        blind_spots=one.unseen(state.validators),
    )


def _posts_checked(runs: Sequence[Run], since: datetime | None) -> int:
    """Return how many new and changed posts were read; re-readings without news do not count."""
    return sum(
        covered.recorded.new + covered.recorded.edited
        for run in runs
        if run.kind is RunKind.SCAN
        for covered in run.coverage
        if since is None or (covered.ended_at or run.started_at) > since
    )


def _refused(
    repository: Repository, previous: OutboxMail | None, cases: frozenset[CaseId]
) -> tuple[str, ...]:
    """Return the keys of mails that a server refused for good for somebody, newest matters."""
    mails = [key for key, told in repository.refused_mails().items() if not cases.isdisjoint(told)]
    if previous and any(one.state is RecipientState.REFUSED for one in previous.recipients):
        mails.insert(0, previous.key)
    return tuple(mails)


def _rule_changes(
    previous: OutboxMail | None,
    house: House,
    history: Sequence[Case],
    rows: Mapping[AccountId, AccountRow],
) -> tuple[RuleChange, ...]:
    """Return that the rules are others than those the previous digest was made under."""
    if previous is None:
        return ()
    headers = BytesHeaderParser().parsebytes(previous.body)
    if headers.get("X-Clerkwatch-Rules", house.rules) == house.rules:
        return ()
    flagged = sum(_was_watched(rows.get(case.account), previous.created_at) for case in history)
    return (RuleChange(newly_flagged=flagged),)


def _was_watched(row: AccountRow | None, since: datetime) -> bool:
    """Return whether an account had been read in full before an instant."""
    first = row.state.first_complete_at if row else None
    return first is not None and first < since


def _costs(
    repository: Repository, budgets: Sequence[Budgeted], as_of: datetime
) -> tuple[Cost, ...]:
    """Return what reading has cost this month."""
    first, following = month_of(as_of.astimezone(UTC).date())
    return tuple(
        Cost(
            title=budget.title,
            amount=repository.spent(budget.purses, since=first, until=following),
            budget=budget.usd_per_month,
        )
        for budget in budgets
    )
