"""`report`: the committee's paper of a month, a year or any days."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import OperatorError
from monitor.cli.common import (
    ConfigOption,
    JsonOption,
    note,
    opened_repository,
    say,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.report.cells import Table
    from monitor.report.facts import Report
    from storage.repository import Repository


class Format(StrEnum):
    """How a report is written."""

    HTML = "html"
    CSV = "csv"
    JSON = "json"
    TEXT = "text"


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("report")(report)


def report(
    config: ConfigOption = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day.", show_default=False)
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help="Last day, included.", show_default=False),
    ] = None,
    month: Annotated[
        str | None, typer.Option("--month", metavar="2026-11", show_default=False)
    ] = None,
    year: Annotated[str | None, typer.Option("--year", metavar="2026", show_default=False)] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="Else by the file's name; text without one."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE|DIR",
            help="Where to; a folder gets the page and each table as a file of its own.",
            show_default=False,
        ),
    ] = None,
    personal_data: Annotated[
        bool,
        typer.Option(
            "--personal-data", help="Add addresses, words and who decided; not for publication."
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Write the committee's paper: what was flagged and decided.

    It also says how well each account was watched. Without dates: this month so far.
    Personal data stays out unless it is asked for.
    Facts for the Clerk, not a statement of compliance.
    """
    from config.policy import load_policy
    from monitor.clock import SystemClock
    from monitor.report.gather import gather
    from monitor.report.period import Period, days_of

    if json and form not in (None, Format.JSON):
        raise OperatorError("--json and another --format exclude each other")
    place = workplace(config)
    zone = place.settings.zone()
    with opened_repository(place, read_only=True) as repository:
        now = _present(repository, SystemClock().now())
        first, last = days_of(
            since=since, until=until, month=month, year=year, today=now.astimezone(zone).date()
        )
        found = gather(
            repository,
            settings=place.settings,
            policy=load_policy(place.settings.council.policy),
            period=Period.of(first, last, zone=zone, as_of=now),
            as_of=now,
        )
        more: Sequence[Table] = ()
        if personal_data:
            from monitor.report.personal import personal_tables

            more = personal_tables(repository, found)
    wanted = Format.JSON if json else form
    if output is not None and _is_folder(output):
        _write_folder(output, found, more, wanted)
        return
    text = _written(found, more, wanted or _by_name(output))
    if output is None:
        say(text.rstrip("\n"))
        return
    _write(output, text)
    note(f"Written: {output}")


def _present(repository: Repository, now: datetime) -> datetime:
    """Return the present moment, or the end of the newest run where that is later.

    A record may be ahead of this machine's clock (the demo's is): nothing it holds is left out.
    """
    newest = repository.runs(limit=1)
    ended = newest[0].ended_at if newest else None
    return now if ended is None else max(now, ended + timedelta(microseconds=1))


def _by_name(output: Path | None) -> Format:
    """Return the format that a file's name asks for; text without a file."""
    if output is None:
        return Format.TEXT
    known = {".html": Format.HTML, ".htm": Format.HTML, ".csv": Format.CSV, ".json": Format.JSON}
    return known.get(output.suffix.lower(), Format.TEXT)


def _is_folder(output: Path) -> bool:
    return output.is_dir() or str(output).endswith("/") or not output.suffix


def _written(found: Report, more: Sequence[Table], form: Format) -> str:
    from monitor.report import written

    ways = {
        Format.HTML: written.page,
        Format.CSV: written.one_file,
        Format.JSON: written.as_json,
        Format.TEXT: written.as_text,
    }
    return ways[form](found, more)


def _write_folder(
    folder: Path, found: Report, more: Sequence[Table], wanted: Format | None
) -> None:
    """Write the page and each table as a file of its own; one format if one was asked for."""
    from monitor.report import csv
    from monitor.report.tables import tables_of

    folder.mkdir(parents=True, exist_ok=True)
    pages = {Format.HTML: "report.html", Format.JSON: "report.json", Format.TEXT: "report.txt"}
    for form, name in pages.items():
        if wanted is form or (wanted is None and form is Format.HTML):
            _write(folder / name, _written(found, more, form))
    if wanted in {None, Format.CSV}:
        for table in (*tables_of(found), *more):
            _write(folder / f"{table.name}.csv", csv.one_table(table))
    note(f"Written: {folder}")


def _write(file: Path, text: str) -> None:
    """Write a whole file or nothing: a full disk leaves the old one."""
    beside = file.with_name(f".{file.name}.part")
    try:
        beside.write_bytes(text.encode())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
