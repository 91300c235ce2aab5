"""Who is told and asked at an instant: the Clerk, whoever stands in, whom it concerns.

Pure. A person is known by their mail address: whoever is away is away in every role. Those
whose role is technical are never told of a post and never asked about one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.types import Role
from monitor.alerts.deadline import MONDAY_TO_FRIDAY, ahead, is_working_day, nth_noon

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from config.settings import Settings
    from config.types import Severity
    from monitor.alerts.message import Person
    from storage.values import Absence

CONCERNS_SAFEGUARDING = frozenset({"safeguarding", "personal-data"})
"""Topics of which the safeguarding lead is told too."""
_DECIDING = (Role.CLERK, Role.DEPUTY, Role.SAFEGUARDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Who is there, and for whom.

    Attributes:
        people: As the configuration lists them.
        zone: IANA zone of the council.
        nation: For bank holidays.
        absences: Who is away when, and who stands in.
        closed: Days on which the office is closed beside the bank holidays.
        cover_after: Working days after its deadline when an undecided case goes to the cover.
    """

    people: tuple[Person, ...]
    zone: str
    nation: str
    absences: tuple[Absence, ...] = ()
    closed: frozenset[date] = frozenset()
    cover_after: int = 3

    @classmethod
    def of(cls, settings: Settings, absences: Iterable[Absence] = ()) -> Rota:
        """Take it from the configuration and what was entered since.

        Args:
            settings: The configuration.
            absences: As the repository returns them.
        """
        return cls(
            people=settings.people,
            zone=settings.council.timezone,
            nation=settings.council.nation,
            absences=tuple(absences),
            closed=frozenset(settings.council.closed),
            cover_after=settings.schedule.cover_after,
        )

    def without_absences(self) -> Rota:
        """Return the same people as if nobody were away."""
        return replace(self, absences=())

    def day(self, at: datetime) -> date:
        """Return the council's date at an instant."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def absence(self, person: Person, on: date) -> Absence | None:
        """Return why a person is not there on a day, the one that lasts longest; None: they are."""
        address = folded(person.email)
        running = [one for one in self.absences if one.person == address and one.holds(on)]
        return max(running, key=lambda one: one.until_on, default=None)

    def works(self, person: Person, on: date) -> bool:
        """Return whether a person works on a day: their week, no holiday, not closed, not away."""
        return (
            is_working_day(on, nation=self.nation, working=person.working)
            and on not in self.closed
            and self.absence(person, on) is None
        )

    def who_decides(self, as_of: datetime, *, barred: Collection[str] = ()) -> tuple[Person, ...]:
        """Return who is asked to decide at an instant, never nobody.

        The Clerk; for one who is away whoever was named to stand in; where that leaves
        nobody, the deputy, then the safeguarding lead. If everybody is away, the Clerk.

        Args:
            as_of: The present moment; aware.
            barred: Addresses of those who may not decide this case, because it is about an
                account that they own; only if there is nobody else at all are they asked.
        """
        return self._deciding(self.day(as_of), barred)

    def on(self, day: date) -> tuple[Person, ...]:
        """Return who is asked to decide on a day; see `who_decides`."""
        return self._deciding(day, ())

    def cover(self, as_of: datetime, *, barred: Collection[str] = ()) -> tuple[Person, ...]:
        """Return who is asked beside those who decide, when they have not; may be nobody.

        Args:
            as_of: The present moment; aware.
            barred: As in `who_decides`.
        """
        on = self.day(as_of)
        asked = {folded(person.email) for person in self._deciding(on, barred)}
        for role in _DECIDING:
            others = [
                person
                for person in self._there(role, on, barred)
                if folded(person.email) not in asked
            ]
            if others:
                return tuple(others)
        return ()

    def called(
        self, topics: Iterable[str], *, as_of: datetime, barred: Collection[str] = ()
    ) -> tuple[Person, ...]:
        """Return who is told at once of something urgent: Clerk, deputy, and whom it concerns.

        Args:
            topics: What it is about; decides whether the safeguarding lead is told.
            as_of: The present moment; aware.
            barred: As in `who_decides`; those who are there are told all the same.
        """
        on = self.day(as_of)
        roles = [Role.CLERK, Role.DEPUTY]
        if not CONCERNS_SAFEGUARDING.isdisjoint(topics):
            roles.append(Role.SAFEGUARDING)
        told = [person for role in roles for person in self._there(role, on)]
        return each_once([*told, *self._deciding(on, barred)])

    def technicians(self, as_of: datetime) -> tuple[Person, ...]:
        """Return whose matter the machine is; those who are away only if nobody else is."""
        on = self.day(as_of)
        them = [person for person in self.people if person.role is Role.TECHNICAL]
        there = [person for person in them if self.absence(person, on) is None]
        return each_once(there or them)

    def decide_by(self, at: datetime, severity: Severity) -> datetime:
        """Return by when a decision is asked for: 12:00 on a working day of who decides then.

        Args:
            at: When the case was opened; aware.
            severity: ``urgent``: the next working day; others: the third.
        """
        return self._noon_after(at, ahead(severity))

    def goes_to_cover_at(self, due_at: datetime) -> datetime:
        """Return when a case that was due then goes to the cover too, if nobody decides it."""
        return self._noon_after(due_at, self.cover_after)

    def is_working_day(self, on: date) -> bool:
        """Return whether anybody who decides on a day works on it."""
        return any(self.works(person, on) for person in self._deciding(on, ()))

    def _noon_after(self, at: datetime, days: int) -> datetime:
        """Return 12:00 on a coming working day.

        A calendar on which nobody ever works would leave no day at all: then those who are
        away count, and at last the days on which any office works.
        """
        last: ValueError | None = None
        for counts in (self.is_working_day, self._is_clerks_day, self._is_any_office_day):
            try:
                return nth_noon(at, days, zone=self.zone, counts=counts)
            except ValueError as error:
                last = error
        raise last or ValueError("no working day")

    def _is_clerks_day(self, on: date) -> bool:
        """Return whether it is the Clerk's day, whoever is away."""
        return on not in self.closed and any(
            is_working_day(on, nation=self.nation, working=person.working)
            for person in self.people
            if person.role is Role.CLERK
        )

    def _is_any_office_day(self, on: date) -> bool:
        return is_working_day(on, nation=self.nation, working=MONDAY_TO_FRIDAY)

    def _deciding(self, on: date, barred: Collection[str]) -> tuple[Person, ...]:
        """Return who decides on a day."""
        for role in _DECIDING:
            found = self._there(role, on, barred)
            if found:
                return each_once(found)
        able = [person for person in self.people if person.role in _DECIDING]
        free = [person for person in able if not _is_among(person, barred)]
        clerks = [person for person in free or able if person.role is Role.CLERK]
        return each_once(clerks or free or able)

    def _there(self, role: Role, on: date, barred: Collection[str] = ()) -> list[Person]:
        """Return those of a role who are there, and those who stand in for the others."""
        found = (self._or_cover(person, on) for person in self.people if person.role is role)
        return [person for person in found if person is not None and not _is_among(person, barred)]

    def _or_cover(self, person: Person, on: date) -> Person | None:
        """Return a person, or whoever was named to stand in and is there; None: nobody was."""
        seen: set[str] = set()
        current: Person | None = person
        while current is not None and folded(current.email) not in seen:
            seen.add(folded(current.email))
            away = self.absence(current, on)
            if away is None:
                return current
            current = self._known(away.cover)
        return None

    def _known(self, address: str) -> Person | None:
        """Return who may decide under an address, or None."""
        able = (person for person in self.people if person.role in _DECIDING)
        return next((person for person in able if folded(person.email) == folded(address)), None)


def folded(address: str) -> str:
    """Return a mail address as addresses are compared: without regard to case."""
    return address.strip().casefold()


def each_once(people: Iterable[Person]) -> tuple[Person, ...]:
    """Return people in their order, each address once."""
    found: dict[str, Person] = {}
    for person in people:
        found.setdefault(folded(person.email), person)
    return tuple(found.values())


def _is_among(person: Person, addresses: Collection[str]) -> bool:
    return folded(person.email) in {folded(address) for address in addresses}
