"""The account's face, with what only a second look can tell: the linked page, the picture.

The policy asks for feedback and complaints information "in a prominent place" (requirement
2): in the profile, or on the page that the profile links to. That page is read once with
the profile, and only the lines that speak of complaints, feedback or contact are kept, so
that the council's whole website does not become part of every version.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from config.errors import ReadError
from connectors._html import decode, read
from connectors.base import Extra, nfc
from monitor.checks.picture import picture_hash

if TYPE_CHECKING:
    from config.register import Account
    from connectors.base import Content, FetchedProfile
    from connectors.door import Door

LINKED_PAGE = "linked-page"
_ROUTE = re.compile(
    r"complain|feedback|contact|get in touch|comments? and suggestions", re.IGNORECASE
)
_MOST_LINES = 10
_LONGEST = 200
_MOST_BYTES = 2_000_000


def face_of(profile: FetchedProfile, *, account: Account, door: Door) -> Content:
    """Return the profile's content with the linked page's route lines and picture hash.

    Args:
        profile: As the connector read it.
        account: Whose profile.
        door: For the linked page; a page that cannot be read is said, not guessed about.
    """
    fields = dict(profile.content.fields)
    if profile.picture is not None:
        hashed = picture_hash(profile.picture)
        if hashed is not None:
            fields["picture_hash"] = hashed
    extras = profile.content.extras
    if profile.content.links:
        lines = _route_lines(profile.content.links[0], account=account, door=door)
        fields[LINKED_PAGE] = "unread" if lines is None else "read"
        extras += tuple(Extra(kind=LINKED_PAGE, text=line) for line in lines or ())
    return replace(profile.content, fields=fields, extras=extras)


def _route_lines(url: str, *, account: Account, door: Door) -> tuple[str, ...] | None:
    """Return the page's lines about complaints and contact; None if it cannot be read."""
    try:
        answer = door.get(url, account=account, max_bytes=_MOST_BYTES)
    except ReadError:
        return None
    if answer.status != 200:  # noqa: PLR2004  # anything else is not the page
        return None
    prose = read(decode(answer.body, answer.headers.get("content-type", "")), base=answer.url)
    found = (line.strip() for line in nfc(prose.text).splitlines() if _ROUTE.search(line))
    return tuple(dict.fromkeys(line[:_LONGEST] for line in found))[:_MOST_LINES]
