"""`hold`: what must not be purged; and the decision that something must not be copied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.types import AccountId, CaseId, HoldId, HoldReason
from monitor.cli.common import (
    BecauseOption,
    ByOption,
    ConfigOption,
    JsonOption,
    count,
    emit,
    harmless,
    instant,
    opened_app,
    opened_repository,
    person,
    say,
    workplace,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from storage.values import Hold

_WHY = {
    HoldReason.FOI: "FOI request",
    HoldReason.COMPLAINT: "complaint",
    HoldReason.DISCIPLINARY: "disciplinary matter",
    HoldReason.POLICE: "police matter",
    HoldReason.OTHER: "other",
}

HoldArgument = Annotated[int, typer.Argument(metavar="HOLD", help="Number of the hold.", min=1)]


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Keep records from a purge: FOI request, complaint, police.",
    )
    group.command("add")(add_hold)
    group.command("list")(list_holds)
    group.command("release")(release)
    app.add_typer(group, name="hold")


def add_hold(
    case: Annotated[
        int | None, typer.Option("--case", metavar="CASE", help="Only this case.", min=1)
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", metavar="ID", help="Only this account.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Only from this day on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Only up to this day.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="Whatever is kept, without exception.")
    ] = False,
    why: Annotated[
        HoldReason | None, typer.Option("--why", help="The kind of reason; else from --because.")
    ] = None,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Hold a case, an account, some days, or everything from a purge.

    A reason is owed. Altering or erasing a record after somebody has asked for it is an
    offence (Freedom of Information Act 2000, section 77).
    """
    from config.errors import OperatorError
    from monitor.cases import holds

    place = workplace(config)
    is_bounded = any(one is not None for one in (case, account, since, until))
    if is_bounded == everything:
        raise OperatorError(
            "say what is held",
            remedy="--case, --account, --since and --until say it; or --everything, alone",
        )
    settings = place.settings
    with opened_app(place) as app:
        app.repository.sync_register(app.register, at=app.clock.now())
        put = holds.put_hold(
            app.repository,
            by=person(by),
            because=because,
            at=app.clock.now(),
            reason=why,
            case=None if case is None else CaseId(case),
            account=None if account is None else AccountId(account),
            since=None if since is None else instant(since, settings),
            until=None if until is None else instant(until, settings, end_of_day=True),
        )
    _print(put, settings.zone(), json=json)


def list_holds(
    config: ConfigOption = None,
    all_holds: Annotated[bool, typer.Option("--all", help="Released ones too.")] = False,
    json: JsonOption = False,
) -> None:
    """List what is held, the oldest first.

    Released ones too with --all or --json.
    """
    place = workplace(config)
    with opened_repository(place, read_only=True) as repository:
        found = repository.holds(released=all_holds or json)
    if json:
        from monitor.cli import shapes

        emit([shapes.hold(one) for one in found])
        return
    for one in found:
        say(_line(one, place.settings.zone()))
    say(f"{count(len(found), 'hold')}." if found else "Nothing is held.")


def release(
    number: HoldArgument,
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Release a hold; a reason is owed.

    It stays in the list as released.
    """
    from monitor.cases import holds

    place = workplace(config)
    with opened_app(place) as app:
        released = holds.release_hold(
            app.repository,
            HoldId(number),
            by=person(by),
            because=because,
            at=app.clock.now(),
        )
    _print(released, place.settings.zone(), json=json)


def do_not_copy(
    case: Annotated[int, typer.Argument(metavar="CASE", help="Number of the case.", min=1)],
    config: ConfigOption = None,
    because: BecauseOption = "",
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Say "this must not be copied": what was kept of media is deleted.

    For indecent images of children. It goes before every hold. The words are kept.
    """
    from monitor.cases import copying, request

    with opened_app(workplace(config)) as app:
        at = app.clock.now()
        copying.stop_copying(
            app.repository,
            CaseId(case),
            by=person(by),
            because=because,
            at=at,
            owners=request.owners_of(app),
        )
        said = copying.said_of(app.repository, app.evidence, at=at)
        kept = app.repository.preserved(CaseId(case))
    if json:
        from monitor.cli import shapes

        emit(shapes.stopped(CaseId(case), kept, said))
    else:
        for sentence in said:
            say(sentence)
    if said == copying.NOT_YET:
        from monitor.cli.common import Exit

        raise typer.Exit(Exit.FAILED)


def attach(
    case: Annotated[int, typer.Argument(metavar="CASE", help="Number of the case.", min=1)],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A picture, a PDF, or text.")],
    config: ConfigOption = None,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Keep a file with a case, such as a resident's screenshot."""
    from config.errors import OperatorError
    from monitor.cases import attachments

    if not file.is_file():
        raise OperatorError(f"there is no file {file}", remedy="Give the path of one file")
    with file.open("rb") as opened:
        data = opened.read(attachments.MOST_BYTES + 1)
    with opened_app(workplace(config)) as app:
        kept = attachments.attach(
            app,
            CaseId(case),
            name=file.name,
            data=data,
            by=person(by),
            at=app.clock.now(),
        )
    if json:
        from monitor.cli import shapes

        emit(shapes.kept_file(kept))
    else:
        say(f"Kept with case {case}: {harmless(kept.name)}, SHA-256 {kept.sha256}")


def _print(hold: Hold, zone: ZoneInfo, *, json: bool) -> None:
    if json:
        from monitor.cli import shapes

        emit(shapes.hold(hold))
    else:
        say(_line(hold, zone))


def _line(hold: Hold, zone: ZoneInfo) -> str:
    scope = []
    if hold.case is not None:
        scope.append(f"case {hold.case}")
    if hold.account is not None:
        scope.append(hold.account)
    if hold.since is not None:
        scope.append(f"from {hold.since.astimezone(zone):%d %B %Y, %H:%M}")
    if hold.until is not None:
        scope.append(f"until {hold.until.astimezone(zone):%d %B %Y, %H:%M}")
    said = f"Hold {hold.id}: {', '.join(scope) or 'everything'}. {_WHY[hold.reason]}"
    said += f": {harmless(hold.because)}" if hold.because else ""
    said += f" (by {harmless(hold.by)}, {hold.at.astimezone(zone):%d %B %Y})"
    if hold.released_at is not None:
        said += f". Released on {hold.released_at.astimezone(zone):%d %B %Y}"
        said += f" by {harmless(hold.released_by or '')}: {harmless(hold.released_because)}"
    return said
