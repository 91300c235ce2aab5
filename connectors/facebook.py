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

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from config.errors import AccessError, ContractError, ReadError
from config.types import Outcome, Reason
from connectors import _graph_posts
from connectors._graph_client import GraphClient
from connectors._graph_errors import NotShownError, TooMuchError
from connectors._graph_login import FACEBOOK_LOGIN
from connectors._graph_posts import page_key
from connectors.base import Absence, Asking, Batch, Platform, Reread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors._graph_posts import JSON
    from connectors.base import Circumstances, FetchedPost, FetchedProfile, KnownPost

_PAGE_SIZE = 100
_MOST_PAGES = 40
_HALVINGS = 2
_ENOUGH_PERCENT = 90
_PICTURE_BYTES = 2_000_000


class FacebookConnector:
    """Reads one page in one run."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Prepare; no request is made.

        Args:
            circumstances: The account, the door and the page token.
        """
        self._given = circumstances
        self._account = circumstances.account
        self._key = page_key(circumstances.account.handle)
        self._graph = GraphClient(circumstances)
        self._shown: dict[str, FetchedPost] = {}
        self._is_alive = False
        self._picture_hash = circumstances.state.validators.get("picture", "")

    # What the protocol asks.

    def profile(self) -> FetchedProfile | None:
        """Read the page's name, words, contact details and picture."""
        raw = self._page(_graph_posts.PAGE_FIELDS)
        self._is_alive = True
        picture = self._picture(_graph_posts.picture_address(raw))
        profile = _graph_posts.profile_of(
            raw,
            handle=self._account.handle,
            picture=picture,
            picture_hash=self._picture_hash,
        )
        if profile is None:
            raise ContractError("Facebook's page has no id", account=self._account.id)
        return profile

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
        listing = _Listing(since=since, until=until, limit=limit)
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
        if not self._is_alive:
            self._page("id")
            self._is_alive = True

    def absence(self) -> Absence | None:
        """Ask for the page, and then who the login is: a page's own login ends with it."""
        try:
            self._graph.node(self._key, fields="id")
        except NotShownError:
            return self._absent()
        except ReadError:
            return None
        return None

    def _absent(self) -> Absence:
        """Return that the page is not shown, and whether the login was let in all the same."""
        try:
            who = self._graph.node("me", fields="id").get("id")
        except (NotShownError, ReadError):
            who = None
        is_other = isinstance(who, str) and bool(who) and who != self._given.state.platform_id
        said = "Facebook does not show the page"
        return Absence(
            is_login_proved=is_other,
            detail=f"{said} to a login that it accepts" if is_other else said,
        )

    def validators(self) -> Mapping[str, str]:
        """Return the picture's hash, so that a failed fetch does not look like a change."""
        return {"picture": self._picture_hash} if self._picture_hash else {}

    # The page.

    def _page(self, fields: str) -> JSON:
        if not self._key:
            raise AccessError(
                "its handle is no page's number, user name or address",
                account=self._account.id,
                reason=Reason.FORBIDDEN,
                remedy="Write the page's number as the account's handle",
            )
        try:
            return self._graph.node(self._key, fields=fields)
        except NotShownError as error:
            raise self._page_gone() from error

    def _page_gone(self) -> AccessError:
        return AccessError(
            "Facebook shows this page no longer to our token: it was deleted, unpublished or "
            "renamed, or the token has lost its permission",
            account=self._account.id,
            reason=Reason.ACCOUNT_GONE,
            remedy="Open the page in a browser; if it is there, make a new page token",
        )

    def _picture(self, address: str) -> bytes | None:
        """Fetch the page's picture; one that cannot be had now leaves the known hash."""
        if not address:
            self._picture_hash = ""
            return None
        base = self._account.api_base
        if base is not None and urlsplit(address).netloc != urlsplit(base).netloc:
            return None  # a simulator's page: nothing outside of it is asked
        try:
            answer = self._given.door.get(address, account=self._account, max_bytes=_PICTURE_BYTES)
        except ReadError:
            # Not the account's failure: the page itself was read, and the picture is
            # asked for again at the next reading of the profile.
            return None
        is_picture = answer.headers.get("content-type", "").lower().startswith("image/")
        if answer.status != 200 or not is_picture or not answer.body:  # noqa: PLR2004
            return None
        self._picture_hash = hashlib.sha256(answer.body).hexdigest()
        return answer.body

    # The listing.

    def _list(self, listing: _Listing) -> JSON:
        """Ask for the next page of posts, a smaller one if Facebook wants it smaller."""
        if not self._key:
            self._page("id")
        while True:
            try:
                return self._graph.edge(
                    self._key,
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
                raise self._page_gone() from error

    def _taken(self, stated: JSON, listing: _Listing) -> tuple[FetchedPost, ...]:
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


class _Listing:
    """How far a listing has come."""

    def __init__(self, *, since: datetime, until: datetime | None, limit: int) -> None:
        self.since = since
        self.until = until
        self.size = max(1, min(_PAGE_SIZE, limit))
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

    def halve(self) -> bool:
        """Ask for half as many a page; False when that was done often enough."""
        self._halved += 1
        self.size = max(1, self.size // 2)
        return self._halved <= _HALVINGS

    def turn(self, stated: JSON) -> None:
        """Find the next page; an empty page that has a next one is not the end."""
        self._pages += 1
        paging = _graph_posts.inner(stated, "paging")
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
        times = [
            _graph_posts.instant(each.get("created_time"))
            for each in listed
            if isinstance(each, dict)
        ]
        return bool(times) and all(at is not None and at < self.since for at in times)

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
    after = _graph_posts.inner(paging, "cursors").get("after")
    if isinstance(after, str) and after:
        return {"after": after}
    try:
        query = parse_qs(urlsplit(following).query)
    except ValueError:
        return {}
    wanted = ("after", "until", "__paging_token")
    return {name: query[name][0] for name in wanted if query.get(name)}


CONNECTOR = Platform(
    name="facebook",
    title="Facebook page",
    open=FacebookConnector,
    needs_credential=True,
    login=FACEBOOK_LOGIN,
    host="graph.facebook.com",
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
