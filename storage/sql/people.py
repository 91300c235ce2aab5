"""Who is away, as entered by command or by reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from storage.columns import plain_values
from storage.sql.base import Desk
from storage.sql.stepping import Steps
from storage.tables import Absence
from storage.values import Absence as AbsenceValue

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement

_ABSENCE = Absence.__table__


class People(Desk):
    """The part of the repository that knows who is away."""

    def absences(self, *, since: date | None = None) -> list[AbsenceValue]:
        """Return absences by first day, then person; with ``since`` those not over by then."""
        query = select(_ABSENCE).order_by(_ABSENCE.c.from_on, _ABSENCE.c.person)
        if since is not None:
            query = query.where(_ABSENCE.c.until_on >= since)
        with self._reading() as connection:
            return [
                AbsenceValue(
                    person=row.person,
                    from_on=row.from_on,
                    until_on=row.until_on,
                    cover=row.cover,
                    entered_at=row.entered_at,
                    entered_by=row.entered_by,
                )
                for row in connection.execute(query)
            ]


class PeopleSteps(Steps):
    """Absences, each change with its entry."""

    def put_absence(self, absence: AbsenceValue, *, at: datetime) -> bool:
        """Enter an absence, or change the one that begins on that day; see `Transaction`."""
        said = plain_values(
            {
                "person": absence.person,
                "from_on": absence.from_on,
                "until_on": absence.until_on,
                "cover": absence.cover,
            }
        )
        passing = plain_values({"entered_at": at, "entered_by": absence.entered_by})
        known = (
            self._connection.execute(select(_ABSENCE).where(_is_this(absence))).mappings().first()
        )
        if known is None:
            self._add(_ABSENCE, {**said, **passing})
        elif all(known[name] == value for name, value in said.items()):
            return False
        else:
            self._connection.execute(
                update(_ABSENCE).where(_is_this(absence)).values(**said, **passing)
            )
        self._entry("absence entered", absence, by=absence.entered_by, at=at)
        return True

    def take_back_absence(self, absence: AbsenceValue, *, by: str, at: datetime) -> bool:
        """Remove an absence that did not come about; False if there is none."""
        gone = self._connection.execute(delete(_ABSENCE).where(_is_this(absence)))
        if not gone.rowcount:
            return False
        self._entry("absence taken back", absence, by=by, at=at)
        return True

    def _entry(self, kind: str, absence: AbsenceValue, *, by: str, at: datetime) -> None:
        facts: dict[str, Any] = {
            "person": absence.person,
            "from_on": absence.from_on.isoformat(),
            "until_on": absence.until_on.isoformat(),
            "cover": absence.cover,
            "by": by,
        }
        # The reference stays in the chain for good: it names the day, never the person.
        self._chain.add(kind, f"absence:{absence.from_on.isoformat()}", at=at, facts=facts)


def _is_this(absence: AbsenceValue) -> ColumnElement[bool]:
    return (_ABSENCE.c.person == absence.person) & (_ABSENCE.c.from_on == absence.from_on)
