"""One registered account, as it stands in the file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self
from urllib.parse import urlsplit

from pydantic import (
    Field,
    field_validator,
    model_validator,
)

from config import platforms
from config.register import Decision
from config.settings.fields import LOOPBACK, Duration, OptionalEmail, Section
from config.types import Kind


class DecisionEntry(Section):
    """The council's decision that a platform's terms let it be read."""

    by: str = Field(
        description="Who decided.", examples=["Finance Committee"], min_length=1, max_length=200
    )
    on: date = Field(description="When.", examples=[date(2026, 11, 1)])
    minute: str = Field(
        description="Where it is written down.",
        examples=["minute 2026/114"],
        min_length=1,
        max_length=200,
    )

    def decision(self) -> Decision:
        """Return it as the register holds it."""
        return Decision(by=self.by, on=self.on, minute=self.minute)


class AccountEntry(Section):
    """One registered official account."""

    id: str = Field(
        description="Your own label, used in commands and mails.",
        examples=["council-x"],
        pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$",
    )
    platform: str = Field(description=" | ".join(platforms.words()) + ".", examples=["x"])
    handle: str = Field(
        description="User name, page id, channel id or address.",
        examples=["EBTownCouncil"],
        min_length=1,
        max_length=500,
    )
    kind: Kind = Field(
        description="council | mayoral | officer | partner | member.", examples=["council"]
    )
    owner: str = Field(
        description="Who answers for the account.",
        examples=["Communications Officer"],
        max_length=100,
    )
    owner_email: OptionalEmail = Field(
        default="",
        description="Who is asked to take something down.",
        examples=["comms@elstreeborehamwood-tc.gov.uk"],
    )
    told_on: date | None = Field(
        default=None,
        description="When those who post were told of the monitoring.",
        examples=[date(2026, 11, 1)],
    )
    agreed_on: date | None = Field(
        default=None,
        description="kind = member only: the member's written agreement.",
        examples=[date(2026, 11, 1)],
    )
    credential: str | None = Field(
        default=None,
        description="Name of a secret: $CREDENTIALS_DIRECTORY/<name>, or CLERKWATCH_SECRET_<NAME>.",
        examples=["x_bearer"],
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
    )
    api_base: str | None = Field(
        default=None,
        description="Only to point at another server (tests, demo); loopback needs no https.",
        examples=["http://127.0.0.1:8701"],
    )
    api_version: str = Field(
        default="",
        description="facebook only: Graph version; empty: the one this release was tested with.",
        examples=["v25.0"],
        pattern=r"^(v\d{1,3}\.\d)?$",
    )
    comments: bool = Field(
        default=False,
        description="Only where the platform's page says so (facebook, wordpress, youtube): also "
        "read the comments that others write; on Facebook visitors' posts too.",
    )
    owned_reads: bool = Field(
        default=False,
        description="x only: the credential is this account's own login (a user token) and the "
        "account itself owns the developer app, so that X bills its list of posts at the lower "
        "price of owned reads.",
    )
    terms_accepted: DecisionEntry | None = Field(
        default=None,
        description="x only: the council's decision that X's terms for public bodies let it read "
        "the account; until then a person looks.",
        examples=[{"by": "Finance Committee", "on": date(2026, 11, 1), "minute": "2026/114"}],
    )
    area: str = Field(default="whole", description="A ward of the town, or whole.")
    handed_over: tuple[str, ...] = Field(
        default=(),
        description="kind = partner only: polls for whose period all administration was handed "
        "over.",
        examples=[["parish.2027-05-06"]],
    )
    review_every: Duration = Field(
        default=timedelta(days=14),
        description="Where a person looks (manual; x without terms_accepted): how often.",
        ge=timedelta(days=1),
        le=timedelta(days=366),
        examples=["14d"],
    )

    @field_validator("platform")
    @classmethod
    def _known_platform(cls, value: str) -> str:
        if value not in platforms.words():
            raise ValueError(f"not a platform; write one of: {', '.join(platforms.words())}")
        return value

    @field_validator("api_base")
    @classmethod
    def _safe_base(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        loopback = (parts.hostname or "").startswith(LOOPBACK)
        if parts.scheme not in ({"http", "https"} if loopback else {"https"}) or not parts.hostname:
            raise ValueError("write an https address (http only for this machine itself)")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _agreed(self) -> Self:
        if self.kind is Kind.MEMBER and self.agreed_on is None:
            raise ValueError(
                "a member's page is watched only with the member's written agreement: add "
                "agreed_on = the date of it, or remove the account"
            )
        if self.handed_over and self.kind is not Kind.PARTNER:
            raise ValueError("handed_over is only for kind = partner")
        return self
