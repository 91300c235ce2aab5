"""X (formerly Twitter), through tweepy and API v2.

Set-up: one app-only Bearer token of the council's own developer app; docs/connectors/x.md
takes an IT supplier there in ten minutes. Every returned post is paid for ($0.005), every
profile ($0.010), the same one once a UTC day; asking when nothing is new is free.

Limits: at most 3,200 posts back; 100 posts a request; the budget first, rate limits long
after. One reading costs one request for the profile (which is also the probe), one for
every 100 new posts, one for every 100 posts read again.

Blind spots: what an edited post said before it was first read here; replies by others;
direct messages; Spaces; words inside pictures and videos; a protected account.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from config.errors import LaterError, ReadError
from config.types import Outcome, Reason
from connectors import _x_words as x
from connectors._face import FacePicture
from connectors._json import words
from connectors._x_calls import (
    LARGEST_PAGE,
    OWNED_READ,
    PAID_EACH,
    POST_READ,
    SMALLEST_PAGE,
    USER_READ,
    Calls,
    user_name,
)
from connectors._x_listing import Listing, after
from connectors._x_login import X_LOGIN
from connectors._x_trouble import BESIDE, NOT_FOUND, broken_in, kinds_by_id
from connectors.base import (
    Absence,
    Asking,
    Batch,
    Copies,
    FetchedPost,
    FetchedProfile,
    KnownBy,
    Platform,
    Reread,
    Tariff,
)
from connectors.lasting import fields_last

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectors._json import JSON
    from connectors._x_words import Includes
    from connectors.base import Circumstances, KnownPost

__all__ = ["CONNECTOR", "POST_READ", "USER_READ", "XReader"]

_MOST_BACK = 3200
_MOST_PAGES = 100
_PICTURE_HOST = "pbs.twimg.com"

_CUT_BY_BUDGET = "the month's budget for X is used up"


class XReader:
    """Reads one account on X for one run; a `connectors.base.Connector`."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Prepare; nothing is asked yet."""
        self._its = circumstances
        self._calls = Calls(circumstances)
        self._seen: dict[str, FetchedPost] = {}
        self._face = FacePicture(circumstances, host=_PICTURE_HOST)

    def profile(self) -> FetchedProfile:
        """Read the account's own face; the same answer serves as the probe.

        Raises:
            AccessError: Token refused; the account is suspended, protected or missing.
            LaterError: Budget used up, rate limit, or trouble on the way.
            ContractError: The answer is not what X documents.
        """
        user = self._calls.user()
        content = x.profile_content(user)
        username = self._username()
        address = words(user.get("profile_image_url")).replace("_normal.", "_400x400.")
        return FetchedProfile(
            platform_id=self._user_id(),
            handle=username,
            url=f"https://x.com/{username}",
            content=content,
            picture=self._face.fetch(address, name=content.fields["picture"]),
            stills=x.face_stills(user),
        )

    def probe(self) -> None:
        """Prove that account and token are alive; one paid profile, once a run.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        self._calls.user()

    def absence(self) -> Absence | None:
        """Ask by the lasting id: X lets a token in before it says that it knows no such user."""
        try:
            is_unknown = self._calls.is_unknown()
        except ReadError:
            return None
        said = "X accepts the login and knows no account of this number"
        return Absence(is_login_proved=True, detail=said) if is_unknown else None

    def validators(self) -> Mapping[str, str]:
        """Return which profile picture was fetched last, so that it is fetched once."""
        return self._face.validators()

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = _MOST_BACK
    ) -> Iterator[Batch]:
        """Read what is new since the cursor, newest first; without a cursor, since ``since``.

        Args:
            since: Oldest instant wanted when there is no cursor; aware UTC.
            until: Newest instant wanted, inclusive to the second; None: up to now.
            limit: Most posts, 1 to 3,200.

        Yields:
            One batch a page. The last one carries the cursor if nothing is missing;
            otherwise it is not complete and says why.

        Raises:
            AccessError, LaterError, ContractError: As `profile` does.
        """
        user_id, bounds = self._user_id(), self._bounds(since)
        if until is not None:
            bounds["end_time"] = until.replace(microsecond=0) + timedelta(seconds=1)
        listing = Listing(as_of=self._its.as_of)
        tokens: list[str | None] = [None]
        page: tuple[FetchedPost, ...] = ()
        while True:
            wanted = limit - len(listing.roots)
            answer = self._calls.timeline(user_id, wanted=wanted, token=tokens[-1], bounds=bounds)
            if answer is None:
                listing.note(_CUT_BY_BUDGET)
                break
            page = self._take(answer, listing)
            if tokens[-1] is not None and not answer.get("data") and listing.turn_back(bounds):
                # Promised and empty: what lies before the last post is asked for by its id.
                tokens.append(None)
                continue
            token = x.next_token(answer)
            if token is None:
                break
            if token in tokens or len(tokens) >= _MOST_PAGES:
                listing.note("X's list of posts had no end")
                break
            if len(listing.roots) >= limit:
                listing.note(f"there were more than {limit:,} posts")
                break
            tokens.append(token)
            yield Batch(posts=page, reached=listing.reached)
            page = ()
        self._doubt(bounds, listing)
        yield self._last(page + self._pinned(listing), listing, since, until)

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Read given posts again, 100 a request; what `posts` has shown costs nothing.

        ``gone`` is said only after `probe` has succeeded. An edited post is followed to
        the newest version of its chain.

        Raises:
            AccessError: The token died, or the whole account is gone: no post is called
                gone for that.
            LaterError, ContractError: As `profile` does.
        """
        wanted: dict[str, str] = {}
        for post in known:
            shown = self._seen.get(post.platform_id)
            number = x.id_of(post.current_id) or x.id_of(post.platform_id)
            if shown is not None:
                yield Reread(platform_id=post.platform_id, outcome=Outcome.PRESENT, post=shown)
            elif number is None:
                yield _cannot_tell(post.platform_id, Reason.CONTRACT, "its id is none of X's")
            else:
                wanted[number] = post.platform_id
        hidden: list[tuple[str, str]] = []
        yield from self._look_up(wanted, hidden)
        yield from self._confirm(hidden)

    # --- the account -----------------------------------------------------------------------

    def _user_id(self) -> str:
        asked = self._calls.asked_user()
        known = x.id_of(self._its.state.platform_id) if asked is None else None
        return known or str(self._calls.user()["id"])

    def _username(self) -> str:
        asked = self._calls.asked_user() or {}
        return words(asked.get("username")) or user_name(self._its.account.handle)

    # --- the listing -----------------------------------------------------------------------

    def _bounds(self, since: datetime) -> dict[str, str | datetime]:
        cursor = x.id_of(self._its.state.cursor)
        return {"start_time": since} if cursor is None else after(cursor, as_of=self._its.as_of)

    def _doubt(self, bounds: Mapping[str, str | datetime], listing: Listing) -> None:
        """Ask for the newest known post if the list should have shown it, and shows nothing."""
        cursor = x.id_of(self._its.state.cursor)
        if cursor is None or listing.notes or not listing.is_doubtful(bounds, cursor):
            return
        came = self._calls.lookup([cursor])
        if came is not None and came[1].get("data"):
            listing.note("X's list is empty although its newest post still stands")

    def _take(self, answer: JSON, listing: Listing) -> tuple[FetchedPost, ...]:
        """Return the posts of a page that were not listed before, each chain once."""
        posts, note = self._whole_posts(answer)
        listing.note(note)
        fresh: dict[str, FetchedPost] = {}
        for post in posts:
            if listing.take(post):
                fresh[post.platform_id] = post
        self._seen.update(fresh)
        return tuple(fresh.values())

    def _whole_posts(self, answer: JSON) -> tuple[list[FetchedPost], str]:
        """Return the posts that came whole, and a note if some did not.

        A field that X could not fill in just now would look like an edit: such a post is
        left for the next reading.
        """
        includes, broken = x.includes_of(answer), broken_in(answer)
        listed = answer.get("data") or []
        note = "X left out a part of what was asked" if broken else ""
        posts = []
        for raw in listed:
            post = self._post(raw, includes) if isinstance(raw, dict) else None
            if post is None:
                note = note or "X listed something that is no post"
            elif not broken & {"", *x.parts_of(raw)}:
                posts.append(post)
        return posts, note

    def _post(self, raw: JSON, includes: Includes) -> FetchedPost | None:
        return x.post_of(
            raw,
            includes,
            user_id=self._user_id(),
            username=self._username(),
            redactor=self._its.door.redactor,
        )

    def _pinned(self, listing: Listing) -> tuple[FetchedPost, ...]:
        """Return the pinned post if the profile was read and no listing shows the post.

        It stands at the top of the page for years, long after the look-back has passed it.
        """
        number = x.pinned_of(self._calls.asked_user() or {})
        shown = {post.current_id for post in listing.roots.values()} | set(listing.roots)
        came = self._calls.lookup([number]) if number is not None and number not in shown else None
        if came is None:
            return ()
        posts, note = self._whole_posts(came[1])
        listing.note(note)
        fresh = tuple(post for post in posts if post.platform_id not in listing.roots)
        self._seen.update({post.platform_id: post for post in fresh})
        return fresh

    def _last(
        self,
        page: tuple[FetchedPost, ...],
        listing: Listing,
        since: datetime,
        until: datetime | None,
    ) -> Batch:
        """Return the last batch: with the cursor, or with what is missing."""
        if not listing.notes:
            before = int(x.id_of(self._its.state.cursor) or 0)
            cursor = max(before, listing.newest)
            return Batch(posts=page, cursor=str(cursor) if cursor else None)
        start = since
        if (cursor_id := x.id_of(self._its.state.cursor)) is not None:
            told = x.instant_of_id(cursor_id)
            start = told if since <= told <= self._its.as_of else since
        end = listing.oldest_at or until or self._its.as_of
        gap = (start, end) if start < end else None
        return Batch(posts=page, complete=False, gap=gap, note="; ".join(listing.notes))

    # --- reading again ---------------------------------------------------------------------

    def _look_up(
        self, wanted: Mapping[str, str], hidden: list[tuple[str, str]]
    ) -> Iterator[Reread]:
        """Yield what can be said at once; collect in ``hidden`` what the probe must confirm.

        Args:
            wanted: Platform id (the root's) by the id to ask for.
            hidden: Gets (platform id, kind of problem).
        """
        waiting, asked = dict(wanted), set[str]()
        while waiting:
            came = self._calls.lookup(list(waiting))
            if came is None:
                for root in waiting.values():
                    yield _cannot_tell(root, Reason.QUOTA_MONEY, _CUT_BY_BUDGET)
                return
            ids, answer = came
            asked.update(ids)
            found = {post.current_id: post for post in self._whole_posts(answer)[0]}
            newest = x.newest_of_chains(answer)
            problems = kinds_by_id(answer)
            for number in ids:
                root, post = waiting.pop(number), found.get(number)
                newer = newest.get(number, number)
                if newer not in asked:
                    waiting[newer] = root
                elif post is not None:
                    self._seen[root] = post
                    yield Reread(platform_id=root, outcome=Outcome.PRESENT, post=post)
                elif problems.get(number) in BESIDE:
                    hidden.append((root, problems[number]))
                else:
                    said = "X said nothing usable about it"
                    yield _cannot_tell(root, Reason.PARTIAL, said)

    def _confirm(self, hidden: Sequence[tuple[str, str]]) -> Iterator[Reread]:
        """Yield ``gone`` for what X does not show, once the account has proved alive."""
        if not hidden:
            return
        try:
            self.probe()
        except LaterError as error:
            for root, _ in hidden:
                said = "X does not show it, but whether the account is well could not be asked"
                yield _cannot_tell(root, error.reason, said)
            return
        for root, kind in hidden:
            why = "X finds no such post" if kind == NOT_FOUND else "X does not show it to others"
            yield Reread(
                platform_id=root,
                outcome=Outcome.GONE,
                reason=Reason.GONE_OR_HIDDEN,
                detail=why,
            )


