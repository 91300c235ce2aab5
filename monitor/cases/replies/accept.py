"""Whether a reply may decide, and on which case: pure, every fact is an argument.

A reply decides when a person wrote it whom the configuration lists, with a code of a mail
that was sent to that person in the last 60 days, unused for that case, and when the receiving
server vouches for the sender (DMARC) where one is configured. Each doubt is a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.cases.replies.codes import ABOUT_ALL
from monitor.cases.replies.words import ABOUT_ALL as WORDS_ABOUT_ALL
from monitor.cases.replies.words import READING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from monitor.cases.replies.codes import Code, Codes
    from monitor.cases.replies.parse import Reply

VALID_FOR = timedelta(days=60)
"""How long the codes of a mail are taken."""


class Refusal(StrEnum):
    """Why a reply decides nothing."""

    AUTOMATIC = "automatic"
    NO_SENDER = "no_sender"
    STRANGER = "stranger"
    NOT_VOUCHED = "not_vouched"
    NO_CODE = "no_code"
    TWO_CODES = "two_codes"
    WRONG_CODE = "wrong_code"
    NOT_THEIRS = "not_theirs"
    EXPIRED = "expired"
    USED = "used"
    OTHER_CASE = "other_case"
    WHICH_CASE = "which_case"
    NOT_UNDERSTOOD = "not_understood"
    MAY_NOT = "may_not_decide"


ANSWERED = frozenset(
    {
        Refusal.EXPIRED,
        Refusal.USED,
        Refusal.OTHER_CASE,
        Refusal.WHICH_CASE,
        Refusal.NOT_UNDERSTOOD,
        Refusal.MAY_NOT,
    }
)
"""Refusals of a person who holds a true code: they are answered. All others are silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A mail that went out with codes.

    Attributes:
        mail: Its natural key.
        cases: The cases it tells of.
        recipients: Bare addresses it went to.
        sent_at: When it was made; aware UTC.
        used: Numbers whose code has decided already.
        asks_owner: It asks an account's owner for something: its answer is stored, never decides.
    """

    mail: str
    cases: tuple[int, ...]
    recipients: tuple[str, ...]
    sent_at: datetime
    used: frozenset[int] = frozenset()
    asks_owner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerSaid:
    """An account's owner has answered what they were asked.

    Attributes:
        mail: Natural key of the mail they answer.
        number: The case that it is about.
        is_vouched: The receiving server says that it came from them, or reports nothing at all.
    """

    mail: str
    number: int
    is_vouched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a reply may do.

    Attributes:
        refusal: Why it may not decide; None: it may.
        mail: Natural key of the mail it answers; empty if that is not known.
        number: The case it is about, or `ABOUT_ALL`.
    """

    refusal: Refusal | None
    mail: str = ""
    number: int = ABOUT_ALL


def examine(
    reply: Reply,
    *,
    offers: Sequence[Offer],
    codes: Codes,
    people: Collection[str],
    vouching: str,
    as_of: datetime,
    others: Collection[str] = (),
) -> Standing:
    """Return whether a reply may decide, on which case, and with which mail's code.

    Args:
        reply: As parsed.
        offers: Mails whose codes it may carry; those of other cases do no harm.
        codes: This installation's codes.
        people: Bare addresses of those who may decide.
        vouching: authserv-id of the receiving server; empty: it reports nothing.
        as_of: The present moment; aware UTC.
        others: Bare addresses of listed people who are told and may not decide.
    """
    refusal = _stranger(reply, people=(*people, *others), vouching=vouching)
    if refusal is not None:
        return Standing(refusal=refusal)
    if len(reply.codes) != 1:
        return Standing(refusal=Refusal.TWO_CODES if reply.codes else Refusal.NO_CODE)
    code = reply.codes[0]
    offer = _offering(code, [one for one in offers if not one.asks_owner], codes=codes)
    if offer is None:
        return Standing(refusal=Refusal.WRONG_CODE)
    if reply.sender not in {address.lower() for address in offer.recipients}:
        return Standing(refusal=Refusal.NOT_THEIRS)
    refusal, number = _about(reply, code.number, offer)
    if reply.sender not in {address.lower() for address in people}:
        refusal = Refusal.MAY_NOT
    elif not timedelta() <= as_of - offer.sent_at <= VALID_FOR:
        refusal = Refusal.EXPIRED
    elif refusal is None and number in offer.used and not _only_reads(reply):
        refusal = Refusal.USED
    return Standing(refusal=refusal, mail=offer.mail, number=number)


