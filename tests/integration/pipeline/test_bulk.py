"""Deciding many older cases at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.errors import OperatorError
from config.types import CaseState, Resolution
from monitor.cases import bulk
from monitor.cases.bulk import Verdict, decide_history
from monitor.cases.owners import Owners
from monitor.demo.world import Site
from tests.integration.pipeline.village import SALE

if TYPE_CHECKING:
    from tests.integration.pipeline.village import Village


@pytest.mark.parametrize(
    ("verdict", "resolution", "quieted"),
    [(Verdict.DISMISS, Resolution.DISMISSED, 1), (Verdict.LEAVE, Resolution.LEFT, 0)],
)
def test_older_cases_are_decided_lot_by_lot_each_by_itself(
    village: Village,
    monkeypatch: pytest.MonkeyPatch,
    verdict: Verdict,
    resolution: Resolution,
    quieted: int,
) -> None:
    """Each has its step and reason; newer ones stay; again, nothing is left; owners are out."""
    monkeypatch.setattr(bulk, "LOT", 2)
    label = village.account(Site.X)
    for days in range(3, 8):
        village.publish(label, SALE, ago=timedelta(days=days))
    village.scan()
    now = village.clock.now()
    before = now - timedelta(days=3, hours=12)
    owners = Owners(register=village.app.register)
    with pytest.raises(OperatorError, match="a reason is owed"):
        decide_history(village.store, verdict, before=before, by="Clerk", because=" ", at=now)

    def decide(by: str) -> int:
        closed = decide_history(
            village.store, verdict, before=before, by=by, because="old", at=now, owners=owners
        )
        return len(closed)

    assert decide("Jo Marsh") == 0
    assert decide("Clerk") == 4
    assert decide("Clerk") == 0
    closed = village.store.cases(states=(CaseState.CLOSED,))
    assert {case.resolution for case in closed} == {resolution}
    assert {(case.events[-1].by, case.events[-1].because) for case in closed} == {("Clerk", "old")}
    assert len(village.store.cases(states=(CaseState.OPEN,))) == 1
    assert len(village.store.quieted()) == quieted
    assert village.store.verify_ledger().faults == ()
