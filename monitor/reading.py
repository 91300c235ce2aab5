"""Reading one account: profile, new posts, the re-readings that are due; nothing is judged.

Every page is recorded before the next one is asked for (law 2). An error leaves what was
read in place and becomes coverage; it is never taken for an absence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import connectors
from config.errors import AccessError, LaterError, ReadError, SettingsError
from config.settings import secret
from config.types import CoverageStatus, Outcome, Reason, SubjectKind
from connectors.base import Circumstances, KnownPost, ReaderState, nfc
from monitor.face import face_of
from monitor.meter import BudgetMeter
from monitor.plan import is_due
from storage.values import (
    AccountState,
    Coverage,
    DuePost,
    ExtraWords,
    Gap,
    Recorded,
    Seen,
    Words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import SecretStr

    from config.register import Account
    from config.types import RunId
    from connectors.base import Batch, Connector, Content, FetchedPost, Platform, Reread
    from monitor.app import App

PROFILE_EVERY = timedelta(hours=6)
ASK_AGAIN_AFTER = timedelta(hours=1)
"""After a dead token, a missing permission or a changed contract: one probe an hour."""
MANY = 3
"""When at least this many known posts vanish and nothing known is left, nobody deleted them."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Progress:
    """What has come of one reading so far; becomes the account's coverage."""

    recorded: Recorded = field(default_factory=Recorded)
    listed: set[str] = field(default_factory=set)
    oldest_listed: datetime | None = None
    lists_window: bool = False
    complete: bool = True
    cursor: str | None = None
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, batch: Batch, fresh: Sequence[FetchedPost], recorded: Recorded) -> None:
        """Count one page of the listing."""
        self.recorded += recorded
        self.listed.update(post.platform_id for post in fresh)
        times = [post.published_at for post in fresh if post.published_at is not None]
        if self.oldest_listed is not None:
            times.append(self.oldest_listed)
        self.oldest_listed = min(times, default=None)
        self.lists_window = self.lists_window or batch.lists_window
        self.complete = self.complete and batch.complete
        self.cursor = batch.cursor or self.cursor
        if batch.gap is not None:
            self.gaps.append(Gap(start=batch.gap[0], end=batch.gap[1]))
        if batch.note:
            self.notes.append(batch.note)

    def should_have_shown(self, post: DuePost) -> bool:
        """Return whether a whole listing should have shown a post that it did not show."""
        if not (self.lists_window and self.complete) or post.last_outcome is Outcome.GONE:
            return False
        return self.oldest_listed is None or post.published_at >= self.oldest_listed

    def fall_short(self, note: str) -> None:
        """Say that the reading was not complete, and why."""
        self.complete = False
        self.notes.append(note)


