"""The first schema: everything from the register to the ledger."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

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

# The ledger only grows. On SQLite, INSERT OR REPLACE would delete without asking the
# DELETE trigger: the one on INSERT refuses any number but the next.
_ONLY_GROWS = {
    "sqlite": (
        """CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
        """CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
        """CREATE TRIGGER ledger_next_only BEFORE INSERT ON ledger
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM ledger)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$""",
        """CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()""",
    ),
}


def _column(name: str, kind: sa.types.TypeEngine[Any], *, null: bool = False) -> sa.Column[Any]:
    """Return a column."""
    return sa.Column(name, kind, nullable=null)


def _words(table: str, column: str, words: str) -> sa.CheckConstraint:
    """Return the constraint that keeps a column to a closed list of words."""
    listed = ", ".join(f"'{word}'" for word in words.split())
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}_words"))


def upgrade() -> None:
    """Make every table, then the triggers that keep the ledger append-only."""
    _register()
    _runs()
    _reading()
    _observations()
    _findings()
    _cases()
    _mails()
    _polls()
    _record()
    for statement in _ONLY_GROWS[op.get_bind().dialect.name]:
        op.execute(statement)


def _register() -> None:
    """The register and what the next run of an account needs."""
    op.create_table(
        "account",
        _column("id", sa.Text()),
        _column("position", sa.Integer()),
        _column("platform", sa.Text()),
        _column("handle", sa.Text()),
        _column("kind", sa.Text()),
        _column("owner", sa.Text()),
        _column("digest", sa.Text()),
        _column("stated", sa.Text()),
        _column("registered_at", sa.BigInteger()),
        _column("retired_at", sa.BigInteger(), null=True),
        _words("account", "kind", "council mayoral officer partner member"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_table(
        "account_state",
        _column("account", sa.Text()),
        _column("platform_id", sa.Text(), null=True),
        _column("cursor", sa.Text(), null=True),
        _column("validators", sa.Text()),
        _column("retry_at", sa.BigInteger(), null=True),
        _column("reason", sa.Text(), null=True),
        _column("last_read_at", sa.BigInteger(), null=True),
        _column("last_tried_at", sa.BigInteger(), null=True),
        _column("first_complete_at", sa.BigInteger(), null=True),
        _column("profile_read_at", sa.BigInteger(), null=True),
        _column("failing_since", sa.BigInteger(), null=True),
        _words("account_state", "reason", _REASONS),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_account_state_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_account_state")),
    )
    op.create_table(
        "register_change",
        _column("id", sa.Integer()),
        _column("account", sa.Text()),
        _column("what", sa.Text()),
        _column("at", sa.BigInteger()),
        _column("told_at", sa.BigInteger(), null=True),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_register_change_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_register_change_told_at"), "register_change", ["told_at"])
    op.create_table(
        "review",
        _column("id", sa.Integer()),
        _column("account", sa.Text()),
        _column("at", sa.BigInteger()),
        _column("by", sa.Text()),
        _column("note", sa.Text()),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_review_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("account", "at", "by", name=op.f("uq_review_account_at_by")),
    )
    op.create_table(
        "lease",
        _column("account", sa.Text()),
        _column("owner", sa.Text()),
        _column("until", sa.BigInteger()),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_lease_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_lease")),
    )


def _runs() -> None:
    """Runs, their coverage, and what reading costs."""
    op.create_table(
        "run",
        _column("id", sa.Integer()),
        _column("kind", sa.Text()),
        _column("by", sa.Text()),
        _column("started_at", sa.BigInteger()),
        _column("ended_at", sa.BigInteger(), null=True),
        _words("run", "kind", "scan rescan"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_run_started_at"), "run", ["started_at"])
    op.create_table(
        "coverage",
        _column("run", sa.Integer()),
        _column("account", sa.Text()),
        _column("status", sa.Text()),
        _column("posts", sa.Integer()),
        _column("new", sa.Integer()),
        _column("edited", sa.Integer()),
        _column("gone", sa.Integer()),
        _column("cannot_tell", sa.Integer()),
        _column("gaps", sa.Text()),
        _column("reason", sa.Text(), null=True),
        _column("error", sa.Text()),
        _column("ended_at", sa.BigInteger(), null=True),
        _words("coverage", "reason", _REASONS),
        _words("coverage", "status", "read partial failed skipped"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_coverage_account")),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name=op.f("fk_coverage_run")),
        sa.PrimaryKeyConstraint("run", "account", name=op.f("pk_coverage")),
    )
    op.create_table(
        "spend",
        _column("credential", sa.Text()),
        _column("day", sa.Date()),
        _column("resource", sa.Text()),
        _column("price", sa.BigInteger()),
        sa.PrimaryKeyConstraint("credential", "day", "resource", name=op.f("pk_spend")),
    )


def _reading() -> None:
    """Subjects and versions."""
    op.create_table(
        "subject",
        _column("id", sa.Integer()),
        _column("account", sa.Text()),
        _column("kind", sa.Text()),
        _column("platform_id", sa.Text()),
        _column("current_id", sa.Text(), null=True),
        _column("url", sa.Text()),
        _column("author", sa.Text()),
        _column("parent_id", sa.Text(), null=True),
        _column("published_at", sa.BigInteger()),
        _column("is_dated", sa.Boolean()),
        _words("subject", "kind", "post profile account"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_subject_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        sa.UniqueConstraint(
            "account", "kind", "platform_id", name=op.f("uq_subject_account_kind_platform_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_subject_account_kind_published_at"), "subject", ["account", "kind", "published_at"]
    )
    op.create_table(
        "version",
        _column("id", sa.Integer()),
        _column("subject", sa.Integer()),
        _column("account", sa.Text()),
        _column("content_hash", sa.Text()),
        _column("text", sa.Text()),
        _column("own_length", sa.Integer()),
        _column("is_repost", sa.Boolean()),
        _column("beside", sa.Text(), null=True),
        _column("shown_from", sa.BigInteger()),
        _column("first_seen_at", sa.BigInteger()),
        _column("is_first", sa.Boolean()),
        _column("judged_under", sa.Text(), null=True),
        sa.CheckConstraint("length(content_hash) = 64", name=op.f("ck_version_hash_length")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_version_account")),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=op.f("fk_version_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint(
            "subject", "content_hash", name=op.f("uq_version_subject_content_hash")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_version_account_judged_under"), "version", ["account", "judged_under"])


def _observations() -> None:
    """Raw payloads and observations."""
    op.create_table(
        "raw_payload",
        _column("version", sa.Integer()),
        _column("body", sa.LargeBinary()),
        _column("stored_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["version"], ["version.id"], name=op.f("fk_raw_payload_version")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_raw_payload")),
    )
    op.create_index(op.f("ix_raw_payload_stored_at"), "raw_payload", ["stored_at"])
    op.create_table(
        "observation",
        _column("id", sa.Integer()),
        _column("subject", sa.Integer()),
        _column("version", sa.Integer(), null=True),
        _column("outcome", sa.Text()),
        _column("reason", sa.Text(), null=True),
        _column("detail", sa.Text()),
        _column("published_at", sa.BigInteger(), null=True),
        _column("edited_at", sa.BigInteger(), null=True),
        _column("first_at", sa.BigInteger()),
        _column("last_at", sa.BigInteger()),
        _column("readings", sa.Integer()),
        _column("first_run", sa.Integer()),
        _column("last_run", sa.Integer()),
        sa.CheckConstraint(
            "(version IS NOT NULL) = (outcome IN ('present', 'edited'))",
            name=op.f("ck_observation_shows_version"),
        ),
        _words("observation", "outcome", "present edited gone cannot_tell"),
        _words("observation", "reason", _REASONS),
        sa.CheckConstraint(
            "first_at <= last_at AND readings > 0", name=op.f("ck_observation_order")
        ),
        sa.ForeignKeyConstraint(["first_run"], ["run.id"], name=op.f("fk_observation_first_run")),
        sa.ForeignKeyConstraint(["last_run"], ["run.id"], name=op.f("fk_observation_last_run")),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=op.f("fk_observation_subject")),
        sa.ForeignKeyConstraint(["version"], ["version.id"], name=op.f("fk_observation_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_observation_subject_last_at"), "observation", ["subject", "last_at"])
    op.create_index(op.f("ix_observation_version"), "observation", ["version"])


def _findings() -> None:
    """Findings."""
    op.create_table(
        "finding",
        _column("id", sa.Integer()),
        _column("version", sa.Integer()),
        _column("clause", sa.Text()),
        _column("topic", sa.Text()),
        _column("rule", sa.Text()),
        _column("digest", sa.Text()),
        _column("severity", sa.Text()),
        _column("basis", sa.Text()),
        _column("context", sa.Text()),
        _column("score", sa.Float()),
        _column("spans", sa.Text()),
        _column("quote", sa.Text(), null=True),
        _column("reason", sa.Text()),
        _column("matched", sa.Text()),
        _column("is_masked", sa.Boolean()),
        _column("found_at", sa.BigInteger()),
        _column("withdrawn_at", sa.BigInteger(), null=True),
        _column("withdrawn_why", sa.Text()),
        _words("finding", "basis", "published standing"),
        _words("finding", "severity", "urgent review note"),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_finding_score_range")),
        sa.ForeignKeyConstraint(["version"], ["version.id"], name=op.f("fk_finding_version")),
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
        _column("id", sa.Integer()),
        _column("subject", sa.Integer()),
        _column("state", sa.Text()),
        _column("resolution", sa.Text(), null=True),
        _column("severity", sa.Text()),
        _column("history", sa.Boolean()),
        _column("opened_at", sa.BigInteger()),
        _column("due_at", sa.BigInteger()),
        _column("closed_at", sa.BigInteger(), null=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_case_closed_when")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (resolution IS NOT NULL)", name=op.f("ck_case_closed_how")
        ),
        _words("case", "resolution", "removed corrected dismissed left no_longer_applies"),
        _words("case", "severity", "urgent review note"),
        _words("case", "state", "open acknowledged removal_requested verifying escalated closed"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=op.f("fk_case_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_case_state_due_at"), "case", ["state", "due_at"])
    op.create_index(op.f("ix_case_subject"), "case", ["subject"])
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
        _column("case", sa.Integer()),
        _column("finding", sa.Integer()),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name=op.f("fk_case_finding_case")),
        sa.ForeignKeyConstraint(["finding"], ["finding.id"], name=op.f("fk_case_finding_finding")),
        sa.PrimaryKeyConstraint("case", "finding", name=op.f("pk_case_finding")),
    )
    op.create_index(op.f("ix_case_finding_finding"), "case_finding", ["finding"])
    op.create_table(
        "case_event",
        _column("id", sa.Integer()),
        _column("case", sa.Integer()),
        _column("at", sa.BigInteger()),
        _column("by", sa.Text()),
        _column("what", sa.Text()),
        _column("from_state", sa.Text(), null=True),
        _column("to_state", sa.Text()),
        _column("because", sa.Text()),
        _words(
            "case_event",
            "from_state",
            "open acknowledged removal_requested verifying escalated closed",
        ),
        _words(
            "case_event",
            "to_state",
            "open acknowledged removal_requested verifying escalated closed",
        ),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name=op.f("fk_case_event_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_case_event_case"), "case_event", ["case"])
    op.create_table(
        "quieted",
        _column("id", sa.Integer()),
        _column("account", sa.Text()),
        _column("rule", sa.Text()),
        _column("words_hash", sa.Text()),
        _column("until", sa.Date(), null=True),
        _column("case", sa.Integer(), null=True),
        _column("by", sa.Text()),
        _column("because", sa.Text()),
        _column("at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_quieted_account")),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name=op.f("fk_quieted_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quieted")),
        sa.UniqueConstraint(
            "account", "rule", "words_hash", name=op.f("uq_quieted_account_rule_words_hash")
        ),
    )


def _mails() -> None:
    """The outbox."""
    op.create_table(
        "outbox",
        _column("id", sa.Integer()),
        _column("key", sa.Text()),
        _column("kind", sa.Text()),
        _column("message_id", sa.Text()),
        _column("subject", sa.Text()),
        _column("body", sa.LargeBinary()),
        _column("created_at", sa.BigInteger()),
        _words("outbox", "kind", "urgent digest technical"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outbox_created_at"), "outbox", ["created_at"])
    op.create_table(
        "outbox_recipient",
        _column("mail", sa.Integer()),
        _column("address", sa.Text()),
        _column("position", sa.Integer()),
        _column("state", sa.Text()),
        _column("attempts", sa.Integer()),
        _column("next_at", sa.BigInteger()),
        _column("accepted_at", sa.BigInteger(), null=True),
        _column("last_error", sa.Text()),
        sa.CheckConstraint(
            "(state = 'accepted') = (accepted_at IS NOT NULL)",
            name=op.f("ck_outbox_recipient_accepted_when"),
        ),
        _words("outbox_recipient", "state", "queued accepted refused"),
        sa.ForeignKeyConstraint(["mail"], ["outbox.id"], name=op.f("fk_outbox_recipient_mail")),
        sa.PrimaryKeyConstraint("mail", "address", name=op.f("pk_outbox_recipient")),
    )
    op.create_index(
        op.f("ix_outbox_recipient_state_next_at"), "outbox_recipient", ["state", "next_at"]
    )
    op.create_table(
        "outbox_case",
        _column("mail", sa.Integer()),
        _column("case", sa.Integer()),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name=op.f("fk_outbox_case_case")),
        sa.ForeignKeyConstraint(["mail"], ["outbox.id"], name=op.f("fk_outbox_case_mail")),
        sa.PrimaryKeyConstraint("mail", "case", name=op.f("pk_outbox_case")),
    )
    op.create_index(op.f("ix_outbox_case_case"), "outbox_case", ["case"])


def _polls() -> None:
    """Polls and notices."""
    op.create_table(
        "poll",
        _column("id", sa.Text()),
        _column("type", sa.Text()),
        _column("held_on", sa.Date()),
        _column("area", sa.Text()),
        _column("by_election", sa.Boolean()),
        _column("notice_on", sa.Date(), null=True),
        _column("start", sa.BigInteger(), null=True),
        _column("end", sa.BigInteger(), null=True),
        _column("mode", sa.Text()),
        _column("status", sa.Text()),
        _column("origin", sa.Text()),
        _column("notice_origin", sa.Text(), null=True),
        _column("entered_at", sa.BigInteger(), null=True),
        _column("entered_by", sa.Text()),
        _column("candidates", sa.Text()),
        _column("handed_over", sa.Text()),
        _words("poll", "mode", "restricted closed"),
        _words("poll", "notice_origin", "configuration command"),
        _words("poll", "origin", "configuration command"),
        _words("poll", "status", "scheduled cancelled postponed"),
        _words("poll", "type", _POLLS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
    )


def _record() -> None:
    """The ledger."""
    op.create_table(
        "ledger",
        _column("number", sa.Integer()),
        _column("at", sa.BigInteger()),
        _column("kind", sa.Text()),
        _column("reference", sa.Text()),
        _column("commitment", sa.Text()),
        _column("previous", sa.Text()),
        _column("hash", sa.Text()),
        sa.CheckConstraint(
            "length(hash) = 64 AND length(commitment) = 64", name=op.f("ck_ledger_hash_length")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger")),
        sa.UniqueConstraint("hash", name=op.f("uq_ledger_hash")),
    )
    op.create_index(op.f("ix_ledger_reference"), "ledger", ["reference"])
    op.create_table(
        "ledger_content",
        _column("number", sa.Integer()),
        _column("salt", sa.LargeBinary()),
        _column("source", sa.Text(), null=True),
        _column("source_id", sa.Integer(), null=True),
        _column("content", sa.Text(), null=True),
        sa.ForeignKeyConstraint(
            ["number"], ["ledger.number"], name=op.f("fk_ledger_content_number")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_content")),
    )
    op.create_index(
        op.f("ix_ledger_content_source_source_id"), "ledger_content", ["source", "source_id"]
    )
