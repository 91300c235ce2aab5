"""What may be written together: the steps of one transaction, each with its ledger entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from config.errors import StorageError
from config.types import (
    AccountId,
    CaseId,
    CaseState,
    FindingId,
    Origin,
    RecipientState,
    Severity,
    SubjectId,
    VersionId,
)
from storage.columns import plain, plain_values
from storage.sql.base import exists, in_lots, replace_row, upsert
from storage.sql.cases import case_in
from storage.sql.judging import NOT_CLOSED
from storage.sql.sources import event_facts, finding_facts, mail_facts
from storage.tables import (
    Case,
    CaseEvent,
    CaseFinding,
    Finding,
    Outbox,
    OutboxCase,
    OutboxRecipient,
    Poll,
    Quieted,
    RegisterChange,
    Review,
    Version,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection, RowMapping, Table

    from config.types import Resolution, RuleId
    from storage.sql.chain import Chain
    from storage.values import Case as CaseValue
    from storage.values import Finding as FindingValue
    from storage.values import NewMail, PollRow
    from storage.values import Review as ReviewValue

_FINDING = Finding.__table__
_VERSION = Version.__table__
_CASE = Case.__table__
_ON = CaseFinding.__table__
_EVENT = CaseEvent.__table__
_QUIETED = Quieted.__table__
_OUTBOX = Outbox.__table__
_RECIPIENT = OutboxRecipient.__table__
_TOLD = OutboxCase.__table__
_POLL = Poll.__table__
_REVIEW = Review.__table__
_CHANGE = RegisterChange.__table__

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class _Steps:
    """The connection and the chain that every group of steps writes to."""

    def __init__(self, connection: Connection, chain: Chain) -> None:
        """Take what the repository opened."""
        self._connection = connection
        self._chain = chain

    def _add(self, table: Table, values: Mapping[str, Any]) -> int:
        added = self._connection.execute(insert(table).values(**values).returning(table.c.id))
        return int(added.scalar_one())


class FindingSteps(_Steps):
    """Findings and what they were judged under."""

    def add_finding(self, version: VersionId, finding: FindingValue, *, at: datetime) -> FindingId:
        """Store a finding, or revive the withdrawn one of the same key; return its id."""
        rule, digest, basis, context = finding.key()
        query = select(_FINDING).where(
            _FINDING.c.version == version,
            _FINDING.c.rule == rule,
            _FINDING.c.digest == digest,
            _FINDING.c.basis == basis,
            _FINDING.c.context == context,
        )
        known = self._connection.execute(query).mappings().first()
        values = plain_values(_finding_columns(version, finding))
        if known is None:
            new = {**values, "found_at": at, "withdrawn_at": None, "withdrawn_why": ""}
            stored = self._add(_FINDING, new)
        else:
            stored = known["id"]
            is_same = all(known[name] == value for name, value in values.items())
            if is_same and known["withdrawn_at"] is None:
                return FindingId(stored)
            holds = {**values, "withdrawn_at": None, "withdrawn_why": ""}
            self._connection.execute(
                update(_FINDING).where(_FINDING.c.id == stored).values(**holds)
            )
        self._chain.point(
            "finding added",
            at=at,
            source="finding",
            source_id=stored,
            facts=finding_facts(values),
        )
        return FindingId(stored)

    def withdraw_finding(self, finding: FindingId, *, why: str, at: datetime) -> None:
        """Say that a finding no longer holds; it is kept. A second call changes nothing."""
        is_this = _FINDING.c.id == finding
        if not exists(self._connection, select(_FINDING.c.id).where(is_this)):
            message = f"finding {finding} does not exist"
            raise StorageError(message)
        changed = self._connection.execute(
            update(_FINDING)
            .where(is_this, _FINDING.c.withdrawn_at.is_(None))
            .values(withdrawn_at=at, withdrawn_why=why)
        )
        if changed.rowcount:
            facts = {"finding": finding, "why": why}
            self._chain.add("finding withdrawn", f"finding:{finding}", at=at, facts=facts)

    def mark_judged(self, versions: Sequence[VersionId], *, under: str) -> None:
        """Note the digest these versions were judged with."""
        for lot in in_lots(versions):
            self._connection.execute(
                update(_VERSION).where(_VERSION.c.id.in_(list(lot))).values(judged_under=under)
            )


class CaseSteps(_Steps):
    """The life of cases, and decisions that keep a rule quiet."""

    def open_case(
        self,
        subject: SubjectId,
        *,
        severity: Severity,
        history: bool,
        due_at: datetime,
        at: datetime,
        by: str,
        because: str = "",
    ) -> CaseId:
        """Open a case on a subject, or return the one that is open on it already."""
        query = select(_CASE.c.id).where(_CASE.c.subject == subject, NOT_CLOSED)
        standing = self._connection.execute(query).scalar_one_or_none()
        if standing is not None:
            return CaseId(standing)
        case = self._add(
            _CASE,
            {
                "subject": subject,
                "state": CaseState.OPEN.value,
                "resolution": None,
                "severity": severity.value,
                "history": history,
                "opened_at": at,
                "due_at": due_at,
                "closed_at": None,
            },
        )
        self._event(case, at=at, by=by, what="opened", was=None, to=CaseState.OPEN, because=because)
        return CaseId(case)

    def attach(self, case: CaseId, finding: FindingId) -> None:
        """Put a finding on a case; a second call changes nothing."""
        statement = upsert(self._connection, _ON).values(case=case, finding=finding)
        self._connection.execute(statement.on_conflict_do_nothing())

    def raise_severity(self, case: CaseId, severity: Severity, *, due_at: datetime) -> None:
        """Make a case more serious and its deadline earlier; never the other way."""
        row = self._row(case)
        is_worse = _RANKS[severity] < _RANKS[Severity(row["severity"])]
        self._connection.execute(
            update(_CASE)
            .where(_CASE.c.id == case)
            .values(
                severity=severity.value if is_worse else row["severity"],
                due_at=min(due_at, row["due_at"]),
            )
        )

    def case(self, case: CaseId) -> CaseValue:
        """Return a case as it stands inside this transaction.

        Raises:
            StorageError: There is no such case.
        """
        found = case_in(self._connection, case)
        if found is None:
            raise StorageError(f"there is no case {case}")
        return found

    def step_case(
        self,
        case: CaseId,
        *,
        to: CaseState,
        resolution: Resolution | None,
        by: str,
        because: str,
        what: str,
        at: datetime,
    ) -> None:
        """Move a case to a state and write the event; the caller has checked the state table."""
        row = self._row(case)
        is_closed = to is CaseState.CLOSED
        if is_closed != (resolution is not None):
            message = f"case {case}: a resolution belongs to closing, and only to it"
            raise StorageError(message)
        if not is_closed and row["state"] == CaseState.CLOSED.value:
            self._refuse_second(case, row["subject"])
        self._connection.execute(
            update(_CASE)
            .where(_CASE.c.id == case)
            .values(
                state=to.value,
                resolution=None if resolution is None else resolution.value,
                closed_at=at if is_closed else None,
            )
        )
        was = CaseState(row["state"])
        self._event(case, at=at, by=by, what=what, was=was, to=to, because=because)

    def quiet(
        self,
        account: AccountId,
        rule: RuleId,
        *,
        words_hash: str,
        until: date | None,
        case: CaseId | None,
        by: str,
        because: str,
        at: datetime,
    ) -> None:
        """Keep a rule quiet on an account from now on; a newer decision replaces an older."""
        values = {"until": until, "case": case, "by": by, "because": because}
        key = {"account": account, "rule": rule, "words_hash": words_hash}
        is_this = (
            (_QUIETED.c.account == account)
            & (_QUIETED.c.rule == rule)
            & (_QUIETED.c.words_hash == words_hash)
        )
        known = self._connection.execute(select(_QUIETED).where(is_this)).mappings().first()
        if known is None:
            self._add(_QUIETED, {**key, **values, "at": at})
        elif all(known[name] == value for name, value in values.items()):
            return
        else:
            self._connection.execute(update(_QUIETED).where(is_this).values(**values, at=at))
        self._chain.add(
            "decided",
            f"account:{account}",
            at=at,
            facts={**key, **values, "until": None if until is None else until.isoformat()},
        )

    def _row(self, case: CaseId) -> RowMapping:
        row = self._connection.execute(select(_CASE).where(_CASE.c.id == case)).mappings().first()
        if row is None:
            message = f"case {case} does not exist"
            raise StorageError(message)
        return row

    def _refuse_second(self, case: CaseId, subject: int) -> None:
        query = select(_CASE.c.id).where(_CASE.c.subject == subject, NOT_CLOSED)
        other = self._connection.execute(query).scalar_one_or_none()
        if other is not None:
            message = f"case {case} cannot be opened again: case {other} is open on the same post"
            raise StorageError(message, remedy=f"Decide case {other} instead")

    def _event(
        self,
        case: int,
        *,
        at: datetime,
        by: str,
        what: str,
        was: CaseState | None,
        to: CaseState,
        because: str,
    ) -> None:
        values = plain_values(
            {
                "case": case,
                "at": at,
                "by": by,
                "what": what,
                "from_state": None if was is None else was.value,
                "to_state": to.value,
                "because": because,
            }
        )
        event = self._add(_EVENT, values)
        self._chain.point(
            "case step", at=at, source="event", source_id=event, facts=event_facts(values)
        )


class MailSteps(_Steps):
    """The outbox."""

    def queue_mail(self, mail: NewMail, *, at: datetime) -> bool:
        """Put finished bytes into the outbox; False if the key is there already."""
        if exists(self._connection, select(_OUTBOX.c.id).where(_OUTBOX.c.key == mail.key)):
            return False
        values = plain_values(
            {
                "key": mail.key,
                "kind": mail.kind.value,
                "message_id": mail.message_id,
                "subject": mail.subject,
                "body": mail.body,
            }
        )
        number = self._add(_OUTBOX, {**values, "created_at": at})
        recipients = list(dict.fromkeys(plain(address) for address in mail.recipients))
        rows = [
            {
                "mail": number,
                "address": address,
                "position": position,
                "state": RecipientState.QUEUED.value,
                "attempts": 0,
                "next_at": at,
                "accepted_at": None,
                "last_error": "",
            }
            for position, address in enumerate(recipients)
        ]
        if rows:
            self._connection.execute(insert(_RECIPIENT), rows)
        if mail.cases:
            told = [{"mail": number, "case": case} for case in dict.fromkeys(mail.cases)]
            self._connection.execute(insert(_TOLD), told)
        self._chain.point(
            "mail queued",
            at=at,
            source="mail",
            source_id=number,
            facts=mail_facts({**values, "recipients": recipients}),
        )
        return True


class RegisterSteps(_Steps):
    """Polls, reviews, what was told, and notes."""

    def put_poll(self, poll: PollRow, *, at: datetime) -> None:
        """Enter or replace a poll by command; every change is a dated ledger entry."""
        columns = _poll_columns(poll) | {
            "origin": Origin.COMMAND.value,
            "notice_origin": Origin.COMMAND.value if poll.notice_on else None,
        }
        self._put_poll("poll entered", columns, by=poll.entered_by, at=at)

    def set_notice(self, poll: PollRow, day: date | None, *, by: str, at: datetime) -> None:
        """Enter the notice of election of a poll (one from the configuration too).

        A day of None takes back what was entered by command.
        """
        if day is None and poll.origin is Origin.CONFIGURATION:
            self._connection.execute(_POLL.delete().where(_POLL.c.id == poll.id))
            facts = {"poll": poll.id, "notice_on": None, "by": by}
            self._chain.add("notice taken back", f"poll:{poll.id}", at=at, facts=facts)
            return
        columns = _poll_columns(poll) | {
            "notice_on": day,
            "notice_origin": None if day is None else Origin.COMMAND.value,
        }
        kind = "notice taken back" if day is None else "notice entered"
        self._put_poll(kind, columns, by=by, at=at)

    def add_review(self, review: ReviewValue) -> None:
        """Note that a person looked at an account by hand; the same twice is one."""
        values = {
            "account": review.account,
            "at": review.at,
            "by": review.by,
            "note": review.note,
        }
        known = select(_REVIEW.c.id).where(
            _REVIEW.c.account == review.account,
            _REVIEW.c.at == review.at,
            _REVIEW.c.by == review.by,
        )
        if exists(self._connection, known):
            return
        self._add(_REVIEW, values)
        self._chain.add(
            "reviewed",
            f"account:{review.account}",
            at=review.at,
            facts={"account": review.account, "by": review.by, "note": review.note},
        )

    def acknowledge_register_changes(self, *, upto: datetime) -> None:
        """Mark register changes as told in a digest."""
        self._connection.execute(
            update(_CHANGE)
            .where(_CHANGE.c.at <= upto, _CHANGE.c.told_at.is_(None))
            .values(told_at=upto)
        )

    def note(self, what: str, *, at: datetime, facts: Mapping[str, str]) -> None:
        """Write one ledger entry that belongs to nothing else."""
        self._chain.add("note", f"note:{what}", at=at, facts={"what": what, "facts": dict(facts)})

    def _put_poll(self, kind: str, columns: dict[str, Any], *, by: str, at: datetime) -> None:
        columns |= {"entered_at": at, "entered_by": by}
        known = (
            self._connection.execute(select(_POLL).where(_POLL.c.id == columns["id"]))
            .mappings()
            .first()
        )
        passing = {"entered_at", "entered_by"}
        if known is not None and all(
            known[name] == value for name, value in columns.items() if name not in passing
        ):
            return
        replace_row(self._connection, _POLL, columns)
        facts = {name: _plain_value(value) for name, value in columns.items()}
        self._chain.add(kind, f"poll:{columns['id']}", at=at, facts=facts)


class SqlTransaction(FindingSteps, CaseSteps, MailSteps, RegisterSteps):
    """Fulfils `storage.repository.Transaction`."""


def _finding_columns(version: VersionId, finding: FindingValue) -> dict[str, Any]:
    return {
        "version": version,
        "clause": finding.clause,
        "topic": finding.topic,
        "rule": finding.rule,
        "digest": finding.digest,
        "severity": finding.severity.value,
        "basis": finding.basis.value,
        "context": finding.context,
        "score": finding.score,
        "spans": [list(span) for span in finding.spans],
        "quote": finding.quote,
        "reason": finding.reason,
        "matched": list(finding.matched),
        "is_masked": finding.is_masked,
    }


def _poll_columns(poll: PollRow) -> dict[str, Any]:
    return {
        "id": poll.id,
        "type": poll.type.value,
        "held_on": poll.held_on,
        "area": poll.area,
        "by_election": poll.by_election,
        "notice_on": poll.notice_on,
        "start": poll.start,
        "end": poll.end,
        "mode": poll.mode.value,
        "status": poll.status.value,
        "origin": poll.origin.value,
        "notice_origin": None if poll.notice_origin is None else poll.notice_origin.value,
        "candidates": list(poll.candidates),
        "handed_over": list(poll.handed_over),
    }


def _plain_value(value: object) -> object:
    """Return what JSON holds; instants and days in ISO form."""
    return value.isoformat() if hasattr(value, "isoformat") else value
