"""What a listing has shown so far, page by page, and what it could not show: no request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.base import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from connectors.base import FetchedPost


@dataclass(slots=True, kw_only=True)
class Listing:
    """One listing of one run, newest first, of everything in a window.

    Attributes:
        since: Oldest publishing time wanted, inclusive; aware UTC.
        until: Newest wanted, inclusive to the second; None: up to now.
        as_of: The present moment.
        limit: Most posts wanted.
        seen: Every post that was shown, wanted or not, by its platform id.
        given: Those that were handed over.
        wanted: How many these are.
        reached: Everything newer than this has been listed.
        notes: Why it is not complete.
        pages: Where pages began.
    """

    since: datetime
    until: datetime | None
    as_of: datetime
    limit: int
    seen: dict[str, FetchedPost] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    wanted: int = 0
    reached: datetime | None = None
    notes: list[str] = field(default_factory=list)
    pages: set[str] = field(default_factory=set)

    def note(self, said: str) -> None:
        """Keep why the listing is not complete, each reason once."""
        if said not in self.notes:
            self.notes.append(said)

    def take(self, posts: Iterable[FetchedPost], *, always: bool = False) -> list[FetchedPost]:
        """Return those of a page that are wanted and were not handed over before.

        Args:
            posts: As the platform lists them.
            always: Wanted however old they are (pinned ones).
        """
        fresh = []
        for post in posts:
            self.seen.setdefault(post.platform_id, post)
            if post.platform_id not in self.given and (always or self.is_within(post)):
                self.given.add(post.platform_id)
                fresh.append(post)
        self.wanted += len(fresh)
        return fresh

    def is_within(self, post: FetchedPost) -> bool:
        """Tell whether a post was published in the window; one without a time counts as new."""
        at = post.published_at
        if at is None:
            return True
        is_early = self.until is None or at.replace(microsecond=0) <= self.until
        return at >= self.since and is_early

    def is_past(self) -> bool:
        """Tell whether the listing has gone beyond the window."""
        return self.reached is not None and self.reached < self.since

    def may_turn(self, place: str, *, most_pages: int, title: str) -> bool:
        """Tell whether the next page may be asked for; if not, the notes say why.

        Args:
            place: Where the next page begins.
            most_pages: How many pages are enough for one run.
            title: The platform's name in sentences.
        """
        if place in self.pages or len(self.pages) >= most_pages:
            self.note(f"{title}'s list of posts had no end")
            return False
        if self.wanted >= self.limit:
            self.note(f"there were more than {self.limit:,} posts")
            return False
        self.pages.add(place)
        return True

    def page(self, posts: Iterable[FetchedPost]) -> Batch:
        """Return a page that is not the last one."""
        return Batch(posts=tuple(posts), lists_window=True, reached=self.reached)

    def last(self, posts: Iterable[FetchedPost]) -> Batch:
        """Return the last page, with what is missing."""
        if not self.notes:
            return self.page(posts)
        end = self.reached or self.until or self.as_of
        gap = (self.since, end) if self.since < end else None
        return Batch(
            posts=tuple(posts),
            complete=False,
            lists_window=True,
            gap=gap,
            note="; ".join(self.notes),
            reached=self.reached,
        )
