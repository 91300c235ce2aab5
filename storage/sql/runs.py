"""Runs with their coverage, what is due to be read again, and what reading costs."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, or_, select, update

from config.types import (
    AccountId,
    CoverageStatus,
    Outcome,
    Reason,
    Resolution,
    RunId,
    RunKind,
    SubjectKind,
)
from storage.columns import from_microseconds, to_microseconds
from storage.sql.base import Desk, in_lots, replace_row, upsert
from storage.sql.judging import NOT_CLOSED, current_version
from storage.tables import Case, Coverage, Observation, Run, Spend, Subject, Version
from storage.values import Coverage as CoverageValue
from storage.values import DuePost, Gap, Recorded
from storage.values import Run as RunValue
from storage.values import Spend as SpendValue

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime, timedelta

    from sqlalchemy import Row, RowMapping, Select

_RUN = Run.__table__
_COVERAGE = Coverage.__table__
_SPEND = Spend.__table__
_SUBJECT = Subject.__table__
_OBSERVATION = Observation.__table__
_CASE = Case.__table__
_VERSION = Version.__table__
_DECEMBER = 12


class Runs(Desk):
    """The part of the repository that knows what was read and what should be."""

    def begin_run(self, kind: RunKind, *, by: str, at: datetime) -> RunId:
        """Begin a run."""
        with self._writing() as (connection, _):
            statement = insert(_RUN).values(kind=kind.value, by=by, started_at=at, ended_at=None)
            added = connection.execute(statement.returning(_RUN.c.id))
            return RunId(added.scalar_one())

    def end_run(self, run: RunId, *, at: datetime) -> None:
        """End a run."""
        with self._writing() as (connection, _):
            connection.execute(update(_RUN).where(_RUN.c.id == run).values(ended_at=at))

    def cover(self, run: RunId, coverage: CoverageValue) -> None:
        """Write how far one account was read in a run; a second call replaces the first."""
        recorded = coverage.recorded
        values = {
            "run": run,
            "account": coverage.account,
            "status": coverage.status.value,
            "posts": recorded.posts,
            "new": recorded.new,
            "edited": recorded.edited,
            "gone": recorded.gone,
            "cannot_tell": recorded.cannot_tell,
            "gaps": [
                [to_microseconds(gap.start), to_microseconds(gap.end)] for gap in coverage.gaps
            ],
            "reason": None if coverage.reason is None else coverage.reason.value,
            "error": coverage.error,
            "ended_at": coverage.ended_at,
        }
        with self._writing() as (connection, _):
            replace_row(connection, _COVERAGE, values)

    def runs(self, *, since: datetime | None = None, limit: int = 50) -> list[RunValue]:
        """Return runs with their coverage, newest first."""
        query = select(_RUN).order_by(_RUN.c.started_at.desc(), _RUN.c.id.desc()).limit(limit)
        if since is not None:
            query = query.where(_RUN.c.started_at >= since)
        covered: dict[int, list[CoverageValue]] = {}
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
            for lot in in_lots([row["id"] for row in rows]):
                of_lot = select(_COVERAGE).where(_COVERAGE.c.run.in_(lot))
                for row in connection.execute(of_lot.order_by(_COVERAGE.c.account)).mappings():
                    covered.setdefault(row["run"], []).append(_coverage(row))
        return [
            RunValue(
                id=RunId(row["id"]),
                kind=RunKind(row["kind"]),
                by=row["by"],
                started_at=row["started_at"],
                ended_at=row["ended_at"],
                coverage=tuple(covered.get(row["id"], ())),
            )
            for row in rows
        ]

    def due_posts(
        self, account: AccountId, *, as_of: datetime, look_back: timedelta
    ) -> list[DuePost]:
        """Return the posts that should be read again, newest first."""
        known = {"account": account, "since": as_of - look_back}
        with self._reading() as connection:
            rows = connection.execute(_due(), known)
            return [_due_post(row, Outcome(row.outcome)) for row in rows]

    def unrefreshed(
        self,
        account: AccountId,
        *,
        shown_before: datetime,
        tried_before: datetime,
        published_since: datetime,
        closed_since: datetime,
    ) -> list[DuePost]:
        """Return posts whose kept words were last shown before; see `storage.contract.reading`."""
        readings = select(func.max(_OBSERVATION.c.last_at)).where(
            _OBSERVATION.c.subject == _SUBJECT.c.id
        )
        tried = readings.scalar_subquery()
        shown = readings.where(_OBSERVATION.c.version.is_not(None)).scalar_subquery()
        on = select(_CASE.c.id).where(_CASE.c.subject == _SUBJECT.c.id)
        is_open = on.where(NOT_CLOSED).exists()
        query = (
            select(
                _SUBJECT.c.platform_id,
                _SUBJECT.c.current_id,
                _SUBJECT.c.url,
                _SUBJECT.c.published_at,
                tried.label("last_at"),
                is_open.label("has_open_case"),
            )
            .select_from(_SUBJECT)
            .join(_VERSION, _VERSION.c.id == current_version(_SUBJECT.c.id))
            .where(
                _SUBJECT.c.account == account,
                _SUBJECT.c.kind == SubjectKind.POST.value,
                _VERSION.c.purged_at.is_(None),
                shown <= shown_before,
                tried <= tried_before,
                or_(
                    is_open,
                    on.where(_CASE.c.closed_at >= closed_since).exists(),
                    (_SUBJECT.c.published_at >= published_since)
                    & (_SUBJECT.c.author == "")
                    & ~on.exists(),
                ),
            )
            .order_by(_SUBJECT.c.published_at.desc(), _SUBJECT.c.id.desc())
        )
        with self._reading() as connection:
            return [_due_post(row, Outcome.PRESENT) for row in connection.execute(query)]

    def visible_count(self, account: AccountId, *, since: datetime) -> int:
        """Return how many posts published since then stand there, as far as is known."""
        with self._reading() as connection:
            known = {"account": account, "since": since}
            number: int = connection.execute(_visible(), known).scalar_one()
            return number

    def spend(self, credential: str, *, month: date) -> SpendValue:
        """Return what a credential has cost in a calendar month (UTC)."""
        first = month.replace(day=1)
        if first.month == _DECEMBER:
            after = first.replace(year=first.year + 1, month=1)
        else:
            after = first.replace(month=first.month + 1)
        query = select(func.count(), func.sum(_SPEND.c.price)).where(
            _SPEND.c.credential == credential, _SPEND.c.day >= first, _SPEND.c.day < after
        )
        with self._reading() as connection:
            resources, amount = connection.execute(query).one()
        return SpendValue(
            credential=credential,
            month=first,
            resources=resources,
            amount=Decimal(0) if amount is None else amount,
        )

    def spent(self, credentials: Collection[str], *, since: date, until: date) -> Decimal:
        """Return what credentials have cost together from a UTC day to another, exclusive."""
        query = select(func.sum(_SPEND.c.price)).where(
            _SPEND.c.credential.in_(credentials), _SPEND.c.day >= since, _SPEND.c.day < until
        )
        with self._reading() as connection:
            amount = connection.execute(query).scalar_one()
        return Decimal(0) if amount is None else amount

    def charge(
        self, credential: str, *, ids: Sequence[str], price: Decimal, at: datetime
    ) -> Decimal:
        """Count returned resources, each id once per UTC day; return the amount added."""
        day = from_microseconds(to_microseconds(at)).date()
        rows = [
            {"credential": credential, "day": day, "resource": one, "price": price}
            for one in dict.fromkeys(ids)
        ]
        added = 0
        with self._writing() as (connection, _):
            for lot in in_lots(rows):
                statement = upsert(connection, _SPEND).values(list(lot))
                added += connection.execute(statement.on_conflict_do_nothing()).rowcount
        return price * added


@cache
def _due() -> Select[Any]:
    """Return the statement for `Runs.due_posts`, put together once; of an account and a time."""
    since = bindparam("since", type_=_SUBJECT.c.published_at.type)
    inner = _OBSERVATION.alias()
    newest = (
        select(inner.c.id)
        .where(inner.c.subject == _SUBJECT.c.id)
        .order_by(inner.c.last_at.desc(), inner.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    is_recent = _SUBJECT.c.published_at >= since
    # What was taken down may be put up again, and some platforms list only what is new.
    taken_down = select(_CASE.c.subject).where(
        _CASE.c.resolution == Resolution.REMOVED.value,
        _CASE.c.closed_at >= since,
    )
    return (
        select(
            _SUBJECT.c.platform_id,
            _SUBJECT.c.current_id,
            _SUBJECT.c.url,
            _SUBJECT.c.published_at,
            _OBSERVATION.c.last_at,
            _OBSERVATION.c.outcome,
            _CASE.c.id.is_not(None).label("has_open_case"),
        )
        .select_from(_SUBJECT)
        .join(_OBSERVATION, _OBSERVATION.c.id == newest)
        .join(_CASE, (_CASE.c.subject == _SUBJECT.c.id) & NOT_CLOSED, isouter=True)
        .where(
            _SUBJECT.c.account == bindparam("account"),
            _SUBJECT.c.kind == SubjectKind.POST.value,
            or_(
                _CASE.c.id.is_not(None),
                is_recent & current_version(_SUBJECT.c.id).is_not(None),
                _SUBJECT.c.id.in_(taken_down),
            ),
        )
        .order_by(_SUBJECT.c.published_at.desc(), _SUBJECT.c.id.desc())
    )


@cache
def _visible() -> Select[Any]:
    """Return the statement for `Runs.visible_count`, likewise."""
    return select(func.count()).where(
        _SUBJECT.c.account == bindparam("account"),
        _SUBJECT.c.kind == SubjectKind.POST.value,
        _SUBJECT.c.published_at >= bindparam("since"),
        current_version(_SUBJECT.c.id).is_not(None),
    )


def _due_post(row: Row[Any], outcome: Outcome) -> DuePost:
    return DuePost(
        platform_id=row.platform_id,
        current_id=row.current_id,
        url=row.url,
        published_at=row.published_at,
        last_read_at=row.last_at,
        last_outcome=outcome,
        has_open_case=bool(row.has_open_case),
    )


def _coverage(row: RowMapping) -> CoverageValue:
    return CoverageValue(
        account=AccountId(row["account"]),
        status=CoverageStatus(row["status"]),
        recorded=Recorded(
            posts=row["posts"],
            new=row["new"],
            edited=row["edited"],
            gone=row["gone"],
            cannot_tell=row["cannot_tell"],
        ),
        gaps=tuple(
            Gap(start=from_microseconds(start), end=from_microseconds(end))
            for start, end in row["gaps"]
        ),
        reason=None if row["reason"] is None else Reason(row["reason"]),
        error=row["error"],
        ended_at=row["ended_at"],
    )
