"""What all rows share: the catalogue, the names of constraints, the kinds of columns."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, MetaData, Table
from sqlmodel import Field, SQLModel

from storage.columns import Instant, PlainText

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a later migration can take hold of it."""

NEVER_AGAIN = {"sqlite_autoincrement": True}
"""The ledger names rows by id: an id is not given again after a purge."""


class Row(SQLModel):
    """Base of all rows, with a catalogue of its own."""

    metadata = MetaData(naming_convention=NAMES)
    __table__: ClassVar[Table]


def closed(column: str, words: Iterable[StrEnum]) -> CheckConstraint:
    """Return the constraint that keeps a column to a closed list of words (or null)."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_words")


def text_field(**options: Any) -> Any:
    """Return a text column."""
    return Field(sa_type=PlainText, **options)


def instant_field(**options: Any) -> Any:
    """Return a column for an instant, in UTC."""
    return Field(sa_type=Instant, **options)
