"""What there is in the town behind the loopback platforms: accounts, posts and their versions."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


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
    NO_SCHEDULED = "no_scheduled"
    """The token may not see what is scheduled (Facebook)."""
    NO_OTHERS = "no_others"
    """The token may not see what others write: the question is refused (Facebook)."""
    OTHERS_WITHHELD = "others_withheld"
    """The same, but their comments are only left out, and still counted (Facebook)."""


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
        appears_at: When it is to appear, if it was scheduled; it is made before (Facebook).
        by: Name of another author: of a comment or a visitor's post (Facebook).
        under: Id of the post or comment that it stands below; empty for a post (Facebook).
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
    appears_at: datetime | None = None
    by: str = ""
    under: str = ""
    replied_to: str = ""
    quoted: str = ""
    reposted: str = ""

    @property
    def published_at(self) -> datetime:
        """Return when its first version appeared, or is to appear; aware UTC."""
        return self.appears_at or self.versions[0].at

    @property
    def stands_alone(self) -> bool:
        """Return whether it is the account's own post, not below one and not a visitor's."""
        return not (self.under or self.by)

    @property
    def newest(self) -> TownVersion:
        """Return its newest version."""
        return self.versions[-1]

    def as_shown(self, now: datetime) -> TownPost | None:
        """Return the post as the platform has it at an instant; None if it shows none."""
        is_awaited = self.appears_at is not None and now < self.appears_at
        return None if is_awaited else self._at(now)

    def as_awaited(self, now: datetime) -> TownPost | None:
        """Return the post as it waits to appear at an instant; None if it does not."""
        is_awaited = self.appears_at is not None and now < self.appears_at
        return self._at(now) if is_awaited else None

    def _at(self, now: datetime) -> TownPost | None:
        if self.deleted_at is not None and self.deleted_at <= now:
            return None
        past = tuple(version for version in self.versions if version.at <= now)
        if not past:
            return None
        hidden = self.hidden_at if self.hidden_at is not None and self.hidden_at <= now else None
        return dataclasses.replace(self, versions=past, hidden_at=hidden, deleted_at=None)
