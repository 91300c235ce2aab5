"""Words that were read in pictures, and pictures in which none could be read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns, refers

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark and the table; of what is there, no picture was read."""
    op.add_column("version", sa.Column("shown_length", sa.Integer(), nullable=True))
    op.create_table(
        "picture_reading",
        *columns(sa.Integer(), "id version position"),
        *columns(sa.Text(), "name sha256"),
        *columns(sa.Integer(), "begins ends", null=True),
        *columns(sa.Text(), "why"),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        refers("picture_reading", "version", "version.id"),
        sa.CheckConstraint(
            "(begins IS NULL) = (ends IS NULL) AND (begins IS NULL) = (why <> '')",
            name=op.f("ck_picture_reading_read_or_not"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture_reading")),
        sa.UniqueConstraint(
            "version", "position", name=op.f("uq_picture_reading_version_position")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_picture_reading_sha256"), "picture_reading", ["sha256"])
