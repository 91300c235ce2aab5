"""The account's face, with what only a second look can tell: the linked page, the picture.

The policy asks for feedback and complaints information "in a prominent place" (requirement
2): in the profile, or on the page that the profile links to. That page is read once with
the profile, and only the lines that speak of complaints, feedback or contact are kept, so
that the council's whole website does not become part of every version. That page fails on
its own days: one that cannot be read, or that breaks off, takes away nothing that it showed
before, so that no fault of a web server becomes a changed profile.
"""

from __future__ import annotations

import re
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from config.errors import ReadError
from connectors._html import decode, read
from connectors.base import Extra, nfc
from monitor.checks.picture import picture_hash
from monitor.checks.profile import LINKED_PAGE, UNREAD

if TYPE_CHECKING:
    from config.register import Account
    from connectors.base import Content, FetchedProfile
    from connectors.door import Door
    from storage.values import Words

_ROUTE = re.compile(
    r"complain|feedback|contact|get in touch|comments? and suggestions", re.IGNORECASE
)
_OPENED = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_NOT_THERE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_READ = "read"
_MOST_LINES = 10
_LONGEST = 200
_MOST_BYTES = 2_000_000


def face_of(
    profile: FetchedProfile, *, account: Account, door: Door, before: Words | None
) -> Content:
    """Return the profile's content with the linked page's route lines and picture hash.

    Args:
        profile: As the connector read it.
        account: Whose profile.
        door: For the linked page; a page that cannot be read is said, not guessed about.
        before: The profile as it was last read; None: it never was.
    """
    fields = dict(profile.content.fields)
    if profile.picture is not None:
        hashed = picture_hash(profile.picture)
        if hashed is not None:
            fields["picture_hash"] = hashed
    extras = profile.content.extras
    if profile.content.links:
        link = profile.content.links[0]
        lines = _route_lines(link, _known_lines(before, link), account=account, door=door)
        fields[LINKED_PAGE] = UNREAD if lines is None else _READ
        extras += tuple(Extra(kind=LINKED_PAGE, text=line) for line in lines or ())
    return replace(profile.content, fields=fields, extras=extras)


def _known_lines(before: Words | None, link: str) -> tuple[str, ...] | None:
    """Return the lines that the same page showed when it was last read; None: it was not."""
    if before is None or before.fields.get(LINKED_PAGE) != _READ or before.links[:1] != (link,):
        return None
    return tuple(one.text for one in before.extras if one.kind == LINKED_PAGE)


def _route_lines(
    url: str, known: tuple[str, ...] | None, *, account: Account, door: Door
) -> tuple[str, ...] | None:
    """Return the page's lines about complaints and contact; None if it cannot be read.

    A page that is not there (404, 410) has no lines. Any other failure leaves those that are
    known, and so does a page that opens its document and never closes it: it may have been
    cut. Of sites that leave the end out always, what is new is believed and nothing is taken
    away.
    """
    try:
        answer = door.get(url, account=account, max_bytes=_MOST_BYTES)
    except ReadError:
        return known
    if answer.status in _NOT_THERE:
        return None
    if answer.status != HTTPStatus.OK:
        return known
    page = decode(answer.body, answer.headers.get("content-type", ""))
    prose = read(page, base=answer.url)
    found = [line.strip() for line in nfc(prose.text).splitlines() if _ROUTE.search(line)]
    lines = [line[:_LONGEST] for line in found]
    if known is not None and _OPENED.search(page) and not _CLOSED.search(page):
        lines = [*known, *lines]
    return tuple(dict.fromkeys(lines))[:_MOST_LINES]
