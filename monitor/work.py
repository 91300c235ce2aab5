"""Regular work: what was done last, what is due when, and what is overdue.

Read from the record alone, so that it can be told of a daemon that stands still, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.types import RecipientState, Sign
from monitor.alerts.copies import LATE_AFTER
from monitor.alerts.digest import digest_key
from monitor.attesting import due_at as attesting_due_at
from monitor.backup import timing
from monitor.cases.closing import as_account
from monitor.cases.proof import SHOULD_GO
from monitor.papers import regular
from monitor.readings import readings_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import time

    from config.settings import Settings
    from monitor.readings import AccountReading
    from storage.repository import Repository

PATIENCE = timedelta(hours=1)
"""How long something that should be done within minutes may wait before it is overdue."""
_DAY = timedelta(days=1)
_DIGESTS_BACK = 35
_REFUSED_BACK = timedelta(days=7)
_MOST_MAILS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One kind of regular work.

    Attributes:
        name: What, in a word or two.
        last_at: When it was last done; None: never, or nobody notes it.
        due_at: When it is to be done next; None: when there is something to do.
        is_overdue: It should have been done long ago.
        what: What it is about, where there are several; empty: nothing to add.
        is_persons: A person does it, not the daemon.
    """

    name: str
    last_at: datetime | None
    due_at: datetime | None
    is_overdue: bool = False
    what: str = ""
    is_persons: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What lies in the outbox.

    Attributes:
        mails: Mails that somebody has not got yet.
        since: When the oldest of those that a server could have by now was written.
        next_at: When one is offered next; None: none waits.
        tried: How many of them a server was offered in vain.
        said: What a server said of one of them; empty: none was asked.
        refused: Mails of the last week that a server refused for good for somebody.
    """

    mails: int = 0
    since: datetime | None = None
    next_at: datetime | None = None
    tried: int = 0
    said: str = ""
    refused: int = 0

    def is_overdue(self, *, now: datetime) -> bool:
        """Return whether something waits for longer than a server needs to come back.

        Args:
            now: The present moment; aware UTC.
        """
        return self.since is not None and now - self.since > PATIENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What regular work is asked of: a configuration and its record."""

    settings: Settings
    repository: Repository


def work_of(settings: Settings, repository: Repository, *, now: datetime) -> tuple[Work, ...]:
    """Return all regular work that this configuration asks for.

    Raises:
        StorageError: The database cannot be read.
    """
    readings = readings_of(settings, repository, now=now)
    found = [
        *_reading(readings),
        _digest(settings, repository, now=now),
        *_verification(settings, repository, now=now),
        *_signs(settings, repository, now=now),
        *_reports(settings, repository, now=now),
        *_persons(settings, repository, readings, now=now),
    ]
    return tuple(found)


def waiting_of(repository: Repository, *, now: datetime) -> Waiting:
    """Return what lies in the outbox.

    Raises:
        StorageError: The database cannot be read.
    """
    mails = repository.mails(due_at=datetime.max.replace(tzinfo=UTC), limit=_MOST_MAILS)
    queued = [
        (mail, one)
        for mail in mails
        for one in mail.recipients
        if one.state is RecipientState.QUEUED
    ]
    # A mail that may not leave yet (a request that can still be undone) keeps nobody waiting.
    late = [(mail, one) for mail, one in queued if one.attempts or one.next_at <= now]
    tries = [(one.next_at, mail.id, one) for mail, one in late if one.last_error]
    said = ""
    if tries:
        _, _, last = max(tries, key=lambda each: each[:2])
        said = last.last_error.replace(last.address, "the address")
    return Waiting(
        mails=len(mails),
        since=min((mail.created_at for mail, _ in late), default=None),
        next_at=min((one.next_at for _, one in queued), default=None),
        tried=len({mail.id for mail, one in late if one.attempts}),
        said=said,
        refused=len(repository.refused_since(now - _REFUSED_BACK)),
    )


def _reading(readings: tuple[AccountReading, ...]) -> Iterator[Work]:
    """Yield the reading of accounts as one kind of work."""
    watched = [one for one in readings if one.status not in {"by hand", "closed"}]
    if not watched:
        return
    late = [one.account for one in watched if one.is_late]
    tried = [one.tried_at for one in watched if one.tried_at is not None]
    due = [one.next_at for one in watched if one.next_at is not None]
    yield Work(
        name="reading",
        last_at=max(tried, default=None),
        due_at=min(due) if len(due) == len(watched) else None,
        is_overdue=bool(late),
        what=", ".join(late),
    )


