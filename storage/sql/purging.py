"""Purging: finding what may go, and taking it away with all that repeats it."""

from __future__ import annotations

import secrets
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select, update

from config.types import (
    AccountId,
    CaseId,
    CaseState,
    MailKind,
    Outcome,
    RecipientState,
    SubjectId,
    SubjectKind,
    VersionId,
)
from storage.columns import plain
from storage.sql.base import Desk, in_lots
from storage.sql.judging import PURGED
from storage.sql.stepping import Steps
from storage.tables import (
    Account,
    Case,
    CaseEvent,
    Evidence,
    Finding,
    LedgerContent,
    Observation,
    Outbox,
    OutboxCase,
    OutboxRecipient,
    PictureAddress,
    PictureLook,
    PictureReading,
    RawPayload,
    Subject,
    Unkept,
    Version,
)
from storage.tables import PurgeNotice as NoticeRow
from storage.values import OldMail, Purgeable, PurgeNotice
from storage.wall import wall

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

_SUBJECT = Subject.__table__
_VERSION = Version.__table__
_OBSERVATION = Observation.__table__
_FINDING = Finding.__table__
_CASE = Case.__table__
_EVENT = CaseEvent.__table__
_EVIDENCE = Evidence.__table__
_CONTENT = LedgerContent.__table__
_OUTBOX = Outbox.__table__
_TOLD = OutboxCase.__table__
_RECIPIENT = OutboxRecipient.__table__
_NOTICE = NoticeRow.__table__
_PICTURE = PictureReading.__table__
_ACCOUNT = Account.__table__
_LOT = 500
_HASH_BYTES = 32


