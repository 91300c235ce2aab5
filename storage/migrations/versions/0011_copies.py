"""Copies off this machine: whether they work; and mails that are held after a restore."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns, widen

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let one more sign be remembered, and make the table of standstills."""
    widen("sign_of_life", "name", "inbox ping way backup")
    op.create_table(
        "standstill",
        *columns(sa.Integer(), "id"),
        *columns(sa.BigInteger(), "at"),
        *columns(sa.Text(), "by why"),
        *columns(sa.BigInteger(), "ended_at", null=True),
        *columns(sa.Text(), "ended_by", null=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_standstill_ended_whole")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standstill")),
        sqlite_autoincrement=True,
    )
