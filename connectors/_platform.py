"""What a platform's file declares about itself, with defaults for one that declares nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, timedelta
    from decimal import Decimal

    from config.register import Account
    from connectors.base import Circumstances, Connector
    from connectors.login import Login


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


class KnownBy(Enum):
    """What people know an account by."""

    OWN_NAME = "the name that it gives itself; until that is read, its handle"
    AT_HANDLE = "its handle, with an @ before it"
    HANDLE = "its handle, and not by the platform"
    SITE = "the name of the site that it is; until that is read, its host"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """How long a platform's terms (not the law) let copies of its posts be kept.

    Attributes:
        asked_by: Who asks it ("Facebook"), for sentences; empty: the platform's word.
        gone: After a post is no longer visible there, or its words were replaced; None: no time.
        unread: After a post was last read: what is not refreshed has to go; None: no time.
    """

    asked_by: str = ""
    gone: timedelta | None = None
    unread: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostIds:
    """What the address of a post, as a browser shows it, tells of its id.

    Attributes:
        ids: By which the platform's reader may have named it, likeliest first; empty: none told.
        is_certain: The first is its id, so that what a person saw can be kept under it.
    """

    ids: tuple[str, ...] = ()
    is_certain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """Something that reading relies on, and that ends, or has to be looked at again, on a day.

    Attributes:
        id: What it is about, in letters that a key may have.
        what: The same for a person: the subject of a sentence.
        on: The last day on which it may be relied on.
        remedy: What to do before.
    """

    id: str
    what: str
    on: date
    remedy: str


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
        known_by: What people know its accounts by.
        copies: How long copies may be kept.
        ids_in: Tells the id of a post from its address; None: the address says nothing but itself.
        takes: Keys of an account's entry that mean something here and not on every platform:
            ``comments``, ``owned_reads``, ``terms_accepted``.
        lasts: Tells what reading an account relies on that ends on a day; None: nothing.
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
    known_by: KnownBy = KnownBy.OWN_NAME
    copies: Copies = Copies()
    ids_in: IdsIn | None = None
    takes: frozenset[str] = frozenset()
    lasts: Lasts | None = None

    def ids_of(self, account: Account, url: str) -> PostIds:
        """Return what an address tells of the id of a post.

        Args:
            account: One of the platform's, on which the post stands.
            url: Of the post; http or https.
        """
        return self.ids_in(account, url) if self.ids_in is not None else PostIds()

    def lasts_of(self, account: Account) -> tuple[Lasting, ...]:
        """Return what reading one account relies on that ends on a day."""
        return self.lasts(account) if self.lasts is not None else ()

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


class IdsIn(Protocol):
    """Tells the id of a post from its address."""

    def __call__(self, account: Account, url: str) -> PostIds:
        """Return it; the arguments are those of `Platform.ids_of`."""
        ...


class Lasts(Protocol):
    """Tells what reading an account relies on that ends on a day."""

    def __call__(self, account: Account) -> tuple[Lasting, ...]:
        """Return it; the argument is that of `Platform.lasts_of`."""
        ...


class OpenConnector(Protocol):
    """Makes a connector for one account and one run."""

    def __call__(self, circumstances: Circumstances) -> Connector:
        """Return the connector; no request is made yet."""
        ...
