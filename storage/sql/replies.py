"""What people answered: mails that came in, mails they may answer, codes that are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from config.errors import StorageError
from config.types import CaseId, MailKind, ReplyOutcome
from storage.columns import plain, plain_values
from storage.sql.base import Desk, exists, in_lots
from storage.sql.stepping import Steps
from storage.tables import Outbox, OutboxCase, OutboxRecipient, Reply, ReplyCode
from storage.values import FOLDED, Offered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Table

    from storage.values import NewReply

_OUTBOX = Outbox.__table__
_TOLD = OutboxCase.__table__
_RECIPIENT = OutboxRecipient.__table__
_REPLY = Reply.__table__
_CODE = ReplyCode.__table__
_WHOLE = (MailKind.DIGEST.value, MailKind.ANSWER.value, MailKind.PAPER.value)
"""Kinds of mail with a code of their own beside those of cases."""


class Replies(Desk):
    """The part of the repository that knows what was answered."""

    def offers(self, case: CaseId | None, *, since: datetime) -> list[Offered]:
        """Return the mails since then that tell of a case; None: those answered as a whole."""
        query = select(_OUTBOX.c.id, _OUTBOX.c.key, _OUTBOX.c.kind, _OUTBOX.c.created_at)
        query = query.where(_OUTBOX.c.created_at >= since).order_by(_OUTBOX.c.id.desc())
        if case is None:
            is_list = _OUTBOX.c.key.startswith(FOLDED)
            query = query.where(_OUTBOX.c.kind.in_(_WHOLE) | is_list)
        else:
            telling = select(_TOLD.c.mail).where(_TOLD.c.case == case)
            query = query.where(_OUTBOX.c.id.in_(telling))
        with self._reading() as connection:
            rows = connection.execute(query).all()
            ids = [row.id for row in rows]
            to = _listed(connection, _RECIPIENT, "address", ids)
            told = _listed(connection, _TOLD, "case", ids)
            used = _listed(connection, _CODE, "number", ids)
        return [
            Offered(
                key=row.key,
                kind=MailKind(row.kind),
                created_at=row.created_at,
                recipients=tuple(to.get(row.id, ())),
                cases=tuple(CaseId(number) for number in told.get(row.id, ())),
                used=frozenset(used.get(row.id, ())),
            )
            for row in rows
        ]

    def has_reply(self, mailbox: str, uid: str) -> bool:
        """Return whether a mail in a mailbox was handled."""
        is_this = (_REPLY.c.mailbox == plain(mailbox)) & (_REPLY.c.uid == plain(uid))
        with self._reading() as connection:
            return exists(connection, select(_REPLY.c.id).where(is_this))

    def has_reply_bytes(self, digest: str) -> bool:
        """Return whether a mail of these very bytes was handled, wherever it lay."""
        with self._reading() as connection:
            return exists(connection, select(_REPLY.c.id).where(_REPLY.c.digest == digest))

    def newest_reply(self, mailbox: str) -> str | None:
        """Return the greatest uid handled in a mailbox, as text; None for none."""
        query = select(func.max(_REPLY.c.uid)).where(_REPLY.c.mailbox == plain(mailbox))
        with self._reading() as connection:
            newest: str | None = connection.execute(query).scalar_one()
        return newest

    def answers(self, sender: str, *, since: datetime) -> int:
        """Return how often a sender was answered without having decided anything."""
        query = (
            select(func.count())
            .select_from(_REPLY)
            .where(
                _REPLY.c.sender == plain(sender),
                _REPLY.c.at >= since,
                _REPLY.c.outcome == ReplyOutcome.ANSWERED.value,
            )
        )
        with self._reading() as connection:
            return int(connection.execute(query).scalar_one())


class ReplySteps(Steps):
    """What is written of an answer, together with what it decided."""

    def add_reply(self, reply: NewReply, *, at: datetime) -> bool:
        """Note what came of a mail that was sent to us; False if it was noted before."""
        is_this = (_REPLY.c.mailbox == plain(reply.mailbox)) & (_REPLY.c.uid == plain(reply.uid))
        if exists(self._connection, select(_REPLY.c.id).where(is_this)):
            return False
        values = plain_values(
            {
                "mailbox": reply.mailbox,
                "uid": reply.uid,
                "digest": reply.digest,
                "sender": reply.sender,
                "outcome": reply.outcome.value,
                "why": reply.why,
            }
        )
        number = self._add(_REPLY, {**values, "case": reply.case, "at": at})
        facts = {**values, "case": reply.case}
        self._chain.add(f"reply {reply.outcome.value}", f"reply:{number}", at=at, facts=facts)
        return True

    def use_code(self, mail: str, number: int, *, at: datetime) -> bool:
        """Use a code of a mail up; False if it was used before."""
        found = select(_OUTBOX.c.id).where(_OUTBOX.c.key == plain(mail))
        offering = self._connection.execute(found).scalar_one_or_none()
        if offering is None:
            raise StorageError(f"there is no mail {mail}")
        is_this = (_CODE.c.mail == offering) & (_CODE.c.number == number)
        if exists(self._connection, select(_CODE.c.mail).where(is_this)):
            return False
        values = {"mail": offering, "number": number, "used_at": at}
        self._connection.execute(insert(_CODE).values(**values))
        return True


def _listed(
    connection: Connection, table: Table, column: str, mails: Sequence[int]
) -> dict[int, list[Any]]:
    """Return one column of the rows that belong to each of some mails."""
    found: dict[int, list[Any]] = {}
    for lot in in_lots(mails):
        query = select(table.c.mail, table.c[column]).where(table.c.mail.in_(lot))
        for mail, value in connection.execute(query.order_by(table.c.mail, table.c[column])):
            found.setdefault(mail, []).append(value)
    return found
