"""The one protocol that every platform file fulfils, and the values it hands over.

A connector is made for one account and one run: it may remember within the run what it
has already been told (so that an id seen in a listing is not paid for again), and is then
thrown away. It keeps nothing between runs; `ReaderState` carries what must survive.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta
    from decimal import Decimal

    from pydantic import SecretStr

    from config.register import Account
    from config.types import Outcome, Reason
    from connectors.door import Door
    from connectors.login import Login


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
        is_lost: What is missing cannot be had any more: it is told once, and is no reason to
            ask again.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What a platform takes for what it returns, US dollars each, once a UTC day.

    Attributes:
        post: A post that is listed, or asked for by its id.
        profile: A profile.
        owned: A post in the list of an account whose own login asks.
        smallest: Posts that must be affordable before a list can be asked for at all.
    """

    post: Decimal
    profile: Decimal
    owned: Decimal
    smallest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What reading one account asks of its platform.

    Attributes:
        pull: Requests of one reading with nothing new.
        profile: Requests for the account's own face, when it is time for it.
        at_once: Posts that are read again in one request.
        lists_window: The list shows posts of the look-back each time: they are read again with
            it, and only what has left it is asked for by its id.
        units: Quota units of one request; 0: the platform counts none.
        units_a_day: How many of them a credential has.
        tariff: None: reading costs no money.
        others: Requests of one reading besides, where what others write is read, too.
    """

    pull: int
    profile: int = 1
    at_once: int = 1
    lists_window: bool = True
    units: int = 0
    units_a_day: int = 0
    tariff: Tariff | None = None
    others: int = 0

    def of(self, account: Account) -> Asking:
        """Return what reading one account asks, with what its settings add."""
        return replace(self, pull=self.pull + self.others) if account.comments else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What a platform file declares about itself.

    Attributes:
        name: The file's name, which is the word used in the configuration.
        title: As the Clerk knows it ("Facebook page").
        open: Makes a connector; refuses nothing, asks nothing.
        needs_credential: Whether a credential must be configured (not with ``api_base``
            on platforms that need none there).
        blind_spots: What cannot be seen at all, in the Clerk's words ("Reels", "stories").
        by_hand: True when no programme reads it: a person looks.
        removal_steps: How the owner takes a post down, in three short steps at most.
        closing_steps: How the owner closes the whole account, in three short steps at most.
        login: What lets clerkwatch in, and how it is made; None: it needs and knows none.
        asking: What reading an account costs in requests and money.
        host: Name of the server that is asked; empty: the account's own entry names it.
        recovery_steps: How the owner gets back an account that somebody else has taken over.
        undecided: What the council has to decide before a programme may read it, in the
            Clerk's words; empty: nothing.
        sees: Tells which of the blind spots an account's settings and login take away; None:
            none of them.
    """

    name: str
    title: str
    open: OpenConnector
    needs_credential: bool
    blind_spots: tuple[str, ...] = ()
    by_hand: bool = False
    removal_steps: str = ""
    closing_steps: str = ""
    recovery_steps: str = ""
    login: Login | None = None
    asking: Asking = Asking(pull=1)
    host: str = ""
    undecided: str = ""
    sees: Sees | None = None

    def unseen(self, account: Account, kept: Mapping[str, str]) -> tuple[str, ...]:
        """Return what cannot be seen of one account.

        Args:
            account: One of the platform's.
            kept: What its last complete reading left to be remembered; empty: none was made.
        """
        seen = self.sees(account, kept) if self.sees is not None else frozenset()
        return tuple(spot for spot in self.blind_spots if spot not in seen)


class Sees(Protocol):
    """Tells what is seen of an account although it is one of the platform's blind spots."""

    def __call__(self, account: Account, kept: Mapping[str, str]) -> frozenset[str]:
        """Return those blind spots; the arguments are those of `Platform.unseen`."""
        ...


class OpenConnector(Protocol):
    """Makes a connector for one account and one run."""

    def __call__(self, circumstances: Circumstances) -> Connector:
        """Return the connector; no request is made yet."""
        ...


def nfc(text: str) -> str:
    """Return text as stored everywhere: NFC, NUL removed, one kind of line end."""
    return unicodedata.normalize("NFC", text.replace("\x00", "").replace("\r\n", "\n"))
