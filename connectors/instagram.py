"""A professional Instagram account, through the token of the Facebook page it is linked to.

Set-up: as for the Facebook page, with `instagram_basic` besides; the same token serves both.
`handle` is the account's name or its number (``1784…``). See docs/connectors/instagram.md.

Limits: the 10,000 newest posts; 4,800 requests a day for each thousand who saw the account;
reading stops at 90 % of the allowance. Two requests a run for up to 50 posts (posts, stories),
one more for each post that is no longer listed. A limit that names no time is waited out for an
hour, then two, four, at most six.

Blind spots: stories between two readings, comments, live films, what an edited caption said
between two readings, words inside pictures; descriptions of pictures where Graph's version does
not tell them.

A post is gone only when Graph says that it does not exist while the account itself answers to the
same token. One that has left the list and still answers may have been archived: cannot be told.
A story ends by itself after 24 hours.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import AccessError, ContractError, ReadError
from config.types import Outcome, Reason
from connectors import _instagram_words as i
from connectors._face import picture_bytes
from connectors._graph_client import GraphClient
from connectors._graph_errors import NotShownError, TooMuchError
from connectors._graph_login import INSTAGRAM_LOGIN
from connectors._graph_posts import JSON, id_of, inner, instant, words
from connectors._listing import Listing
from connectors._settling import cannot_tell, shown
from connectors.base import Absence, Asking, Copies, KnownBy, Platform, Reread
from connectors.lasting import graph_lasts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors.base import Batch, Circumstances, FetchedPost, FetchedProfile, KnownPost

_PAGE_SIZE = 50
_MOST_PAGES = 60
_HALVINGS = 3
_ENOUGH_PERCENT = 90
_TITLE = "Instagram"
_NAME = re.compile(r"[a-z0-9._]{1,30}", re.IGNORECASE)
_PAGE = re.compile(
    r"https?://(?:www\.)?instagram\.com/([a-z0-9._]{1,30})/?(?:\?.*)?", re.IGNORECASE
)
_NEED = "pages_read_engagement and instagram_basic"


class InstagramReader:
    """Reads one account in one run; a `connectors.base.Connector`."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Prepare; nothing is asked yet.

        Args:
            circumstances: The account, the door and the page token.
        """
        self._its = circumstances
        self._account = circumstances.account
        self._graph = GraphClient(circumstances, permissions=_NEED)
        kept = circumstances.state.validators
        self._picture_hash = kept.get("picture", "")
        self._username = kept.get("username", "")
        # A version of Graph that does not know the field is not asked for it again.
        self._without_alt = kept.get("without_alt", "") == self._graph.version
        self._number = self._known_number()
        self._seen: dict[str, FetchedPost] = {}
        self._is_alive = False
        self._reached: datetime | None = None

    def profile(self) -> FetchedProfile:
        """Read the account's name, words, link and picture; the answer serves as the probe.

        Raises:
            AccessError: The token is dead, or the account is not shown to it.
            LaterError: Too many requests, or trouble that passes.
            ContractError: The answer, or the registered handle, makes no sense.
        """
        raw = self._node(i.PROFILE_FIELDS)
        self._is_alive = True
        self._username = words(raw.get("username"))
        profile = i.profile_of(
            raw,
            is_named=not self._is_number(),
            picture=self._picture(i.picture_address(raw)),
            picture_hash=self._picture_hash,
        )
        if profile is None:
            raise ContractError("Instagram's account has no number", account=self._account.id)
        return profile

    def probe(self) -> None:
        """Ask for the account's number with the same token, once a run.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        if not self._is_alive:
            self._node("id")
            self._is_alive = True

    def absence(self) -> Absence | None:
        """Ask for the account, and then for the page that the token belongs to."""
        if not self._number:
            return None
        try:
            self._graph.node(self._number, fields="id")
        except NotShownError:
            return self._absent()
        except ReadError:
            return None
        return None

    def _absent(self) -> Absence:
        """Return that the account is not shown, and whether the token was let in all the same."""
        try:
            is_in = bool(id_of(self._graph.node("me", fields="id").get("id")))
        except (NotShownError, ReadError):
            is_in = False
        said = "Instagram does not show the account"
        return Absence(
            is_login_proved=is_in, detail=f"{said} to a login that it accepts" if is_in else said
        )

    def validators(self) -> Mapping[str, str]:
        """Return what is known of picture and name, so that neither looks like a change."""
        kept = {
            "picture": self._picture_hash,
            "username": self._username,
            "handle": self._account.handle,
            "without_alt": self._graph.version if self._without_alt else "",
        }
        return {name: value for name, value in kept.items() if value}

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = 3200
    ) -> Iterator[Batch]:
        """Read posts and Reels since ``since``, newest first, and the stories of the moment.

        Args:
            since: Oldest ``published_at`` wanted, inclusive; aware UTC.
            until: Newest wanted, inclusive to the second; None: up to now.
            limit: Most posts, 1 to 3,200.

        Yields:
            Batches; the last says what is missing.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        listing = Listing(
            since=since, until=until, as_of=self._its.as_of, limit=limit, seen=self._seen
        )
        after: str | None = None
        while True:
            stated = self._list("media", after)
            fresh = self._take(stated, listing, is_story=False)
            after = _next(stated)
            if after is None or listing.is_past():
                break
            if self._is_nearly_used_up():
                listing.note("Facebook's allowance of requests is nearly used up")
                break
            if not listing.may_turn(after, most_pages=_MOST_PAGES, title=_TITLE):
                break
            yield listing.page(fresh)
        if not listing.notes:
            self._reached = since if after is None else listing.reached
        reached = listing.reached
        if until is None:
            fresh += self._take(self._list("stories", None), listing, is_story=True)
        listing.reached = reached
        yield listing.last(fresh)

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Read posts again: from this run's listing, else one request each.

        Raises:
            AccessError: The token is dead, or the account is gone: no post is called gone.
            LaterError, ContractError: As `profile` does.
        """
        for each in known:
            if each.platform_id in self._seen:
                yield shown(each.platform_id, self._seen[each.platform_id])
            elif not i.number_of(each.platform_id):
                said = "its id is none of Instagram's"
                yield cannot_tell(each.platform_id, Reason.CONTRACT, said)
            elif self._is_nearly_used_up():
                said = "not asked: Facebook's allowance of requests is nearly used up"
                yield cannot_tell(each.platform_id, Reason.RATE_LIMIT, said)
            else:
                yield self._ask_again(each.platform_id)

    # --- the account -------------------------------------------------------------------------

    def _is_number(self) -> bool:
        return bool(i.number_of(self._account.handle.strip()))

    def _known_number(self) -> str:
        """Return the account's number: as registered, else as remembered of that name."""
        if self._is_number():
            return self._account.handle.strip()
        state, handle = self._its.state, self._account.handle
        is_same = state.validators.get("handle", handle) == handle
        return i.number_of(state.platform_id or "") if is_same else ""

    def _key(self) -> str:
        """Return the account's number, asked for through the page if it is not known."""
        if not self._number:
            name = _name_of(self._account.handle)
            if not name:
                raise ContractError(
                    f"{self._account.handle[:60]!r} is no account of Instagram",
                    account=self._account.id,
                    remedy="Write the account's name, for example elmtowncouncil, as its handle",
                )
            try:
                page = self._graph.node("me", fields="instagram_business_account{id,username}")
            except NotShownError as error:
                raise self._not_shown() from error
            linked = inner(page, "instagram_business_account")
            self._number = self._linked(linked, name)
        return self._number

    def _linked(self, linked: JSON, name: str) -> str:
        number, username = i.number_of(id_of(linked.get("id"))), words(linked.get("username"))
        if not number:
            raise AccessError(
                "the token's Facebook page has no professional Instagram account",
                account=self._account.id,
                reason=Reason.FORBIDDEN,
                remedy="Link them, with instagram_basic: docs/connectors/instagram.md",
            )
        if username and username.casefold() != name.casefold():
            raise AccessError(
                f"the token's Facebook page is linked to the account {username[:30]!r}",
                account=self._account.id,
                reason=Reason.FORBIDDEN,
                remedy="Use the token of the page that this account is linked to",
            )
        return number

    def _node(self, fields: str) -> JSON:
        try:
            return self._graph.node(self._key(), fields=fields)
        except NotShownError as error:
            raise self._not_shown() from error

    def _not_shown(self) -> AccessError:
        return AccessError(
            "Instagram shows this account no longer to our token: it was closed or unlinked, or "
            "the token has lost its permission",
            account=self._account.id,
            reason=Reason.ACCOUNT_GONE,
            remedy="Open the account in a browser; if it is there, make a new page token",
        )

    def _picture(self, address: str) -> bytes | None:
        """Fetch the picture; one that cannot be had now leaves the known hash."""
        body = picture_bytes(self._its, address, host=None) if address else None
        if body:
            self._picture_hash = hashlib.sha256(body).hexdigest()
        return body

    def _is_nearly_used_up(self) -> bool:
        return self._graph.used_percent >= _ENOUGH_PERCENT

    # --- the listing -------------------------------------------------------------------------

    def _list(self, edge: str, after: str | None) -> JSON:
        """Ask for a page of posts, a smaller one if Graph wants it smaller."""
        size, halved = _PAGE_SIZE, 0
        place = {"after": after} if after else {}
        while True:
            fields = i.media_fields(with_alt=not self._without_alt)
            try:
                return self._graph.edge(self._key(), edge, fields=fields, limit=size, **place)
            except TooMuchError:
                halved += 1
                if halved > _HALVINGS:
                    raise
                size //= 2
            except ContractError as error:
                self._forgo(error)
            except NotShownError as error:
                raise self._not_shown() from error

    def _forgo(self, error: ContractError) -> None:
        """Do without descriptions if it is they that are not known; else raise the error."""
        if self._without_alt or "alt_text" not in str(error):
            raise error
        self._without_alt = True

    def _take(self, stated: JSON, listing: Listing, *, is_story: bool) -> list[FetchedPost]:
        listed = stated.get("data")
        if not isinstance(listed, list):
            raise ContractError(
                "Instagram's list of posts is no list",
                account=self._account.id,
                sample=", ".join(sorted(map(str, stated)))[:300],
            )
        found = []
        for raw in listed:
            post = self._read(raw, is_story=is_story) if isinstance(raw, dict) else None
            if post is None:
                listing.note("an entry of the list is no post")
                continue
            listing.reached = post.published_at or listing.reached
            found.append(post)
        return listing.take(found, always=is_story)

    def _read(self, raw: JSON, *, is_story: bool) -> FetchedPost | None:
        return i.post_of(
            raw,
            username=self._username,
            redactor=self._its.door.redactor,
            is_story=is_story,
        )

    # --- single posts ------------------------------------------------------------------------

    def _ask_again(self, platform_id: str) -> Reread:
        is_story = platform_id.startswith(i.STORY)
        try:
            raw = self._single(i.number_of(platform_id))
        except NotShownError:
            self.probe()
            detail = "Instagram no longer shows it, and shows the account itself"
            return Reread(
                platform_id=platform_id,
                outcome=Outcome.GONE,
                reason=Reason.GONE_OR_HIDDEN,
                detail="a story ends by itself after 24 hours" if is_story else detail,
                ends_by_itself=is_story,
            )
        post = self._read(raw, is_story=is_story)
        if post is None or post.platform_id != platform_id:
            said = "Instagram gave something about it that is no such post"
            return cannot_tell(platform_id, Reason.PARTIAL, said)
        if self._should_be_listed(raw) or is_story:
            said = "it has left the list but is still told of: it may have been archived"
            return cannot_tell(platform_id, Reason.PARTIAL, said)
        return shown(platform_id, post)

    def _single(self, number: str) -> JSON:
        while True:
            fields = i.media_fields(with_alt=not self._without_alt)
            try:
                return self._graph.node(number, fields=fields)
            except ContractError as error:
                self._forgo(error)

    def _should_be_listed(self, raw: JSON) -> bool:
        """Tell whether the listing of this run went past the time of a post it did not show."""
        at = instant(raw.get("timestamp"))
        return self._reached is not None and at is not None and at > self._reached


