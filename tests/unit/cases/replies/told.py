"""The mails that the replies of these tests answer, and what a reply has to come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.cases.replies import Codes, Offer, Refusal, Word, examine, parse
from tests.lib import reply_shapes as shapes

SENDER = "watch@town.example"
CLERK = "clerk@town.example"
DEPUTY = "deputy@town.example"
HOST = "mx.town.example"
AS_OF = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CODES = Codes(secret=bytes(range(32)), sender=SENDER)
URGENT = Offer(
    mail="urgent:a",
    cases=(42,),
    recipients=(CLERK,),
    sent_at=AS_OF - timedelta(hours=2),
)
OTHER = Offer(
    mail="urgent:b",
    cases=(43,),
    recipients=(DEPUTY,),
    sent_at=AS_OF - timedelta(hours=2),
)
USED = Offer(
    mail="urgent:c",
    cases=(44,),
    recipients=(CLERK,),
    sent_at=AS_OF - timedelta(hours=2),
    used=frozenset({44}),
)
OLD = Offer(
    mail="urgent:d",
    cases=(45,),
    recipients=(CLERK,),
    sent_at=AS_OF - timedelta(days=61),
)
DIGEST = Offer(
    mail="digest:x",
    cases=(42, 50, 51),
    recipients=(CLERK,),
    sent_at=AS_OF - timedelta(hours=2),
    used=frozenset({51}),
)
OFFERS = (URGENT, OTHER, USED, OLD, DIGEST)
GOOD = f"Authentication-Results: {HOST};\r\n dmarc=pass (p=reject) header.from=town.example\r\n"
BAD = f"Authentication-Results: {HOST}; dmarc=fail header.from=town.example\r\n"


@dataclass(frozen=True, slots=True)
class Told:
    """A reply and what it has to come to: a word and a case, or a refusal."""

    name: str
    raw: bytes
    word: Word | None = None
    number: int = 0
    refusal: Refusal | None = None


def outcome(raw: bytes, *, vouching: str = HOST) -> tuple[Word | None, int, Refusal | None]:
    """Return what a reply decides."""
    reply = parse(raw, sender=SENDER)
    standing = examine(
        reply,
        offers=OFFERS,
        codes=CODES,
        people=(CLERK, DEPUTY),
        vouching=vouching,
        as_of=AS_OF,
    )
    if standing.refusal is not None or reply.order is None:
        return None, 0, standing.refusal
    return reply.order.word, standing.number, None


def to(offer: Offer, number: int) -> str:
    """Return where a reply to a mail goes."""
    return CODES.address(offer.mail, number)


def said(text: str, *, subject: str = "Re: a post", more: str = GOOD, **changes: str) -> bytes:
    """Return a plain reply to the urgent mail."""
    where = changes.pop("to", to(URGENT, 42))
    body = shapes.iphone(text, shapes.TONGUES["en"])
    return shapes.mail(body, to=where, subject=subject, more=more, **changes)


def page(html: str) -> bytes:
    """Return a reply of HTML only."""
    return shapes.mail(shapes.html_part(html), to=to(URGENT, 42), more=GOOD)


def refused(names: str, refusal: Refusal, *raws: bytes) -> list[Told]:
    """Return replies that decide nothing, for one reason."""
    return [Told(name=f"{names}-{n}", raw=raw, refusal=refusal) for n, raw in enumerate(raws)]
