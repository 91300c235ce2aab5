"""Examines an installation and names the remedy for each fault; changes nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import connectors
from config.errors import ClerkwatchError, EvidenceError, OperatorError, StorageError
from config.settings import secret
from config.types import Kind, Role
from connectors.door import Door
from monitor.backup.examining import check_copies, check_place
from monitor.beginning import REMEDY, traces
from monitor.checks.examples import test_rules
from monitor.diagnosis import Check
from monitor.examining.daemon import check_daemon, check_work
from monitor.examining.machine import check_machine
from monitor.examining.names import check_names
from monitor.examining.outbox import check_outbox
from monitor.examining.readings import check_readings
from monitor.examining.record import (
    check_held,
    check_kept,
    check_record,
    check_runs,
    check_saved,
)
from monitor.freeze.objections import check_polls
from monitor.judging import polls_of
from monitor.permissions import check_permissions
from monitor.pictures.process import is_installed
from monitor.postcheck import check_ping_decided, check_post, check_signs
from monitor.retention.examining import check_names_hidden, check_retention
from monitor.rulebook import rulebook
from monitor.sellby import check_dates
from storage.evidence import EvidenceFolder
from storage.open import open_repository
from storage.snapshot import problems_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from config.policy import Policy
    from config.register import Account
    from config.settings import Settings
    from config.types import AccountId
    from monitor.clock import Clock
    from storage.repository import Repository

_RUNS = 300
"""Newest runs that are looked at: some hours of many accounts, a day of a few."""


def examine(
    settings: Settings,
    *,
    environ: Mapping[str, str],
    clock: Clock,
    file: Path | None = None,
) -> list[Check]:
    """Examine configuration, credentials, machine, mail server, record, daemon, rules and polls.

    Args:
        settings: The configuration, which loaded.
        environ: Where secrets are looked up.
        clock: The machine's clock.
        file: Where the configuration stands; None: it is not looked at.
    """
    now = clock.now()
    accounts = [check for each in settings.register() for check in _account(each, environ)]
    named = {check.name for check in accounts if check.state == "fault"}
    known = {each.id for each in settings.register() if _name(each) in named}
    checks = [Check(name="configuration", state="well", what="can be read")]
    checks += _rules(settings, now)
    checks += check_machine(settings, now=now)
    checks += check_names(settings, environ=environ)
    checks += examine_record(settings, file, now=now, known=known)
    checks.append(_evidence(settings))
    checks.append(_pictures())
    checks += check_permissions(settings, file, user=os.geteuid())
    checks += check_place(settings, environ=environ)
    checks += _people(settings)
    door = Door(clock=clock.now)
    checks += check_post(settings, environ=environ, door=door)
    checks += check_ping_decided(settings)
    checks += accounts
    if not settings.accounts:
        checks.append(
            Check(
                name="accounts",
                state="look",
                what="no account is registered",
                remedy="Add an [[accounts]] table for each official account",
            )
        )
    return checks


def _evidence(settings: Settings) -> Check:
    """Whether evidence can be kept where the settings say."""
    folder = EvidenceFolder(settings.storage.evidence)
    try:
        folder.probe()
    except EvidenceError as error:
        return Check(name="evidence", state="fault", what=error.what, remedy=error.remedy)
    return Check(name="evidence", state="well", what=f"{folder.root} can be written")


def _pictures() -> Check:
    """Whether words in pictures are read; that they are not is a choice and no fault."""
    if is_installed():
        return Check(name="pictures", state="well", what="the words in pictures are read")
    what = "not read: the extra clerkwatch[pictures] is not installed; the digest counts them"
    return Check(name="pictures", state="well", what=what)


def _rules(settings: Settings, now: datetime) -> Iterator[Check]:
    try:
        policy, judge = rulebook(settings)
    except OperatorError as error:
        yield Check(name="policy and rules", state="fault", what=error.what, remedy=error.remedy)
        return
    failures = test_rules(judge)
    if failures:
        yield Check(
            name="rules",
            state="fault",
            what=f"{len(failures)} examples do not hold, the first of {failures[0].rule}",
            remedy="See: clerkwatch rules test",
        )
    else:
        yield Check(name="rules", state="well", what=f"{len(judge.rules)} rules, examples hold")
    yield _policy(policy, now, settings)


def _policy(policy: Policy, now: datetime, settings: Settings) -> Check:
    today = now.astimezone(settings.zone()).date()
    if policy.is_overdue(today):
        return Check(
            name="policy",
            state="look",
            what=f"its review was due by {policy.next_review.isoformat()}",
            remedy="Ask the council to review it; until then these words stay in force",
        )
    return Check(name="policy", state="well", what=f"{policy.title}, review not due yet")


def examine_record(
    settings: Settings,
    configuration: Path | None,
    *,
    now: datetime,
    known: Collection[AccountId] = (),
) -> Iterator[Check]:
    """Examine the record, and all that it tells of work: daemon, readings, mails, copies, dates.

    Args:
        settings: The configuration, which loaded.
        configuration: Where it stands; None: it is not looked at.
        now: The present moment; aware UTC.
        known: Accounts of which another check has named what is wrong.
    """
    file = Path(settings.storage.url.removeprefix("sqlite:///"))
    yield from check_saved(settings)
    if not file.is_file() and (left := traces(settings)):
        yield Check(
            name="database",
            state="fault",
            what=f"{file} is missing, though there was one ({left})",
            remedy=REMEDY,
        )
        return
    if not file.is_file():
        yield _not_there_yet(file)
        yield from check_dates(settings, None, now=now)
        yield from _polls(settings, None, now)
        return
    yield from check_held(file)
    before = _stamp(file)
    found = list(_opened(settings, file, configuration, now=now, known=known))
    if _stamp(file) != before:  # somebody wrote meanwhile: what was read may be of two moments
        found = list(_opened(settings, file, configuration, now=now, known=known))
    yield from found


def _not_there_yet(file: Path) -> Check:
    if os.access(file.parent, os.W_OK):
        return Check(
            name="database",
            state="look",
            what=f"{file} is not there yet",
            remedy="The first `clerkwatch scan` or `run` makes it",
        )
    return Check(
        name="database",
        state="fault",
        what=f"{file} is not there yet, and cannot be made",
        remedy=f"Make {file.parent} writable for this user (under systemd: StateDirectory=)",
    )


def _stamp(file: Path) -> tuple[int, int, bool]:
    """Return what changes when somebody writes to a database that nobody had open."""
    status = file.stat()
    return status.st_mtime_ns, status.st_size, file.with_name(f"{file.name}-wal").exists()


def _opened(
    settings: Settings,
    file: Path,
    configuration: Path | None,
    *,
    now: datetime,
    known: Collection[AccountId],
) -> Iterator[Check]:
    """Examine what stands in the database; nothing is made beside it."""
    try:
        damage = problems_of(file, is_untouched=True)
        repository = open_repository(settings.storage.url, read_only=True, is_untouched=True)
    except ClerkwatchError as error:
        yield Check(name="database", state="fault", what=error.what, remedy=error.remedy)
        return
    if damage:
        yield Check(
            name="database",
            state="fault",
            what=f"{file}: the database file is damaged ({damage[0]})",
            remedy="Keep the file as it is and restore the newest backup: clerkwatch restore",
        )
    try:
        yield from check_record(repository)
        runs = repository.runs(limit=_RUNS)
        yield from check_runs(runs, now=now)
        yield from check_daemon(settings, runs, file=configuration, now=now)
        yield from check_work(settings, repository, now=now)
        yield from check_readings(settings, repository, runs, known=known, now=now)
        yield from check_outbox(settings, repository, now=now)
        yield from check_kept(repository, now=now)
        yield from check_signs(settings, repository, now=now)
        yield from check_copies(settings, repository, now=now)
        yield from check_retention(settings, repository)
        yield from check_names_hidden(settings, repository)
        yield from check_dates(settings, repository, now=now)
        yield from _vanished(settings, repository)
        yield from _polls(settings, repository, now)
    except StorageError as error:
        # It opened, and cannot be read to its end: the other checks are made all the same.
        yield Check(name="database", state="fault", what=error.what, remedy=error.remedy)
    finally:
        repository.close()


def _vanished(settings: Settings, repository: Repository) -> Iterator[Check]:
    registered = {account.id for account in settings.register()}
    for row in repository.accounts():
        if row.open_cases and row.id not in registered:
            yield Check(
                name=f"account {row.id}",
                state="fault",
                what=f"no longer registered, with {row.open_cases} undecided case"
                + ("" if row.open_cases == 1 else "s"),
                remedy="Put the account back, decide its cases (clerkwatch cases list), then "
                "remove it",
            )


def _polls(settings: Settings, repository: Repository | None, now: datetime) -> Iterator[Check]:
    found = check_polls(
        polls_of(settings, repository),
        wards=settings.council.wards,
        nation=settings.council.nation,
        as_of=now,
        zone=settings.zone(),
        extra_holidays=settings.council.holidays,
    )
    for poll, objections in found.items():
        for objection in objections:
            yield Check(
                name=f"poll {poll}", state="look", what=objection.what, remedy=objection.remedy
            )


def _people(settings: Settings) -> Iterator[Check]:
    if not settings.addresses(Role.TECHNICAL):
        yield Check(
            name="people",
            state="look",
            what="nobody is told of technical trouble",
            remedy='Add one of the people with role = "technical"',
        )
    foreign = [
        person.email
        for person in settings.people
        if not person.email.lower().endswith(f"@{settings.council.email_domain.lower()}")
    ]
    if foreign:
        yield Check(
            name="people",
            state="look",
            what=f"{_addresses(len(foreign))} outside the council's own domain",
            remedy="Mails quote posts: prefer addresses of the council's own domain",
        )


def _addresses(number: int) -> str:
    return "1 address of people is" if number == 1 else f"{number} addresses of people are"


def _name(account: Account) -> str:
    return f"account {account.id}"


def _account(account: Account, environ: Mapping[str, str]) -> Iterator[Check]:
    name = _name(account)
    try:
        platform = connectors.of(account)
    except LookupError as error:
        yield Check(
            name=name,
            state="fault",
            what=str(error),
            remedy="Register it as platform = manual until this version can read it",
        )
        return
    fault = None
    if account.credential is not None:
        try:
            secret(account.credential, environ=environ)
        except OperatorError as error:
            fault = Check(name=name, state="fault", what=error.what, remedy=error.remedy)
    elif platform.needs_credential and account.api_base is None:
        fault = Check(
            name=name,
            state="fault",
            what=f"{platform.title} needs a credential",
            remedy=f"See docs/connectors/{platform.name}.md",
        )
    yield fault or Check(name=name, state="well", what=platform.title)
    if platform.undecided:
        yield Check(
            name=name,
            state="look",
            what=f"{platform.undecided}: a person looks, no programme reads it",
            remedy=f"Once the council has decided enter terms_accepted "
            f"(docs/connectors/{platform.name}.md)",
        )
    if account.told_on is None and account.kind is not Kind.MEMBER:
        yield Check(
            name=name,
            state="look",
            what="those who post there have not been told of the monitoring",
            remedy="Tell them (docs/clerks/before-you-start.md), then enter told_on",
        )