def _name_of(handle: str) -> str:
    """Return an account's name from a handle, which may be its address; empty if none."""
    said = handle.strip().removeprefix("@")
    if found := _PAGE.fullmatch(said):
        return found[1]
    return said if _NAME.fullmatch(said) else ""


def _next(stated: JSON) -> str | None:
    """Return where the next page begins; None after the last one."""
    paging = inner(stated, "paging")
    after = inner(paging, "cursors").get("after")
    has_more = isinstance(paging.get("next"), str) and bool(paging["next"])
    return after if has_more and isinstance(after, str) and after else None


CONNECTOR = Platform(
    name="instagram",
    title="Instagram",
    open=InstagramReader,
    needs_credential=True,
    login=INSTAGRAM_LOGIN,
    host="graph.facebook.com",
    asking=Asking(pull=2),
    known_by=KnownBy.AT_HANDLE,
    lasts=graph_lasts,
    # "keep up to date, including deletions"; no number of days is given.
    copies=Copies(asked_by="Instagram", gone=timedelta(days=30)),
    blind_spots=(
        "comments",
        "live films",
        "stories between two readings",
        "edits between two readings",
        "text in pictures",
    ),
    removal_steps=(
        "Open the post, choose the three dots above it, choose Delete. "
        "Then choose Your activity, Recently deleted, and delete it there too. "
        "Archive only hides it."
    ),
    closing_steps=(
        "Sign in and download the account's information in the Accounts Centre. "
        "Then choose Account ownership and control, Deactivation or deletion there. "
        "Choose Deactivate if it is for a time only."
    ),
    recovery_steps=(
        "Open instagram.com/hacked and follow it. Then end every session in the Accounts Centre, "
        "under Password and security, take away linked accounts and apps that you do not know, "
        "and turn on two-factor authentication."
    ),
)
