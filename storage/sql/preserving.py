"""What of a case is not kept yet and may be: asked of the database, so no kill loses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, func, or_, select

from config.types import AccountId, CaseId, EvidenceKind, SubjectId, SubjectKind, VersionId
from storage.sql.rows import words_of
from storage.tables import (
    Case,
    Evidence,
    NoCopying,
    Observation,
    PictureAddress,
    RawPayload,
    Subject,
    Unkept,
    Version,
)
from storage.values import Face, ToPreserve
from storage.values import PictureAddress as AddressValue

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

_CASE = Case.__table__
_SUBJECT = Subject.__table__
_VERSION = Version.__table__
_OBSERVATION = Observation.__table__
_RAW = RawPayload.__table__
_EVIDENCE = Evidence.__table__
_UNKEPT = Unkept.__table__
_ADDRESS = PictureAddress.__table__
_STOPPED = NoCopying.__table__


def is_stopped(subject: ColumnElement[int]) -> ColumnElement[bool]:
    """Say of a subject whether keeping copies of it was stopped."""
    return select(_STOPPED.c.subject).where(_STOPPED.c.subject == subject).exists()


def is_due(as_of: datetime) -> ColumnElement[bool]:
    """Say of a case whether anything of it may be kept now."""
    answered = (
        select(_RAW.c.version)
        .join(_VERSION, _VERSION.c.id == _RAW.c.version)
        .where(_VERSION.c.subject == _CASE.c.subject, ~_has_answer())
        .exists()
    )
    pictured = (
        select(_ADDRESS.c.version)
        .join(_VERSION, _VERSION.c.id == _ADDRESS.c.version)
        .where(_VERSION.c.subject == _CASE.c.subject, _may_be_fetched(_CASE.c.subject, as_of))
        .exists()
    )
    again = (
        select(_UNKEPT.c.place)
        .where(
            _UNKEPT.c.subject == _CASE.c.subject,
            ~_UNKEPT.c.is_final,
            _UNKEPT.c.next_at <= as_of,
        )
        .exists()
    )
    shown = _SUBJECT.alias("shown")
    faced = (
        select(_VERSION.c.id)
        .join(shown, shown.c.id == _VERSION.c.subject)
        .where(shown.c.account == _SUBJECT.c.account, shown.c.kind == SubjectKind.PROFILE.value)
        .exists()
    )
    # The face was kept, and its picture not yet: a run may end between the two.
    face_pictured = (
        select(_ADDRESS.c.version)
        .join(_EVIDENCE, _EVIDENCE.c.version == _ADDRESS.c.version)
        .where(
            _EVIDENCE.c.case == _CASE.c.id,
            _EVIDENCE.c.kind == EvidenceKind.PROFILE.value,
            _may_be_fetched(_CASE.c.subject, as_of),
        )
        .exists()
    )
    return or_(answered, pictured, again, face_pictured, faced & ~_hasface_at())


def _has_answer() -> ColumnElement[bool]:
    return (
        select(_EVIDENCE.c.id)
        .where(
            _EVIDENCE.c.subject == _CASE.c.subject,
            _EVIDENCE.c.version == _RAW.c.version,
            _EVIDENCE.c.kind == EvidenceKind.ANSWER.value,
        )
        .correlate_except(_EVIDENCE)
        .exists()
    )


def _hasface_at() -> ColumnElement[bool]:
    return (
        select(_EVIDENCE.c.id)
        .where(_EVIDENCE.c.case == _CASE.c.id, _EVIDENCE.c.kind == EvidenceKind.PROFILE.value)
        .correlate_except(_EVIDENCE)
        .exists()
    )


def _may_be_fetched(subject: Any, as_of: datetime) -> ColumnElement[bool]:
    """Say of a picture's address whether it is neither kept nor refused nor waiting."""
    place = cast(_ADDRESS.c.version, Text) + "/" + cast(_ADDRESS.c.position, Text)
    kept = select(_EVIDENCE.c.id).where(
        _EVIDENCE.c.subject == subject,
        _EVIDENCE.c.kind == EvidenceKind.PICTURE.value,
        _EVIDENCE.c.place == place,
    )
    waits = select(_UNKEPT.c.place).where(
        _UNKEPT.c.subject == subject,
        _UNKEPT.c.place == place,
        or_(
            _UNKEPT.c.is_final,
            _UNKEPT.c.next_at > as_of,
            _UNKEPT.c.next_at.is_(None) & (_ADDRESS.c.read_at <= _UNKEPT.c.at),
        ),
    )
    # Two levels down nothing is correlated by itself: it has to be said.
    kept, waits = kept.correlate_except(_EVIDENCE), waits.correlate_except(_UNKEPT)
    return ~kept.exists() & ~waits.exists()


