"""The outbox may hold papers: evidence packs, reports and what a search found."""

from __future__ import annotations

from storage.migrations.shapes import widen

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a mail be of the kind ``paper``."""
    widen("outbox", "kind", "urgent digest technical request reminder answer paper")
