"""The decisions of `cases`: what the Clerk says about a case, one command each."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.types import CaseId
from monitor.cli.common import (
    BecauseOption,
    ByOption,
    ConfigOption,
    JsonOption,
    count,
    day,
    emit,
    harmless,
    instant,
    opened_app,
    person,
    say,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from monitor.app import App
    from monitor.cases.request import Requested
    from storage.values import Case

    Decide = Callable[[App, CaseId, str, datetime], Case]

CaseArgument = Annotated[int, typer.Argument(metavar="CASE", help="Number of the case.", min=1)]


def add_to(group: typer.Typer) -> None:
    """Put the decisions into the group of commands about cases."""
    group.command("open")(open_case)
    group.command("acknowledge")(acknowledge)
    group.command("request-removal")(request_removal)
    group.command("request-closure")(request_closure)
    group.command("undo")(undo)
    group.command("dismiss")(dismiss)
    group.command("leave")(leave)
    group.command("escalate")(escalate)
    group.command("reopen")(reopen)
    group.command("note")(note)
    group.command("gone")(gone)
    group.command("answer")(answer)
    group.command("assign")(assign)


def open_case(
    url: Annotated[
        str, typer.Option("--url", metavar="ADDRESS", help="Where the post stands.")
    ] = "",
    text: Annotated[
        str,
        typer.Option("--text", metavar="WORDS", help="What it says; needed if it was never read."),
    ] = "",
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="ID", help="On which account, if it is not clear."),
    ] = None,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Open a case on what a person reported.

    Or on what stands where no programme reads. Its words are judged like any others.
    With --account and without --url the case is about the account itself.
    """
    from monitor.cases import byhand

    place = workplace(config)
    where = place.account(account) if account else byhand.account_of(place.settings.register(), url)
    with opened_app(place) as app:
        app.repository.sync_register(app.register, at=app.clock.now())
        if account and not (url or text):
            at = app.clock.now()
            case = byhand.open_account_case(
                app, account=where, by=person(by), because=because, at=at
            )
            _print(case, json=json)
            return
        case = byhand.open_case(
            app,
            url=url,
            text=text,
            account=where,
            by=person(by),
            because=because,
            at=app.clock.now(),
        )
    _print(case, json=json)