def due_of(connection: Connection, row: RowMapping, *, as_of: datetime) -> ToPreserve:
    """Return what of a case may be kept now."""
    subject, case = row["subject"], row["id"]
    answers = (
        select(_RAW.c.version)
        .join(_VERSION, _VERSION.c.id == _RAW.c.version)
        .join(_CASE, _CASE.c.id == case)
        .where(_VERSION.c.subject == subject, ~_has_answer())
        .order_by(_RAW.c.version)
    )
    faced = select(_EVIDENCE.c.id).where(
        _EVIDENCE.c.case == case, _EVIDENCE.c.kind == EvidenceKind.PROFILE.value
    )
    face = face_at(connection, row["account"], row["opened_at"])
    may = _may_be_fetched(subject, as_of)
    pictures = _addresses(connection, _VERSION.c.subject == subject, may, subject=subject)
    if face is not None and row["kind"] != SubjectKind.PROFILE.value:
        pictures += _addresses(connection, _VERSION.c.id == face.version, may, subject=subject)
    return ToPreserve(
        case=CaseId(case),
        account=AccountId(row["account"]),
        subject=SubjectId(subject),
        subject_kind=SubjectKind(row["kind"]),
        opened_at=row["opened_at"],
        is_history=row["history"],
        answers=tuple(VersionId(one) for one in connection.execute(answers).scalars()),
        pictures=pictures,
        needs_profile=face is not None and connection.execute(faced).first() is None,
    )


def _addresses(
    connection: Connection, *chosen: ColumnElement[bool], subject: int | None = None
) -> tuple[AddressValue, ...]:
    place = cast(_ADDRESS.c.version, Text) + "/" + cast(_ADDRESS.c.position, Text)
    tried = (
        select(_UNKEPT.c.attempts)
        .where(_UNKEPT.c.subject == subject, _UNKEPT.c.place == place)
        .scalar_subquery()
    )
    query = (
        select(_ADDRESS, func.coalesce(tried, 0).label("attempts"))
        .join(_VERSION, _VERSION.c.id == _ADDRESS.c.version)
        .where(*chosen)
        .order_by(_ADDRESS.c.version, _ADDRESS.c.position)
    )
    return tuple(
        AddressValue(
            version=VersionId(row.version),
            position=row.position,
            name=row.name,
            url=row.url,
            read_at=row.read_at,
            attempts=row.attempts,
        )
        for row in connection.execute(query)
    )


def face_at(connection: Connection, account: str, opened_at: datetime) -> Face | None:
    """Return the newest profile seen by then, else the first seen afterwards."""
    shown = (
        select(
            _OBSERVATION.c.first_at,
            _OBSERVATION.c.last_at,
            _SUBJECT.c.platform_id,
            _SUBJECT.c.url,
            _VERSION,
        )
        .join(_SUBJECT, _SUBJECT.c.id == _OBSERVATION.c.subject)
        .join(_VERSION, _VERSION.c.id == _OBSERVATION.c.version)
        .where(_SUBJECT.c.account == account, _SUBJECT.c.kind == SubjectKind.PROFILE.value)
        .limit(1)
    )
    by_then = shown.where(_OBSERVATION.c.first_at <= opened_at)
    row = (
        connection.execute(
            by_then.order_by(_OBSERVATION.c.first_at.desc(), _OBSERVATION.c.id.desc())
        )
        .mappings()
        .first()
        or connection.execute(shown.order_by(_OBSERVATION.c.first_at, _OBSERVATION.c.id))
        .mappings()
        .first()
    )
    if row is None:
        return None
    return Face(
        version=VersionId(row["id"]),
        platform_id=row["platform_id"],
        url=row["url"],
        words=words_of(row["text"], row["own_length"], row["is_repost"], row["beside"]),
        seen_from=row["first_at"],
        seen_until=row["last_at"],
        pictures=_addresses(connection, _ADDRESS.c.version == row["id"]),
    )
