"""The outbox: mails until every recipient's server has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from config.errors import StorageError
from config.types import (
    BounceAction,
    MailId,
    MailKind,
    RecipientState,
)
from storage.sql.base import Desk, exists, in_lots
from storage.tables import Bounce, Outbox, OutboxRecipient
from storage.tables import Standstill as StandstillRow
from storage.values import OutboxMail, Recipient, Standstill

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

_OUTBOX = Outbox.__table__
_RECIPIENT = OutboxRecipient.__table__
_BOUNCE = Bounce.__table__
_STANDSTILL = StandstillRow.__table__
_STANDING_STILL = select(_STANDSTILL).where(_STANDSTILL.c.ended_at.is_(None))


class Mails(Desk):
    """The part of the repository that keeps mails until every server has answered."""

    def mail(self, key: str) -> OutboxMail | None:
        """Return the mail with this natural key, or None."""
        with self._reading() as connection:
            query = select(_OUTBOX).where(_OUTBOX.c.key == key)
            found = whole_mails(connection, connection.execute(query).mappings().all())
        return found[0] if found else None

    def mails(
        self, *, due_at: datetime | None = None, kind: MailKind | None = None, limit: int = 100
    ) -> list[OutboxMail]:
        """Return mails, oldest first; with ``due_at`` those with a queued recipient due then."""
        query = select(_OUTBOX).order_by(_OUTBOX.c.created_at, _OUTBOX.c.id).limit(limit)
        if kind is not None:
            query = query.where(_OUTBOX.c.kind == kind.value)
        if due_at is not None:
            waiting = select(_RECIPIENT.c.mail).where(
                _RECIPIENT.c.state == RecipientState.QUEUED.value, _RECIPIENT.c.next_at <= due_at
            )
            query = query.where(_OUTBOX.c.id.in_(waiting))
        with self._reading() as connection:
            return whole_mails(connection, connection.execute(query).mappings().all())

    def refused_since(self, since: datetime) -> list[OutboxMail]:
        """Return mails made since then that a server refused for good for somebody."""
        refused = select(_RECIPIENT.c.mail).where(
            _RECIPIENT.c.state == RecipientState.REFUSED.value
        )
        query = (
            select(_OUTBOX)
            .where(_OUTBOX.c.created_at >= since, _OUTBOX.c.id.in_(refused))
            .order_by(_OUTBOX.c.created_at, _OUTBOX.c.id)
        )
        with self._reading() as connection:
            return whole_mails(connection, connection.execute(query).mappings().all())

    def standstill(self) -> Standstill | None:
        """Return since when no mail leaves, and why; None: they leave."""
        with self._reading() as connection:
            row = connection.execute(_STANDING_STILL).mappings().first()
        return None if row is None else Standstill(at=row["at"], by=row["by"], why=row["why"])

    def claim_mail(self, mail: MailId, *, owner: str, until: datetime, now: datetime) -> bool:
        """Take the right to offer a mail to a server; False while another holds it."""
        is_free = _OUTBOX.c.claimed_until.is_(None) | (_OUTBOX.c.claimed_until <= now)
        claim = update(_OUTBOX).where(_OUTBOX.c.id == mail, is_free)
        with self._writing() as (connection, _):
            if exists(connection, _STANDING_STILL):
                return False
            taken = connection.execute(claim.values(claimed_by=owner, claimed_until=until))
            return taken.rowcount == 1

    def release_mail(self, mail: MailId, *, owner: str) -> None:
        """Give the right back; nothing happens if it is not held by ``owner``."""
        is_mine = (_OUTBOX.c.id == mail) & (_OUTBOX.c.claimed_by == owner)
        with self._writing() as (connection, _):
            connection.execute(
                update(_OUTBOX).where(is_mine).values(claimed_by=None, claimed_until=None)
            )

    def settle_recipient(
        self,
        mail: MailId,
        address: str,
        *,
        accepted: bool,
        at: datetime,
        next_at: datetime | None = None,
        error: str = "",
    ) -> None:
        """Note what one recipient's server said; an accepted one stays accepted."""
        state = RecipientState.ACCEPTED if accepted else RecipientState.REFUSED
        if not accepted and next_at is not None:
            state = RecipientState.QUEUED
        is_this = (_RECIPIENT.c.mail == mail) & (_RECIPIENT.c.address == address)
        with self._writing() as (connection, chain):
            row = connection.execute(select(_RECIPIENT).where(is_this)).first()
            if row is None:
                message = f"mail {mail} has no such recipient"
                raise StorageError(message)
            if row.state == RecipientState.ACCEPTED.value:
                return
            connection.execute(
                update(_RECIPIENT)
                .where(is_this)
                .values(
                    state=state.value,
                    attempts=row.attempts + 1,
                    next_at=next_at or row.next_at,
                    accepted_at=at if accepted else None,
                    last_error=error,
                )
            )
            if state is not RecipientState.QUEUED:
                chain.add(
                    f"mail {state.value}",
                    f"mail:{mail}",
                    at=at,
                    facts={"mail": mail, "address": address, "error": error},
                )


def whole_mails(connection: Connection, rows: Sequence[RowMapping]) -> list[OutboxMail]:
    """Return mails with their recipients, from their rows."""
    people: dict[int, list[Recipient]] = {}
    for lot in in_lots([row["id"] for row in rows]):
        failed = _BOUNCE.c.action == BounceAction.FAILED.value
        returned = select(_BOUNCE.c.mail, _BOUNCE.c.address).where(_BOUNCE.c.mail.in_(lot), failed)
        back = {(row.mail, row.address) for row in connection.execute(returned)}
        query = select(_RECIPIENT).where(_RECIPIENT.c.mail.in_(lot))
        for row in connection.execute(
            query.order_by(_RECIPIENT.c.mail, _RECIPIENT.c.position)
        ).mappings():
            people.setdefault(row["mail"], []).append(
                _recipient(row, is_back=(row["mail"], row["address"]) in back)
            )
    return [
        OutboxMail(
            id=MailId(row["id"]),
            key=row["key"],
            kind=MailKind(row["kind"]),
            message_id=row["message_id"],
            subject=row["subject"],
            body=row["body"],
            created_at=row["created_at"],
            recipients=tuple(people.get(row["id"], ())),
            claimed_by=row["claimed_by"] or "",
        )
        for row in rows
    ]


def _recipient(row: RowMapping, *, is_back: bool) -> Recipient:
    state = RecipientState(row["state"])
    return Recipient(
        address=row["address"],
        state=RecipientState.BOUNCED if is_back and state is RecipientState.ACCEPTED else state,
        attempts=row["attempts"],
        next_at=row["next_at"],
        accepted_at=row["accepted_at"],
        last_error=row["last_error"],
    )
