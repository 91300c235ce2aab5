"""The mail for the person behind the machine: which accounts fail, why, and which mails.

The Clerk's digest says one sentence of each and whether it can wait; the details are here,
and only where a person has the role ``technical``. No post's words are in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import MailKind, Role
from monitor.alerts.hardening import one_line
from monitor.alerts.message import Letter, envelope, finish, message_id
from monitor.alerts.model import Technical
from monitor.alerts.render import technical_html, technical_text
from monitor.alerts.wording import Calendar, count
from storage.values import NewMail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from config.types import AccountId
    from monitor.alerts.facts import AccountFacts, DigestFacts, Stamp
    from monitor.alerts.message import Person


def technicians(people: Sequence[Person]) -> tuple[Person, ...]:
    """Return the people for technical matters."""
    return tuple(person for person in people if person.role is Role.TECHNICAL)


def compose_technical(
    facts: DigestFacts,
    *,
    sender: str,
    people: Sequence[Person],
    errors: Mapping[AccountId, str],
) -> NewMail | None:
    """Return the finished mail about what does not work, one a council date.

    Args:
        facts: As the digest tells them.
        sender: Bare address the mail comes from.
        people: All people.
        errors: The newest error by account, without secrets.

    Returns:
        None when everything works or nobody has the role ``technical``.

    Raises:
        MailError: An address is not usable.
    """
    told = technicians(people)
    unread = [
        account
        for account in facts.accounts
        if account.is_by_programme
        and not account.is_read(as_of=facts.as_of, pull_every=facts.pull_every)
    ]
    details = (*facts.post_details, *facts.backup_details)
    if not told or not (unread or facts.refused or details):
        return None
    calendar = Calendar(zone=facts.zone, as_of=facts.as_of)
    key = f"{MailKind.TECHNICAL.value}:{calendar.today.isoformat()}"
    mail = Technical(
        council=one_line(facts.council),
        subject=_subject(
            len(unread), len(facts.refused), calendar, no_backup=bool(facts.backup_details)
        ),
        date=calendar.day(calendar.today),
        lead="The Clerk has been told in a sentence each; these are the details.",
        lines=(
            *(_failure(one, errors.get(one.id, ""), calendar) for one in unread),
            *(f"Mail {one_line(key)}: a server refused it for good." for key in facts.refused),
            *details,
        ),
        foot=("clerkwatch doctor checks each of these and names the remedy.",),
    )
    return finished(
        mail,
        key=key,
        council=facts.council,
        sender=sender,
        told=told,
        at=facts.as_of,
        zone=facts.zone,
        stamp=facts.stamp,
        record={"accounts": [account.id for account in unread], "mails": list(facts.refused)},
    )


def finished(
    mail: Technical,
    *,
    key: str,
    council: str,
    sender: str,
    told: tuple[Person, ...],
    at: datetime,
    zone: str,
    stamp: Stamp,
    record: Mapping[str, object] | None = None,
) -> NewMail:
    """Return a mail to the technical people as the outbox takes it: bytes, and who gets it.

    Args:
        mail: What it says.
        key: Its natural key; the Message-ID follows from it.
        council: The council's name.
        sender: Bare address the mail comes from.
        told: Who gets it.
        at: The present moment; aware UTC.
        zone: IANA zone of the council.
        stamp: What it was made with.
        record: Beside the words, for a machine; None: nothing.

    Raises:
        MailError: An address is not usable.
    """
    letter = Letter(
        key=key,
        kind=MailKind.TECHNICAL.value,
        council=council,
        sender=sender,
        people=told,
        subject=mail.subject,
        text=technical_text(mail),
        html=technical_html(mail),
        at=at,
        zone=zone,
        stamp=stamp,
        record=record or {},
    )
    return NewMail(
        key=key,
        kind=MailKind.TECHNICAL,
        message_id=message_id(key, council=council, sender=sender),
        subject=mail.subject,
        body=finish(letter),
        recipients=envelope(told),
    )


def _subject(unread: int, refused: int, calendar: Calendar, *, no_backup: bool) -> str:
    """Return the subject."""
    parts = []
    if unread:
        parts.append(f"{count(unread, 'account')} could not be read")
    if refused:
        parts.append(f"{count(refused, 'mail')} refused by a server")
    if no_backup:
        parts.append("no backup off this machine")
    parts = parts or ["something needs a look"]
    return f"clerkwatch: {', '.join(parts)} — {calendar.short_day(calendar.today)}"


def _failure(account: AccountFacts, error: str, calendar: Calendar) -> str:
    """Return one account's line: label, class of failure, since when, next try, error."""
    parts = [f"Account {account.id}: {account.reason.value if account.reason else 'not read'}"]
    if account.failing_since:
        parts.append(f"failing since {calendar.moment(account.failing_since)}")
    if account.last_read_at:
        parts.append(f"last complete reading {calendar.moment(account.last_read_at)}")
    if account.retry_at:
        parts.append(f"next try {calendar.moment(account.retry_at)}")
    if error:
        parts.append(one_line(error, most=400))
    return "; ".join(parts)
