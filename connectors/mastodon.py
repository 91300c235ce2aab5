"""Mastodon, and servers that answer as it does, through its public interface.

Set-up: none for most servers; `handle` is ``@name@server`` or the address of the account's page.
A server that shows nothing without a login needs a token of the account itself, made under
Preferences, Development, with the scope ``read`` only. Nothing costs money.

Limits: 300 requests in five minutes; 40 posts a page, 20 posts read again in one request. One
reading costs one request a page; the account, which is also the probe, and its pinned posts
cost two more every few hours; a post that was edited one more, once an edit.

Blind spots: direct messages, posts for followers only (without a token), replies by others,
edits that came and went on servers without a history, words inside pictures and films.

A post is gone only when the server says of this very post "record not found", and shows the
account itself. Mastodon says the same of a deleted post and of one that it hides.

Plain JSON through the door instead of Mastodon.py: see docs/decisions/0030. That package is the
contract of the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import LaterError, ReadError
from config.types import Reason
from connectors import _mastodon_words as m
from connectors._face import FacePicture
from connectors._html import web_address
from connectors._json import inner, instant, words
from connectors._listing import Listing
from connectors._mastodon_calls import LARGEST_PAGE, MOST_IDS, Calls, NotThereError
from connectors._mastodon_login import MASTODON_LOGIN
from connectors._settling import Doubt, Said, cannot_tell, settle, shown
from connectors.base import Absence, Asking, FetchedProfile, KnownBy, Platform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors._json import JSON
    from connectors.base import Batch, Circumstances, EarlierVersion, FetchedPost, KnownPost, Reread

_MOST_BACK = 3200
_MOST_PAGES = 100
_MOST_HISTORIES = 10
_TITLE = "the Mastodon server"
_EDITED = "edited "
_NEVER = "never"


class MastodonReader:
    """Reads one account on its Mastodon server for one run; a `connectors.base.Connector`."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Prepare; nothing is asked yet."""
        self._its = circumstances
        self._calls = Calls(circumstances)
        self._redactor = circumstances.door.redactor
        self._face = FacePicture(circumstances, host=None)
        self._pinned: list[JSON] | None = None
        self._seen: dict[str, FetchedPost] = {}
        self._edits: dict[str, str] = {}
        self._histories = 0
        self._account_id: str | None = None

    def profile(self) -> FetchedProfile:
        """Read the account's own face and its pinned posts; the first answer is the probe.

        Raises:
            AccessError: The account is suspended or missing, or a login is wanted.
            LaterError: Rate limit, or trouble on the way.
            ContractError: The answer is not what Mastodon documents.
        """
        account = self._calls.account()
        self._account_id = str(account["id"])
        self._pinned = self._calls.pinned(self._id())
        names = [m.id_of(each.get("id")) for each in self._pinned]
        content = m.profile_content(account, pinned=[each for each in names if each])
        return FetchedProfile(
            platform_id=self._id(),
            handle=words(account.get("username")),
            url=web_address(words(account.get("url"))) or "",
            content=content,
            picture=self._face.fetch(
                words(account.get("avatar_static")), name=content.fields["picture"]
            ),
            stills=m.face_stills(account),
        )

    def probe(self) -> None:
        """Prove that account and login are alive; one request, once a run.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        self._calls.account()

    def absence(self) -> Absence | None:
        """Ask by the account's number: unknown to its server; never if it is suspended."""
        if self._calls.known_id() is None:
            return None
        try:
            self._calls.asked_anew()
        except NotThereError:
            said = "the Mastodon server says that it has no account of this number"
            return Absence(is_login_proved=True, detail=said)
        except ReadError:
            return None
        return None

    def validators(self) -> Mapping[str, str]:
        """Return which picture was fetched last, and which edits were handed over."""
        edits = self._edits if self._seen else self._its.state.validators
        return {**edits, **self._face.validators(), **self._calls.memory()}

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = _MOST_BACK
    ) -> Iterator[Batch]:
        """Read everything since ``since``, newest first; pinned posts too, with the profile.

        Args:
            since: Oldest ``published_at`` wanted, inclusive; aware UTC.
            until: Newest wanted, inclusive to the second; None: up to now.
            limit: Most posts, 1 to 3,200.

        Yields:
            One batch a page, each a part of the whole window; the last says what is missing.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        account_id = self._id()
        listing = Listing(
            since=since, until=until, as_of=self._its.as_of, limit=limit, seen=self._seen
        )
        older: str | None = None
        while True:
            size = min(LARGEST_PAGE, max(1, limit - listing.wanted))
            page = self._calls.statuses(account_id, older_than=older, size=size)
            if not page.is_clean:
                listing.note("the Mastodon server listed something that is no post")
            fresh = self._take(page.statuses, listing)
            older = page.older
            if older is None or listing.is_past():
                break
            if not listing.may_turn(older, most_pages=_MOST_PAGES, title=_TITLE):
                break
            yield listing.page(fresh)
        pinned = (self._post_of(each) for each in self._pinned or ())
        fresh += listing.take((post for post in pinned if post is not None), always=True)
        yield listing.last(fresh)

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Read given posts again, 20 a request; what `posts` has shown costs nothing.

        ``gone`` is said only of what the server itself calls missing, after `probe` succeeded.

        Raises:
            AccessError: The whole account is gone, or the login is dead: no post is called gone.
            LaterError, ContractError: As `profile` does.
        """
        asked: list[str] = []
        for each in known:
            if each.platform_id in self._seen:
                yield shown(each.platform_id, self._seen[each.platform_id])
            elif m.id_of(each.platform_id) is None:
                said = "its id is none of this account's server"
                yield cannot_tell(each.platform_id, Reason.CONTRACT, said)
            else:
                asked.append(each.platform_id)
        doubts: list[Doubt] = []
        yield from self._look_up(asked, doubts)
        yield from settle(doubts, title=_TITLE, ask=self._ask, probe=self.probe)

    # --- the account -----------------------------------------------------------------------

    def _id(self) -> str:
        """Return the account's number on its server: as remembered, else as it tells it."""
        if self._account_id is None:
            self._account_id = self._calls.known_id() or str(self._calls.account()["id"])
        return self._account_id

    # --- the listing -----------------------------------------------------------------------

    def _take(self, statuses: list[JSON], listing: Listing) -> list[FetchedPost]:
        """Return the posts of a page that are wanted and were not listed before."""
        found: list[FetchedPost] = []
        for status in statuses:
            listing.reached = m.created_at(status) or listing.reached
            if m.is_direct(status):
                continue
            post = self._post_of(status, with_history=True)
            if post is None:
                listing.note("the Mastodon server listed something that is no post of the account")
            else:
                found.append(post)
        return listing.take(found)

    def _post_of(self, status: JSON, *, with_history: bool = False) -> FetchedPost | None:
        if m.is_direct(status):
            return None
        earlier = self._earlier(status) if with_history else ()
        return m.status_of(status, account_id=self._id(), redactor=self._redactor, earlier=earlier)

    def _earlier(self, status: JSON) -> tuple[EarlierVersion, ...]:
        """Return versions of an edited post that were never handed over.

        What came and went between two readings is still in the server's history. Which edit was
        handed over last is remembered, so that a history is asked for once an edit.
        """
        status_id, edited_at = m.id_of(status.get("id")), m.edited_at(status)
        if status_id is None or inner(status, "reblog"):
            return ()
        key, now = f"{_EDITED}{status_id}", edited_at.isoformat() if edited_at else _NEVER
        before = self._its.state.validators.get(key)
        self._edits[key] = now
        if edited_at is None or before == now:
            return ()
        if self._histories >= _MOST_HISTORIES:
            self._edits[key] = before or _NEVER
            return ()
        self._histories += 1
        try:
            history = self._calls.history(status_id)
        except LaterError as error:
            if error.reason is not Reason.TRANSIENT:
                raise
            return ()
        # Seen unedited: everything after the first version is news.
        after = m.created_at(status) if before == _NEVER else instant(before)
        return m.versions_of(history, status, account_id=self._id(), after=after)

    # --- single posts ----------------------------------------------------------------------

    def _look_up(self, ids: list[str], doubts: list[Doubt]) -> Iterator[Reread]:
        """Yield which posts are shown when asked for together; collect the others."""
        knows_batches = True
        for start in range(0, len(ids), MOST_IDS):
            lot = ids[start : start + MOST_IDS]
            listed = self._calls.several(lot) if knows_batches else None
            knows_batches = listed is not None
            found = {words(each.get("id")): each for each in listed or ()}
            for name in lot:
                post = self._post_of(found[name]) if name in found else None
                if post is not None:
                    yield shown(name, post)
                else:
                    why = "the Mastodon server says that there is no such post"
                    doubts.append(Doubt(platform_id=name, asked=name, why=why))

    def _ask(self, doubt: Doubt) -> FetchedPost | Said:
        said = self._calls.single(doubt.asked)
        if isinstance(said, Said):
            return said
        return self._post_of(said) or Said.UNSAID


CONNECTOR = Platform(
    name="mastodon",
    title="Mastodon",
    open=MastodonReader,
    needs_credential=False,
    login=MASTODON_LOGIN,
    asking=Asking(pull=1, profile=2, at_once=MOST_IDS),
    known_by=KnownBy.AT_HANDLE,
    blind_spots=(
        "direct messages",
        "posts for followers only",
        "replies by others",
        "text in pictures",
    ),
    removal_steps=(
        "Open the post, choose the three dots below it, choose Delete. "
        "Servers that have copied it are told to delete it too."
    ),
    closing_steps=(
        "Sign in as the account and ask for an archive under Preferences, Import and export. "
        "Then choose Preferences, Account, Delete account, and confirm with the password. "
        "It cannot be opened again, and nobody can take its name."
    ),
    recovery_steps=(
        "Ask for a new password on the server's sign-in page; if the address was changed, write "
        "to whoever runs the server. Then end every session and revoke every app that you do not "
        "know under Preferences, Account, and turn on two-factor authentication."
    ),
)