def read_account(
    app: App, run: RunId, account: Account, *, as_of: datetime, insist: bool = False
) -> Coverage:
    """Read one account and record what it shows.

    Args:
        app: The wired application.
        run: The run this belongs to.
        account: Which account; not one that is read by hand.
        as_of: The present moment; aware UTC.
        insist: Ask even if the last failure said to wait (before a digest).

    Returns:
        How far it was read; ``failed`` when nothing could be read, ``partial`` when part.
    """
    state = app.repository.account_state(account.id)
    if state.retry_at is not None and state.retry_at > as_of and not insist:
        return _not_yet(account, state)
    reading = _Reading(app=app, run=run, account=account, as_of=as_of, state=state)
    try:
        connector = reading.open()
        reading.read_profile(connector)
        reading.read_posts(connector)
        reading.read_again(connector)
    except ReadError as error:
        return reading.failed(error)
    return reading.succeeded(connector)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One reading of one account, step by step."""

    app: App
    run: RunId
    account: Account
    as_of: datetime
    state: AccountState
    progress: _Progress = field(default_factory=_Progress)

    def open(self) -> Connector:
        """Find the platform, its credential and its budget; no request is made yet."""
        account, app = self.account, self.app
        try:
            platform = connectors.find(account.platform)
        except LookupError as error:
            raise AccessError(
                "this version cannot read it",
                account=account.id,
                reason=Reason.CONTRACT,
                remedy="Register it as platform = manual until it can",
            ) from error
        budget = app.settings.budget.get(account.platform)
        return platform.open(
            Circumstances(
                account=account,
                door=app.door,
                secret=self._secret(platform),
                state=ReaderState(
                    platform_id=self.state.platform_id,
                    cursor=self.state.cursor,
                    validators=self.state.validators,
                ),
                meter=BudgetMeter(
                    repository=app.repository,
                    clock=app.clock,
                    usd_per_month=budget.usd_per_month if budget is not None else None,
                ),
                as_of=self.as_of,
            )
        )

    def _secret(self, platform: Platform) -> SecretStr | None:
        account = self.account
        if account.credential is None:
            if platform.needs_credential and account.api_base is None:
                raise AccessError(
                    f"{platform.title} needs a credential and none is configured",
                    account=account.id,
                    reason=Reason.AUTH_EXPIRED,
                    remedy=f"See docs/connectors/{platform.name}.md",
                )
            return None
        try:
            value = secret(account.credential, environ=self.app.environ)
        except SettingsError as error:
            raise AccessError(
                error.what, account=account.id, reason=Reason.AUTH_EXPIRED, remedy=error.remedy
            ) from error
        self.app.redactor.add(value)
        return value

    def read_profile(self, connector: Connector) -> None:
        """Read the profile when it is time; the first reading also gives the lasting id."""
        read_at = self.state.profile_read_at
        if read_at is not None and self.as_of - read_at < PROFILE_EVERY:
            return
        profile = connector.profile()
        if profile is not None:
            content = face_of(profile, account=self.account, door=self.app.door)
            seen = Seen(
                subject=SubjectKind.PROFILE,
                platform_id=profile.platform_id,
                at=self.as_of,
                outcome=Outcome.PRESENT,
                content_hash=content.digest(),
                words=words_of(content),
                url=profile.url,
            )
            self.app.repository.record(self.run, self.account.id, [seen])
            self.state = replace(self.state, platform_id=profile.platform_id)
        self.state = replace(self.state, profile_read_at=self.as_of)

    def read_posts(self, connector: Connector) -> None:
        """Go through the listing, recording each page before the next is asked for."""
        for batch in connector.posts(since=self.as_of - self.app.settings.schedule.look_back):
            once = {post.platform_id: post for post in batch.posts}
            fresh = [post for name, post in once.items() if name not in self.progress.listed]
            seen = [seen_of(post, self.as_of) for post in fresh]
            recorded = self.app.repository.record(self.run, self.account.id, seen)
            self.progress.take(batch, fresh, recorded)
            self.app.check_stop(self.account.id)

    def read_again(self, connector: Connector) -> None:
        """Read again what is due, and what should have been in the listing but was not."""
        repository, progress = self.app.repository, self.progress
        stored = repository.due_posts(
            self.account.id, as_of=self.as_of, look_back=self.app.settings.schedule.look_back
        )
        unlisted = [post for post in stored if post.platform_id not in progress.listed]
        due = [
            KnownPost(platform_id=post.platform_id, current_id=post.current_id, url=post.url)
            for post in unlisted
            if is_due(post, as_of=self.as_of) or progress.should_have_shown(post)
        ]
        answers = list(connector.reread(due)) if due else []
        gone = sum(1 for answer in answers if answer.outcome is Outcome.GONE)
        some_are_left = len(unlisted) < len(stored) or any(
            answer.outcome is Outcome.PRESENT for answer in answers
        )
        visible = repository.visible_count(self.account.id, since=_LONG_AGO)
        all_at_once = gone >= MANY and gone >= visible and not some_are_left
        seen = [
            _reread_seen(answer, self.as_of, all_at_once=all_at_once)
            for answer in answers
            # It stands, but its words were not read again (a post that has left its feed):
            # what was read before stays current.
            if answer.outcome is not Outcome.PRESENT or answer.post is not None
        ]
        progress.recorded += repository.record(self.run, self.account.id, seen)
        if all_at_once:
            progress.fall_short(
                f"all {gone} known posts vanished at once, which is rarely a deletion: whether "
                "they are gone cannot be told"
            )
        if progress.lists_window and not progress.listed and visible and not answers:
            progress.fall_short(f"the list is empty although {visible} posts were there before")

    def succeeded(self, connector: Connector) -> Coverage:
        """Note what the next run needs and return the coverage."""
        ended, progress, state = self.app.clock.now(), self.progress, self.state
        complete = progress.complete
        reason = None if complete else Reason.PARTIAL
        self.app.repository.save_account_state(
            replace(
                state,
                account=self.account.id,
                cursor=(progress.cursor or state.cursor) if complete else state.cursor,
                validators=connector.validators() if complete else state.validators,
                retry_at=None,
                reason=reason,
                last_read_at=ended if complete else state.last_read_at,
                last_tried_at=ended,
                first_complete_at=state.first_complete_at or (ended if complete else None),
                failing_since=None if complete else state.failing_since or self.as_of,
            )
        )
        return Coverage(
            account=self.account.id,
            status=CoverageStatus.READ if complete else CoverageStatus.PARTIAL,
            recorded=progress.recorded,
            gaps=tuple(progress.gaps),
            reason=reason,
            error="; ".join(progress.notes),
            ended_at=ended,
        )

    def failed(self, error: ReadError) -> Coverage:
        """Keep what was read, note when to ask again and return the coverage."""
        ended, state = self.app.clock.now(), self.state
        retry_at = self.as_of + ASK_AGAIN_AFTER
        if isinstance(error, LaterError):
            retry_at = error.retry_at or self.as_of
        said = self.app.redactor.redact(str(error))
        self.app.repository.save_account_state(
            replace(
                state,
                account=self.account.id,
                retry_at=retry_at,
                reason=error.reason,
                last_tried_at=ended,
                failing_since=state.failing_since or self.as_of,
            )
        )
        self.app.log.warning("account not read", reason=error.reason.value, error=said)
        start = state.last_read_at or self.as_of - self.app.settings.schedule.look_back
        read_some = self.progress.recorded.posts > 0
        return Coverage(
            account=self.account.id,
            status=CoverageStatus.PARTIAL if read_some else CoverageStatus.FAILED,
            recorded=self.progress.recorded,
            gaps=(*self.progress.gaps, Gap(start=start, end=self.as_of)),
            reason=error.reason,
            error="; ".join([*self.progress.notes, said]),
            ended_at=ended,
        )


def _not_yet(account: Account, state: AccountState) -> Coverage:
    retry_at = state.retry_at or _LONG_AGO
    start = state.last_read_at or state.failing_since or retry_at
    reason = state.reason or Reason.TRANSIENT
    return Coverage(
        account=account.id,
        status=CoverageStatus.FAILED,
        gaps=(Gap(start=min(start, retry_at), end=retry_at),),
        reason=reason,
        error=f"{account.id}: not asked again before {retry_at.isoformat()} ({reason.value})",
    )


# --- from a connector's values to storage's -------------------------------------------------


def words_of(content: Content) -> Words:
    """Return a connector's content as storage keeps it."""
    text = content.text()
    lead = len(content.own) - len(content.own.lstrip("\n"))
    return Words(
        text=text,
        own_length=max(0, min(len(text), len(content.own) - lead)),
        extras=tuple(
            ExtraWords(kind=extra.kind, text=extra.text, by=extra.by) for extra in content.extras
        ),
        links=content.links,
        pictures=content.pictures,
        is_repost=content.is_repost,
        fields=dict(content.fields),
    )


def seen_of(post: FetchedPost, as_of: datetime) -> Seen:
    """Return a post as it was read just now, ready to be recorded."""
    return Seen(
        subject=SubjectKind.POST,
        platform_id=post.platform_id,
        at=as_of,
        outcome=Outcome.PRESENT,
        content_hash=post.content.digest(),
        words=words_of(post.content),
        current_id=post.current_id,
        url=post.url,
        published_at=post.published_at,
        edited_at=post.edited_at,
        author=nfc(post.author),
        parent_id=post.parent_id,
        raw=post.raw,
    )


def _reread_seen(answer: Reread, as_of: datetime, *, all_at_once: bool) -> Seen:
    if answer.outcome is Outcome.PRESENT and answer.post is not None:
        return replace(seen_of(answer.post, as_of), platform_id=answer.platform_id)
    outcome, reason = answer.outcome, answer.reason
    if all_at_once and outcome is Outcome.GONE:
        outcome, reason = Outcome.CANNOT_TELL, Reason.PARTIAL
    return Seen(
        subject=SubjectKind.POST,
        platform_id=answer.platform_id,
        at=as_of,
        outcome=outcome,
        reason=reason,
        detail=answer.detail,
    )
