"""What is told when the database had vanished: to the Clerk a sentence, to the supplier all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import MailKind
from monitor.alerts.facts import Stamp
from monitor.alerts.hardening import one_line
from monitor.alerts.house import House
from monitor.alerts.model import Technical
from monitor.alerts.technical import finished, technicians
from monitor.alerts.wording import Calendar
from monitor.beginning import REMEDY, missing

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.alerts.message import Person
    from monitor.app import App
    from storage.values import NewMail, SignOfLife


def clerk_words(known: SignOfLife | None, *, calendar: Calendar) -> tuple[str, ...]:
    """Return what the Clerk is told, each morning until somebody has seen to it."""
    if known is None or known.failing_since is None:
        return ()
    since = calendar.moment(known.failing_since)
    said = (
        f"What was read and decided before {since} is missing on this machine. It cannot wait: "
        "older cases and decisions are not known here until your supplier has brought them back "
        "from a backup."
    )
    return (said,)


def technical_words(known: SignOfLife | None, *, calendar: Calendar) -> tuple[str, ...]:
    """Return the details for who looks after the machine."""
    if known is None or known.failing_since is None:
        return ()
    since = calendar.moment(known.failing_since)
    what = one_line(known.what, most=400)
    return (f"The database was missing at {since}; a new one was made. Left: {what}.", REMEDY)


def tell(app: App, *, at: datetime) -> None:
    """Queue the mail that says that the record is missing, once for each loss.

    Args:
        app: The wired application.
        at: The present moment; aware UTC.

    Raises:
        MailError: An address is not usable.
        StorageError: The database refused.
    """
    known = missing(app.repository)
    if known is None or known.failing_since is None:
        return
    app.log.error("record missing, begun anew", since=known.failing_since.isoformat())
    house = House.of_app(app)
    if told := technicians(house.people):
        mail = _mail(app, house, known, told=told, at=at)
        with app.repository.writing() as transaction:
            transaction.queue_mail(mail, at=at)


def _mail(
    app: App, house: House, known: SignOfLife, *, told: tuple[Person, ...], at: datetime
) -> NewMail:
    calendar = Calendar(zone=house.zone, as_of=at)
    key = f"{MailKind.TECHNICAL.value}:record:{known.failing_since:%Y-%m-%dT%H:%M:%SZ}"
    entries, head = app.repository.ledger_head()
    mail = Technical(
        council=one_line(house.council),
        subject=f"clerkwatch: the record is missing — {calendar.short_day(calendar.today)}",
        date=calendar.day(calendar.today),
        lead="Accounts are read on; what was known before is not on this machine.",
        lines=technical_words(known, calendar=calendar),
        foot=("clerkwatch doctor says so until it is seen to.",),
    )
    return finished(
        mail,
        key=key,
        council=house.council,
        sender=house.sender,
        told=told,
        at=at,
        zone=house.zone,
        stamp=Stamp(version=house.version, entries=entries, head=head, rules=house.rules),
        record={"record": "missing"},
    )
