"""The one protocol that every platform file fulfils, and the values it hands over.

A connector is made for one account and one run: it may remember within the run what it
has already been told (so that an id seen in a listing is not paid for again), and is then
thrown away. It keeps nothing between runs; `ReaderState` carries what must survive.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from connectors._platform import (
    Asking,
    Copies,
    KnownBy,
    Lasting,
    OpenConnector,
    Platform,
    PostIds,
    Sees,
    Tariff,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta
    from decimal import Decimal

    from pydantic import SecretStr

    from config.register import Account
    from config.types import Outcome, Reason
    from connectors.door import Door

__all__ = [
    "TEXT_IN_PICTURES",
    "Absence",
    "Asking",
    "Batch",
    "Circumstances",
    "Connector",
    "Content",
    "Copies",
    "EarlierVersion",
    "Extra",
    "FetchedPost",
    "FetchedProfile",
    "KnownBy",
    "KnownPost",
    "Lasting",
    "Meter",
    "OpenConnector",
    "Platform",
    "PostIds",
    "ReaderState",
    "Reread",
    "Sees",
    "Still",
    "Tariff",
    "nfc",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """Words that belong to a post without being its own text.

    Attributes:
        kind: ``title``, ``alt`` (a picture's description), ``poll``, ``attachment``
            (a link preview's title and description), ``referenced`` (the full words of a
            reposted or quoted post), ``link`` (an unwound address), ``tag``.
        text: As a reader sees it, NFC.
        by: Handle of another author whose words these are; empty for the account's own.
    """

    kind: str
    text: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one version says: everything that a change of makes a new version.

    Attributes:
        own: The post's own words as a reader sees them, NFC, entities resolved, no markup.
        extras: Titles, alternative texts, poll options, previews, referenced posts.
        links: Real targets of links, http and https only.
        pictures: Stable names of attached pictures and videos (media ids or hashes of
            bytes, never a signed address, which changes by itself).
        is_repost: The account shares another's post without words of its own.
        fields: For a profile: ``name``, ``description``, ``links``, ``contact``,
            ``picture`` (hash), ``banner`` (hash), ``pinned`` (id), … ; empty for a post.
    """

    own: str = ""
    extras: tuple[Extra, ...] = ()
    links: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    is_repost: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return all words in one text, own words first, each extra on a line of its own.

        Spans and quotes of findings count code points of exactly this text.
        """
        return "\n".join([self.own, *(extra.text for extra in self.extras)]).strip("\n")

    def digest(self) -> str:
        """Return the content hash: 64 hexadecimal digits, the same for the same content."""
        stated = {
            "own": self.own,
            "extras": [[extra.kind, extra.text, extra.by] for extra in self.extras],
            "links": list(self.links),
            "pictures": list(self.pictures),
            "is_repost": self.is_repost,
            "fields": dict(sorted(self.fields.items())),
        }
        packed = json.dumps(stated, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(packed.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """Where a still picture lies now: a photograph, or the frame that stands for a film.

    Attributes:
        name: As in ``Content.pictures``: it lasts; the address may change with each answer.
        address: http or https, as the platform's answer gave it.
    """

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierVersion:
    """What a post said before, where the platform keeps its history.

    Attributes:
        content: As the present version's would be.
        edited_at: When this version was made; None for the first one.
    """

    content: Content
    edited_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPost:
    """One post as read just now.

    Attributes:
        platform_id: The platform's own id; on X the first id of the edit chain.
        current_id: On X the newest id of the chain, by which it is re-read; else None.
        url: Permalink a person can open; empty if the platform gives none.
        published_at: Aware UTC; None where the platform gives no usable time (then the
            first reading's time stands in for it).
        edited_at: When the platform says this version was made; None if it does not say.
        author: Handle or name of another author (a comment, a visitor's post); empty when
            it is the account's own.
        parent_id: For a comment or reply within the account: the parent's platform id.
        content: What it says.
        raw: The platform's answer for this post, redacted; None if not kept.
        stills: Where its still pictures lie, in the platform's order.
        earlier: Versions before this one that were not handed over before, oldest first.
        is_scheduled: It is to appear at ``published_at``: only who may edit it can see it yet.
    """

    platform_id: str
    url: str
    published_at: datetime | None
    content: Content
    current_id: str | None = None
    edited_at: datetime | None = None
    author: str = ""
    parent_id: str | None = None
    raw: bytes | None = None
    stills: tuple[Still, ...] = ()
    earlier: tuple[EarlierVersion, ...] = ()
    is_scheduled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedProfile:
    """The account's own face: name, description, links, contact, picture, pinned post.

    Attributes:
        platform_id: The platform's own lasting id of the account.
        handle: The handle as the platform has it now.
        url: Address of the profile.
        content: The same words in ``fields``, so that a change is a new version.
        picture: Bytes of the profile picture (at most 2 MB) or None if not fetched.
        stills: Where its picture and banner lie.
    """

    platform_id: str
    handle: str
    url: str
    content: Content
    picture: bytes | None = None
    stills: tuple[Still, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One page of a listing, newest first as the platform gives it.

    Attributes:
        posts: Posts of this page, one per platform id.
        cursor: Where the next run continues; set on the last batch only, so that a
            failure in the middle never loses what lies between.
        complete: False if the window was cut (budget, page limit, truncated answer).
        gap: Bounds of what could not be read, if known: (from, to), aware UTC.
        lists_window: True when the listing shows everything since ``since`` each time
            (feeds, Graph), so that an empty one is suspicious; False for "new since
            the cursor" (X), where empty means nothing new.
        note: Why it is incomplete, in one plain sentence; else empty.
        reached: Everything newer than this has been listed; None: as the posts' own times say.
        is_lost: What is missing cannot be had any more: it is no reason to ask again, and
            is told until a person has looked there.
    """

    posts: tuple[FetchedPost, ...]
    cursor: str | None = None
    complete: bool = True
    gap: tuple[datetime, datetime] | None = None
    lists_window: bool = False
    note: str = ""
    reached: datetime | None = None
    is_lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """A post to re-read: what `storage` knows of it, as far as a platform needs it."""

    platform_id: str
    current_id: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """The outcome of re-reading one id.

    Attributes:
        platform_id: The id that was asked about (the root id on X).
        outcome: ``present`` (also when edited: storage compares the content), ``gone``
            or ``cannot_tell``. ``gone`` only after `Connector.probe` succeeded.
        post: The post, when present; None when it was seen to stand without its words being
            read again (a post that has left its feed but whose page still opens).
        reason: Class of failure for ``gone`` and ``cannot_tell``.
        detail: One plain sentence for the Clerk, without secrets.
        ends_by_itself: It was never meant to last (a story): that many go at once is no alarm.
    """

    platform_id: str
    outcome: Outcome
    post: FetchedPost | None = None
    reason: Reason | None = None
    detail: str = ""
    ends_by_itself: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """The platform's word that an account itself is no longer there.

    Attributes:
        is_login_proved: Whoever asked was let in all the same, so that a dead login is not
            taken for a closed account.
        detail: What was asked and answered, in one plain sentence, without secrets.
    """

    is_login_proved: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderState:
    """What a connector needs from earlier runs.

    Attributes:
        platform_id: The account's lasting id; None before the first reading.
        cursor: As the last complete listing returned it.
        validators: ETag and Last-Modified by address, for conditional requests.
        waited: How long a limit was waited for, if it is why the last reading failed.
    """

    platform_id: str | None = None
    cursor: str | None = None
    validators: Mapping[str, str] = field(default_factory=dict)
    waited: timedelta | None = None


class Meter(Protocol):
    """Counts what a credential costs and says how much may still be asked for."""

    def hold(
        self, *, credential: str, price: Decimal, wanted: int, least: int
    ) -> AbstractContextManager[int | None]:
        """Hold what a request may cost while it is made and charged.

        Args:
            credential: Who is charged.
            price: Of one, at most; US dollars.
            wanted: How many are of use.
            least: Fewer than this are of none.

        Returns:
            Gives how many may be asked for, 0 if less than ``least``; None: no limit.
        """
        ...

    def charge(self, *, credential: str, price: Decimal, ids: Sequence[str]) -> None:
        """Count the returned resources; the same id on the same UTC day counts once."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Everything a connector is given; nothing is looked up in the environment.

    Attributes:
        account: The account to read.
        door: The one HTTP door.
        secret: The credential's value; None where the account has none.
        state: What earlier runs left.
        meter: The budget.
        as_of: The present moment, aware UTC.
    """

    account: Account
    door: Door
    secret: SecretStr | None
    state: ReaderState
    meter: Meter
    as_of: datetime


TEXT_IN_PICTURES = "text in pictures"
"""The blind spot of every platform with pictures, unless they are read: see `monitor.pictures`."""


class Connector(Protocol):
    """How one platform is read. Methods run in one worker thread and never sleep.

    Every method may raise `config.errors.AccessError` (a person must act),
    `LaterError` (not before ``retry_at``) or `ContractError` (the answer is not what
    the platform documents). All instants are aware UTC; all text is NFC.
    """

    def profile(self) -> FetchedProfile | None:
        """Read the account's own face; None where the platform shows none."""
        ...

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = 3200
    ) -> Iterator[Batch]:
        """Read the account's posts page by page, newest first.

        Args:
            since: Oldest ``published_at`` wanted, inclusive; aware UTC.
            until: Newest wanted, inclusive, to the second; None: up to now.
            limit: Most posts, 1 to 3,200.

        Yields:
            Batches in the platform's order; the last one carries the new cursor.
        """
        ...

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Read given posts again, one outcome each, in any order.

        Ids that `posts` has shown in this run are answered from there without a request.
        """
        ...

    def probe(self) -> None:
        """Prove that account and credential are alive; return if so, raise if not.

        The answer is remembered for the run, so calling it twice costs once.
        """
        ...

    def absence(self) -> Absence | None:
        """Ask whether the account itself is no longer there.

        Asked only of an account whose owner was asked to close it, after a reading that
        failed with ``account_gone``.

        Returns:
            What the platform says of it; None where that may mean anything else: suspended,
            protected, renamed, moved, or not to be told now. Never raises a `ReadError`.
        """
        ...

    def validators(self) -> Mapping[str, str]:
        """Return what the next run needs for conditional requests; empty if nothing."""
        ...


def nfc(text: str) -> str:
    """Return text as stored everywhere: NFC, NUL removed, one kind of line end."""
    return unicodedata.normalize("NFC", text.replace("\x00", "").replace("\r\n", "\n"))