def _cannot_tell(root: str, reason: Reason, why: str) -> Reread:
    return Reread(platform_id=root, outcome=Outcome.CANNOT_TELL, reason=reason, detail=why)


CONNECTOR = Platform(
    name="x",
    title="X",
    open=XReader,
    needs_credential=True,
    login=X_LOGIN,
    host="api.twitter.com",
    known_by=KnownBy.AT_HANDLE,
    takes=frozenset({"owned_reads", "terms_accepted"}),
    ids_in=x.ids_in,
    lasts=fields_last,
    # "delete when deleted, protected or modified": two weeks leave a week after the warning.
    copies=Copies(asked_by="X", gone=timedelta(days=14)),
    undecided="X's terms for public bodies not yet decided",
    asking=Asking(
        pull=1,
        at_once=LARGEST_PAGE,
        lists_window=False,
        tariff=Tariff(
            post=POST_READ, profile=USER_READ, owned=OWNED_READ, smallest=SMALLEST_PAGE * PAID_EACH
        ),
    ),
    blind_spots=(
        "direct messages",
        "Spaces",
        "replies by others",
        "edits before the first reading",
        "text in pictures",
    ),
    removal_steps="Open the post, choose the three dots at its top, choose Delete.",
    closing_steps=(
        "Sign in as the account and download an archive under Settings, Your account. "
        "Then choose Deactivate your account there and confirm with the password. "
        "X keeps it for 30 days, in which signing in opens it again."
    ),
    recovery_steps=(
        "Ask for a new password at x.com/account/begin_password_reset; if the address was "
        "changed, use X's form for hacked accounts at help.x.com/forms. Then sign out all other "
        "sessions and take away every app you do not know under Settings, Security."
    ),
)
