"""Rows of who is away."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import NEVER_AGAIN, Row, instant_field, text_field


class Absence(Row, table=True):
    """A stretch of days on which a person is away, and who stands in."""

    __tablename__ = "absence"
    __table_args__ = (
        UniqueConstraint("person", "from_on"),
        CheckConstraint("from_on <= until_on", name="order"),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    person: str = text_field()
    from_on: date
    until_on: date
    cover: str = text_field()
    entered_at: datetime = instant_field()
    entered_by: str = text_field()
