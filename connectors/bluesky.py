"""Bluesky, through its public interface, without any login.

Set-up: none; `handle` is the account's handle (``name.bsky.social``, or the council's own
domain). Nothing costs money; a credential is never sent.

Limits: 100 items a page, 25 posts read again in one request; Bluesky publishes no limits for
public reading and says in its answers when there are any. One reading costs one request a
page of 100 posts; the profile, which is also the probe, one more every few hours.

Blind spots: direct messages, replies by others, what a post said before it was first read
here, posts whose date was set back to before the look-back, words inside pictures and films.

A post is gone only when Bluesky says of this very record that there is none, and the account
itself answers. To leave a post out of a list is what Bluesky also does while its index lags,
or when its moderators hide a post: that alone cannot be told from a deletion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.errors import ReadError
from connectors import _bluesky_words as b
from connectors._bluesky_again import Again
from connectors._bluesky_calls import LARGEST_PAGE, Calls, NotThereError
from connectors._face import FacePicture
from connectors._json import objects, words
from connectors.base import Absence, Batch, FetchedProfile, Platform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors._json import JSON
    from connectors.base import Circumstances, FetchedPost, KnownPost, Reread

_MOST_BACK = 3200
_MOST_PAGES = 100
_PICTURE_HOST = "cdn.bsky.app"


@dataclass(slots=True)
class _Listing:
    """What a listing has shown so far."""

    ids: set[str] = field(default_factory=set)
    wanted: int = 0
    reached: datetime | None = None
    notes: list[str] = field(default_factory=list)

    def note(self, said: str) -> None:
        """Keep why the listing is not complete, each reason once."""
        if said not in self.notes:
            self.notes.append(said)


class BlueskyReader:
    """Reads one account on Bluesky for one run; a `connectors.base.Connector`."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Prepare; nothing is asked yet."""
        self._its = circumstances
        self._calls = Calls(circumstances)
        self._redactor = circumstances.door.redactor
        self._seen: dict[str, FetchedPost] = {}
        self._face = FacePicture(circumstances, host=_PICTURE_HOST)

    def profile(self) -> FetchedProfile:
        """Read the account's own face; the same answer serves as the probe.

        Raises:
            AccessError: The account is suspended, deactivated or missing.
            LaterError: Rate limit, or trouble on the way.
            ContractError: The answer is not what Bluesky documents.
        """
        profile = self._calls.profile()
        did = self._did()
        content = b.profile_content(profile, did=did)
        handle = content.fields["handle"]
        address = words(profile.get("avatar"))
        return FetchedProfile(
            platform_id=did,
            handle=words(profile.get("handle")),
            url=f"{b.SITE}{handle or did}",
            content=content,
            picture=self._face.fetch(address, name=content.fields["picture"]),
            stills=b.face_stills(profile),
        )

    def probe(self) -> None:
        """Prove that the account is there; one request, once a run.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        self._calls.profile()

    def absence(self) -> Absence | None:
        """Ask by the lasting id: closed by its owner, or unknown; never if it is suspended."""
        if b.did_of(self._its.state.platform_id) is None:
            return None
        try:
            self._calls.asked_anew()
        except NotThereError as error:
            said = f"Bluesky answers to the account's lasting id: {error.what.split(': ', 1)[-1]}"
            return Absence(is_login_proved=True, detail=said)
        except ReadError:
            return None
        return None

    def validators(self) -> Mapping[str, str]:
        """Return which profile picture was fetched last, so that it is fetched once."""
        return self._face.validators()

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = _MOST_BACK
    ) -> Iterator[Batch]:
        """Read everything since ``since``, newest first, and the pinned post however old.

        Args:
            since: Oldest ``published_at`` wanted, inclusive; aware UTC.
            until: Newest wanted, inclusive to the second; None: up to now.
            limit: Most posts, 1 to 3,200.

        Yields:
            One batch a page, each a part of the whole window; the last says what is missing.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        did, listing = self._did(), _Listing()
        cursors: list[str | None] = [None]
        while True:
            size = min(LARGEST_PAGE, max(1, limit - listing.wanted))
            answer = self._calls.feed(did, size=size, cursor=cursors[-1])
            items = objects(answer["feed"])
            if len(items) < len(answer["feed"]):
                listing.note("Bluesky listed something that is no post")
            page = self._take(items, listing, since=since, until=until)
            cursor = words(answer.get("cursor")) or None
            if cursor is None or (listing.reached is not None and listing.reached < since):
                break
            if cursor in cursors or len(cursors) >= _MOST_PAGES:
                listing.note("Bluesky's list of posts had no end")
                break
            if listing.wanted >= limit:
                listing.note(f"there were more than {limit:,} posts")
                break
            cursors.append(cursor)
            yield Batch(posts=page, lists_window=True, reached=listing.reached)
        yield self._last(page, listing, since, until)

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Read given posts again, 25 a request; what `posts` has shown costs nothing.

        ``gone`` is said only of what Bluesky itself calls missing, after `probe` succeeded.

        Raises:
            AccessError: The whole account is gone: no post is called gone for that.
            LaterError, ContractError: As `profile` does.
        """
        again = Again(self._calls, did=self._did(), redactor=self._redactor)
        yield from again.look(known, seen=self._seen)

    # --- the account -----------------------------------------------------------------------

    def _did(self) -> str:
        """Return the account's lasting id: as remembered, else as the profile tells it."""
        known = b.did_of(self._its.state.platform_id)
        return known or str(self._calls.profile()["did"])

    # --- the listing -----------------------------------------------------------------------

    def _take(
        self, items: list[JSON], listing: _Listing, *, since: datetime, until: datetime | None
    ) -> tuple[FetchedPost, ...]:
        """Return the posts of a page that are wanted and were not listed before."""
        fresh: dict[str, FetchedPost] = {}
        for item in items:
            post = b.item_of(item, did=self._did(), redactor=self._redactor)
            is_pinned = b.is_pinned(item)
            if not is_pinned:
                # Pages go by this time, which is not always that of publishing.
                listing.reached = b.listed_at(item) or listing.reached
            if post is None:
                listing.note("Bluesky listed something that is no post of the account")
            elif post.platform_id not in listing.ids:
                listing.ids.add(post.platform_id)
                self._seen[post.platform_id] = post
                if is_pinned or _is_within(post, since, until):
                    fresh[post.platform_id] = post
        listing.wanted += len(fresh)
        return tuple(fresh.values())

    def _last(
        self,
        page: tuple[FetchedPost, ...],
        listing: _Listing,
        since: datetime,
        until: datetime | None,
    ) -> Batch:
        """Return the last batch, with what is missing."""
        if not listing.notes:
            return Batch(posts=page, lists_window=True, reached=listing.reached)
        end = listing.reached or until or self._its.as_of
        gap = (since, end) if since < end else None
        note = "; ".join(listing.notes)
        return Batch(posts=page, complete=False, lists_window=True, gap=gap, note=note)


def _is_within(post: FetchedPost, since: datetime, until: datetime | None) -> bool:
    at = post.published_at
    if at is None:
        return True
    return at >= since and (until is None or at.replace(microsecond=0) <= until)


CONNECTOR = Platform(
    name="bluesky",
    title="Bluesky",
    open=BlueskyReader,
    needs_credential=False,
    blind_spots=(
        "direct messages",
        "replies by others",
        "edits before the first reading",
        "posts with a date set back",
        "text in pictures",
    ),
    removal_steps="Open the post, choose the three dots below it, choose Delete post.",
    closing_steps=(
        "Sign in as the account and download a copy under Settings, Account, Export my data. "
        "Then choose Deactivate account there; signing in opens it again. "
        "Choose Delete account only if it shall never come back."
    ),
    recovery_steps=(
        "Ask for a new password on the sign-in page; if the address was changed, write to "
        "support@bsky.app. Then revoke every app password you do not know under Settings, Privacy "
        "and security, and look whether the handle's domain is still the council's."
    ),
)
