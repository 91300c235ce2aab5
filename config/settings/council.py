"""Who the council is, where things are remembered, when they happen, what they may cost."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from config.settings.fields import Duration, Section, TimeOfDay
from config.types import PollType

_LEAST_LETTERS = 4


class Council(Section):
    """Who the council is."""

    name: str = Field(
        description="The council's name, as it stands in mails.",
        examples=["Elstree and Borehamwood Town Council"],
        min_length=1,
        max_length=200,
    )
    timezone: str = Field(
        default="Europe/London", description="IANA time zone of all times and dates."
    )
    nation: Literal["England", "Wales", "Scotland", "Northern Ireland"] = Field(
        default="England", description="Decides bank holidays and election law."
    )
    policy: str = Field(
        default="elstree-borehamwood-2017",
        description="The adopted social media policy: a bundled one, or the path of your own file.",
    )
    email_domain: str = Field(
        description="The council's own mail domain (requirement 1 of the policy).",
        examples=["elstreeborehamwood-tc.gov.uk"],
        pattern=r"^[A-Za-z0-9.-]+\.[A-Za-z]{2,}$",
    )
    wards: tuple[str, ...] = Field(
        default=(), description="The town's wards, for by-elections.", examples=[["Brookmeadow"]]
    )
    closed: tuple[date, ...] = Field(
        default=(),
        description="Days on which the office is closed beside week-ends and bank holidays; no "
        "deadline falls on them.",
        examples=[[date(2026, 12, 29), date(2026, 12, 30)]],
    )
    places: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="By ward, the names of its streets, halls and parks: a post that names one is "
        "about that ward (by-elections).",
        examples=[{"Brookmeadow": ["Mill Hall", "Weir Road"]}],
    )
    groups: tuple[str, ...] = Field(
        default=(),
        description="The town's own political groups and local parties, as people write them: each "
        "is treated like the registered parties, all year.",
        examples=[["Fernbeck First", "Mill End Residents"]],
    )
    permitted_notices: tuple[str, ...] = Field(
        default=(),
        description="Words of notices that may still be published while accounts are closed before "
        "a poll, beside the bundled ones (polling, emergencies, notices that a law requires).",
        examples=[["market cancelled", "burial"]],
    )
    authorities: dict[str, PollType] = Field(
        default_factory=dict,
        description="Whose elections touch the town, by Democracy Club's name of the organisation "
        "or area, for elections import.",
        examples=[{"hertsmere": "borough", "hertfordshire": "county"}],
    )
    holidays: tuple[date, ...] = Field(
        default=(),
        description="Bank holidays and days of mourning or thanksgiving proclaimed after this "
        "version was made; election timetables do not count them.",
        examples=[[date(2022, 9, 19)]],
    )
    logo: Path | None = Field(
        default=None,
        description="Picture of the council's logo, compared with profile pictures.",
        examples=["logo.png"],
    )

    companion_reviews: dict[str, date] = Field(
        default_factory=dict,
        description="By when each policy that the social media policy relies on is reviewed next; "
        "reports name those without a day.",
        examples=[{"Safeguarding Policy": date(2027, 5, 31)}],
    )

    @model_validator(mode="after")
    def _places_in_wards(self) -> Self:
        strange = sorted(self.places.keys() - set(self.wards))
        if strange:
            raise ValueError(
                f"places: {strange[0]!r} is not one of the wards "
                f"({', '.join(self.wards) or 'which are empty'})"
            )
        return self

    @field_validator("groups", "permitted_notices")
    @classmethod
    def _long_enough(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for words in value:
            if sum(letter.isalnum() for letter in words) < _LEAST_LETTERS:
                raise ValueError(f"{words!r} is too short: it would be found in every other post")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError('not an IANA time zone; write for example "Europe/London"')
        return value


class Storage(Section):
    """Where things are remembered. Relative paths: see the head of this file."""

    url: str = Field(
        default="sqlite:///clerkwatch.db",
        description="The database; sqlite:/// and a path.",
        pattern=r"^sqlite:///.+",
    )
    evidence: Path = Field(
        default=Path("evidence"),
        description="Folder for kept copies: pictures, given files, platforms' answers. Back it up "
        "with the database.",
    )


class Schedule(Section):
    """When things happen."""

    pull_every: Duration = Field(
        default=timedelta(minutes=30),
        description="How often each account is read, 1m to 1d.",
        ge=timedelta(minutes=1),
        le=timedelta(days=1),
        examples=["30m"],
    )
    verify_every: Duration = Field(
        default=timedelta(hours=1),
        description="How often posts that should be gone are read again, and owners who are "
        "late reminded, 1m to 1d.",
        ge=timedelta(minutes=1),
        le=timedelta(days=1),
        examples=["1h"],
    )
    digest_at: TimeOfDay = Field(
        default=time(7, 0),
        description="When the morning mail leaves; not from 01:00 to 01:59.",
        examples=["07:00"],
    )
    look_back: Duration = Field(
        default=timedelta(days=30),
        description="How far back posts are first read, and re-read for edits and deletions, "
        "1d to 365d.",
        ge=timedelta(days=1),
        le=timedelta(days=365),
        examples=["30d"],
    )
    sweep_back: Duration = Field(
        default=timedelta(days=365),
        description="When a pre-election period opens, how far back older posts are read, 1d to "
        "3650d; not longer than look_back: only what is stored is looked at.",
        ge=timedelta(days=1),
        le=timedelta(days=3650),
        examples=["365d"],
    )
    sweep_share: int = Field(
        default=50,
        description="Per cent of a platform's monthly budget after which older posts are not "
        "asked for any more, so that the daily reading has the rest, 0 to 100.",
        ge=0,
        le=100,
        examples=[50],
    )
    cover_after: int = Field(
        default=3,
        description="Working days after its deadline when a case that nobody has decided also "
        "goes to the cover, 1 to 30.",
        ge=1,
        le=30,
        examples=[3],
    )
    reports: bool = Field(
        default=True,
        description="Whether reports go to the Clerk by themselves: each month, after each "
        "pre-election period, and in April for the annual return.",
    )


class Budget(Section):
    """What may be spent on one platform in a calendar month (UTC)."""

    usd_per_month: Decimal = Field(
        description="Reading stops before this is exceeded.",
        examples=[Decimal("5.00")],
        ge=0,
        le=100_000,
        decimal_places=2,
    )
