"""The outbox may hold briefings: what is to be known before a date."""

from __future__ import annotations

from storage.migrations.shapes import widen

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a mail be of the kind ``briefing``."""
    widen("outbox", "kind", "urgent digest technical request reminder answer paper briefing")
