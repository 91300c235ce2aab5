"""Who is away, as entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """One stretch of days on which a person is away.

    Attributes:
        person: The mail address by which the configuration knows them.
        from_on: First day away, in the council's zone.
        until_on: Last day away; never before the first.
        cover: The mail address of who stands in; empty: nobody was named.
        entered_at: When this was entered; aware UTC.
        entered_by: Who entered it.
    """

    person: str
    from_on: date
    until_on: date
    cover: str = ""
    entered_at: datetime
    entered_by: str = ""

    def holds(self, on: date) -> bool:
        """Return whether the person is away on a day."""
        return self.from_on <= on <= self.until_on
