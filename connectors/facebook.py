"""A Facebook page of the council, through its own page token.

Set-up: an app of the council in development mode, a page token with `pages_show_list` and
`pages_read_engagement` made by somebody with a role on the page; no review by Meta is
needed. `handle` is the page's number or user name. What is scheduled is read where the token
may see it. See docs/connectors/facebook.md.

Limits: about 600 posts a year are listed, 100 a request; 4,800 requests a day for each
engaged user of the page; reading stops at 90 % of the allowance. Two requests a run for up to
100 posts (published, scheduled), and one for each post that is no longer listed.

Blind spots: Reels and stories, comments and visitors' posts, posts limited to some people,
what is scheduled if the token may not see it, which version was shown before an edit was
noticed, and the alternative text of most pictures.

A post is gone when Facebook does not show it and shows the page to the same token afterwards.
One that had not appeared is gone only while the list of what is scheduled is shown, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import AccessError, ContractError
from config.types import Outcome, Reason
from connectors import _graph_posts
from connectors._graph_client import GraphClient
from connectors._graph_errors import NotShownError, TooMuchError
from connectors._graph_listing import Listing
from connectors._graph_login import FACEBOOK_LOGIN
from connectors._graph_page import GraphPage
from connectors._graph_scheduled import Scheduled, is_read
from connectors._settling import cannot_tell, shown
from connectors.base import Asking, Batch, Platform, Reread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from config.register import Account
    from connectors._graph_posts import JSON
    from connectors.base import (
        Absence,
        Circumstances,
        FetchedPost,
        FetchedProfile,
        KnownPost,
    )

_ENOUGH_PERCENT = 90
_USED_UP = "Facebook's allowance of requests is nearly used up"
SCHEDULED = "scheduled posts"


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
        self._scheduled = Scheduled(circumstances, self._graph, self._page)
        self._shown: dict[str, FetchedPost] = {}

    # What the protocol asks.

    def profile(self) -> FetchedProfile | None:
        """Read the page's name, words, contact details and picture."""
        self._scheduled.try_again()
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
            if self._is_nearly_used_up():
                listing.cut(_USED_UP)
                break
            yield Batch(posts=posts, lists_window=True)
        beside: list[str] = []  # what is missing beside the list of published posts
        if until is None:
            posts += self._waiting(beside)
        remarks = (*listing.notes, *beside, self._scheduled.remark, self._version_note())
        yield Batch(
            posts=posts,
            complete=not (listing.notes or beside),
            gap=listing.gap(),
            lists_window=True,
            note="; ".join(dict.fromkeys(filter(None, remarks))),
        )

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Read posts again: from this run's listing, else one request each."""
        for each in known:
            post = self._shown.get(each.platform_id)
            if post is not None:
                yield shown(each.platform_id, post)
            elif self._is_nearly_used_up():
                said = f"not asked: {_USED_UP}"
                yield cannot_tell(each.platform_id, Reason.RATE_LIMIT, said)
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
        """Return the picture's hash, so that a failed fetch looks like no change; what waits."""
        return {**self._page.validators(), **self._scheduled.validators()}

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
                self._scheduled.has_appeared(post.platform_id)
                if listing.wants(post):
                    taken.append(post)
        return tuple(taken)

    def _waiting(self, beside: list[str]) -> tuple[FetchedPost, ...]:
        """Return what is scheduled and was not listed as published in this run."""
        if self._is_nearly_used_up():
            beside.append(_USED_UP)
            return ()
        found = self._scheduled.posts(notes=beside)
        fresh = [post for post in found if post.platform_id not in self._shown]
        self._shown |= {post.platform_id: post for post in fresh}
        return tuple(fresh)

    def _is_nearly_used_up(self) -> bool:
        return self._graph.used_percent >= _ENOUGH_PERCENT

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
        name = known.platform_id
        was_waiting = self._scheduled.waits(name)
        try:
            raw = self._graph.node(name, fields=_graph_posts.POST_FIELDS)
        except NotShownError:
            self._page.prove()
            if was_waiting:
                return self._taken_back(name)
            return _gone(name, "Facebook no longer shows it, and shows the page itself")
        except AccessError as error:
            if was_waiting and error.reason is Reason.FORBIDDEN:
                return self._taken_back(name)
            raise
        waiting = self._scheduled.seen(raw)
        if waiting is not None:
            return shown(name, waiting)
        self._scheduled.has_appeared(name)
        if not _graph_posts.is_visible(raw):
            return _gone(name, "it still exists, but the page no longer shows it to the public")
        post = _graph_posts.post_of(raw, redactor=self._given.door.redactor)
        if post is None:
            raise ContractError("Facebook's post has no id", account=self._account.id)
        hidden = raw.get("is_hidden") is True
        return Reread(
            platform_id=name,
            outcome=Outcome.PRESENT,
            post=post,
            detail="hidden from the timeline, but it opens by its address" if hidden else "",
        )

    def _taken_back(self, name: str) -> Reread:
        """Return what it means that a post is not shown which had not appeared."""
        if self._scheduled.is_taken_back(name):
            return _gone(name, "it is no longer scheduled, and nobody was seen to be shown it")
        said = "it was scheduled, and what is scheduled is not shown to our token any more"
        return cannot_tell(name, Reason.PARTIAL, said)


def _gone(name: str, why: str) -> Reread:
    return Reread(platform_id=name, outcome=Outcome.GONE, reason=Reason.GONE_OR_HIDDEN, detail=why)


def _seen(account: Account, kept: Mapping[str, str]) -> frozenset[str]:
    """Return which blind spots an account's settings and its token take away."""
    del account
    return frozenset({SCHEDULED} if is_read(kept) else ())


CONNECTOR = Platform(
    name="facebook",
    title="Facebook page",
    open=FacebookConnector,
    needs_credential=True,
    login=FACEBOOK_LOGIN,
    asking=Asking(pull=2, profile=2),
    sees=_seen,
    blind_spots=(
        "Reels",
        "stories",
        SCHEDULED,
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
