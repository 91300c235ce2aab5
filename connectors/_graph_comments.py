"""Comments on a page's posts, as Graph gives them, turned into our values: pure.

Of what other people wrote only words, links and the name over it are kept: no answer as it came,
no address of a picture. Graph tells no time of an edit: it is a changed content hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors import _html
from connectors._graph_posts import (
    ATTACHED,
    JSON,
    UNNAMED,
    author_of,
    content_of,
    id_of,
    inner,
    instant,
    words,
)
from connectors.base import FetchedPost

if TYPE_CHECKING:
    from datetime import datetime

COMMENT = "comment "
"""Before Graph's own id of a comment, which has the form of a post's."""
NESTED = 25
"""So many come with each post; a post that has more of them is asked about by itself."""
COMMENT_FIELDS = (
    "id,message,from{id,name},created_time,parent{id},permalink_url,is_hidden,"
    f"attachment{{{ATTACHED}}}"
)
LISTED = {"filter": "stream", "order": "reverse_chronological"}
"""Answers to comments stand in the same list, and the newest come first."""
WITH_COMMENTS = (
    f"comments.filter({LISTED['filter']}).order({LISTED['order']}).limit({NESTED}).summary(true)"
    f"{{{COMMENT_FIELDS}}}"
)


def number_of(platform_id: str) -> str:
    """Return Graph's own id of one of our comments; empty if it is none."""
    own = platform_id.removeprefix(COMMENT)
    return own if own != platform_id else ""


def is_hidden(raw: JSON) -> bool:
    """Tell whether the page has hidden a comment: only its writer and their friends see it."""
    return raw.get("is_hidden") is True


def comment_of(raw: JSON, *, under: str) -> FetchedPost | None:
    """Return one comment; None if it has no id.

    Args:
        raw: As Graph gives it.
        under: Id of the post below which it stands, which begins with the page's own number.
    """
    number = id_of(raw.get("id"))
    if not number:
        return None
    above = id_of(inner(raw, "parent").get("id"))
    attached = inner(raw, "attachment")
    said = {"id": under, "message": raw.get("message"), "attachments": {"data": [attached]}}
    return FetchedPost(
        platform_id=f"{COMMENT}{number}",
        current_id=under or None,
        url=_html.web_address(words(raw.get("permalink_url"))) or "",
        published_at=instant(raw.get("created_time")),
        author=author_of(raw, under, default=UNNAMED),
        parent_id=f"{COMMENT}{above}" if above else under or None,
        content=content_of(said),
    )


def counted(stated: JSON) -> int:
    """Return how many comments Facebook counts, those that it does not show too."""
    number = inner(stated, "summary").get("total_count")
    return max(0, number) if isinstance(number, int) and not isinstance(number, bool) else 0


def next_place(stated: JSON) -> str:
    """Return where the next comments begin; empty after the last one."""
    paging = inner(stated, "paging")
    after = inner(paging, "cursors").get("after")
    has_more = isinstance(paging.get("next"), str) and bool(paging["next"])
    return after if has_more and isinstance(after, str) else ""


def is_before(post: FetchedPost, since: datetime) -> bool:
    """Tell whether a comment was written before a moment."""
    return post.published_at is not None and post.published_at < since
