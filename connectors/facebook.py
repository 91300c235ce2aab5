"""A Facebook page of the council, through its own page token.

Set-up: an app of the council in development mode, a page token with `pages_show_list` and
`pages_read_engagement` made by somebody with a role on the page; no review by Meta is
needed. `handle` is the page's number or user name. See docs/connectors/facebook.md.

Limits: about 600 posts a year are listed, 100 a request; 4,800 requests a day for each
engaged user of the page; reading stops at 90 % of the allowance. Three requests a run for
up to 100 posts (page, its picture, posts), and one for each post that is no longer listed.

Blind spots: Reels and stories, comments and visitors' posts, posts limited to some people,
which version was shown before an edit was noticed, and the alternative text of most
pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import ContractError
from config.types import Outcome, Reason
from connectors import _graph_posts
from connectors._graph_client import GraphClient
from connectors._graph_errors import NotShownError, TooMuchError
from connectors._graph_listing import Listing
from connectors._graph_login import FACEBOOK_LOGIN
from connectors._graph_page import GraphPage
from connectors.base import Asking, Batch, Platform, Reread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors._graph_posts import JSON
    from connectors.base import (
        Absence,
        Circumstances,
        FetchedPost,
        FetchedProfile,
        KnownPost,
    )

_ENOUGH_PERCENT = 90


class FacebookConnector:
    """Reads one page in one run."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Prepare; no request is made.

        Args:
            circumstances: The account, the door and the page token.
        """
        self._given = circumstances
        self._account = circumstances.account
        self._graph = GraphClient(circumstances)
        self._page = GraphPage(circumstances, self._graph)
        self._shown: dict[str, FetchedPost] = {}

    # What the protocol asks.

    def profile(self) -> FetchedProfile | None:
        """Read the page's name, words, contact details and picture."""
        return self._page.profile()

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = 3200
    ) -> Iterator[Batch]:
        """Read the page's published posts, newest first, 100 a request.

        Args:
            since: Oldest ``published_at`` wanted, inclusive; aware UTC.
            until: Newest wanted, inclusive; None: up to now.
            limit: Most posts.

        Yields:
            Batches; one that was cut short says why and holds the gap.
        """
        listing = Listing(since=since, until=until, limit=limit)
        while True:
            stated = self._list(listing)
            posts = self._taken(stated, listing)
            listing.turn(stated)
            if listing.is_over:
                break
            if self._graph.used_percent >= _ENOUGH_PERCENT:
                listing.cut("Facebook's allowance of requests is nearly used up")
                break
            yield Batch(posts=posts, lists_window=True)
        note = "; ".join(filter(None, [*listing.notes, self._version_note()]))
        yield Batch(
            posts=posts,
            complete=not listing.notes,
            gap=listing.gap(),
            lists_window=True,
            note=note,
        )

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Read posts again: from this run's listing, else one request each."""
        for each in known:
            post = self._shown.get(each.platform_id)
            if post is not None:
                yield Reread(platform_id=each.platform_id, outcome=Outcome.PRESENT, post=post)
            elif self._graph.used_percent >= _ENOUGH_PERCENT:
                yield Reread(
                    platform_id=each.platform_id,
                    outcome=Outcome.CANNOT_TELL,
                    reason=Reason.RATE_LIMIT,
                    detail="not asked: Facebook's allowance of requests is nearly used up",
                )
            else:
                yield self._ask_again(each)

    def probe(self) -> None:
        """Ask for the page's id with the same token, once a run.

        Raises:
            AccessError: The token is dead, or the page is not shown to it.
            LaterError: Nothing can be told now.
            ContractError: The answer is not as documented.
        """
        self._page.probe()

    def absence(self) -> Absence | None:
        """Ask for the page, and then who the login is: a page's own login ends with it."""
        return self._page.absence()

    def validators(self) -> Mapping[str, str]:
        """Return the picture's hash, so that a failed fetch does not look like a change."""
        return self._page.validators()

    # The listing.

    def _list(self, listing: Listing) -> JSON:
        """Ask for the next page of posts, a smaller one if Facebook wants it smaller."""
        if not self._page.key:
            self._page.probe()
        while True:
            try:
                return self._graph.edge(
                    self._page.key,
                    "published_posts",
                    fields=_graph_posts.POST_FIELDS,
                    limit=listing.size,
                    # A second early, since the bound is compared in whole seconds.
                    since=int(listing.since.timestamp()) - 1,
                    **listing.bound,
                    **listing.place,
                )
            except TooMuchError:
                if not listing.halve():
                    raise
            except NotShownError as error:
                raise self._page.gone() from error

    def _taken(self, stated: JSON, listing: Listing) -> tuple[FetchedPost, ...]:
        """Return the wanted posts of one answer, each once a run."""
        listed = stated.get("data")
        if not isinstance(listed, list):
            raise ContractError(
                "Facebook's list of posts is no list",
                account=self._account.id,
                sample=", ".join(sorted(map(str, stated))),
            )
        taken: list[FetchedPost] = []
        redactor = self._given.door.redactor
        for raw in listed:
            post = _graph_posts.post_of(raw, redactor=redactor) if isinstance(raw, dict) else None
            if post is None:
                listing.cut("an entry of the list is no post")
            elif post.platform_id not in self._shown and _graph_posts.is_visible(raw):
                self._shown[post.platform_id] = post
                if listing.wants(post):
                    taken.append(post)
        return tuple(taken)

    def _version_note(self) -> str:
        asked, answered = self._graph.version, self._graph.answered_version
        if not answered or answered == asked:
            return ""
        return (
            f"Facebook answers as {answered[:12]} although {asked} was asked for: set api_version "
            "to one that is live"
        )

    # Single posts.

    def _ask_again(self, known: KnownPost) -> Reread:
        try:
            raw = self._graph.node(known.platform_id, fields=_graph_posts.POST_FIELDS)
        except NotShownError:
            self.probe()
            return Reread(
                platform_id=known.platform_id,
                outcome=Outcome.GONE,
                reason=Reason.GONE_OR_HIDDEN,
                detail="Facebook no longer shows it, and shows the page itself",
            )
        if not _graph_posts.is_visible(raw):
            return Reread(
                platform_id=known.platform_id,
                outcome=Outcome.GONE,
                reason=Reason.GONE_OR_HIDDEN,
                detail="it still exists, but the page no longer shows it to the public",
            )
        post = _graph_posts.post_of(raw, redactor=self._given.door.redactor)
        if post is None:
            raise ContractError("Facebook's post has no id", account=self._account.id)
        hidden = raw.get("is_hidden") is True
        return Reread(
            platform_id=known.platform_id,
            outcome=Outcome.PRESENT,
            post=post,
            detail="hidden from the timeline, but it opens by its address" if hidden else "",
        )


CONNECTOR = Platform(
    name="facebook",
    title="Facebook page",
    open=FacebookConnector,
    needs_credential=True,
    login=FACEBOOK_LOGIN,
    asking=Asking(pull=1, profile=2),
    blind_spots=(
        "Reels",
        "stories",
        "visitors' posts",
        "posts limited to some people",
        "comments",
        "text in pictures",
    ),
    removal_steps=(
        "On the page, open the post's menu (three dots) and choose Move to bin. "
        "Empty the bin under Manage posts. Then open the post's address in a private window: "
        "it must say that the content is not available."
    ),
    closing_steps=(
        "Sign in, switch to the page, and download its information under Settings. "
        "Then choose Settings, Access and control, Deactivation and deletion. "
        "Choose Deactivate page if it is for a time only, and confirm with the password."
    ),
    recovery_steps=(
        "Open facebook.com/hacked and follow it for the person whose login was used. Under the "
        "page's settings, Page access, take away everybody you do not know. Ask Meta's business "
        "support for the page if nobody of yours is let in any more."
    ),
)
