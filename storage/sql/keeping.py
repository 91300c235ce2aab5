"""What is written about evidence: files kept and refused, copying stopped, holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, or_, select, update

from config.errors import StorageError
from config.types import EvidenceId, EvidenceKind, HoldId
from storage.columns import plain, plain_values, to_microseconds
from storage.sql.base import exists, replace_row
from storage.sql.sources import evidence_facts
from storage.sql.stepping import Steps
from storage.tables import (
    Case,
    Evidence,
    Hold,
    LedgerContent,
    NoCopying,
    PictureAddress,
    Unkept,
    Version,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from config.types import CaseId
    from storage.values import NewEvidence, NewHold
    from storage.values import Unkept as UnkeptValue

_CASE = Case.__table__
_EVIDENCE = Evidence.__table__
_UNKEPT = Unkept.__table__
_ADDRESS = PictureAddress.__table__
_STOPPED = NoCopying.__table__
_HOLD = Hold.__table__
_VERSION = Version.__table__
_CONTENT = LedgerContent.__table__

MEDIA = (EvidenceKind.PICTURE.value, EvidenceKind.ATTACHMENT.value)
"""Kinds that copying which is stopped takes away; words are kept: they are no picture."""


def media_of(subject: int) -> ColumnElement[bool]:
    """Return which rows are media of a subject, or the same bytes kept for another."""
    own = select(_EVIDENCE.c.sha256).where(
        _EVIDENCE.c.subject == subject, _EVIDENCE.c.kind.in_(MEDIA)
    )
    return _EVIDENCE.c.kind.in_(MEDIA) & or_(
        _EVIDENCE.c.subject == subject, _EVIDENCE.c.sha256.in_(own)
    )


class EvidenceSteps(Steps):
    """Evidence and holds, each step with its ledger entry."""

    def add_evidence(
        self, case: CaseId, evidence: NewEvidence, *, at: datetime
    ) -> EvidenceId | None:
        """Record a kept file; see `storage.contract.evidence`."""
        subject = self._subject(case)
        is_media = evidence.kind.value in MEDIA
        if is_media and exists(self._connection, _stop_of(subject)):
            return None
        values = plain_values(
            {
                "case": case,
                "subject": subject,
                "version": evidence.version,
                "kind": evidence.kind.value,
                "place": evidence.place,
                "name": evidence.name,
                "sha256": evidence.sha256,
                "size": evidence.size,
                "media_type": evidence.media_type,
                "width": evidence.width,
                "height": evidence.height,
                "picture_hash": evidence.picture_hash,
                "origin": evidence.origin,
                "by": evidence.by,
                "at": at,
            }
        )
        known = select(_EVIDENCE.c.id).where(
            *(_EVIDENCE.c[name] == values[name] for name in ("subject", "kind", "place", "sha256"))
        )
        standing = self._connection.execute(known).scalar_one_or_none()
        self._connection.execute(
            delete(_UNKEPT).where(_UNKEPT.c.subject == subject, _UNKEPT.c.place == values["place"])
        )
        if standing is not None:
            return EvidenceId(standing)
        number = self._add(_EVIDENCE, values)
        self._chain.point(
            "evidence kept",
            at=at,
            source="evidence",
            source_id=number,
            facts=evidence_facts(values),
        )
        return EvidenceId(number)

    def add_unkept(self, case: CaseId, unkept: UnkeptValue) -> None:
        """Note what was not kept; see `storage.contract.evidence`."""
        subject = self._subject(case)
        values = plain_values(
            {
                "subject": subject,
                "place": unkept.place,
                "case": case,
                "version": unkept.version,
                "name": unkept.name,
                "why": unkept.why,
                "is_final": unkept.is_final,
                "attempts": unkept.attempts,
                "at": unkept.at,
                "next_at": unkept.next_at,
            }
        )
        is_this = (_UNKEPT.c.subject == subject) & (_UNKEPT.c.place == values["place"])
        was_final = exists(
            self._connection, select(_UNKEPT.c.place).where(is_this, _UNKEPT.c.is_final)
        )
        replace_row(self._connection, _UNKEPT, values)
        if unkept.is_final and not was_final:
            facts = {name: values[name] for name in ("case", "version", "place", "name", "why")}
            self._chain.add("evidence refused", f"case:{case}", at=unkept.at, facts=facts)

    def stop_copying(self, case: CaseId, *, by: str, because: str, at: datetime) -> bool:
        """Say that keeping copies is unlawful; see `storage.contract.evidence`."""
        subject = self._subject(case)
        if exists(self._connection, _stop_of(subject)):
            return False
        facts = plain_values({"case": case, "by": by, "because": because})
        self._connection.execute(insert(_STOPPED).values(subject=subject, at=at, purged=0, **facts))
        self._forget_addresses(subject)
        self._chain.add("copying stopped", f"case:{case}", at=at, facts=facts)
        return True

    def forget_evidence(self, case: CaseId, *, at: datetime) -> int:
        """Take away what stands about a stopped subject's media."""
        subject = self._subject(case)
        if not exists(self._connection, _stop_of(subject)):
            message = f"case {case}: copying was not stopped"
            raise StorageError(message)
        chosen = select(_EVIDENCE.c.id, _EVIDENCE.c.case).where(media_of(subject))
        rows = self._connection.execute(chosen).all()
        self._forget_addresses(subject)
        self._connection.execute(delete(_UNKEPT).where(_UNKEPT.c.subject == subject))
        if not rows:
            return 0
        ids = [row.id for row in rows]
        self._connection.execute(
            delete(_CONTENT).where(_CONTENT.c.source == "evidence", _CONTENT.c.source_id.in_(ids))
        )
        self._connection.execute(delete(_EVIDENCE).where(_EVIDENCE.c.id.in_(ids)))
        self._connection.execute(
            update(_STOPPED)
            .where(_STOPPED.c.subject == subject)
            .values(purged=_STOPPED.c.purged + len(ids))
        )
        facts = {"case": case, "files": len(ids), "of_cases": sorted({row.case for row in rows})}
        self._chain.add("evidence purged", f"case:{case}", at=at, facts=facts)
        return len(ids)

    def add_hold(self, hold: NewHold, *, at: datetime) -> HoldId:
        """Put a hold; see `storage.contract.evidence`."""
        scope = {
            "reason": hold.reason.value,
            "case": hold.case,
            "account": hold.account,
            "since": hold.since,
            "until": hold.until,
            "because": plain(hold.because),
        }
        same = (_HOLD.c[name].is_not_distinct_from(value) for name, value in scope.items())
        query = select(_HOLD.c.id).where(_HOLD.c.released_at.is_(None), *same)
        standing = self._connection.execute(query.order_by(_HOLD.c.id)).scalars().first()
        if standing is not None:
            return HoldId(standing)
        number = self._add(_HOLD, {**scope, "by": plain(hold.by), "at": at, "released_because": ""})
        facts = {**scope, "hold": number, "by": plain(hold.by)}
        self._chain.add("hold put", f"hold:{number}", at=at, facts=_in_json(facts))
        return HoldId(number)

    def release_hold(self, hold: HoldId, *, by: str, because: str, at: datetime) -> bool:
        """Release a hold; see `storage.contract.evidence`."""
        if not exists(self._connection, select(_HOLD.c.id).where(_HOLD.c.id == hold)):
            message = f"there is no hold {hold}"
            raise StorageError(message)
        released = self._connection.execute(
            update(_HOLD)
            .where(_HOLD.c.id == hold, _HOLD.c.released_at.is_(None))
            .values(released_at=at, released_by=by, released_because=because)
        )
        if not released.rowcount:
            return False
        facts = plain_values({"hold": hold, "by": by, "because": because})
        self._chain.add("hold released", f"hold:{hold}", at=at, facts=facts)
        return True

    def _subject(self, case: CaseId) -> int:
        query = select(_CASE.c.subject).where(_CASE.c.id == case)
        subject: int | None = self._connection.execute(query).scalar_one_or_none()
        if subject is None:
            message = f"case {case} does not exist"
            raise StorageError(message)
        return subject

    def _forget_addresses(self, subject: int) -> None:
        versions = select(_VERSION.c.id).where(_VERSION.c.subject == subject)
        self._connection.execute(delete(_ADDRESS).where(_ADDRESS.c.version.in_(versions)))


def _stop_of(subject: int) -> Any:
    return select(_STOPPED.c.subject).where(_STOPPED.c.subject == subject)


def _in_json(facts: dict[str, Any]) -> dict[str, Any]:
    """Return what JSON holds; instants in microseconds, as everywhere in the ledger."""
    return {
        name: to_microseconds(value) if hasattr(value, "tzinfo") else value
        for name, value in facts.items()
    }
