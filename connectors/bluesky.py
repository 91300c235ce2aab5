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

from typing import TYPE_CHECKING

from config.errors import ReadError
from connectors import _bluesky_words as b
from connectors._bluesky_again import Again
from connectors._bluesky_calls import LARGEST_PAGE, Calls
from connectors._face import FacePicture
from connectors._json import objects, words
from connectors._listing import Listing
from connectors._service import NotThereError
from connectors.base import Absence, Asking, FetchedProfile, KnownBy, Platform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors._json import JSON
    from connectors.base import Batch, Circumstances, FetchedPost, KnownPost, Reread

_MOST_BACK = 3200
_MOST_PAGES = 100
_PICTURE_HOST = "cdn.bsky.app"


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
        listing = Listing(
            since=since, until=until, as_of=self._its.as_of, limit=limit, seen=self._seen
        )
        did, cursor = self._did(), None
        while True:
            size = min(LARGEST_PAGE, max(1, limit - listing.wanted))
            answer = self._calls.feed(did, size=size, cursor=cursor)
            items = objects(answer["feed"])
            if len(items) < len(answer["feed"]):
                listing.note("Bluesky listed something that is no post")
            fresh = self._take(items, listing)
            cursor = words(answer.get("cursor")) or None
            if cursor is None or listing.is_past():
                break
            if not listing.may_turn(cursor, most_pages=_MOST_PAGES, title="Bluesky"):
                break
            yield listing.page(fresh)
        yield listing.last(fresh)

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

    def _take(self, items: list[JSON], listing: Listing) -> list[FetchedPost]:
        """Return the posts of a page that are wanted and were not listed before."""
        fresh: list[FetchedPost] = []
        for item in items:
            post = b.item_of(item, did=self._did(), redactor=self._redactor)
            is_pinned = b.is_pinned(item)
            if not is_pinned:
                # Pages go by this time, which is not always that of publishing.
                listing.reached = b.listed_at(item) or listing.reached
            if post is None:
                listing.note("Bluesky listed something that is no post of the account")
            else:
                fresh += listing.take([post], always=is_pinned)
        return fresh


CONNECTOR = Platform(
    name="bluesky",
    title="Bluesky",
    open=BlueskyReader,
    needs_credential=False,
    host="public.api.bsky.app",
    asking=Asking(pull=1, at_once=25),
    known_by=KnownBy.AT_HANDLE,
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
