"""The mail that confirms a decision made by reply, or says why nothing was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import MailKind
from monitor.alerts.hardening import one_line
from monitor.alerts.message import Letter, ReplyAddress, envelope, finish, message_id
from monitor.alerts.offering import Offering
from monitor.alerts.render import answer_html, answer_text
from monitor.alerts.wording import Calendar
from monitor.cases.replies.codes import ABOUT_ALL
from storage.values import NewMail

if TYPE_CHECKING:
    from datetime import datetime

    from config.types import CaseId
    from monitor.alerts.facts import Stamp
    from monitor.alerts.message import Addressee
    from monitor.alerts.offers import Command
    from monitor.cases.replies.codes import Codes
    from storage.values import Case

_MOST_LINE = 200
_MOST_WORDS = 1500
"""Of an owner's words, in characters; all of them are kept with the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFacts:
    """Everything an answer tells.

    Attributes:
        council: Its name.
        sender: Bare address the mail comes from.
        zone: IANA zone.
        as_of: Now.
        stamp: Where in the record it stands.
        codes: This installation's.
        reply: Digest of the mail that is answered.
        follows: Message-ID of it; empty if it has none.
        to: Who gets the answer: who wrote it, or whoever decides.
        also: Who else gets it.
        wrote: Its first line, or an owner's words.
        writer: Who wrote it, if not ``to``; empty: they did.
        subject: What came of it, in a few words.
        said: What came of it, in sentences.
        case: The case it was about, as it stands now; None: none.
        cases: All cases of the mail that was answered, while ``case`` is None.
        can_ask: The owner of the case's account can be written to.
        by_hand: No programme reads the case's account.
    """

    council: str
    sender: str
    zone: str
    as_of: datetime
    stamp: Stamp
    codes: Codes
    reply: str
    follows: str
    to: Addressee
    wrote: str
    subject: str
    said: tuple[str, ...]
    case: Case | None = None
    cases: tuple[CaseId, ...] = ()
    also: tuple[Addressee, ...] = ()
    writer: str = ""
    can_ask: bool = True
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it is laid out; every text is hardened and finished."""

    council: str
    subject: str
    date: str
    lead: str
    writes: str
    wrote: str
    lines: tuple[str, ...]
    commands: tuple[Command, ...]
    foot: tuple[str, ...]


def answer_key(reply: str) -> str:
    """Return the natural key of the answer to a mail, by the digest of its bytes."""
    return f"{MailKind.ANSWER.value}:{reply[:32]}"


def compose_answer(facts: AnswerFacts) -> NewMail:
    """Return the finished mail; the same reply is always answered by the same mail.

    Raises:
        MailError: An address is not usable.
    """
    key = answer_key(facts.reply)
    number = ABOUT_ALL if facts.case is None else facts.case.id
    offering = Offering(codes=facts.codes, mail=key, is_alone=True)
    calendar = Calendar(zone=facts.zone, as_of=facts.as_of)
    offered: tuple[Command, ...] = ()
    if facts.case is not None:
        possible = offering.answers(facts.case, can_ask=facts.can_ask, by_hand=facts.by_hand)
        offered = tuple(possible)
    subject = f"{one_line(facts.subject, most=120)} {facts.codes.tag(key, number)}"
    answer = Answer(
        council=one_line(facts.council),
        subject=subject,
        date=calendar.moment(facts.as_of),
        lead=one_line(facts.said[0], most=600),
        writes=f"{one_line(facts.writer)} wrote" if facts.writer else "You wrote",
        wrote=one_line(facts.wrote, most=_MOST_WORDS if facts.writer else _MOST_LINE),
        lines=tuple(one_line(line, most=600) for line in facts.said[1:]),
        commands=offered,
        foot=(
            "The first line of a reply decides. This mail can be answered once, within 60 days.",
        ),
    )
    letter = Letter(
        key=key,
        kind=MailKind.ANSWER.value,
        council=facts.council,
        sender=facts.sender,
        people=(facts.to, *facts.also),
        subject=subject,
        text=answer_text(answer),
        html=answer_html(answer),
        at=facts.as_of,
        zone=facts.zone,
        stamp=facts.stamp,
        answers_to=ReplyAddress(name=facts.council, email=facts.codes.address(key, number)),
        follows=facts.follows,
    )
    return NewMail(
        key=key,
        kind=MailKind.ANSWER,
        message_id=message_id(key, council=facts.council, sender=facts.sender),
        subject=subject,
        body=finish(letter),
        recipients=envelope((facts.to, *facts.also)),
        cases=(facts.case.id,) if facts.case is not None else facts.cases,
    )
