"""Entering who is away and who stands in: the same functions for the command and a reply."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import Role
from monitor.people.rota import folded
from storage.values import Absence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from monitor.alerts.message import Person
    from monitor.app import App
    from storage.repository import Repository

LONGEST = timedelta(days=366)
"""Whoever is away longer than a year is no longer in the post: that is a matter of the file."""
_DAY = timedelta(days=1)


def cover(
    app: App,
    named: str,
    *,
    until: date,
    by: str,
    at: datetime,
    absent: str = "",
    since: date | None = None,
) -> Absence:
    """Carry out ``COVER deputy until 18 August``: who orders it is away, and who stands in.

    Takes part in a transaction that is open in this thread, so that it may be called from
    within ``repository.together()``. Safe to repeat.

    Args:
        app: The wired application.
        named: Who stands in: a role, a name or a mail address.
        until: Last day away, in the council's zone.
        by: Who orders it.
        at: When; aware UTC.
        absent: Who is away, like ``named``; empty: who orders it, or the Clerk if that is
            nobody listed.
        since: First day away; None: today.

    Raises:
        OperatorError: Somebody is not known, or the days make no sense; it says which.
    """
    people = app.settings.people
    away = find(people, absent) if absent else _listed(people, by) or find(people, Role.CLERK)
    today = at.astimezone(app.settings.zone()).date()
    return enter(
        app.repository,
        away,
        people=people,
        until=until,
        since=since,
        cover=find(people, named),
        by=by,
        at=at,
        today=today,
    )


def enter(
    repository: Repository,
    person: Person,
    *,
    people: Sequence[Person],
    until: date,
    since: date | None,
    cover: Person | None,
    by: str,
    at: datetime,
    today: date,
) -> Absence:
    """Enter that a person is away; what is running already is changed, not entered beside.

    Args:
        repository: Where to.
        person: Who is away.
        people: Everybody, to see who is left.
        until: Last day away.
        since: First day away; None: today, or as it was entered if they are away now.
        cover: Who stands in; None: the deputy, or whoever was named before.
        by: Who enters it.
        at: When; aware UTC.
        today: In the council's zone.

    Returns:
        The absence as it stands now.

    Raises:
        OperatorError: The days make no sense, it overlaps another one, or who stands in cannot.
    """
    with repository.writing() as transaction:
        known = [one for one in repository.absences() if one.person == folded(person.email)]
        running = next((one for one in known if one.holds(today)), None) if since is None else None
        first = since or (running.from_on if running else today)
        absence = Absence(
            person=folded(person.email),
            from_on=first,
            until_on=until,
            cover=folded(cover.email) if cover else running.cover if running else "",
            entered_at=at,
            entered_by=by,
        )
        _check_days(absence, known, today=today)
        _check_cover(person, cover, people=people)
        transaction.put_absence(absence, at=at)
    return absence


def end(
    repository: Repository, person: Person, *, by: str, at: datetime, today: date
) -> tuple[Absence, ...]:
    """Say that a person is back: what runs ends yesterday, what begins later is taken back.

    Returns:
        What was entered before and holds no more; nothing if they were not away.

    Raises:
        StorageError: The database refused.
    """
    with repository.writing() as transaction:
        known = [
            one for one in repository.absences(since=today) if one.person == folded(person.email)
        ]
        for one in known:
            if one.from_on < today:
                short = replace(one, until_on=today - _DAY, entered_by=by)
                transaction.put_absence(short, at=at)
            else:
                transaction.take_back_absence(one, by=by, at=at)
    return tuple(known)


def find(people: Sequence[Person], named: str) -> Person:
    """Return the one person who is meant by a role, a name or a mail address.

    Raises:
        OperatorError: Nobody, or more than one, is.
    """
    wanted = _words(named)
    found = {
        folded(person.email): person
        for person in people
        if wanted in {person.role.value, _words(person.name), folded(person.email)}
    }
    if len(found) == 1:
        return next(iter(found.values()))
    listed = "; ".join(f"{person.role.value}: {person.name}" for person in people)
    many = "more than one person is" if found else "nobody is"
    raise OperatorError(
        f"{many} called {named!r}", remedy=f"Give the name or mail address of one of: {listed}"
    )


def _listed(people: Sequence[Person], by: str) -> Person | None:
    """Return the listed person that somebody's name or address stands for, or None."""
    said = _words(by)
    able = (person for person in people if person.role is not Role.TECHNICAL)
    return next(
        (one for one in able if said in {_words(one.name), folded(one.email)}),
        None,
    )


def _check_days(absence: Absence, known: Sequence[Absence], *, today: date) -> None:
    if absence.until_on < absence.from_on:
        raise OperatorError(
            f"{absence.until_on} lies before the first day away, {absence.from_on}",
            remedy="Give the last day away, for example --until 2027-08-18",
        )
    if absence.until_on < today:
        raise OperatorError(
            f"{absence.until_on} is over already", remedy="Only who is away now or later is entered"
        )
    if absence.until_on - absence.from_on > LONGEST:
        raise OperatorError(
            f"from {absence.from_on} to {absence.until_on} is longer than a year",
            remedy="Is the year right? Who left the post is changed under [[people]]",
        )
    for one in known:
        is_apart = one.until_on < absence.from_on or absence.until_on < one.from_on
        if one.from_on != absence.from_on and not is_apart:
            raise OperatorError(
                f"they are away from {one.from_on} to {one.until_on} already",
                remedy="Say first that they are back (clerkwatch people back …), then enter it new",
            )


def _check_cover(person: Person, cover: Person | None, *, people: Sequence[Person]) -> None:
    if cover is None:
        return
    if folded(cover.email) == folded(person.email):
        raise OperatorError(
            f"{person.name} cannot stand in for themselves",
            remedy="Name somebody else, or leave --cover out: then it is the deputy",
        )
    roles = {one.role for one in people if folded(one.email) == folded(cover.email)}
    if roles == {Role.TECHNICAL}:
        raise OperatorError(
            f"{cover.name} is there for technical matters only and is never told of a post",
            remedy="Name the deputy or another person who may decide",
        )


def _words(text: str) -> str:
    """Return a name as names are compared."""
    return " ".join(text.casefold().split()).removeprefix("the ")
