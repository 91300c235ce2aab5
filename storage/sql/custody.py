"""What a case rests on, for its evidence pack: versions, readings, ledger entries with salts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from config.types import Kind, MailKind, Outcome, Reason, RecipientState, VersionId
from storage.columns import canonical, to_microseconds
from storage.ledger import export_note
from storage.sql.base import CHUNK, Desk, in_lots
from storage.sql.cases import case_in
from storage.sql.chain import head_of
from storage.sql.evidence import preserved_in
from storage.sql.preserving import face_at
from storage.sql.rows import words_of
from storage.sql.sources import facts_of
from storage.tables import (
    Account,
    CaseEvent,
    CaseFinding,
    Evidence,
    Ledger,
    LedgerContent,
    Observation,
    Outbox,
    OutboxCase,
    OutboxRecipient,
    PictureReading,
    RawPayload,
    Subject,
    Version,
)
from storage.values import Custody, KeptVersion, LedgerLine, Opened, Stretch, Told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row, RowMapping

    from config.types import CaseId
    from storage.values import Case

_ACCOUNT = Account.__table__
_EVENT = CaseEvent.__table__
_ON = CaseFinding.__table__
_EVIDENCE = Evidence.__table__
_LEDGER = Ledger.__table__
_CONTENT = LedgerContent.__table__
_OBSERVATION = Observation.__table__
_OUTBOX = Outbox.__table__
_TOLD = OutboxCase.__table__
_RECIPIENT = OutboxRecipient.__table__
_PICTURE = PictureReading.__table__
_RAW = RawPayload.__table__
_SUBJECT = Subject.__table__
_VERSION = Version.__table__

_LOT = 5_000
"""Ledger entries read at once; each is about 400 bytes."""


class Custodian(Desk):
    """The part of the repository that shows what a case rests on."""

    def custody(self, case: CaseId) -> Custody | None:
        """Return all that a case rests on, or None for a case that there is not."""
        with self._reading() as connection:
            found = case_in(connection, case)
            if found is None:
                return None
            subject = _subject(connection, found)
            head = head_of(connection)
            return Custody(
                case=found,
                platform=subject["platform"],
                handle=subject["handle"],
                kind=Kind(subject["account_kind"]),
                owner=subject["owner"],
                author=subject["author"],
                parent_id=subject["parent_id"],
                versions=_versions(connection, found),
                stretches=_stretches(connection, found),
                opened=_opened(connection, found),
                told=_mails(connection, found),
                head=head,
                head_at=_written_at(connection, head[0]),
                preserved=preserved_in(connection, found.id),
                face=face_at(connection, found.account, found.opened_at),
            )

    def ledger(self, *, upto: int) -> Iterator[list[LedgerLine]]:
        """Go through the ledger in lots, from the first entry to number ``upto``.

        Entries never change, so lots read at different moments make one chain.
        """
        last = -1
        while True:
            query = (
                select(_LEDGER)
                .where(_LEDGER.c.number > last, _LEDGER.c.number <= upto)
                .order_by(_LEDGER.c.number)
                .limit(_LOT)
            )
            with self._reading() as connection:
                lot = [_line(row) for row in connection.execute(query)]
            if not lot:
                return
            yield lot
            last = lot[-1].number


def _subject(connection: Connection, case: Case) -> RowMapping:
    query = (
        select(
            _ACCOUNT.c.platform,
            _ACCOUNT.c.handle,
            _ACCOUNT.c.kind.label("account_kind"),
            _ACCOUNT.c.owner,
            _SUBJECT.c.author,
            _SUBJECT.c.parent_id,
        )
        .join(_ACCOUNT, _ACCOUNT.c.id == _SUBJECT.c.account)
        .where(_SUBJECT.c.id == case.subject)
    )
    return connection.execute(query).mappings().one()


def _versions(connection: Connection, case: Case) -> tuple[KeptVersion, ...]:
    query = (
        select(_VERSION, _RAW.c.body.label("raw"))
        .join(_RAW, _RAW.c.version == _VERSION.c.id, isouter=True)
        .where(_VERSION.c.subject == case.subject)
        .order_by(_VERSION.c.first_seen_at, _VERSION.c.id)
    )
    return tuple(
        KeptVersion(
            id=VersionId(row["id"]),
            content_hash=row["content_hash"],
            words=words_of(row["text"], row["own_length"], row["is_repost"], row["beside"]),
            shown_from=row["shown_from"],
            first_seen_at=row["first_seen_at"],
            is_first=row["is_first"],
            raw=row["raw"],
        )
        for row in connection.execute(query).mappings()
    )


def _stretches(connection: Connection, case: Case) -> tuple[Stretch, ...]:
    query = (
        select(_OBSERVATION)
        .where(_OBSERVATION.c.subject == case.subject)
        .order_by(_OBSERVATION.c.last_at, _OBSERVATION.c.id)
    )
    return tuple(
        Stretch(
            outcome=Outcome(row.outcome),
            version=None if row.version is None else VersionId(row.version),
            reason=None if row.reason is None else Reason(row.reason),
            detail=row.detail,
            edited_at=row.edited_at,
            first_at=row.first_at,
            last_at=row.last_at,
            readings=row.readings,
        )
        for row in connection.execute(query)
    )


def _mails(connection: Connection, case: Case) -> tuple[Told, ...]:
    query = (
        select(
            _OUTBOX.c.kind,
            _OUTBOX.c.message_id,
            _OUTBOX.c.created_at,
            func.min(_RECIPIENT.c.accepted_at, type_=_RECIPIENT.c.accepted_at.type).label("taken"),
        )
        .join(_TOLD, _TOLD.c.mail == _OUTBOX.c.id)
        .join(
            _RECIPIENT,
            (_RECIPIENT.c.mail == _OUTBOX.c.id)
            & (_RECIPIENT.c.state == RecipientState.ACCEPTED.value),
            isouter=True,
        )
        .where(_TOLD.c.case == case.id)
        .group_by(_OUTBOX.c.id, _OUTBOX.c.kind, _OUTBOX.c.message_id, _OUTBOX.c.created_at)
        .order_by(_OUTBOX.c.created_at, _OUTBOX.c.id)
    )
    return tuple(
        Told(
            kind=MailKind(row.kind),
            message_id=row.message_id,
            created_at=row.created_at,
            accepted_at=row.taken,
        )
        for row in connection.execute(query)
    )


def _written_at(connection: Connection, number: int) -> datetime | None:
    query = select(_LEDGER.c.at).where(_LEDGER.c.number == number)
    return connection.execute(query).scalar_one_or_none()


# --- the case's own entries ------------------------------------------------------------------


def _opened(connection: Connection, case: Case) -> tuple[Opened, ...]:
    """Return the entries that are about the case, each with what it committed to."""
    rows = _entries_of_rows(connection, _rows_of(connection, case))
    rows += _entries_by_reference(connection, case)
    by_number = {row.number: row for row in rows}
    shown = _shown_versions(connection, case)
    contents = _contents(connection, list(by_number.values()))
    return tuple(
        Opened(
            line=_line(row),
            salt=row.salt,
            content=contents.get(number),
            version=shown.get(row.source_id) if row.source == "observation" else None,
            about=row.source or "",
        )
        for number, row in sorted(by_number.items())
    )


def _rows_of(connection: Connection, case: Case) -> dict[str, list[int]]:
    """Return by source the rows that the case is made of."""
    queries = {
        "observation": select(_OBSERVATION.c.id).where(_OBSERVATION.c.subject == case.subject),
        "finding": select(_ON.c.finding).where(_ON.c.case == case.id),
        "event": select(_EVENT.c.id).where(_EVENT.c.case == case.id),
        "mail": select(_TOLD.c.mail).where(_TOLD.c.case == case.id),
        "evidence": select(_EVIDENCE.c.id).where(_EVIDENCE.c.subject == case.subject),
        "picture": select(_PICTURE.c.id)
        .join(_VERSION, _VERSION.c.id == _PICTURE.c.version)
        .where(_VERSION.c.subject == case.subject),
    }
    return {source: list(connection.execute(query).scalars()) for source, query in queries.items()}


def _entries_of_rows(connection: Connection, rows: dict[str, list[int]]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for source, ids in rows.items():
        for lot in in_lots(ids):
            of_these = (_CONTENT.c.source == source) & _CONTENT.c.source_id.in_(lot)
            found += connection.execute(_joined().where(of_these)).all()
    return found


def _entries_by_reference(connection: Connection, case: Case) -> list[Row[Any]]:
    """Return the entries that hold their content themselves and are about the case.

    What was decided for an account names the case only in its content.
    """
    findings = [f"finding:{found.id}" for found in (*case.findings, *case.withdrawn)]
    references = [f"case:{case.id}", f"note:{export_note(case.id)}", *findings]
    found: list[Row[Any]] = []
    for lot in in_lots(references):
        own = _CONTENT.c.source.is_(None) & _LEDGER.c.reference.in_(lot)
        found += connection.execute(_joined().where(own)).all()
    decided = (_LEDGER.c.kind == "decided") & (_LEDGER.c.reference == f"account:{case.account}")
    for row in connection.execute(_joined().where(decided)):
        if row.content is not None and json.loads(row.content).get("case") == case.id:
            found.append(row)
    return found


def _joined() -> Any:
    return select(
        _LEDGER, _CONTENT.c.salt, _CONTENT.c.source, _CONTENT.c.source_id, _CONTENT.c.content
    ).join(_CONTENT, _CONTENT.c.number == _LEDGER.c.number)


def _shown_versions(connection: Connection, case: Case) -> dict[int, VersionId]:
    query = select(_OBSERVATION.c.id, _OBSERVATION.c.version).where(
        _OBSERVATION.c.subject == case.subject, _OBSERVATION.c.version.is_not(None)
    )
    return {row.id: VersionId(row.version) for row in connection.execute(query)}


def _contents(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Return by entry what it committed to; the newest entry of a row speaks for it."""
    contents = {row.number: row.content for row in rows if row.source is None}
    newest: dict[tuple[str, int], int] = {}
    for row in rows:
        if row.source is not None:
            key = (row.source, row.source_id)
            newest[key] = max(row.number, newest.get(key, 0))
    by_source: dict[str, dict[int, int]] = {}
    for (source, source_id), number in newest.items():
        by_source.setdefault(source, {})[source_id] = number
    for source, numbers in by_source.items():
        for lot in in_lots(list(numbers), CHUNK):
            facts = facts_of(connection, source, lot)
            contents.update({numbers[one]: canonical(facts[one]) for one in lot if one in facts})
    return contents


def _line(row: Row[Any]) -> LedgerLine:
    return LedgerLine(
        number=row.number,
        at=to_microseconds(row.at),
        kind=row.kind,
        reference=row.reference,
        commitment=row.commitment,
        previous=row.previous,
        hash=row.hash,
    )
