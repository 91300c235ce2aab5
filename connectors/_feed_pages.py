"""What a post's own page says about a post that the feed no longer lists: pure.

Only 404 and 410 are taken as "no longer there". Everything else that is not the post
itself (a sign-in, a consent page, the front page, a friendly "not found" with status 200)
leaves it open: words on a web page are no proof.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from config.types import Outcome, Reason
from connectors import _html
from connectors._feed_entries import print_of
from connectors._feed_source import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.door import Answer

_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_LOCKED = frozenset({401, 402, 403, 407, 451})
_BUSY = frozenset({429, 503})
_SEPARATOR = re.compile(r"\s+(?:[-|–—·•:»«›/]+)\s+")  # noqa: RUF001  # dashes as titles have them
_MOST_PARTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a page shows: an outcome, with why when it is not ``present``."""

    outcome: Outcome
    reason: Reason | None = None
    detail: str = ""
    is_busy: bool = False


def judge(answer: Answer, *, asked: str, title: str) -> Verdict:
    """Judge a post's page, the feed itself being readable.

    Args:
        answer: What came back for the permalink.
        asked: The permalink as it was asked for.
        title: Print of the post's title as last seen; empty if unknown.
    """
    status = answer.status
    if status in _GONE:
        return Verdict(
            outcome=Outcome.GONE,
            reason=Reason.GONE_OR_HIDDEN,
            detail=f"its page answers {status} and the feed does not list it",
        )
    if status in _BUSY:
        reason = Reason.RATE_LIMIT if status == HTTPStatus.TOO_MANY_REQUESTS else Reason.TRANSIENT
        return _open(f"its page answers {status}", reason, is_busy=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _open(f"its page answers {status}", Reason.TRANSIENT)
    if status in _LOCKED:
        return _open(f"its page is not shown to the public ({status})", Reason.FORBIDDEN)
    if status != HTTPStatus.OK:
        return _open(f"its page answers {status}", Reason.CONTRACT)
    return _judge_page(answer, asked=asked, title=title)


def _judge_page(answer: Answer, *, asked: str, title: str) -> Verdict:
    page = _html.decode(answer.body, answer.headers.get("content-type", ""))
    head = _html.head_of(page, url=answer.url)
    if title:
        if any(print_of(name) == title for name in _names(head.names)):
            return Verdict(outcome=Outcome.PRESENT)
        if is_elsewhere(asked, answer.url):
            return _open("its address now leads to another page", Reason.GONE_OR_HIDDEN)
        return _open("its page opens, but no longer under its title", Reason.GONE_OR_HIDDEN)
    if is_elsewhere(asked, answer.url):
        return _open("its address now leads to another page", Reason.GONE_OR_HIDDEN)
    place = place_of(asked)
    if place and head.canonical is not None and place_of(head.canonical) == place:
        return Verdict(outcome=Outcome.PRESENT)
    return _open("its page opens, but nothing on it says that it is this post", Reason.PARTIAL)


def _open(detail: str, reason: Reason, *, is_busy: bool = False) -> Verdict:
    return Verdict(outcome=Outcome.CANNOT_TELL, reason=reason, detail=detail, is_busy=is_busy)


def is_elsewhere(asked: str, reached: str) -> bool:
    """Tell whether a redirect led away from the page itself (not just to https or a slash)."""
    return place_of(asked) != place_of(reached)


def _names(names: tuple[str, ...]) -> Iterator[str]:
    """Yield each name whole, and every beginning and end of it at a separator.

    ``Bin days - Anyborough blog`` and ``Anyborough - View topic - Bin days`` both hold the
    title of a post.
    """
    for name in names:
        yield name
        cuts = list(_SEPARATOR.finditer(name))[:_MOST_PARTS]
        for cut in cuts:
            yield name[: cut.start()]
            yield name[cut.end() :]
