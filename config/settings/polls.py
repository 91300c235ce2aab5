"""One poll, as it stands in the file."""

from __future__ import annotations

from datetime import datetime

from pydantic import (
    Field,
    field_validator,
)

from config.settings.fields import Day, Section
from config.types import PollType, WindowMode


class PollEntry(Section):
    """One election or referendum that may touch the town."""

    id: str = Field(
        description="Your own label.",
        examples=["parish.2027-05-06"],
        pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$",
    )
    type: PollType = Field(
        description="parish | borough | county | mayor | pcc | parliament | referendum-national | "
        "referendum-council-tax | referendum-governance | neighbourhood-plan.",
        examples=["parish"],
    )
    by_election: bool = Field(default=False, description="A by-election.")
    date: Day = Field(description="Day of the poll.", examples=[Day(2027, 5, 6)])
    area: str = Field(
        default="whole", description='whole, a ward of the town, or "none": does not touch it.'
    )
    notice: Day | None = Field(
        default=None,
        description="The notice of election as published (or: clerkwatch elections notice).",
        examples=[Day(2027, 3, 22)],
    )
    start: datetime | None = Field(
        default=None,
        description="The council's own, earlier start, with offset.",
        examples=["2027-03-18T00:00:00+00:00"],
    )
    end: datetime | None = Field(
        default=None, description="The council's own end; never earlier than the law's."
    )
    mode: WindowMode = Field(default=WindowMode.RESTRICTED, description="restricted | closed.")

    @field_validator("start", "end")
    @classmethod
    def _has_offset(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError('add the offset, for example "2027-03-18T00:00:00+00:00"')
        return value
