"""The right of reply: what an account's owner answers is kept with the case, and told.

An owner decides nothing by it, also where they are listed themselves. Their words are kept
as they wrote them, as far as they are their own, and whoever decides gets a mail with the
choices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import CaseId, MailKind
from monitor.alerts.answer import AnswerFacts, compose_answer
from monitor.alerts.cards import is_masked
from monitor.alerts.facts import Stamp
from monitor.alerts.house import House
from monitor.cases import beside
from monitor.people.rota import Rota

if TYPE_CHECKING:
    from datetime import datetime

    from config.register import Account
    from monitor.app import App
    from monitor.cases.replies import Codes, OwnerSaid, Reply
    from storage.repository import Transaction
    from storage.values import Case, NewMail, Offered

NO_WORDS = "(an answer without words of its own: see the mail itself)"
"""What is kept of an answer that only quotes, or only attaches something."""
_UNVOUCHED = "The receiving mail server could not confirm that this mail came from them."


def asks_owner(app: App, offered: Offered) -> bool:
    """Return whether a mail asks an account's owner for something, and is no mail to decide by.

    Reminders go to owners and to those who decide alike; whose it is its recipient tells.
    """
    if offered.kind is MailKind.REQUEST:
        return True
    if offered.kind is not MailKind.REMINDER or not offered.cases:
        return False
    case = app.repository.case(offered.cases[0])
    account = None if case is None else _account(app, case)
    owner = account.owner_email.lower() if account is not None else ""
    return bool(owner) and owner in {address.lower() for address in offered.recipients}


def keep_answer(
    app: App,
    codes: Codes,
    reply: Reply,
    said: OwnerSaid,
    *,
    transaction: Transaction,
    at: datetime,
) -> None:
    """Keep an owner's answer with its case, and queue the mail that tells of it.

    Args:
        app: The wired application.
        codes: This installation's.
        reply: The owner's mail.
        said: What it answers.
        transaction: In which this takes part.
        at: When; aware UTC.

    Raises:
        OperatorError: There is no such case any more.
        MailError: Nobody can be told.
    """
    number = CaseId(said.number)
    before = app.repository.case(number)
    account = None if before is None else _account(app, before)
    owner = account.owner if account is not None and account.owner else "The owner"
    words = reply.text or NO_WORDS
    kept = words if said.is_vouched else f"{words}\n\n({_UNVOUCHED})"
    case = beside.answer(app.repository, number, by=owner, words=kept, at=at)
    transaction.queue_mail(_told(app, codes, reply, said, case=case, owner=owner, at=at), at=at)


def _told(
    app: App,
    codes: Codes,
    reply: Reply,
    said: OwnerSaid,
    *,
    case: Case,
    owner: str,
    at: datetime,
) -> NewMail:
    """Return the mail that tells whoever decides what an owner has answered."""
    house = House.of_app(app)
    entries, head = app.repository.ledger_head()
    title = next((one.title for one in house.watched if one.account.id == case.account), "")
    rota = Rota.of(app.settings, app.repository.absences())
    account = _account(app, case)
    barred = {account.owner_email} if account is not None else set()
    told, *others = rota.who_decides(at, barred=barred) or app.settings.people
    masked = is_masked(case)
    lines = ["Their words are kept with the case, and printed in its evidence pack."]
    if masked:
        lines.append(
            "They are not repeated here, because the case is about words that are not: see the "
            "mail that the owner sent you."
        )
    if not said.is_vouched:
        lines.append(_UNVOUCHED)
    return compose_answer(
        AnswerFacts(
            council=app.settings.council.name,
            sender=codes.sender,
            zone=app.settings.council.timezone,
            as_of=at,
            stamp=Stamp(version=house.version, entries=entries, head=head, rules=house.rules),
            codes=codes,
            reply=reply.key,
            follows="",
            to=told,
            also=tuple(others),
            wrote="" if masked else reply.text,
            writer=owner,
            subject=f"{owner} has answered: case {case.id}",
            said=(f"{owner} has answered about case {case.id}, {title or case.account}.", *lines),
            case=case,
            can_ask=account is not None and bool(account.owner_email),
        )
    )


def _account(app: App, case: Case) -> Account | None:
    return next((one for one in app.register if one.id == case.account), None)
