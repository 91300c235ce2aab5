"""Accounts that should be closed, or were: what is expected to be missing is no failure.

Reading an account whose owner was asked to close it also writes down whether the account
itself is still there. It counts as gone only when the platform says so to a login that it
lets in; suspended, protected, renamed or a dead login are something else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from config.types import CaseState, CoverageStatus, Outcome, Reason, Resolution, SubjectKind
from connectors.base import Content
from monitor.cases.life import asks_to_close, was_closed_on_request
from storage.values import Coverage, Seen, Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from config.errors import ReadError
    from config.register import Account
    from config.types import AccountId, RunId
    from connectors.base import Connector
    from monitor.app import App
    from storage.repository import Repository
    from storage.values import AccountSight, Case

_NOT_CLOSED = tuple(state for state in CaseState if state is not CaseState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How it stands with the closing of one account.

    Attributes:
        asked: The case by which its owner was asked to close it; None: nobody was asked.
        closed: The case that ended by its closing; None: it did not.
        sight: What readings have shown of the account as such; None: nothing yet.
    """

    asked: Case | None
    closed: Case | None
    sight: AccountSight | None

    @property
    def is_watched(self) -> bool:
        """Whether a reading should say if the account itself is there."""
        return self.asked is not None or self.closed is not None

    @property
    def is_expected_gone(self) -> bool:
        """Whether it is missing because it was asked to be: neither blind nor urgent."""
        if self.closed is not None:
            return self.sight is None or self.sight.outcome is not Outcome.PRESENT
        is_gone = self.sight is not None and self.sight.outcome is Outcome.GONE
        return self.asked is not None and is_gone

    @property
    def said(self) -> str:
        """Return why nothing can be read, in a few words."""
        case = self.closed or self.asked
        number = f" (case {case.id})" if case is not None else ""
        return f"closed on request{number}"


def closing_of(repository: Repository, account: AccountId) -> Closing:
    """Return how it stands with the closing of one account.

    Raises:
        StorageError: The database cannot be read.
    """
    standing = repository.cases(states=_NOT_CLOSED, account=account)
    ended = repository.cases(account=account, resolution=Resolution.REMOVED)
    return closing_among([*standing, *ended], repository.account_sight(account))


def closing_among(cases: Sequence[Case], sight: AccountSight | None) -> Closing:
    """Return how it stands with the closing of the account that all these cases are on."""
    asked = [one for one in cases if one.closed_at is None and asks_to_close(one)]
    closed = [one for one in cases if was_closed_on_request(one)]
    return Closing(
        asked=min(asked, key=lambda case: case.id, default=None),
        closed=max(closed, key=lambda case: case.id, default=None),
        sight=sight,
    )


def as_account(case: Case, sight: AccountSight | None) -> Case:
    """Return a case with what was seen of the account, where the account is what has to go.

    Whether the post still stood there says nothing of the account any more.
    """
    if sight is None or not (asks_to_close(case) or was_closed_on_request(case)):
        return case
    return replace(
        case,
        visible=sight.outcome is Outcome.PRESENT,
        last_outcome=sight.outcome,
        last_read_at=sight.last_read_at,
        last_visible_at=sight.last_visible_at,
        gone_since=sight.gone_since,
    )


def look_at(
    app: App,
    run: RunId,
    account: Account,
    closing: Closing,
    *,
    connector: Connector | None,
    error: ReadError | None,
    at: datetime,
) -> Closing:
    """Write down whether an account itself is there, where its closing was asked for.

    Args:
        app: The wired application.
        run: In which run it was read.
        account: Which account.
        closing: How it stood before.
        connector: That read it; None: none could be opened.
        error: Why the reading ended; None: it ended well.
        at: When; aware UTC.

    Returns:
        How it stands now.
    """
    if not closing.is_watched:
        return closing
    is_alive = _is_login_alive(app, account, at=at)
    seen = _sight(account.id, connector, error, at=at, is_login_alive=is_alive)
    app.repository.record(run, account.id, [seen])
    return replace(closing, sight=app.repository.account_sight(account.id))


def skipped(account: AccountId, closing: Closing, *, ended_at: datetime | None = None) -> Coverage:
    """Return the coverage of an account that is missing because it was asked to be."""
    return Coverage(
        account=account, status=CoverageStatus.SKIPPED, error=closing.said, ended_at=ended_at
    )


def _is_login_alive(app: App, account: Account, *, at: datetime) -> bool:
    """Return whether another account has been read with the same login a moment ago."""
    others = (
        app.repository.account_state(one.id)
        for one in app.register
        if one.id != account.id
        and one.platform == account.platform
        and one.credential is not None
        and one.credential == account.credential
    )
    recent = 2 * app.settings.schedule.pull_every
    return any(
        state.reason is None
        and state.last_read_at is not None
        and at - state.last_read_at <= recent
        for state in others
    )


def _sight(
    account: AccountId,
    connector: Connector | None,
    error: ReadError | None,
    *,
    at: datetime,
    is_login_alive: bool,
) -> Seen:
    """Return what a reading has shown of the account itself, ready to be recorded."""
    if error is None:
        content = Content()
        return _seen(account, at, Outcome.PRESENT, content_hash=content.digest())
    if error.reason is not Reason.ACCOUNT_GONE or connector is None:
        said = "the account could not be read, so whether it is still there cannot be told"
        return _seen(account, at, Outcome.CANNOT_TELL, reason=error.reason, detail=said)
    absence = connector.absence()
    if absence is None:
        said = "suspended, protected, moved or not to be told: nothing says that it was closed"
        return _seen(account, at, Outcome.CANNOT_TELL, reason=error.reason, detail=said)
    if not (absence.is_login_proved or is_login_alive):
        said = f"{absence.detail}, but whether the login still works could not be told"
        return _seen(account, at, Outcome.CANNOT_TELL, reason=error.reason, detail=said)
    return _seen(account, at, Outcome.GONE, reason=error.reason, detail=absence.detail)


def _seen(
    account: AccountId,
    at: datetime,
    outcome: Outcome,
    *,
    content_hash: str = "",
    reason: Reason | None = None,
    detail: str = "",
) -> Seen:
    return Seen(
        subject=SubjectKind.ACCOUNT,
        # The label, because an account may be asked about that was never read.
        platform_id=account,
        at=at,
        outcome=outcome,
        content_hash=content_hash,
        words=Words(text="", own_length=0) if content_hash else None,
        reason=reason,
        detail=detail[:500],
    )
