"""Which pictures were compared with those that had to go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns, refers

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nothing that was there is touched."""
    op.create_table(
        "picture_look",
        *columns(sa.Integer(), "version position"),
        *columns(sa.Text(), "picture_hash"),
        *columns(sa.BigInteger(), "at"),
        refers("picture_look", "version", "version.id"),
        sa.PrimaryKeyConstraint("version", "position", name=op.f("pk_picture_look")),
    )
