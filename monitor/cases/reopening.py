"""Accounts that were closed for a period only: when it is over, somebody is told to open them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import CaseState, Resolution
from monitor.cases.closing import closing_of
from monitor.cases.life import closed_until, was_closed_on_request
from monitor.cases.request import reopening_of
from monitor.judging import windows_at

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from monitor.app import App
    from storage.values import Case, NewMail

_A_MOMENT = timedelta(microseconds=1)


def last_day_of(app: App, poll: str, *, at: datetime) -> date:
    """Return the last day of a poll's window, in the council's zone.

    Args:
        app: The wired application.
        poll: Id of the poll.
        at: The present moment; aware UTC.

    Raises:
        OperatorError: There is no window of such a poll.
    """
    windows = windows_at(app.settings, app.repository, as_of=at)
    ends = [window.end for window in windows if window.poll == poll]
    if not ends:
        known = ", ".join(sorted({str(window.poll) for window in windows})) or "none"
        raise OperatorError(f"{poll!r} has no window", remedy=f"Polls with one: {known}")
    return (max(ends) - _A_MOMENT).astimezone(app.settings.zone()).date()


def due_to_open(cases: Iterable[Case], *, today: date) -> list[Case]:
    """Return the cases whose account was closed for a period that is over, by number; pure.

    Args:
        cases: Any; those without such a period are left out.
        today: The date in the council's zone.
    """
    over = []
    for case in cases:
        until = closed_until(case)
        if case.state is CaseState.CLOSED and was_closed_on_request(case):
            over += [case] if until is not None and until < today else []
    return sorted(over, key=lambda case: case.id)


def reminders(app: App, *, at: datetime) -> list[NewMail]:
    """Return the mails to owners who may open their account again; each has a lasting key.

    Whose account is open again, or who cannot be written to, gets none.

    Args:
        app: The wired application.
        at: The present moment; aware UTC.
    """
    today = at.astimezone(app.settings.zone()).date()
    ended = app.repository.cases(resolution=Resolution.REMOVED)
    due = [
        case
        for case in due_to_open(ended, today=today)
        if closing_of(app.repository, case.account).is_expected_gone
    ]
    mails = (reopening_of(app, case, at=at) for case in due)
    return [mail for mail in mails if mail is not None]
