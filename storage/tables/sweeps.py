"""Rows of what was looked at when a pre-election period opened, and how far that has come."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from storage.tables.base import NEVER_AGAIN, Row, instant_field, text_field


class Sweep(Row, table=True):
    """That a window has opened (no account), or that one account was read for it."""

    __tablename__ = "sweep"
    __table_args__ = (UniqueConstraint("poll", "starts_at", "account"), NEVER_AGAIN)
    id: int | None = Field(default=None, primary_key=True)
    poll: str = text_field()
    starts_at: datetime = instant_field()
    account: str = text_field()
    at: datetime = instant_field()
    status: str = text_field()
    reached: datetime | None = instant_field(nullable=True)
    note: str = text_field()


class SweepMark(Row, table=True):
    """How far back one account's older posts were read; an interrupted reading goes on there."""

    __tablename__ = "sweep_mark"
    account: str = text_field(primary_key=True, foreign_key="account.id")
    reached: datetime = instant_field()
    at: datetime = instant_field()
