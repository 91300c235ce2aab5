"""Cases as the Clerk sees them: read in lots, put together in Python."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import case as choose
from sqlalchemy import func, or_, select

from config.types import (
    AccountId,
    Appearing,
    CaseId,
    CaseState,
    Outcome,
    Resolution,
    Severity,
    SubjectId,
    SubjectKind,
)
from storage.columns import plain
from storage.sql.base import Desk, in_lots
from storage.sql.judging import pinned_by
from storage.sql.linking import flagged_in, links_of
from storage.sql.rows import finding_of, words_of
from storage.tables import (
    Case,
    CaseEvent,
    CaseFinding,
    Finding,
    Observation,
    OutboxCase,
    OutboxRecipient,
    PictureReading,
    Subject,
    Version,
)
from storage.values import AccountSight, Flagged, StoredFinding
from storage.values import Case as CaseValue
from storage.values import CaseEvent as EventValue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping, ScalarSelect, Select

_CASE = Case.__table__
_EVENT = CaseEvent.__table__
_ON = CaseFinding.__table__
_FINDING = Finding.__table__
_SUBJECT = Subject.__table__
_VERSION = Version.__table__
_OBSERVATION = Observation.__table__
_PICTURE = PictureReading.__table__
_TOLD = OutboxCase.__table__
_RECIPIENT = OutboxRecipient.__table__

SHOWN = {Outcome.PRESENT.value, Outcome.EDITED.value}
_SEVERITIES = [severity.value for severity in Severity]
"""Most serious first, as the enum lists them."""


class Cases(Desk):
    """The part of the repository that shows cases."""

    def cases(
        self,
        *,
        states: Sequence[CaseState] | None = None,
        account: AccountId | None = None,
        opened_since: datetime | None = None,
        subject: SubjectKind | None = None,
        resolution: Resolution | None = None,
        limit: int | None = None,
    ) -> list[CaseValue]:
        """Return cases: most severe first, then oldest due, then oldest."""
        chosen: list[ColumnElement[bool]] = []
        if states is not None:
            chosen.append(_CASE.c.state.in_([state.value for state in states]))
        if account is not None:
            chosen.append(_SUBJECT.c.account == account)
        if opened_since is not None:
            chosen.append(_CASE.c.opened_at >= opened_since)
        if subject is not None:
            chosen.append(_SUBJECT.c.kind == subject.value)
        if resolution is not None:
            chosen.append(_CASE.c.resolution == resolution.value)
        with self._reading() as connection:
            return read_cases(connection, query_of().where(*chosen).limit(limit))

    def case(self, case: CaseId) -> CaseValue | None:
        """Return one case, or None."""
        with self._reading() as connection:
            return case_in(connection, case)

    def subject(self, account: AccountId, kind: SubjectKind, platform_id: str) -> SubjectId | None:
        """Return what was ever read or reported under a platform's id, or None."""
        query = select(_SUBJECT.c.id).where(
            _SUBJECT.c.account == account,
            _SUBJECT.c.kind == kind.value,
            _SUBJECT.c.platform_id == plain(platform_id),
        )
        with self._reading() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else SubjectId(found)

    def account_sight(self, account: AccountId) -> AccountSight | None:
        """Return what readings have shown of an account as such; None: none was recorded."""
        query = _sights().where(_SUBJECT.c.account == account)
        with self._reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return AccountSight(
            outcome=Outcome(row.outcome),
            detail=row.detail,
            last_read_at=row.last_at,
            last_visible_at=row.last_visible_at,
            gone_since=row.gone_since,
        )

    def flagged(self) -> list[Flagged]:
        """Return the words on which cases rest: each version with a finding of each case."""
        with self._reading() as connection:
            return flagged_in(connection)

    def case_counts(self) -> Mapping[CaseState, int]:
        """Return how many cases stand in each state; every state is named."""
        query = select(_CASE.c.state, func.count()).group_by(_CASE.c.state)
        with self._reading() as connection:
            counted = {row[0]: row[1] for row in connection.execute(query)}
        return {state: counted.get(state.value, 0) for state in CaseState}


