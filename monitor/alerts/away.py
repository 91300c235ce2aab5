"""What a mail says of people who are away, and who is asked in their place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.alerts.facts import Away
from monitor.alerts.hardening import one_line
from monitor.alerts.wording import capital, listed, the
from monitor.people.rota import each_once, folded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from monitor.alerts.wording import Calendar
    from monitor.people.rota import Rota

SOON = timedelta(days=14)
"""How long before it begins an absence is told of."""


def away(rota: Rota, *, today: date) -> tuple[Away, ...]:
    """Return who is away today or within a fortnight, in the order of their first days.

    Args:
        rota: Who is there.
        today: In the council's zone.
    """
    found = []
    for person in each_once(rota.people):
        for one in rota.absences:
            if one.person != folded(person.email):
                continue
            if one.until_on < today or one.from_on > today + SOON:
                continue
            # Who would be asked, were they there: only then does anybody stand in for them.
            asked = rota.on(max(one.from_on, today))
            plain = rota.without_absences().on(today)
            is_asked = folded(person.email) in {folded(other.email) for other in plain}
            instead = [other.name for other in asked if other not in plain] if is_asked else []
            found.append(
                Away(
                    name=person.name,
                    from_on=one.from_on,
                    until_on=one.until_on,
                    instead=tuple(instead),
                )
            )
    return tuple(sorted(found, key=lambda one: (one.from_on, one.name)))


def away_now(people: Sequence[Away], *, calendar: Calendar) -> tuple[str, ...]:
    """Return a sentence for each who is away today."""
    return tuple(
        f"{capital(_name(one))} is away until {calendar.day(one.until_on)}{_instead(one)}."
        for one in people
        if one.from_on <= calendar.today
    )


def away_soon(people: Sequence[Away], *, calendar: Calendar) -> tuple[str, ...]:
    """Return a sentence for each who will be away soon."""
    return tuple(
        f"{capital(_name(one))} is away from {calendar.day(one.from_on)} to "
        f"{calendar.day(one.until_on)}{_instead(one)}."
        for one in people
        if one.from_on > calendar.today
    )


def _name(one: Away) -> str:
    return the(one_line(one.name, most=60))


def _instead(one: Away) -> str:
    if not one.instead:
        return ""
    names = listed([the(one_line(name, most=60)) for name in one.instead])
    return f"; {names} {'is' if len(one.instead) == 1 else 'are'} asked instead"
