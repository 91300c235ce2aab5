"""Reading one account: profile, new posts, the re-readings that are due; nothing is judged.

Every page is recorded before the next one is asked for (law 2). An error leaves what was
read in place and becomes coverage; it is never taken for an absence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from config.errors import ContractError, LaterError, ReadError
from config.types import CoverageStatus, Outcome, Reason, SubjectKind
from connectors.base import KnownPost, ReaderState, nfc
from monitor.cases.closing import closing_of, look_at, skipped
from monitor.cleaning import clean_answer, clean_post, clean_profile
from monitor.cost import PROFILE_EVERY
from monitor.face import face_of
from monitor.meter import BudgetMeter, purses_of
from monitor.opening import open_connector
from monitor.plan import is_due
from monitor.progress import Progress
from monitor.retention.schedule import refreshing
from monitor.sighting import reread_seen, versions_seen, words_of
from monitor.thinning import known_posts, month_for, thinned
from storage.values import (
    BY_HAND,
    AccountState,
    Coverage,
    DuePost,
    Gap,
    LastingGap,
    Recorded,
    Seen,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from config.register import Account
    from config.types import RunId
    from connectors.base import Batch, Connector
    from monitor.app import App
    from monitor.cases.closing import Closing

SELDOM = timedelta(days=7)
"""Instead, where the month's budget does not pay for new posts and a profile a day."""
ASK_AGAIN_AFTER = timedelta(hours=1)
"""After a dead token, a missing permission or a changed contract: one probe an hour."""
_FOR_A_PERSON = frozenset(
    {Reason.AUTH_EXPIRED, Reason.FORBIDDEN, Reason.ACCOUNT_GONE, Reason.CONTRACT}
)
"""Failures that a person may have put right meanwhile, so that asking early makes sense."""


def read_account(
    app: App, run: RunId, account: Account, *, as_of: datetime, insist: bool = False
) -> Coverage:
    """Read one account and record what it shows.

    Args:
        app: The wired application.
        run: The run this belongs to.
        account: Which account; not one that is read by hand.
        as_of: The present moment; aware UTC.
        insist: Ask even if the last failure said to wait for a person (before a digest).
            A platform's own "not before" is obeyed all the same.

    Returns:
        How far it was read; ``failed`` when nothing could be read, ``partial`` when part.
    """
    state = app.repository.account_state(account.id)
    closing = closing_of(app.repository, account.id)
    may_insist = insist and state.reason in _FOR_A_PERSON
    if state.retry_at is not None and state.retry_at > as_of and not may_insist:
        return _not_yet(account, state, closing, as_of=as_of)
    reading = Reading(app=app, run=run, account=account, as_of=as_of, state=state, closing=closing)
    try:
        connector = reading.open()
    except ReadError as error:
        # Nothing was asked, so nothing has to be waited for once it is put right.
        reading.look_at_account(None, error)
        return reading.failed(error, retry_at=None)
    try:
        reading.read_profile(connector)
        reading.read_posts(connector)
        reading.read_again(connector)
    except ReadError as error:
        reading.look_at_account(connector, error)
        retry_at = error.retry_at if isinstance(error, LaterError) else as_of + ASK_AGAIN_AFTER
        return reading.failed(error, retry_at=retry_at)
    reading.look_at_account(connector, None)
    return reading.succeeded(connector)


def note_breakdown(
    app: App, run: RunId, account: Account, *, as_of: datetime, error: str
) -> Coverage:
    """Note that clerkwatch itself failed at an account, so that this is told and retried.

    Args:
        app: The wired application.
        run: The run in which it happened.
        account: Which account.
        as_of: The present moment; aware UTC.
        error: What happened, without secrets.

    Returns:
        Its coverage: failed, with the time since it was last read as a gap.
    """
    state = app.repository.account_state(account.id)
    closing = closing_of(app.repository, account.id)
    reading = Reading(app=app, run=run, account=account, as_of=as_of, state=state, closing=closing)
    return reading.failed(
        ContractError(error, account=account.id, remedy="Please report it"),
        retry_at=as_of + ASK_AGAIN_AFTER,
    )


