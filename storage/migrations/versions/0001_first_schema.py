"""The first schema: everything from the register to the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.append_only import ONLY_GROWS
from storage.migrations.full_text import IS_POSSIBLE, SEARCHABLE
from storage.migrations.shapes import columns, index, refers, words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_REASONS = (
    "auth_expired forbidden quota_money rate_limit "
    "gone_or_hidden account_gone partial transient contract"
)
_POLLS = (
    "parish borough county mayor pcc parliament referendum-national "
    "referendum-council-tax referendum-governance neighbourhood-plan"
)


def upgrade() -> None:
    """Make every table, then what keeps the ledger append-only and finds words."""
    _register()
    _runs()
    _reading()
    _observations()
    _findings()
    _cases()
    _mails()
    _polls()
    _record()
    for statement in ONLY_GROWS[op.get_bind().dialect.name]:
        op.execute(statement)
    _search()


def _register() -> None:
    """The register and what the next run of an account needs."""
    op.create_table(
        "account",
        *columns(sa.Text(), "id platform handle kind owner digest stated"),
        *columns(sa.Integer(), "position"),
        *columns(sa.BigInteger(), "registered_at"),
        *columns(sa.BigInteger(), "retired_at", null=True),
        words("account", "kind", "council mayoral officer partner member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_table(
        "account_state",
        *columns(sa.Text(), "account validators"),
        *columns(sa.Text(), "platform_id cursor reason", null=True),
        *columns(
            sa.BigInteger(),
            "retry_at last_read_at last_tried_at first_complete_at profile_read_at failing_since",
            null=True,
        ),
        words("account_state", "reason", _REASONS),
        refers("account_state", "account", "account.id"),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_account_state")),
    )
    op.create_table(
        "register_change",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "account what"),
        *columns(sa.BigInteger(), "at"),
        *columns(sa.BigInteger(), "told_at", null=True),
        refers("register_change", "account", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_change")),
        sqlite_autoincrement=True,
    )
    index("register_change", "told_at")
    op.create_table(
        "review",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "account by note"),
        *columns(sa.BigInteger(), "at"),
        refers("review", "account", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("account", "at", "by", name=op.f("uq_review_account_at_by")),
    )
    op.create_table(
        "lease",
        *columns(sa.Text(), "account owner"),
        *columns(sa.BigInteger(), "until"),
        refers("lease", "account", "account.id"),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_lease")),
    )


def _runs() -> None:
    """Runs, their coverage, and what reading costs."""
    op.create_table(
        "run",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "kind by"),
        *columns(sa.BigInteger(), "started_at"),
        *columns(sa.BigInteger(), "ended_at", null=True),
        words("run", "kind", "scan rescan"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sqlite_autoincrement=True,
    )
    index("run", "started_at")
    op.create_table(
        "coverage",
        *columns(sa.Integer(), "run posts new edited gone cannot_tell"),
        *columns(sa.Text(), "account status gaps error"),
        *columns(sa.Text(), "reason", null=True),
        *columns(sa.BigInteger(), "ended_at", null=True),
        words("coverage", "reason", _REASONS),
        words("coverage", "status", "read partial failed skipped"),
        refers("coverage", "account", "account.id"),
        refers("coverage", "run", "run.id"),
        sa.PrimaryKeyConstraint("run", "account", name=op.f("pk_coverage")),
    )
    op.create_table(
        "spend",
        *columns(sa.Text(), "credential resource"),
        *columns(sa.Date(), "day"),
        *columns(sa.BigInteger(), "price"),
        sa.PrimaryKeyConstraint("credential", "day", "resource", name=op.f("pk_spend")),
    )


def _reading() -> None:
    """Subjects and versions."""
    op.create_table(
        "subject",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "account kind platform_id url author"),
        *columns(sa.Text(), "current_id parent_id", null=True),
        *columns(sa.BigInteger(), "published_at"),
        *columns(sa.Boolean(), "is_dated"),
        words("subject", "kind", "post profile account"),
        refers("subject", "account", "account.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        sa.UniqueConstraint(
            "account", "kind", "platform_id", name=op.f("uq_subject_account_kind_platform_id")
        ),
        sqlite_autoincrement=True,
    )
    index("subject", "account", "kind", "published_at")
    op.create_table(
        "version",
        *columns(sa.Integer(), "id subject own_length"),
        *columns(sa.Text(), "account content_hash text"),
        *columns(sa.Boolean(), "is_repost is_first"),
        *columns(sa.Text(), "beside judged_under", null=True),
        *columns(sa.BigInteger(), "shown_from first_seen_at"),
        sa.CheckConstraint("length(content_hash) = 64", name=op.f("ck_version_hash_length")),
        refers("version", "account", "account.id"),
        refers("version", "subject", "subject.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint(
            "subject", "content_hash", name=op.f("uq_version_subject_content_hash")
        ),
        sqlite_autoincrement=True,
    )
    index("version", "account", "judged_under")


def _observations() -> None:
    """Raw payloads and observations."""
    op.create_table(
        "raw_payload",
        *columns(sa.Integer(), "version"),
        *columns(sa.LargeBinary(), "body"),
        *columns(sa.BigInteger(), "stored_at"),
        refers("raw_payload", "version", "version.id"),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_raw_payload")),
    )
    index("raw_payload", "stored_at")
    op.create_table(
        "observation",
        *columns(sa.Integer(), "id subject readings first_run last_run"),
        *columns(sa.Integer(), "version", null=True),
        *columns(sa.Text(), "outcome detail"),
        *columns(sa.Text(), "reason", null=True),
        *columns(sa.BigInteger(), "published_at edited_at", null=True),
        *columns(sa.BigInteger(), "first_at last_at"),
        sa.CheckConstraint(
            "(version IS NOT NULL) = (outcome IN ('present', 'edited'))",
            name=op.f("ck_observation_shows_version"),
        ),
        words("observation", "outcome", "present edited gone cannot_tell"),
        words("observation", "reason", _REASONS),
        sa.CheckConstraint(
            "first_at <= last_at AND readings > 0", name=op.f("ck_observation_order")
        ),
        refers("observation", "first_run", "run.id"),
        refers("observation", "last_run", "run.id"),
        refers("observation", "subject", "subject.id"),
        refers("observation", "version", "version.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sqlite_autoincrement=True,
    )
    index("observation", "subject", "last_at")
    index("observation", "version")


def _findings() -> None:
    """Findings."""
    op.create_table(
        "finding",
        *columns(sa.Integer(), "id version"),
        *columns(
            sa.Text(),
            "clause topic rule digest severity basis context spans reason matched withdrawn_why",
        ),
        *columns(sa.Float(), "score"),
        *columns(sa.Text(), "quote", null=True),
        *columns(sa.Boolean(), "is_masked"),
        *columns(sa.BigInteger(), "found_at"),
        *columns(sa.BigInteger(), "withdrawn_at", null=True),
        words("finding", "basis", "published standing"),
        words("finding", "severity", "urgent review note"),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_finding_score_range")),
        refers("finding", "version", "version.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint(
            "version",
            "rule",
            "digest",
            "basis",
            "context",
            name=op.f("uq_finding_version_rule_digest_basis_context"),
        ),
        sqlite_autoincrement=True,
    )


def _cases() -> None:
    """Cases, their findings, events and decisions."""
    op.create_table(
        "case",
        *columns(sa.Integer(), "id subject"),
        *columns(sa.Text(), "state severity"),
        *columns(sa.Text(), "resolution", null=True),
        *columns(sa.Boolean(), "history"),
        *columns(sa.BigInteger(), "opened_at due_at"),
        *columns(sa.BigInteger(), "closed_at", null=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_case_closed_when")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (resolution IS NOT NULL)", name=op.f("ck_case_closed_how")
        ),
        words("case", "resolution", "removed corrected dismissed left no_longer_applies"),
        words("case", "severity", "urgent review note"),
        words("case", "state", "open acknowledged removal_requested verifying escalated closed"),
        refers("case", "subject", "subject.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sqlite_autoincrement=True,
    )
    index("case", "state", "due_at")
    index("case", "subject")
    op.create_index(
        "uq_case_subject_not_closed",
        "case",
        ["subject"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "case_finding",
        *columns(sa.Integer(), "case finding"),
        refers("case_finding", "case", "case.id"),
        refers("case_finding", "finding", "finding.id"),
        sa.PrimaryKeyConstraint("case", "finding", name=op.f("pk_case_finding")),
    )
    index("case_finding", "finding")
    op.create_table(
        "case_event",
        *columns(sa.Integer(), "id case"),
        *columns(sa.BigInteger(), "at"),
        *columns(sa.Text(), "by what to_state because"),
        *columns(sa.Text(), "from_state", null=True),
        words(
            "case_event",
            "from_state",
            "open acknowledged removal_requested verifying escalated closed",
        ),
        words(
            "case_event",
            "to_state",
            "open acknowledged removal_requested verifying escalated closed",
        ),
        refers("case_event", "case", "case.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sqlite_autoincrement=True,
    )
    index("case_event", "case")
    op.create_table(
        "quieted",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "account rule words_hash by because"),
        *columns(sa.Date(), "until", null=True),
        *columns(sa.Integer(), "case", null=True),
        *columns(sa.BigInteger(), "at"),
        refers("quieted", "account", "account.id"),
        refers("quieted", "case", "case.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quieted")),
        sa.UniqueConstraint(
            "account", "rule", "words_hash", name=op.f("uq_quieted_account_rule_words_hash")
        ),
    )


def _mails() -> None:
    """The outbox."""
    op.create_table(
        "outbox",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "key kind message_id subject"),
        *columns(sa.LargeBinary(), "body"),
        *columns(sa.BigInteger(), "created_at"),
        *columns(sa.Text(), "claimed_by", null=True),
        *columns(sa.BigInteger(), "claimed_until", null=True),
        words("outbox", "kind", "urgent digest technical request reminder answer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_autoincrement=True,
    )
    index("outbox", "created_at")
    op.create_table(
        "outbox_recipient",
        *columns(sa.Integer(), "mail position attempts"),
        *columns(sa.Text(), "address state last_error"),
        *columns(sa.BigInteger(), "next_at"),
        *columns(sa.BigInteger(), "accepted_at", null=True),
        sa.CheckConstraint(
            "(state = 'accepted') = (accepted_at IS NOT NULL)",
            name=op.f("ck_outbox_recipient_accepted_when"),
        ),
        words("outbox_recipient", "state", "queued accepted refused cancelled"),
        refers("outbox_recipient", "mail", "outbox.id"),
        sa.PrimaryKeyConstraint("mail", "address", name=op.f("pk_outbox_recipient")),
    )
    index("outbox_recipient", "state", "next_at")
    op.create_table(
        "outbox_case",
        *columns(sa.Integer(), "mail case"),
        refers("outbox_case", "case", "case.id"),
        refers("outbox_case", "mail", "outbox.id"),
        sa.PrimaryKeyConstraint("mail", "case", name=op.f("pk_outbox_case")),
    )
    index("outbox_case", "case")
    _replies()


def _replies() -> None:
    """What came in, and which codes have decided."""
    op.create_table(
        "reply",
        *columns(sa.Integer(), "id"),
        *columns(sa.Text(), "mailbox uid digest sender outcome why"),
        *columns(sa.Integer(), "case", null=True),
        *columns(sa.BigInteger(), "at"),
        words("reply", "outcome", "decided answered ignored"),
        refers("reply", "case", "case.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sa.UniqueConstraint("mailbox", "uid", name=op.f("uq_reply_mailbox_uid")),
        sqlite_autoincrement=True,
    )
    index("reply", "digest")
    index("reply", "sender", "at")
    op.create_table(
        "reply_code",
        *columns(sa.Integer(), "mail number"),
        *columns(sa.BigInteger(), "used_at"),
        refers("reply_code", "mail", "outbox.id"),
        sa.PrimaryKeyConstraint("mail", "number", name=op.f("pk_reply_code")),
    )


def _polls() -> None:
    """Polls and notices."""
    op.create_table(
        "poll",
        *columns(sa.Text(), "id type area mode status origin entered_by candidates handed_over"),
        *columns(sa.Date(), "held_on"),
        *columns(sa.Boolean(), "by_election"),
        *columns(sa.Date(), "notice_on", null=True),
        *columns(sa.BigInteger(), "start end entered_at", null=True),
        *columns(sa.Text(), "notice_origin", null=True),
        words("poll", "mode", "restricted closed"),
        words("poll", "notice_origin", "configuration command"),
        words("poll", "origin", "configuration command"),
        words("poll", "status", "scheduled cancelled postponed"),
        words("poll", "type", _POLLS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
    )


def _record() -> None:
    """The ledger."""
    op.create_table(
        "ledger",
        *columns(sa.Integer(), "number"),
        *columns(sa.BigInteger(), "at"),
        *columns(sa.Text(), "kind reference commitment previous hash"),
        sa.CheckConstraint(
            "length(hash) = 64 AND length(commitment) = 64", name=op.f("ck_ledger_hash_length")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger")),
        sa.UniqueConstraint("hash", name=op.f("uq_ledger_hash")),
    )
    index("ledger", "reference")
    op.create_table(
        "ledger_content",
        *columns(sa.Integer(), "number"),
        *columns(sa.LargeBinary(), "salt"),
        *columns(sa.Text(), "source content", null=True),
        *columns(sa.Integer(), "source_id", null=True),
        refers("ledger_content", "number", "ledger.number"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_content")),
    )
    index("ledger_content", "source", "source_id")


def _search() -> None:
    """The index of words, where the database can have one."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite" and not bind.scalar(sa.text(IS_POSSIBLE)):
        return
    for statement in SEARCHABLE[bind.dialect.name]:
        op.execute(statement)
