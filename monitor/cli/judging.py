"""`check` and `rescan`: judging text that is not stored, and history again."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import OperatorError, SettingsError
from monitor.cli.common import (
    AccountsOption,
    ConfigOption,
    Exit,
    JsonOption,
    emit,
    harmless,
    instant,
    is_terminal,
    note,
    opened_app,
    say,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from config.policy import Policy
    from config.settings import Settings
    from monitor.checks.base import Judgement, Material
    from monitor.rescan import Rescanned

_LONGEST_LINE = 4_000_000

RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", help="A folder of rules in place of the bundled ones."),
]


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("check")(check)
    app.command("rescan")(rescan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One text to check.

    Attributes:
        id: As given, else its number from 1.
        material: What the checks see.
        fault: Why this line could not be read; then there is no material.
    """

    id: Any
    material: Material | None = None
    fault: str = ""


def check(
    file: Annotated[
        str,
        typer.Argument(metavar="[FILE|-]", help="A text, or JSON lines; - reads standard input."),
    ] = "-",
    config: ConfigOption = None,
    kind: Annotated[
        str,
        typer.Option("--kind", help="Kind of account, where a line does not say: council …"),
    ] = "council",
    rules: RulesOption = None,
    json: JsonOption = False,
) -> None:
    """Judge text that is not stored: one text, or JSON lines with id, text, kind, published_at.

    A draft can be tried before it is posted. Works without a configuration and without a
    database; polls of the configuration count for lines that carry published_at.
    """
    from monitor.clock import SystemClock
    from monitor.desk import Desk

    settings = settings_if_any(config)
    desk = Desk.open(settings, as_of=SystemClock().now(), rules=rules)
    failed = False
    with _opened(file) as lines:
        for given in inputs(lines, kind=kind):
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


@contextmanager
def _opened(file: str) -> Iterator[Iterator[bytes]]:
    if file == "-":
        yield iter(sys.stdin.buffer.readline, b"")
        return
    try:
        with Path(file).open("rb") as handle:
            yield iter(handle)
    except OSError as error:
        raise OperatorError(f"{file} cannot be read: {error.strerror}") from error


def inputs(lines: Iterator[bytes], *, kind: str) -> Iterator[Input]:
    """Return what is to be judged, in order, one line at a time.

    The first line decides: a JSON object means JSON lines, anything else one text.
    """
    first = next(lines, b"")
    if not first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        whole = (first + b"".join(lines)).decode("utf-8-sig", "replace").strip("\r\n")
        yield Input(id="1", material=_material({"text": whole}, kind))
        return
    number = 0
    for line in _with_first(first, lines):
        if not line.strip():
            continue
        number += 1
        yield _read_line(line, number, kind)


def _with_first(first: bytes, lines: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from lines


def _read_line(line: bytes, number: int, kind: str) -> Input:
    import json as json_library

    if len(line) > _LONGEST_LINE:
        return Input(id=number, fault=f"line {number} is longer than 4 MB")
    try:
        entry = json_library.loads(line.decode("utf-8-sig"))
    except ValueError as error:
        return Input(id=number, fault=f"line {number} is not JSON: {error}")
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
        return Input(id=number, fault=f'line {number} has no "text"')
    identity = entry.get("id", number)
    try:
        return Input(id=identity, material=_material(entry, kind))
    except (OperatorError, ValueError) as error:
        return Input(id=identity, fault=f"line {number}: {error}")


def _material(entry: dict[str, Any], kind: str) -> Material:
    from datetime import UTC, datetime

    from config.types import Kind
    from monitor.checks.base import Material
    from storage.values import Words

    named = entry.get("kind") or kind
    if named not in set(Kind):
        raise OperatorError(
            f"{named!r} is no kind of account", remedy=f"Kinds are: {', '.join(Kind)}"
        )
    published = None
    if entry.get("published_at"):
        published = datetime.fromisoformat(str(entry["published_at"]))
        if published.tzinfo is None:
            published = published.replace(tzinfo=UTC)
    text = entry["text"]
    return Material(
        words=Words(text=text, own_length=len(text)),
        kind=Kind(named),
        published_at=published,
        shown_from=published,
        shown_by=published,
        is_visible=False,
    )


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
        str | None, typer.Option("--since", help="Only posts published from this date on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Only posts published up to this date.")
    ] = None,
    account: AccountsOption = None,
    clause: Annotated[
        list[str] | None,
        typer.Option(
            "--clause", help="Only findings under this clause (terms.5); may be repeated."
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
        typer.Option("--as-of", help="Judge as if it were this moment; rules stay today's."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Judge the stored history again and show the difference, for example after an incident."""
    if pull and dry_run:
        raise OperatorError("--pull and --dry-run exclude each other: one reads and writes")
    place = workplace(config)
    accounts = place.accounts(account)
    with opened_app(place, read_only=dry_run, rules=rules) as app:
        if not dry_run:
            app.repository.sync_register(app.register, at=app.clock.now())
        coverage: tuple[Any, ...] = ()
        if pull:
            from monitor.pipeline import scan

            coverage = scan(app, accounts, by="rescan --pull").coverage
        moment = instant(as_of, place.settings) if as_of else app.clock.now()
        wanted = _range(place.settings, since, until, [one.id for one in accounts], clause)
        unknown = [name for name in wanted.clauses if name not in app.policy.clauses]
        if unknown:
            raise OperatorError(
                f"the policy has no clause {unknown[0]!r}",
                remedy=f"It has: {', '.join(app.policy.clauses)}",
            )
        total = app.repository.count_versions(
            accounts=wanted.accounts, since=wanted.since, until=wanted.until
        )
        done, run = _judge_again(app, wanted, moment, dry_run=dry_run, total=total)
    _report(done, run, coverage, json=json, dry_run=dry_run)
    if coverage:
        from monitor.cli.watch import exit_code

        raise typer.Exit(exit_code(coverage))


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
    from monitor.cli.common import person
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
    done: Rescanned, run: int | None, pulled: tuple[Any, ...], *, json: bool, dry_run: bool
) -> None:
    from monitor.cli import shapes

    outcome = done.outcome
    if json:
        emit(shapes.run(run, pulled or done.coverage, outcome) | {"dry_run": dry_run})
        return
    would = "would be " if dry_run else ""
    say(
        f"{outcome.judged} versions judged: {len(outcome.added)} findings {would}added, "
        f"{len(outcome.withdrawn)} {would}withdrawn, {outcome.unchanged} unchanged."
    )
    for sign, list_of in (("+", outcome.added), ("-", outcome.withdrawn)):
        for found in list_of[:50]:
            because = f" ({found.why})" if found.why else ""
            say(
                f"{sign} {found.finding.clause:15} {found.finding.rule:34} {found.account} "
                f"{found.platform_id}{because}"
            )
        if len(list_of) > 50:  # noqa: PLR2004  # the lines shown above
            say(f"{sign} and {len(list_of) - 50} more; all of them with --json")
    if outcome.cases_opened:
        say(f"{len(outcome.cases_opened)} cases opened. See: clerkwatch cases list")
