"""The inbox, dealt with: each mail read, examined, carried out, confirmed and remembered.

Everything that follows from one reply commits together: the decision, the used code, the
mail that confirms it, and that the reply was dealt with. So a kill at any instant loses no
decision and makes none twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

import structlog

from config.errors import MailError, OperatorError
from config.types import CaseId, ReplyOutcome
from monitor.alerts.answer import AnswerFacts, compose_answer
from monitor.alerts.facts import Stamp
from monitor.cases import decisions
from monitor.cases.replies import Offer, Refusal, Reply, Standing, examine, parse
from monitor.cases.replies.accept import ANSWERED, VALID_FOR
from monitor.cases.replies.codes import ABOUT_ALL
from monitor.ordering import Clerking, Ordered
from storage.values import NewReply

if TYPE_CHECKING:
    from datetime import datetime

    from config.settings import Person
    from monitor.alerts.inbox import Arrived, Session
    from monitor.app import App
    from monitor.cases.replies.codes import Codes
    from monitor.cases.replies.words import Order
    from storage.repository import Transaction

_MOST_ANSWERS = 10
"""Answers a day to one person who decides nothing: a machine that hides its nature ends there."""
_A_DAY = timedelta(days=1)
# An expired code is still told apart from a wrong one for a while.
_REMEMBERED = VALID_FOR + timedelta(days=305)
_HOW = (
    "Nothing was decided. Reply with one of the lines below as the first line, for example "
    "KEEP because it only announces the date."
)
_WHY = {
    Refusal.EXPIRED: "The mail that you answered is older than 60 days, so its answer was not "
    "taken. Nothing was decided. Please answer this mail or a newer one instead.",
    Refusal.USED: "The mail that you answered has been answered before, and each is taken once. "
    "Nothing was decided now. Please answer this mail instead.",
    Refusal.OTHER_CASE: "The case that you named is not in the mail that you answered. Nothing was "
    "decided. Please answer a mail about that case.",
    Refusal.WHICH_CASE: "The mail that you answered is about several cases, or about none. Nothing "
    "was decided. Please write the number after the word, for example KEEP 42 because ….",
}
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
    handled = Handled()
    if app.inbox is None or app.codes is None:
        return handled
    store = app.repository
    with app.inbox.opened() as session:
        mailbox = session.mailbox
        for arrived in session.arrived(
            after=store.newest_reply(mailbox),
            is_known=lambda uid: store.has_reply(mailbox, uid),
        ):
            outcome = _deal(app, app.codes, session, arrived)
            handled = handled.plus(outcome)
            if outcome is not ReplyOutcome.IGNORED:
                session.mark(arrived.uid)
            if app.stop.is_set():
                break
    return handled


def _deal(app: App, codes: Codes, session: Session, arrived: Arrived) -> ReplyOutcome:
    """Deal with one mail."""
    reply = parse(arrived.raw, sender=codes.sender)
    one = _Dealing(
        app=app,
        codes=codes,
        mailbox=session.mailbox,
        uid=arrived.uid,
        reply=reply,
        at=app.clock.now(),
    )
    if not arrived.raw:
        digest = hashlib.sha256(f"{session.mailbox}\n{arrived.uid}".encode()).hexdigest()
        too_long = replace(one, reply=Reply(key=digest))
        return too_long.ignore(f"too long: {arrived.size} bytes")
    if app.repository.has_reply_bytes(reply.key):
        return one.ignore("the same mail again")
    return one.deal()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dealing:
    """One mail and everything that is needed to deal with it."""

    app: App
    codes: Codes
    mailbox: str
    uid: str
    reply: Reply
    at: datetime

    def deal(self) -> ReplyOutcome:
        """Decide, answer or leave alone."""
        person = self._person()
        offers = self._offers()
        standing = examine(
            self.reply,
            offers=offers,
            codes=self.codes,
            people=[one.email for one in self.app.settings.people],
            vouching=self._vouching(),
            as_of=self.at,
        )
        if person is not None and standing.refusal is None and self.reply.order is not None:
            return self._decide(person, standing, self.reply.order, offers)
        refusal = standing.refusal or Refusal.STRANGER
        if person is None or refusal not in ANSWERED:
            return self.ignore(refusal.value)
        return self._explain(person, standing, refusal, offers)

    def ignore(self, why: str) -> ReplyOutcome:
        """Remember a mail that is none of our business."""
        log.info("mail left alone", why=why, mailbox_uid=self.uid)
        with self.app.repository.writing() as transaction:
            transaction.add_reply(self._noted(ReplyOutcome.IGNORED, why=why), at=self.at)
        return ReplyOutcome.IGNORED

    def _decide(
        self, person: Person, standing: Standing, order: Order, offers: list[Offer]
    ) -> ReplyOutcome:
        """Carry the order out, use the code up and confirm, all in one transaction."""
        desk = Clerking(app=self.app, by=person.name, at=self.at)
        number = standing.number
        try:
            with self.app.repository.together() as transaction:
                self._use(transaction, standing)
                done = (
                    desk.town(order, transaction)
                    if number == ABOUT_ALL
                    else desk.case(order, CaseId(number))
                )
                self._answer(transaction, person, standing, done, offers)
                transaction.add_reply(self._noted(ReplyOutcome.DECIDED, standing), at=self.at)
        except (OperatorError, MailError) as error:
            refused = Ordered(
                subject="Nothing was decided",
                said=(f"Nothing was decided: {error}.",),
            )
            with self.app.repository.together() as transaction:
                self._answer(transaction, person, standing, refused, offers)
                noted = self._noted(ReplyOutcome.ANSWERED, standing, why=error.what)
                transaction.add_reply(noted, at=self.at)
            return ReplyOutcome.ANSWERED
        log.info("decided by reply", word=order.word.value, case=number or None)
        return ReplyOutcome.DECIDED

    def _use(self, transaction: Transaction, standing: Standing) -> None:
        """Use the code up.

        Raises:
            OperatorError: Another process has just used it for another reply.
        """
        if not transaction.use_code(standing.mail, standing.number, at=self.at):
            raise OperatorError("the mail was answered before", remedy="Answer this mail instead")

    def _explain(
        self, person: Person, standing: Standing, refusal: Refusal, offers: list[Offer]
    ) -> ReplyOutcome:
        """Keep what was written as a note, and say why it decided nothing."""
        since = self.at - _A_DAY
        if self.app.repository.answers(self.reply.sender, since=since) >= _MOST_ANSWERS:
            return self.ignore("answered often enough today")
        is_kept = refusal is Refusal.NOT_UNDERSTOOD and standing.number != ABOUT_ALL
        first = _WHY.get(refusal, "Your reply was not understood, so nothing was decided.")
        said = (first, _HOW) if refusal is Refusal.NOT_UNDERSTOOD else (first,)
        if is_kept and self.reply.text:
            said = (*said, "What you wrote is kept with the case as a note.")
        with self.app.repository.together() as transaction:
            if is_kept and self.reply.text:
                decisions.note(
                    self.app.repository,
                    CaseId(standing.number),
                    by=person.name,
                    because=self.reply.text,
                    at=self.at,
                )
            ordered = Ordered(subject="Nothing was decided", said=said)
            self._answer(transaction, person, standing, ordered, offers)
            noted = self._noted(ReplyOutcome.ANSWERED, standing, why=refusal.value)
            transaction.add_reply(noted, at=self.at)
        return ReplyOutcome.ANSWERED

    def _answer(
        self,
        transaction: Transaction,
        person: Person,
        standing: Standing,
        ordered: Ordered,
        offers: list[Offer],
    ) -> None:
        """Queue the mail that says what came of the reply."""
        number = standing.number
        case = None if number == ABOUT_ALL else self.app.repository.case(CaseId(number))
        offer = next((one for one in offers if one.mail == standing.mail), None)
        entries, head = self.app.repository.ledger_head()
        council = self.app.settings.council
        transaction.queue_mail(
            compose_answer(
                AnswerFacts(
                    council=council.name,
                    sender=self.codes.sender,
                    zone=council.timezone,
                    as_of=self.at,
                    stamp=Stamp(version=version("clerkwatch"), entries=entries, head=head),
                    codes=self.codes,
                    reply=self.reply.key,
                    follows=self.reply.message_id,
                    to=person,
                    wrote=self.reply.line,
                    subject=ordered.subject,
                    said=ordered.said,
                    case=case,
                    cases=tuple(CaseId(one) for one in offer.cases) if offer else (),
                )
            ),
            at=self.at,
        )

    def _offers(self) -> list[Offer]:
        """Return the mails whose codes the reply may carry."""
        since = self.at - _REMEMBERED
        offered = [
            one
            for number in {code.number for code in self.reply.codes}
            for one in self.app.repository.offers(CaseId(number) if number else None, since=since)
        ]
        return [
            Offer(
                mail=one.key,
                cases=one.cases,
                recipients=one.recipients,
                sent_at=one.created_at,
                used=one.used,
            )
            for one in offered
        ]

    def _person(self) -> Person | None:
        """Return the listed person who wrote, or None."""
        people = self.app.settings.people
        return next((one for one in people if one.email.lower() == self.reply.sender), None)

    def _vouching(self) -> str:
        how = self.app.settings.mail.inbox
        return how.authserv_id if how is not None else ""

    def _noted(
        self, outcome: ReplyOutcome, standing: Standing | None = None, *, why: str = ""
    ) -> NewReply:
        number = standing.number if standing is not None else ABOUT_ALL
        return NewReply(
            mailbox=self.mailbox,
            uid=self.uid,
            digest=self.reply.key,
            sender=self.reply.sender,
            outcome=outcome,
            why=why,
            case=CaseId(number) if number != ABOUT_ALL else None,
        )
