"""A WordPress site of the council, through its REST interface, or its feed where that is closed.

Set-up: none for public posts; `handle` is the site's address. With an application password of
somebody who may edit the site (``user name:application password``) earlier versions are read too,
and what is scheduled, which comes with the same requests.

Limits: a hundred posts a request. A reading with nothing new costs three requests: what was
published, which pages and which older posts were changed; with ``comments = true`` one more.

Blind spots: drafts, posts for people who are logged in, words behind a password, what a post
said between two readings (without an application password), words inside pictures.

A post is gone when the site says of its number that there is none, or that strangers may not
see it and its own page agrees, while the list of posts is shown. With a login the site names the
state itself: private, in the bin, a draft again. What is scheduled was never seen by strangers:
that it is not shown to them proves nothing.

A site whose interface was never open is read through its feed, with the same ids. One that was
open and is closed now is said to be closed: a feed shows less, and what it leaves out would look
as if it had been corrected.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from config.errors import AccessError, ContractError, ReadError
from config.types import Reason
from connectors._feed_reader import FeedConnector
from connectors._json import instant
from connectors._wordpress_calls import (
    PASSED,
    NowhereError,
    Root,
    find_root,
    no_interface,
    site_of,
)
from connectors._wordpress_login import WORDPRESS_LOGIN
from connectors._wordpress_reader import RestReader
from connectors.base import Absence, Asking, KnownBy, Platform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors._json import JSON
    from connectors.base import Batch, Circumstances, FetchedProfile, KnownPost, Reread

_MOST_BACK = 3200
_REST, _LOOKED = "rest", "looked_at"
_LOOK_EVERY_S = 86_400


class WordPressReader:
    """Reads one site for one run, by whichever way it lets itself be read."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Prepare; nothing is asked yet."""
        self._its = circumstances
        self._site = site_of(circumstances.account.handle)
        self._rest: RestReader | None = None
        self._feed: FeedConnector | None = None
        self._kept = dict(circumstances.state.validators)
        if not self._kept.get(_REST, "").startswith(f"{self._site} "):
            self._kept.pop(_REST, None)

    def profile(self) -> FetchedProfile | None:
        """Read the site's own face; where its interface is, is looked for again.

        Raises:
            AccessError: The interface is closed, or there is neither interface nor feed.
            LaterError: Rate limit, or trouble on the way.
            ContractError: The answer, or the registered address, makes no sense.
        """
        with self._told_apart():
            rest = self._way(is_profile=True)
            if rest is None:
                return self._by_feed().profile()
            if not rest.has_index:
                root, index = find_root(self._its, self._site) or (None, None)
                if index is None:
                    self._closed(rest.root)
                rest = self._opened(root or rest.root, index)
            return rest.profile()

    def probe(self) -> None:
        """Prove that the site shows its posts, and accepts the login if there is one.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        with self._told_apart():
            rest = self._way()
            return rest.probe() if rest is not None else self._by_feed().probe()

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = _MOST_BACK
    ) -> Iterator[Batch]:
        """Read what was published in the window, and what was changed in it however old it is.

        Args:
            since: Oldest ``published_at`` wanted, inclusive; aware UTC.
            until: Newest wanted, inclusive to the second; None: up to now.
            limit: Most posts, 1 to 3,200.

        Yields:
            One batch a page, each a part of the whole window; the last says what is missing.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        with self._told_apart():
            rest = self._way()
            if rest is not None:
                yield from rest.posts(since=since, until=until, limit=limit)
            else:
                yield from self._by_feed().posts(since=since, until=until, limit=limit)

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Read given posts again; what `posts` has shown costs nothing.

        Raises:
            AccessError: The site is closed, or the login is dead: no post is called gone.
            LaterError, ContractError: As `profile` does.
        """
        with self._told_apart():
            rest = self._way()
            yield from rest.reread(known) if rest is not None else self._by_feed().reread(known)

    def absence(self) -> Absence | None:
        """Ask the site's own page: one that answers "not here" is no longer there."""
        try:
            answer = self._its.door.get(
                self._its.account.api_base or f"{self._site}/",
                account=self._its.account,
                headers={"Accept": "text/html"},
            )
        except ReadError:
            return None
        if answer.status not in PASSED:
            return None
        said = f"the site's own page answers {answer.status}, as its interface does"
        return Absence(is_login_proved=True, detail=said)

    def validators(self) -> Mapping[str, str]:
        """Return where the interface is, or what the feed's reader remembers."""
        if self._rest is not None:
            return {**self._rest.validators(), _REST: self._kept[_REST]}
        if self._feed is None:
            return self._its.state.validators
        return {**self._feed.validators(), _LOOKED: self._kept.get(_LOOKED, "")}

    @contextmanager
    def _told_apart(self) -> Iterator[None]:
        """Tell a site that is not there at all from one that has closed its interface."""
        try:
            yield
        except NowhereError as error:
            if self.absence() is None:
                raise
            raise AccessError(
                "neither the site's interface nor its front page is there any more",
                account=self._its.account.id,
                reason=Reason.ACCOUNT_GONE,
                remedy="Look whether the site has moved or was taken off its server",
            ) from error

    # --- which way ---------------------------------------------------------------------------

    def _way(self, *, is_profile: bool = False) -> RestReader | None:
        """Return the reader of the interface; None if the site is read through its feed."""
        if self._rest is not None or self._feed is not None:
            return self._rest
        if not self._site:
            raise ContractError(
                f"{self._its.account.handle[:60]!r} is no address of a site",
                account=self._its.account.id,
                remedy="Write the site's address, for example https://news.example.gov.uk",
            )
        root = Root.of(self._kept.get(_REST, "").partition(" ")[2])
        index: JSON | None = None
        if root is None and self._was_closed() and not is_profile:
            return None
        if root is None or is_profile:
            found = find_root(self._its, self._site)
            if found is None:
                self._closed(root)
                return None
            root, index = found
        return self._opened(root, index)

    def _opened(self, root: Root, index: JSON | None) -> RestReader:
        self._kept[_REST] = f"{self._site} {root}"
        self._rest = RestReader(self._its, root, index)
        return self._rest

    def _was_closed(self) -> bool:
        at = instant(self._kept.get(_LOOKED))
        return at is not None and (self._its.as_of - at).total_seconds() < _LOOK_EVERY_S

    def _closed(self, root: Root | None) -> None:
        if root is not None:
            raise no_interface(self._its)
        self._kept[_LOOKED] = self._its.as_of.isoformat()

    def _by_feed(self) -> FeedConnector:
        if self._feed is None:
            account = replace(self._its.account, handle=f"{self._site}/feed/")
            self._feed = FeedConnector(replace(self._its, account=account))
        return self._feed


CONNECTOR = Platform(
    name="wordpress",
    title="website",
    open=WordPressReader,
    needs_credential=False,
    login=WORDPRESS_LOGIN,
    asking=Asking(pull=3, at_once=1, others=1),
    known_by=KnownBy.SITE,
    takes=frozenset({"comments"}),
    blind_spots=(
        "drafts",
        "posts behind a sign-in",
        "words behind a password",
        "text in pictures",
    ),
    removal_steps=(
        "Sign in to the site, open the post, choose Move to bin, then Empty bin. "
        "If a cache is in use, clear it. Then open the post's address in a private window."
    ),
    closing_steps=(
        "Sign in as administrator and keep a copy under Tools, Export. "
        "Then ask whoever runs the server to take the site off it. "
        "Until then, set Settings, Reading, to discourage search engines."
    ),
    recovery_steps=(
        "Ask whoever runs the server to take the site off the internet and to keep a copy. Then "
        "change every password, remove administrators and plugins that you do not know, revoke "
        "all application passwords, and put a clean copy back."
    ),
)
