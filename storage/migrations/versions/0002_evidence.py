"""Evidence: kept files, what could not be kept, copying that is stopped, holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns, index, refers, words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing that was there is touched."""
    _kept()
    _unkept()
    _stopped()
    _holds()


def _kept() -> None:
    """Files, and where pictures lie."""
    op.create_table(
        "evidence",
        *columns(sa.Integer(), "id case subject size"),
        *columns(sa.Integer(), "version width height", null=True),
        *columns(sa.Text(), "kind place name sha256 media_type picture_hash origin by"),
        *columns(sa.BigInteger(), "at"),
        refers("evidence", "case", "case.id"),
        refers("evidence", "subject", "subject.id"),
        refers("evidence", "version", "version.id"),
        words("evidence", "kind", "answer profile picture attachment"),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_evidence_hash_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint(
            "subject",
            "kind",
            "place",
            "sha256",
            name=op.f("uq_evidence_subject_kind_place_sha256"),
        ),
        sqlite_autoincrement=True,
    )
    index("evidence", "sha256")
    index("evidence", "case")
    op.create_table(
        "picture_address",
        *columns(sa.Integer(), "version position"),
        *columns(sa.Text(), "name url"),
        *columns(sa.BigInteger(), "read_at"),
        refers("picture_address", "version", "version.id"),
        sa.PrimaryKeyConstraint("version", "position", name=op.f("pk_picture_address")),
    )


def _unkept() -> None:
    """What could not be kept."""
    op.create_table(
        "unkept",
        *columns(sa.Integer(), "subject case attempts"),
        *columns(sa.Integer(), "version", null=True),
        *columns(sa.Text(), "place name why"),
        *columns(sa.Boolean(), "is_final"),
        *columns(sa.BigInteger(), "at"),
        *columns(sa.BigInteger(), "next_at", null=True),
        refers("unkept", "case", "case.id"),
        refers("unkept", "subject", "subject.id"),
        refers("unkept", "version", "version.id"),
        sa.CheckConstraint(
            "NOT is_final OR next_at IS NULL", name=op.f("ck_unkept_final_is_final")
        ),
        sa.PrimaryKeyConstraint("subject", "place", name=op.f("pk_unkept")),
    )
    index("unkept", "case")


def _stopped() -> None:
    """Copying that is unlawful."""
    op.create_table(
        "no_copying",
        *columns(sa.Integer(), "subject case purged"),
        *columns(sa.BigInteger(), "at"),
        *columns(sa.Text(), "by because"),
        refers("no_copying", "case", "case.id"),
        refers("no_copying", "subject", "subject.id"),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_no_copying")),
    )
    index("no_copying", "case")


def _holds() -> None:
    """What must not be purged."""
    op.create_table(
        "hold",
        *columns(sa.Integer(), "id"),
        *columns(sa.Integer(), "case", null=True),
        *columns(sa.Text(), "account released_by", null=True),
        *columns(sa.Text(), "reason because by released_because"),
        *columns(sa.BigInteger(), "at"),
        *columns(sa.BigInteger(), "since until released_at", null=True),
        refers("hold", "account", "account.id"),
        refers("hold", "case", "case.id"),
        words("hold", "reason", "foi complaint disciplinary police other"),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL)", name=op.f("ck_hold_released_whole")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sqlite_autoincrement=True,
    )
    index("hold", "account")
    index("hold", "case")
