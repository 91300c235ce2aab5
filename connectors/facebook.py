"""A Facebook page of the council, through its own page token.

Set-up: an app of the council in development mode, a page token with `pages_show_list` and
`pages_read_engagement` made by somebody with a role on the page; no review by Meta is
needed. `handle` is the page's number or user name. What is scheduled is read where the token
may see it; with ``comments = true`` and `pages_read_user_content` comments and visitors' posts
are read, too. See docs/connectors/facebook.md.

Limits: about 600 posts a year are listed, 100 a request; 4,800 requests a day for each
engaged user of the page; reading stops at 90 % of the allowance. Two requests a run for up to
100 posts (published, scheduled), with ``comments = true`` one more (visitors' posts; comments
come with the posts), and one for each post that is no longer listed. A limit that names no
time is waited out for an hour, then two, four, at most six.

Blind spots: Reels and stories, posts limited to some people, which version was shown before an
edit was noticed, the alternative text of most pictures; without the option comments and
visitors' posts, and what is scheduled if the token may not see it.

A post is gone when Facebook does not show it and shows the page to the same token afterwards.
One that had not appeared is gone only while the list of what is scheduled is shown, too; what
others wrote only while the token may see what others write.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import AccessError, ContractError
from config.types import Reason
from connectors import _graph_posts
from connectors._graph_again import OthersAgain
from connectors._graph_client import GraphClient
from connectors._graph_comments import number_of
from connectors._graph_errors import NotShownError, TooMuchError
from connectors._graph_listing import PAGE_SIZE, Listing
from connectors._graph_login import FACEBOOK_LOGIN
from connectors._graph_others import (
    HALVINGS,
    REACH,
    VISITOR,
    Others,
    are_read,
    first_size,
)
from connectors._graph_page import GraphPage
from connectors._graph_scheduled import Scheduled, is_read
from connectors._graph_verdicts import gone, told
from connectors._settling import cannot_tell, shown
from connectors.base import Asking, Batch, Copies, Platform, PostIds
from connectors.lasting import graph_lasts

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
        Reread,
    )

_ENOUGH_PERCENT = 90
_USED_UP = "Facebook's allowance of requests is nearly used up"
_LAST_NUMBER = re.compile(r"(\d{5,30})(?:/?$)")
_SCHEDULED, _COMMENTS, _VISITORS = "scheduled posts", "comments", "visitors' posts"


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
        self._others = Others(circumstances, self._graph, self._page)
        self._again = OthersAgain(circumstances, self._graph, self._page, self._others)
        self._shown: dict[str, FetchedPost] = {}
        self._size = first_size(circumstances.state.validators)

    # What the protocol asks.

    def profile(self) -> FetchedProfile | None:
        """Read the page's name, words, contact details and picture."""
        self._scheduled.try_again()
        self._others.try_again()
        self._size = PAGE_SIZE
        return self._page.profile()

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = 3200
    ) -> Iterator[Batch]:
        """Read what the page published, what it has scheduled, and what others write there.

        Args:
            since: Oldest ``published_at`` wanted, inclusive; aware UTC.
            until: Newest wanted, inclusive; None: up to now.
            limit: Most posts.

        Yields:
            Batches, published posts first, newest first, 100 a request; one that was cut short
            says why and holds the gap.
        """
        reach = REACH if self._others.fields and until is None else timedelta()
        listing = Listing(since=since, until=until, limit=limit, reach=reach, size=self._size)
        beside: list[str] = []  # what is missing beside the list of published posts
        while True:
            stated = self._list(listing)
            posts = self._taken(stated, listing, beside)
            listing.turn(stated)
            if listing.is_over:
                break
            if self._is_nearly_used_up():
                listing.cut(_USED_UP)
                break
            yield Batch(posts=posts, lists_window=True)
        self._size = min(self._size, listing.size) if listing.is_halved else self._size
        posts += self._beside(since, until, beside)
        remarks = (self._scheduled.remark, self._others.remark, self._version_note())
        yield Batch(
            posts=posts,
            complete=not (listing.notes or beside),
            gap=listing.gap(),
            lists_window=True,
            note="; ".join(dict.fromkeys(filter(None, (*listing.notes, *beside, *remarks)))),
        )

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Read posts again: from this run's listing, else one request each."""
        unlisted: list[KnownPost] = []
        for each in known:
            post = self._shown.get(each.platform_id)
            if post is not None:
                yield shown(each.platform_id, post)
            elif number_of(each.platform_id):
                unlisted.append(each)
            elif self._is_nearly_used_up():
                said = f"not asked: {_USED_UP}"
                yield cannot_tell(each.platform_id, Reason.RATE_LIMIT, said)
            else:
                yield self._ask_again(each)
        yield from self._again.comments(unlisted, is_short=self._is_nearly_used_up)

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
        return {
            **self._page.validators(),
            **self._scheduled.validators(),
            **self._others.validators(),
            **({"page size": str(self._size)} if self._size < PAGE_SIZE else {}),
        }

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
                    fields=_graph_posts.POST_FIELDS + self._others.fields,
                    limit=listing.size,
                    # A second early, since the bound is compared in whole seconds.
                    since=int(listing.first.timestamp()) - 1,
                    **listing.bound,
                    **listing.place,
                )
            except TooMuchError:
                if not listing.halve(*((HALVINGS,) if self._others.fields else ())):
                    raise
            except NotShownError as error:
                raise self._page.gone() from error
            except (AccessError, ContractError) as error:
                if not self._others.does_without(error):
                    raise

    def _taken(self, stated: JSON, listing: Listing, beside: list[str]) -> tuple[FetchedPost, ...]:
        """Return the wanted posts of one answer with what stands below them, each once a run."""
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
                below = self._others.below(raw, since=listing.since, notes=beside)
                taken += self._fresh(below)
        return tuple(taken)

    def _beside(
        self, since: datetime, until: datetime | None, beside: list[str]
    ) -> tuple[FetchedPost, ...]:
        """Return what stands in lists of its own: what is scheduled, and visitors' posts."""
        found: list[FetchedPost] = []
        if until is None and not self._is_short(beside):
            found += self._fresh(self._scheduled.posts(notes=beside))
        if self._others.is_wanted and not self._is_short(beside):
            found += self._fresh(self._others.visits(since=since, until=until, notes=beside))
        self._others.settle()
        return tuple(found)

    def _is_short(self, beside: list[str]) -> bool:
        """Return whether no further list is asked for, and say so."""
        if self._is_nearly_used_up() and _USED_UP not in beside:
            beside.append(_USED_UP)
        return self._is_nearly_used_up()

    def _fresh(self, posts: Sequence[FetchedPost]) -> list[FetchedPost]:
        """Return those that were not shown in this run, and keep them in mind."""
        fresh = {each.platform_id: each for each in posts if each.platform_id not in self._shown}
        self._shown |= fresh
        return list(fresh.values())

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
        if known.current_id == VISITOR:
            return self._again.visit(name)
        was_waiting = self._scheduled.waits(name)
        try:
            raw = self._graph.node(name, fields=_graph_posts.POST_FIELDS)
        except NotShownError:
            self._page.prove()
            if was_waiting:
                return self._taken_back(name)
            return gone(name, "Facebook no longer shows it, and shows the page itself")
        except AccessError as error:
            if error.reason is Reason.FORBIDDEN and was_waiting:
                return self._taken_back(name)
            raise
        waiting = self._scheduled.seen(raw)
        if waiting is not None:
            return shown(name, waiting)
        self._scheduled.has_appeared(name)
        post = _graph_posts.post_of(raw, redactor=self._given.door.redactor)
        if post is None:
            raise ContractError("Facebook's post has no id", account=self._account.id)
        return told(name, raw, post)

    def _taken_back(self, name: str) -> Reread:
        """Return what it means that a post is not shown which had not appeared."""
        if self._scheduled.is_taken_back(name):
            return gone(name, "it is no longer scheduled, and nobody was seen to be shown it")
        said = "it was scheduled, and what is scheduled is not shown to our token any more"
        return cannot_tell(name, Reason.PARTIAL, said)


