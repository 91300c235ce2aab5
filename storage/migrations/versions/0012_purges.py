"""Purges: which words are gone, and what was told before they went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns, refers, widen

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark of a purged version, and the table of what was announced."""
    widen("sign_of_life", "name", "inbox ping way backup purge")
    op.add_column("version", sa.Column("purged_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "purge_notice",
        *columns(sa.Integer(), "subject"),
        *columns(sa.BigInteger(), "at due_at"),
        *columns(sa.Text(), "why"),
        *columns(sa.BigInteger(), "told_at", null=True),
        refers("purge_notice", "subject", "subject.id"),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_purge_notice")),
    )
