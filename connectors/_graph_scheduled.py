"""Posts of a page that are scheduled, as far as the token may see them.

Facebook's documents name a page token for this list and no permission; a token that lacks one is
refused. Then the page is read without it, and it is tried again when the profile is read.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from config.errors import AccessError, ContractError, LaterError
from config.types import Reason
from connectors import _graph_posts
from connectors._graph_errors import NotShownError, TooMuchError
from connectors._graph_listing import Listing
from connectors._json import objects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors._graph_client import GraphClient
    from connectors._graph_page import GraphPage
    from connectors._graph_posts import JSON
    from connectors.base import Circumstances, FetchedPost

EDGE = "scheduled_posts"
_WAITING, _READ = "scheduled", "scheduled read"
_YES, _NO = "yes", "no"
_EVER = datetime(1970, 1, 2, tzinfo=UTC)
_MOST = 1000
"""More are not scheduled on any page; Facebook lets one be planned months ahead."""


class Scheduled:
    """What waits to appear on one page, for one run.

    Attributes:
        remark: Why it is not read, where it is not for a missing permission; else empty.
    """

    def __init__(self, its: Circumstances, graph: GraphClient, page: GraphPage) -> None:
        """Prepare; no request is made.

        Args:
            its: Of the account.
            graph: Asks with the page token.
            page: Whose posts.
        """
        self._its = its
        self._graph = graph
        self._page = page
        kept = its.state.validators
        self._waiting = set(filter(None, kept.get(_WAITING, "").split(",")))
        self._read = kept.get(_READ, "")
        self._is_refused = self._read == _NO
        self.remark = ""

    def try_again(self) -> None:
        """Ask for the list although it was refused before."""
        self._is_refused = False

    def posts(self, *, notes: list[str]) -> list[FetchedPost]:
        """Return what is scheduled; nothing where the token may not see it.

        Args:
            notes: Is told what could not be read.

        Raises:
            AccessError: The token is dead.
            LaterError: Too many requests.
        """
        if self._is_refused:
            return []
        listing = Listing(since=_EVER, until=None, limit=_MOST)
        found: list[FetchedPost] = []
        while not listing.is_over:
            stated = self._asked(listing)
            if stated is None:
                break
            for raw in objects(stated.get("data")):
                post = self.seen(raw)
                if post is None:
                    listing.cut("an entry of the list of scheduled posts is none")
                elif listing.wants(post):
                    found.append(post)
            listing.turn(stated)
        notes += [each for each in listing.notes if each not in notes]
        return found

    def seen(self, raw: JSON) -> FetchedPost | None:
        """Return a post that waits to appear, and keep it in mind; None if it does not."""
        post = _graph_posts.post_of(raw, redactor=self._its.door.redactor)
        if post is None or not post.is_scheduled:
            return None
        self._waiting.add(post.platform_id)
        return post

    def has_appeared(self, platform_id: str) -> None:
        """Note that a post is published: from now on anybody could see it."""
        self._waiting.discard(platform_id)

    def waits(self, platform_id: str) -> bool:
        """Return whether a post had not appeared when it was last seen."""
        return platform_id in self._waiting

    def is_taken_back(self, platform_id: str) -> bool:
        """Return whether a scheduled post that is not shown was taken back.

        Whoever may not see the list is not shown the post either: then nothing can be told.

        Raises:
            AccessError: The token is dead.
            LaterError: Too many requests, or trouble that passes.
        """
        # Asked after the post was not shown, so that a permission lost meanwhile is noticed.
        listing = Listing(since=_EVER, until=None, limit=1)
        if self._is_refused or self._asked(listing, fields="id") is None or listing.notes:
            return False
        self._waiting.discard(platform_id)
        return True

    def validators(self) -> dict[str, str]:
        """Return which posts wait, and whether the token may see them."""
        kept = {_WAITING: ",".join(sorted(self._waiting)), _READ: self._read}
        return {name: value for name, value in kept.items() if value}

    def _asked(self, listing: Listing, *, fields: str = _graph_posts.POST_FIELDS) -> JSON | None:
        """Return a page of the list; None if the token may not see it or it cannot be had now."""
        while True:
            try:
                stated = self._graph.edge(
                    self._page.key, EDGE, fields=fields, limit=listing.size, **listing.place
                )
            except TooMuchError:
                if listing.halve():
                    continue
                listing.cut("what is scheduled is more than Facebook gives at a time")
                return None
            except ContractError as error:
                self.remark = f"what is scheduled is not read: {error.what}"
                break
            except NotShownError:
                break
            except AccessError as error:
                if error.reason is not Reason.FORBIDDEN:
                    raise
                break
            except LaterError as error:
                if error.reason is not Reason.TRANSIENT:
                    raise
                listing.cut("what is scheduled could not be read now")
                return None
            self._read = _YES
            return stated
        self._is_refused, self._read = True, _NO
        return None


def is_read(kept: Mapping[str, str]) -> bool:
    """Return whether the run that left this was shown what is scheduled."""
    return kept.get(_READ) == _YES
