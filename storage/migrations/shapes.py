"""Short forms for migrations. What a landed migration uses is never changed, only added to."""

from __future__ import annotations

import re
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


def widen(table: str, column: str, words: str) -> None:
    """Let a column hold more words than the list that `words` once closed.

    SQLite cannot change a constraint: there the table is made anew from its own statement,
    with all rows, indexes and the numbers it has given, in the caller's transaction. Rows
    that refer to it find theirs again before the transaction ends.

    Args:
        table: Which table.
        column: Which column.
        words: The whole new list, by spaces.
    """
    listed = ", ".join(f"'{word}'" for word in words.split())
    name, closed = f"ck_{table}_{column}_words", f"{column} IN ({listed})"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, closed)
        return
    _remake(table, was=rf"(CONSTRAINT {name} CHECK \(){column} IN \([^)]*\)", now=rf"\g<1>{closed}")


def _remake(table: str, *, was: str, now: str) -> None:
    """Make an SQLite table anew with a part of its statement replaced; its rows stay.

    Args:
        table: Which table; a name of ours.
        was: What is replaced, as a pattern; it must stand there once.
        now: What stands there then.
    """
    connection = op.get_bind()
    made = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL"),
        {"table": table},
    ).all()
    statement, replaced = re.subn(was, now, next(row.sql for row in made if row.type == "table"))
    if replaced != 1:
        raise RuntimeError(f"the table {table} is not as this step knows it")
    given = connection.execute(
        sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table}
    ).scalar_one_or_none()
    kept = f"{table}_kept"
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute(f"CREATE TABLE {kept} AS SELECT * FROM {table}")  # noqa: S608 - names of ours
    op.execute(f"DROP TABLE {table}")
    connection.exec_driver_sql(statement)
    op.execute(f"INSERT INTO {table} SELECT * FROM {kept}")  # noqa: S608 - the same
    op.execute(f"DROP TABLE {kept}")
    for row in made:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
    if given is not None:
        _give_from(table, given)


def _give_from(table: str, given: int) -> None:
    """Let a table go on numbering after a number, also if the row that had it was purged."""
    connection, values = op.get_bind(), {"table": table, "given": given}
    connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :table"), values)
    connection.execute(
        sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :given)"), values
    )
