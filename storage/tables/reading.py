"""Rows of what was read: subjects, versions, observations."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from config.types import (
    Outcome,
    Reason,
    SubjectKind,
)
from storage.columns import Json
from storage.tables.base import NEVER_AGAIN, Row, closed, instant_field, text_field


class Subject(Row, table=True):
    """A post, a profile or an account as such."""

    __tablename__ = "subject"
    __table_args__ = (
        UniqueConstraint("account", "kind", "platform_id"),
        Index(None, "account", "kind", "published_at"),
        closed("kind", SubjectKind),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    account: str = text_field(foreign_key="account.id")
    kind: str = text_field()
    platform_id: str = text_field()
    current_id: str | None = text_field()
    url: str = text_field()
    author: str = text_field()
    parent_id: str | None = text_field()
    published_at: datetime = instant_field()
    is_dated: bool
    """False while the first reading's time stands in for a missing ``published_at``."""
    appearing: str | None = text_field()
    """Of `config.types.Appearing`; None: it was visible when it was first read."""


class Version(Row, table=True):
    """One distinct content of a post or profile.

    Only ``judged_under`` and ``purged_at`` change, and what is read in its pictures is added at
    the end of ``text`` and of the extras in ``beside``: no span ever moves.
    """

    __tablename__ = "version"
    __table_args__ = (
        UniqueConstraint("subject", "content_hash"),
        Index(None, "account", "judged_under"),
        CheckConstraint("length(content_hash) = 64", name="hash_length"),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    subject: int = Field(foreign_key="subject.id")
    account: str = text_field(foreign_key="account.id")
    content_hash: str = text_field()
    text: str = text_field()
    own_length: int
    shown_length: int | None = Field(default=None)
    """How many code points of ``text`` the platform showed; null: all, no picture was read."""
    is_repost: bool
    beside: dict[str, Any] | None = Field(sa_type=Json)
    """Extras, links, pictures and a profile's fields; null when there are none."""
    shown_from: datetime = instant_field()
    first_seen_at: datetime = instant_field()
    is_first: bool
    judged_under: str | None = text_field()
    purged_at: datetime | None = instant_field()
    """When its words were taken away; they come back if a reading shows them again."""


class RawPayload(Row, table=True):
    """The platform's own answer for a version, redacted; it may be purged."""

    __tablename__ = "raw_payload"
    version: int = Field(primary_key=True, foreign_key="version.id")
    body: bytes
    stored_at: datetime = instant_field(index=True)


class Observation(Row, table=True):
    """One or more readings in a row that showed the same (docs/decisions/0002)."""

    __tablename__ = "observation"
    __table_args__ = (
        Index(None, "subject", "last_at"),
        closed("outcome", Outcome),
        closed("reason", Reason),
        CheckConstraint(
            "(version IS NOT NULL) = (outcome IN ('present', 'edited'))", name="shows_version"
        ),
        CheckConstraint("first_at <= last_at AND readings > 0", name="order"),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    subject: int = Field(foreign_key="subject.id")
    version: int | None = Field(foreign_key="version.id", index=True)
    outcome: str = text_field()
    reason: str | None = text_field()
    detail: str = text_field()
    published_at: datetime | None = instant_field()
    edited_at: datetime | None = instant_field()
    first_at: datetime = instant_field()
    last_at: datetime = instant_field()
    readings: int
    first_run: int = Field(foreign_key="run.id")
    last_run: int = Field(foreign_key="run.id")