def _digest(settings: Settings, repository: Repository, *, now: datetime) -> Work:
    """Return the morning mail: due once a date of the council's calendar."""
    today = now.astimezone(settings.zone()).date()
    at = settings.schedule.digest_at
    was_due, is_next = _around(settings, at, now=now)
    last = None
    for back in range(_DIGESTS_BACK):
        mail = repository.mail(digest_key(today - timedelta(days=back)))
        if mail is not None:
            last = mail.created_at
            break
    began = min((row.registered_at for row in repository.accounts()), default=None)
    # Before the first account was registered nobody was to be told of anything.
    is_missing = began is not None and began < was_due and (last is None or last < was_due)
    return Work(
        name="digest",
        last_at=last,
        due_at=was_due if is_missing else is_next,
        is_overdue=is_missing and now - was_due > PATIENCE,
    )


def _verification(settings: Settings, repository: Repository, *, now: datetime) -> Iterator[Work]:
    """Yield the reading again of what should be gone, where there is any."""
    cases = [
        as_account(case, repository.account_sight(case.account))
        for case in repository.cases(states=SHOULD_GO)
    ]
    if not cases:
        return
    every = settings.schedule.verify_every
    last = min(case.last_read_at for case in cases)
    yield Work(
        name="verification",
        last_at=last,
        due_at=last + every,
        is_overdue=now - last > every + max(every, PATIENCE),
        what=", ".join(f"case {case.id}" for case in cases[:5]),
    )


def _signs(settings: Settings, repository: Repository, *, now: datetime) -> Iterator[Work]:
    """Yield what leaves a sign when it has worked: inbox, ping, copies, erasing."""
    signs = repository.signs()
    last = {name: sign.good_at for name, sign in signs.items()}
    nightly = timing.last_time(settings, now=now) + _DAY
    for name, sign, is_wanted, due_at, patience in (
        ("inbox", Sign.INBOX, settings.mail.inbox is not None, None, PATIENCE),
        ("ping", Sign.PING, settings.watch.has_ping(), None, _DAY),
        ("backup", Sign.BACKUP, bool(settings.backup.to), nightly, LATE_AFTER),
        ("purge", Sign.PURGE, settings.retention.purge, nightly, LATE_AFTER),
    ):
        good = last.get(sign)
        if is_wanted:
            yield Work(
                name=name,
                last_at=good,
                due_at=due_at,
                is_overdue=good is not None and now - good > patience,
            )


def _reports(settings: Settings, repository: Repository, *, now: datetime) -> Iterator[Work]:
    """Yield the reports that should have gone out by themselves and have not."""
    looked = Looked(settings=settings, repository=repository)
    keys = [one.key for one in regular.due(looked, now=now)]
    if keys:
        was_due, _ = _around(settings, settings.schedule.digest_at, now=now)
        yield Work(
            name="reports",
            last_at=None,
            due_at=was_due,
            is_overdue=now - was_due > PATIENCE,
            what=", ".join(key.partition(":")[2] for key in keys),
        )


def _persons(
    settings: Settings,
    repository: Repository,
    readings: tuple[AccountReading, ...],
    *,
    now: datetime,
) -> Iterator[Work]:
    """Yield what people have to do again and again: looking, and saying who can log in."""
    seen = [one for one in readings if one.status == "by hand"]
    if seen:
        late = [one for one in seen if one.is_late]
        yield Work(
            name="looking by hand",
            last_at=max((one.last_at for one in seen if one.last_at), default=None),
            due_at=min((one.next_at for one in seen if one.next_at), default=None),
            is_overdue=bool(late),
            what=", ".join(one.account for one in late),
            is_persons=True,
        )
    attested = {one.id: repository.last_attestation(one.id) for one in settings.register()}
    due = {name: attesting_due_at(one) for name, one in attested.items() if one is not None}
    if due:
        late_names = [name for name, at in due.items() if at <= now]
        yield Work(
            name="attesting logins",
            last_at=max(one.at for one in attested.values() if one is not None),
            due_at=min(due.values()),
            is_overdue=bool(late_names),
            what=", ".join(late_names),
            is_persons=True,
        )


def _around(settings: Settings, at: time, *, now: datetime) -> tuple[datetime, datetime]:
    """Return the last instant, up to now, at which a daily work was due, and the next."""
    zone = settings.zone()
    local = now.astimezone(zone)
    day = local.date() if local.time() >= at else local.date() - _DAY
    first, second = (
        datetime.combine(one, at, tzinfo=zone).astimezone(UTC) for one in (day, day + _DAY)
    )
    return first, second
