"""Polls entered by command: how they are read back, and how each change is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from config.types import (
    AccountId,
    Origin,
    PollId,
    PollStatus,
    PollType,
    Standing,
    WindowMode,
)
from storage.sql.base import Desk, replace_row
from storage.sql.stepping import Steps
from storage.tables import Poll
from storage.values import Candidate, PollRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy import RowMapping

_POLL = Poll.__table__


class Polls(Desk):
    """The part of the repository that keeps polls."""

    def polls(self) -> list[PollRow]:
        """Return the polls entered by command, and notices entered for others, by id."""
        with self._reading() as connection:
            rows = connection.execute(select(_POLL).order_by(_POLL.c.id)).mappings()
            return [_poll(row) for row in rows]


class PollSteps(Steps):
    """Writes about polls."""

    def put_poll(self, poll: PollRow, *, at: datetime) -> None:
        """Enter or replace a poll by command; every change is a dated ledger entry."""
        columns = _poll_columns(poll) | {
            "origin": Origin.COMMAND.value,
            "notice_origin": Origin.COMMAND.value if poll.notice_on else None,
        }
        self._put_poll("poll entered", columns, by=poll.entered_by, at=at)

    def set_notice(self, poll: PollRow, day: date | None, *, by: str, at: datetime) -> None:
        """Enter the notice of election of a poll (one from the configuration too).

        A day of None takes back what was entered by command.
        """
        if day is None and poll.origin is Origin.CONFIGURATION:
            self._connection.execute(_POLL.delete().where(_POLL.c.id == poll.id))
            facts = {"poll": poll.id, "notice_on": None, "by": by}
            self._chain.add("notice taken back", f"poll:{poll.id}", at=at, facts=facts)
            return
        columns = _poll_columns(poll) | {
            "notice_on": day,
            "notice_origin": None if day is None else Origin.COMMAND.value,
        }
        kind = "notice taken back" if day is None else "notice entered"
        self._put_poll(kind, columns, by=by, at=at)

    def _put_poll(self, kind: str, columns: dict[str, Any], *, by: str, at: datetime) -> None:
        columns |= {"entered_at": at, "entered_by": by}
        known = (
            self._connection.execute(select(_POLL).where(_POLL.c.id == columns["id"]))
            .mappings()
            .first()
        )
        passing = {"entered_at", "entered_by"}
        if known is not None and all(
            known[name] == value for name, value in columns.items() if name not in passing
        ):
            return
        replace_row(self._connection, _POLL, columns)
        facts = {name: _plain_value(value) for name, value in columns.items()}
        self._chain.add(kind, f"poll:{columns['id']}", at=at, facts=facts)


def _poll(row: RowMapping) -> PollRow:
    notice_origin = row["notice_origin"]
    return PollRow(
        id=PollId(row["id"]),
        type=PollType(row["type"]),
        held_on=row["held_on"],
        area=row["area"],
        by_election=row["by_election"],
        notice_on=row["notice_on"],
        start=row["start"],
        end=row["end"],
        mode=WindowMode(row["mode"]),
        status=PollStatus(row["status"]),
        origin=Origin(row["origin"]),
        notice_origin=None if notice_origin is None else Origin(notice_origin),
        entered_at=row["entered_at"],
        entered_by=row["entered_by"],
        candidates=tuple(_candidate(stated) for stated in row["candidates"]),
        handed_over=tuple(AccountId(account) for account in row["handed_over"]),
    )


def _candidate(stated: Mapping[str, Any] | str) -> Candidate:
    """Return a candidate as stored; a bare name is how they were stored at first."""
    if isinstance(stated, str):
        return Candidate(name=stated)
    return Candidate(
        name=stated["name"],
        role=Standing(stated["role"]),
        party=stated["party"],
        handles=tuple(stated["handles"]),
        area=stated["area"],
    )


def _stated(candidate: Candidate) -> dict[str, object]:
    return {
        "name": candidate.name,
        "role": candidate.role.value,
        "party": candidate.party,
        "handles": list(candidate.handles),
        "area": candidate.area,
    }


def _poll_columns(poll: PollRow) -> dict[str, Any]:
    return {
        "id": poll.id,
        "type": poll.type.value,
        "held_on": poll.held_on,
        "area": poll.area,
        "by_election": poll.by_election,
        "notice_on": poll.notice_on,
        "start": poll.start,
        "end": poll.end,
        "mode": poll.mode.value,
        "status": poll.status.value,
        "origin": poll.origin.value,
        "notice_origin": None if poll.notice_origin is None else poll.notice_origin.value,
        "candidates": [_stated(one) for one in poll.candidates],
        "handed_over": list(poll.handed_over),
    }


def _plain_value(value: object) -> object:
    """Return what JSON holds; instants and days in ISO form."""
    return value.isoformat() if hasattr(value, "isoformat") else value
