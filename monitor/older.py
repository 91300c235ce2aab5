"""Reading what is older than the look-back of one account, page by page."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    from config.types import AccountId, RunId
    from connectors.base import Batch
    from monitor.app import App
    from storage.values import AccountState


@dataclass(slots=True, kw_only=True)
class _Mark:
    """How far back one account was read; kept after each page, so that a kill loses one page."""

    app: App
    account: AccountId
    reached: datetime | None

    def put(self, batch: Batch) -> None:
        """Keep how far a page that is recorded has reached."""
        if not batch.complete:
            return  # what it leaves out is still to be asked for
        times = [post.published_at for post in batch.posts if post.published_at is not None]
        came = batch.reached or min(times, default=None)
        if came is not None and (self.reached is None or came < self.reached):
            self.reached = came
            now = self.app.clock.now()
            self.app.repository.save_sweep_mark(self.account, reached=came, at=now)


def _where_daily_ends(app: App, state: AccountState, *, as_of: datetime) -> datetime | None:
    """Return up to when older posts are wanted: what the daily reading has read is not.

    None where its last reading was not whole: then all is listed.
    """
    if state.reason is not None or state.last_read_at is None:
        return None
    return as_of - app.settings.schedule.look_back


def read_older(
    app: App,
    run: RunId,
    account: Account,
    *,
    as_of: datetime,
    since: datetime,
    reached: datetime | None = None,
) -> tuple[Coverage, datetime | None]:
    """Read an account's posts back to a moment and record them; its daily state stays as it is.

    Args:
        app: The wired application.
        run: The run this belongs to.
        account: Which account; not one that is read by hand.
        as_of: The present moment; aware UTC.
        since: Oldest publishing time wanted; aware UTC.
        reached: How far back an interrupted reading had come: what is newer is not asked for
            again. None: it begins where the daily reading ends.

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
    until = reached or _where_daily_ends(app, state, as_of=as_of)
    mark = _Mark(app=app, account=account.id, reached=until)
    try:
        if until is None or until > since:
            reading.read_listing(reading.open(), since=since, until=until, after_page=mark.put)
    except ReadError as error:
        said = app.redactor.redact(str(error))
        progress.fall_short(said)
        status = CoverageStatus.PARTIAL if progress.listed else CoverageStatus.FAILED
        reason = error.reason
    reached = min(filter(None, (progress.oldest_listed, reached)), default=None)
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
