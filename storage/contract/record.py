"""The ledger, what a case rests on, reports and searching.

The rules for every method are those of `storage.repository`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from config.types import (
        AccountId,
        CaseId,
    )
    from storage.values import (
        CoverageTotal,
        Custody,
        Found,
        LedgerLine,
        Tally,
        Verification,
    )


class RecordSteps(Protocol):
    """Writes that belong to nothing else."""

    def note(self, what: str, *, at: datetime, facts: Mapping[str, str]) -> None:
        """Write one ledger entry that belongs to nothing else (rule pack, policy, restore).

        ``facts`` are committed to by a salted hash, never stored in the ledger.
        """
        ...


class Record(Protocol):
    """The record itself."""

    def ledger_head(self) -> tuple[int, str]:
        """Return number and hash of the newest ledger entry; (0, "") for an empty one."""
        ...

    def verify_ledger(
        self,
        *,
        progress: Callable[[int], None] | None = None,
        head: tuple[int, str] | None = None,
        heads: Sequence[tuple[int, str]] = (),
    ) -> Verification:
        """Recompute the chain and every commitment whose content is still there.

        A commitment whose salt is gone needs an entry that says that it was purged.

        Args:
            progress: Called with the number of entries done.
            head: Number and hash (or its first digits) of an entry as an earlier mail gave
                it: it must be there, else a truncated tail or a chain written anew would not
                show.
            heads: More of them.
        """
        ...

    def custody(self, case: CaseId) -> Custody | None:
        """Return all that a case rests on, read at one moment; None: there is no such case."""
        ...

    def ledger(self, *, upto: int) -> Iterator[list[LedgerLine]]:
        """Go through the ledger in lots, from the first entry to number ``upto``."""
        ...

    def tally(self, *, since: datetime, until: datetime) -> Tally:
        """Return what a report counts in ``[since, until)``; no words, no names.

        Money is counted by whole UTC days, as platforms bill it: from the day of ``since``
        to the day before ``until``, or to that of ``until`` unless it is midnight.
        """
        ...

    def coverage_totals(
        self, *, since: datetime, until: datetime, every: timedelta
    ) -> list[CoverageTotal]:
        """Return how each account was read in ``[since, until)``, by account.

        Args:
            since: Start.
            until: End.
            every: How often a complete reading is due; one that comes less than half of
                this late is not missed.
        """
        ...

    def search(
        self,
        query: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        accounts: Sequence[AccountId] | None = None,
        limit: int = 50,
    ) -> Found:
        """Look for words in posts (every version), in cases and in the ledger's notes.

        Args:
            query: As typed; see `storage.wanted`. It is never the database's syntax.
            since: Only what was published, decided or written at or after this.
            until: Only what was so before this.
            accounts: Only these; the ledger's notes then have to name one of them.
            limit: Most hits.
        """
        ...
