"""What this installation must not be used beyond: dates on which something ends or is too old.

::

    dates (settings, policy, grants) -> stage of each (180, 60, 14 days ahead, past) -> a mail each

Told to who looks after the machine, once a stage: the key of its mail in the outbox names what
ends, when, and the stage, so that no kill and no clock tells it twice, and a date that moves is
told anew. Nothing here asks the network: what a platform will do on its own date is written down
beside the code that depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

import connectors
from config.rules import parties_dated
from config.types import MailKind
from monitor.alerts.facts import Stamp
from monitor.alerts.hardening import one_line
from monitor.alerts.model import Technical
from monitor.alerts.technical import finished
from monitor.alerts.wording import Calendar
from monitor.diagnosis import Check
from monitor.freeze.days import bank_holidays
from monitor.people.rota import Rota

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from config.policy import Policy
    from config.settings import Settings
    from monitor.app import App
    from storage.repository import Repository
    from storage.values import NewMail

AHEAD = (180, 60, 14)
"""So many days before, the people for technical matters are told."""
PAST = 0
"""The stage of what has ended."""
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class SellBy:
    """One date.

    Attributes:
        id: What it is about, in letters that a key may have.
        what: The same for a person: the subject of a sentence.
        on: The last day on which it may be relied on, in the council's zone.
        remedy: What to do before.
        is_told: A person announced as its end already, each Monday (an overdue policy).
    """

    id: str
    what: str
    on: date
    remedy: str
    is_told: bool = False


def dates(
    settings: Settings, repository: Repository | None, *, policy: Policy | None = None
) -> tuple[SellBy, ...]:
    """Return every date that this installation has, soonest first.

    Args:
        settings: Which platforms are read, and with which credentials.
        repository: For what platforms said of credentials; None: there is none yet.
        policy: For its review, which is told in places of its own too; None: left out.

    Raises:
        StorageError: The database cannot be read.
    """
    found = [*_of_us(), *_of_platforms(settings)]
    if policy is not None:
        found.append(
            SellBy(
                id="policy-review",
                what=f"The {policy.title}",
                on=policy.next_review,
                remedy="Ask the council to review it; until then these words stay in force.",
                is_told=True,
            )
        )
    if repository is not None:
        found += _of_tokens(settings, repository)
    return tuple(sorted(found, key=lambda one: (one.on, one.id)))


def stage(on: date, *, today: date) -> int | None:
    """Return the newest stage that a date has reached: 180, 60, 14, `PAST`; None: none yet."""
    left = (on - today).days
    if left < 0:
        return PAST
    return min((days for days in AHEAD if left <= days), default=None)


def announcements(app: App, *, at: datetime) -> list[NewMail]:
    """Return the mails for stages that were reached and not told; nothing is written.

    Of several stages that went by at once only the newest is told.

    Args:
        app: The wired application; only read from.
        at: The present moment; aware UTC.

    Raises:
        MailError: An address is not usable.
        StorageError: The database cannot be read.
    """
    today = at.astimezone(app.settings.zone()).date()
    people = Rota.of(app.settings, app.repository.absences()).technicians(at)
    mails = []
    for one in dates(app.settings, app.repository, policy=app.policy):
        reached = stage(one.on, today=today)
        if reached is None or not people or (one.is_told and reached == PAST):
            continue
        key = f"{MailKind.TECHNICAL.value}:sell-by:{one.id}:{one.on.isoformat()}:{reached}"
        if app.repository.mail(key) is None:
            mails.append(_mail(app, one, key=key, at=at))
    return mails


def check_dates(
    settings: Settings, repository: Repository | None, *, now: datetime
) -> Iterator[Check]:
    """Examine every date: a fault once it is past, a look from 180 days before.

    The policy's own review is examined beside the policy.
    """
    today = now.astimezone(settings.zone()).date()
    for one in dates(settings, repository):
        reached = stage(one.on, today=today)
        yield Check(
            name="sell-by date",
            state="well" if reached is None else "fault" if reached == PAST else "look",
            what=_sentence(one, today=today),
            remedy="" if reached is None else one.remedy,
        )


def lines(settings: Settings, repository: Repository | None, *, now: datetime) -> tuple[str, ...]:
    """Return a sentence for each date that is past or at most 180 days ahead, soonest first."""
    today = now.astimezone(settings.zone()).date()
    return tuple(
        f"{_sentence(one, today=today)} {one.remedy}"
        for one in dates(settings, repository)
        if stage(one.on, today=today) is not None
    )


def _sentence(one: SellBy, *, today: date) -> str:
    left = (one.on - today).days
    when = f"{one.on.day} {one.on:%B %Y}"
    if left < 0:
        return f"{one.what} ended on {when}."
    return f"{one.what} may be relied on until {when} ({left} day{'' if left == 1 else 's'} left)."


def _of_us() -> Iterator[SellBy]:
    """Yield what comes with this version."""
    upgrade = "Upgrade clerkwatch, or ask for a version with newer ones."
    yield SellBy(
        id="bank-holidays",
        what="The table of proclaimed bank holidays",
        on=bank_holidays().proclaimed_to,
        remedy=f"{upgrade} Later dates of elections are provisional until then.",
    )
    yield SellBy(
        id="parties",
        what="The list of registered parties",
        on=parties_dated() + _YEAR,
        remedy=f"{upgrade} Parties registered since then are not known.",
    )


def _of_platforms(settings: Settings) -> Iterator[SellBy]:
    """Yield what the platforms of the register declare, each once.

    One that cannot be imported declares nothing: its coverage says at each pull why.
    """
    known: set[str] = set()
    for account in settings.register():
        try:
            declared = connectors.find(account.platform).lasts_of(account)
        except LookupError:
            continue
        for one in declared:
            if one.id not in known:
                known.add(one.id)
                yield SellBy(id=one.id, what=one.what, on=one.on, remedy=one.remedy)


def _of_tokens(settings: Settings, repository: Repository) -> Iterator[SellBy]:
    """Yield the end of each credential whose platform named one when it was granted."""
    seen: dict[str, str] = {}
    for account in settings.register():
        if account.credential:
            seen.setdefault(account.credential, account.platform)
    for name, platform in sorted(seen.items()):
        grant = repository.last_grant(name)
        if grant is not None and grant.expires_at is not None:
            yield SellBy(
                id=f"token-{name}",
                what=f"The credential {name}",
                on=grant.expires_at.astimezone(settings.zone()).date(),
                remedy=f"Make a new one: clerkwatch accounts connect {platform}",
            )


def _mail(app: App, one: SellBy, *, key: str, at: datetime) -> NewMail:
    """Return the mail about one date."""
    settings = app.settings
    council, sender = settings.council, settings.mail.sender
    calendar = Calendar(zone=council.timezone, as_of=at)
    people = Rota.of(settings, app.repository.absences()).technicians(at)
    today = at.astimezone(settings.zone()).date()
    said = one_line(_sentence(one, today=today), most=300)
    mail = Technical(
        council=one_line(council.name),
        subject=said.removesuffix("."),
        date=calendar.day(calendar.today),
        lead="This is told 180, 60 and 14 days before, and once more when it is past.",
        lines=(said, one_line(one.remedy, most=300)),
        foot=("clerkwatch doctor lists every such date.",),
    )
    entries, head = app.repository.ledger_head()
    return finished(
        mail,
        key=key,
        council=council.name,
        sender=sender,
        told=people,
        at=at,
        zone=council.timezone,
        stamp=Stamp(version=version("clerkwatch"), entries=entries, head=head),
    )
