"""Fetching the still pictures that a platform's answer named: bounded, judged by their bytes.

Pictures come through the one door: public addresses only, a deadline, a largest size, each
redirect judged like the first address, and never a credential. What came is judged by its
own bytes: the header that came with it, and the name in its address, say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.errors import AccessError, ContractError, ReadError
from monitor.checks.picture import Picture, PictureError, look_at

if TYPE_CHECKING:
    from config.register import Account
    from connectors.door import Answer, Door

MOST_BYTES = 10_000_000
"""A larger picture is not kept."""
_MOST_REDIRECTS = 3
_OK, _MOVED_AWAY, _BUSY, _FAILED = 200, frozenset({400, 401, 403, 404, 410}), 429, 500


class Again(Enum):
    """When a picture that was not kept is asked for again."""

    NEVER = "never"
    LATER = "later"
    AT_NEW_ADDRESS = "at a new address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A picture that may be kept."""

    data: bytes
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A picture that was not kept.

    Attributes:
        why: In plain words, without an address.
        again: Whether another try makes sense.
    """

    why: str
    again: Again


def fetch(door: Door, account: Account, address: str, *, total_s: float) -> Fetched | Refused:
    """Fetch one picture and judge it by its bytes.

    Args:
        door: The one HTTP door.
        account: On which it stands; with an ``api_base`` nothing outside of it is asked.
        address: As the platform's answer gave it.
        total_s: Most seconds for it, redirects included.
    """
    body = fetch_bytes(door, account, address, total_s=total_s)
    if isinstance(body, Refused):
        return body
    try:
        return Fetched(data=body, picture=look_at(body))
    except PictureError as error:
        again = Again.AT_NEW_ADDRESS if error.is_page else Again.NEVER
        return Refused(why=str(error), again=again)


def fetch_bytes(door: Door, account: Account, address: str, *, total_s: float) -> bytes | Refused:
    """Fetch what lies at a picture's address; nothing of it is unpacked.

    Args:
        door: As for `fetch`, and so are the others.
        account: On which it stands.
        address: As the platform's answer gave it.
        total_s: Most seconds for it.
    """
    if account.api_base is not None and not _is_same(address, account.api_base):
        return Refused(why="its address lies outside the platform's own", again=Again.NEVER)
    try:
        answer = door.get(
            address,
            account=account,
            max_bytes=MOST_BYTES,
            max_redirects=_MOST_REDIRECTS,
            total_s=total_s,
        )
    except AccessError:
        return Refused(why="its address is not one that may be asked", again=Again.NEVER)
    except ContractError:
        why = f"it is larger than {MOST_BYTES // 1_000_000} megabytes, or leads nowhere"
        return Refused(why=why, again=Again.NEVER)
    except ReadError:
        return Refused(why="its server did not answer in time", again=Again.LATER)
    return _body(answer)


def _body(answer: Answer) -> bytes | Refused:
    if answer.status in _MOVED_AWAY:
        why = f"its server does not give it out any more ({answer.status})"
        return Refused(why=why, again=Again.AT_NEW_ADDRESS)
    if answer.status == _BUSY or answer.status >= _FAILED:
        return Refused(why=f"its server is in trouble ({answer.status})", again=Again.LATER)
    if answer.status != _OK or not answer.body:
        return Refused(why=f"its server sent nothing ({answer.status})", again=Again.LATER)
    return answer.body


def _is_same(address: str, base: str) -> bool:
    try:
        place, server = urlsplit(address), urlsplit(base)
    except ValueError:
        return False
    return (place.scheme, place.netloc) == (server.scheme, server.netloc)
