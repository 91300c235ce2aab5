"""The briefing: a mail that tells what is to be known and done before a date.

Who knows the facts writes sections of paragraphs and lists; both parts of the mail are laid
out from one model, like those of the mails that carry papers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from config.types import MailKind
from monitor.alerts.enclosing import Item, Part, Sheet, compose_sheet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from monitor.alerts.enclosing import Posting
    from monitor.alerts.message import Enclosure
    from storage.values import NewMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a briefing.

    Attributes:
        heading: In a few words.
        paragraphs: Said first.
        bullets: Then a list; where the mail grows too long, its last items are left out.
        note: Said last.
    """

    heading: str
    paragraphs: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingFacts:
    """What a briefing says; raw texts, hardened when it is finished.

    Attributes:
        subject: To be understood from a lock screen; without a code.
        title: What matters, in a sentence.
        opening: Paragraphs under it.
        sections: In order.
        foot: How it ends.
    """

    subject: str
    title: str
    opening: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    foot: tuple[str, ...] = ()


def briefing_key(what: str, on: date) -> str:
    """Return a briefing's natural key: what it is about, and the date that it is before.

    Args:
        what: For example a poll's id.
        on: A date of the council's calendar.
    """
    return f"{MailKind.BRIEFING.value}:{what}:{on.isoformat()}"


def compose_briefing(
    facts: BriefingFacts,
    posting: Posting,
    *,
    files: tuple[Enclosure, ...] = (),
    record: Mapping[str, object] | None = None,
    shorter: str = "",
) -> NewMail:
    """Return the finished briefing, at most 100 KB without its files.

    Args:
        facts: What it says.
        posting: How it goes out; its key should come from `briefing_key`.
        files: What goes with it.
        record: For the small attachment that programmes read; None: there is none.
        shorter: What is said in place of items that were left out.

    Raises:
        MailError: An address is not usable, or the files are too large.
    """
    sheet = Sheet(
        subject=facts.subject,
        lead=facts.title,
        lines=facts.opening,
        parts=tuple(
            Part(
                heading=section.heading,
                lines=section.paragraphs,
                items=tuple(Item(title=bullet) for bullet in section.bullets),
                note=section.note,
            )
            for section in facts.sections
        ),
        foot=facts.foot,
    )
    return compose_sheet(
        sheet,
        replace(posting, kind=MailKind.BRIEFING),
        files=files,
        record=record,
        shorter=shorter,
    )
