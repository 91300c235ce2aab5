"""Requirements 1 to 4 and 6 on an account's own face: what its profile shows, and lacks.

Each check judges subject ``profile``; severity, reason and clause stand in the rules
``config/rules/profile-*.toml``. A check that misses something returns a hit without spans:
there is nothing to quote. What a profile lacks is one case in `PROFILE_CASE_EVERY`, not a
daily one.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.checks.coded import Hit
from monitor.checks.normalise import Normaliser
from monitor.checks.picture import LOOKS_ALIKE, LOOKS_DIFFERENT, distance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.checks.base import Context, Material
    from monitor.checks.coded import Check

PROFILE_CASE_EVERY = timedelta(days=91)
"""What a profile lacks makes one case in this time."""
LINKED_PAGE = "linked-page"
"""Kind of the extra words that hold what the page says that the profile links to; the field of
the same name says whether that page was read."""
UNREAD = "unread"

_plain = Normaliser()
_COMPLAINTS = re.compile(
    r"\b(complaints?|complain|feedback|compliments|comments and suggestions|"
    r"how are we doing|tell us what you think|have your say about (us|our service))\b"
)
_CONTACT = re.compile(r"\b(contact|e-?mail us|call us|phone|telephone|get in touch)\b|@[\w-]+\.\w")
_GENERIC = frozenset(
    [
        "a",
        "and",
        "city",
        "community",
        "council",
        "in",
        "of",
        "parish",
        "the",
        "town",
        "village",
        "with",
        "district",
        "borough",
    ]
)
_ROLE = re.compile(
    r"\b(council|councillor|cllr|mayor|mayoress|mayoral|mayor's|clerk|officer|official)\b"
)
_PERSONAL = re.compile(
    r"\b(personal (capacity|views?|opinions?|account|page|profile)|(views|opinions|posts|tweets)"
    r"( (are|expressed|here))* (are )?(all )?(my own|mine|personal)|own (views|opinions)|"
    r"not (speaking )?(for|on behalf of) (the|any|my) council|not the council's|"
    r"do(es)? not represent (the|my) council)\b"
)
_OF_THE_COUNCIL = re.compile(r"\b(council|councillor|cllr|mayor|alderman|town hall)\b")
_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@((?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?![\w-])", re.IGNORECASE
)
# A plain name, or a domain as Bluesky has it, which may have hyphens.
_USER_NAME = re.compile(r"@?(?:[a-z0-9_.]{1,50}|(?:[a-z0-9-]{1,63}\.){1,8}[a-z][a-z0-9-]{0,62})")


def _shown(material: Material) -> str:
    """Return every word of the profile, made plain; the page it links to is not among them."""
    words, fields = material.words, material.words.fields
    shown = [words.text[: words.own_length]]
    shown += [extra.text for extra in words.extras if extra.kind != LINKED_PAGE]
    shown += [fields.get(name, "") for name in ("name", "description", "contact", "links")]
    return _plain("\n".join(shown)).text


def _linked(material: Material) -> str:
    extras = (extra.text for extra in material.words.extras if extra.kind == LINKED_PAGE)
    return _plain("\n".join(extras)).text


def complaints_route(material: Material, _context: Context) -> Iterator[Hit]:
    """Miss feedback and complaints information in the profile and on the page it links to.

    Found: ``News from the town hall.`` Left alone: ``Feedback and complaints: town.example``.
    """
    shown = _shown(material)
    if not shown.strip() or _COMPLAINTS.search(shown) or _COMPLAINTS.search(_linked(material)):
        return
    if material.words.fields.get(LINKED_PAGE) == UNREAD:
        yield Hit(
            reason="The profile does not say how to complain or give feedback, and the page it "
            "links to could not be read."
        )
    elif _CONTACT.search(shown):
        yield Hit(
            reason="The profile says how to get in touch, but not how to complain or give feedback."
        )
    else:
        yield Hit()


def council_named(material: Material, context: Context) -> Iterator[Hit]:
    """Miss a statement that the account is the council's, or its holder's office.

    The place, and a word for the council or an office, must both be there; the council's
    initials stand for both. Without a council's name nothing can be said.
    """
    words = re.findall(r"\w+", _plain(context.council).text)
    place = [word for word in words if word not in _GENERIC]
    shown = _shown(material)
    if not place or not shown.strip():
        return
    known = set(re.findall(r"\w+", shown))
    initials = "".join(word[0] for word in words if word not in {"and", "of", "the", "in", "with"})
    if initials in known or (known.issuperset(place) and _ROLE.search(shown)):
        return
    yield Hit()


def handle_changed(material: Material, _context: Context) -> Iterator[Hit]:
    """Find a profile that has another user name than the register; a page id tells nothing."""
    registered = material.handle.casefold().strip()
    shown = material.words.fields.get("handle", "").casefold().strip()
    is_name = _USER_NAME.fullmatch(registered) and not registered.isdigit()
    if shown and is_name and shown.lstrip("@") != registered.lstrip("@"):
        yield Hit()


def contact_domain(material: Material, context: Context) -> Iterator[Hit]:
    """Find a mail address in the profile that is not on the council's own domain."""
    own = context.email_domain.casefold().strip().lstrip("@")
    if not own:
        return
    seen: set[str] = set()
    # An address on the linked page is not one that the profile shows.
    for match in _ADDRESS.finditer(material.words.text[: material.words.own_length]):
        if not _is_on(match[1], own):
            seen.add(match[0].casefold())
            yield Hit(spans=(match.span(),), reason=_elsewhere(match[1], own))
    for address, domain in _addresses(material.words.fields):
        if address not in seen and not _is_on(domain, own):
            seen.add(address)
            yield Hit(reason=_elsewhere(domain, own))


def _addresses(fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in ("contact", "email", "description", "links"):
        for match in _ADDRESS.finditer(fields.get(name, "").casefold()):
            yield match[0], match[1]


def _is_on(domain: str, own: str) -> bool:
    domain = domain.casefold()
    return domain == own or domain.endswith(f".{own}")


def _elsewhere(domain: str, own: str) -> str:
    return f"The profile shows a mail address at {domain.casefold()}, not at {own}."


def logo_missing(material: Material, context: Context) -> Iterator[Hit]:
    """Find a council account whose picture does not look like the council's logo."""
    apart = _distance(material, context)
    if apart is not None and apart >= LOOKS_DIFFERENT:
        yield Hit()


def logo_elsewhere(material: Material, context: Context) -> Iterator[Hit]:
    """Find an account of somebody else whose picture looks like the council's logo."""
    apart = _distance(material, context)
    if apart is not None and apart <= LOOKS_ALIKE:
        yield Hit()


def _distance(material: Material, context: Context) -> int | None:
    return distance(material.words.fields.get("picture_hash", ""), context.logo_hash)


def personal_capacity(material: Material, _context: Context) -> Iterator[Hit]:
    """Miss the words that a member's own page, which speaks of the council, is personal."""
    shown = _shown(material)
    if _OF_THE_COUNCIL.search(shown) and not _PERSONAL.search(shown):
        yield Hit()


CHECKS: dict[str, Check] = {
    "complaints_route": complaints_route,
    "contact_domain": contact_domain,
    "council_named": council_named,
    "handle_changed": handle_changed,
    "logo_elsewhere": logo_elsewhere,
    "logo_missing": logo_missing,
    "personal_capacity": personal_capacity,
}
