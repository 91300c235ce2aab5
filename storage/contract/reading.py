"""Runs, the register, and what was read of each account.

The rules for every method are those of `storage.repository`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime, timedelta
    from decimal import Decimal

    from config.register import Account
    from config.types import (
        AccountId,
        RunId,
        RunKind,
    )
    from storage.values import (
        AccountRow,
        AccountState,
        Attestation,
        Coverage,
        DuePost,
        Grant,
        LastingGap,
        Recorded,
        RegisterChange,
        Review,
        Run,
        Seen,
        Spend,
    )


class RegisterSteps(Protocol):
    """Writes about accounts."""

    def add_review(self, review: Review) -> None:
        """Note that a person looked at an account by hand."""
        ...

    def add_grant(self, grant: Grant) -> None:
        """Note that a credential was tested and stored; the same twice is one."""
        ...

    def add_attestation(self, attestation: Attestation) -> None:
        """Note who can log in to an account; the same twice is one."""
        ...

    def acknowledge_register_changes(self, *, upto: datetime) -> None:
        """Mark register changes as told in a digest."""
        ...


class Readings(Protocol):
    """Runs, register and reading."""

    def begin_run(self, kind: RunKind, *, by: str, at: datetime) -> RunId:
        """Begin a run."""
        ...

    def end_run(self, run: RunId, *, at: datetime) -> None:
        """End a run; its coverage has been written account by account."""
        ...

    def cover(self, run: RunId, coverage: Coverage) -> None:
        """Write how far one account was read in a run; a second call replaces the first."""
        ...

    def runs(self, *, since: datetime | None = None, limit: int = 50) -> list[Run]:
        """Return runs with their coverage, newest first."""
        ...

    def sync_register(self, accounts: Sequence[Account], *, at: datetime) -> list[RegisterChange]:
        """Bring the remembered register into line with the configuration.

        A new, changed or vanished account is a ledger entry and waits for the next digest.

        Raises:
            SettingsError: An account with a case that is not closed has vanished from the
                configuration; it must be retired by saying so, not by deleting lines.
        """
        ...

    def register_changes(self, *, untold: bool = True) -> list[RegisterChange]:
        """Return changes of the register, oldest first."""
        ...

    def accounts(self) -> list[AccountRow]:
        """Return all remembered accounts in the register's order, retired ones last."""
        ...

    def account_state(self, account: AccountId) -> AccountState:
        """Return what earlier runs left for an account; an empty state if nothing."""
        ...

    def save_account_state(self, state: AccountState, *, lost: Sequence[LastingGap] = ()) -> None:
        """Replace what the next run of an account needs.

        Args:
            state: What it needs.
            lost: What no later run can have any more, kept in the same transaction. A gap
                of an account with bounds that are known already is not kept again.
        """
        ...

    def open_gaps(self) -> list[LastingGap]:
        """Return the gaps found after their account's newest review, by account and start.

        A review is a person who has looked there: it acknowledges all that was found before.
        """
        ...

    def lease(self, account: AccountId, *, owner: str, until: datetime, now: datetime) -> bool:
        """Take the right to read an account; False while another holds it and is not late."""
        ...

    def release(self, account: AccountId, *, owner: str) -> None:
        """Give the right back; nothing happens if it is not held by ``owner``."""
        ...

    def lease_owners(self) -> list[str]:
        """Return who holds leases now, late ones too; each owner once."""
        ...

    def clear_leases(self, *, owner_prefix: str) -> None:
        """Forget leases of processes that are no more (the daemon's start)."""
        ...

    def record(self, run: RunId, account: AccountId, seen: Sequence[Seen]) -> Recorded:
        """Commit what was read, before anything is decided (law 2).

        New content is a new version with ``judged_under`` null; an unchanged re-reading
        extends the newest observation. Recording the same lot twice changes nothing but
        the time of the newest observation.
        """
        ...

    def due_posts(
        self, account: AccountId, *, as_of: datetime, look_back: timedelta
    ) -> list[DuePost]:
        """Return the visible posts of the last ``look_back``, newest first.

        Posts with a case that is not closed are always among them, and those that were taken
        down in that time, which may be put up again; the caller's plan decides which to re-read
        now.
        """
        ...

    def unrefreshed(
        self,
        account: AccountId,
        *,
        shown_before: datetime,
        tried_before: datetime,
        published_since: datetime,
        closed_since: datetime,
    ) -> list[DuePost]:
        """Return posts whose kept words were last shown before, newest first.

        Only what stood there when it was last asked for, and was not asked for since
        ``tried_before``. Posts with a case that is open, or was closed since ``closed_since``;
        without one the account's own, published since ``published_since``.
        """
        ...

    def visible_count(self, account: AccountId, *, since: datetime) -> int:
        """Return how many posts published since then were visible at their last reading."""
        ...

    def spend(self, credential: str, *, month: date) -> Spend:
        """Return what a credential has cost in a calendar month (UTC)."""
        ...

    def spent(self, credentials: Collection[str], *, since: date, until: date) -> Decimal:
        """Return what credentials have cost together from a UTC day to another, exclusive."""
        ...

    def charge(
        self, credential: str, *, ids: Sequence[str], price: Decimal, at: datetime
    ) -> Decimal:
        """Count returned resources, each id once per UTC day; return the amount added."""
        ...

    def last_review(self, account: AccountId) -> Review | None:
        """Return the newest review by hand of an account, or None."""
        ...

    def last_grant(self, credential: str) -> Grant | None:
        """Return the newest grant of a credential, or None."""
        ...

    def last_attestation(self, account: AccountId) -> Attestation | None:
        """Return what was last attested of an account's logins, or None."""
        ...
