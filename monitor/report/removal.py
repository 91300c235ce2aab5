"""How a case stood at an instant, and how long it took until a post was gone: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import CaseState, Resolution

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from monitor.report.period import Period
    from storage.values import CaseTally

_UPHELD = frozenset({Resolution.REMOVED, Resolution.CORRECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Time from finding a post to the first reading that no longer showed it as it was.

    Of cases that were closed as removed or corrected within the period, whenever they were
    found; None: there were none.
    """

    count: int = 0
    median: timedelta | None = None
    ninetieth: timedelta | None = None
    longest: timedelta | None = None


def resolution_at(case: CaseTally, end: datetime) -> Resolution | None:
    """Return how a case stood closed at an instant; None: it was not closed.

    A case that was closed by then and was taken up again later counts as not closed: how it
    was closed the first time was taken back.
    """
    states = [state for at, state in case.steps if at < end]
    if states and states[-1] is not CaseState.CLOSED:
        return None
    is_closed = case.closed_at is not None and case.closed_at < end
    return case.resolution if is_closed else None


def removal_of(cases: Iterable[CaseTally], period: Period) -> Removal:
    """Return the times to removal of the cases that were upheld and closed in a period."""
    took = sorted(
        max((case.gone_at or case.closed_at) - case.opened_at, timedelta(0))
        for case in cases
        if case.closed_at is not None
        and period.start <= case.closed_at < period.end
        and resolution_at(case, period.end) in _UPHELD
    )
    if not took:
        return Removal()
    return Removal(
        count=len(took),
        median=(took[(len(took) - 1) // 2] + took[len(took) // 2]) / 2,
        ninetieth=nearest_rank(took, 90),
        longest=took[-1],
    )


def nearest_rank(ordered: Sequence[timedelta], percent: int) -> timedelta:
    """Return the smallest value that at least so many per cent of all do not exceed.

    Args:
        ordered: Smallest first, at least one.
        percent: 1 to 100.
    """
    rank = -(-percent * len(ordered) // 100)
    return ordered[max(rank, 1) - 1]
