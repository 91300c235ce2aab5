"""How far a listing of X has come, and what an empty answer is worth: no request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connectors import _x_words as x

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.base import FetchedPost

# Answers lag behind: ids of the last hour are asked for again, as far as today goes, because
# what was paid for today is free until midnight UTC. Around midnight they are paid once more.
_OVERLAP = timedelta(hours=1)
_LAG = timedelta(hours=2)
# An id from beyond this would make the cursor skip everything until then.
_FUTURE = timedelta(days=1)


def after(cursor: str, *, as_of: datetime) -> dict[str, str | datetime]:
    """Return where a listing begins: a little before the cursor where that is free, or late."""
    newest, today = int(cursor), x.id_at(as_of.replace(hour=0, minute=0, second=0, microsecond=0))
    before = max(0, newest - (int(_OVERLAP.total_seconds() * 1000) << x.ID_BITS))
    if newest > x.id_at(as_of - _LAG):  # an older post may not have been shown yet
        return {"since_id": str(before)}
    return {"since_id": cursor if newest <= today else str(max(today, before))}


@dataclass(slots=True, kw_only=True)
class Listing:
    """What a listing has shown so far.

    Attributes:
        as_of: The present moment; aware UTC.
        roots: Its posts, by the first id of their chains.
        newest: The highest id that was shown; 0: none.
        oldest: The lowest; 0: none.
        reached: Everything newer than this has been listed.
        oldest_at: When the oldest of its posts was published.
        notes: Why it is not complete.
    """

    as_of: datetime
    roots: dict[str, FetchedPost] = field(default_factory=dict)
    newest: int = 0
    oldest: int = 0
    reached: datetime | None = None
    oldest_at: datetime | None = None
    notes: list[str] = field(default_factory=list)

    def note(self, said: str) -> None:
        """Keep why the listing is not complete, each reason once."""
        if said and said not in self.notes:
            self.notes.append(said)

    def take(self, post: FetchedPost) -> bool:
        """Count a post that is listed; return whether it is none that was listed before."""
        number = int(post.current_id or post.platform_id)
        # Pages go by the newest id of a chain, whose first one may be an hour older.
        listed_at = x.instant_of_id(str(number))
        self.reached = min(listed_at, self.reached or listed_at)
        self.oldest = min(number, self.oldest or number)
        earlier = self.roots.get(post.platform_id)
        if earlier is not None and int(earlier.current_id or 0) >= number:
            return False
        self.roots[post.platform_id] = post
        if listed_at <= self.as_of + _FUTURE:
            self.newest = max(self.newest, number)
        if post.published_at is not None:
            self.oldest_at = min(self.oldest_at or post.published_at, post.published_at)
        return True

    def turn_back(self, bounds: dict[str, str | datetime]) -> bool:
        """Let the list go on before the last post; False if it was asked for so already."""
        place = str(self.oldest)
        if not self.oldest or bounds.get("until_id") == place:
            return False
        bounds["until_id"] = place
        return True

    def is_doubtful(self, bounds: Mapping[str, str | datetime], cursor: str) -> bool:
        """Return whether a list that shows nothing reaches back to what was newest before."""
        since = bounds.get("since_id")
        return not self.roots and isinstance(since, str) and int(since) < int(cursor)
