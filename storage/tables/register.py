"""Rows of the register, its runs and what reading costs."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from config.types import (
    CoverageStatus,
    Kind,
    Reason,
    RunKind,
)
from storage.columns import Json, Money
from storage.tables.base import NEVER_AGAIN, Row, closed, instant_field, text_field


class Account(Row, table=True):
    """One registered account, as last stated; retired ones stay."""

    __tablename__ = "account"
    __table_args__ = (closed("kind", Kind),)
    id: str = text_field(primary_key=True)
    position: int
    platform: str = text_field()
    handle: str = text_field()
    kind: str = text_field()
    owner: str = text_field()
    digest: str = text_field()
    stated: dict[str, Any] = Field(sa_type=Json)
    registered_at: datetime = instant_field()
    retired_at: datetime | None = instant_field()


class AccountState(Row, table=True):
    """What the next run of an account needs."""

    __tablename__ = "account_state"
    __table_args__ = (closed("reason", Reason),)
    account: str = text_field(primary_key=True, foreign_key="account.id")
    platform_id: str | None = text_field()
    cursor: str | None = text_field()
    validators: dict[str, str] = Field(sa_type=Json)
    retry_at: datetime | None = instant_field()
    reason: str | None = text_field()
    last_read_at: datetime | None = instant_field()
    last_tried_at: datetime | None = instant_field()
    first_complete_at: datetime | None = instant_field()
    profile_read_at: datetime | None = instant_field()
    failing_since: datetime | None = instant_field()


class RegisterChange(Row, table=True):
    """A change of the register, waiting for the digest."""

    __tablename__ = "register_change"
    __table_args__ = (NEVER_AGAIN,)
    id: int | None = Field(default=None, primary_key=True)
    account: str = text_field(foreign_key="account.id")
    what: str = text_field()
    at: datetime = instant_field()
    told_at: datetime | None = instant_field(index=True)


class Review(Row, table=True):
    """A person looked at an account."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("account", "at", "by"),)
    id: int | None = Field(default=None, primary_key=True)
    account: str = text_field(foreign_key="account.id")
    at: datetime = instant_field()
    by: str = text_field()
    note: str = text_field()


class Gap(Row, table=True):
    """A stretch of time of which posts cannot be had any more."""

    __tablename__ = "gap"
    __table_args__ = (UniqueConstraint("account", "start", "end"),)
    id: int | None = Field(default=None, primary_key=True)
    account: str = text_field(foreign_key="account.id")
    start: datetime = instant_field()
    end: datetime = instant_field()
    why: str = text_field()
    found_at: datetime = instant_field()
    run: int = Field(foreign_key="run.id")


class CredentialGrant(Row, table=True):
    """A credential was tested and stored; never what it is."""

    __tablename__ = "credential_grant"
    __table_args__ = (UniqueConstraint("credential", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    credential: str = text_field()
    account: str = text_field(foreign_key="account.id")
    at: datetime = instant_field()
    by: str = text_field()
    expires_at: datetime | None = instant_field()
    whose: str = text_field()


class Attestation(Row, table=True):
    """A person said who can log in to an account."""

    __tablename__ = "attestation"
    __table_args__ = (UniqueConstraint("account", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    account: str = text_field(foreign_key="account.id")
    at: datetime = instant_field()
    by: str = text_field()
    logins: list[list[str]] = Field(sa_type=Json)
    removed: list[str] = Field(sa_type=Json)
    note: str = text_field()


class Lease(Row, table=True):
    """The right to read an account."""

    __tablename__ = "lease"
    account: str = text_field(primary_key=True, foreign_key="account.id")
    owner: str = text_field()
    until: datetime = instant_field()


class Run(Row, table=True):
    """One scan or rescan."""

    __tablename__ = "run"
    __table_args__ = (closed("kind", RunKind), NEVER_AGAIN)
    id: int | None = Field(default=None, primary_key=True)
    kind: str = text_field()
    by: str = text_field()
    started_at: datetime = instant_field(index=True)
    ended_at: datetime | None = instant_field()


class Coverage(Row, table=True):
    """How far one account was read in one run."""

    __tablename__ = "coverage"
    __table_args__ = (closed("status", CoverageStatus), closed("reason", Reason))
    run: int = Field(primary_key=True, foreign_key="run.id")
    account: str = text_field(primary_key=True, foreign_key="account.id")
    status: str = text_field()
    posts: int
    new: int
    edited: int
    gone: int
    cannot_tell: int
    gaps: list[list[int]] = Field(sa_type=Json)
    reason: str | None = text_field()
    error: str = text_field()
    ended_at: datetime | None = instant_field()


class Spend(Row, table=True):
    """One paid resource: charged once a UTC day, whatever asked for it."""

    __tablename__ = "spend"
    credential: str = text_field(primary_key=True)
    day: date = Field(primary_key=True)
    resource: str = text_field(primary_key=True)
    price: Decimal = Field(sa_type=Money)
