"""The town behind the loopback platforms: accounts, posts and what befalls them.

Everything that happens carries its instant; the platforms show only what has happened
by the clock that the world was given. So a story can be written down once, and a demo or
a test moves through it by moving the clock: nothing here sleeps or reads the time.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import defaultdict
from typing import TYPE_CHECKING

from monitor.demo.things import (
    Body,
    Condition,
    Site,
    TownAccount,
    TownPost,
    TownVersion,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

__all__ = ["Body", "Condition", "Site", "TownAccount", "TownPost", "TownVersion", "World"]

_X_EPOCH_MS = 1_288_834_974_657
"""Where X starts to count the milliseconds in its ids."""


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
            root = platform_id or self._new_id(self._accounts[account], at)
            version = TownVersion(id=root, at=at, body=body or Body(text=text))
            return self._add(
                TownPost(
                    account=account,
                    root_id=root,
                    versions=(version,),
                    is_private=is_private,
                    replied_to=replied_to,
                    quoted=quoted,
                    reposted=reposted,
                )
            )

    def schedule(self, account: str, at: datetime, text: str, *, appears_at: datetime) -> str:
        """Write a post that is to appear later, and return its id; only who edits it sees it."""
        with self._lock:
            root = self._new_id(self._accounts[account], at)
            version = TownVersion(id=root, at=at, body=Body(text=text))
            return self._add(
                TownPost(account=account, root_id=root, versions=(version,), appears_at=appears_at)
            )

    def visit(self, account: str, at: datetime, text: str, *, by: str) -> str:
        """Let a visitor write a post on a page, and return its id."""
        with self._lock:
            root = self._new_id(self._accounts[account], at)
            version = TownVersion(id=root, at=at, body=Body(text=text))
            return self._add(TownPost(account=account, root_id=root, versions=(version,), by=by))

    def comment(self, under: str, at: datetime, text: str, *, by: str = "") -> str:
        """Write something below a post or a comment, and return its id.

        Args:
            under: Id of the post or comment.
            at: When.
            text: Its words.
            by: Who wrote it; empty: the page itself.
        """
        with self._lock:
            above = self._posts[under]
            self._serial += 1
            number = above.root_id.partition("_")[2 if not above.under else 0]
            root = f"{number}_{int(at.timestamp())}{self._serial:05d}"
            version = TownVersion(id=root, at=at, body=Body(text=text))
            return self._add(
                TownPost(
                    account=above.account, root_id=root, versions=(version,), by=by, under=under
                )
            )

    def _add(self, post: TownPost) -> str:
        root = post.root_id
        if root in self._roots:
            message = f"the id {root} is taken"
            raise ValueError(message)
        self._posts[root] = post
        self._roots[root] = root
        self._of_account[post.account].append(root)
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

    def reschedule(self, post: str, appears_at: datetime) -> None:
        """Let a scheduled post appear at another time."""
        with self._lock:
            old = self._posts[post]
            self._posts[post] = dataclasses.replace(old, appears_at=appears_at)

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
        """Return what the account itself published and stands there now, newest first."""
        return tuple(post for post in self._standing(account) if post.stands_alone)

    def visits(self, account: str) -> tuple[TownPost, ...]:
        """Return what visitors posted on an account and stands there now, newest first."""
        return tuple(post for post in self._standing(account) if post.by and not post.under)

    def comments(self, post: TownPost) -> tuple[TownPost, ...]:
        """Return what stands below a post now, answers to comments too, newest first."""
        found = self._standing(post.account)
        return tuple(each for each in found if each.under and self.top(each) == post.root_id)

    def awaited(self, account: str) -> tuple[TownPost, ...]:
        """Return what waits to appear on an account, first the one that appears first."""
        with self._lock:
            mine = [self._posts[root] for root in self._of_account[account]]
        waiting = [post for each in mine if (post := each.as_awaited(self.now)) is not None]
        return tuple(sorted(waiting, key=lambda post: (post.published_at, post.root_id)))

    def waiting(self, post: str) -> TownPost | None:
        """Return a post that waits to appear; None if it does not."""
        with self._lock:
            kept = self._posts.get(post)
        return kept.as_awaited(self.now) if kept is not None else None

    def top(self, post: TownPost) -> str:
        """Return the id of the post that a comment stands below; empty if one above it went."""
        while post.under:
            above = self.post(post.under)
            if above is None:
                return ""
            post = above
        return post.root_id

    def _standing(self, account: str) -> list[TownPost]:
        with self._lock:
            mine = [self._posts[root] for root in self._of_account[account]]
        now = self.now
        shown = [post for each in mine if (post := each.as_shown(now)) is not None]
        return sorted(shown, key=lambda post: (post.published_at, post.root_id), reverse=True)

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
