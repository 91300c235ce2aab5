"""Personal numbers and addresses whose form alone does not tell: check digits decide.

Terms of Use 1 ("data protection"). A number that merely looks like an NHS number is found in
every second planning reference; one with the right check digit in one of eleven, so those
without the word beside them need the usual grouping as well. Nothing here quotes: the rules
that take these checks up are masked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum import iban, luhn
from stdnum.gb import nhs as nhs_number

from monitor.checks.coded import Hit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.checks.base import Context, Material
    from monitor.checks.coded import Check

# HM Revenue and Customs, manual NIM39110: D, F, I, Q, U and V are never used, O not second;
# BG, GB, KN, NK, NT, TN and ZZ are not allocated; the suffix is A to D.
# What may not stand before a number is looked at behind its first character: a pattern that
# begins with a character is found sooner.
_NINO = re.compile(
    r"[A-CEGHJ-PR-TW-Z](?<![A-Za-z0-9].)[A-CEGHJ-NPR-TW-Z](?<!BG|GB|KN|NK|NT|TN|ZZ)"
    r"[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?![A-Za-z0-9])",
    re.IGNORECASE,
)
_NHS = re.compile(r"(\d(?<![\d/£.,-].)\d{2})([ -]?)(\d{3})\2(\d{4})(?![\d/]|[.,]\d)")
# Every number sought here has six digits with at most a blank or a dash between each two of them.
_SIX_DIGITS = re.compile(r"\d(?:[ -]?\d){5}")
_AT = re.compile("@")
_NHS_WORD = re.compile(r"\bnhs\b", re.IGNORECASE)
_IBAN = re.compile(
    r"G(?<![A-Za-z0-9].)B\d{2}[ ]?[A-Z]{4}[ ]?(?:\d{2,4}[ ]?){3,7}(?!\d)", re.IGNORECASE
)
_CARD = re.compile(r"[3-6](?<![\d.,/-].)\d{3}([ -]?)\d{4}\1\d{4}\1\d{3,4}(?![\d/]|[.,]\d)")
_MOBILE = re.compile(
    r"(?:\+(?<![\d/.].)44[ ]?(?:\(0\)[ ]?)?|0(?<![\d/.].)(?:044[ ]?)?)"
    r"7[1-57-9]\d{2}[ -]?\d{3}[ -]?\d{3}(?!\d)"
)
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@([\w-]+(?:\.[\w-]+)+)")
_FREE_MAIL = frozenset(
    """gmail.com googlemail.com hotmail.com hotmail.co.uk outlook.com live.com live.co.uk
    msn.com yahoo.com yahoo.co.uk ymail.com rocketmail.com aol.com aol.co.uk icloud.com me.com
    mac.com btinternet.com btopenworld.com talktalk.net sky.com virginmedia.com ntlworld.com
    blueyonder.co.uk tiscali.co.uk o2.co.uk orange.net plus.com protonmail.com proton.me pm.me
    gmx.com gmx.co.uk mail.com zoho.com fastmail.com tutanota.com yandex.com""".split()  # noqa: SIM905 - forty quoted words are harder to read
)
_SHARED = re.compile(
    r"^(?:info|office|clerk|admin|contact|enquir|bookings?|events?|hello|mail|secretary|treasurer"
    r"|chair|council|parish|town|hall|allotment|club|society|group|friends|volunteer|team"
    r"|support|help|press|newsletter|membership)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"^(?:[a-z]{2,}[._-](?:[a-z][._-]?)?[a-z]{2,}|[a-z][._-][a-z]{3,}|[a-z]{4,}(?:19|20)?\d\d)\d{0,4}@",
    re.IGNORECASE,
)
_OF_MANY = re.compile(
    r"info|office|clerk|admin|contact|enquir|booking|event|hello|secretar|treasurer|chair"
    r"|council|parish|town|village|hall|allotment|club|society|group|friend|volunt|team|support"
    r"|help|press|news|member|church|choir|band|school|nursery|pta|scout|guide|brownie|cricket"
    r"|football|rugby|bowls|tennis|hockey|rfc|fete|festival|fair|market|museum|history|heritage"
    r"|garden|nature|wildlife|park|wood|litter|pick|quiz|raffle|show|theatre|drama|film|dance"
    r"|craft|repair|youth|community|network|project|trust|charity|assoc|action|forum|resident"
    r"|watch|business|shop|cafe|plumb|electric|build|clean|service|ltd|appeal|run|walk|swim",
    re.IGNORECASE,
)
"""In the local part of an address that belongs to a body of people, a place or a firm."""
_PUBLISHED_FOR = re.compile(
    r"\b(?:secretar|club|societ|organi[sz]e|co-?ordinat|ticket|councillor|cllr|clerk|charit"
    r"|volunteer|class(?:es)?\b|lesson|association|friends of|choir|scam|phish|fake|fraud"
    r"|treasurer|committee|trustee|community group|user group|team manager|coach\b)",
    re.IGNORECASE,
)
"""Words beside which a person's address is likely to be published for what they do."""
_NEAR = 40


