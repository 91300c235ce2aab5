"""What reports count: sums made by the database, so that a year costs seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, and_, case, func, literal, or_, select, type_coerce

from config.types import (
    AccountId,
    CaseId,
    CaseState,
    ClauseId,
    CoverageStatus,
    Outcome,
    Resolution,
    RuleId,
    RunKind,
    Severity,
    SubjectKind,
)
from storage.columns import from_microseconds, to_microseconds
from storage.sql.base import Desk, in_lots
from storage.tables import (
    Case,
    CaseEvent,
    CaseFinding,
    Coverage,
    Finding,
    Observation,
    Review,
    Run,
    Spend,
    Subject,
)
from storage.values import CaseTally, Charge, CoverageTotal, Gap, Mark, Recorded, Tally
from storage.values import Review as ReviewValue

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, ScalarSelect

_CASE = Case.__table__
_EVENT = CaseEvent.__table__
_ON = CaseFinding.__table__
_FINDING = Finding.__table__
_SUBJECT = Subject.__table__
_OBSERVATION = Observation.__table__
_COVERAGE = Coverage.__table__
_RUN = Run.__table__
_REVIEW = Review.__table__
_SPEND = Spend.__table__

_LONGEST_RUN = timedelta(days=1)
"""A run that ends later than this after it began did not end well; its index serves by this."""
_SHOWN = (Outcome.PRESENT.value, Outcome.EDITED.value)


class Tallies(Desk):
    """The part of the repository that counts for reports."""

    def tally(self, *, since: datetime, until: datetime) -> Tally:
        """Return what a report counts; see `storage.repository.Repository.tally`."""
        with self._reading() as connection:
            return Tally(
                cases=tuple(_cases(connection, since, until)),
                charges=tuple(_charges(connection, since, until)),
                reviews=tuple(_reviews(connection, since, until)),
            )

    def coverage_totals(
        self, *, since: datetime, until: datetime, every: timedelta
    ) -> list[CoverageTotal]:
        """Return how each account was read; see `storage.repository.Repository`."""
        chosen = (
            _RUN.c.kind == RunKind.SCAN.value,
            _RUN.c.started_at >= since - _LONGEST_RUN,
            _RUN.c.started_at < until,
            _COVERAGE.c.ended_at >= since,
            _COVERAGE.c.ended_at < until,
        )
        with self._reading() as connection:
            sums = _sums(connection, chosen)
            spans = _spans(connection, chosen, every)
        return [
            CoverageTotal(account=AccountId(account), **sums[account], **spans.get(account, {}))
            for account in sorted(sums)
        ]


def _sums(
    connection: Connection, chosen: Iterable[ColumnElement[bool]]
) -> dict[str, dict[str, Any]]:
    """Return by account how many readings of each status there were, and what they recorded."""
    columns = _COVERAGE.c
    counted = [
        func.coalesce(func.sum(case((columns.status == status.value, 1), else_=0)), 0)
        for status in CoverageStatus
    ]
    recorded = ("posts", "new", "edited", "gone", "cannot_tell")
    query = (
        select(columns.account, *counted, *(func.sum(columns[name]) for name in recorded))
        .join(_RUN, _RUN.c.id == columns.run)
        .where(*chosen)
        .group_by(columns.account)
    )
    found = {}
    for account, complete, partial, failed, skipped, *amounts in connection.execute(query):
        found[account] = {
            "complete": complete,
            "partial": partial,
            "failed": failed,
            "skipped": skipped,
            "recorded": Recorded(**dict(zip(recorded, amounts, strict=True))),
        }
    return found


def _spans(
    connection: Connection, chosen: Iterable[ColumnElement[bool]], every: timedelta
) -> dict[str, dict[str, Any]]:
    """Return by account the first and last complete reading and what lies between them."""
    ended = type_coerce(_COVERAGE.c.ended_at, BigInteger)
    order = (ended, _COVERAGE.c.run)
    before = func.lag(ended).over(partition_by=_COVERAGE.c.account, order_by=order)
    read = (
        select(_COVERAGE.c.account, ended.label("at"), before.label("before"))
        .join(_RUN, _RUN.c.id == _COVERAGE.c.run)
        .where(*chosen, _COVERAGE.c.status == CoverageStatus.READ.value)
        .cte("read")
    )
    length = (read.c.at - func.coalesce(read.c.before, read.c.at)).label("length")
    interval = every // timedelta(microseconds=1)
    missed = (length + literal(interval // 2)) // literal(interval) - 1
    ranked = select(
        read,
        length,
        case((missed > 0, missed), else_=0).label("missed"),
        func.row_number()
        .over(partition_by=read.c.account, order_by=(length.desc(), read.c.at))
        .label("rank"),
    ).cte("ranked")
    is_longest = and_(ranked.c.rank == 1, ranked.c.before.is_not(None))
    query = select(
        ranked.c.account,
        func.min(ranked.c.at),
        func.max(ranked.c.at),
        func.sum(ranked.c.missed),
        func.max(case((is_longest, ranked.c.before))),
        func.max(case((is_longest, ranked.c.at))),
    ).group_by(ranked.c.account)
    return {
        account: {
            "first_at": from_microseconds(first),
            "last_at": from_microseconds(last),
            "missed": missing,
            "longest": None
            if start is None
            else Gap(start=from_microseconds(start), end=from_microseconds(end)),
        }
        for account, first, last, missing, start, end in connection.execute(query)
    }


def _cases(connection: Connection, since: datetime, until: datetime) -> list[CaseTally]:
    query = (
        select(_CASE, _SUBJECT.c.account, _SUBJECT.c.kind, _SUBJECT.c.published_at, _gone_at())
        .join(_SUBJECT, _SUBJECT.c.id == _CASE.c.subject)
        .where(
            _CASE.c.opened_at < until,
            or_(
                _CASE.c.opened_at >= since, _CASE.c.closed_at.is_(None), _CASE.c.closed_at >= since
            ),
        )
        .order_by(_CASE.c.id)
    )
    rows = connection.execute(query).mappings().all()
    numbers = [row["id"] for row in rows]
    marks = _marks(connection, numbers, until)
    masked = _masked(connection, numbers)
    steps = _steps(connection, numbers, until)
    return [
        CaseTally(
            id=CaseId(row["id"]),
            account=AccountId(row["account"]),
            subject=SubjectKind(row["kind"]),
            severity=Severity(row["severity"]),
            history=row["history"],
            published_at=row["published_at"],
            opened_at=row["opened_at"],
            marks=tuple(marks.get(row["id"], ())),
            steps=tuple(steps.get(row["id"], ())),
            resolution=None if row["resolution"] is None else Resolution(row["resolution"]),
            closed_at=row["closed_at"],
            gone_at=row["gone_at"],
            is_masked=row["id"] in masked,
        )
        for row in rows
    ]


def _gone_at() -> ColumnElement[Any]:
    """Return the first reading that no longer showed a post, the last time it went."""
    shown, gone = _OBSERVATION.alias("shown"), _OBSERVATION.alias("gone")
    last_shown: ScalarSelect[Any] = (
        select(func.max(type_coerce(shown.c.first_at, BigInteger)))
        .where(
            shown.c.subject == _CASE.c.subject,
            shown.c.outcome.in_(_SHOWN),
            shown.c.first_at <= _CASE.c.closed_at,
        )
        .scalar_subquery()
    )
    return (
        select(func.min(gone.c.first_at, type_=gone.c.first_at.type))
        .where(
            gone.c.subject == _CASE.c.subject,
            gone.c.outcome == Outcome.GONE.value,
            gone.c.first_at <= _CASE.c.closed_at,
            type_coerce(gone.c.first_at, BigInteger) > func.coalesce(last_shown, 0),
        )
        .scalar_subquery()
        .label("gone_at")
    )


def _marks(connection: Connection, cases: list[int], until: datetime) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = {}
    for lot in in_lots(cases):
        query = (
            select(_ON.c.case, _FINDING.c.clause, _FINDING.c.rule)
            .join(_FINDING, _FINDING.c.id == _ON.c.finding)
            .where(_ON.c.case.in_(lot), _FINDING.c.found_at < until)
            .distinct()
            .order_by(_ON.c.case, _FINDING.c.clause, _FINDING.c.rule)
        )
        for number, clause, rule in connection.execute(query):
            found.setdefault(number, []).append(Mark(clause=ClauseId(clause), rule=RuleId(rule)))
    return found


def _masked(connection: Connection, cases: list[int]) -> set[int]:
    found: set[int] = set()
    for lot in in_lots(cases):
        query = (
            select(_ON.c.case)
            .join(_FINDING, _FINDING.c.id == _ON.c.finding)
            .where(_ON.c.case.in_(lot), _FINDING.c.is_masked)
        )
        found.update(connection.execute(query).scalars())
    return found


def _steps(
    connection: Connection, cases: list[int], until: datetime
) -> dict[int, list[tuple[datetime, CaseState]]]:
    found: dict[int, list[tuple[datetime, CaseState]]] = {}
    for lot in in_lots(cases):
        query = (
            select(_EVENT.c.case, _EVENT.c.at, _EVENT.c.to_state)
            .where(_EVENT.c.case.in_(lot), _EVENT.c.at < until)
            .order_by(_EVENT.c.id)
        )
        for number, at, state in connection.execute(query):
            found.setdefault(number, []).append((at, CaseState(state)))
    return found


def _charges(connection: Connection, since: datetime, until: datetime) -> list[Charge]:
    first = from_microseconds(to_microseconds(since)).date()
    last = from_microseconds(to_microseconds(until) - 1).date()
    query = (
        select(_SPEND.c.credential, func.count(), func.sum(_SPEND.c.price))
        .where(_SPEND.c.day >= first, _SPEND.c.day <= last)
        .group_by(_SPEND.c.credential)
        .order_by(_SPEND.c.credential)
    )
    return [
        Charge(credential=credential, resources=resources, amount=amount)
        for credential, resources, amount in connection.execute(query)
    ]


def _reviews(connection: Connection, since: datetime, until: datetime) -> list[ReviewValue]:
    query = (
        select(_REVIEW)
        .where(_REVIEW.c.at >= since, _REVIEW.c.at < until)
        .order_by(_REVIEW.c.at, _REVIEW.c.id)
    )
    return [
        ReviewValue(account=AccountId(row.account), at=row.at, by=row.by, note=row.note)
        for row in connection.execute(query)
    ]
