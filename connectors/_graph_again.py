"""What others wrote on a page, read again by its id: gone only once page and permission are proved.

Graph has one answer for deleted and for not permitted. So after something was not shown, the page
is asked for, and Facebook is asked what the token may do now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import AccessError
from config.types import Reason
from connectors import _graph_comments as c
from connectors import _graph_posts
from connectors._graph_errors import NotShownError
from connectors._graph_login import is_granted
from connectors._graph_others import PERMISSION
from connectors._graph_verdicts import gone, told
from connectors._settling import MOST_SINGLE, cannot_tell, shown
from connectors.base import Reread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from connectors._graph_client import GraphClient
    from connectors._graph_others import Others
    from connectors._graph_page import GraphPage
    from connectors._graph_posts import JSON
    from connectors.base import Circumstances, FetchedPost, KnownPost

_NOT_ANY_MORE = "what others write is not read any more: comments is not set"


class OthersAgain:
    """Reads comments and visitors' posts of one page again, in one run."""

    def __init__(
        self, its: Circumstances, graph: GraphClient, page: GraphPage, others: Others
    ) -> None:
        """Prepare; no request is made.

        Args:
            its: Of the account.
            graph: Asks with the page token.
            page: Where it stands.
            others: What this run's lists have shown.
        """
        self._its = its
        self._graph = graph
        self._page = page
        self._others = others
        self._singles = 0
        self._may_see: bool | None = None

    def may_see(self) -> bool:
        """Return whether the token may see what others write, asked once a run.

        Asked after something was not shown, so that a permission lost meanwhile is noticed.

        Raises:
            AccessError: The token is dead.
            LaterError: Too many requests, or trouble that passes.
        """
        if self._may_see is None:
            granted = is_granted(self._its, self._graph, PERMISSION)
            self._may_see = self._others.has_shown_any if granted is None else granted
        return self._may_see

    def comments(
        self, known: Sequence[KnownPost], *, is_short: Callable[[], bool]
    ) -> Iterator[Reread]:
        """Read comments again: those of one post together, then one by one.

        Args:
            known: Comments that this run's listing did not show.
            is_short: Whether the allowance of requests is nearly used up.

        Raises:
            AccessError, LaterError, ContractError: As for posts.
        """
        under: dict[str, list[KnownPost]] = {}
        for each in known:
            under.setdefault(each.current_id or "", []).append(each)
        for post, those in under.items():
            if not self._others.is_wanted:
                yield from (
                    cannot_tell(each.platform_id, Reason.PARTIAL, _NOT_ANY_MORE) for each in those
                )
                continue
            listed = self._together(post, those, is_short=is_short)
            for each in those:
                if each.platform_id in listed:
                    yield shown(each.platform_id, listed[each.platform_id])
                elif post in self._others.lost:
                    yield self._not_shown(each.platform_id)
                else:
                    yield self._single(each, is_short=is_short)

    def _together(
        self, post: str, those: Sequence[KnownPost], *, is_short: Callable[[], bool]
    ) -> dict[str, FetchedPost]:
        """Return what one question shows of the comments below a post.

        Nothing where the post itself is not shown: what stands below it is not, either.
        """
        if not post or len(those) == 1 or self._singles >= MOST_SINGLE or is_short():
            return {}
        self._singles += 1
        return {each.platform_id: each for each in self._others.newest_below(post)}

    def _single(self, known: KnownPost, *, is_short: Callable[[], bool]) -> Reread:
        name = known.platform_id
        if is_short():
            said = "not asked: Facebook's allowance of requests is nearly used up"
            return cannot_tell(name, Reason.RATE_LIMIT, said)
        if self._singles >= MOST_SINGLE:
            said = "not shown below its post; whether it is gone was not asked in this run"
            return cannot_tell(name, Reason.PARTIAL, said)
        self._singles += 1
        raw = self._node(name, c.number_of(name), c.COMMENT_FIELDS)
        if isinstance(raw, Reread):
            return raw
        post = c.comment_of(raw, under=known.current_id or "")
        if post is None or post.platform_id != name:
            said = "Facebook gave something about it that is no such comment"
            return cannot_tell(name, Reason.PARTIAL, said)
        if c.is_hidden(raw):
            return gone(name, "the page has hidden it: only its writer and their friends see it")
        return shown(name, post)

    def visit(self, name: str) -> Reread:
        """Read a visitor's post again by its id; raises as for posts."""
        if not self._others.is_wanted:
            return cannot_tell(name, Reason.PARTIAL, _NOT_ANY_MORE)
        raw = self._node(name, name, _graph_posts.POST_FIELDS)
        if isinstance(raw, Reread):
            return raw
        post = self._others.visitors(raw)
        if post is None or post.platform_id != name:
            said = "Facebook gave something about it that is no such post"
            return cannot_tell(name, Reason.PARTIAL, said)
        return told(name, raw, post)

    def _node(self, name: str, number: str, fields: str) -> JSON | Reread:
        """Ask for one thing that others wrote; what it means if it is not shown."""
        try:
            return self._graph.node(number, fields=fields)
        except NotShownError:
            return self._not_shown(name)
        except AccessError as error:
            if error.reason is not Reason.FORBIDDEN:
                raise
        return cannot_tell(name, Reason.FORBIDDEN, f"the token may lack {PERMISSION}")

    def _not_shown(self, name: str) -> Reread:
        """Return what it means that something of others is not shown."""
        self._page.prove()
        if self.may_see():
            return gone(name, "Facebook no longer shows it, and shows what others write")
        said = f"Facebook does not show it, but the token may lack {PERMISSION}"
        return cannot_tell(name, Reason.PARTIAL, said)
