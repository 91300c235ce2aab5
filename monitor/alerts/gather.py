"""Gathers everything the digest of an instant tells: the record, the polls, the money."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from config.types import Sign
from monitor import sellby
from monitor.alerts import missing_record
from monitor.alerts.copies import monday_words, purge_words, technical_words
from monitor.alerts.elections import elections
from monitor.alerts.erasing import erasing_words
from monitor.alerts.house import House, own_names
from monitor.alerts.postal import clerk_lines, facts_of, technical_lines
from monitor.alerts.recall import Budgeted, previous_digest, recall
from monitor.alerts.technical import technicians
from monitor.alerts.wording import Calendar
from monitor.freeze.coming import coming_up
from monitor.meter import purses_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from config.policy import Policy
    from config.register import Account
    from config.rules.model import RuleData
    from config.settings import Settings
    from monitor.alerts.facts import DigestFacts
    from storage.repository import Repository
    from storage.values import PollRow


def gather(
    repository: Repository,
    *,
    settings: Settings,
    register: Sequence[Account],
    policy: Policy,
    rules: Iterable[RuleData],
    rules_digest: str,
    polls: Iterable[PollRow],
    as_of: datetime,
) -> DigestFacts:
    """Return the facts of the digest of an instant; nothing is written.

    Args:
        repository: What is remembered.
        settings: The configuration.
        register: The accounts that are watched.
        policy: The adopted policy.
        rules: The rules in force, for why a finding may be fine.
        rules_digest: Their digest; a change since the previous digest is told.
        polls: As merged from file and database.
        as_of: The present moment; aware UTC.

    Raises:
        StorageError: The database cannot be read.
    """
    house = House.of(
        settings=settings,
        register=register,
        policy=policy,
        rules=rules,
        rules_digest=rules_digest,
        names=own_names(repository),
        absences=repository.absences(),
    )
    zone = settings.zone()
    today = as_of.astimezone(zone).date()
    previous, _ = previous_digest(repository, today)
    coming = elections(
        coming_up(
            polls,
            as_of,
            zone=zone,
            nation=house.rota.nation,
            extra_holidays=settings.council.holidays,
        ),
        zone=zone,
        covered_from=previous.created_at.astimezone(zone).date() if previous else None,
        today=today,
        has_inbox=settings.mail.inbox is not None,
        sweeps=repository.sweeps(),
        told_at=previous.created_at if previous else None,
        titles={one.account.id: one.short for one in house.watched},
    )
    facts = recall(
        repository,
        house=house,
        as_of=as_of,
        elections=coming,
        policy_title=policy.title,
        policy_overdue=_overdue(policy) if policy.is_overdue(today) else "",
        budgets=_budgets(settings, house),
        technical_told=bool(technicians(house.people)),
    )
    calendar = Calendar(zone=house.zone, as_of=as_of)
    signs = repository.signs()
    post = facts_of(
        repository.bounces(since=facts.covered_from),
        signs,
        has_inbox=settings.mail.inbox is not None,
        has_ping=settings.watch.has_ping(),
    )
    copied, has_place = signs.get(Sign.BACKUP), bool(settings.backup.to)
    backup = monday_words(copied, has_place=has_place, calendar=calendar, as_of=as_of)
    return replace(
        facts,
        monday=facts.monday
        and replace(
            facts.monday, backup=backup, ends=sellby.lines(settings, repository, now=as_of)
        ),
        erasing=erasing_words(
            repository.purge_notices(), calendar=calendar, has_inbox=settings.mail.inbox is not None
        ),
        backup_details=technical_words(copied, has_place=has_place, calendar=calendar),
        post=(
            *missing_record.clerk_words(signs.get(Sign.RECORD), calendar=calendar),
            *clerk_lines(post, people=house.people, calendar=calendar, as_of=as_of),
        ),
        post_details=(
            *technical_lines(post, people=house.people, calendar=calendar),
            *purge_words(signs.get(Sign.PURGE), calendar=calendar),
            *missing_record.technical_words(signs.get(Sign.RECORD), calendar=calendar),
        ),
    )


def _overdue(policy: Policy) -> str:
    """Return when the policy's review was due, as printed where it says so."""
    return policy.next_review_as_printed or f"{policy.next_review:%B %Y}"


def _budgets(settings: Settings, house: House) -> tuple[Budgeted, ...]:
    """Return each watched platform with a budget, once: its accounts share it."""
    titles: dict[str, str] = {}
    for one in house.watched:
        if one.account.platform in settings.budget:
            titles.setdefault(one.account.platform, one.short)
    accounts = [one.account for one in house.watched]
    return tuple(
        Budgeted(
            title=title,
            purses=purses_of(accounts, platform),
            usd_per_month=settings.budget[platform].usd_per_month,
        )
        for platform, title in titles.items()
    )
