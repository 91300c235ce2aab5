"""Links: two cases on nearly the same words, or the same picture."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns, index, refers

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nothing that was there is touched."""
    op.create_table(
        "case_link",
        *columns(sa.Integer(), "case other"),
        *columns(sa.Text(), "why"),
        *columns(sa.BigInteger(), "at"),
        refers("case_link", "case", "case.id"),
        refers("case_link", "other", "case.id"),
        sa.CheckConstraint('"case" < other', name=op.f("ck_case_link_older_first")),
        sa.PrimaryKeyConstraint("case", "other", name=op.f("pk_case_link")),
    )
    index("case_link", "other")
