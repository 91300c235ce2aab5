"""Reading what is older than the look-back of one account, page by page."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from config.errors import ReadError
from config.types import CoverageStatus, Reason
from monitor.cases.closing import closing_of
from monitor.reading import Reading
from storage.values import Coverage, Gap

if TYPE_CHECKING:
    from datetime import datetime

    from config.register import Account
    from config.types import RunId
    from monitor.app import App


def read_older(
    app: App, run: RunId, account: Account, *, as_of: datetime, since: datetime
) -> tuple[Coverage, datetime | None]:
    """Read an account's posts back to a moment and record them; its daily state stays as it is.

    Args:
        app: The wired application.
        run: The run this belongs to.
        account: Which account; not one that is read by hand.
        as_of: The present moment; aware UTC.
        since: Oldest publishing time wanted; aware UTC.

    Returns:
        How far it was read, what could not be read as a gap; and when the oldest post that
        was shown was published, None if none was.
    """
    state = app.repository.account_state(account.id)
    reading = Reading(
        app=app,
        run=run,
        account=account,
        as_of=as_of,
        state=replace(state, cursor=None, validators={}),
        closing=closing_of(app.repository, account.id),
        share=Decimal(app.settings.schedule.sweep_share) / 100,
    )
    progress = reading.progress
    status, reason = CoverageStatus.READ, None
    try:
        reading.read_listing(reading.open(), since=since)
    except ReadError as error:
        said = app.redactor.redact(str(error))
        progress.fall_short(said)
        status = CoverageStatus.PARTIAL if progress.listed else CoverageStatus.FAILED
        reason = error.reason
    reached = progress.oldest_listed
    if status is CoverageStatus.READ and not progress.complete:
        status, reason = CoverageStatus.PARTIAL, Reason.PARTIAL
    gaps = tuple(progress.gaps)
    if status is not CoverageStatus.READ and not gaps:
        gaps = (Gap(start=since, end=reached or as_of),)
    return (
        Coverage(
            account=account.id,
            status=status,
            recorded=progress.recorded,
            gaps=gaps,
            reason=reason,
            error="; ".join(dict.fromkeys(progress.notes)),
            ended_at=app.clock.now(),
        ),
        reached,
    )
