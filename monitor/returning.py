"""Mails that came back: matched to the outbox, remembered, told; and how the inbox fares."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from config.types import Sign
from monitor.alerts.bounces import matched
from monitor.alerts.facts import Stamp
from monitor.alerts.postal import compose_returned
from storage.values import Bounced, NewBounce

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.alerts.bounces import Report
    from monitor.app import App
    from storage.repository import Transaction
    from storage.values import OutboxMail

_NEWS_EVERY = timedelta(minutes=10)


def note_return(app: App, transaction: Transaction, report: Report, *, at: datetime) -> str:
    """Note what a report says of a mail of ours, and queue the mail that tells of it.

    Args:
        app: The wired application.
        transaction: Of `Repository.together`; everything commits with it.
        report: As read.
        at: The present moment; aware UTC.

    Returns:
        What came of it, for the record: which mail came back, or that it was none of ours.

    Raises:
        MailError: An address is not usable.
        StorageError: The database refused.
    """
    found = (app.repository.mail_named(one) for one in report.message_ids)
    mail = next((one for one in found if one is not None), None)
    if mail is None:
        return "a report about a mail that is none of ours"
    new = _noted(transaction, mail, report, at=at)
    entries, head = app.repository.ledger_head()
    council = app.settings.council
    notice = compose_returned(
        new,
        people=app.settings.people,
        council=council.name,
        sender=app.settings.mail.sender,
        zone=council.timezone,
        stamp=Stamp(version=version("clerkwatch"), entries=entries, head=head),
        as_of=at,
    )
    if notice is not None:
        transaction.queue_mail(notice, at=at)
    said = ", ".join(sorted({one.action.value for one in new})) or "nothing new"
    return f"a report about {mail.key}: {said}"


def note_inbox(app: App, *, what: str) -> None:
    """Remember whether the inbox answers; what does not change is not written at each look.

    Args:
        app: The wired application.
        what: What went wrong; empty: nothing did.

    Raises:
        StorageError: The database refused.
    """
    at = app.clock.now()
    known = app.repository.signs().get(Sign.INBOX)
    was_good = known is not None and known.failing_since is None
    if was_good and not what and known and known.good_at and at - known.good_at < _NEWS_EVERY:
        return
    said = app.redactor.redact(what)
    with app.repository.writing() as transaction:
        transaction.put_sign(Sign.INBOX, is_good=not what, at=at, what=said)


def _noted(
    transaction: Transaction, mail: OutboxMail, report: Report, *, at: datetime
) -> list[Bounced]:
    """Note each recipient of whom the report speaks; return those that were not noted before."""
    recipients = [one.address for one in mail.recipients]
    return [
        Bounced(
            key=mail.key,
            kind=mail.kind,
            mailed_at=mail.created_at,
            address=address,
            action=action,
            status=status,
            at=at,
        )
        for address, action, status in matched(report, recipients)
        if transaction.add_bounce(
            NewBounce(mail=mail.id, address=address, action=action, status=status), at=at
        )
    ]