def acknowledge(
    case: CaseArgument,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Say "I am dealing with it": the digest stops asking."""
    from monitor.cases import decisions, request

    def decide(app: App, number: CaseId, who: str, at: datetime) -> Case:
        return decisions.acknowledge(
            app.repository, number, by=who, because=because, at=at, owners=request.owners_of(app)
        )

    _decide(config, case, decide, by=by, json=json)


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
    from monitor.cases import request

    place = workplace(config)
    with opened_app(place) as app:
        made = request.request_removal(
            app,
            CaseId(case),
            by=person(by),
            because=because,
            at=app.clock.now(),
            correct=correct,
        )
    if json:
        _print(made.case, json=True)
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
    from monitor.cases import reopening, request

    place = workplace(config)
    with opened_app(place) as app:
        at = app.clock.now()
        last = day(until) if until else None
        if after is not None:
            last = reopening.last_day_of(app, after, at=at)
        made = request.request_closure(
            app, CaseId(case), by=person(by), because=because, at=at, until=last
        )
    if json:
        _print(made.case, json=True)
        return
    _tell_request(made, place.settings.zone())


def undo(
    case: CaseArgument,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Stop a request that has not left yet."""
    from monitor.cases import decisions, request

    def decide(app: App, number: CaseId, who: str, at: datetime) -> Case:
        return decisions.undo(
            app.repository,
            number,
            by=who,
            because=because,
            at=at,
            owners=request.owners_of(app),
            due_at=request.due_again(app, number, at=at),
        )

    _decide(config, case, decide, by=by, json=json)


def dismiss(
    case: Annotated[
        int | None, typer.Argument(metavar="[CASE]", help="Number of the case.", min=1)
    ] = None,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DATE", help="Accept it until this date instead of for good."
        ),
    ] = None,
    all_history: Annotated[
        bool, typer.Option("--all-history", help="Every open case of an older post at once.")
    ] = False,
    older_than: Annotated[
        str | None,
        typer.Option(
            "--older-than", metavar="DATE", help="With --all-history: published before this day."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say "not a breach"; a reason is owed.

    The same rule on the same words stays quiet on that account, for good or --until a day.
    An owner who was asked to take it down is told that nothing is asked any more.
    """
    from monitor.cases import decisions, request

    last = day(until) if until else None
    if all_history or older_than is not None or case is None:
        _dismiss_history(config, case, older_than, because=because, by=by, json=json)
        return

    def decide(app: App, number: CaseId, who: str, at: datetime) -> Case:
        return decisions.dismiss(
            app.repository,
            number,
            by=who,
            because=because,
            at=at,
            until=last,
            owners=request.owners_of(app),
            withdrawal=partial(request.withdrawal_of, app, at=at),
        )

    _decide(config, case, decide, by=by, json=json)


def leave(
    case: CaseArgument,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Say "it may be a breach and stays up"; a reason is owed.

    Closes the case. Unlike dismiss, nothing becomes quiet.
    """
    from monitor.cases import decisions, request

    def decide(app: App, number: CaseId, who: str, at: datetime) -> Case:
        return decisions.leave(
            app.repository,
            number,
            by=who,
            because=because,
            at=at,
            owners=request.owners_of(app),
            withdrawal=partial(request.withdrawal_of, app, at=at),
        )

    _decide(config, case, decide, by=by, json=json)


def escalate(
    case: CaseArgument,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Say "somebody else has to decide"; a reason is owed.

    For example the Monitoring Officer, or the police.
    """
    from monitor.cases import decisions

    def decide(app: App, number: CaseId, who: str, at: datetime) -> Case:
        return decisions.escalate(app.repository, number, by=who, because=because, at=at)

    _decide(config, case, decide, by=by, json=json)


def reopen(
    case: CaseArgument,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Open a closed case again; a reason is owed."""
    from monitor.cases import decisions, request

    def decide(app: App, number: CaseId, who: str, at: datetime) -> Case:
        return decisions.reopen(
            app.repository,
            number,
            by=who,
            because=because,
            at=at,
            due_at=request.due_again(app, number, at=at),
        )

    _decide(config, case, decide, by=by, json=json)


def note(
    case: CaseArgument,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="What to keep with the case.")],
    config: ConfigOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Keep something with a case, such as the owner's answer."""
    from monitor.cases import decisions

    def decide(app: App, number: CaseId, who: str, at: datetime) -> Case:
        return decisions.note(app.repository, number, by=who, because=words, at=at)

    _decide(config, case, decide, by=by, json=json)


def gone(
    case: CaseArgument,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Say "I looked: it is no longer there"; a reason is owed.

    Only where no programme can read; elsewhere two readings decide (`clerkwatch verify`).
    """
    from monitor.cases import byhand

    def decide(app: App, number: CaseId, who: str, at: datetime) -> Case:
        return byhand.seen_gone(app, number, by=who, because=because, at=at)

    _decide(config, case, decide, by=by, json=json)


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
    _print(after, json=json)


def assign(
    case: CaseArgument,
    to: Annotated[str, typer.Argument(metavar="WHO", help="A role or a name, as listed.")],
    config: ConfigOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Give a case to a listed person."""
    from monitor.cases import beside

    def decide(app: App, number: CaseId, who: str, at: datetime) -> Case:
        return beside.assign(
            app.repository, number, to=to, people=app.settings.people, by=who, at=at
        )

    _decide(config, case, decide, by=by, json=json)


def _decide(config: Path | None, case: int, decide: Decide, *, by: str | None, json: bool) -> None:
    """Carry a decision out and print the case as it stands afterwards."""
    with opened_app(workplace(config)) as app:
        after = decide(app, CaseId(case), person(by), app.clock.now())
    _print(after, json=json)


def _dismiss_history(
    config: Path | None,
    case: int | None,
    older_than: str | None,
    *,
    because: str,
    by: str | None,
    json: bool,
) -> None:
    """Dismiss every open case of an older post, perhaps only those before a day."""
    from config.errors import OperatorError
    from monitor.cases import decisions, request

    if case is not None or older_than is None:
        raise OperatorError(
            "give the number of one case, or --all-history with --older-than",
            remedy="For example: clerkwatch cases dismiss --all-history --older-than 2026-01-01 "
            '--because "…"',
        )
    place = workplace(config)
    before = instant(older_than, place.settings)
    with opened_app(place) as app:
        closed = decisions.dismiss_history(
            app.repository,
            before=before,
            by=person(by),
            because=because,
            at=app.clock.now(),
            owners=request.owners_of(app),
        )
    if json:
        from monitor.cli import shapes

        emit([shapes.case_with_events(one) for one in closed])
    else:
        say(f"{count(len(closed), 'case')} closed as not a breach.")


def _tell_request(made: Requested, zone: ZoneInfo) -> None:
    leaves = made.leaves_at.astimezone(zone)
    due = made.case.due_at.astimezone(zone)
    if not made.is_new:
        say(f"Case {made.case.id}: this was asked for already.")
    say(f"Mail       {harmless(made.subject)}")
    say(f"Leaves     not before {leaves:%A %d %B, %H:%M}")
    say(f"Due        {due:%A %d %B, %H:%M}")
    say(f"To stop it: clerkwatch cases undo {made.case.id}")


def _print(case: Case, *, json: bool) -> None:
    from monitor.cases.life import standing
    from monitor.cli import shapes

    if json:
        emit(shapes.case_with_events(case))
    else:
        say(f"Case {case.id} is now {standing(case)}.")
