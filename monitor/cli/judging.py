"""`check` and `rescan`: judging text that is not stored, and history again."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import OperatorError, SettingsError
from monitor.cli.common import (
    AccountsOption,
    ConfigOption,
    Exit,
    JsonOption,
    count,
    emit,
    harmless,
    instant,
    is_terminal,
    note,
    opened_app,
    person,
    say,
    send_urgent,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from config.policy import Policy
    from config.settings import Settings
    from monitor.apply import Outcome
    from monitor.checks.base import Judgement
    from monitor.cli.inputs import Input
    from monitor.rescan import Rescanned

_LINES = (".jsonl", ".ndjson")
_SHOWN = 50

RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", metavar="DIR", help="A folder of rules in place of the bundled ones."),
]


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("check")(check)
    app.command("rescan")(rescan)


def check(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE|-", help="A text, or JSON lines; - reads standard input."),
    ] = "-",
    config: ConfigOption = None,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="Whose account, where a line does not say: council, mayoral, officer, "
            "partner or member.",
        ),
    ] = "council",
    rules: RulesOption = None,
    json: JsonOption = False,
) -> None:
    """Judge a draft or any text that is not stored.

    Takes one text, or JSON lines with id, text, kind and published_at (a file that ends in
    .jsonl, or whose first line is a JSON object). Works without a configuration and without
    a database; polls of the configuration count for lines that carry published_at. Exit
    code 2 when a line could not be read; the others are judged all the same.
    """
    from monitor.cli.inputs import opened, read
    from monitor.clock import SystemClock
    from monitor.desk import Desk

    settings = settings_if_any(config)
    desk = Desk.open(settings, as_of=SystemClock().now(), rules=rules)
    failed = False
    with opened(file) as lines:
        for given in read(lines, kind=kind, as_lines=file.lower().endswith(_LINES)):
            if given.material is None:
                failed = True
                judged = None
            else:
                judged = desk.judge(given.material)
            if json:
                emit(_shape(given, judged))
            else:
                _tell(given, judged, desk.policy)
    if failed:
        raise typer.Exit(Exit.WRONG_USE)


def settings_if_any(config: Path | None) -> Settings | None:
    """Return the configuration if there is one; only one that was named must exist."""
    import os

    try:
        return workplace(config).settings
    except SettingsError as error:
        named = config is not None or "CLERKWATCH_CONFIG" in os.environ
        if named or error.line is not None or error.key:
            raise
        return None


def _shape(given: Input, judged: Judgement | None) -> dict[str, Any]:
    from monitor.cli import shapes

    if judged is None:
        return {"id": given.id, "findings": [], "scores": {}, "not_judged": [given.fault]}
    return {
        "id": given.id,
        "findings": [shapes.finding(found) for found in judged.findings],
        "scores": {clause: round(score, 4) for clause, score in sorted(judged.scores.items())},
        "not_judged": list(judged.not_judged),
    }


def _tell(given: Input, judged: Judgement | None, policy: Policy) -> None:
    if judged is None:
        note(f"clerkwatch: {given.fault}")
        return
    if not judged.findings:
        say(f"{given.id}: nothing found" + _not_judged(judged))
    for found in judged.findings:
        title = policy.clauses[found.clause].title
        say(f"{given.id}: may breach {found.clause} ({title}), {found.severity.value}")
        say(f"    {found.reason}")
        if found.quote is not None:
            say(f'    "{harmless(found.quote)}"')
    if judged.findings and judged.not_judged:
        say(f"{given.id}:{_not_judged(judged)}")


def _not_judged(judged: Judgement) -> str:
    return f" (not judged: {', '.join(judged.not_judged)})" if judged.not_judged else ""


def rescan(
    config: ConfigOption = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="Only posts published from this date on."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DATE", help="Only posts published up to this date, inclusive."
        ),
    ] = None,
    account: AccountsOption = None,
    clause: Annotated[
        list[str] | None,
        typer.Option(
            "--clause",
            metavar="CLAUSE",
            help="Only findings under this clause (terms.5); may be repeated.",
        ),
    ] = None,
    rules: RulesOption = None,
    pull: Annotated[
        bool, typer.Option("--pull", help="Read the accounts first, as `scan` does.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the difference; write nothing.")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="TIME", help="Judge as if it were this moment; rules stay today's."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Judge the stored history again and show the difference.

    For example after an incident, with changed rules, or with --as-of inside an election
    window. Tries to send what has become urgent.
    """
    if pull and dry_run:
        raise OperatorError("--pull and --dry-run exclude each other: one reads and writes")
    place = workplace(config)
    accounts = place.accounts(account)
    pulled: Outcome | None = None
    with opened_app(place, read_only=dry_run, rules=rules) as app:
        if not dry_run:
            app.repository.sync_register(app.register, at=app.clock.now())
        moment = instant(as_of, place.settings) if as_of else app.clock.now()
        wanted = _range(place.settings, since, until, [one.id for one in accounts], clause)
        unknown = [name for name in wanted.clauses if name not in app.policy.clauses]
        if unknown:
            raise OperatorError(
                f"the policy has no clause {unknown[0]!r}",
                remedy=f"It has: {', '.join(app.policy.clauses)}",
            )
        coverage: tuple[Any, ...] = ()
        if pull:
            from monitor.pipeline import scan

            scanned = scan(app, accounts, by=person(None))
            coverage, pulled = scanned.coverage, scanned.outcome
        total = app.repository.count_versions(
            accounts=wanted.accounts, since=wanted.since, until=wanted.until
        )
        done, run = _judge_again(app, wanted, moment, dry_run=dry_run, total=total)
        warnings = () if dry_run else send_urgent(app)
    outcome = done.outcome if pulled is None else _both(pulled, done.outcome)
    _report(outcome, run, coverage or done.coverage, json=json, dry_run=dry_run, purged=done.purged)
    for warning in warnings:
        note(f"clerkwatch: {warning}")
    if coverage:
        from monitor.cli.watch import exit_code

        raise typer.Exit(exit_code(coverage))


