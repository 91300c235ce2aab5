"""A report written out: as a page, as one file, as JSON and as text, from the same tables."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.alerts.hardening import one_line
from monitor.report import csv, html, text
from monitor.report.cells import NOT_A_STATEMENT
from monitor.report.shape import report_shape
from monitor.report.tables import tables_of
from monitor.report.wording import day, moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.report.cells import Table
    from monitor.report.facts import Report
    from monitor.report.period import Period


def page(report: Report, more: Sequence[Table] = ()) -> str:
    """Return the report as one HTML page; ``more`` are tables that were asked for."""
    return html.page(report, head_of(report, more), more=more)


def one_file(report: Report, more: Sequence[Table] = ()) -> str:
    """Return the report as one file for a spreadsheet, with its mark in front."""
    head = [*head_of(report, more), ("Note", NOT_A_STATEMENT)]
    return csv.one_file(head, [*tables_of(report), *more])


def as_json(report: Report, more: Sequence[Table] = ()) -> str:
    """Return the report as one line of JSON (docs/json.md)."""
    shape = report_shape(report)
    if more:
        shape["personal_data"] = {
            table.name: [
                dict(zip(table.columns, (cell.raw for cell in row), strict=True))
                for row in table.rows
            ]
            for table in more
        }
    return dumps(shape, ensure_ascii=True) + "\n"


def as_text(report: Report, more: Sequence[Table] = ()) -> str:
    """Return the report for a terminal."""
    lines = [f"{name:10}{said}" for name, said in head_of(report, more)]
    tables = [*tables_of(report), *more]
    return text.page([*lines, NOT_A_STATEMENT], tables, NOT_A_STATEMENT)


def head_of(report: Report, more: Sequence[Table] = ()) -> list[tuple[str, str]]:
    """Return what the report is of: names and finished words."""
    around = report.around
    zone = ZoneInfo(around.zone)
    data = "Personal data is in it: not for publication." if more else "No personal data."
    return [
        ("Council", one_line(around.council)),
        ("Period", days_said(report.period, zone=zone)),
        ("Made", f"{moment(around.made_at, zone)} by clerkwatch {around.version}"),
        ("Contents", data),
    ]


def days_said(period: Period, *, zone: ZoneInfo) -> str:
    """Return the days of a period in words, and how far they have come."""
    said = f"{day(period.first)} to {day(period.last)}"
    if period.is_running:
        said += f", so far: up to {moment(period.end, zone)}"
    return said
