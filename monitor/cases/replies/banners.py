"""What mail gateways put above somebody's words: warnings, marks of secrecy, tips.

Such a banner neither decides nor hides the decision below it. It is known by how it begins or
by what only a banner says; it ends at the next empty line, or at a line that is an order which
cannot be mistaken for one of its own sentences.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.cases.replies.words import FREE, Word, order_of

if TYPE_CHECKING:
    from monitor.cases.replies.words import Order

_MOST_BANNERS = 6
_MOST_LINES = 8
_MOST_LETTERS = 900
_BEGINS = re.compile(
    r"[\W_]*(?:"
    r"\[\s*(?:external|extern|externe[rs]?|ekstern|esterno|externo|allanol)\s*\]|"
    r"(?:external|externe?)\s*(?:e-?mail|mail|message|sender|nachricht|absender)?[\W_]*$|"
    r"(?:classification|protective marking|sensitivity|dosbarthiad)\s*:|"
    r"(?:official|unclassified|not protectively marked)(?:[\s:\-\u2013\u2014]+sensitive)?[\W_]*$|"
    r"you don.?t often get (?:e-?mail|this)|some people who received this message don.?t often|"
    r"zjqcmqryfpfptbanner(?:start|end)|report suspicious[\W_]*$|"
    r"this (?:e-?mail|message|sender)\b.{0,40}\b(?:external|outside|not from within)"
    r")",
    re.IGNORECASE | re.DOTALL,
)
_WARNS = re.compile(
    r"[\W_]*(?:external|caution|warning|attention|notice|note|important|be careful|vorsicht|"
    r"achtung|warnung|avertissement|attenzione|atención|precaución|let op|waarschuwing|varning|"
    r"advarsel|uwaga|rhybudd|gofal|注意|警告|外部)(?!\w)",
    re.IGNORECASE,
)
_ABOUT_MAIL = re.compile(
    r"e-?mails?\b|\bmails?\b|messages?\b|sender|links?\b|attachments?\b|extern|outside|courriel|"
    r"nachricht|absender|mensaje|correo|messaggio|bericht|avsender|afsender|neges|e-bost|邮件|メール",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"originated (?:from )?outside|(?:from|by) (?:an? )?(?:external|unknown) (?:sender|source)|"
    r"outside (?:of )?(?:the|your|our|this) (?:organi[sz]ation|council|company|network|authority)|"
    r"(?:do not|don.?t|never) (?:click|open|follow|reply to|respond to)\b.{0,60}"
    r"\b(?:links?|attachments?)\b|recogni[sz]e the sender|know the content is safe|"
    r"aka\.ms/learnaboutsenderidentification|von außerhalb|provient de l.extérieur|"
    r"proviene de fuera|dall.esterno|van buiten de organisatie|y tu allan i.r sefydliad",
    re.IGNORECASE | re.DOTALL,
)
# What a banner's own sentence may begin with.
_LOOSE = FREE | {Word.FIND}


def without_banners(lines: list[str]) -> list[str]:
    """Return lines from the first that is the writer's own.

    Args:
        lines: Without what is quoted; each stripped.
    """
    rest = list(lines)
    for _ in range(_MOST_BANNERS):
        while rest and not rest[0]:
            rest.pop(0)
        length = _banner(rest)
        if not length:
            break
        rest = rest[length:]
    return rest


def _banner(lines: list[str]) -> int:
    """Return how many lines of a banner stand first; 0: there is none."""
    held: list[str] = []
    for line in lines[:_MOST_LINES]:
        order = order_of(line)
        if not line or (order is not None and not _is_sentence(order, line)):
            break
        held.append(line)
    said = " ".join(held)
    return len(held) if held and len(said) <= _MOST_LETTERS and is_banner(held[0], said) else 0


def _is_sentence(order: Order, line: str) -> bool:
    """Return whether an order may be a banner's sentence: OPEN attachments with care."""
    return order.word in _LOOSE and _ABOUT_MAIL.search(line) is not None


def is_banner(first: str, said: str) -> bool:
    """Return whether a paragraph is one that a gateway put there.

    Args:
        first: Its first line.
        said: All of it, on one line.
    """
    is_about_mail = _ABOUT_MAIL.search(said) is not None
    if order_of(first) is not None:
        # "NOTE: this message comes from outside the council" is no note of the writer's.
        return is_about_mail and _SAYS.search(said) is not None
    if _BEGINS.match(first) or (_WARNS.match(first) and is_about_mail):
        return True
    return is_about_mail and _SAYS.search(said) is not None
