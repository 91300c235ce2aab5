"""Who is away.

The rules for every method are those of `storage.repository`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date, datetime

    from storage.values import Absence


class PeopleSteps(Protocol):
    """Writes about people."""

    def put_absence(self, absence: Absence, *, at: datetime) -> bool:
        """Enter an absence, or change the one of that person that begins on that day.

        Returns:
            Whether anything changed; each change is one dated ledger entry.
        """
        ...

    def take_back_absence(self, absence: Absence, *, by: str, at: datetime) -> bool:
        """Remove an absence that did not come about; False if there is none."""
        ...


class People(Protocol):
    """Who is away, as entered."""

    def absences(self, *, since: date | None = None) -> list[Absence]:
        """Return absences by first day, then person; with ``since`` those not over by then."""
        ...
