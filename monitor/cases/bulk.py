"""Deciding many older cases at once: each is a decision of its own, lot by lot."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import CaseState
from monitor.cases.decisions import dismiss, leave

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.cases.owners import Owners
    from storage.repository import Repository
    from storage.values import Case

LOT = 100
"""Cases decided in one transaction: all of a lot or none, and no other writer waits long."""


class Verdict(Enum):
    """What may be said of many older cases at once."""

    DISMISS = "not a breach"
    LEAVE = "left as it is"


def decide_history(
    repository: Repository,
    verdict: Verdict,
    *,
    before: datetime,
    by: str,
    because: str,
    at: datetime,
    owners: Owners | None = None,
    most: int | None = None,
) -> list[Case]:
    """Decide every open case of an older post that was published before an instant.

    Each is one decision with its own step and ledger entry; those on accounts of who decides
    are left out. Doing it again decides what is left, and nothing twice.

    Args:
        repository: Where the cases are.
        verdict: What is said of all of them.
        before: Only what was published before this; aware UTC.
        by: Who decides.
        because: Why; owed.
        at: When; aware UTC.
        owners: Who answers for which account.
        most: At most so many, the oldest cases first; None: all.

    Returns:
        The cases that were closed, by number.

    Raises:
        OperatorError: No reason, or nobody named.
    """
    if not because.strip():
        raise OperatorError("a reason is owed", remedy='Add --because "…"')
    chosen = sorted(
        case.id
        for case in repository.cases(states=(CaseState.OPEN,))
        if case.history
        and case.published_at < before
        and not (owners is not None and owners.owns(by, case.account))
    )[:most]
    decide = dismiss if verdict is Verdict.DISMISS else leave
    closed: list[Case] = []
    for start in range(0, len(chosen), LOT):
        with repository.together():
            closed += [
                decide(repository, number, by=by, because=because, at=at, owners=owners)
                for number in chosen[start : start + LOT]
            ]
    return closed
