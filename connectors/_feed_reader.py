"""Reading one public feed in one run: for `feed`, and where a platform has nothing better."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from config.errors import AccessError, ContractError, LaterError, ReadError
from config.types import Outcome, Reason
from connectors import _feed_pages, _feed_parse, _feed_source
from connectors._feed_dates import zone_of
from connectors._feed_entries import Entry, entries_of
from connectors._feed_source import Memory
from connectors.base import Absence, Batch, Content, Extra, FetchedProfile, Reread
from connectors.door import retry_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectors.base import Circumstances, FetchedPost, KnownPost
    from connectors.door import Answer

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)
_WHOLE_EVERY = timedelta(days=1)
_MOST_PAGES = 40
_MOST_FAILURES = 2
_PAGE_BYTES = 3_000_000
_PUSHED_OUT = "all that the feed held was pushed out: other posts may have come and gone unseen"
_LOCKED = frozenset({401, 402, 403, 407, 451})
_NOWHERE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_PASSING = frozenset({408, 425, 429})


class FeedConnector:
    """Reads one feed in one run; the feed itself is asked once."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Prepare; no request is made.

        Args:
            circumstances: The account, the door, and what earlier runs left.
        """
        self._given = circumstances
        self._account = circumstances.account
        self._url = _feed_source.feed_address(circumstances.account)
        self._kept = _kept_for(self._url, circumstances.state.validators)
        self._memory = Memory.loads(self._kept.get("memory", ""))
        self._answer: Answer | None = None
        self._feed: _feed_parse.Feed | None = None
        self._entries: tuple[Entry, ...] = ()
        self._failure: ReadError | None = None
        self._since: datetime | None = None
        self._is_listed = False

    # What the protocol asks.

    def profile(self) -> FetchedProfile | None:
        """Read the feed's title, description and address.

        None while nothing has changed, and when the feed breaks off before its first whole
        entry: then words of its head may be missing.
        """
        self.probe()
        feed = self._feed
        if feed is None or (feed.note and not feed.items):
            return None
        link = feed.link or self._url
        fields = {"name": feed.name, "description": feed.description, "links": feed.link}
        return FetchedProfile(
            platform_id=_feed_source.channel_of(self._account.handle) or self._url,
            handle=self._account.handle,
            url=link,
            content=Content(
                own=feed.description,
                extras=(Extra(kind="title", text=feed.name),) if feed.name else (),
                links=(feed.link,) if feed.link else (),
                fields=fields,
            ),
        )

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = 3200
    ) -> Iterator[Batch]:
        """Read the feed; one batch, since a feed has no second page.

        Args:
            since: Oldest ``published_at`` wanted, inclusive; entries without a date count
                as new.
            until: Newest wanted, inclusive; None: up to now.
            limit: Most posts.

        Yields:
            One batch; empty with ``lists_window`` false when the server says that nothing
            has changed.
        """
        self._since = since
        self.probe()
        if self._feed is None and self._reaches_further(since):
            self._read_whole()
        if self._feed is None:
            yield Batch(posts=(), lists_window=False)
            return
        self._is_listed = True
        posts = [entry.post for entry in self._entries if _is_wanted(entry.post, since, until)]
        is_cut = len(posts) > limit
        note = self._feed.note or (f"only the first {limit} posts were taken" if is_cut else "")
        is_lost = not note and until is None and self._memory.may_have_lost(self._entries)
        yield Batch(
            posts=tuple(posts[:limit]),
            complete=not note,
            gap=self._lost() if is_lost else None,
            lists_window=True,
            note=note or (_PUSHED_OUT if is_lost else ""),
            is_lost=is_lost,
        )

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Say of each post whether it still stands: in the feed, or on its own page.

        A post that stands but whose words could not be read again (it has left the feed)
        is ``present`` without a post.
        """
        self.probe()
        if self._feed is None and any(self._was_listed(each) for each in known):
            self._read_whole()  # "unchanged" is no reading of the words that are asked for
        listed = {entry.post.platform_id: entry.post for entry in self._entries}
        places = {_feed_source.place_of(post.url) for post in listed.values()} - {""}
        asked: list[KnownPost] = []
        for each in known:
            if each.platform_id in listed:
                yield Reread(
                    platform_id=each.platform_id,
                    outcome=Outcome.PRESENT,
                    post=listed[each.platform_id],
                )
            elif self._stands_elsewhere(each, places):
                yield Reread(platform_id=each.platform_id, outcome=Outcome.PRESENT)
            else:
                asked.append(each)
        yield from self._ask_pages(asked)

    def probe(self) -> None:
        """Read the feed, once a run; return if it is readable or unchanged.

        Raises:
            AccessError: There is no feed at this address, or it is locked.
            LaterError: The server is busy or out of order.
            ContractError: What came back is no feed.
        """
        if self._failure is not None:
            raise self._failure
        if self._answer is not None:
            return
        try:
            self._read()
        except ReadError as error:
            self._failure = error
            raise

    def absence(self) -> Absence | None:
        """Ask the site's own page: a feed that was switched off or moved is no closed site."""
        home = _feed_source.home_of(self._url)
        if not home or _feed_source.channel_of(self._account.handle) is not None:
            return None
        try:
            answer = self._given.door.get(
                _feed_source.asked_address(home, self._account),
                account=self._account,
                max_bytes=_PAGE_BYTES,
                headers={"Accept": "text/html"},
            )
        except ReadError:
            return None
        if answer.status not in _NOWHERE:
            return None
        said = f"the site's own page answers {answer.status}, as its feed does"
        return Absence(is_login_proved=True, detail=said)

    def validators(self) -> Mapping[str, str]:
        """Return the feed's ETag and date, and marks of the posts that stood in it.

        A feed that was "unchanged" when it was listed, and another one when posts were read
        again, is to be listed next time: what is new in it was handed to nobody.
        """
        if self._answer is None or (self._feed is not None and self._feed.note):
            return self._given.state.validators
        if self._feed is None:
            return self._kept
        headers = self._answer.headers
        marks = {"etag": headers.get("etag", ""), "modified": headers.get("last-modified", "")}
        before = _kept_for(self._url, self._given.state.validators)
        if not self._is_listed and any(before.get(name, "") != marks[name] for name in marks):
            return {name: value for name, value in before.items() if name not in marks}
        kept = {
            "url": self._url,
            **marks,
            "whole_at": self._given.as_of.isoformat(),
            "since": self._since.isoformat() if self._since is not None else "",
            "memory": self._memory.with_entries(self._entries).dumps(),
        }
        return {name: value for name, value in kept.items() if value}

    def _lost(self) -> tuple[datetime, datetime] | None:
        """Return from when to when posts may have come that the feed holds no longer."""
        start = _instant(_kept_for(self._url, self._given.state.validators).get("whole_at", ""))
        times = [at for one in self._entries if (at := one.post.published_at) is not None]
        end = min(times, default=None)
        return (start, end) if start is not None and end is not None and start < end else None

    # The feed itself.

    def _read_whole(self) -> None:
        """Read the feed again without conditions, after "unchanged"."""
        self._kept, self._answer = {}, None
        self.probe()

    def _read(self) -> None:
        account = self._account
        if not self._url:
            raise AccessError(
                "its handle is neither a web address nor a YouTube channel id",
                account=account.id,
                reason=Reason.FORBIDDEN,
                remedy="Write the address of the feed as the account's handle",
            )
        conditions = self._conditions()
        answer = self._given.door.get(
            _feed_source.asked_address(self._url, account),
            account=account,
            headers={"Accept": _ACCEPT, **conditions},
        )
        if answer.status == HTTPStatus.NOT_MODIFIED and conditions:
            self._answer = answer
            return
        self._refuse_status(answer)
        zone = zone_of(account.time_zone)
        try:
            feed = _feed_parse.parse(answer.body, answer.headers, url=self._url, zone=zone)
            self._entries = entries_of(feed.items)
        except _feed_parse.NotAFeedError as error:
            raise ContractError(
                f"what stands at the feed's address cannot be read: {error}",
                account=account.id,
                sample=self._given.door.redactor.redact(
                    answer.body[:400].decode("utf-8", "replace")
                ),
                remedy="Open the address in a browser and look whether the feed has moved",
            ) from error
        self._answer, self._feed = answer, feed

    def _conditions(self) -> dict[str, str]:
        """Return headers that let the server say "unchanged"; none once a day."""
        whole_at = _instant(self._kept.get("whole_at", ""))
        if whole_at is None or self._given.as_of - whole_at >= _WHOLE_EVERY:
            return {}
        named = {"If-None-Match": "etag", "If-Modified-Since": "modified"}
        return {name: self._kept[key] for name, key in named.items() if self._kept.get(key)}

    def _reaches_further(self, since: datetime) -> bool:
        """Tell whether older posts are wanted now than when the feed was last read whole."""
        read_since = _instant(self._kept.get("since", ""))
        return read_since is None or since < read_since

    def _refuse_status(self, answer: Answer) -> None:
        """Raise what a status other than 200 means for the whole account."""
        status, account = answer.status, self._account.id
        if status == HTTPStatus.OK:
            return
        said = f"the feed's server answers {status}"
        is_youtube = _feed_source.channel_of(self._account.handle) is not None
        if status in _NOWHERE and not is_youtube:
            raise AccessError(
                f"{said}: there is no feed at this address",
                account=account,
                reason=Reason.ACCOUNT_GONE,
                remedy="Look whether the site has moved or switched its feed off",
            )
        if status in _LOCKED:
            raise AccessError(
                said,
                account=account,
                reason=Reason.FORBIDDEN,
                remedy="Ask who runs the site to let the feed be read by this machine",
            )
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING | _NOWHERE:
            busy = status == HTTPStatus.TOO_MANY_REQUESTS
            raise LaterError(
                said,
                account=account,
                reason=Reason.RATE_LIMIT if busy else Reason.TRANSIENT,
                retry_at=retry_after(answer.headers, now=self._given.as_of),
            )
        raise ContractError(f"{said}, which is not expected of a feed", account=account)

    # Posts that the feed does not list.

    def _stands_elsewhere(self, known: KnownPost, places: set[str]) -> bool:
        """Tell whether a post is known to stand in the feed without its own id being there."""
        entries = self._entries if self._feed is not None else None
        if self._memory.has_moved(known.platform_id, entries):
            return True
        return bool(known.url) and _feed_source.place_of(known.url) in places

    def _was_listed(self, known: KnownPost) -> bool:
        """Tell whether a post stood in the feed when that was last read whole."""
        trace = self._memory.of(known.platform_id)
        return trace is not None and trace.is_listed

    def _ask_pages(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Ask the posts' own pages, until the server has had enough."""
        failures, pages = 0, 0
        stopped: tuple[Reason, str] | None = None
        for each in known:
            if stopped is not None:
                yield _open(each, *stopped)
                continue
            url = self._permalink(each)
            if url is None:
                said = "the feed does not list it and it has no page of its own on this site"
                yield _open(each, Reason.PARTIAL, said)
                continue
            verdict = self._ask_page(each, url)
            pages += 1
            failures = failures + 1 if verdict.reason is Reason.TRANSIENT else 0
            if verdict.is_busy or failures >= _MOST_FAILURES:
                reason = verdict.reason or Reason.TRANSIENT
                stopped = (reason, f"not asked: {verdict.detail} for others")
            elif pages >= _MOST_PAGES:
                stopped = (Reason.PARTIAL, f"not asked: {_MOST_PAGES} pages are enough for one run")
            yield Reread(
                platform_id=each.platform_id,
                outcome=verdict.outcome,
                reason=verdict.reason,
                detail=verdict.detail,
            )

    def _permalink(self, known: KnownPost) -> str | None:
        url = known.url or known.platform_id
        if not url.startswith(("http://", "https://")):
            return None
        is_ours = _feed_source.is_of_the_house(url, account=self._account, feed=self._url)
        return url if is_ours else None

    def _ask_page(self, known: KnownPost, url: str) -> _feed_pages.Verdict:
        trace = self._memory.of(known.platform_id)
        asked = _feed_source.asked_address(url, self._account)
        try:
            answer = self._given.door.get(
                asked, account=self._account, max_bytes=_PAGE_BYTES, headers={"Accept": "text/html"}
            )
        except ReadError as error:
            return _feed_pages.Verdict(
                outcome=Outcome.CANNOT_TELL, reason=error.reason, detail=error.what
            )
        title = trace.title if trace is not None else ""
        return _feed_pages.judge(answer, asked=asked, title=title)


def _open(known: KnownPost, reason: Reason, detail: str) -> Reread:
    return Reread(
        platform_id=known.platform_id, outcome=Outcome.CANNOT_TELL, reason=reason, detail=detail
    )


def _kept_for(url: str, validators: Mapping[str, str]) -> Mapping[str, str]:
    """Return what was kept; for another address only the marks of posts are still right."""
    if validators.get("url") == url:
        return validators
    return {name: value for name, value in validators.items() if name == "memory"}


def _is_wanted(post: FetchedPost, since: datetime, until: datetime | None) -> bool:
    at = post.published_at
    return at is None or (at >= since and (until is None or at <= until))


def _instant(said: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None