class Purges(Desk):
    """The part of the repository that knows what may go."""

    def purgeable(self, *, seen_before: datetime) -> Iterator[list[Purgeable]]:
        """Go through versions that are kept and were last seen before, in lots."""
        seen = (
            select(func.max(_OBSERVATION.c.last_at))
            .where(_OBSERVATION.c.version == _VERSION.c.id)
            .scalar_subquery()
        )
        query = (
            select(
                _VERSION.c.id.label("version"),
                _SUBJECT,
                _ACCOUNT.c.platform,
                func.coalesce(seen, _VERSION.c.first_seen_at).label("seen_until"),
            )
            .join(_SUBJECT, _SUBJECT.c.id == _VERSION.c.subject)
            .join(_ACCOUNT, _ACCOUNT.c.id == _SUBJECT.c.account)
            .where(
                _VERSION.c.purged_at.is_(None),
                func.coalesce(seen, _VERSION.c.first_seen_at) <= seen_before,
            )
            .order_by(_VERSION.c.id)
            .limit(_LOT)
        )
        last = 0
        while True:
            with self._reading() as connection:
                rows = connection.execute(query.where(_VERSION.c.id > last)).mappings().all()
                found = _purgeable(connection, rows)
            if not found:
                return
            yield found
            last = found[-1].version

    def purge_notices(self) -> list[PurgeNotice]:
        """Return what was announced and has not gone yet, soonest first."""
        query = (
            select(_NOTICE, _SUBJECT.c.account)
            .join(_SUBJECT, _SUBJECT.c.id == _NOTICE.c.subject)
            .order_by(_NOTICE.c.due_at, _NOTICE.c.subject)
        )
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
            cases = _cases(connection, [row["subject"] for row in rows])
        return [
            PurgeNotice(
                subject=SubjectId(row["subject"]),
                cases=tuple(CaseId(case["id"]) for case in cases.get(row["subject"], ())),
                account=AccountId(row["account"]),
                due_at=row["due_at"],
                why=row["why"],
            )
            for row in rows
        ]

    def old_mails(self, *, before: datetime, limit: int = _LOT) -> list[OldMail]:
        """Return mails without a waiting recipient that are older, or tell of what is purged."""
        waiting = exists().where(
            _RECIPIENT.c.mail == _OUTBOX.c.id, _RECIPIENT.c.state == RecipientState.QUEUED.value
        )
        tells = exists().where(_TOLD.c.mail == _OUTBOX.c.id)
        gone_since = _VERSION.c.purged_at >= _OUTBOX.c.created_at
        told = exists().where(
            _TOLD.c.mail == _OUTBOX.c.id,
            _CASE.c.id == _TOLD.c.case,
            _VERSION.c.subject == _CASE.c.subject,
            gone_since,
        )
        # A paper without a case may quote any post (what a search found).
        quoted = (
            (_OUTBOX.c.kind == MailKind.PAPER.value)
            & ~tells
            & select(_VERSION.c.id).where(gone_since).correlate(_OUTBOX).exists()
        )
        is_orphan = told | quoted
        query = (
            select(_OUTBOX.c.id, _OUTBOX.c.key, _OUTBOX.c.created_at, is_orphan.label("orphan"))
            .where(_OUTBOX.c.body != b"", ~waiting, (_OUTBOX.c.created_at < before) | is_orphan)
            .order_by(_OUTBOX.c.id)
            .limit(limit)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
            ids = [row.id for row in rows]
            cases: dict[int, list[CaseId]] = {}
            for mail, case in connection.execute(
                select(_TOLD.c.mail, _TOLD.c.case).where(_TOLD.c.mail.in_(ids))
            ):
                cases.setdefault(mail, []).append(CaseId(case))
        return [
            OldMail(
                key=row.key,
                cases=tuple(cases.get(row.id, ())),
                created_at=row.created_at,
                is_orphan=bool(row.orphan),
            )
            for row in rows
        ]

    def count_purged(
        self,
        *,
        accounts: Sequence[AccountId] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Return how many versions of a part of history are purged."""
        query = (
            select(func.count())
            .select_from(_VERSION)
            .join(_SUBJECT, _SUBJECT.c.id == _VERSION.c.subject)
            .where(_VERSION.c.purged_at.is_not(None))
        )
        if accounts is not None:
            query = query.where(_VERSION.c.account.in_(list(accounts)))
        if since is not None:
            query = query.where(_SUBJECT.c.published_at >= since)
        if until is not None:
            query = query.where(_SUBJECT.c.published_at < until)
        with self._reading() as connection:
            return int(connection.execute(query).scalar_one())

    def scrub(self) -> bool:
        """Write the database anew and empty its journal; a no-op where neither is a file."""
        with wall(self._place), closing(self._engine.raw_connection()) as raw:
            cursor = raw.cursor()
            if self._engine.dialect.name != "sqlite":
                cursor.execute("VACUUM")  # by its own rules; the administrator sees to the rest
                return True
            indexed = "SELECT 1 FROM sqlite_master WHERE name = 'search_words'"
            if cursor.execute(indexed).fetchone() is not None:
                # Until then single words may still be found in the index's older parts.
                cursor.execute("INSERT INTO search_words(search_words) VALUES ('optimize')")
            cursor.execute("VACUUM")
            is_busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not is_busy


def _purgeable(connection: Connection, rows: Sequence[RowMapping]) -> list[Purgeable]:
    """Put together what is known of versions."""
    subjects = sorted({row["id"] for row in rows})
    readings = _readings(connection, subjects)
    cases = _cases(connection, subjects)
    notices = {
        row.subject: row
        for row in connection.execute(select(_NOTICE).where(_NOTICE.c.subject.in_(subjects)))
    }
    found = []
    for row in rows:
        current, gone_since = readings.get(row["id"], (None, None))
        on = cases.get(row["id"], [])
        is_decided = all(case["state"] == CaseState.CLOSED.value for case in on)
        notice = notices.get(row["id"])
        found.append(
            Purgeable(
                version=VersionId(row["version"]),
                subject=SubjectId(row["id"]),
                subject_kind=SubjectKind(row["kind"]),
                account=AccountId(row["account"]),
                platform=row["platform"],
                author=row["author"],
                url=row["url"],
                published_at=row["published_at"],
                seen_until=row["seen_until"],
                is_current=current == row["version"],
                gone_since=gone_since,
                cases=tuple(CaseId(case["id"]) for case in on),
                is_decided=is_decided,
                closed_at=max(case["closed_at"] for case in on) if on and is_decided else None,
                told_at=notice.told_at if notice else None,
                due_at=notice.due_at if notice else None,
            )
        )
    return found


def _readings(
    connection: Connection, subjects: list[int]
) -> dict[int, tuple[int | None, datetime | None]]:
    """Return by subject the version that was shown last, and since when it has been gone."""
    query = (
        select(
            _OBSERVATION.c.subject,
            _OBSERVATION.c.version,
            _OBSERVATION.c.outcome,
            _OBSERVATION.c.first_at,
        )
        .where(
            _OBSERVATION.c.subject.in_(subjects),
            _OBSERVATION.c.outcome != Outcome.CANNOT_TELL.value,
        )
        .order_by(_OBSERVATION.c.last_at, _OBSERVATION.c.id)
    )
    found: dict[int, tuple[int | None, datetime | None]] = {}
    for row in connection.execute(query):
        shown, gone = found.get(row.subject, (None, None))
        if row.outcome == Outcome.GONE.value:
            found[row.subject] = (shown, gone or row.first_at)
        else:
            found[row.subject] = (row.version, None)
    return found


def _cases(connection: Connection, subjects: list[int]) -> dict[int, list[RowMapping]]:
    found: dict[int, list[RowMapping]] = {}
    for lot in in_lots(subjects):
        query = select(_CASE).where(_CASE.c.subject.in_(lot)).order_by(_CASE.c.id)
        for row in connection.execute(query).mappings():
            found.setdefault(row["subject"], []).append(row)
    return found


class PurgeSteps(Steps):
    """Taking away, each time with its ledger entry."""

    def purge_versions(
        self,
        subject: SubjectId,
        versions: Sequence[VersionId],
        *,
        why: str,
        with_papers: bool,
        forget_author: bool,
        at: datetime,
    ) -> tuple[str, ...]:
        """Take away the words of versions of one post; see `storage.contract.purging`."""
        ids = sorted(versions)
        self._forget_words(ids, at=at)
        kept = select(_VERSION.c.id).where(
            _VERSION.c.subject == subject, _VERSION.c.purged_at.is_(None)
        )
        is_whole = self._connection.execute(kept.limit(1)).first() is None
        files = self._forget_files(subject, ids, is_whole=is_whole)
        if is_whole and with_papers:
            self._forget_papers(subject)
        if forget_author:
            self._forget_author(subject, ids)
        if is_whole:
            self.withdraw_announcement(subject)
        facts = {"subject": subject, "versions": ids, "files": len(files), "why": why}
        self._chain.add("purged", f"subject:{subject}", at=at, facts=facts)
        return files

    def purge_mail(self, key: str, *, why: str, at: datetime) -> bool:
        """Take away the bytes of a mail; see `storage.contract.purging`."""
        waiting = exists().where(
            _RECIPIENT.c.mail == _OUTBOX.c.id, _RECIPIENT.c.state == RecipientState.QUEUED.value
        )
        query = select(_OUTBOX.c.id).where(
            _OUTBOX.c.key == plain(key), _OUTBOX.c.body != b"", ~waiting
        )
        number = self._connection.execute(query).scalar_one_or_none()
        if number is None:
            return False
        self._connection.execute(update(_OUTBOX).where(_OUTBOX.c.id == number).values(body=b""))
        self._forget_salts("mail", [number])
        self._chain.add("mail purged", f"mail:{number}", at=at, facts={"mail": number, "why": why})
        return True

    def announce_purge(
        self, subject: SubjectId, *, why: str, due_at: datetime, at: datetime
    ) -> bool:
        """Note that a post's words go on a day; see `storage.contract.purging`."""
        known = select(_NOTICE.c.subject).where(_NOTICE.c.subject == subject)
        if self._connection.execute(known).first() is not None:
            return False
        values = {"subject": subject, "at": at, "due_at": due_at, "why": plain(why)}
        self._connection.execute(_NOTICE.insert().values(**values, told_at=None))
        return True

    def withdraw_announcement(self, subject: SubjectId) -> None:
        """Forget that a post's words were to go."""
        self._connection.execute(delete(_NOTICE).where(_NOTICE.c.subject == subject))

    def tell_purges(self, *, upto: datetime, at: datetime) -> None:
        """Note that a mail has told what was announced up to then."""
        self._connection.execute(
            update(_NOTICE)
            .where(_NOTICE.c.at <= upto, _NOTICE.c.told_at.is_(None))
            .values(told_at=at)
        )

    def _forget_words(self, ids: list[VersionId], *, at: datetime) -> None:
        """Empty versions and findings, and take away what was kept beside them."""
        connection = self._connection
        observations = select(_OBSERVATION.c.id).where(_OBSERVATION.c.version.in_(ids))
        findings = select(_FINDING.c.id).where(_FINDING.c.version.in_(ids))
        self._forget_salts("observation", list(connection.execute(observations).scalars()))
        self._forget_salts("finding", list(connection.execute(findings).scalars()))
        pictures = select(_PICTURE.c.id).where(_PICTURE.c.version.in_(ids))
        self._forget_salts("picture", list(connection.execute(pictures).scalars()))
        # Shown again, they are read again: as what waits for a new address.
        unread = {"begins": None, "ends": None, "why": "it was purged", "sha256": "", "name": ""}
        connection.execute(
            update(_PICTURE)
            .where(_PICTURE.c.version.in_(ids))
            .values(**unread, is_final=False, attempts=0, at=at, next_at=None)
        )
        for table in (RawPayload, PictureAddress, PictureLook):
            rows: Any = table.__table__
            connection.execute(delete(rows).where(rows.c.version.in_(ids)))
        connection.execute(
            update(_FINDING).where(_FINDING.c.version.in_(ids)).values(quote=None, matched=[])
        )
        connection.execute(
            update(_VERSION)
            .where(_VERSION.c.id.in_(ids))
            .values(text="", beside=None, shown_length=None, purged_at=at, judged_under=PURGED)
        )

    def _forget_files(
        self, subject: SubjectId, ids: list[VersionId], *, is_whole: bool
    ) -> tuple[str, ...]:
        """Take away the rows of kept files; return the names that nobody needs any more."""
        connection = self._connection
        mine = _EVIDENCE.c.subject == subject
        if not is_whole:
            mine &= _EVIDENCE.c.version.in_(ids)
        rows = connection.execute(select(_EVIDENCE.c.id, _EVIDENCE.c.sha256).where(mine)).all()
        self._forget_salts("evidence", [row.id for row in rows])
        connection.execute(delete(_EVIDENCE).where(mine))
        if is_whole:
            unkept: Any = Unkept.__table__
            connection.execute(delete(unkept).where(unkept.c.subject == subject))
        names = sorted({row.sha256 for row in rows})
        needed = select(_EVIDENCE.c.sha256).where(_EVIDENCE.c.sha256.in_(names))
        others = set(connection.execute(needed).scalars())
        return tuple(name for name in names if name not in others)

    def _forget_papers(self, subject: SubjectId) -> None:
        """Take away the reasons of decisions: what was decided, when and by whom stays."""
        cases = select(_CASE.c.id).where(_CASE.c.subject == subject)
        events = select(_EVENT.c.id).where(_EVENT.c.case.in_(cases))
        self._forget_salts("event", list(self._connection.execute(events).scalars()))
        self._connection.execute(update(_EVENT).where(_EVENT.c.case.in_(cases)).values(because=""))

    def _forget_author(self, subject: SubjectId, ids: list[VersionId]) -> None:
        self._connection.execute(
            update(_SUBJECT).where(_SUBJECT.c.id == subject).values(author="", url="")
        )
        for version in ids:
            # Whoever guesses the words could otherwise prove that they were here.
            unknown = secrets.token_hex(_HASH_BYTES)
            self._connection.execute(
                update(_VERSION).where(_VERSION.c.id == version).values(content_hash=unknown)
            )

    def _forget_salts(self, source: str, ids: Sequence[int]) -> None:
        for lot in in_lots(ids):
            self._connection.execute(
                delete(_CONTENT).where(
                    _CONTENT.c.source == source, _CONTENT.c.source_id.in_(list(lot))
                )
            )
