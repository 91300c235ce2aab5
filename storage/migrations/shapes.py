"""Short forms for migrations. What a landed migration uses is never changed, only added to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterator


def columns(
    kind: sa.types.TypeEngine[Any], names: str, *, null: bool = False
) -> Iterator[sa.Column[Any]]:
    """Return columns of one kind."""
    for name in names.split():
        yield sa.Column(name, kind, nullable=null)


def refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key."""
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def words(table: str, column: str, words: str) -> sa.CheckConstraint:
    """Return the constraint that keeps a column to a closed list of words."""
    listed = ", ".join(f"'{word}'" for word in words.split())
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}_words"))


def index(table: str, *columns: str) -> None:
    """Make an index."""
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
