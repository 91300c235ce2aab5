"""Purging by the schedule: find | decide | warn or take away | remove files | scrub | old copies.

Whether something may go is asked again in the transaction in which it goes, so that a hold
put meanwhile still keeps it. A kill on the way leaves what is left for the next time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import connectors
from config.errors import BackupError
from monitor.cases.copying import sweep
from monitor.cases.holds import Thing, holding
from monitor.pseudonyms import names_of
from monitor.retention import schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.settings.retention import Retention
    from config.types import AccountId, CaseId, SubjectId
    from monitor.app import App
    from storage.evidence import EvidenceFolder
    from storage.repository import Repository
    from storage.values import OldMail, Purgeable

_ALL_PAPERS = "the council's time for closed cases is over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """Versions of one post that go now, or what is said of it.

    Attributes:
        due_at: When, at the earliest; aware UTC.
    """

    subject: SubjectId
    account: AccountId
    cases: tuple[CaseId, ...]
    versions: tuple[Purgeable, ...]
    why: str
    due_at: datetime


@dataclass(slots=True, kw_only=True)
class Purge:
    """What a purge came to, or would.

    Attributes:
        gone: Posts whose words went.
        announced: Posts with a case that go seven days after they were told of, or later.
        held: Posts that a hold keeps.
        mails: How many mails lost their bytes.
        files: How many kept files were removed.
        copies: Names of older copies that were taken away.
        late_copy: The newest copy, if it is older than the limit itself.
        trouble: What could not be done, a sentence each.
    """

    gone: list[Going] = field(default_factory=list)
    announced: list[Going] = field(default_factory=list)
    held: list[Going] = field(default_factory=list)
    mails: int = 0
    files: int = 0
    copies: tuple[str, ...] = ()
    late_copy: str = ""
    trouble: list[str] = field(default_factory=list)

    @property
    def versions(self) -> int:
        """How many versions went."""
        return sum(len(one.versions) for one in self.gone)


def plan(repository: Repository, *, retention: Retention, now: datetime) -> Purge:
    """Say what would be purged, announced and held now; nothing is written.

    Args:
        repository: May be read-only.
        retention: What the council has decided.
        now: The present moment; aware UTC.
    """
    found = Purge(trouble=_not_known(repository))
    holds = repository.holds()
    for subject in _by_subject(repository, retention, now):
        going = _decided(subject, retention, now)
        for one, is_due in going:
            if any(schedule.is_held(version, holds) for version in one.versions):
                found.held.append(one)
            elif is_due:
                found.gone.append(one)
            elif one.cases:
                found.announced.append(one)
    before = now - retention.mails
    mails = repository.old_mails(before=before)
    found.mails = sum(not _is_held(mail, repository, before) for mail in mails)
    return found


def purge(app: App, *, now: datetime) -> Purge:
    """Purge what the schedule says, and announce what is to go.

    Args:
        app: The wired application.
        now: The present moment; aware UTC.

    Raises:
        StorageError: The database refused; what went before is gone.
    """
    retention, repository = app.settings.retention, app.repository
    done = plan(repository, retention=retention, now=now)
    planned, done.gone = done.gone, []
    for one in planned:
        _take_away(repository, app.evidence, one, done, now=now)
    for one in done.announced:
        with repository.writing() as steps:
            due_at = schedule.announced_for(schedule.Limit(due_at=one.due_at, why=one.why), now=now)
            steps.announce_purge(one.subject, why=one.why, due_at=due_at, at=now)
    _withdraw(repository, done)
    done.mails = _purge_mails(repository, before=now - retention.mails, now=now)
    if done.gone or done.mails:
        done.files += sweep(app.repository, app.evidence, at=now)
        if not repository.scrub():
            done.trouble.append("the journal could not be emptied: a reader held it; try again")
    _old_copies(app, done, now=now)
    return done


def erase(app: App, author: str, *, also_cases: bool, now: datetime) -> Purge:
    """Take away at once what is kept of another author's posts, unless a hold keeps it.

    Args:
        app: The wired application.
        author: Name or handle, as the platform shows it.
        also_cases: Posts with a case too; else they are told of as held.
        now: The present moment; aware UTC.

    Raises:
        StorageError: The database refused.
    """
    done = Purge()
    repository = app.repository
    names = names_of(app.pseudonyms, app.settings, repository, author=author)
    wanted = {one.subject for one in repository.by_author(*names)}
    why = "erasure was asked for"
    for lot in repository.purgeable(seen_before=datetime.max.replace(tzinfo=UTC)):
        for version in lot:
            if version.subject not in wanted:
                continue
            one = _going(version, (version,), why=why, due_at=now)
            if version.cases and not also_cases:
                done.held.append(one)
            else:
                _take_away(repository, app.evidence, one, done, now=now, forget_author=True)
    if done.gone:
        done.mails = _purge_mails(repository, before=now - app.settings.retention.mails, now=now)
        done.files += sweep(app.repository, app.evidence, at=now)
        if not repository.scrub():
            done.trouble.append("the journal could not be emptied: a reader held it; try again")
    return done


def _by_subject(
    repository: Repository, retention: Retention, now: datetime
) -> Iterator[list[Purgeable]]:
    """Go through the versions that may be near their limit, gathered by post."""
    terms = schedule.spans_of({row.platform for row in repository.accounts()})
    spans = [*retention.gone.values(), *terms, retention.clean, retention.others]
    # A closed case's own time may be the shortest; none is looked at before it is a day old.
    shortest = min(*spans, retention.cases) - schedule.WARNING
    before = now - max(shortest, timedelta())
    waiting: dict[SubjectId, list[Purgeable]] = {}
    for lot in repository.purgeable(seen_before=before):
        for one in lot:
            waiting.setdefault(one.subject, []).append(one)
    yield from waiting.values()


def _not_known(repository: Repository) -> list[str]:
    """Say of each platform whose file cannot be imported that its time for copies is not known."""
    trouble = []
    for platform in sorted({row.platform for row in repository.accounts()}):
        try:
            connectors.find(platform)
        except LookupError as error:
            if platform in connectors.names():
                trouble.append(f"how long copies from {platform} may be kept is not known: {error}")
    return trouble


def _decided(
    versions: list[Purgeable], retention: Retention, now: datetime
) -> list[tuple[Going, bool]]:
    """Return for one post what goes now, and what goes within the time of a warning."""
    together: dict[tuple[str, bool], list[tuple[Purgeable, datetime]]] = {}
    for one in versions:
        limit = schedule.limit_of(one, retention=retention)
        if limit is None or limit.due_at - schedule.WARNING > now:
            continue
        is_due = schedule.may_go(one, limit, now=now)
        together.setdefault((limit.why, is_due), []).append((one, limit.due_at))
    return [
        (
            _going(
                found[0][0],
                tuple(one for one, _ in found),
                why=why,
                due_at=min(due_at for _, due_at in found),
            ),
            is_due,
        )
        for (why, is_due), found in together.items()
    ]


def _going(one: Purgeable, versions: tuple[Purgeable, ...], *, why: str, due_at: datetime) -> Going:
    return Going(
        subject=one.subject,
        account=one.account,
        cases=one.cases,
        versions=versions,
        why=why,
        due_at=due_at,
    )


def _take_away(
    repository: Repository,
    folder: EvidenceFolder,
    one: Going,
    done: Purge,
    *,
    now: datetime,
    forget_author: bool = False,
) -> None:
    """Take one post's versions away, unless a hold was put meanwhile; then its files."""
    with repository.writing() as steps:
        holds = repository.holds()
        if any(schedule.is_held(version, holds) for version in one.versions):
            done.held.append(one)
            return
        files = steps.purge_versions(
            one.subject,
            [version.version for version in one.versions],
            why=one.why,
            with_papers=one.why == _ALL_PAPERS,
            forget_author=forget_author or any(version.author for version in one.versions),
            at=now,
        )
    done.gone.append(one)
    done.files += sum(folder.remove(name) for name in files)