def nino(material: Material, _context: Context) -> Iterable[Hit]:
    """Find National Insurance numbers in the form and with the prefixes HMRC gives out.

    Hit: "Her NI number is AB 12 34 56 C". Near miss: "quote QQ 12 34 56 C", the form's own
    example, which nobody can have.
    """
    return [_hit(match) for match in _NINO.finditer(material.words.text)]


def nhs(material: Material, _context: Context) -> Iterable[Hit]:
    """Find NHS numbers with the right check digit, grouped 3-3-4 or with "NHS" close by.

    Hit: "943 476 5919". Near miss: "ring NHS 111", "reference 9434765919" with no word by it.
    """
    text = material.words.text
    return [
        _hit(match)
        for match in _NHS.finditer(text)
        if nhs_number.is_valid("".join(match.group(1, 3, 4)))
        and (
            match[2] == " " or _NHS_WORD.search(text, max(0, match.start() - _NEAR), match.start())
        )
        and not match[0].startswith("0")
    ]


def bank(material: Material, _context: Context) -> Iterable[Hit]:
    """Find British IBANs and payment card numbers with the right check digits.

    Hit: "GB82 WEST 1234 5698 7654 32". Near miss: a sixteen-digit parcel number.
    """
    text = material.words.text
    valid: dict[str, bool] = {}  # of this text only: nothing personal is kept
    for match in _IBAN.finditer(text):
        number = match[0].strip()
        if number not in valid:
            valid[number] = iban.is_valid(number)
        if valid[number]:
            yield Hit(spans=((match.start(), match.start() + len(match[0].rstrip())),))
    for match in _CARD.finditer(text):
        if luhn.is_valid(re.sub(r"\D", "", match[0])):
            yield _hit(match)


def mobile(material: Material, _context: Context) -> Iterable[Hit]:
    """Find British mobile numbers (071 to 075, 077 to 079; 070 and 076 are not mobiles).

    Whose number it is a rule must ask, or the Clerk: the council's own duty mobile has the
    same form.
    """
    return [_hit(match) for match in _MOBILE.finditer(material.words.text)]


def private_email(material: Material, context: Context) -> Iterable[Hit]:
    """Find a person's address at a free mail provider, not a club's or the council's.

    Hit: "write to j.bloggs@gmail.com". Near miss: "friendsofthepark@gmail.com",
    "clerk@" at the council's own domain.
    """
    for match in _ADDRESS.finditer(material.words.text):
        domain = match[1].casefold()
        is_free = domain in _FREE_MAIL and domain != context.email_domain.casefold()
        if is_free and not _SHARED.match(match[0]):
            yield _hit(match)


def named_email(material: Material, context: Context) -> Iterable[Hit]:
    """Find a private address that reads like a person's name, unless published for a club or work.

    Hit: "reach her on tamsin.holloway@gmail.com". Near miss: "anytown.bowls@gmail.com", and any
    address in a post that speaks of a secretary, a class or tickets.
    """
    text = material.words.text
    if _PUBLISHED_FOR.search(text):
        return
    for hit in private_email(material, context):
        ((start, end),) = hit.spans
        local = text[start : text.index("@", start)]
        if _NAMED.match(text[start:end]) and not _OF_MANY.search(local):
            yield hit


def _hit(match: re.Match[str]) -> Hit:
    return Hit(spans=(match.span(),))


CHECKS: Mapping[str, Check] = {
    "nino": nino,
    "nhs": nhs,
    "bank": bank,
    "mobile": mobile,
    "private_email": private_email,
    "named_email": named_email,
}
"""What a rule can take up as ``check = "personal_data.<name>"``."""
HINTS: Mapping[str, re.Pattern[str]] = {
    "nino": _SIX_DIGITS,
    "nhs": _SIX_DIGITS,
    "bank": _SIX_DIGITS,
    "mobile": _SIX_DIGITS,
    "private_email": _AT,
    "named_email": _AT,
}
"""What must stand in a text for a check to find anything there."""
