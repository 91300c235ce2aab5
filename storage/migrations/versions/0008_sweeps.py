"""What was looked at when a pre-election period opened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of sweeps."""
    op.create_table(
        "sweep",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "poll account status note"),
        *columns(sa.BigInteger(), "starts_at at"),
        sa.Column("reached", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep")),
        sa.UniqueConstraint(
            "poll", "starts_at", "account", name=op.f("uq_sweep_poll_starts_at_account")
        ),
        sqlite_autoincrement=True,
    )
