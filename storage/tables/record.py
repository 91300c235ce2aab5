"""Rows of the ledger."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Row, instant_field, text_field


class Ledger(Row, table=True):
    """One entry of the chain; the database refuses to change or delete it."""

    __tablename__ = "ledger"
    __table_args__ = (
        UniqueConstraint("hash"),
        CheckConstraint("length(hash) = 64 AND length(commitment) = 64", name="hash_length"),
    )
    number: int = Field(primary_key=True)
    at: datetime = instant_field()
    kind: str = text_field()
    reference: str = text_field(index=True)
    commitment: str = text_field()
    previous: str = text_field()
    hash: str = text_field()


class LedgerContent(Row, table=True):
    """What an entry committed to, or where that stands, with the salt; it may be purged."""

    __tablename__ = "ledger_content"
    __table_args__ = (Index(None, "source", "source_id"),)
    number: int = Field(primary_key=True, foreign_key="ledger.number")
    salt: bytes
    source: str | None = text_field()
    source_id: int | None = Field(default=None)
    content: str | None = text_field()
