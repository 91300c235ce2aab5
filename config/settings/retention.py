"""How long what was read, decided and mailed is kept, and under which decision longer."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, field_validator

from config import platforms
from config.settings.fields import Duration, Section

_LONGEST = timedelta(days=36_500)
_SHORTEST = timedelta(days=1)


class Retention(Section):
    """How long things are kept; docs/operators/retention.md has the whole schedule."""

    purge: bool = Field(
        default=True,
        description="Whether the daemon purges by itself each day, at [backup] at; else only: "
        "clerkwatch purge. What is kept of a case is announced seven days before.",
    )
    evidence_basis: str = Field(
        default="",
        description="The council's written decision, by date and minute, under which evidence of "
        "a case is kept longer than a platform's terms allow. Empty: the terms decide.",
        examples=["Full council, 4 November 2026, minute 112"],
        max_length=300,
    )
    clean: Duration = Field(
        default=timedelta(days=180),
        description="Posts without a case: how long after they were last seen, 1d to 36500d.",
        ge=_SHORTEST,
        le=_LONGEST,
        examples=["180d"],
    )
    others: Duration = Field(
        default=timedelta(days=30),
        description="The same for comments and posts of other people, 1d to 36500d.",
        ge=_SHORTEST,
        le=_LONGEST,
        examples=["30d"],
    )
    cases: Duration = Field(
        default=timedelta(days=2190),
        description="Posts with a case: how long after the last one was closed, 1d to 36500d.",
        ge=_SHORTEST,
        le=_LONGEST,
        examples=["2190d"],
    )
    mails: Duration = Field(
        default=timedelta(days=400),
        description="The bytes of mails that were sent, 30d to 36500d.",
        ge=timedelta(days=30),
        le=_LONGEST,
        examples=["400d"],
    )
    backups: Duration = Field(
        default=timedelta(days=60),
        description="Copies at [backup] to; the newest is never taken away. 2d to 36500d.",
        ge=timedelta(days=2),
        le=_LONGEST,
        examples=["60d"],
    )
    gone: dict[str, Duration] = Field(
        default_factory=dict,
        description="By platform: how long after a post is no longer visible there, or was "
        "edited, its older words are kept; in place of the platform's own limit.",
        examples=[{"x": timedelta(days=14)}],
    )

    @field_validator("gone")
    @classmethod
    def _known(cls, value: dict[str, timedelta]) -> dict[str, timedelta]:
        for name, span in value.items():
            if name not in platforms.words():
                raise ValueError(f"{name!r} is not a platform")
            if not _SHORTEST <= span <= _LONGEST:
                raise ValueError(f"{name}: write 1d to 36500d")
        return value
