"""The cases that a digest tells of: whole where they may be shown, else in outline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import CaseState, Outcome, SubjectKind
from monitor.alerts.cards import by_urgency
from monitor.alerts.model import MOST_SHOWN
from monitor.breaker import apart
from monitor.cases.closing import as_account, closing_among
from monitor.cases.life import (
    TABLE,
    Step,
    asks_to_close,
    closed_until,
    was_closed_on_request,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from config.types import AccountId, CaseId
    from monitor.breaker import Burst, Held
    from storage.repository import Repository
    from storage.values import AccountSight, Case

_MONDAY = 0
_WAITING = (
    CaseState.ACKNOWLEDGED,
    CaseState.REMOVAL_REQUESTED,
    CaseState.VERIFYING,
    CaseState.ESCALATED,
)
_CLOSURE = (Step.REQUEST_CLOSURE, Step.ACCOUNT_CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Casebook:
    """The cases to tell of, most pressing first.

    Attributes:
        cases: Open and no history.
        held: What is not listed one by one, because a rule found far more than usual.
        history: Open history that no mail has told of.
        older_gone: Open history told of before whose post is no longer visible.
        older_waiting: How many of those told of before stand as before.
        waiting: Acknowledged, removal requested, verifying, escalated.
        closed: Closed since the previous digest, oldest first.
        closings: By which an account was asked to be closed, whenever that was; whole.
        sights: What was seen of the accounts themselves that should be closed.
    """

    cases: tuple[Case, ...]
    held: tuple[Held, ...]
    history: tuple[Case, ...]
    older_gone: tuple[Case, ...]
    older_waiting: int
    waiting: tuple[Case, ...]
    closed: tuple[Case, ...]
    closings: tuple[Case, ...]
    sights: Mapping[AccountId, AccountSight]

    @classmethod
    def of(
        cls,
        repository: Repository,
        *,
        since: datetime | None,
        with_findings: bool,
        bursts: Sequence[Burst] = (),
    ) -> Casebook:
        """Take it from what is remembered.

        Args:
            repository: What is remembered.
            since: End of the previous digest; None: there was none.
            with_findings: Those that hold are needed on every open case.
            bursts: Days on which a rule found far more than usual.

        Raises:
            StorageError: The database cannot be read.
        """
        every = repository.outlines(
            states=(CaseState.OPEN,), with_findings=with_findings or bool(bursts)
        )
        opened = by_urgency(every)
        waiting = by_urgency(repository.outlines(states=_WAITING))
        closed = sorted(
            repository.outlines(states=(CaseState.CLOSED,), closed_since=since),
            key=lambda case: (case.closed_at or case.opened_at, case.id),
        )
        cases, held = apart([case for case in opened if not case.history], bursts)
        history = [case for case in opened if case.history and case.mailed_at is None]
        told = [case for case in opened if case.history and case.mailed_at is not None]
        gone = [case for case in told if case.last_outcome is Outcome.GONE]
        posts = [case for case in cases if case.subject_kind is not SubjectKind.PROFILE]
        profiles = [case for case in cases if case.subject_kind is SubjectKind.PROFILE]
        closings = {
            number
            for step in _CLOSURE
            for number in repository.marked(TABLE[step].does, with_closed=True)
        }
        shown = {
            case.id
            for one in (posts, profiles, history, gone, waiting, closed)
            for case in one[:MOST_SHOWN]
        }
        found = repository.cases_of(shown | closings)
        sights = _sights(repository, [case for case in found if case.id in closings])
        whole = {case.id: as_account(case, sights.get(case.account)) for case in found}

        def filled(outlines: Sequence[Case]) -> tuple[Case, ...]:
            return tuple(whole.get(case.id, case) for case in outlines)

        return cls(
            cases=filled(cases),
            held=held,
            history=filled(history),
            older_gone=filled(gone),
            older_waiting=len(told) - len(gone),
            waiting=filled(waiting),
            closed=filled(closed),
            closings=tuple(case for case in found if case.id in closings),
            sights=sights,
        )

    @property
    def numbers(self) -> frozenset[CaseId]:
        """The cases that this mail speaks of one by one."""
        lists = (self.cases, self.history, self.older_gone, self.waiting, self.closed)
        return frozenset(case.id for one in lists for case in one)

    def closed_by(self, account: AccountId) -> CaseId | None:
        """Return the case by which an account was closed on request and is missing; or None."""
        closing = closing_among(
            [case for case in self.closings if case.account == account], self.sights.get(account)
        )
        case = closing.closed or closing.asked
        return case.id if case is not None and closing.is_expected_gone else None

    def to_open(self, covered_from: datetime | None, now: datetime) -> tuple[Case, ...]:
        """Return accounts to be opened again: on the first morning after their time, then weekly.

        Args:
            covered_from: End of the previous digest; None: there was none.
            now: The present moment, in the council's zone.
        """
        since = covered_from.astimezone(now.tzinfo).date() if covered_from else now.date()
        return tuple(
            case
            for case in self.closings
            if was_closed_on_request(case)
            and (until := closed_until(case)) is not None
            and until < now.date()
            and (until >= since or now.weekday() == _MONDAY)
            and (sight := self.sights.get(case.account)) is not None
            and sight.outcome is not Outcome.PRESENT
        )


def _sights(repository: Repository, cases: Sequence[Case]) -> Mapping[AccountId, AccountSight]:
    """Return what was seen of the accounts themselves whose closing was asked for."""
    meant = {one.account for one in cases if asks_to_close(one) or was_closed_on_request(one)}
    found = {account: repository.account_sight(account) for account in sorted(meant)}
    return {account: sight for account, sight in found.items() if sight is not None}
