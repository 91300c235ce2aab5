"""The town behind the loopback platforms: accounts, posts and what befalls them.

Everything that happens carries its instant; the platforms show only what has happened
by the clock that the world was given. So a story can be written down once, and a demo or
a test moves through it by moving the clock: nothing here sleeps or reads the time.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_X_EPOCH_MS = 1_288_834_974_657
"""Where X starts to count the milliseconds in its ids."""


class Site(StrEnum):
    """The loopback platforms of the demo."""

    X = "x"
    FACEBOOK = "facebook"
    FEED = "feed"


class Condition(StrEnum):
    """What can hold for an account for a while."""

    TOKEN_DEAD = "token_dead"
    SUSPENDED = "suspended"
    PROTECTED = "protected"
    NO_CREDIT = "no_credit"
    FORBIDDEN = "forbidden"
    CLOSED = "closed"
    NO_FEED = "no_feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TownAccount:
    """One account on one loopback platform.

    Attributes:
        label: As in the configuration (``council-x``).
        site: The platform it is on.
        platform_id: The platform's lasting id; digits.
        handle: User name, page name or, for a feed, the first part of its path.
        name: Display name.
        description: What the profile says.
        website: Link of the profile; empty if none.
        email: Contact address of the profile; empty if none.
        phone: Contact number of the profile; empty if none.
        picture: Profile picture as PNG bytes; empty if none.
        token: The credential that opens it; empty where none is needed.
        login: Id of the person whose token it is; empty: it is the page's own (Facebook).
        owns_app: The token is the account's own login and the app is its own too (X).
        pinned: Root id of the pinned post; empty if none.
    """

    label: str
    site: Site
    platform_id: str
    handle: str
    name: str
    description: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    picture: bytes = b""
    token: str = ""
    login: str = ""
    owns_app: bool = False
    pinned: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What one version of a post holds.

    Attributes:
        text: Its words, exactly as the writer typed them.
        title: Headline; shown by feeds only.
        links: Real targets of its links, in order; on X each shows as a short address.
        pictures: One alternative text per picture; empty where the writer gave none.
        poll: Labels of a poll's options; empty if there is no poll.
        preview: Title and description of a shared link, as Facebook shows them.
        markup: Raw HTML that a feed gives instead of ``text``; empty for plain paragraphs.
    """

    text: str = ""
    title: str = ""
    links: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    poll: tuple[str, ...] = ()
    preview: tuple[str, str] = ("", "")
    markup: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TownVersion:
    """One version of a post; ``id`` differs from the root's on X only."""

    id: str
    at: datetime
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class TownPost:
    """One post with all that will have happened to it.

    Attributes:
        account: Label of the account it stands on.
        root_id: The platform's id; on X the first id of the edit chain.
        versions: Oldest first, at least one.
        deleted_at: When it goes; None if it stays.
        hidden_at: When it is hidden from the timeline (Facebook); None if never.
        is_private: Takes a place in a page of a listing but is not shown in it.
        replied_to: Id of the post it answers; empty if none.
        quoted: Id of the post it quotes; empty if none.
        reposted: Id of the post it repeats; empty if none.
    """

    account: str
    root_id: str
    versions: tuple[TownVersion, ...]
    deleted_at: datetime | None = None
    hidden_at: datetime | None = None
    is_private: bool = False
    replied_to: str = ""
    quoted: str = ""
    reposted: str = ""

    @property
    def published_at(self) -> datetime:
        """Return when its first version appeared; aware UTC."""
        return self.versions[0].at

    @property
    def newest(self) -> TownVersion:
        """Return its newest version."""
        return self.versions[-1]

    def as_shown(self, now: datetime) -> TownPost | None:
        """Return the post as the platform has it at an instant; None if it shows none."""
        if self.deleted_at is not None and self.deleted_at <= now:
            return None
        past = tuple(version for version in self.versions if version.at <= now)
        if not past:
            return None
        hidden = self.hidden_at if self.hidden_at is not None and self.hidden_at <= now else None
        return dataclasses.replace(self, versions=past, hidden_at=hidden, deleted_at=None)


