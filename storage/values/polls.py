"""Polls as entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from config.types import (
    AccountId,
    Origin,
    PollId,
    PollStatus,
    PollType,
    Standing,
    WindowMode,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who stands at a poll, their agent, or a party that does; expires with the poll.

    Attributes:
        name: As on the statement of persons nominated; a party's registered name.
        party: The candidate's party or group; empty: independent, or not known.
        handles: Their own accounts, for example ``@adaquill``.
        area: The ward they stand in; ``whole``: the whole town.
    """

    name: str
    role: Standing = Standing.CANDIDATE
    party: str = ""
    handles: tuple[str, ...] = ()
    area: str = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRow:
    """One poll as entered, from the configuration or by command.

    Attributes:
        held_on: Day of the poll, in the council's zone.
        area: ``whole``, a ward's name, or ``none``.
        notice_on: Day the notice of election was published; None: not entered.
        start: The council's own, earlier start.
        end: The council's own, later end.
        entered_at: When this was entered; None for one that stands in the file.
    """

    id: PollId
    type: PollType
    held_on: date
    area: str = "whole"
    by_election: bool = False
    notice_on: date | None = None
    start: datetime | None = None
    end: datetime | None = None
    mode: WindowMode = WindowMode.RESTRICTED
    status: PollStatus = PollStatus.SCHEDULED
    origin: Origin = Origin.CONFIGURATION
    notice_origin: Origin | None = None
    entered_at: datetime | None = None
    entered_by: str = ""
    candidates: tuple[Candidate, ...] = ()
    handed_over: tuple[AccountId, ...] = ()
