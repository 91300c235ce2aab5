"""Stretches of time whose posts cannot be had any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns, refers

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "gap",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "account"),
        *columns(sa.BigInteger(), "start end"),
        *columns(sa.Text(), "why"),
        *columns(sa.BigInteger(), "found_at"),
        *columns(sa.Integer(), "run"),
        refers("gap", "account", "account.id"),
        refers("gap", "run", "run.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
        sa.UniqueConstraint("account", "start", "end", name=op.f("uq_gap_account_start_end")),
    )
