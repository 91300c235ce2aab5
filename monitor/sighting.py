"""From a connector's values to storage's: what was seen of a post or profile, and when."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from config.types import Outcome, Reason, SubjectKind
from storage.values import ExtraWords, Seen, Words

if TYPE_CHECKING:
    from datetime import datetime

    from connectors.base import Content, FetchedPost, Reread


def words_of(content: Content) -> Words:
    """Return a connector's content as storage keeps it."""
    text = content.text()
    lead = len(content.own) - len(content.own.lstrip("\n"))
    return Words(
        text=text,
        own_length=max(0, min(len(text), len(content.own) - lead)),
        extras=tuple(
            ExtraWords(kind=extra.kind, text=extra.text, by=extra.by) for extra in content.extras
        ),
        links=content.links,
        pictures=content.pictures,
        is_repost=content.is_repost,
        fields=dict(content.fields),
    )


def seen_of(post: FetchedPost, as_of: datetime) -> Seen:
    """Return a post as it was read just now, ready to be recorded."""
    return Seen(
        subject=SubjectKind.POST,
        platform_id=post.platform_id,
        at=as_of,
        outcome=Outcome.PRESENT,
        content_hash=post.content.digest(),
        words=words_of(post.content),
        current_id=post.current_id,
        url=post.url,
        published_at=post.published_at,
        edited_at=post.edited_at,
        author=post.author,
        parent_id=post.parent_id,
        raw=post.raw,
        stills=tuple((still.name, still.address) for still in post.stills),
        is_scheduled=post.is_scheduled,
    )


def versions_seen(post: FetchedPost, as_of: datetime) -> list[Seen]:
    """Return a post as it was read just now, after what the platform says it said before."""
    now = seen_of(post, as_of)
    before = [
        replace(
            now,
            content_hash=each.content.digest(),
            words=words_of(each.content),
            edited_at=each.edited_at,
            raw=None,
            stills=(),
        )
        for each in post.earlier
    ]
    return [*before, now]


def reread_seen(answer: Reread, as_of: datetime, *, all_at_once: bool) -> Seen:
    """Return what asking about one known post came to, ready to be recorded.

    Args:
        answer: What the platform said.
        as_of: The present moment; aware UTC.
        all_at_once: Everything known vanished at once, which proves no deletion.
    """
    if answer.outcome is Outcome.PRESENT and answer.post is not None:
        return replace(seen_of(answer.post, as_of), platform_id=answer.platform_id)
    outcome, reason = answer.outcome, answer.reason
    if all_at_once and outcome is Outcome.GONE:
        outcome, reason = Outcome.CANNOT_TELL, Reason.PARTIAL
    return Seen(
        subject=SubjectKind.POST,
        platform_id=answer.platform_id,
        at=as_of,
        outcome=outcome,
        reason=reason,
        detail=answer.detail,
    )
