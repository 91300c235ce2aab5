"""Cases and their steps.

The rules for every method are those of `storage.repository`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from config.types import (
        AccountId,
        CaseId,
        CaseState,
        FindingId,
        Resolution,
        Severity,
        SubjectId,
        SubjectKind,
    )
    from storage.values import (
        AccountSight,
        Case,
        Flagged,
    )


class CaseSteps(Protocol):
    """Writes in the life of a case."""

    def open_case(
        self,
        subject: SubjectId,
        *,
        severity: Severity,
        history: bool,
        due_at: datetime,
        at: datetime,
        by: str,
        because: str = "",
    ) -> CaseId:
        """Open a case on a subject, or return the one that is open on it already."""
        ...

    def attach(self, case: CaseId, finding: FindingId) -> None:
        """Put a finding on a case; a second call changes nothing."""
        ...

    def raise_severity(
        self, case: CaseId, severity: Severity, *, due_at: datetime, is_new: bool = False
    ) -> None:
        """Make a case more serious and its deadline earlier; never the other way.

        Args:
            case: Which.
            severity: Of what was found now.
            due_at: Its deadline.
            is_new: What was found did not stand there before: the case is history no more.
        """
        ...

    def step_case(
        self,
        case: CaseId,
        *,
        to: CaseState,
        resolution: Resolution | None,
        by: str,
        because: str,
        what: str,
        at: datetime,
        due_at: datetime | None = None,
    ) -> None:
        """Move a case to a state and write the event; the caller has checked the state table.

        ``due_at`` is by when something is due from now on; None leaves it as it is.
        """
        ...

    def link_cases(self, case: CaseId, other: CaseId, *, why: str, at: datetime) -> None:
        """Link two cases, both ways; each gets an event. A second call changes nothing."""
        ...

    def case(self, case: CaseId) -> Case:
        """Return a case as it stands inside this transaction.

        Raises:
            StorageError: There is no such case.
        """
        ...


class Cases(Protocol):
    """Cases as they stand."""

    def cases(
        self,
        *,
        states: Sequence[CaseState] | None = None,
        account: AccountId | None = None,
        opened_since: datetime | None = None,
        subject: SubjectKind | None = None,
        resolution: Resolution | None = None,
        limit: int | None = None,
    ) -> list[Case]:
        """Return cases with their findings and events: most severe first, then oldest due."""
        ...

    def outlines(
        self,
        *,
        states: Sequence[CaseState],
        closed_since: datetime | None = None,
        with_findings: bool = False,
    ) -> list[Case]:
        """Return cases as far as they are counted and sorted by, in no order.

        Of thousands a mail shows a hundred: those are asked for whole by `cases_of`. An outline
        has no words and no events, and ``mailed_at`` only where it is history.

        Args:
            states: Which.
            closed_since: Only those closed after this.
            with_findings: Fill in the findings that hold, else there are none.
        """
        ...

    def cases_of(self, numbers: Collection[CaseId]) -> list[Case]:
        """Return these cases whole; those that do not exist are left out."""
        ...

    def marked(self, what: str, *, with_closed: bool = False) -> Mapping[CaseId, datetime]:
        """Return when each case last had an event that says this; of closed ones only if asked."""
        ...

    def case(self, case: CaseId) -> Case | None:
        """Return one case, or None."""
        ...

    def subject(self, account: AccountId, kind: SubjectKind, platform_id: str) -> SubjectId | None:
        """Return what was ever read or reported under a platform's id, or None."""
        ...

    def account_sight(self, account: AccountId) -> AccountSight | None:
        """Return what readings have shown of an account as such; None: none was recorded."""
        ...

    def flagged(self) -> list[Flagged]:
        """Return the words on which cases rest: each version with a finding of each case."""
        ...

    def case_counts(self) -> Mapping[CaseState, int]:
        """Return how many cases stand in each state."""
        ...
