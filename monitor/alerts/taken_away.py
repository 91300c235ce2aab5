"""What is told when the database was taken away under the daemon: by mail at once, past the outbox.

The outbox lies in the record that is gone, so this one mail is handed to the server directly.
What the daemon still has open is saved first. What the next start finds missing it tells by
itself, see `missing_record`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import ClerkwatchError, StorageError
from config.types import MailKind, Role
from monitor.alerts.facts import Stamp
from monitor.alerts.hardening import one_line
from monitor.alerts.house import House
from monitor.alerts.model import Technical
from monitor.alerts.technical import finished, technicians
from monitor.alerts.wording import Calendar
from monitor.beginning import place_to_save

if TYPE_CHECKING:
    from datetime import datetime

    from config.errors import TakenAwayError
    from monitor.alerts.message import Person
    from monitor.app import App
    from storage.values import NewMail


def tell(app: App, lost: TakenAwayError, *, at: datetime) -> None:
    """Save what is still open, say so in the journal and by mail; nothing is raised.

    Where only the lock is gone nothing is lost, and the next start takes a new one.

    Args:
        app: The wired application, whose record is gone.
        lost: What happened to it.
        at: The present moment; aware UTC.
    """
    if _is_there(app):
        return
    saved = _save(app, at=at)
    try:
        mail = _mail(app, lost, saved, at=at)
    except ClerkwatchError:
        app.log.exception("nobody can be told by mail")
        return
    if mail is not None:
        answers = app.transport.send(mail.body, app.settings.mail.sender, mail.recipients)
        taken = sum(1 for error in answers.values() if error is None)
        app.log.warning("mail sent past the outbox", taken=taken, refused=len(answers) - taken)


def _is_there(app: App) -> bool:
    try:
        app.repository.check_there()
    except StorageError:
        return False
    return True


def _save(app: App, *, at: datetime) -> str:
    """Save the record as far as it is still open; return a sentence about it."""
    saved = place_to_save(app.settings, at=at)
    try:
        app.repository.save_aside(saved)
    except ClerkwatchError as error:
        app.log.exception("record cannot be saved")
        return f"What the daemon still had open could not be saved: {one_line(str(error))}."
    app.log.warning("record saved", path=str(saved))
    return f"What the daemon still had open is saved: {saved}. It holds names and posts."


def _mail(app: App, lost: TakenAwayError, saved: str, *, at: datetime) -> NewMail | None:
    """Return the mail; None where nobody is told of technical matters, nor is a Clerk."""
    house = House.of_app(app)
    told = technicians(house.people) or _clerks(house.people)
    if not told:
        return None
    calendar = Calendar(zone=house.zone, as_of=at)
    entries, head = app.repository.ledger_head()
    mail = Technical(
        council=one_line(house.council),
        subject=f"clerkwatch: the database was taken away — {calendar.short_day(calendar.today)}",
        date=calendar.moment(at),
        lead="clerkwatch has stopped, so that nothing is written where nobody would see it.",
        lines=(
            one_line(lost.what, most=400),
            one_line(saved, most=400),
            f"Its last ledger entry was {entries}:{head}.",
            one_line(lost.remedy, most=400),
        ),
        foot=("Where the service manager starts it again, it says what it finds.",),
    )
    return finished(
        mail,
        key=f"{MailKind.TECHNICAL.value}:taken-away:{at:%Y-%m-%dT%H:%M:%SZ}",
        council=house.council,
        sender=house.sender,
        told=told,
        at=at,
        zone=house.zone,
        stamp=Stamp(version=house.version, entries=entries, head=head, rules=house.rules),
        record={"record": "taken away"},
    )


def _clerks(people: tuple[Person, ...]) -> tuple[Person, ...]:
    return tuple(person for person in people if person.role is Role.CLERK)
