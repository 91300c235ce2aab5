"""What else one transaction may hold: mails, polls, reviews, notes, each with its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from config.types import (
    MailKind,
    RecipientState,
)
from storage.columns import plain, plain_values, to_microseconds
from storage.sql.base import exists
from storage.sql.sources import mail_facts
from storage.sql.stepping import Steps
from storage.tables import (
    Attestation,
    CredentialGrant,
    Outbox,
    OutboxCase,
    OutboxRecipient,
    Poll,
    RegisterChange,
    Review,
    Standstill,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from storage.values import Attestation as AttestationValue
    from storage.values import Grant, NewMail
    from storage.values import Review as ReviewValue

_OUTBOX = Outbox.__table__
_RECIPIENT = OutboxRecipient.__table__
_TOLD = OutboxCase.__table__
_POLL = Poll.__table__
_REVIEW = Review.__table__
_GRANT = CredentialGrant.__table__
_ATTESTATION = Attestation.__table__
_CHANGE = RegisterChange.__table__
_STANDSTILL = Standstill.__table__


class MailSteps(Steps):
    """The outbox."""

    def queue_mail(
        self, mail: NewMail, *, at: datetime, not_before: datetime | None = None
    ) -> bool:
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
                "next_at": not_before or at,
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

    def hasten_mails(self, *, at: datetime, until: datetime) -> int:
        """Let urgent mails go that wait; see `Transaction`."""
        urgent = select(_OUTBOX.c.id).where(_OUTBOX.c.kind == MailKind.URGENT.value)
        moved = self._connection.execute(
            update(_RECIPIENT)
            .where(
                _RECIPIENT.c.state == RecipientState.QUEUED.value,
                _RECIPIENT.c.next_at > at,
                _RECIPIENT.c.next_at <= until,
                _RECIPIENT.c.attempts == 0,
                _RECIPIENT.c.mail.in_(urgent),
            )
            .values(next_at=at)
        )
        return int(moved.rowcount)

    def cancel_mail(self, key: str, *, why: str, at: datetime) -> bool:
        """Stop a mail for everybody whose server has not answered; see `Transaction`."""
        query = select(_OUTBOX.c.id, _OUTBOX.c.claimed_until).where(_OUTBOX.c.key == key)
        mail = self._connection.execute(query).first()
        if mail is None or (mail.claimed_until is not None and mail.claimed_until > at):
            return False
        is_queued = (_RECIPIENT.c.mail == mail.id) & (
            _RECIPIENT.c.state == RecipientState.QUEUED.value
        )
        stopped = self._connection.execute(
            update(_RECIPIENT).where(is_queued).values(state=RecipientState.CANCELLED.value)
        )
        if stopped.rowcount:
            facts = {"mail": mail.id, "why": why}
            self._chain.add("mail cancelled", f"mail:{mail.id}", at=at, facts=facts)
        is_out = (_RECIPIENT.c.mail == mail.id) & (
            _RECIPIENT.c.state != RecipientState.CANCELLED.value
        )
        return not exists(self._connection, select(_RECIPIENT.c.mail).where(is_out))


class StandstillSteps(Steps):
    """Holding every mail back, and letting them go."""

    def stand_still(self, *, by: str, why: str, at: datetime) -> bool:
        """Let no mail leave until a person says so; False if none leaves already."""
        if self._still() is not None:
            return False
        values = plain_values({"by": by, "why": why})
        number = self._add(_STANDSTILL, {**values, "at": at})
        self._chain.add("mails held", f"standstill:{number}", at=at, facts=values)
        return True

    def end_standstill(self, *, by: str, at: datetime) -> bool:
        """Let mails leave again; False if they do already."""
        number = self._still()
        if number is None:
            return False
        ended = {"ended_at": at, "ended_by": plain(by)}
        self._connection.execute(
            update(_STANDSTILL).where(_STANDSTILL.c.id == number).values(**ended)
        )
        facts = {"by": ended["ended_by"]}
        self._chain.add("mails released", f"standstill:{number}", at=at, facts=facts)
        return True

    def _still(self) -> int | None:
        query = select(_STANDSTILL.c.id).where(_STANDSTILL.c.ended_at.is_(None))
        number: int | None = self._connection.execute(query).scalar_one_or_none()
        return number


class RegisterSteps(Steps):
    """Reviews, what was told, and notes."""

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

    def add_grant(self, grant: Grant) -> None:
        """Note that a credential was tested and stored; the same twice is one."""
        known = select(_GRANT.c.id).where(
            _GRANT.c.credential == grant.credential, _GRANT.c.at == grant.at
        )
        if exists(self._connection, known):
            return
        values = {
            "credential": grant.credential,
            "account": grant.account,
            "by": grant.by,
            "whose": grant.whose,
        }
        self._add(_GRANT, {**values, "at": grant.at, "expires_at": grant.expires_at})
        ends = to_microseconds(grant.expires_at) if grant.expires_at is not None else None
        self._chain.add(
            "credential stored",
            f"account:{grant.account}",
            at=grant.at,
            facts={**values, "expires_at": ends},
        )

    def add_attestation(self, attestation: AttestationValue) -> None:
        """Note who can log in to an account; the same twice is one."""
        known = select(_ATTESTATION.c.id).where(
            _ATTESTATION.c.account == attestation.account, _ATTESTATION.c.at == attestation.at
        )
        if exists(self._connection, known):
            return
        values = {
            "account": attestation.account,
            "by": attestation.by,
            "logins": [[one.name, one.address, one.organisation] for one in attestation.logins],
            "removed": list(attestation.removed),
            "note": attestation.note,
        }
        self._add(_ATTESTATION, {**values, "at": attestation.at})
        self._chain.add(
            "logins attested", f"account:{attestation.account}", at=attestation.at, facts=values
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
