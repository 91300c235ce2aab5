"""What is kept of a case beside its words, what is due to be kept, and what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy import case as choose

from config.types import (
    AccountId,
    CaseId,
    CaseState,
    EvidenceId,
    EvidenceKind,
    HoldId,
    HoldReason,
    Resolution,
    Severity,
    SubjectId,
    SubjectKind,
    VersionId,
)
from storage.sql.base import CHUNK, Desk
from storage.sql.judging import NOT_CLOSED
from storage.sql.keeping import media_of
from storage.sql.rows import words_of
from storage.tables import (
    Case,
    Evidence,
    Hold,
    LedgerContent,
    NoCopying,
    Observation,
    PictureAddress,
    RawPayload,
    Subject,
    Unkept,
    Version,
)
from storage.values import Face, KeptFile, Preserved, ToPreserve
from storage.values import Hold as HoldValue
from storage.values import NoCopying as NoCopyingValue
from storage.values import PictureAddress as AddressValue
from storage.values import Unkept as UnkeptValue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row, RowMapping, Select

_CASE = Case.__table__
_SUBJECT = Subject.__table__
_VERSION = Version.__table__
_OBSERVATION = Observation.__table__
_RAW = RawPayload.__table__
_EVIDENCE = Evidence.__table__
_UNKEPT = Unkept.__table__
_ADDRESS = PictureAddress.__table__
_STOPPED = NoCopying.__table__
_HOLD = Hold.__table__
_CONTENT = LedgerContent.__table__

_SEVERITIES = {severity.value: rank for rank, severity in enumerate(Severity)}


class Evidences(Desk):
    """The part of the repository that knows what is kept."""

    def preserved(self, case: CaseId) -> Preserved:
        """Return what is kept of a case's subject."""
        with self._reading() as connection:
            return preserved_in(connection, case)

    def to_preserve(
        self, *, as_of: datetime, case: CaseId | None = None, limit: int = 100
    ) -> list[ToPreserve]:
        """Return cases of which something may be kept now; see `storage.contract.evidence`."""
        query = (
            select(_CASE, _SUBJECT.c.account, _SUBJECT.c.kind)
            .join(_SUBJECT, _SUBJECT.c.id == _CASE.c.subject)
            .where(NOT_CLOSED, ~_is_stopped(_CASE.c.subject), _is_due(as_of))
            .order_by(
                _CASE.c.history,
                choose(_SEVERITIES, value=_CASE.c.severity),
                _CASE.c.opened_at,
                _CASE.c.id,
            )
            .limit(limit)
        )
        if case is not None:
            query = query.where(_CASE.c.id == case)
        with self._reading() as connection:
            return [
                _to_preserve(connection, row, as_of=as_of)
                for row in connection.execute(query).mappings().all()
            ]

    def answer(self, version: VersionId) -> bytes | None:
        """Return the platform's own answer for a version; None if it is not kept."""
        query = select(_RAW.c.body).where(_RAW.c.version == version)
        with self._reading() as connection:
            body: bytes | None = connection.execute(query).scalar_one_or_none()
        return body

    def face(self, case: CaseId) -> Face | None:
        """Return the profile of a case's account as it was when the case was opened."""
        query = (
            select(_CASE.c.opened_at, _SUBJECT.c.account)
            .join(_SUBJECT, _SUBJECT.c.id == _CASE.c.subject)
            .where(_CASE.c.id == case)
        )
        with self._reading() as connection:
            row = connection.execute(query).first()
            return None if row is None else _face(connection, row.account, row.opened_at)

    def kept_files(self) -> Iterator[list[KeptFile]]:
        """Go through every kept file in lots, by id."""
        last = 0
        while True:
            query = _files().where(_EVIDENCE.c.id > last).order_by(_EVIDENCE.c.id).limit(CHUNK)
            with self._reading() as connection:
                lot = [_file(row) for row in connection.execute(query).mappings()]
            if not lot:
                return
            yield lot
            last = lot[-1].id

    def pictures_of_removed(self) -> list[KeptFile]:
        """Return the pictures of cases that were closed as removed, newest first."""
        removed = select(_CASE.c.subject).where(
            _CASE.c.state == CaseState.CLOSED.value, _CASE.c.resolution == Resolution.REMOVED.value
        )
        # The account's own picture is kept with each case too, and was not removed by it.
        own = select(_VERSION.c.id).where(
            _VERSION.c.id == _EVIDENCE.c.version, _VERSION.c.subject == _EVIDENCE.c.subject
        )
        query = _files().where(
            _EVIDENCE.c.subject.in_(removed),
            _EVIDENCE.c.kind == EvidenceKind.PICTURE.value,
            _EVIDENCE.c.picture_hash != "",
            own.exists(),
        )
        with self._reading() as connection:
            rows = connection.execute(query.order_by(_EVIDENCE.c.id.desc())).mappings()
            return [_file(row) for row in rows]

    def to_purge(self) -> list[tuple[NoCopyingValue, tuple[KeptFile, ...]]]:
        """Return each stopped subject of which media are still recorded, with all its files."""
        with self._reading() as connection:
            found = []
            for row in connection.execute(select(_STOPPED).order_by(_STOPPED.c.at)).all():
                query = _files().where(media_of(row.subject)).order_by(_EVIDENCE.c.id)
                files = tuple(_file(one) for one in connection.execute(query).mappings())
                if files:
                    found.append((_stopped(row), files))
            return found

    def holds(self, *, released: bool = False) -> list[HoldValue]:
        """Return the holds that hold, oldest first; with ``released`` also those that did."""
        query = select(_HOLD).order_by(_HOLD.c.id)
        if not released:
            query = query.where(_HOLD.c.released_at.is_(None))
        with self._reading() as connection:
            return [_hold(row) for row in connection.execute(query).mappings()]


