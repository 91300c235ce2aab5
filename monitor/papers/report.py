"""A report by mail: its figures in the mail, the page and the file with all tables beside it."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import SubjectKind
from monitor.alerts.enclosing import Item, Part, Sheet, compose_sheet
from monitor.alerts.message import enclosed, fits
from monitor.alerts.wording import capital, count, listed
from monitor.papers.base import Paper, key_of, posting
from monitor.report.cells import NOT_A_STATEMENT
from monitor.report.gather import gather
from monitor.report.period import Period, days_of, month_end
from monitor.report.tables import tables_of
from monitor.report.wording import day
from monitor.report.written import one_file, page

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from monitor.alerts.message import Addressee, Enclosure
    from monitor.app import App
    from monitor.report.cells import Cell, Table
    from monitor.report.facts import Report

_TOLD = ("by_clause", "by_account", "removal", "coverage", "windows", "spend", "policy")
"""Tables whose figures stand in the mail itself; the others are long, and in the files."""
_NOTHING = frozenset({"0", "none", ""})
_UNIT = re.compile(r" \([^)]*\)$")
_MONTH = re.compile(r"(?:(?P<name>[a-z]{3,9})\s+)?(?P<year>\d{4})", re.ASCII | re.IGNORECASE)
_MONTHS = tuple(name.lower() for name in calendar.month_name)


def period_of(said: str, *, zone: ZoneInfo, at: datetime) -> Period:
    """Return the period that a person named: ``2026``, ``2026-11``, ``November 2026``, nothing.

    Args:
        said: As written; nothing: this month so far.
        zone: The council's.
        at: The present moment; aware UTC.

    Raises:
        OperatorError: It is no month or year, or has not begun.
    """
    words = " ".join(said.split()).strip(" .")
    today = at.astimezone(zone).date()
    if not words:
        first, last = days_of(since=None, until=None, month=None, year=None, today=today)
    elif re.fullmatch(r"\d{4}-\d{2}", words, re.ASCII):
        first, last = days_of(since=None, until=None, month=words, year=None, today=today)
    else:
        first, last = _named(words)
    return Period.of(first, last, zone=zone, as_of=at)


def titled(period: Period) -> str:
    """Return what a period is called: ``November 2026``, ``2026``, or its two days.

    A month that is not over is called by its name too, from its first day on.
    """
    first, last = period.first, period.last
    if (
        first.day == 1
        and last <= month_end(first)
        and (period.is_running or last == month_end(first))
    ):
        return f"{calendar.month_name[first.month]} {first.year}"
    if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
        return str(first.year)
    return f"{day(first)} to {day(last)}"


def report_mail(
    app: App,
    period: Period,
    *,
    to: tuple[Addressee, ...] | Addressee,
    at: datetime,
    asked: str,
    follows: str = "",
) -> Paper:
    """Return the mail that carries the report of a period, without personal data.

    Args:
        app: The wired application.
        period: Of which days.
        to: Who gets it.
        at: The present moment; aware UTC.
        asked: What asked for it, for the natural key: digest of a reply, or the days.
        follows: Message-ID of the reply that asked; empty: none.

    Raises:
        MailError: The address is not usable.
        StorageError: The database cannot be read.
    """
    report = gather(
        app.repository, settings=app.settings, policy=app.policy, period=period, as_of=at
    )
    people = to if isinstance(to, tuple) else (to,)
    mail = compose_sheet(
        sheet_of(report),
        posting(app, key_of("report", asked), to=people, at=at, follows=follows),
        files=files_of(report),
        shorter="The rest is in the attached page and file.",
    )
    return Paper(mail=mail)


def sheet_of(report: Report, *, subject: str = "", lines: tuple[str, ...] = ()) -> Sheet:
    """Return what a report's mail says.

    Args:
        report: The report.
        subject: In place of the usual one; empty: the usual one.
        lines: Paragraphs that come first.
    """
    total, title = report.total, titled(report.period)
    noun = "post" if all(line.subject is SubjectKind.POST for line in report.cases) else "case"
    flagged = count(total.flagged, noun)
    was = "was" if total.flagged == 1 else "were"
    so_far = " so far" if report.period.is_running else ""
    amounts = (
        (total.upheld, "upheld by the Clerk"),
        (total.not_upheld, "not upheld"),
        (total.left, "left standing"),
        (total.lapsed, "no longer in question"),
        (total.undecided, "undecided"),
    )
    parts = listed([f"{amount:,} {said}" for amount, said in amounts if amount])
    lead = f"{title}{so_far}: {flagged} {was} flagged{f', {parts}' if parts else ''}."
    return Sheet(
        subject=subject or f"Report for {title}{so_far}: {flagged} flagged",
        lead=lead,
        lines=(*lines, "The whole report is attached: a page to print, and a spreadsheet file."),
        parts=tuple(part_of(table) for table in tables_of(report) if table.name in _TOLD),
        foot=(NOT_A_STATEMENT,),
    )


def files_of(report: Report) -> tuple[Enclosure, ...]:
    """Return the page and the file with all tables; what is too large for a mail is left out."""
    stem = f"report-{report.period.first.isoformat()}-to-{report.period.last.isoformat()}"
    files = (
        enclosed(stem, "html", page(report).encode()),
        enclosed(stem, "csv", one_file(report).encode()),
    )
    if fits(files):
        return files
    return next((((one,)) for one in files if fits((one,))), ())


def part_of(table: Table) -> Part:
    """Return a table as a part of a mail: a line a row, without what is nothing."""
    if not table.rows:
        return Part(heading=table.title, note=table.empty)
    return Part(
        heading=table.title,
        items=tuple(_item(table, row) for row in table.rows),
        note=table.note,
    )


def _item(table: Table, row: tuple[Cell, ...]) -> Item:
    said = [
        f"{_UNIT.sub('', column).lower()} {cell.text}"
        for column, cell in zip(table.columns[1:], row[1:], strict=True)
        if cell.text not in _NOTHING
    ]
    return Item(title=row[0].text, lines=(f"{capital(', '.join(said))}.",) if said else ())


def _named(words: str) -> tuple[date, date]:
    """Return first and last day of a year, or of a month with its name."""
    match = _MONTH.fullmatch(words)
    name = (match["name"] or "").lower() if match else ""
    months = [number for number, whole in enumerate(_MONTHS) if name and whole.startswith(name)]
    if match is None or (name and len(months) != 1):
        raise OperatorError(
            f"“{words}” is no month or year", remedy="Write for example REPORT November 2026"
        )
    today = date.min  # not needed where a month or a year is given
    if not name:
        return days_of(since=None, until=None, month=None, year=match["year"], today=today)
    month = f"{match['year']}-{months[0]:02}"
    return days_of(since=None, until=None, month=month, year=None, today=today)
