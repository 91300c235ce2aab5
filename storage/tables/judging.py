"""Rows of findings, cases and decisions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from config.types import (
    Basis,
    CaseState,
    Resolution,
    Severity,
)
from storage.columns import Json
from storage.tables.base import NEVER_AGAIN, Row, closed, instant_field, text_field


class Finding(Row, table=True):
    """A rule that matched a version; withdrawn, never deleted."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("version", "rule", "digest", "basis", "context"),
        closed("severity", Severity),
        closed("basis", Basis),
        CheckConstraint("score >= 0 AND score <= 1", name="score_range"),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(foreign_key="version.id")
    clause: str = text_field()
    topic: str = text_field()
    rule: str = text_field()
    digest: str = text_field()
    severity: str = text_field()
    basis: str = text_field()
    context: str = text_field()
    score: float
    spans: list[list[int]] = Field(sa_type=Json)
    quote: str | None = text_field()
    reason: str = text_field()
    matched: list[str] = Field(sa_type=Json)
    is_masked: bool
    found_at: datetime = instant_field()
    withdrawn_at: datetime | None = instant_field()
    withdrawn_why: str = text_field()


class Case(Row, table=True):
    """What the Clerk decides on; at most one that is not closed on a subject."""

    __tablename__ = "case"
    __table_args__ = (
        Index(
            "uq_case_subject_not_closed",
            "subject",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index(None, "subject"),
        Index(None, "state", "due_at"),
        closed("state", CaseState),
        closed("resolution", Resolution),
        closed("severity", Severity),
        CheckConstraint("(state = 'closed') = (resolution IS NOT NULL)", name="closed_how"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_when"),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    subject: int = Field(foreign_key="subject.id")
    state: str = text_field()
    resolution: str | None = text_field()
    severity: str = text_field()
    history: bool
    opened_at: datetime = instant_field()
    due_at: datetime = instant_field()
    closed_at: datetime | None = instant_field()


class CaseFinding(Row, table=True):
    """A finding on a case."""

    __tablename__ = "case_finding"
    case: int = Field(primary_key=True, foreign_key="case.id")
    finding: int = Field(primary_key=True, foreign_key="finding.id", index=True)


class CaseLink(Row, table=True):
    """Two cases that belong together, the older first."""

    __tablename__ = "case_link"
    __table_args__ = (CheckConstraint('"case" < other', name="older_first"),)
    case: int = Field(primary_key=True, foreign_key="case.id")
    other: int = Field(primary_key=True, foreign_key="case.id", index=True)
    why: str = text_field()
    at: datetime = instant_field()


class CaseEvent(Row, table=True):
    """One step in the life of a case; never changed."""

    __tablename__ = "case_event"
    __table_args__ = (closed("from_state", CaseState), closed("to_state", CaseState), NEVER_AGAIN)
    id: int | None = Field(default=None, primary_key=True)
    case: int = Field(foreign_key="case.id", index=True)
    at: datetime = instant_field()
    by: str = text_field()
    what: str = text_field()
    from_state: str | None = text_field()
    to_state: str = text_field()
    because: str = text_field()


class Quieted(Row, table=True):
    """A decision that keeps a rule quiet on an account; the newest one holds."""

    __tablename__ = "quieted"
    __table_args__ = (UniqueConstraint("account", "rule", "words_hash"),)
    id: int | None = Field(default=None, primary_key=True)
    account: str = text_field(foreign_key="account.id")
    rule: str = text_field()
    words_hash: str = text_field()
    until: date | None = Field(default=None)
    case: int | None = Field(foreign_key="case.id")
    by: str = text_field()
    because: str = text_field()
    at: datetime = instant_field()