def _seen(account: Account, kept: Mapping[str, str]) -> frozenset[str]:
    """Return which blind spots an account's settings and its token take away."""
    comments, visitors = are_read(kept) if account.comments else (False, False)
    spots = {_SCHEDULED: is_read(kept), _COMMENTS: comments, _VISITORS: visitors}
    return frozenset(spot for spot, is_seen in spots.items() if is_seen)


def _ids_in(account: Account, url: str) -> PostIds:
    """Return what the last number of an address may be: a guess, the page's own number is lost."""
    found = _LAST_NUMBER.search(url.partition("?")[0].partition("#")[0].rstrip("/"))
    return PostIds(ids=(f"{account.handle}_{found[1]}", found[1]) if found else ())


CONNECTOR = Platform(
    name="facebook",
    title="Facebook page",
    open=FacebookConnector,
    needs_credential=True,
    login=FACEBOOK_LOGIN,
    host="graph.facebook.com",
    asking=Asking(pull=2, profile=2, others=1),
    sees=_seen,
    takes=frozenset({"comments"}),
    ids_in=_ids_in,
    lasts=graph_lasts,
    # "keep up to date, including deletions"; no number of days is given.
    copies=Copies(asked_by="Facebook", gone=timedelta(days=30)),
    blind_spots=(
        "Reels",
        "stories",
        _SCHEDULED,
        _VISITORS,
        "posts limited to some people",
        _COMMENTS,
        "text in pictures",
    ),
    removal_steps=(
        "On the page, open the post's menu (three dots) and choose Move to bin. "
        "Empty the bin under Manage posts. Then open the post's address in a private window: "
        "it must say that the content is not available. A comment has such a menu of its own."
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
