"""How far a listing of Graph has come: cursors, bounds of time, page sizes; no request."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from connectors._graph_posts import inner, instant

if TYPE_CHECKING:
    from datetime import datetime

    from connectors._graph_posts import JSON
    from connectors.base import FetchedPost

PAGE_SIZE = 100
_MOST_PAGES = 40
_HALVINGS = 2


class Listing:
    """How far a listing has come."""

    def __init__(
        self,
        *,
        since: datetime,
        until: datetime | None,
        limit: int,
        reach: timedelta = timedelta(),
        size: int = PAGE_SIZE,
    ) -> None:
        """Begin.

        Args:
            since: Oldest publishing time wanted, inclusive; aware UTC.
            until: Newest wanted, inclusive; None: up to now.
            limit: Most posts.
            reach: So much older ones are listed as well, and not wanted.
            size: Posts of a page.
        """
        self.since = since
        self.first = since - reach
        self.until = until
        self.size = max(1, min(size, PAGE_SIZE, limit))
        self.place: dict[str, str] = {}
        self.notes: list[str] = []
        self.is_over = False
        self._limit = limit
        self._taken = 0
        self._oldest: datetime | None = None
        self._pages = 0
        self._halved = 0
        self._asked: set[str] = set()

    @property
    def bound(self) -> dict[str, int]:
        """Return the newest time to ask for, a second later, as the other bound; if any."""
        return {} if self.until is None else {"until": int(self.until.timestamp()) + 1}

    def wants(self, post: FetchedPost) -> bool:
        """Count a post if it is wanted."""
        at = post.published_at
        if at is not None and (at < self.since or (self.until is not None and at > self.until)):
            return False
        if self._taken >= self._limit:
            self.cut(f"only the first {self._limit} posts were taken")
            return False
        self._taken += 1
        if at is not None:
            self._oldest = min(at, self._oldest or at)
        return True

    def halve(self, most: int = _HALVINGS) -> bool:
        """Ask for half as many a page; False when that was done often enough."""
        self._halved += 1
        self.size = max(1, self.size // 2)
        return self._halved <= most

    @property
    def is_halved(self) -> bool:
        """Return whether Facebook wanted fewer a page."""
        return self._halved > 0

    def turn(self, stated: JSON) -> None:
        """Find the next page; an empty page that has a next one is not the end."""
        self._pages += 1
        paging = inner(stated, "paging")
        following = paging.get("next")
        listed = stated.get("data")
        if not isinstance(following, str) or not following or self._is_past(listed):
            self.is_over = True
            return
        self.place = _place(paging, following)
        key = repr(sorted(self.place.items()))
        if not self.place or key in self._asked:
            self.cut("Facebook's list goes round in circles")
            self.is_over = True
        elif self._pages >= _MOST_PAGES or self._taken >= self._limit:
            self.cut(f"the list is longer than {self._taken} posts")
            self.is_over = True
        self._asked.add(key)

    def _is_past(self, listed: Any) -> bool:
        """Tell whether a whole page lies before the time that is wanted."""
        if not isinstance(listed, list) or not listed:
            return False
        times = [instant(each.get("created_time")) for each in listed if isinstance(each, dict)]
        return bool(times) and all(at is not None and at < self.first for at in times)

    def cut(self, note: str) -> None:
        """Say that it was not read whole."""
        if note not in self.notes:
            self.notes.append(note)

    def gap(self) -> tuple[datetime, datetime] | None:
        """Return what was not read, if the listing was cut and it can be told."""
        if not self.notes or self._oldest is None:
            return None
        return (self.since, self._oldest)


def _place(paging: JSON, following: str) -> dict[str, str]:
    """Return where the next page begins: by cursor, on old lists by time."""
    after = inner(paging, "cursors").get("after")
    if isinstance(after, str) and after:
        return {"after": after}
    try:
        query = parse_qs(urlsplit(following).query)
    except ValueError:
        return {}
    wanted = ("after", "until", "__paging_token")
    return {name: query[name][0] for name in wanted if query.get(name)}
