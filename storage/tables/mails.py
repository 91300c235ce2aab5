"""Rows of the outbox and of polls."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from config.types import (
    SERVER_STATES,
    MailKind,
    Origin,
    PollStatus,
    PollType,
    ReplyOutcome,
    WindowMode,
)
from storage.columns import Json
from storage.tables.base import NEVER_AGAIN, Row, closed, instant_field, text_field


class Outbox(Row, table=True):
    """A finished mail."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("key"), closed("kind", MailKind), NEVER_AGAIN)
    id: int | None = Field(default=None, primary_key=True)
    key: str = text_field()
    kind: str = text_field()
    message_id: str = text_field(index=True)
    subject: str = text_field()
    body: bytes
    created_at: datetime = instant_field(index=True)
    claimed_by: str | None = text_field()
    claimed_until: datetime | None = instant_field()


class OutboxRecipient(Row, table=True):
    """What one recipient's server has said about one mail."""

    __tablename__ = "outbox_recipient"
    __table_args__ = (
        Index(None, "state", "next_at"),
        closed("state", SERVER_STATES),
        CheckConstraint("(state = 'accepted') = (accepted_at IS NOT NULL)", name="accepted_when"),
    )
    mail: int = Field(primary_key=True, foreign_key="outbox.id")
    address: str = text_field(primary_key=True)
    position: int
    state: str = text_field()
    attempts: int
    next_at: datetime = instant_field()
    accepted_at: datetime | None = instant_field()
    last_error: str = text_field()


class OutboxCase(Row, table=True):
    """A case that a mail tells of."""

    __tablename__ = "outbox_case"
    mail: int = Field(primary_key=True, foreign_key="outbox.id")
    case: int = Field(primary_key=True, foreign_key="case.id", index=True)


class Standstill(Row, table=True):
    """No mail leaves: the record was restored, and a person has not yet said that it may go on."""

    __tablename__ = "standstill"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_whole"),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant_field()
    by: str = text_field()
    why: str = text_field()
    ended_at: datetime | None = instant_field()
    ended_by: str | None = text_field()


class Reply(Row, table=True):
    """A mail that was sent to clerkwatch, and what came of it; never its words."""

    __tablename__ = "reply"
    __table_args__ = (
        UniqueConstraint("mailbox", "uid"),
        Index(None, "sender", "at"),
        closed("outcome", ReplyOutcome),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    mailbox: str = text_field()
    uid: str = text_field()
    digest: str = text_field(index=True)
    sender: str = text_field()
    outcome: str = text_field()
    why: str = text_field()
    case: int | None = Field(default=None, foreign_key="case.id")
    at: datetime = instant_field()


class ReplyCode(Row, table=True):
    """A code of a mail that has decided: it does so once."""

    __tablename__ = "reply_code"
    mail: int = Field(primary_key=True, foreign_key="outbox.id")
    number: int = Field(primary_key=True)
    used_at: datetime = instant_field()


class Poll(Row, table=True):
    """A poll entered by command, or a notice entered for one of the configuration."""

    __tablename__ = "poll"
    __table_args__ = (
        closed("type", PollType),
        closed("mode", WindowMode),
        closed("status", PollStatus),
        closed("origin", Origin),
        closed("notice_origin", Origin),
    )
    id: str = text_field(primary_key=True)
    type: str = text_field()
    held_on: date
    area: str = text_field()
    by_election: bool
    notice_on: date | None = Field(default=None)
    start: datetime | None = instant_field()
    end: datetime | None = instant_field()
    mode: str = text_field()
    status: str = text_field()
    origin: str = text_field()
    notice_origin: str | None = text_field()
    entered_at: datetime | None = instant_field()
    entered_by: str = text_field()
    candidates: list[str] = Field(sa_type=Json)
    handed_over: list[str] = Field(sa_type=Json)
