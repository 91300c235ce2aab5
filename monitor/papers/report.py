"""A report by mail: its figures in the mail, the page and the file with all tables beside it."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.errors import OperatorError
from config.types import Resolution, SubjectKind
from monitor.alerts.enclosing import Item, Part, Sheet, compose_sheet
from monitor.alerts.hardening import one_line
from monitor.alerts.message import enclosed, fits
from monitor.alerts.wording import capital, count, listed
from monitor.papers.base import Paper, key_of, posting
from monitor.report.cells import NOT_A_STATEMENT
from monitor.report.gather import gather
from monitor.report.period import Period, days_of, month_end
from monitor.report.tables import tables_of
from monitor.report.wording import day, moment, resolution
from monitor.report.written import one_file, page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from monitor.alerts.enclosing import Posting
    from monitor.alerts.message import Addressee, Enclosure
    from monitor.app import App
    from monitor.report.cells import Cell, Table
    from monitor.report.facts import CaseLine, Report
    from storage.values import Case

_TOLD = ("by_clause", "by_account", "removal", "coverage", "windows", "spend", "policy")
"""Tables whose figures stand in the mail itself; the others are long, and in the files."""
_ATTACHED = "The whole report is attached: a page to print, and a spreadsheet file."
TAKEN_DOWN = frozenset({Resolution.REMOVED, Resolution.CORRECTED})
"""How a case ends whose post went, or was changed."""
_MOST_QUOTED = 200
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
    key = key_of("report", asked)
    way = posting(app, key, to=people, at=at, follows=follows)
    return compose_report(report, period_sheet(report), way)


def compose_report(report: Report, sheet: Sheet, way: Posting) -> Paper:
    """Return the finished mail with a report's page and file.

    Raises:
        MailError: An address is not usable.
    """
    shorter = "The rest is in the attached page and file."
    mail = compose_sheet(sheet, way, files=files_of(report), shorter=shorter)
    return Paper(mail=mail)


def period_sheet(report: Report) -> Sheet:
    """Return what a report's mail says."""
    title = titled(report.period)
    so_far = " so far" if report.period.is_running else ""
    return Sheet(
        subject=f"Report for {title}{so_far}: {_flagged(report)} flagged",
        lead=_lead(f"{title}{so_far}", report),
        lines=(_ATTACHED,),
        parts=_parts(report),
        foot=(NOT_A_STATEMENT,),
    )


def window_sheet(report: Report, *, put_back: Sequence[Case] = ()) -> Sheet:
    """Return what the mail after a pre-election period says.

    Args:
        report: Of the days of the period.
        put_back: What was taken down or changed because of the period only.
    """
    last = report.period.last
    zone = ZoneInfo(report.around.zone)
    again = {case.id for case in put_back}
    gone = [line for line in report.closed if line.resolution in TAKEN_DOWN]
    gone = [line for line in gone if line.id not in again]
    undecided = [line for line in report.cases if line.resolution is None]
    return Sheet(
        subject=f"After the pre-election period: {_flagged(report)} flagged",
        lead=_lead(f"The pre-election period that ended on {day(last)}", report),
        lines=(
            (
                "What may sway voters is judged by the ordinary rules again. Comments, pages or "
                "accounts that were closed for the period may be opened again."
            ),
            _ATTACHED,
        ),
        parts=(
            _again(put_back, report, zone),
            cases_part(
                "Taken down or changed for other reasons"
                if again
                else "Taken down or changed in the period",
                [line.id for line in gone],
                lines={line.id: _gone(line, zone) for line in gone},
            ),
            cases_part(
                "Still undecided",
                [line.id for line in undecided],
                lines={line.id: line.account_title for line in undecided},
            ),
            *_parts(report),
        ),
        foot=(NOT_A_STATEMENT,),
    )


def _again(cases: Sequence[Case], report: Report, zone: ZoneInfo) -> Part:
    """Return what may be shown again: which post, of which day, where it stood, how it began."""
    titles = {account.id: account.title for account in report.around.accounts}
    masked = {line.id for line in report.closed if line.is_masked}
    return Part(
        heading="Hidden or taken down because of the period: may be put back",
        lines=()
        if not cases
        else (
            (
                "The rules of the period do not forbid these any more. Whether each is shown again "
                "is for you to decide; clerkwatch never posts anything."
            ),
        ),
        items=tuple(
            Item(
                title=f"Case {case.id}, {titles.get(case.account, case.account)}",
                lines=tuple(filter(None, (f"Of {moment(case.published_at, zone)}.", _where(case)))),
                quote="" if case.id in masked else one_line(case.text, most=_MOST_QUOTED),
            )
            for case in cases
        ),
        note="" if cases else "None.",
    )


def _where(case: Case) -> str:
    return f"It stood at {case.url}" if case.url else ""


def cases_part(
    heading: str, cases: Sequence[int], *, lines: Mapping[int, str] | None = None
) -> Part:
    """Return a part that names cases, with what there is to say of each.

    Args:
        heading: Its heading.
        cases: Their numbers.
        lines: In which words, by number; None: the numbers alone, in one line.
    """
    if not cases:
        return Part(heading=heading, note="None.")
    if lines is None:
        numbers = listed([str(number) for number in cases])
        return Part(heading=heading, items=(Item(title=f"{_cases(len(cases))} {numbers}"),))
    return Part(
        heading=heading,
        items=tuple(Item(title=f"Case {number}", lines=(lines[number],)) for number in cases),
    )


def _cases(number: int) -> str:
    return "Case" if number == 1 else "Cases"


def _gone(line: CaseLine, zone: ZoneInfo) -> str:
    """Return what became of a case that was upheld."""
    closed = "" if line.closed_at is None else f" on {moment(line.closed_at, zone)}"
    return f"{line.account_title}: {resolution(line.resolution)}, closed{closed}"


def _flagged(report: Report) -> str:
    is_posts = all(line.subject is SubjectKind.POST for line in report.cases)
    return count(report.total.flagged, "post" if is_posts else "case")


def _lead(days: str, report: Report) -> str:
    """Return what was flagged in some days and what came of it, in a sentence."""
    total = report.total
    was = "was" if total.flagged == 1 else "were"
    amounts = (
        (total.upheld, "upheld by the Clerk"),
        (total.not_upheld, "not upheld"),
        (total.left, "left standing"),
        (total.lapsed, "no longer in question"),
        (total.undecided, "undecided"),
    )
    parts = listed([f"{amount:,} {said}" for amount, said in amounts if amount])
    return f"{days}: {_flagged(report)} {was} flagged{f', {parts}' if parts else ''}."


def _parts(report: Report) -> tuple[Part, ...]:
    return tuple(part_of(table) for table in tables_of(report) if table.name in _TOLD)


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