def _withdraw(repository: Repository, done: Purge) -> None:
    """Forget announcements of what is to stay after all: a hold, a decision, another reading."""
    still = {one.subject for one in (*done.announced, *done.gone)}
    for notice in repository.purge_notices():
        if notice.subject not in still:
            with repository.writing() as steps:
                steps.withdraw_announcement(notice.subject)


def _purge_mails(repository: Repository, *, before: datetime, now: datetime) -> int:
    """Take away the bytes of old mails, and of those that tell of words that were purged."""
    gone = 0
    while True:
        lot = [
            mail
            for mail in repository.old_mails(before=before)
            if not _is_held(mail, repository, before)
        ]
        went = 0
        for mail in lot:
            why = "words that it may tell were purged" if mail.is_orphan else "the time is over"
            with repository.writing() as steps:
                went += steps.purge_mail(mail.key, why=why, at=now)
        gone += went
        if not went:
            return gone


def _is_held(mail: OldMail, repository: Repository, before: datetime) -> bool:
    """Return whether a hold keeps a mail; one that tells of no case is held by any that could."""
    del before
    thing = Thing(
        cases=frozenset(mail.cases) if mail.cases else None,
        since=mail.created_at,
        until=mail.created_at,
    )
    return bool(holding(repository.holds(), thing))


def _old_copies(app: App, done: Purge, *, now: datetime) -> None:
    """Take away copies that are older than the limit; trouble is told, and tried again."""
    if not app.settings.backup.to:
        return
    from monitor.backup.making import remove_older  # noqa: PLC0415 - only where there is a place
    from monitor.backup.manifest import record_of  # noqa: PLC0415 - the same
    from monitor.backup.places import place_of  # noqa: PLC0415 - the same
    from monitor.backup.programs import Patience  # noqa: PLC0415 - the same
    from monitor.backup.staging import folder_of  # noqa: PLC0415 - the same

    first = next(app.repository.ledger(upto=1), [])
    try:
        place = place_of(
            app.settings.backup,
            environ=app.environ,
            patience=Patience(within_s=600, stop=app.stop),
            beside=folder_of(app.settings.storage.url),
        )
        if place is None:
            return
        removed, late = remove_older(
            place,
            record=record_of(first[0].hash if first else ""),
            than=app.settings.retention.backups,
            now=now,
        )
    except BackupError as error:
        done.trouble.append(f"older copies were not looked at: {error.what}")
        return
    done.copies, done.late_copy = tuple(removed), late
    if removed:
        with app.repository.writing() as steps:
            facts: Mapping[str, str] = {"copies": ", ".join(removed)}
            steps.note("copies purged", at=now, facts=facts)
