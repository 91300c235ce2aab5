"""The post itself: mails that came back, what works and what does not, what is folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from config.types import BounceAction, CaseId, MailKind, Sign
from storage.columns import plain
from storage.sql.base import Desk, exists
from storage.sql.mails import whole_mails
from storage.sql.stepping import Steps
from storage.tables import Bounce, Outbox
from storage.tables import Folded as FoldedRow
from storage.tables import SignOfLife as SignRow
from storage.values import Bounced, Folded, OutboxMail, SignOfLife

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.values import NewBounce

_OUTBOX = Outbox.__table__
_BOUNCE = Bounce.__table__
_SIGN = SignRow.__table__
_FOLDED = FoldedRow.__table__


class Post(Desk):
    """The part of the repository that knows how the post fares."""

    def mail_named(self, message_id: str) -> OutboxMail | None:
        """Return the mail with a Message-ID (angle brackets included), or None."""
        query = select(_OUTBOX).where(_OUTBOX.c.message_id == plain(message_id)).limit(1)
        with self._reading() as connection:
            found = whole_mails(connection, connection.execute(query).mappings().all())
        return found[0] if found else None

    def bounces(self, *, since: datetime | None = None, limit: int = 100) -> list[Bounced]:
        """Return what came back or is late after an instant, oldest first."""
        query = (
            select(_BOUNCE, _OUTBOX.c.key, _OUTBOX.c.kind, _OUTBOX.c.created_at)
            .join(_OUTBOX, _OUTBOX.c.id == _BOUNCE.c.mail)
            .order_by(_BOUNCE.c.at, _BOUNCE.c.id)
            .limit(limit)
        )
        if since is not None:
            query = query.where(_BOUNCE.c.at > since)
        with self._reading() as connection:
            return [
                Bounced(
                    key=row["key"],
                    kind=MailKind(row["kind"]),
                    mailed_at=row["created_at"],
                    address=row["address"],
                    action=BounceAction(row["action"]),
                    status=row["status"],
                    at=row["at"],
                )
                for row in connection.execute(query).mappings()
            ]

    def signs(self) -> dict[Sign, SignOfLife]:
        """Return what the house leans on, as far as it was ever tried."""
        with self._reading() as connection:
            rows = connection.execute(select(_SIGN)).mappings().all()
        return {
            Sign(row["name"]): SignOfLife(
                name=Sign(row["name"]),
                good_at=row["good_at"],
                failing_since=row["failing_since"],
                what=row["what"],
            )
            for row in rows
        }

    def folded(self) -> list[Folded]:
        """Return what waits for the mail that lists it, oldest first."""
        query = select(_FOLDED).where(_FOLDED.c.told_by.is_(None))
        with self._reading() as connection:
            rows = connection.execute(query.order_by(_FOLDED.c.at, _FOLDED.c.key)).mappings()
            return [Folded(key=row["key"], case=CaseId(row["case"]), at=row["at"]) for row in rows]

    def is_folded(self, key: str) -> bool:
        """Return whether something urgent was ever folded under this key."""
        with self._reading() as connection:
            return exists(connection, select(_FOLDED.c.key).where(_FOLDED.c.key == plain(key)))

    def urgent_keys(self, *, since: datetime, until: datetime) -> tuple[str, ...]:
        """Return the keys of the urgent mails made after one instant and up to another."""
        query = select(_OUTBOX.c.key).where(
            _OUTBOX.c.kind == MailKind.URGENT.value,
            _OUTBOX.c.created_at > since,
            _OUTBOX.c.created_at <= until,
        )
        with self._reading() as connection:
            return tuple(connection.execute(query.order_by(_OUTBOX.c.id)).scalars())


class PostSteps(Steps):
    """What is written of the post."""

    def add_bounce(self, bounce: NewBounce, *, at: datetime) -> bool:
        """Note that a mail came back or is late; False if this was noted before."""
        key = {
            "mail": bounce.mail,
            "address": plain(bounce.address),
            "action": bounce.action.value,
        }
        is_this = select(_BOUNCE.c.id).filter_by(**key)
        if exists(self._connection, is_this):
            return False
        values = {**key, "status": plain(bounce.status)}
        number = self._add(_BOUNCE, {**values, "at": at})
        kind = "mail came back" if bounce.action is BounceAction.FAILED else "mail is late"
        self._chain.add(kind, f"mail:{bounce.mail}", at=at, facts={**values, "bounce": number})
        return True

    def put_sign(self, name: Sign, *, is_good: bool, at: datetime, what: str = "") -> None:
        """Note that something the house leans on works, or does not; no ledger entry."""
        is_this = _SIGN.c.name == name.value
        known = self._connection.execute(select(_SIGN).where(is_this)).mappings().first()
        since = None if known is None else known["failing_since"]
        values = {
            "good_at": at if is_good else (None if known is None else known["good_at"]),
            "failing_since": None if is_good else (since or at),
            "what": plain(what),
        }
        if known is None:
            self._connection.execute(insert(_SIGN).values(name=name.value, **values))
        else:
            self._connection.execute(update(_SIGN).where(is_this).values(**values))

    def fold(self, key: str, case: CaseId, *, at: datetime) -> bool:
        """Keep something urgent for the mail that lists it; False if it is kept or was told."""
        if exists(self._connection, select(_FOLDED.c.key).where(_FOLDED.c.key == plain(key))):
            return False
        values = {"key": plain(key), "case": case, "at": at}
        self._connection.execute(insert(_FOLDED).values(**values, told_by=None))
        facts = {"key": values["key"], "case": case}
        self._chain.add("urgent folded", f"case:{case}", at=at, facts=facts)
        return True

    def unfold(self, keys: Sequence[str], *, told_by: str) -> None:
        """Note which mail lists what was folded; empty: nothing about it is urgent any more."""
        for key in keys:
            is_this = (_FOLDED.c.key == plain(key)) & _FOLDED.c.told_by.is_(None)
            self._connection.execute(update(_FOLDED).where(is_this).values(told_by=told_by))
