"""Reports that go to the Clerk by themselves; the database says which are due (law 4).

Three kinds, each once: the page of a month, on the first working day after it; the paper of a
pre-election period, on the first working day after it ended; draft facts for the annual
return, on the first working day of April. Which one went out is known by its natural key in
the outbox. After a time in which nothing ran, the months that were missed are one mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

from config.types import Severity
from monitor.alerts.outbox import deliver_due
from monitor.freeze.windows import all_windows, in_force
from monitor.judging import polls_of
from monitor.papers.annual import annual_sheet
from monitor.papers.base import Paper, key_of, posting
from monitor.papers.report import TAKEN_DOWN, compose_report, period_sheet, window_sheet
from monitor.people.rota import Rota
from monitor.report.gather import gather
from monitor.report.period import Period, month_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from config.settings import Settings
    from monitor.alerts.enclosing import Sheet
    from monitor.app import App
    from monitor.report.facts import Report
    from storage.repository import Repository
    from storage.values import Case

MOST_MONTHS = 12
"""Months that one mail makes good at most; what lies further back is asked for by hand."""
_WINDOWS_BACK = timedelta(days=60)
_APRIL = 4
_RETURN_UNTIL = 6
"""The annual return is due by the end of June: later its draft is of no use."""


class Asked(Protocol):
    """What is asked which papers are due: the wired application, or less of it."""

    @property
    def settings(self) -> Settings:
        """What the council decides."""
        ...

    @property
    def repository(self) -> Repository:
        """What is remembered; only read from."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """One paper that is due.

    Attributes:
        key: Natural key of its mail.
        first: First day that it is about.
        last: Last day that it is about.
        sheet: What its mail says, from the report of these days.
    """

    key: str
    first: date
    last: date
    sheet: Callable[[App, Report], Sheet]


def is_due(app: Asked, *, now: datetime) -> bool:
    """Return whether a paper is due and not written yet.

    Raises:
        StorageError: The database cannot be read.
    """
    return next(due(app, now=now), None) is not None


def due(app: Asked, *, now: datetime) -> Iterator[Due]:
    """Go through the papers that are due now and were not written yet.

    None before the hour of the morning mail, on a day that is no working day, before the first
    account was registered, or where the configuration turns them off.

    Raises:
        StorageError: The database cannot be read.
    """
    settings = app.settings
    local = now.astimezone(settings.zone())
    if not settings.schedule.reports or local.time() < settings.schedule.digest_at:
        return
    if not _rota(app).is_working_day(local.date()):
        return
    since = _watched_since(app)
    if since is None:
        return
    yield from _month(app, local.date(), since)
    yield from _windows(app, now, since)
    yield from _annual(app, local.date(), since)


def send_due(app: App) -> int:
    """Write every paper that is due into the outbox and try to send it; safe to repeat.

    Returns:
        How many were written now.

    Raises:
        MailError: An address is not usable.
        StorageError: The database refused.
    """
    written = 0
    for one in due(app, now=app.clock.now()):
        at = app.clock.now()
        paper = write(app, one, at=at)
        with app.repository.writing() as transaction:
            written += paper.queue(transaction, at=at)
    deliver_due(
        app.repository,
        app.transport,
        sender=app.settings.mail.sender,
        now=app.clock.now(),
        stop=app.stop.is_set,
    )
    return written


def write(app: App, one: Due, *, at: datetime) -> Paper:
    """Return a paper that is due, finished; nothing is stored.

    Raises:
        MailError: An address is not usable.
        StorageError: The database cannot be read.
    """
    period = Period.of(one.first, one.last, zone=app.settings.zone(), as_of=at)
    report = gather(
        app.repository, settings=app.settings, policy=app.policy, period=period, as_of=at
    )
    to = _rota(app).who_decides(at)
    return compose_report(report, one.sheet(app, report), posting(app, one.key, to=to, at=at))


def _rota(app: Asked) -> Rota:
    """Return who is there: a paper goes to the Clerk, or whoever stands in."""
    return Rota.of(app.settings, app.repository.absences())


def _watched_since(app: Asked) -> date | None:
    """Return the council date on which the first account was registered."""
    first = min((row.registered_at for row in app.repository.accounts()), default=None)
    return None if first is None else first.astimezone(app.settings.zone()).date()


def _month(app: Asked, today: date, since: date) -> Iterator[Due]:
    """Yield the page of the months that are over and were not told, as one."""
    months: list[date] = []
    month = _month_before(today)
    while month_end(month) >= since and len(months) < MOST_MONTHS:
        if app.repository.mail(_month_key(month)) is not None:
            break
        months.append(month)
        month = _month_before(month)
    if months:
        yield Due(
            key=_month_key(months[0]),
            first=months[-1],
            last=month_end(months[0]),
            sheet=lambda _, report: period_sheet(report),
        )


def _month_before(day: date) -> date:
    """Return the first day of the month before a day's."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _month_key(month: date) -> str:
    return key_of("monthly", f"{month:%Y-%m}")


def _windows(app: Asked, now: datetime, since: date) -> Iterator[Due]:
    """Yield a paper for each day on which pre-election periods ended, newest last."""
    zone = app.settings.zone()
    polls = polls_of(app.settings, app.repository)
    windows = in_force(all_windows(polls, zone=zone, nation=app.settings.council.nation, as_of=now))
    ended: dict[date, date] = {}
    for window in windows:
        last = (window.end - timedelta(microseconds=1)).astimezone(zone).date()
        first = window.start.astimezone(zone).date()
        is_over = window.area != "none" and last < now.astimezone(zone).date()
        if is_over and window.end > now - _WINDOWS_BACK and last >= since:
            ended[last] = min(first, ended.get(last, first))
    for last, first in sorted(ended.items()):
        key = key_of("window", last.isoformat())
        if app.repository.mail(key) is None:
            yield Due(key, first, last, sheet=_window_sheet)


def _window_sheet(app: App, report: Report) -> Sheet:
    """Return the paper of a period, with what was taken down because of it only."""
    gone = [line.id for line in report.closed if line.resolution in TAKEN_DOWN]
    return window_sheet(
        report, put_back=[case for case in app.repository.cases_of(gone) if _is_of_window(case)]
    )


def _is_of_window(case: Case) -> bool:
    """Return whether nothing but the rules of a period was ever found on a case."""
    found = [stored.finding for stored in (*case.findings, *case.withdrawn)]
    return bool(found) and all(
        finding.context or finding.severity is Severity.NOTE for finding in found
    )


def _annual(app: Asked, today: date, since: date) -> Iterator[Due]:
    """Yield the draft facts of the financial year that ended on 31 March."""
    last = date(today.year, _APRIL, 1) - timedelta(days=1)
    is_season = _APRIL <= today.month <= _RETURN_UNTIL
    key = key_of("annual", last.isoformat())
    if is_season and since <= last and app.repository.mail(key) is None:
        yield Due(key, date(last.year - 1, _APRIL, 1), last, sheet=annual_sheet)
