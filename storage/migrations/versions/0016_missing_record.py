"""That the record begins anew, because an earlier one is missing."""

from __future__ import annotations

from storage.migrations.shapes import widen

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let one more sign be remembered."""
    widen("sign_of_life", "name", "inbox ping way backup purge record")
