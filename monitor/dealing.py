"""One mail that came in: decided, answered, kept, or left alone; all that follows is one commit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

import structlog

from config.errors import MailError, OperatorError
from config.types import CaseId, ReplyOutcome, Role, Sign
from monitor.alerts.answer import AnswerFacts, answer_key, compose_answer
from monitor.alerts.facts import Stamp
from monitor.cases import decisions
from monitor.cases.replies import (
    Offer,
    OwnerSaid,
    Refusal,
    Reply,
    Standing,
    examine,
    owner_said,
)
from monitor.cases.replies.accept import ANSWERED, VALID_FOR, is_vouched
from monitor.cases.replies.codes import ABOUT_ALL
from monitor.cases.replies.explaining import MORE, why_not
from monitor.cases.replies.words import BESIDE, READING, Word
from monitor.elections.changing import judge_now
from monitor.opening import is_by_hand
from monitor.ordering import Clerking, Ordered, order_case, order_town, prepare
from monitor.ordering.deciding import how_it_stands
from monitor.owners_replying import asks_owner, keep_answer
from monitor.returning import note_return
from storage.values import NewReply

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from config.errors import ClerkwatchError
    from config.register import Account
    from config.settings import Person
    from monitor.alerts.bounces import Report
    from monitor.app import App
    from monitor.cases.replies.codes import Codes
    from monitor.cases.replies.words import Order
    from storage.repository import Transaction
    from storage.values import Case

_MOST_ANSWERS = 10
"""Answers a day to one person who decides nothing: a machine that hides its nature ends there."""
_MOST_NOTE = 2000
_A_DAY = timedelta(days=1)
# An expired code is still told apart from a wrong one for a while.
_REMEMBERED = VALID_FOR + timedelta(days=305)
log = structlog.get_logger()


def may_decide(people: Sequence[Person]) -> frozenset[str]:
    """Return the addresses of those who may decide: not who only looks after the machine.

    Where nobody else is listed, there is nobody else to decide.
    """
    able = [one for one in people if one.role is not Role.TECHNICAL]
    return frozenset(one.email.lower() for one in able or people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealing:
    """One mail and everything that is needed to deal with it."""

    app: App
    codes: Codes
    mailbox: str
    uid: str
    raw: bytes
    reply: Reply
    at: datetime

    def deal(self) -> ReplyOutcome:
        """Decide, answer or leave alone."""
        person, people = self._person(), self.app.settings.people
        if self._is_way_and_back(person):
            return self._note_way()
        offers = self._offers()
        standing = examine(
            self.reply,
            offers=offers,
            codes=self.codes,
            people=may_decide(people),
            others=[one.email for one in people],
            vouching=self._vouching(),
            as_of=self.at,
        )
        if person is not None and standing.refusal is None and self.reply.order is not None:
            return self._decide(person, standing, self.reply.order, offers)
        owners = owner_said(self.reply, offers=offers, codes=self.codes, vouching=self._vouching())
        if owners is not None:
            return self._keep(owners)
        refusal = standing.refusal or Refusal.STRANGER
        if person is None or not (refusal in ANSWERED or self._reports_without_code(refusal)):
            return self.ignore(refusal.value)
        return self._explain(person, standing, refusal, offers)

    def _reports_without_code(self, refusal: Refusal) -> bool:
        """Return whether a listed person forwarded something to an address without a code."""
        order = self.reply.order
        return refusal is Refusal.NO_CODE and order is not None and order.word is Word.OPEN

    def _is_way_and_back(self, person: Person | None) -> bool:
        """Return whether this answers the trial mail of ``doctor --mail``."""
        trial = self.app.repository.signs().get(Sign.WAY)
        if trial is None or person is None or self.reply.automatic:
            return False
        is_vouched_for = not self._vouching() or is_vouched(self.reply, vouching=self._vouching())
        known = any(
            code.number == ABOUT_ALL and self.codes.is_of(code, trial.what)
            for code in self.reply.codes
        )
        return known and is_vouched_for

    def _note_way(self) -> ReplyOutcome:
        """Note that a mail reached the Clerk and the answer came back."""
        trial = self.app.repository.signs()[Sign.WAY]
        with self.app.repository.together() as transaction:
            transaction.put_sign(Sign.WAY, is_good=True, at=self.at, what=trial.what)
            transaction.note("the way there and back works", at=self.at, facts={"mail": trial.what})
            noted = self._noted(ReplyOutcome.ANSWERED, why="the way there and back works")
            transaction.add_reply(noted, at=self.at)
        log.info("the way there and back works")
        return ReplyOutcome.ANSWERED

    def returned(self, report: Report) -> ReplyOutcome:
        """Note that a mail of ours came back; it decides nothing."""
        with self.app.repository.together() as transaction:
            why = note_return(self.app, transaction, report, at=self.at)
            transaction.add_reply(self._noted(ReplyOutcome.IGNORED, why=why), at=self.at)
        log.info("report of a mail server", why=why, mailbox_uid=self.uid)
        return ReplyOutcome.IGNORED

    def _keep(self, said: OwnerSaid) -> ReplyOutcome:
        """Keep an owner's answer and tell whoever decides; nothing is decided by it."""
        since = self.at - _A_DAY
        if self.app.repository.answers(self.reply.sender, since=since) >= _MOST_ANSWERS:
            return self.ignore("answered often enough today")
        with self.app.repository.together() as transaction:
            keep_answer(self.app, self.codes, self.reply, said, transaction=transaction, at=self.at)
            standing = Standing(refusal=None, mail=said.mail, number=said.number)
            noted = self._noted(ReplyOutcome.ANSWERED, standing, why="the owner's answer")
            transaction.add_reply(noted, at=self.at)
        log.info("an owner has answered", case=said.number)
        return ReplyOutcome.ANSWERED

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
        desk = Clerking(
            app=self.app,
            person=person,
            at=self.at,
            reply=self.reply.key,
            raw=self.raw,
            follows=self.reply.message_id,
        )
        number = standing.number
        try:
            desk = prepare(desk, order, CaseId(number))
            with self.app.repository.together() as transaction:
                if order.word not in READING | BESIDE:
                    self._use(transaction, standing)
                done = (
                    order_town(desk, order, transaction)
                    if number == ABOUT_ALL
                    else order_case(desk, order, CaseId(number))
                )
                if not done.is_answered:
                    done = self._with_rest(done)
                    self._answer(transaction, person, standing, done, offers)
                transaction.add_reply(self._noted(ReplyOutcome.DECIDED, standing), at=self.at)
        except (OperatorError, MailError) as error:
            refused = Ordered(
                subject="Nothing was decided", said=self._refused(desk, number, error)
            )
            with self.app.repository.together() as transaction:
                self._answer(transaction, person, standing, refused, offers)
                noted = self._noted(ReplyOutcome.ANSWERED, standing, why=error.what)
                transaction.add_reply(noted, at=self.at)
            return ReplyOutcome.ANSWERED
        log.info("decided by reply", word=order.word.value, case=number or None)
        if done.changes_polls:
            judge_now(self.app, at=self.at)
        return ReplyOutcome.DECIDED

    def _with_rest(self, done: Ordered) -> Ordered:
        """Return what is confirmed, with a word about orders that were not taken."""
        return replace(done, said=(*done.said, MORE)) if self.reply.has_more else done

    def _refused(self, desk: Clerking, number: int, error: ClerkwatchError) -> tuple[str, ...]:
        """Return why an order was refused, and how the case stands."""
        case = None if number == ABOUT_ALL else self.app.repository.case(CaseId(number))
        said = f"Nothing was decided: {error}."
        return (said,) if case is None else (said, how_it_stands(desk, case))

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
        said = why_not(
            refusal,
            lacks=self.reply.lacks,
            report_to=self.codes.address(answer_key(self.reply.key), ABOUT_ALL),
        )
        if is_kept and self.reply.text:
            said = (*said, "What you wrote is kept with the case as a note.")
        with self.app.repository.together() as transaction:
            if is_kept and self.reply.text:
                decisions.note(
                    self.app.repository,
                    CaseId(standing.number),
                    by=person.name,
                    because=self.reply.text[:_MOST_NOTE],
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
                    can_ask=self._can_ask(case),
                    by_hand=self._is_by_hand(case),
                    cases=tuple(CaseId(one) for one in offer.cases) if offer else (),
                )
            ),
            at=self.at,
        )

    def _account(self, case: Case | None) -> Account | None:
        label = None if case is None else case.account
        return next((one for one in self.app.register if one.id == label), None)

    def _can_ask(self, case: Case | None) -> bool:
        account = self._account(case)
        return account is not None and bool(account.owner_email)

    def _is_by_hand(self, case: Case | None) -> bool:
        account = self._account(case)
        return account is not None and is_by_hand(account)

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
                asks_owner=asks_owner(self.app, one),
            )
            for one in offered
        ]

    def _person(self) -> Person | None:
        """Return the listed person who wrote, or None."""
        people = self.app.settings.people
        listed = [one for one in people if one.email.lower() == self.reply.sender]
        # Who is listed twice acts in the role that may decide.
        return min(listed, key=lambda one: one.role is Role.TECHNICAL, default=None)

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
