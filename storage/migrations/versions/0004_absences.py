"""Who is away, and who stands in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of absences."""
    op.create_table(
        "absence",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "person cover entered_by"),
        *columns(sa.Date(), "from_on until_on"),
        *columns(sa.BigInteger(), "entered_at"),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_absence_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("person", "from_on", name=op.f("uq_absence_person_from_on")),
        sqlite_autoincrement=True,
    )