def _both(pulled: Outcome, again: Outcome) -> Outcome:
    """Return what a pull and the judging after it changed; what was judged twice counts once."""
    from dataclasses import replace

    return replace(
        pulled + again,
        judged=again.judged,
        not_judged=again.not_judged,
        unchanged=max(0, again.unchanged - len(pulled.added)),
    )


def _range(
    settings: Settings,
    since: str | None,
    until: str | None,
    accounts: list[Any],
    clauses: list[str] | None,
) -> Any:
    from config.types import ClauseId
    from monitor.rescan import Range

    return Range(
        since=instant(since, settings) if since else None,
        until=instant(until, settings, end_of_day=True) if until else None,
        accounts=accounts,
        clauses=tuple(ClauseId(name) for name in clauses or ()),
    )


def _judge_again(
    app: Any, wanted: Any, moment: datetime, *, dry_run: bool, total: int
) -> tuple[Rescanned, int | None]:
    """Run the rescan as a run of its own (not when dry) with a progress bar."""
    from config.types import RunKind
    from monitor.rescan import rescan as judge_again

    run = None
    if not dry_run:
        run = app.repository.begin_run(RunKind.RESCAN, by=person(None), at=app.clock.now())
    with _bar(total) as step:
        done = judge_again(app, wanted, as_of=moment, dry_run=dry_run, progress=step)
    if run is not None:
        for line in done.coverage:
            app.repository.cover(run, line)
        app.repository.end_run(run, at=app.clock.now())
    return done, run


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    if not is_terminal():
        yield lambda _judged: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Judging", total=total)
        yield lambda judged: progress.update(task, completed=judged)


def _report(
    outcome: Outcome,
    run: int | None,
    coverage: tuple[Any, ...],
    *,
    json: bool,
    dry_run: bool,
    purged: int,
) -> None:
    from monitor.cli import shapes

    if json:
        emit(shapes.run(run, coverage, outcome) | {"dry_run": dry_run, "purged": purged})
        return
    would = "would be " if dry_run else ""
    say(
        f"{count(outcome.judged, 'version')} judged: "
        f"{count(len(outcome.added), 'finding')} {would}added, "
        f"{len(outcome.withdrawn)} {would}withdrawn, {outcome.unchanged} unchanged."
    )
    if purged:
        say(
            f"not_judged: purged. {count(purged, 'version')} whose words are kept no longer; what "
            "was found in them stays."
        )
    for sign, list_of in (("+", outcome.added), ("-", outcome.withdrawn)):
        for found in list_of[:_SHOWN]:
            because = f" ({found.why})" if found.why else ""
            say(
                f"{sign} {found.finding.clause:15} {found.finding.rule:34} {found.account} "
                f"{harmless(found.platform_id, most=80)}{because}"
            )
        if len(list_of) > _SHOWN:
            say(f"{sign} and {len(list_of) - _SHOWN} more; all of them with --json")
    if outcome.cases_opened:
        opened = "would be opened." if dry_run else "opened. See: clerkwatch cases list"
        say(f"{count(len(outcome.cases_opened), 'case')} {opened}")
