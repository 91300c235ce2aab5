"""The post itself: mails that came back, what works and what does not, what is folded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns, index, refers, words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing that was there is touched."""
    op.create_table(
        "bounce",
        *columns(sa.Integer(), "id mail"),
        *columns(sa.Text(), "address action status"),
        *columns(sa.BigInteger(), "at"),
        words("bounce", "action", "failed delayed"),
        refers("bounce", "mail", "outbox.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint(
            "mail", "address", "action", name=op.f("uq_bounce_mail_address_action")
        ),
        sqlite_autoincrement=True,
    )
    index("bounce", "at")
    op.create_table(
        "sign_of_life",
        *columns(sa.Text(), "name what"),
        *columns(sa.BigInteger(), "good_at failing_since", null=True),
        words("sign_of_life", "name", "inbox ping way"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sign_of_life")),
    )
    op.create_table(
        "folded",
        *columns(sa.Text(), "key"),
        *columns(sa.Integer(), "case"),
        *columns(sa.BigInteger(), "at"),
        *columns(sa.Text(), "told_by", null=True),
        refers("folded", "case", "case.id"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_folded")),
    )
    index("folded", "told_by")
    index("outbox", "message_id")
