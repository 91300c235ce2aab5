"""Rows of evidence: files that are kept, what could not be, and what must not be purged."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from config.types import EvidenceKind, HoldReason
from storage.tables.base import NEVER_AGAIN, Row, closed, instant_field, text_field


class Evidence(Row, table=True):
    """A file kept for a case; its bytes stand in the folder under their SHA-256."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("subject", "kind", "place", "sha256"),
        Index(None, "sha256"),
        Index(None, "case"),
        closed("kind", EvidenceKind),
        CheckConstraint("length(sha256) = 64", name="hash_length"),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    case: int = Field(foreign_key="case.id")
    subject: int = Field(foreign_key="subject.id")
    version: int | None = Field(default=None, foreign_key="version.id")
    kind: str = text_field()
    place: str = text_field()
    """Where in the subject it belongs; with subject and kind its natural key."""
    name: str = text_field()
    sha256: str = text_field()
    size: int
    media_type: str = text_field()
    width: int | None = Field(default=None)
    height: int | None = Field(default=None)
    picture_hash: str = text_field()
    origin: str = text_field()
    by: str = text_field()
    at: datetime = instant_field()


class Unkept(Row, table=True):
    """What should have been kept and was not: refused for good, or to be tried again."""

    __tablename__ = "unkept"
    __table_args__ = (CheckConstraint("NOT is_final OR next_at IS NULL", name="final_is_final"),)
    subject: int = Field(primary_key=True, foreign_key="subject.id")
    place: str = text_field(primary_key=True)
    case: int = Field(foreign_key="case.id", index=True)
    version: int | None = Field(default=None, foreign_key="version.id")
    name: str = text_field()
    why: str = text_field()
    is_final: bool
    attempts: int
    at: datetime = instant_field()
    next_at: datetime | None = instant_field()
    """When it is tried again; null and not final: when a reading gives a new address."""


class PictureAddress(Row, table=True):
    """Where a version's still picture lay when it was last read; such addresses change."""

    __tablename__ = "picture_address"
    version: int = Field(primary_key=True, foreign_key="version.id")
    position: int = Field(primary_key=True)
    name: str = text_field()
    url: str = text_field()
    read_at: datetime = instant_field()


class PictureLook(Row, table=True):
    """A version's picture that was compared with those that had to go; each is asked for once."""

    __tablename__ = "picture_look"
    version: int = Field(primary_key=True, foreign_key="version.id")
    position: int = Field(primary_key=True)
    picture_hash: str = text_field()
    at: datetime = instant_field()


class PictureReading(Row, table=True):
    """What was read in a picture of a version, or why nothing was.

    The words themselves stand at the end of the version's text.
    """

    __tablename__ = "picture_reading"
    __table_args__ = (
        UniqueConstraint("version", "position"),
        Index(None, "sha256"),
        CheckConstraint(
            "(begins IS NULL) = (ends IS NULL) AND (begins IS NULL) = (why <> '')",
            name="read_or_not",
        ),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    version: int = Field(foreign_key="version.id")
    position: int
    name: str = text_field()
    sha256: str = text_field()
    """Of the picture's bytes; empty where none came."""
    begins: int | None = Field(default=None)
    """Where its words begin and end, in code points of the text; null: it was not read."""
    ends: int | None = Field(default=None)
    why: str = text_field()
    is_final: bool
    attempts: int
    at: datetime = instant_field()
    next_at: datetime | None = instant_field()
    """When it is tried again; null and not final: when a reading gives a new address."""


class NoCopying(Row, table=True):
    """Keeping copies of a subject is unlawful: nothing is fetched, media are purged."""

    __tablename__ = "no_copying"
    subject: int = Field(primary_key=True, foreign_key="subject.id")
    case: int = Field(foreign_key="case.id", index=True)
    at: datetime = instant_field()
    by: str = text_field()
    because: str = text_field()
    purged: int
    """How many files were taken away so far."""


class PurgeNotice(Row, table=True):
    """What is kept of a post goes on a day; the Clerk is told seven days before."""

    __tablename__ = "purge_notice"
    subject: int = Field(primary_key=True, foreign_key="subject.id")
    at: datetime = instant_field()
    due_at: datetime = instant_field()
    why: str = text_field()
    told_at: datetime | None = instant_field()


class Hold(Row, table=True):
    """Why something must not be purged; with neither case, account nor dates: everything."""

    __tablename__ = "hold"
    __table_args__ = (
        closed("reason", HoldReason),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released_whole"),
        NEVER_AGAIN,
    )
    id: int | None = Field(default=None, primary_key=True)
    reason: str = text_field()
    case: int | None = Field(default=None, foreign_key="case.id", index=True)
    account: str | None = text_field(foreign_key="account.id", index=True)
    since: datetime | None = instant_field()
    until: datetime | None = instant_field()
    because: str = text_field()
    by: str = text_field()
    at: datetime = instant_field()
    released_at: datetime | None = instant_field()
    released_by: str | None = text_field()
    released_because: str = text_field()
