"""Reading one WordPress site through its REST interface in one run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import LaterError
from config.types import Reason
from connectors import _wordpress_words as w
from connectors._face import FacePicture
from connectors._json import words
from connectors._listing import Listing
from connectors._settling import Doubt, Said, cannot_tell, settle, shown
from connectors._wordpress_calls import LARGEST_PAGE, Calls
from connectors.base import FetchedProfile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors._json import JSON
    from connectors._wordpress_calls import Root
    from connectors.base import (
        Batch,
        Circumstances,
        EarlierVersion,
        FetchedPost,
        KnownPost,
        Reread,
    )

_MOST_PAGES = 40
_MOST_REVISIONS = 10
_MOST_TYPES = 5
_SAVED = "saved "
_TYPES = "types"
_WITHOUT, _SCHEDULED = "without scheduled", "scheduled"
_TITLE = "the site"
# `modified_after` is compared with the site's own time, whichever that is.
_ANY_ZONE = timedelta(hours=15)


class RestReader:
    """Reads one site for one run."""

    def __init__(self, circumstances: Circumstances, root: Root, index: JSON | None) -> None:
        """Prepare; nothing is asked yet.

        Args:
            circumstances: Of the account.
            root: Where the interface is.
            index: What it said of itself just now; None if it was not asked.
        """
        self._its = circumstances
        self.root = root
        before = circumstances.state.validators
        # Once in six hours, when the profile is read, it is tried whether the login may by now.
        without = "" if index is not None else before.get(_WITHOUT, "")
        self._calls = Calls(circumstances, root, without=without)
        self._scheduled = set(filter(None, before.get(_SCHEDULED, "").split(",")))
        self._index = index
        self._redactor = circumstances.door.redactor
        self._face = FacePicture(circumstances, host=None)
        self._seen: dict[str, FetchedPost] = {}
        self._numbers: dict[int, str] = {}
        self._writers: set[int] = set()
        self._saved: dict[str, str] = {}
        self._revisions = 0
        self._types = circumstances.state.validators.get(_TYPES, "")

    @property
    def has_index(self) -> bool:
        """Whether it is known what the site says of itself."""
        return self._index is not None

    def profile(self) -> FetchedProfile:
        """Return the site's own face, and learn which kinds of posts it has."""
        index = self._index or {}
        content = w.profile_content(index)
        self._types = " ".join(self._calls.types()[:_MOST_TYPES])
        home = content.fields["links"]
        icon = words(index.get("site_icon_url"))
        return FetchedProfile(
            platform_id=home,
            handle=self._its.account.handle,
            url=home,
            content=content,
            picture=self._face.fetch(icon, name=content.fields["picture"]),
        )

    def probe(self) -> None:
        """Prove that the list of posts is shown and the login accepted."""
        self._calls.probe()

    def validators(self) -> dict[str, str]:
        """Return the kinds of posts, and which saved versions were looked at."""
        before = self._its.state.validators
        kept = {key: value for key, value in before.items() if key.startswith(_SAVED)}
        return {
            **(self._saved if self._seen else kept),
            **self._face.validators(),
            _TYPES: self._types,
            _WITHOUT: self._calls.without,
            _SCHEDULED: ",".join(sorted(self._scheduled)),
        }

    def posts(self, *, since: datetime, until: datetime | None, limit: int) -> Iterator[Batch]:
        """Read what was published in the window, and what was saved in it however old it is."""
        listing = Listing(
            since=since, until=until, as_of=self._its.as_of, limit=limit, seen=self._seen
        )
        for base in ("posts", *self._types.split()):
            for page in self._published(base, listing):
                yield listing.page(page)
        if until is None:
            for base in ("pages", "posts"):
                for page in self._modified(base, listing):
                    yield listing.page(page)
        if self._its.account.comments:
            for page in self._comments(listing):
                yield listing.page(page)
        yield listing.last(())

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Read given posts again, a hundred a request; gone only on the site's own word."""
        asked: dict[str, dict[int, KnownPost]] = {}
        for each in known:
            place = w.place_of(each.current_id) or w.place_of(each.platform_id)
            if each.platform_id in self._seen:
                yield shown(each.platform_id, self._seen[each.platform_id])
            elif place is None:
                said = "the site's interface was never asked for it, and knows it by a number only"
                yield cannot_tell(each.platform_id, Reason.PARTIAL, said)
            else:
                asked.setdefault(place.base, {})[place.number] = each
        doubts: list[Doubt] = []
        urls: dict[str, str] = {}
        for base, numbered in asked.items():
            urls |= {f"{base} {number}": each.url for number, each in numbered.items()}
            yield from self._look_up(base, numbered, doubts)

        def ask(doubt: Doubt) -> FetchedPost | Said:
            return self._ask(doubt, urls[doubt.asked])

        yield from settle(doubts, title=_TITLE, ask=ask, probe=self.probe)

    # --- the listing -------------------------------------------------------------------------

    def _published(self, base: str, listing: Listing) -> Iterator[list[FetchedPost]]:
        """Yield what was published in the window, page by page."""
        for number in range(1, _MOST_PAGES + 1):
            raw, is_clean = self._calls.page(base, number, order="date")
            yield listing.take(self._posts(raw, base, listing, is_clean=is_clean))
            times = [w.published_at(each) for each in raw]
            is_past = any(at is not None and at < listing.since for at in times)
            if is_past or len(raw) < LARGEST_PAGE:
                return
            if not listing.may_turn(f"{base} {number}", most_pages=_MOST_PAGES, title=_TITLE):
                return
        listing.note("the site's list of posts had no end")

    def _modified(self, base: str, listing: Listing) -> Iterator[list[FetchedPost]]:
        """Yield what was saved in the window: pages, and old posts that were changed."""
        after = (listing.since - _ANY_ZONE).strftime("%Y-%m-%dT%H:%M:%S")
        for number in range(1, _MOST_PAGES + 1):
            raw, is_clean = self._calls.page(base, number, order="modified", after=after)
            times = [(each, w.modified_at(each)) for each in raw]
            inside = [each for each, at in times if at is None or at >= listing.since]
            found = self._posts(inside, base, listing, is_clean=is_clean)
            yield listing.take(found, always=True)
            if len(inside) < len(raw) or len(raw) < LARGEST_PAGE:
                return
        listing.note("the site's list of changed posts had no end")

    def _posts(
        self, raw: Sequence[JSON], base: str, listing: Listing, *, is_clean: bool
    ) -> list[FetchedPost]:
        found = []
        for each in raw:
            post = w.post_of(
                each, base=base, redactor=self._redactor, earlier=self._earlier(each, base)
            )
            if post is None:
                is_clean = False
                continue
            self._numbers[int(each["id"])] = post.platform_id
            if writer := w.number_of(each.get("author")):
                self._writers.add(writer)
            self._note_scheduled(post)
            found.append(post)
        if not is_clean:
            listing.note("the site listed something that is no post")
        return found

    def _note_scheduled(self, post: FetchedPost) -> None:
        """Keep in mind which posts strangers have never seen."""
        place = post.current_id or ""
        if post.is_scheduled:
            self._scheduled.add(place)
        else:
            self._scheduled.discard(place)

    def _earlier(self, raw: JSON, base: str) -> tuple[EarlierVersion, ...]:
        """Return what a post said between two readings, as far as the login may see it."""
        number, saved = w.number_of(raw.get("id")), w.modified_at(raw)
        if number is None or saved is None:
            return ()
        key, now = f"{_SAVED}{base} {number}", saved.isoformat()
        before = self._its.state.validators.get(key)
        if key in self._saved:
            return ()
        self._saved[key] = now
        published = w.published_at(raw)
        is_first = published is None or saved <= published
        if not self._calls.has_login or before == now or (before is None and is_first):
            return ()
        if self._revisions >= _MOST_REVISIONS:
            self._saved[key] = before or ""
            return ()
        self._revisions += 1
        try:
            revisions = self._calls.revisions(w.Place(base=base, number=number))
        except LaterError as error:
            if error.reason is not Reason.TRANSIENT:
                raise
            return ()
        return w.versions_of(revisions, raw, after=w.instant(before) if before else None)

    def _comments(self, listing: Listing) -> Iterator[list[FetchedPost]]:
        for number in range(1, _MOST_PAGES + 1):
            raw, is_clean = self._calls.comments(number)
            if not is_clean:
                listing.note("the site listed something that is no comment")
            found = [post for post in map(self._comment, raw) if post is not None]
            yield listing.take(found)
            times = [w.published_at(each) for each in raw]
            is_past = any(at is not None and at < listing.since for at in times)
            if is_past or len(raw) < LARGEST_PAGE:
                return
        listing.note("the site's list of comments had no end")

    def _comment(self, raw: JSON) -> FetchedPost | None:
        return w.comment_of(
            raw,
            posts=self._numbers,
            writers=frozenset(self._writers),
            redactor=self._redactor,
        )

    # --- single posts ------------------------------------------------------------------------

    def _look_up(
        self, base: str, numbered: Mapping[int, KnownPost], doubts: list[Doubt]
    ) -> Iterator[Reread]:
        """Yield which posts are shown when asked for together; collect the others."""
        numbers = list(numbered)
        for start in range(0, len(numbers), LARGEST_PAGE):
            lot = numbers[start : start + LARGEST_PAGE]
            found = {w.number_of(each.get("id")): each for each in self._calls.several(base, lot)}
            for number in lot:
                known = numbered[number]
                post = self._read(found[number], base) if number in found else None
                if post is not None:
                    yield shown(known.platform_id, post)
                    continue
                why = "the site says that it no longer shows it"
                asked = f"{base} {number}"
                doubts.append(Doubt(platform_id=known.platform_id, asked=asked, why=why))

    def _read(self, raw: JSON, base: str) -> FetchedPost | None:
        if base == w.COMMENTS:
            return self._comment(raw)
        post = w.post_of(raw, base=base, redactor=self._redactor)
        if post is not None:
            self._note_scheduled(post)
        return post

    def _ask(self, doubt: Doubt, url: str) -> FetchedPost | Said:
        place = w.place_of(doubt.asked)
        if place is None:
            return Said.UNSAID
        said = self._calls.single(place, url, was_scheduled=str(place) in self._scheduled)
        if isinstance(said, Said):
            if said is Said.MISSING:
                self._scheduled.discard(str(place))
            return said
        return self._read(said, place.base) or Said.UNSAID
