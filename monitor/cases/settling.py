"""Settling an account's cases after it was read: `visibility` with this council's own facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from monitor.cases.request import due_by
from monitor.cases.visibility import settle_visibility
from monitor.judging import bench, material_of

if TYPE_CHECKING:
    from datetime import datetime

    from config.types import AccountId, Severity
    from monitor.app import App
    from storage.values import Case

_A_MOMENT = timedelta(microseconds=1)


def settle(app: App, account: AccountId, *, as_of: datetime) -> int:
    """Take the steps that an account's newest readings lead to; return how many cases changed.

    Args:
        app: The wired application.
        account: Which account; what was read of it has been judged.
        as_of: The present moment for judging; aware UTC.
    """
    now = app.clock.now()

    def due(severity: Severity) -> datetime:
        return due_by(app, severity, at=now)

    return settle_visibility(
        app.repository,
        account,
        zone=app.settings.zone(),
        at=now,
        is_clean=partial(is_clean, app, as_of=as_of),
        due_by=due,
    )


def is_clean(app: App, case: Case, *, as_of: datetime) -> bool:
    """Return whether nothing that needs a decision is found in what is shown now.

    The words are judged here once more, all of them: where a check crashed, or cannot read
    the language, nobody knows, and that is not clean.

    Args:
        app: The wired application.
        case: Whose subject was edited.
        as_of: The present moment; aware UTC.
    """
    made = bench(app, as_of=as_of)
    if case.account not in made.accounts:
        return False
    for lot in app.repository.versions(
        accounts=[case.account], since=case.published_at, until=case.published_at + _A_MOMENT
    ):
        for version in lot:
            if version.subject != case.subject or not version.is_current:
                continue
            judgement = made.judgement(material_of(version, made.accounts[case.account]))
            fresh = replace(version, known=(), open_case=None)
            verdict = made.deciders[case.account].decide(fresh, judgement)
            return not judgement.not_judged and verdict.case is None
    return False
