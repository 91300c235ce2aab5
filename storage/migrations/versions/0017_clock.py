"""Whether this machine's clock agrees with those of the servers that it reads."""

from __future__ import annotations

from storage.migrations.shapes import widen

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let one more sign be remembered."""
    widen("sign_of_life", "name", "inbox ping way backup purge record clock")
