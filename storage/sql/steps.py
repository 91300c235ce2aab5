"""What may be written together: the steps of one transaction, each with its ledger entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from config.errors import StorageError
from config.types import (
    AccountId,
    CaseId,
    CaseState,
    FindingId,
    Severity,
    SubjectId,
    VersionId,
)
from storage.columns import plain_values
from storage.sql.base import exists, in_lots, upsert
from storage.sql.cases import case_in
from storage.sql.judging import NOT_CLOSED
from storage.sql.sources import event_facts, finding_facts
from storage.sql.stepping import Steps
from storage.tables import (
    Case,
    CaseEvent,
    CaseFinding,
    CaseLink,
    Finding,
    Quieted,
    Version,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import RowMapping

    from config.types import Resolution, RuleId
    from storage.values import Case as CaseValue
    from storage.values import Finding as FindingValue

_FINDING = Finding.__table__
_VERSION = Version.__table__
_CASE = Case.__table__
_ON = CaseFinding.__table__
_EVENT = CaseEvent.__table__
_LINK = CaseLink.__table__
_QUIETED = Quieted.__table__

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class FindingSteps(Steps):
    """Findings and what they were judged under."""

    def add_finding(self, version: VersionId, finding: FindingValue, *, at: datetime) -> FindingId:
        """Store a finding, or revive the withdrawn one of the same key; return its id."""
        rule, digest, basis, context = finding.key()
        query = select(_FINDING).where(
            _FINDING.c.version == version,
            _FINDING.c.rule == rule,
            _FINDING.c.digest == digest,
            _FINDING.c.basis == basis,
            _FINDING.c.context == context,
        )
        known = self._connection.execute(query).mappings().first()
        values = plain_values(_finding_columns(version, finding))
        if known is None:
            new = {**values, "found_at": at, "withdrawn_at": None, "withdrawn_why": ""}
            stored = self._add(_FINDING, new)
        else:
            stored = known["id"]
            is_same = all(known[name] == value for name, value in values.items())
            if is_same and known["withdrawn_at"] is None:
                return FindingId(stored)
            holds = {**values, "withdrawn_at": None, "withdrawn_why": ""}
            self._connection.execute(
                update(_FINDING).where(_FINDING.c.id == stored).values(**holds)
            )
        self._chain.point(
            "finding added",
            at=at,
            source="finding",
            source_id=stored,
            facts=finding_facts(values),
        )
        return FindingId(stored)

    def withdraw_finding(self, finding: FindingId, *, why: str, at: datetime) -> None:
        """Say that a finding no longer holds; it is kept. A second call changes nothing."""
        is_this = _FINDING.c.id == finding
        if not exists(self._connection, select(_FINDING.c.id).where(is_this)):
            message = f"finding {finding} does not exist"
            raise StorageError(message)
        changed = self._connection.execute(
            update(_FINDING)
            .where(is_this, _FINDING.c.withdrawn_at.is_(None))
            .values(withdrawn_at=at, withdrawn_why=why)
        )
        if changed.rowcount:
            facts = {"finding": finding, "why": why}
            self._chain.add("finding withdrawn", f"finding:{finding}", at=at, facts=facts)

    def mark_judged(
        self,
        versions: Sequence[VersionId],
        *,
        under: str,
        seen: Mapping[VersionId, str | None] | None = None,
    ) -> None:
        """Note the digest these versions were judged with; see `Transaction.mark_judged`."""
        for lot in in_lots(versions):
            marked = update(_VERSION).values(judged_under=under)
            if seen is None:
                self._connection.execute(marked.where(_VERSION.c.id.in_(list(lot))))
                continue
            for stood in {seen[version] for version in lot}:
                ids = [version for version in lot if seen[version] == stood]
                still = _VERSION.c.judged_under.is_not_distinct_from(stood)
                self._connection.execute(marked.where(_VERSION.c.id.in_(ids), still))


class CaseSteps(Steps):
    """The life of cases, and decisions that keep a rule quiet."""

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
        query = select(_CASE.c.id).where(_CASE.c.subject == subject, NOT_CLOSED)
        standing = self._connection.execute(query).scalar_one_or_none()
        if standing is not None:
            return CaseId(standing)
        case = self._add(
            _CASE,
            {
                "subject": subject,
                "state": CaseState.OPEN.value,
                "resolution": None,
                "severity": severity.value,
                "history": history,
                "opened_at": at,
                "due_at": due_at,
                "closed_at": None,
            },
        )
        self._event(case, at=at, by=by, what="opened", was=None, to=CaseState.OPEN, because=because)
        return CaseId(case)

    def attach(self, case: CaseId, finding: FindingId) -> None:
        """Put a finding on a case; a second call changes nothing."""
        statement = upsert(self._connection, _ON).values(case=case, finding=finding)
        self._connection.execute(statement.on_conflict_do_nothing())

    def raise_severity(
        self, case: CaseId, severity: Severity, *, due_at: datetime, is_new: bool = False
    ) -> None:
        """Make a case more serious and its deadline earlier; see `Transaction`."""
        row = self._row(case)
        is_worse = _RANKS[severity] < _RANKS[Severity(row["severity"])]
        self._connection.execute(
            update(_CASE)
            .where(_CASE.c.id == case)
            .values(
                severity=severity.value if is_worse else row["severity"],
                due_at=min(due_at, row["due_at"]),
                history=row["history"] and not is_new,
            )
        )

    def link_cases(self, case: CaseId, other: CaseId, *, why: str, at: datetime) -> None:
        """Link two cases, both ways; each gets an event. A second call changes nothing."""
        older, newer = sorted((case, other))
        if older == newer:
            return
        key = (_LINK.c.case == older) & (_LINK.c.other == newer)
        if exists(self._connection, select(_LINK.c.case).where(key)):
            return
        values = {"case": older, "other": newer, "why": why, "at": at}
        self._connection.execute(insert(_LINK).values(**plain_values(values)))
        for one, its in ((older, newer), (newer, older)):
            state = CaseState(self._row(CaseId(one))["state"])
            self._event(
                one,
                at=at,
                by="clerkwatch",
                what="linked",
                was=state,
                to=state,
                because=f"case {its}: {why}",
            )

    def case(self, case: CaseId) -> CaseValue:
        """Return a case as it stands inside this transaction.

        Raises:
            StorageError: There is no such case.
        """
        found = case_in(self._connection, case)
        if found is None:
            raise StorageError(f"there is no case {case}")
        return found

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
        """Move a case to a state and write the event; see `Transaction.step_case`."""
        row = self._row(case)
        is_closed = to is CaseState.CLOSED
        if is_closed != (resolution is not None):
            message = f"case {case}: a resolution belongs to closing, and only to it"
            raise StorageError(message)
        if not is_closed and row["state"] == CaseState.CLOSED.value:
            self._refuse_second(case, row["subject"])
        self._connection.execute(
            update(_CASE)
            .where(_CASE.c.id == case)
            .values(
                state=to.value,
                resolution=None if resolution is None else resolution.value,
                closed_at=(row["closed_at"] or at) if is_closed else None,
                due_at=due_at if due_at is not None else row["due_at"],
            )
        )
        was = CaseState(row["state"])
        self._event(case, at=at, by=by, what=what, was=was, to=to, because=because)

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
        """Keep a rule quiet on an account from now on; a newer decision replaces an older."""
        values = {"until": until, "case": case, "by": by, "because": because}
        key = {"account": account, "rule": rule, "words_hash": words_hash}
        is_this = (
            (_QUIETED.c.account == account)
            & (_QUIETED.c.rule == rule)
            & (_QUIETED.c.words_hash == words_hash)
        )
        known = self._connection.execute(select(_QUIETED).where(is_this)).mappings().first()
        if known is None:
            self._add(_QUIETED, {**key, **values, "at": at})
        elif all(known[name] == value for name, value in values.items()):
            return
        else:
            self._connection.execute(update(_QUIETED).where(is_this).values(**values, at=at))
        self._chain.add(
            "decided",
            f"account:{account}",
            at=at,
            facts={**key, **values, "until": None if until is None else until.isoformat()},
        )

    def _row(self, case: CaseId) -> RowMapping:
        row = self._connection.execute(select(_CASE).where(_CASE.c.id == case)).mappings().first()
        if row is None:
            message = f"case {case} does not exist"
            raise StorageError(message)
        return row

    def _refuse_second(self, case: CaseId, subject: int) -> None:
        query = select(_CASE.c.id).where(_CASE.c.subject == subject, NOT_CLOSED)
        other = self._connection.execute(query).scalar_one_or_none()
        if other is not None:
            message = f"case {case} cannot be opened again: case {other} is open on the same post"
            raise StorageError(message, remedy=f"Decide case {other} instead")

    def _event(
        self,
        case: int,
        *,
        at: datetime,
        by: str,
        what: str,
        was: CaseState | None,
        to: CaseState,
        because: str,
    ) -> None:
        values = plain_values(
            {
                "case": case,
                "at": at,
                "by": by,
                "what": what,
                "from_state": None if was is None else was.value,
                "to_state": to.value,
                "because": because,
            }
        )
        event = self._add(_EVENT, values)
        self._chain.point(
            "case step", at=at, source="event", source_id=event, facts=event_facts(values)
        )


def _finding_columns(version: VersionId, finding: FindingValue) -> dict[str, Any]:
    return {
        "version": version,
        "clause": finding.clause,
        "topic": finding.topic,
        "rule": finding.rule,
        "digest": finding.digest,
        "severity": finding.severity.value,
        "basis": finding.basis.value,
        "context": finding.context,
        "score": finding.score,
        "spans": [list(span) for span in finding.spans],
        "quote": finding.quote,
        "reason": finding.reason,
        "matched": list(finding.matched),
        "is_masked": finding.is_masked,
    }
