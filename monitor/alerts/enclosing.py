"""Mails that carry papers: evidence packs, reports, what a search found.

What such a mail says is made elsewhere (`monitor.papers`); here it is laid out, addressed
and finished like every other mail, with its files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from config.types import MailKind
from monitor.alerts.hardening import one_line
from monitor.alerts.message import Letter, ReplyAddress, envelope, finish, message_id
from monitor.alerts.render import sheet_html, sheet_text
from monitor.alerts.wording import Calendar
from monitor.cases.replies.codes import ABOUT_ALL
from storage.values import NewMail

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from config.types import CaseId
    from monitor.alerts.facts import Stamp
    from monitor.alerts.message import Addressee, Enclosure
    from monitor.cases.replies.codes import Codes

MOST_BYTES = 100_000
"""Longest mail without its files, in bytes; parts are left out until it is short enough."""
_MOST_LINE = 600
_ANSWER = (
    "This mail can be answered like any other, once and within 60 days: the first line of the "
    "reply counts."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that a part of a mail tells.

    Attributes:
        title: In a few words.
        lines: What there is to say of it, a line each.
        quote: Words from outside, shown as a quotation; empty: none.
    """

    title: str
    lines: tuple[str, ...] = ()
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a mail: a heading, what there is under it, and what has to be known.

    Attributes:
        lines: Paragraphs above its items; they are never left out.
    """

    heading: str
    lines: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a mail with papers says; texts are hardened when it is finished.

    Attributes:
        subject: Without a code.
        lead: What matters, in a sentence.
        lines: More of it, a paragraph each.
        parts: In order; the last ones are left out where they make the mail too long.
        foot: How it ends.
    """

    subject: str
    lead: str
    lines: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    foot: tuple[str, ...] = ()
    council: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """How a mail with papers goes out.

    Attributes:
        key: Natural key in the outbox.
        council: Its name.
        sender: Bare address the mail comes from.
        zone: IANA zone.
        as_of: Date of the mail.
        stamp: Where in the record it stands.
        to: Who gets it.
        codes: This installation's; None: replies are not read.
        follows: Message-ID of the mail that asked for it; empty: none did.
        case: The case that it is about; None: none.
        kind: What the mail is for.
    """

    key: str
    council: str
    sender: str
    zone: str
    as_of: datetime
    stamp: Stamp
    to: tuple[Addressee, ...]
    codes: Codes | None = None
    follows: str = ""
    case: CaseId | None = None
    kind: MailKind = MailKind.PAPER

    @property
    def number(self) -> int:
        """What its code is for: the case, or the mail as a whole."""
        return ABOUT_ALL if self.case is None else self.case


def compose_sheet(
    sheet: Sheet,
    posting: Posting,
    *,
    files: tuple[Enclosure, ...] = (),
    record: Mapping[str, object] | None = None,
    shorter: str = "",
) -> NewMail:
    """Return the finished mail.

    Args:
        sheet: What it says.
        posting: How it goes out.
        files: What goes with it.
        record: For the small attachment that programmes read; None: there is none.
        shorter: What is said in place of items that were left out to keep the mail short.

    Raises:
        MailError: An address is not usable, or the files are too large.
    """
    said = _hardened(sheet, posting)
    letter = _letter(said, posting, record or {})
    while len(finish(letter)) > MOST_BYTES and any(part.items for part in said.parts):
        said = replace(said, parts=_shortened(said.parts, note=_line(shorter)))
        letter = _letter(said, posting, record or {})
    return NewMail(
        key=posting.key,
        kind=posting.kind,
        message_id=message_id(posting.key, council=posting.council, sender=posting.sender),
        subject=said.subject,
        body=finish(replace(letter, files=files)),
        recipients=envelope(posting.to),
        cases=() if posting.case is None else (posting.case,),
    )


def _letter(sheet: Sheet, posting: Posting, record: Mapping[str, object]) -> Letter:
    """Return the letter without its files."""
    answers_to = None
    if posting.codes is not None:
        address = posting.codes.address(posting.key, posting.number)
        answers_to = ReplyAddress(name=posting.council, email=address)
    return Letter(
        key=posting.key,
        kind=posting.kind.value,
        council=posting.council,
        sender=posting.sender,
        people=posting.to,
        subject=sheet.subject,
        text=sheet_text(sheet),
        html=sheet_html(sheet),
        at=posting.as_of,
        zone=posting.zone,
        stamp=posting.stamp,
        record=record,
        answers_to=answers_to,
        follows=posting.follows,
    )


def _hardened(sheet: Sheet, posting: Posting) -> Sheet:
    """Return what is laid out: every text one harmless line, subject and foot with the code."""
    calendar = Calendar(zone=posting.zone, as_of=posting.as_of)
    subject, foot = one_line(sheet.subject, most=120), sheet.foot
    if posting.codes is not None:
        subject = f"{subject} {posting.codes.tag(posting.key, posting.number)}"
        foot = (*foot, _ANSWER)
    return Sheet(
        subject=subject,
        lead=_line(sheet.lead),
        lines=tuple(map(_line, sheet.lines)),
        parts=tuple(
            Part(
                heading=_line(part.heading),
                lines=tuple(map(_line, part.lines)),
                items=tuple(
                    Item(
                        title=_line(item.title),
                        lines=tuple(map(_line, item.lines)),
                        quote=_line(item.quote),
                    )
                    for item in part.items
                ),
                note=_line(part.note),
            )
            for part in sheet.parts
        ),
        foot=tuple(map(_line, foot)),
        council=one_line(posting.council),
        date=calendar.moment(posting.as_of),
    )


def _line(text: str) -> str:
    return one_line(text, most=_MOST_LINE)


def _shortened(parts: tuple[Part, ...], *, note: str) -> tuple[Part, ...]:
    """Return parts with half the items of the last part that has any left out, and said so."""
    place = max(place for place, part in enumerate(parts) if part.items)
    last = parts[place]
    kept = replace(last, items=last.items[: len(last.items) // 2], note=note)
    return (*parts[:place], kept, *parts[place + 1 :])
