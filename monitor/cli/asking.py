"""The commands that ask an account's owner, keep the answer, and give a case to somebody."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from config.types import CaseId
from monitor.cli.common import (
    BecauseOption,
    ByOption,
    CaseArgument,
    ConfigOption,
    JsonOption,
    day,
    harmless,
    opened_app,
    person,
    say,
    show_case,
    workplace,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from monitor.cases.request import Requested


def add_to(group: typer.Typer) -> None:
    """Put the commands into the group of commands about cases."""
    group.command("request-removal")(request_removal)
    group.command("request-closure")(request_closure)
    group.command("answer")(answer)
    group.command("assign")(assign)


def request_removal(
    case: CaseArgument,
    correct: Annotated[
        bool, typer.Option("--correct", help="Ask for a correction instead.")
    ] = False,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Ask the account's owner by mail to take it down.

    The mail leaves after fifteen minutes; until then `cases undo` stops it. It is sent by the
    daemon, or by the next scan or verify. A member is reminded, never instructed.
    """
    from monitor.cases import preserve, request

    place = workplace(config)
    with opened_app(place) as app:
        preserve.preserve(app, as_of=app.clock.now(), case=CaseId(case))
        made = request.request_removal(
            app,
            CaseId(case),
            by=person(by),
            because=because,
            at=app.clock.now(),
            correct=correct,
        )
    if json:
        show_case(made.case, json=True)
        return
    _tell_request(made, place.settings.zone())


def request_closure(
    case: CaseArgument,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="Last day on which it is to stay closed."),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option("--until-after", metavar="POLL", help="The same: to the end of a poll's."),
    ] = None,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Ask the owner by mail to close the whole account.

    A reason is owed. Two readings at least ten minutes apart prove it, while the login still
    works; the account is then expected to be missing. Closed for a time only, its owner and the
    Clerk are reminded afterwards to open it again.
    """
    from monitor.cases import preserve, reopening, request

    place = workplace(config)
    with opened_app(place) as app:
        at = app.clock.now()
        last = day(until) if until else None
        if after is not None:
            last = reopening.last_day_of(app, after, at=at)
        preserve.preserve(app, as_of=at, case=CaseId(case))
        made = request.request_closure(
            app, CaseId(case), by=person(by), because=because, at=at, until=last
        )
    if json:
        show_case(made.case, json=True)
        return
    _tell_request(made, place.settings.zone())


def answer(
    case: CaseArgument,
    words: Annotated[
        str, typer.Option("--text", metavar="WORDS", help="What they say; - reads it.")
    ],
    config: ConfigOption = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who says it: the owner.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Keep what the account's owner says about a case.

    It is printed on the case's paper: the right of reply.
    """
    from monitor.cases import beside, request

    place = workplace(config)
    said = sys.stdin.read() if words == "-" else words
    with opened_app(place) as app:
        known = app.repository.case(CaseId(case))
        owner = request.owners_of(app).account(known.account) if known is not None else None
        who = by or (owner.owner if owner is not None else "")
        after = beside.answer(app.repository, CaseId(case), by=who, words=said, at=app.clock.now())
    show_case(after, json=json)


def assign(
    case: CaseArgument,
    to: Annotated[str, typer.Argument(metavar="WHO", help="A role or a name, as listed.")],
    config: ConfigOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Give a case to a listed person."""
    from monitor.cases import beside

    with opened_app(workplace(config)) as app:
        after = beside.assign(
            app.repository,
            CaseId(case),
            to=to,
            people=app.settings.people,
            by=person(by),
            at=app.clock.now(),
        )
    show_case(after, json=json)


def _tell_request(made: Requested, zone: ZoneInfo) -> None:
    leaves = made.leaves_at.astimezone(zone)
    due = made.case.due_at.astimezone(zone)
    if not made.is_new:
        say(f"Case {made.case.id}: this was asked for already.")
    say(f"Mail       {harmless(made.subject)}")
    say(f"Leaves     not before {leaves:%A %d %B, %H:%M}")
    say(f"Due        {due:%A %d %B, %H:%M}")
    say(f"To stop it: clerkwatch cases undo {made.case.id}")