class World:
    """All accounts and posts of the town; safe to use from many threads.

    Instants are aware UTC. Methods that name an unknown account or post raise `KeyError`:
    the world is written by our own story and tests, never by the outside.
    """

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        """Start an empty town.

        Args:
            clock: Returns the present moment of the story, aware UTC.
        """
        self._clock = clock
        self._lock = threading.RLock()
        self._accounts: dict[str, TownAccount] = {}
        self._posts: dict[str, TownPost] = {}
        self._roots: dict[str, str] = {}
        self._of_account: defaultdict[str, list[str]] = defaultdict(list)
        self._changes: defaultdict[tuple[str, Condition], list[tuple[datetime, bool]]] = (
            defaultdict(list)
        )
        self._serial = 0

    # What happens.

    def add_account(self, account: TownAccount) -> None:
        """Open an account; a second one under the same label replaces it."""
        with self._lock:
            self._accounts[account.label] = account

    def change_profile(self, account: TownAccount) -> None:
        """Give an existing account another face, at once."""
        with self._lock:
            if account.label not in self._accounts:
                raise KeyError(account.label)
            self._accounts[account.label] = account

    def publish(
        self,
        account: str,
        at: datetime,
        text: str = "",
        *,
        body: Body | None = None,
        platform_id: str = "",
        is_private: bool = False,
        replied_to: str = "",
        quoted: str = "",
        reposted: str = "",
    ) -> str:
        """Publish a post and return its platform id.

        Args:
            account: Label of the account.
            at: When it appears.
            text: Its words; left out when ``body`` is given.
            body: The whole content, for posts with more than words.
            platform_id: Wanted id; empty lets the platform choose.
            is_private: See `TownPost`.
            replied_to: See `TownPost`.
            quoted: See `TownPost`.
            reposted: See `TownPost`.

        Raises:
            ValueError: The wanted id is taken.
        """
        with self._lock:
            home = self._accounts[account]
            root = platform_id or self._new_id(home, at)
            if root in self._roots:
                message = f"the id {root} is taken"
                raise ValueError(message)
            version = TownVersion(id=root, at=at, body=body or Body(text=text))
            self._posts[root] = TownPost(
                account=account,
                root_id=root,
                versions=(version,),
                is_private=is_private,
                replied_to=replied_to,
                quoted=quoted,
                reposted=reposted,
            )
            self._roots[root] = root
            self._of_account[account].append(root)
            return root

    def edit(self, post: str, at: datetime, text: str = "", *, body: Body | None = None) -> str:
        """Edit a post and return the version's id: a new one on X, the same elsewhere."""
        with self._lock:
            old = self._posts[self._roots[post]]
            home = self._accounts[old.account]
            new_id = self._new_id(home, at) if home.site is Site.X else old.root_id
            content = body or dataclasses.replace(old.newest.body, text=text)
            version = TownVersion(id=new_id, at=at, body=content)
            versions = tuple(sorted((*old.versions, version), key=lambda each: each.at))
            self._posts[old.root_id] = dataclasses.replace(old, versions=versions)
            self._roots[new_id] = old.root_id
            return new_id

    def delete(self, post: str, at: datetime) -> None:
        """Let a post go, with its whole edit chain."""
        self._amend(post, deleted_at=at)

    def hide(self, post: str, at: datetime) -> None:
        """Hide a post from the timeline; Facebook still answers for its id."""
        self._amend(post, hidden_at=at)

    def kill_token(self, account: str, at: datetime) -> None:
        """Let the account's credential die (a changed password)."""
        self.set_condition(account, Condition.TOKEN_DEAD, at)

    def revive_token(self, account: str, at: datetime) -> None:
        """Let the account's credential work again."""
        self.set_condition(account, Condition.TOKEN_DEAD, at, holds=False)

    def suspend(self, account: str, at: datetime) -> None:
        """Let the platform suspend the account."""
        self.set_condition(account, Condition.SUSPENDED, at)

    def set_condition(
        self, account: str, condition: Condition, at: datetime, *, holds: bool = True
    ) -> None:
        """Begin (or end) a condition of an account."""
        with self._lock:
            if account not in self._accounts:
                raise KeyError(account)
            self._changes[account, condition].append((at, holds))
            self._changes[account, condition].sort(key=lambda change: change[0])

    # What the platforms see, by the clock.

    @property
    def now(self) -> datetime:
        """Return the present moment of the story; aware UTC."""
        return self._clock()

    def has(self, account: str, condition: Condition) -> bool:
        """Return whether a condition holds now."""
        with self._lock:
            past = [holds for at, holds in self._changes[account, condition] if at <= self.now]
            return bool(past) and past[-1]

    def accounts(self, site: Site) -> tuple[TownAccount, ...]:
        """Return the accounts of one platform, in the order they were opened."""
        with self._lock:
            return tuple(each for each in self._accounts.values() if each.site is site)

    def account(self, label: str) -> TownAccount:
        """Return one account by its label."""
        with self._lock:
            return self._accounts[label]

    def find_account(self, site: Site, key: str) -> TownAccount | None:
        """Return the account with this platform id or handle (any case), or None."""
        for each in self.accounts(site):
            if key == each.platform_id or key.casefold() == each.handle.casefold():
                return each
        return None

    def holder_of(self, site: Site, token: str) -> TownAccount | None:
        """Return the account a token was issued to, or None."""
        return next((each for each in self.accounts(site) if token and each.token == token), None)

    def timeline(self, account: str) -> tuple[TownPost, ...]:
        """Return what stands on an account now, newest published first."""
        with self._lock:
            mine = [self._posts[root] for root in self._of_account[account]]
        now = self.now
        shown = [post for each in mine if (post := each.as_shown(now)) is not None]
        return tuple(
            sorted(shown, key=lambda post: (post.published_at, post.root_id), reverse=True)
        )

    def post(self, any_id: str) -> TownPost | None:
        """Return a post as it stands now by any id of its chain; None if there is none."""
        with self._lock:
            root = self._roots.get(any_id)
            shown = self._posts[root].as_shown(self.now) if root is not None else None
        if shown is None or any_id not in {version.id for version in shown.versions}:
            return None
        return shown

    def was_deleted(self, any_id: str) -> bool:
        """Return whether a post stood here once and is gone now."""
        with self._lock:
            root = self._roots.get(any_id)
            gone_at = self._posts[root].deleted_at if root is not None else None
        return gone_at is not None and gone_at <= self.now

    # Helpers.

    def _amend(
        self,
        post: str,
        *,
        deleted_at: datetime | None = None,
        hidden_at: datetime | None = None,
    ) -> None:
        with self._lock:
            old = self._posts[self._roots[post]]
            self._posts[old.root_id] = dataclasses.replace(
                old,
                deleted_at=deleted_at or old.deleted_at,
                hidden_at=hidden_at or old.hidden_at,
            )

    def _new_id(self, home: TownAccount, at: datetime) -> str:
        """Return an id as the platform would give it; unique in the world."""
        while True:
            self._serial += 1
            milliseconds = int(at.timestamp() * 1000)
            if home.site is Site.X:
                new_id = str(max(milliseconds - _X_EPOCH_MS, 1) << 22 | self._serial & 0xFFF)
            elif home.site is Site.FACEBOOK:
                new_id = f"{home.platform_id}_{milliseconds // 1000}{self._serial:05d}"
            else:
                new_id = f"{home.handle}/{at:%Y/%m}/{self._serial:04d}"
            if new_id not in self._roots:
                return new_id
