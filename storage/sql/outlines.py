"""Thousands of cases in outline, for the mails that show a few of them and count the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from config.types import (
    AccountId,
    CaseId,
    CaseState,
    MailKind,
    Outcome,
    RecipientState,
    Resolution,
    Severity,
    SubjectId,
    SubjectKind,
)
from storage.sql.base import Desk, in_lots
from storage.sql.cases import (
    SHOWN,
    findings_on,
    is_pinned,
    is_scheduled,
    newest_of,
    query_of,
    read_cases,
    told_of,
)
from storage.sql.judging import pinned_by
from storage.tables import (
    Case,
    CaseEvent,
    Observation,
    Outbox,
    OutboxCase,
    OutboxRecipient,
    Subject,
)
from storage.values import Case as CaseValue

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import RowMapping

    from storage.values import StoredFinding

_CASE = Case.__table__
_EVENT = CaseEvent.__table__
_SUBJECT = Subject.__table__
_OBSERVATION = Observation.__table__
_OUTBOX = Outbox.__table__
_TOLD = OutboxCase.__table__
_RECIPIENT = OutboxRecipient.__table__
_ABOUT_CASES = (MailKind.URGENT.value, MailKind.REQUEST.value)


class Outlines(Desk):
    """The part of the repository that shows many cases cheaply."""

    def outlines(
        self,
        *,
        states: Sequence[CaseState],
        closed_since: datetime | None = None,
        with_findings: bool = False,
    ) -> list[CaseValue]:
        """Return cases without words and events, in no order; see `Cases.outlines`."""
        newest = _OBSERVATION.alias("newest")
        query = (
            select(
                _CASE,
                _SUBJECT.c.account,
                _SUBJECT.c.kind,
                _SUBJECT.c.platform_id,
                _SUBJECT.c.url,
                _SUBJECT.c.published_at,
                _SUBJECT.c.appearing,
                newest.c.outcome,
                newest.c.last_at,
            )
            .select_from(_CASE)
            .join(_SUBJECT, _SUBJECT.c.id == _CASE.c.subject)
            .join(newest, newest.c.id == newest_of(_SUBJECT.c.id, shown=False), isouter=True)
            .where(_CASE.c.state.in_([state.value for state in states]))
        )
        if closed_since is not None:
            query = query.where(_CASE.c.closed_at > closed_since)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
            found: dict[int, list[StoredFinding]] = {}
            told: dict[int, datetime] = {}
            pinned = pinned_by(connection, {row["account"] for row in rows})
            for lot in in_lots(rows):
                if with_findings:
                    found |= findings_on(connection, [row["id"] for row in lot])
                # Only of what is history does a mail ask whether it was told before.
                told |= told_of(connection, [row["id"] for row in lot if row["history"]])
        return [
            replace(
                _outline(row, found.get(row["id"], []), told.get(row["id"])),
                pinned=is_pinned(row, pinned),
            )
            for row in rows
        ]

    def cases_of(self, numbers: Collection[CaseId]) -> list[CaseValue]:
        """Return these cases whole; those that do not exist are left out."""
        found: list[CaseValue] = []
        with self._reading() as connection:
            for lot in in_lots(sorted(set(numbers))):
                found += read_cases(connection, query_of().where(_CASE.c.id.in_(list(lot))))
        return found

    def marked(self, what: str, *, with_closed: bool = False) -> Mapping[CaseId, datetime]:
        """Return when each case that is not closed last had an event that says this."""
        query = (
            select(_EVENT.c.case, func.max(_EVENT.c.at, type_=_EVENT.c.at.type))
            .join(_CASE, _CASE.c.id == _EVENT.c.case)
            .where(_EVENT.c.what == what)
            .group_by(_EVENT.c.case)
        )
        if not with_closed:
            query = query.where(_CASE.c.state != CaseState.CLOSED.value)
        with self._reading() as connection:
            return {CaseId(row[0]): row[1] for row in connection.execute(query)}

    def refused_mails(self) -> Mapping[str, Sequence[CaseId]]:
        """Return by key the newest urgent mails and requests about a case that were refused."""
        newest = (
            select(_TOLD.c.case, func.max(_TOLD.c.mail).label("mail"))
            .join(_OUTBOX, _OUTBOX.c.id == _TOLD.c.mail)
            .where(
                _OUTBOX.c.kind.in_(_ABOUT_CASES),
                _TOLD.c.case.in_(select(_TOLD.c.case).where(_TOLD.c.mail.in_(_refused()))),
            )
            .group_by(_TOLD.c.case, _OUTBOX.c.kind)
            .subquery()
        )
        query = (
            select(_OUTBOX.c.key, newest.c.case)
            .join(newest, newest.c.mail == _OUTBOX.c.id)
            .where(_OUTBOX.c.id.in_(_refused()))
            .order_by(_OUTBOX.c.id)
        )
        found: dict[str, list[CaseId]] = {}
        with self._reading() as connection:
            for key, case in connection.execute(query):
                found.setdefault(key, []).append(CaseId(case))
        return found


def _refused() -> Any:
    return select(_RECIPIENT.c.mail).where(_RECIPIENT.c.state == RecipientState.REFUSED.value)


def _outline(
    row: RowMapping, findings: list[StoredFinding], mailed_at: datetime | None
) -> CaseValue:
    outcome = row["outcome"] or Outcome.CANNOT_TELL.value
    return CaseValue(
        id=CaseId(row["id"]),
        state=CaseState(row["state"]),
        resolution=None if row["resolution"] is None else Resolution(row["resolution"]),
        severity=Severity(row["severity"]),
        account=AccountId(row["account"]),
        subject=SubjectId(row["subject"]),
        subject_kind=SubjectKind(row["kind"]),
        platform_id=row["platform_id"],
        url=row["url"],
        text="",
        published_at=row["published_at"],
        is_scheduled=is_scheduled(row),
        edited=False,
        visible=outcome in SHOWN,
        last_outcome=Outcome(outcome),
        last_read_at=row["last_at"] or row["opened_at"],
        history=row["history"],
        opened_at=row["opened_at"],
        due_at=row["due_at"],
        closed_at=row["closed_at"],
        findings=tuple(one for one in findings if one.withdrawn_at is None),
        mailed_at=mailed_at,
    )
