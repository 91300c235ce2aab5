"""What others write on the loopback Graph's Pages: comments, answers to them, visitors' posts."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from monitor.demo.graph_words import error, writer, written
from monitor.demo.things import Condition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.demo.graph_fields import Field
    from monitor.demo.server import Answer
    from monitor.demo.things import TownAccount, TownPost
    from monitor.demo.world import World

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a list of comments is asked for.

    Attributes:
        limit: Most of them.
        start: How many to pass over.
        is_stream: Answers to comments too, else only what stands directly below the post.
        is_newest_first: In which order.
        has_summary: Whether they are counted too.
    """

    limit: int
    start: int
    is_stream: bool
    is_newest_first: bool
    has_summary: bool

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Wanted:
        """Read the modifiers of a field, or the parameters of a request."""
        return cls(
            limit=min(int(asked.get("limit", "25")), MOST),
            start=max(0, turned(asked.get("after", ""))),
            is_stream=asked.get("filter", "toplevel") == "stream",
            is_newest_first=asked.get("order", "") == "reverse_chronological",
            has_summary=asked.get("summary", "") in {"1", "true", "total_count"},
        )


class Others:
    """Knows what others wrote, and whether a token may see it."""

    def __init__(self, world: World) -> None:
        """Look at a town."""
        self._world = world

    def refusal(self, label: str) -> Answer | None:
        """Return the refusal for a token without the permission; None: it may ask."""
        if not self._world.has(label, Condition.NO_OTHERS):
            return None
        said = (
            "(#10) This endpoint requires the 'pages_read_user_content' permission or the "
            "'Page Public Content Access' feature."
        )
        return error(said, "OAuthException", 10, status=403)

    def may_see(self, label: str) -> bool:
        """Return whether a token is shown what others wrote."""
        unseen = (Condition.NO_OTHERS, Condition.OTHERS_WITHHELD)
        return not any(self._world.has(label, each) for each in unseen)

    def visits(self, label: str) -> list[TownPost]:
        """Return visitors' posts as a list shows them: not what the page has hidden."""
        if not self.may_see(label):
            return []
        return [post for post in self._world.visits(label) if post.hidden_at is None]

    def comment(self, key: str) -> TownPost | None:
        """Return a comment that stands, if the token may see it; the page's own always."""
        found = self._world.post(key)
        if found is None or not found.under or not self._world.top(found):
            return None
        return found if not found.by or self.may_see(found.account) else None

    def below(
        self, page: TownAccount, post: TownPost, wanted: Wanted, *, path: str
    ) -> dict[str, Any]:
        """Return the comments below a post as Graph lists them.

        Args:
            page: On which it stands.
            post: The post, or the comment, whose comments are wanted.
            wanted: How they are asked for.
            path: Of the list, for the address of its next page.
        """
        root = post if not post.under else self._world.post(self._world.top(post)) or post
        all_of_them = [
            each
            for each in self._world.comments(root)
            if each.under == post.root_id or (wanted.is_stream and not post.under)
        ]
        sees = self.may_see(post.account)
        shown = [each for each in all_of_them if sees or not each.by]
        shown = shown if wanted.is_newest_first else shown[::-1]
        held = shown[wanted.start : wanted.start + wanted.limit]
        stated: dict[str, Any] = {"data": [self.stated(page, each) for each in held]}
        if held:
            after = cursor(wanted.start + len(held))
            stated["paging"] = {"cursors": {"before": cursor(wanted.start), "after": after}}
            if wanted.start + len(held) < len(shown):
                query = urlencode({"access_token": page.token, "after": after})
                stated["paging"]["next"] = f"{path}?{query}"
        if wanted.has_summary:
            order = "reverse_chronological" if wanted.is_newest_first else "chronological"
            count = len(all_of_them)
            stated["summary"] = {"order": order, "total_count": count, "can_comment": True}
        return stated

    def stated(self, page: TownAccount, comment: TownPost) -> dict[str, Any]:
        """Return a comment with every field it has."""
        number = comment.root_id.partition("_")
        place = f"https://www.facebook.com/{page.platform_id}/posts/{number[0]}"
        stated: dict[str, Any] = {
            "id": comment.root_id,
            "message": comment.newest.body.text,
            "created_time": written(comment.published_at),
            "from": writer(page, comment),
            "permalink_url": f"{place}?comment_id={number[2]}",
            "is_hidden": comment.hidden_at is not None,
            "comment_count": 0,
            "like_count": 0,
        }
        above = self._world.post(comment.under)
        if above is not None and above.under:
            stated["parent"] = {
                "id": above.root_id,
                "message": above.newest.body.text,
                "created_time": written(above.published_at),
                "from": writer(page, above),
            }
        if comment.newest.body.links:
            link = comment.newest.body.links[0]
            title, description = comment.newest.body.preview
            stated["attachment"] = {
                "type": "share",
                "title": title,
                "description": description,
                "url": f"https://l.facebook.com/l.php?{urlencode({'u': link})}",
            }
        return stated


def modifiers_of(field: Field) -> Wanted:
    """Return how a field of a post asks for comments."""
    return Wanted.of(field.modifiers)


def cursor(place: int) -> str:
    """Return the cursor that stands for a place in a list."""
    return base64.urlsafe_b64encode(f"place:{place}".encode()).decode().rstrip("=")


def turned(after: str) -> int:
    """Return the place that a cursor stands for; -1 if it is none of ours."""
    if not after:
        return 0
    try:
        text = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode()
    except ValueError:
        return -1
    name, _, place = text.partition(":")
    return int(place) if name == "place" and place.isdecimal() else -1