@dataclass(slots=True, kw_only=True)
class Reading:
    """One reading of one account, step by step.

    Attributes:
        share: How much of the month's budget may be spent before this reading stops.
        refreshed: Older posts that are read again so that their stored copy may be kept.
    """

    app: App
    run: RunId
    account: Account
    as_of: datetime
    state: AccountState
    closing: Closing
    share: Decimal = Decimal(1)
    progress: Progress = field(default_factory=Progress)
    refreshed: list[DuePost] = field(default_factory=list)

    def open(self) -> Connector:
        """Find the platform, its credential and its budget; no request is made yet."""
        app, state = self.app, self.state
        budget = app.settings.budget.get(self.account.platform)
        return open_connector(
            self.account,
            door=app.door,
            environ=app.environ,
            state=ReaderState(
                platform_id=state.platform_id,
                cursor=state.cursor,
                validators=state.validators,
                waited=state.waited,
            ),
            meter=BudgetMeter(
                repository=app.repository,
                clock=app.clock,
                usd_per_month=budget.usd_per_month * self.share if budget is not None else None,
                purses=purses_of(app.register, self.account.platform),
                holds=app.holds,
            ),
            as_of=self.as_of,
        )

    def read_profile(self, connector: Connector) -> None:
        """Read the profile when it is time; the first reading also gives the lasting id."""
        read_at = self.state.profile_read_at
        if read_at is not None and self.as_of - read_at < PROFILE_EVERY:
            return
        if read_at is not None and self.as_of - read_at < SELDOM and self._is_short():
            said = "the profile is read once a week: the month's budget hardly pays for new posts"
            self.progress.notes.append(said)
            return
        profile = connector.profile()
        if profile is not None:
            profile = clean_profile(profile, self._hide, account=self.account.id)
            known = self.app.repository.standing_face(self.account.id, as_of=self.as_of)
            content = face_of(
                profile,
                account=self.account,
                door=self.app.door,
                before=known.words if known is not None else None,
            )
            seen = Seen(
                subject=SubjectKind.PROFILE,
                platform_id=profile.platform_id,
                at=self.as_of,
                outcome=Outcome.PRESENT,
                content_hash=content.digest(),
                words=words_of(content),
                url=profile.url,
                stills=tuple((still.name, still.address) for still in profile.stills),
            )
            self.app.repository.record(self.run, self.account.id, [seen])
            self.state = replace(self.state, platform_id=profile.platform_id)
        self.state = replace(self.state, profile_read_at=self.as_of)

    def _is_short(self) -> bool:
        """Return whether the budget does not even pay for what is new."""
        month = month_for(self.app, self.account, as_of=self.as_of)
        return month is not None and month.is_short

    def since(self) -> datetime:
        """Return how far back posts are listed: the look-back, or all of a longer outage.

        Of the platform, of its login or of clerkwatch itself, which nobody noted as a failure.
        """
        since = self.as_of - self.app.settings.schedule.look_back
        read_at = self.state.last_read_at
        # What is always read in part only would be listed from further back at each reading.
        if read_at is None or self.state.reason is Reason.PARTIAL:
            return since
        return min(since, read_at)

    def read_posts(self, connector: Connector) -> None:
        """Go through the listing, recording each page before the next is asked for."""
        stored = known_posts(self.app, self.account, as_of=self.as_of)
        self.refreshed = self._unrefreshed({post.platform_id for post in stored})
        self.progress.known = (*stored, *self.refreshed)
        self.read_listing(connector, since=self.since())

    def read_listing(
        self,
        connector: Connector,
        *,
        since: datetime,
        until: datetime | None = None,
        after_page: Callable[[Batch], None] = lambda _: None,
    ) -> None:
        """Record what is listed since a moment, page by page.

        Args:
            connector: Reads the account.
            since: Oldest publishing time wanted; aware UTC.
            until: Newest wanted; None: up to now.
            after_page: Called when a page is recorded, before the next is asked for.
        """
        for batch in connector.posts(since=since, until=until):
            name = self.account.id
            posts = (
                clean_post(post, self._hide, account=name, call=self._call) for post in batch.posts
            )
            once = {post.platform_id: post for post in posts}
            fresh = [post for name, post in once.items() if name not in self.progress.listed]
            seen = [each for post in fresh for each in versions_seen(post, self.as_of)]
            recorded = self.app.repository.record(self.run, self.account.id, seen)
            # Earlier versions are told with the post that they belong to, not as posts.
            recorded += Recorded(posts=len(fresh) - len(seen))
            self.progress.take(batch, fresh, recorded)
            after_page(batch)
            self.app.check_stop(self.account.id)

    def read_again(self, connector: Connector) -> None:
        """Read again what is due, and what should have been in the listing but was not."""
        progress = self.progress
        refreshed = {post.platform_id for post in self.refreshed}
        unlisted = [post for post in progress.known if post.platform_id not in progress.listed]
        owed = [
            post
            for post in unlisted
            if post.platform_id in refreshed or progress.should_have_shown(post)
        ]
        planned = [post for post in unlisted if post not in owed and is_due(post, as_of=self.as_of)]
        paid, waiting = thinned(self.app, self.account, planned, as_of=self.as_of)
        if waiting:
            progress.notes.append(waiting)
        due = [
            KnownPost(platform_id=post.platform_id, current_id=post.current_id, url=post.url)
            for post in (*owed, *paid)
        ]
        told = connector.reread(due) if due else ()
        name = self.account.id
        answers = [
            clean_answer(answer, self._hide, account=name, call=self._call) for answer in told
        ]
        all_at_once = progress.have_all_vanished(answers)
        seen = [reread_seen(answer, self.as_of, all_at_once=all_at_once) for answer in answers]
        progress.recorded += self.app.repository.record(self.run, self.account.id, seen)
        if all_at_once:
            progress.fall_short(
                "all known posts vanished at once, which is rarely a deletion: whether they "
                "are gone cannot be told"
            )
        elif progress.is_suddenly_empty(answers, since=self.since()):
            progress.fall_short("the list is empty although there were posts before")

    def look_at_account(self, connector: Connector | None, error: ReadError | None) -> None:
        """Write down whether the account itself is there, where its closing was asked for."""
        self.closing = look_at(
            self.app,
            self.run,
            self.account,
            self.closing,
            connector=connector,
            error=error,
            at=self.as_of,
        )

    def _unrefreshed(self, stored: set[str]) -> list[DuePost]:
        """Return stored copies that have to be refreshed, beside what is read again anyway."""
        wanted = refreshing(
            self.account.platform,
            retention=self.app.settings.retention,
            look_back=self.app.settings.schedule.look_back,
            now=self.as_of,
        )
        if wanted is None:
            return []
        found = self.app.repository.unrefreshed(
            self.account.id,
            shown_before=wanted.shown_before,
            tried_before=wanted.tried_before,
            published_since=wanted.published_since,
            closed_since=wanted.closed_since,
        )
        return [
            post
            for post in found
            if post.platform_id not in stored and not post.platform_id.startswith(BY_HAND)
        ]

    def succeeded(self, connector: Connector) -> Coverage:
        """Note what the next run needs and return the coverage."""
        ended, progress, state = self.app.clock.now(), self.progress, self.state
        complete = progress.complete
        reason = None if complete else Reason.PARTIAL
        self.app.repository.save_account_state(
            replace(
                state,
                account=self.account.id,
                cursor=(self._hide(progress.cursor or "") or state.cursor)
                if complete
                else state.cursor,
                validators=self._left(connector) if complete else state.validators,
                retry_at=None,
                reason=reason,
                last_read_at=ended if complete else state.last_read_at,
                last_tried_at=ended,
                first_complete_at=state.first_complete_at or self._history_ends(ended),
                failing_since=None if complete else state.failing_since or self.as_of,
            ),
            # A reading that is to be repeated finds again what is lost, by then with later bounds.
            lost=self._lost(ended) if complete else (),
        )
        is_whole = complete and not progress.lost
        return Coverage(
            account=self.account.id,
            status=CoverageStatus.READ if is_whole else CoverageStatus.PARTIAL,
            recorded=progress.recorded,
            gaps=tuple(progress.gaps),
            reason=None if is_whole else Reason.PARTIAL,
            error=self.app.redactor.redact("; ".join(progress.notes)),
            ended_at=ended,
        )

    def _lost(self, ended: datetime) -> tuple[LastingGap, ...]:
        """Return what can never be read, since the last reading where nobody knows it better."""
        start = self.state.last_read_at or self.since()
        since = Gap(start=min(start, self.as_of), end=self.as_of)
        return tuple(
            LastingGap(
                account=self.account.id,
                start=(gap or since).start,
                end=(gap or since).end,
                why=self.app.redactor.redact(why),
                found_at=ended,
                run=self.run,
            )
            for gap, why in self.progress.lost
        )

    def _hide(self, said: str) -> str:
        return self.app.redactor.kept(said)

    def _call(self, author: str) -> str:
        return self.app.pseudonyms.of(nfc(author), platform=self.account.platform)

    def _left(self, connector: Connector) -> dict[str, str]:
        """Return what the next run needs; an ETag may hold what the server was sent."""
        hide = self._hide
        return {hide(name): hide(value) for name, value in connector.validators().items()}

    def _history_ends(self, ended: datetime) -> datetime | None:
        """Return up to when everything is history: the end of the first complete reading.

        An account that can only ever be read in part (a feed that is always truncated)
        must not stay history for ever: what it shows the second time, and was published
        after the first, was certainly not there before it was watched.
        """
        if self.progress.complete:
            return ended
        if self.progress.known and self.progress.listed:
            return self.state.last_tried_at
        return None

    def failed(self, error: ReadError, *, retry_at: datetime | None) -> Coverage:
        """Keep what was read, note when to ask again and return the coverage.

        Args:
            error: What happened.
            retry_at: Not to be asked before; None: at the next pull.
        """
        ended, state = self.app.clock.now(), self.state
        said = self.app.redactor.redact(str(error))
        is_expected = self.closing.is_expected_gone
        kept = replace(state, account=self.account.id)
        if not self.app.stop.is_set():
            kept = replace(
                kept,
                retry_at=retry_at,
                reason=error.reason,
                last_tried_at=ended,
                failing_since=None if is_expected else state.failing_since or self.as_of,
            )
        # Else clerkwatch ends in the middle: that was no try, and the next start reads at once.
        self.app.repository.save_account_state(kept)
        if is_expected:
            self.app.log.info("account closed as was asked", reason=error.reason.value)
            return skipped(self.account.id, self.closing, ended_at=ended)
        self.app.log.warning("account not read", reason=error.reason.value, error=said)
        start = state.last_read_at or self.as_of - self.app.settings.schedule.look_back
        read_some = self.progress.recorded.posts > 0
        return Coverage(
            account=self.account.id,
            status=CoverageStatus.PARTIAL if read_some else CoverageStatus.FAILED,
            recorded=self.progress.recorded,
            gaps=(*self.progress.gaps, Gap(start=start, end=self.as_of)),
            reason=error.reason,
            error="; ".join([*map(self.app.redactor.redact, self.progress.notes), said]),
            ended_at=ended,
        )


def _not_yet(
    account: Account, state: AccountState, closing: Closing, *, as_of: datetime
) -> Coverage:
    if closing.is_expected_gone:
        return skipped(account.id, closing)
    retry_at = state.retry_at or as_of
    start = state.last_read_at or state.failing_since or as_of
    reason = state.reason or Reason.TRANSIENT
    return Coverage(
        account=account.id,
        status=CoverageStatus.FAILED,
        gaps=(Gap(start=min(start, as_of), end=as_of),),
        reason=reason,
        error=f"{account.id}: not asked again before {retry_at.isoformat()} ({reason.value})",
    )
