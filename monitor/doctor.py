"""Examines an installation and names the remedy for each fault; changes nothing."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import connectors
from config.errors import ClerkwatchError, EvidenceError, OperatorError, StorageError
from config.settings import secret
from config.types import Kind, Role
from connectors.door import Door
from monitor.backup.examining import check_copies, check_place
from monitor.beginning import REMEDY, missing, traces
from monitor.checks.examples import test_rules
from monitor.diagnosis import Check
from monitor.freeze.objections import check_polls
from monitor.judging import polls_of
from monitor.permissions import check_permissions
from monitor.pictures.process import is_installed
from monitor.postcheck import check_ping_decided, check_post, check_signs
from monitor.retention.examining import check_retention
from monitor.rulebook import rulebook
from monitor.sellby import check_dates
from storage.evidence import EvidenceFolder
from storage.open import open_repository
from storage.snapshot import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.policy import Policy
    from config.register import Account
    from config.settings import Settings
    from monitor.clock import Clock
    from storage.repository import Repository

EARLIEST = datetime(2026, 11, 1, tzinfo=UTC)
"""No machine that runs this version can be in an earlier time."""
_A_WHILE = timedelta(hours=2)
"""How long the evidence of a case may wait before somebody should look."""


def examine(
    settings: Settings,
    *,
    environ: Mapping[str, str],
    clock: Clock,
    file: Path | None = None,
) -> list[Check]:
    """Examine configuration, credentials, mail server, database, clock, rules and polls.

    Args:
        settings: The configuration, which loaded.
        environ: Where secrets are looked up.
        clock: The machine's clock.
        file: Where the configuration stands; None: it is not looked at.
    """
    now = clock.now()
    checks = [Check(name="configuration", state="well", what="can be read")]
    checks += _rules(settings, now)
    checks += _clock(settings, now)
    checks += _database(settings, now)
    checks.append(_evidence(settings))
    checks.append(_pictures())
    checks += check_permissions(settings, file, user=os.geteuid())
    checks += check_place(settings, environ=environ)
    checks += _people(settings)
    door = Door(clock=clock.now)
    checks += check_post(settings, environ=environ, door=door)
    checks += check_ping_decided(settings)
    for account in settings.register():
        checks += _account(account, environ)
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


def _clock(settings: Settings, now: datetime) -> Iterator[Check]:
    synchronised = Path("/run/systemd/timesync/synchronized")
    if now < EARLIEST:
        yield Check(
            name="clock",
            state="fault",
            what=f"the machine believes it is {now:%d %B %Y}",
            remedy="Set it and switch time synchronisation on: timedatectl set-ntp true",
        )
    elif synchronised.parent.is_dir() and not synchronised.exists():
        yield Check(
            name="clock",
            state="look",
            what="the clock is not synchronised",
            remedy="timedatectl set-ntp true",
        )
    else:
        yield Check(name="clock", state="well", what=f"{now.astimezone(settings.zone()):%c %Z}")


def _database(settings: Settings, now: datetime) -> Iterator[Check]:
    file = Path(settings.storage.url.removeprefix("sqlite:///"))
    if not file.is_file() and (left := traces(settings)):
        yield Check(
            name="database",
            state="fault",
            what=f"{file} is missing, though there was one ({left})",
            remedy=REMEDY,
        )
        return
    if not file.is_file():
        writable = os.access(file.parent, os.W_OK)
        yield Check(
            name="database",
            state="look" if writable else "fault",
            what=f"{file} is not there yet" + ("" if writable else ", and cannot be made"),
            remedy="The first `clerkwatch scan` or `run` makes it"
            if writable
            else f"Make {file.parent} writable for this user (under systemd: StateDirectory=)",
        )
        yield from check_dates(settings, None, now=now)
        yield from _polls(settings, None, now)
        return
    try:
        damage = problems_of(file)
        repository = open_repository(settings.storage.url, read_only=True)
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
        yield from _record(repository, now)
        yield from _unkept(repository, now)
        yield from check_signs(settings, repository, now=now)
        yield from check_copies(settings, repository, now=now)
        yield from check_retention(settings, repository)
        yield from check_dates(settings, repository, now=now)
        yield from _vanished(settings, repository)
        yield from _polls(settings, repository, now)
    except StorageError as error:
        # It opened, and cannot be read to its end: the other checks are made all the same.
        yield Check(name="database", state="fault", what=error.what, remedy=error.remedy)
    finally:
        repository.close()


def _record(repository: Repository, now: datetime) -> Iterator[Check]:
    known = missing(repository)
    if known is not None and known.failing_since is not None:
        yield Check(
            name="record",
            state="fault",
            what=f"an earlier record is missing since {known.failing_since.isoformat()}: "
            f"{known.what}",
            remedy=REMEDY,
        )
    found = repository.verify_ledger()
    if found.faults:
        yield Check(
            name="ledger",
            state="fault",
            what=f"entry {found.faults[0].entry}: {found.faults[0].what}",
            remedy="See: clerkwatch evidence verify",
        )
    else:
        yield Check(name="database", state="well", what=f"ledger of {found.entries} entries whole")
    newest = repository.runs(limit=1)
    if newest and newest[0].started_at > now + timedelta(minutes=5):
        yield Check(
            name="clock",
            state="fault",
            what=f"the last run began at {newest[0].started_at.isoformat()}, still to come",
            remedy="The clock was set back; set it right before the next run",
        )


def _unkept(repository: Repository, now: datetime) -> Iterator[Check]:
    """Whether evidence of open cases waits longer than a run or two takes."""
    late = [
        due
        for due in repository.to_preserve(as_of=now)
        if due.opened_at < now - _A_WHILE and not due.is_history
    ]
    purges = repository.to_purge()
    if late:
        yield Check(
            name="evidence kept",
            state="look",
            what=f"something of {len(late)} open cases is not kept yet, as of case {late[0].case}",
            remedy="The next scan tries again; see what it logs about evidence",
        )
    if purges:
        yield Check(
            name="evidence purged",
            state="fault",
            what=f"media of case {purges[0][0].case} must not be kept, and are still there",
            remedy="Make the folder of evidence writable; the next scan takes them away",
        )


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
            what=f"{len(foreign)} addresses of people are outside the council's own domain",
            remedy="Mails quote posts: prefer addresses of the council's own domain",
        )


def _account(account: Account, environ: Mapping[str, str]) -> Iterator[Check]:
    name = f"account {account.id}"
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