def preserved_in(connection: Connection, case: CaseId) -> Preserved:
    """Return what is kept of a case's subject, as a connection sees it."""
    subject = select(_CASE.c.subject).where(_CASE.c.id == case).scalar_subquery()
    files = _files().where(_EVIDENCE.c.subject == subject)
    ordered = files.order_by(_EVIDENCE.c.kind, _EVIDENCE.c.id)
    unkept = select(_UNKEPT).where(_UNKEPT.c.subject == subject).order_by(_UNKEPT.c.place)
    stopped = connection.execute(select(_STOPPED).where(_STOPPED.c.subject == subject)).first()
    return Preserved(
        files=tuple(_file(row) for row in connection.execute(ordered).mappings()),
        unkept=tuple(
            UnkeptValue(
                place=row.place,
                name=row.name,
                version=None if row.version is None else VersionId(row.version),
                why=row.why,
                is_final=row.is_final,
                attempts=row.attempts,
                at=row.at,
                next_at=row.next_at,
            )
            for row in connection.execute(unkept)
        ),
        stopped=None if stopped is None else _stopped(stopped),
    )


# --- what is due -----------------------------------------------------------------------------


def _is_stopped(subject: ColumnElement[int]) -> ColumnElement[bool]:
    return select(_STOPPED.c.subject).where(_STOPPED.c.subject == subject).exists()


def _is_due(as_of: datetime) -> ColumnElement[bool]:
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
    return or_(answered, pictured, again, faced & ~_has_face())


def _has_answer() -> ColumnElement[bool]:
    return (
        select(_EVIDENCE.c.id)
        .where(
            _EVIDENCE.c.subject == _CASE.c.subject,
            _EVIDENCE.c.version == _RAW.c.version,
            _EVIDENCE.c.kind == EvidenceKind.ANSWER.value,
        )
        .exists()
    )


def _has_face() -> ColumnElement[bool]:
    return (
        select(_EVIDENCE.c.id)
        .where(_EVIDENCE.c.case == _CASE.c.id, _EVIDENCE.c.kind == EvidenceKind.PROFILE.value)
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
    return ~kept.exists() & ~waits.exists()


def _to_preserve(connection: Connection, row: RowMapping, *, as_of: datetime) -> ToPreserve:
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
    face = _face(connection, row["account"], row["opened_at"])
    of_these = [_VERSION.c.subject == subject]
    if face is not None:
        of_these.append(_VERSION.c.id == face.version)
    return ToPreserve(
        case=CaseId(case),
        account=AccountId(row["account"]),
        subject=SubjectId(subject),
        subject_kind=SubjectKind(row["kind"]),
        opened_at=row["opened_at"],
        answers=tuple(VersionId(one) for one in connection.execute(answers).scalars()),
        pictures=_addresses(
            connection, or_(*of_these), _may_be_fetched(subject, as_of), subject=subject
        ),
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


def _face(connection: Connection, account: str, opened_at: datetime) -> Face | None:
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


# --- rows ------------------------------------------------------------------------------------


def _files() -> Select[Any]:
    entry = (
        select(func.max(_CONTENT.c.number))
        .where(_CONTENT.c.source == "evidence", _CONTENT.c.source_id == _EVIDENCE.c.id)
        .scalar_subquery()
    )
    return select(_EVIDENCE, func.coalesce(entry, 0).label("entry"))


def _file(row: RowMapping) -> KeptFile:
    return KeptFile(
        id=EvidenceId(row["id"]),
        case=CaseId(row["case"]),
        subject=SubjectId(row["subject"]),
        version=None if row["version"] is None else VersionId(row["version"]),
        kind=EvidenceKind(row["kind"]),
        place=row["place"],
        name=row["name"],
        sha256=row["sha256"],
        size=row["size"],
        media_type=row["media_type"],
        width=row["width"],
        height=row["height"],
        picture_hash=row["picture_hash"],
        origin=row["origin"],
        by=row["by"],
        at=row["at"],
        entry=row["entry"],
    )


def _stopped(row: Row[Any]) -> NoCopyingValue:
    return NoCopyingValue(
        case=CaseId(row.case), at=row.at, by=row.by, because=row.because, purged=row.purged
    )


def _hold(row: RowMapping) -> HoldValue:
    return HoldValue(
        id=HoldId(row["id"]),
        reason=HoldReason(row["reason"]),
        case=None if row["case"] is None else CaseId(row["case"]),
        account=None if row["account"] is None else AccountId(row["account"]),
        since=row["since"],
        until=row["until"],
        because=row["because"],
        by=row["by"],
        at=row["at"],
        released_at=row["released_at"],
        released_by=row["released_by"],
        released_because=row["released_because"],
    )