def owner_said(
    reply: Reply, *, offers: Sequence[Offer], codes: Codes, vouching: str
) -> OwnerSaid | None:
    """Return what an owner's mail answers; None: it is no answer of an owner.

    It takes the code of the mail that asked them, from the address that was asked. Whether the
    server vouches for them is told, not required: their answer decides nothing, and the right
    of reply does not hang on how their mail is set up. Machines answer nothing.

    Args:
        reply: As parsed.
        offers: Mails whose codes it may carry.
        codes: This installation's codes.
        vouching: authserv-id of the receiving server; empty: it reports nothing.
    """
    if reply.automatic or not reply.sender or len(reply.codes) != 1:
        return None
    code = reply.codes[0]
    offer = _offering(code, [one for one in offers if one.asks_owner], codes=codes)
    if offer is None or reply.sender not in {address.lower() for address in offer.recipients}:
        return None
    return OwnerSaid(
        mail=offer.mail,
        number=code.number,
        is_vouched=not vouching or is_vouched(reply, vouching=vouching),
    )


def _offering(code: Code, offers: Sequence[Offer], *, codes: Codes) -> Offer | None:
    """Return the mail that a code is of."""
    return next(
        (one for one in offers if _is_offered(code.number, one) and codes.is_of(code, one.mail)),
        None,
    )


def _only_reads(reply: Reply) -> bool:
    """Return whether the order changes nothing, so that it may be given as often as wanted."""
    return reply.order is not None and reply.order.word in READING


def _stranger(reply: Reply, *, people: Collection[str], vouching: str) -> Refusal | None:
    """Return why the writer is nobody who may decide."""
    if reply.automatic:
        return Refusal.AUTOMATIC
    if not reply.sender:
        return Refusal.NO_SENDER
    if reply.sender not in {address.lower() for address in people}:
        return Refusal.STRANGER
    if vouching and not is_vouched(reply, vouching=vouching):
        return Refusal.NOT_VOUCHED
    return None


def is_vouched(reply: Reply, *, vouching: str) -> bool:
    """Return whether the receiving server says that the sender's domain stands behind it.

    Only its own topmost report counts: what stands below may have come with the mail. No
    report of it is no pass, so that nobody gains by leaving one out.
    """
    own = next((one for one in reply.reports if one.host == vouching.lower()), None)
    if own is None or not own.dmarc or set(own.dmarc) != {"pass"}:
        return False
    domain = reply.sender.rpartition("@")[2]
    return all(one == domain for one in own.domains)


def _is_offered(number: int, offer: Offer) -> bool:
    return number == ABOUT_ALL or number in offer.cases


def _about(reply: Reply, number: int, offer: Offer) -> tuple[Refusal | None, int]:
    """Return what the order is about: the code's case, or one that the order itself names."""
    order = reply.order
    if order is None:
        return Refusal.NOT_UNDERSTOOD, number
    if order.word in WORDS_ABOUT_ALL:
        return None, ABOUT_ALL
    # The code of a whole mail is good for each of its cases; the code of a case for that one.
    allowed = offer.cases if number == ABOUT_ALL else (number,)
    if order.case is not None:
        is_there = order.case in allowed
        return (None, order.case) if is_there else (Refusal.OTHER_CASE, number)
    return (None, allowed[0]) if len(allowed) == 1 else (Refusal.WHICH_CASE, number)
