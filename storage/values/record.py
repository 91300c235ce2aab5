"""The record itself: the ledger recomputed, money spent, accounts as remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from config.types import (
    AccountId,
    Kind,
)
from storage.values.reading import AccountState


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that `evidence verify` found wrong; ``entry`` is the ledger's number."""

    entry: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The ledger recomputed."""

    entries: int
    head: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """What a credential has cost in one calendar month (UTC)."""

    credential: str
    month: date
    resources: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account as remembered: the register's entry with its last reading.

    Attributes:
        name: What the account calls itself, as its profile showed last; empty: not known.
    """

    id: AccountId
    platform: str
    handle: str
    kind: Kind
    owner: str
    registered_at: datetime
    retired_at: datetime | None
    state: AccountState
    posts: int = 0
    open_cases: int = 0
    name: str = ""
