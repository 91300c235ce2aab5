"""The inbox, dealt with: each mail read, examined, carried out, confirmed and remembered.

Everything that follows from one reply commits together: the decision, the used code, the
mail that confirms it, and that the reply was dealt with. So a kill at any instant loses no
decision and makes none twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from config.errors import MailError
from config.types import ReplyOutcome
from monitor.alerts.bounces import read_report
from monitor.cases.replies import (
    Reply,
    parse,
)
from monitor.cases.replies.parse import is_bounded
from monitor.dealing import Dealing
from monitor.returning import note_inbox

if TYPE_CHECKING:
    from monitor.alerts.inbox import Arrived, Inbox, Session
    from monitor.app import App
    from monitor.cases.replies.codes import Codes

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of the mails of one look."""

    decided: int = 0
    answered: int = 0
    ignored: int = 0

    def plus(self, outcome: ReplyOutcome) -> Handled:
        """Count one more."""
        name = outcome.value
        return replace(self, **{name: getattr(self, name) + 1})


def handle_inbox(app: App) -> Handled:
    """Deal with every reply that has come; safe to repeat.

    Returns:
        How many mails decided, were answered, and were left alone. All zero without an inbox.

    Raises:
        MailError: The mailbox does not answer; what was dealt with stays so.
        StorageError: The database refused.
    """
    if app.inbox is None or app.codes is None:
        return Handled()
    try:
        handled = _look(app, app.inbox, app.codes)
    except MailError as error:
        note_inbox(app, what=str(error))
        raise
    note_inbox(app, what="")
    return handled


def _look(app: App, inbox: Inbox, codes: Codes) -> Handled:
    """Deal with what has come."""
    handled = Handled()
    store = app.repository
    with inbox.opened() as session:
        mailbox = session.mailbox
        for arrived in session.arrived(
            after=store.newest_reply(mailbox),
            is_known=lambda uid: store.has_reply(mailbox, uid),
        ):
            outcome = _deal(app, codes, session, arrived)
            handled = handled.plus(outcome)
            if outcome is not ReplyOutcome.IGNORED:
                session.mark(arrived.uid)
            if app.stop.is_set():
                break
    return handled


def _deal(app: App, codes: Codes, session: Session, arrived: Arrived) -> ReplyOutcome:
    """Deal with one mail."""
    reply = parse(arrived.raw, sender=codes.sender)
    one = Dealing(
        app=app,
        codes=codes,
        mailbox=session.mailbox,
        uid=arrived.uid,
        raw=arrived.raw,
        reply=reply,
        at=app.clock.now(),
    )
    if not arrived.raw:
        digest = hashlib.sha256(f"{session.mailbox}\n{arrived.uid}".encode()).hexdigest()
        too_long = replace(one, reply=Reply(key=digest))
        return too_long.ignore(f"too long: {arrived.size} bytes")
    if app.repository.has_reply_bytes(reply.key):
        return one.ignore("the same mail again")
    report = read_report(arrived.raw) if is_bounded(arrived.raw) else None
    if report is not None:
        return one.returned(report)
    return one.deal()
