"""The decisions of `cases`: what the Clerk says about a case, one command each."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.types import CaseId
from monitor.cli import asking
from monitor.cli.common import (
    BecauseOption,
    ByOption,
    CaseArgument,
    ConfigOption,
    JsonOption,
    count,
    day,
    emit,
    instant,
    opened_app,
    person,
    say,
    show_case,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from monitor.app import App
    from storage.values import Case

    Decide = Callable[[App, CaseId, str, datetime], Case]

MaybeCaseArgument = Annotated[
    int | None, typer.Argument(metavar="[CASE]", help="Number of the case.", min=1)
]
AllHistoryOption = Annotated[
    bool, typer.Option("--all-history", help="Every open case of an older post at once.")
]
OlderThanOption = Annotated[
    str | None,
    typer.Option(
        "--older-than", metavar="DATE", help="With --all-history: published before this day."
    ),
]


def add_to(group: typer.Typer) -> None:
    """Put the decisions into the group of commands about cases."""
    group.command("open")(open_case)
    group.command("acknowledge")(acknowledge)
    asking.add_to(group)
    group.command("undo")(undo)
    group.command("dismiss")(dismiss)
    group.command("leave")(leave)
    group.command("escalate")(escalate)
    group.command("reopen")(reopen)
    group.command("note")(note)
    group.command("gone")(gone)


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
            show_case(case, json=json)
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
    show_case(case, json=json)


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

    carry_out(config, case, decide, by=by, json=json)


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

    carry_out(config, case, decide, by=by, json=json)


def dismiss(
    case: MaybeCaseArgument = None,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DATE", help="Accept it until this date instead of for good."
        ),
    ] = None,
    all_history: AllHistoryOption = False,
    older_than: OlderThanOption = None,
    json: JsonOption = False,
) -> None:
    """Say "not a breach"; a reason is owed.

    The same rule on the same words stays quiet on that account, for good or --until a day.
    An owner who was asked to take it down is told that nothing is asked any more.
    """
    from monitor.cases import decisions, request

    last = day(until) if until else None
    if all_history or older_than is not None or case is None:
        _decide_history(config, case, older_than, is_left=False, because=because, by=by, json=json)
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

    carry_out(config, case, decide, by=by, json=json)


def leave(
    case: MaybeCaseArgument = None,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    all_history: AllHistoryOption = False,
    older_than: OlderThanOption = None,
    json: JsonOption = False,
) -> None:
    """Say "it may be a breach and stays up"; a reason is owed.

    Closes the case. Unlike dismiss, nothing becomes quiet.
    """
    from monitor.cases import decisions, request

    if all_history or older_than is not None or case is None:
        _decide_history(config, case, older_than, is_left=True, because=because, by=by, json=json)
        return

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

    carry_out(config, case, decide, by=by, json=json)


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

    carry_out(config, case, decide, by=by, json=json)


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

    carry_out(config, case, decide, by=by, json=json)


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

    carry_out(config, case, decide, by=by, json=json)


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

    carry_out(config, case, decide, by=by, json=json)


def carry_out(
    config: Path | None, case: int, decide: Decide, *, by: str | None, json: bool
) -> None:
    """Carry a decision out and print the case as it stands afterwards."""
    with opened_app(workplace(config)) as app:
        after = decide(app, CaseId(case), person(by), app.clock.now())
    show_case(after, json=json)


def _decide_history(
    config: Path | None,
    case: int | None,
    older_than: str | None,
    *,
    is_left: bool,
    because: str,
    by: str | None,
    json: bool,
) -> None:
    """Decide every open case of an older post, those published before a day."""
    from config.errors import OperatorError
    from monitor.cases import request
    from monitor.cases.bulk import Verdict, decide_history

    if case is not None or older_than is None:
        raise OperatorError(
            "give the number of one case, or --all-history with --older-than",
            remedy="For example: clerkwatch cases dismiss --all-history --older-than 2026-01-01 "
            '--because "…"',
        )
    place = workplace(config)
    before = instant(older_than, place.settings)
    verdict = Verdict.LEAVE if is_left else Verdict.DISMISS
    with opened_app(place) as app:
        closed = decide_history(
            app.repository,
            verdict,
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
        say(f"{count(len(closed), 'case')} closed as {verdict.value}.")