def case_in(connection: Connection, case: CaseId) -> CaseValue | None:
    """Return one case as a connection sees it, or None."""
    found = read_cases(connection, query_of().where(_CASE.c.id == case))
    return found[0] if found else None


def newest_of(subject: ColumnElement[int], *, shown: bool) -> ScalarSelect[Any]:
    """Return the newest observation of a subject, or the newest that showed a version."""
    inner = _OBSERVATION.alias()
    query = select(inner.c.id).where(inner.c.subject == subject)
    if shown:
        query = query.where(inner.c.version.is_not(None))
    return query.order_by(inner.c.last_at.desc(), inner.c.id.desc()).limit(1).scalar_subquery()


def _gone_since(subject: ColumnElement[int], shown_at: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Return the first reading since it was shown that said it is gone."""
    inner = _OBSERVATION.alias()
    return (
        select(func.min(inner.c.first_at, type_=inner.c.first_at.type))
        .where(
            inner.c.subject == subject,
            inner.c.outcome == Outcome.GONE.value,
            or_(shown_at.is_(None), inner.c.first_at > shown_at),
        )
        .scalar_subquery()
    )


@cache
def _sights() -> Select[Any]:
    """Return the statement that gives how accounts as such were seen last; put together once."""
    newest, shown = _OBSERVATION.alias("newest"), _OBSERVATION.alias("shown")
    return (
        select(
            newest.c.outcome,
            newest.c.detail,
            newest.c.last_at,
            shown.c.last_at.label("last_visible_at"),
            _gone_since(_SUBJECT.c.id, shown.c.last_at).label("gone_since"),
        )
        .select_from(_SUBJECT)
        .join(newest, newest.c.id == newest_of(_SUBJECT.c.id, shown=False))
        .join(shown, shown.c.id == newest_of(_SUBJECT.c.id, shown=True), isouter=True)
        .where(_SUBJECT.c.kind == SubjectKind.ACCOUNT.value)
        .order_by(newest.c.last_at.desc())
        .limit(1)
    )


@cache
def query_of() -> Select[Any]:
    """Return the statement that gives whole cases, most severe first; put together once."""
    newest = _OBSERVATION.alias("newest")
    shown = _OBSERVATION.alias("shown")
    versions = _VERSION.alias("versions")
    counted = select(func.count()).where(versions.c.subject == _SUBJECT.c.id)
    read = select(func.count()).where(
        _PICTURE.c.version == shown.c.version, _PICTURE.c.begins.is_not(None)
    )
    ranks = {severity: rank for rank, severity in enumerate(_SEVERITIES)}
    return (
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
            shown.c.last_at.label("last_visible_at"),
            shown.c.version.label("shown_version"),
            _gone_since(_SUBJECT.c.id, shown.c.last_at).label("gone_since"),
            _VERSION.c.text,
            _VERSION.c.own_length,
            _VERSION.c.is_repost,
            _VERSION.c.beside,
            (counted.scalar_subquery() > 1).label("edited"),
            read.scalar_subquery().label("pictures_read"),
        )
        .select_from(_CASE)
        .join(_SUBJECT, _SUBJECT.c.id == _CASE.c.subject)
        .join(newest, newest.c.id == newest_of(_SUBJECT.c.id, shown=False), isouter=True)
        .join(shown, shown.c.id == newest_of(_SUBJECT.c.id, shown=True), isouter=True)
        .join(_VERSION, _VERSION.c.id == shown.c.version, isouter=True)
        .order_by(choose(ranks, value=_CASE.c.severity), _CASE.c.due_at, _CASE.c.id)
    )


def read_cases(connection: Connection, query: Select[Any]) -> list[CaseValue]:
    """Return the cases that a statement like `query_of` gives, with findings and events."""
    rows = connection.execute(query).mappings().all()
    found: list[CaseValue] = []
    for lot in in_lots(rows):
        ids = [row["id"] for row in lot]
        findings, events = findings_on(connection, ids), _events(connection, ids)
        told, links = told_of(connection, ids), links_of(connection, ids)
        pinned = pinned_by(connection, {row["account"] for row in lot})
        found += [
            replace(
                _value(
                    row,
                    findings.get(row["id"], []),
                    events.get(row["id"], []),
                    told.get(row["id"]),
                ),
                links=links.get(row["id"], ()),
                pinned=is_pinned(row, pinned),
            )
            for row in lot
        ]
    return found


def is_pinned(row: RowMapping, pinned: Mapping[str, str]) -> bool:
    """Return whether a case's row is of the post that its account's profile names as pinned."""
    is_post = row["kind"] == SubjectKind.POST.value
    return bool(is_post and pinned.get(row["account"]) == row["platform_id"])


def is_scheduled(row: RowMapping) -> bool:
    """Return whether the post of a case's row was not seen to have appeared."""
    return bool(row["appearing"] == Appearing.SCHEDULED.value)


def findings_on(connection: Connection, cases: list[int]) -> dict[int, list[StoredFinding]]:
    """Return by case the findings on it, withdrawn ones too."""
    query = (
        select(_ON.c.case, _FINDING)
        .select_from(_ON)
        .join(_FINDING, _FINDING.c.id == _ON.c.finding)
        .where(_ON.c.case.in_(cases))
        .order_by(_FINDING.c.id)
    )
    found: dict[int, list[StoredFinding]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["case"], []).append(finding_of(row))
    return found


def _events(connection: Connection, cases: list[int]) -> dict[int, list[EventValue]]:
    query = select(_EVENT).where(_EVENT.c.case.in_(cases)).order_by(_EVENT.c.id)
    found: dict[int, list[EventValue]] = {}
    for row in connection.execute(query):
        event = EventValue(
            at=row.at,
            by=row.by,
            what=row.what,
            from_state=None if row.from_state is None else CaseState(row.from_state),
            to_state=CaseState(row.to_state),
            because=row.because,
        )
        found.setdefault(row.case, []).append(event)
    return found


def told_of(connection: Connection, cases: list[int]) -> dict[int, datetime]:
    """Return when the first server accepted a mail about each case.

    Asked by the time, not the state, which say the same: with the state's index a database
    would rather try every accepted mail there ever was with every case.
    """
    query = (
        select(_TOLD.c.case, func.min(_RECIPIENT.c.accepted_at))
        .select_from(_TOLD)
        .join(_RECIPIENT, _RECIPIENT.c.mail == _TOLD.c.mail)
        .where(_TOLD.c.case.in_(cases), _RECIPIENT.c.accepted_at.is_not(None))
        .group_by(_TOLD.c.case)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _value(
    row: RowMapping,
    findings: list[StoredFinding],
    events: list[EventValue],
    mailed_at: datetime | None,
) -> CaseValue:
    words = words_of(
        row["text"] or "", row["own_length"] or 0, bool(row["is_repost"]), row["beside"]
    )
    # A case may be opened on something that was reported and never read: then nothing is known.
    outcome = row["outcome"] or Outcome.CANNOT_TELL.value
    holding = tuple(found for found in findings if found.withdrawn_at is None)
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
        text=words.text,
        published_at=row["published_at"],
        is_scheduled=is_scheduled(row),
        edited=bool(row["edited"]),
        visible=outcome in SHOWN,
        last_outcome=Outcome(outcome),
        last_read_at=row["last_at"] or row["opened_at"],
        history=row["history"],
        opened_at=row["opened_at"],
        due_at=row["due_at"],
        closed_at=row["closed_at"],
        findings=holding,
        withdrawn=tuple(found for found in findings if found.withdrawn_at is not None),
        events=tuple(events),
        pictures=len(words.pictures),
        pictures_read=row["pictures_read"],
        extras=words.extras,
        mailed_at=mailed_at,
        last_visible_at=row["last_visible_at"],
        gone_since=row["gone_since"],
        is_edited_away=bool(holding)
        and all(found.version != row["shown_version"] for found in holding),
    )
