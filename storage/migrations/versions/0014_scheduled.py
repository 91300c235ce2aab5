"""Posts that were read before they appeared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark; what is there was visible when it was first read."""
    op.add_column("subject", sa.Column("appearing", sa.Text(), nullable=True))
