"""Versions to judge, findings, and decisions on rules.

The rules for every method are those of `storage.repository`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from config.types import (
        AccountId,
        CaseId,
        FindingId,
        RuleId,
        VersionId,
    )
    from storage.values import (
        Finding,
        Quieted,
        RuleCount,
        RuleDay,
        VersionToJudge,
    )


class JudgingSteps(Protocol):
    """Writes that judging leads to."""

    def add_finding(self, version: VersionId, finding: Finding, *, at: datetime) -> FindingId:
        """Store a finding, or revive the withdrawn one of the same key; return its id."""
        ...

    def withdraw_finding(self, finding: FindingId, *, why: str, at: datetime) -> None:
        """Say that a finding no longer holds; it is kept. A second call changes nothing."""
        ...

    def mark_judged(
        self,
        versions: Sequence[VersionId],
        *,
        under: str,
        seen: Mapping[VersionId, str | None] | None = None,
    ) -> None:
        """Note the digest these versions were judged with.

        Args:
            versions: Which.
            under: The digest.
            seen: Under what each stood when it was read for judging. One that stands under
                something else by now was asked to be judged again meanwhile (it is shown
                again, pinned, or dated otherwise) and is left as it is. None: all are marked.
        """
        ...

    def quiet(
        self,
        account: AccountId,
        rule: RuleId,
        *,
        words_hash: str,
        until: date | None,
        case: CaseId | None,
        by: str,
        because: str,
        at: datetime,
    ) -> None:
        """Keep a rule quiet on an account from now on: a person's decision."""
        ...


class Judgements(Protocol):
    """What judging reads."""

    def stale_versions(
        self, stamps: Mapping[AccountId, str], *, limit: int = 500
    ) -> list[VersionToJudge]:
        """Return versions whose ``judged_under`` is null or is not their account's stamp.

        Ordered by version id; accounts that are not in ``stamps`` are left out.
        """
        ...

    def versions(
        self,
        *,
        accounts: Sequence[AccountId] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        lot: int = 500,
    ) -> Iterator[list[VersionToJudge]]:
        """Go through stored history in lots, by version id, with flat memory.

        Args:
            accounts: Only these; None: all.
            since: Only posts published at or after this.
            until: Only posts published before this.
            lot: Versions in a lot, 1 to 500.
        """
        ...

    def count_versions(
        self,
        *,
        accounts: Sequence[AccountId] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Return how many versions `versions` would go through."""
        ...

    def quieted(self) -> list[Quieted]:
        """Return every decision that keeps a rule quiet."""
        ...

    def rule_counts(self) -> list[RuleCount]:
        """Return what came of each rule that ever found something, by rule."""
        ...

    def rule_days(self, *, since: datetime) -> list[RuleDay]:
        """Return the days since then on which anything was read or found, oldest first."""
        ...
