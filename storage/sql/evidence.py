"""What is kept of a case beside its words, what is due to be kept, and what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case as choose
from sqlalchemy import func, select

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
    VersionId,
)
from storage.sql.base import CHUNK, Desk
from storage.sql.judging import NOT_CLOSED
from storage.sql.keeping import media_of
from storage.sql.preserving import due_of, face_at, is_due, is_stopped
from storage.tables import (
    Case,
    Evidence,
    Hold,
    LedgerContent,
    NoCopying,
    RawPayload,
    Subject,
    Unkept,
    Version,
)
from storage.values import Face, KeptFile, Preserved, ToPreserve
from storage.values import Hold as HoldValue
from storage.values import NoCopying as NoCopyingValue
from storage.values import Unkept as UnkeptValue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection, Row, RowMapping, Select

_CASE = Case.__table__
_SUBJECT = Subject.__table__
_VERSION = Version.__table__
_RAW = RawPayload.__table__
_EVIDENCE = Evidence.__table__
_UNKEPT = Unkept.__table__
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
            .where(NOT_CLOSED, ~is_stopped(_CASE.c.subject), is_due(as_of))
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
                due_of(connection, row, as_of=as_of)
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
            return None if row is None else face_at(connection, row.account, row.opened_at)

    def standing_face(self, account: AccountId, *, as_of: datetime) -> Face | None:
        """Return an account's profile as it was last shown; see `storage.contract.evidence`."""
        with self._reading() as connection:
            return face_at(connection, account, as_of)

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
