"""`people`: who is told and decides, who is away, and who stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import (
    ByOption,
    ConfigOption,
    JsonOption,
    database_exists,
    day,
    emit,
    harmless,
    note,
    opened_repository,
    person,
    say,
    workplace,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from monitor.alerts.message import Person
    from monitor.cli.common import Workplace
    from monitor.people.rota import Rota
    from storage.values import Absence

PersonArgument = Annotated[
    str, typer.Argument(metavar="WHO", help="A role, a name or a mail address.")
]
_LONGEST = 100


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    group = typer.Typer(no_args_is_help=True, help="Who decides, who is away, who stands in.")
    group.command("list")(list_people)
    group.command("absent")(absent)
    group.command("back")(back)
    app.add_typer(group, name="people")


def list_people(config: ConfigOption = None, json: JsonOption = False) -> None:
    """List who may decide, their working days, and who is away."""
    place = workplace(config)
    rota = _rota(place)
    now = _now()
    shapes = [person_shape(rota, one, as_of=now) for one in rota.people]
    if json:
        emit(shapes)
        return
    for one, shape in zip(rota.people, shapes, strict=True):
        days = " ".join(shape["working_days"])
        say(f"{one.role.value:<13} {_name(one)} <{harmless(one.email, most=_LONGEST)}>, {days}")
        for line in shape["absences"]:
            cover = f"; {harmless(line['cover'], most=_LONGEST)} stands in" if line["cover"] else ""
            say(f"{'':<13} away from {line['from']} to {line['until']}{cover}")
    asked = ", ".join(_name(one) for one in rota.who_decides(now))
    say(f"Asked to decide today: {asked}")


def absent(
    who: PersonArgument,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="Their last day away.")],
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="Their first day away; else today."),
    ] = None,
    cover: Annotated[
        str | None,
        typer.Option("--cover", metavar="WHO", help="Who stands in; else the deputy."),
    ] = None,
    config: ConfigOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Enter that somebody is away; who stands in is asked instead."""
    from monitor.people.absences import enter, find

    place = workplace(config)
    people = place.settings.people
    chosen = find(people, who)
    stands_in = find(people, cover) if cover else None
    now = _now()
    with opened_repository(place) as repository:
        entered = enter(
            repository,
            chosen,
            people=people,
            until=day(until),
            since=day(since) if since else None,
            cover=stands_in,
            by=person(by),
            at=now,
            today=_today(place, now),
        )
    rota = _rota(place)
    if json:
        emit(person_shape(rota, chosen, as_of=now))
        return
    say(f"{_name(chosen)} is away from {entered.from_on} to {entered.until_on}.")
    asked = rota.on(max(entered.from_on, _today(place, now)))
    say(f"Asked to decide then: {', '.join(_name(one) for one in asked)}.")
    if all(rota.absence(one, entered.from_on) for one in asked):
        note("Nobody else is there: they are told all the same. Enter who stands in with --cover")


def back(
    who: PersonArgument,
    config: ConfigOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Say that somebody is back; absences to come are taken back."""
    from monitor.people.absences import end, find

    place = workplace(config)
    chosen = find(place.settings.people, who)
    now = _now()
    with opened_repository(place) as repository:
        ended = end(repository, chosen, by=person(by), at=now, today=_today(place, now))
    if json:
        emit(person_shape(_rota(place), chosen, as_of=now))
        return
    if not ended:
        say(f"{_name(chosen)} was not entered as away; nothing has changed.")
        return
    for one in ended:
        say(f"{_name(chosen)} is back: away from {one.from_on} to {one.until_on} holds no more.")


def person_shape(rota: Rota, one: Person, *, as_of: datetime) -> dict[str, Any]:
    """Return one person as ``people list --json`` shows them."""
    from config.settings.fields import WEEK
    from monitor.people.rota import folded

    today = rota.day(as_of)
    mine = [away for away in rota.absences if away.person == folded(one.email)]
    return {
        "role": one.role.value,
        "name": one.name,
        "email": one.email,
        "working_days": [WEEK[number] for number in sorted(one.working)],
        "away": rota.absence(one, today) is not None,
        "decides": folded(one.email) in {folded(who.email) for who in rota.who_decides(as_of)},
        "absences": [_absence_shape(away) for away in mine if away.until_on >= today],
    }


def _absence_shape(away: Absence) -> dict[str, Any]:
    return {
        "from": away.from_on,
        "until": away.until_on,
        "cover": away.cover or None,
        "entered_at": away.entered_at,
        "entered_by": away.entered_by,
    }


def _rota(place: Workplace) -> Rota:
    """Return who is there; without a database nobody is away."""
    from monitor.people.rota import Rota

    if not database_exists(place.settings):
        return Rota.of(place.settings)
    with opened_repository(place, read_only=True) as repository:
        return Rota.of(place.settings, repository.absences())


def _name(one: Person) -> str:
    return harmless(one.name, most=_LONGEST)


def _now() -> datetime:
    from monitor.clock import SystemClock

    return SystemClock().now()


def _today(place: Workplace, now: datetime) -> date:
    return now.astimezone(place.settings.zone()).date()
