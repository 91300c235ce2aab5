"""Rows of the post itself: mails that came back, what works and what does not, what is folded."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from config.types import BounceAction, Sign
from storage.tables.base import NEVER_AGAIN, Row, closed, instant_field, text_field


class Bounce(Row, table=True):
    """What a server wrote back about one recipient of one mail, after another had taken it."""

    __tablename__ = "bounce"
    __table_args__ = (
        UniqueConstraint("mail", "address", "action"),
        closed("action", BounceAction),
        Index(None, "at"),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    mail: int = Field(foreign_key="outbox.id")
    address: str = text_field()
    action: str = text_field()
    status: str = text_field()
    at: datetime = instant_field()


class SignOfLife(Row, table=True):
    """Whether one thing that the house leans on works: since when it does not, and why."""

    __tablename__ = "sign_of_life"
    __table_args__ = (closed("name", Sign),)
    name: str = text_field(primary_key=True)
    good_at: datetime | None = instant_field()
    failing_since: datetime | None = instant_field()
    what: str = text_field()


class Folded(Row, table=True):
    """Something urgent beyond the hour's number of mails, until one mail lists it."""

    __tablename__ = "folded"
    __table_args__ = (Index(None, "told_by"),)
    key: str = text_field(primary_key=True)
    case: int = Field(foreign_key="case.id")
    at: datetime = instant_field()
    told_by: str | None = text_field()
