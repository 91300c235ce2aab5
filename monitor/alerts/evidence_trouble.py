"""The mail to the supplier that evidence cannot be kept: which folder, why, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import MailKind
from monitor.alerts.facts import Stamp
from monitor.alerts.hardening import one_line
from monitor.alerts.house import House
from monitor.alerts.model import Technical
from monitor.alerts.technical import finished, technicians
from monitor.alerts.wording import Calendar

if TYPE_CHECKING:
    from datetime import datetime

    from config.errors import EvidenceError
    from monitor.app import App
    from storage.values import NewMail


def trouble_mail(app: App, error: EvidenceError, *, at: datetime) -> NewMail | None:
    """Return the mail about a folder that cannot be used, one a council date.

    Args:
        app: The wired application.
        error: Names the path, the reason and the remedy.
        at: The present moment; aware UTC.

    Returns:
        None when nobody has the role ``technical``: then ``doctor`` alone says it.
    """
    house = House.of_app(app)
    told = technicians(house.people)
    if not told:
        return None
    calendar = Calendar(zone=house.zone, as_of=at)
    key = f"{MailKind.TECHNICAL.value}:evidence:{calendar.today.isoformat()}"
    entries, head = app.repository.ledger_head()
    mail = Technical(
        council=one_line(house.council),
        subject=f"clerkwatch: evidence cannot be kept — {calendar.short_day(calendar.today)}",
        date=calendar.day(calendar.today),
        lead="Words and hashes are stored; copies of pictures and answers are not.",
        lines=(
            one_line(error.what, most=600),
            one_line(error.remedy, most=600),
            "Nothing is lost that a platform still shows: it is tried again with every run.",
        ),
        foot=("clerkwatch doctor checks the folder and names the remedy.",),
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
        record={"evidence": "not kept"},
    )
