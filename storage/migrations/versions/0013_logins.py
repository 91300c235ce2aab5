"""Credentials that were granted, and who can log in to an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.shapes import columns, refers

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "credential_grant",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "credential account"),
        *columns(sa.BigInteger(), "at"),
        *columns(sa.Text(), "by"),
        *columns(sa.BigInteger(), "expires_at", null=True),
        *columns(sa.Text(), "whose"),
        refers("credential_grant", "account", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_grant")),
        sa.UniqueConstraint("credential", "at", name=op.f("uq_credential_grant_credential_at")),
    )
    op.create_table(
        "attestation",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "account"),
        *columns(sa.BigInteger(), "at"),
        *columns(sa.Text(), "by logins removed note"),
        refers("attestation", "account", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
        sa.UniqueConstraint("account", "at", name=op.f("uq_attestation_account_at")),
    )
