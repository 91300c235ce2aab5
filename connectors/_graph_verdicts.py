"""What is concluded of a post on a page from what Graph tells of it by its id: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import Outcome, Reason
from connectors._graph_posts import is_visible
from connectors.base import Reread

if TYPE_CHECKING:
    from connectors._graph_posts import JSON
    from connectors.base import FetchedPost


def gone(name: str, why: str) -> Reread:
    """Return that a post is no longer visible; whoever says so has proved the page alive."""
    return Reread(platform_id=name, outcome=Outcome.GONE, reason=Reason.GONE_OR_HIDDEN, detail=why)


def told(name: str, raw: JSON, post: FetchedPost) -> Reread:
    """Return what it means that a post is told of.

    Args:
        name: Its id.
        raw: As Graph gives it.
        post: The same.
    """
    if not is_visible(raw):
        return gone(name, "it still exists, but the page no longer shows it to the public")
    is_off_timeline = raw.get("is_hidden") is True
    return Reread(
        platform_id=name,
        outcome=Outcome.PRESENT,
        post=post,
        detail="hidden from the timeline, but it opens by its address" if is_off_timeline else "",
    )
