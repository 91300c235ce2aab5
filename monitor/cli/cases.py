"""`cases`: what the Clerk decides on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import OperatorError
from config.types import CaseId, CaseState
from monitor.cases.life import assigned_to
from monitor.cli.common import (
    CaseArgument,
    ConfigOption,
    JsonOption,
    count,
    emit,
    harmless,
    opened_repository,
    say,
    workplace,
)
from monitor.cli.deciding import add_to
from monitor.cli.keeping import attach, do_not_copy

if TYPE_CHECKING:
    from monitor.cli.common import Workplace
    from storage.values import Case


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    group = typer.Typer(no_args_is_help=True, help="Look at cases and decide on them.")
    group.command("list")(list_cases)
    group.command("show")(show)
    add_to(group)
    group.command("attach")(attach)
    group.command("do-not-copy")(do_not_copy)
    app.add_typer(group, name="cases")


def list_cases(
    config: ConfigOption = None,
    all_cases: Annotated[bool, typer.Option("--all", help="Closed cases too.")] = False,
    account: Annotated[
        str | None, typer.Option("--account", metavar="ID", help="Only this account.")
    ] = None,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="RULE", help="Only what this rule found.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the cases, the most serious first.

    Closed ones too with --all or --json. Words that give somebody's details are left out.
    """
    place = workplace(config)
    only = place.account(account).id if account else None
    states = None if all_cases or json else [s for s in CaseState if s is not CaseState.CLOSED]
    with opened_repository(place, read_only=True) as repository:
        found = repository.cases(states=states, account=only)
    if rule is not None:
        found = [one for one in found if any(on.finding.rule == rule for on in one.findings)]
    if json:
        from monitor.cli import shapes

        emit([shapes.case(case) for case in found])
        return
    for case in found:
        say(_line(case, place))
    nothing = "There is no case." if all_cases else "No case needs a decision."
    say(f"{count(len(found), 'case')}." if found else nothing)


def show(case: CaseArgument, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Show one case: the post, the clauses, what happened."""
    place = workplace(config)
    with opened_repository(place, read_only=True) as repository:
        one = repository.case(CaseId(case))
    if one is None:
        raise OperatorError(f"there is no case {case}", remedy="See: clerkwatch cases list --all")
    if json:
        from monitor.cli import shapes

        emit(shapes.case_with_events(one))
        return
    _tell(one, place)


def _line(case: Case, place: Workplace) -> str:
    clauses = ", ".join(sorted({stored.finding.clause for stored in case.findings}))
    flags = " (older post)" if case.history else ""
    due = case.due_at.astimezone(place.settings.zone())
    who = assigned_to(case)
    flags += f" ({harmless(who, most=40)})" if who else ""
    words = "" if _is_masked(case) else f"  {harmless(case.text, most=60)}"
    return (
        f"{case.id:>5}  {case.severity.value:6}  {case.state.value:17}  {case.account:18}  "
        f"{clauses:30}  by {due:%a %d %b %H:%M}{flags}{words}"
    )


def _is_masked(case: Case) -> bool:
    return any(stored.finding.is_masked for stored in case.findings)


def _tell(case: Case, place: Workplace) -> None:
    zone = place.settings.zone()

    def at(when: datetime) -> str:
        return f"{when.astimezone(zone):%A %d %B %Y, %H:%M}"

    say(f"Case {case.id}: {case.state.value.replace('_', ' ')}, {case.severity.value}")
    say(f"Account    {case.account} ({case.subject_kind.value})")
    edited = ", edited since" if case.edited else ""
    if case.is_edited_away:
        edited = ", edited since: the present words were not flagged"
    when = "Scheduled" if case.is_scheduled else "Published"
    say(f"{when}  {at(case.published_at)}{edited}")
    seen = "still visible" if case.visible else "no longer visible"
    if case.is_scheduled:
        seen = "not visible yet" if case.visible else case.taken_back
    say(f"Last read  {at(case.last_read_at)}: {seen}")
    say(f"Address    {harmless(case.url)}")
    say(f"Decide by  {at(case.due_at)}")
    if who := assigned_to(case):
        say(f"Given to   {harmless(who)}")
    for link in case.links:
        say(f"Linked     case {link.case} ({link.account}): {link.why}")
    say(f"Words      {harmless(case.text, most=1000)}")
    for stored in case.findings:
        found = stored.finding
        say(f"Found      {found.clause}, {found.rule}: {harmless(found.reason)}")
        if found.quote:
            say(f'           "{harmless(found.quote)}"')
    for event in case.events:
        because = f" because {harmless(event.because)}" if event.because else ""
        say(f"{at(event.at)}  {harmless(event.by)}: {harmless(event.what)}{because}")
