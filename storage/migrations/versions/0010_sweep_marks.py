"""How far back an account's older posts were read, so that an interrupted sweep goes on there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns, refers

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nothing that was there is touched."""
    op.create_table(
        "sweep_mark",
        *columns(sa.Text(), "account"),
        *columns(sa.BigInteger(), "reached at"),
        refers("sweep_mark", "account", "account.id"),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_sweep_mark")),
    )
