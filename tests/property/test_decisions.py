"""Whatever is decided in whatever order: each step once, never out of the table, ledger whole."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import OperatorError
from config.types import CaseState, RunKind, Severity
from monitor.cases import decisions
from monitor.cases.life import TABLE
from storage.open import open_repository
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.types import CaseId
    from storage.repository import Repository
    from storage.values import Case

STEPS: list[Callable[..., Case]] = [
    decisions.acknowledge,
    decisions.escalate,
    decisions.dismiss,
    decisions.leave,
    decisions.reopen,
    decisions.note,
    decisions.undo,
]


def opened(store: Repository) -> CaseId:
    """Record a flagged post and open a case on it."""
    store.sync_register([records.account()], at=records.START)
    run = store.begin_run(RunKind.SCAN, by="test", at=records.START)
    store.record(run, records.COUNCIL, [records.post()])
    (version,) = [one for lot in store.versions() for one in lot]
    with store.writing() as steps:
        case = steps.open_case(
            version.subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=records.at(days=1),
            at=records.START,
            by="clerkwatch",
        )
        steps.attach(case, steps.add_finding(version.id, records.finding(), at=records.START))
    return case


@settings(deadline=None, max_examples=40)
@given(order=st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(["", "A", "B"]))))
def test_a_decision_made_twice_is_made_once(order: list[tuple[Callable[..., Case], str]]) -> None:
    """Repeating any step at once adds no event and no ledger entry; each event is in the table."""
    ways = {(way.does, way.to) for way in TABLE.values()}
    store = open_repository("sqlite://")
    try:
        number = opened(store)
        for minute, (step, because) in enumerate(order, start=1):
            take = partial(step, store, number, by="Clerk", because=because)
            try:
                after = take(at=records.at(minute))
            except OperatorError:
                before = store.case(number), store.ledger_head()
                with suppress(OperatorError):
                    take(at=records.at(minute))
                assert (store.case(number), store.ledger_head()) == before
                continue
            head = store.ledger_head()
            assert take(at=records.at(minute + 0.5)) == after
            assert store.ledger_head() == head
            last = after.events[-1]
            assert (last.what, last.to_state) in ways or (last.what, None) in ways or minute == 1
            assert (after.state is CaseState.CLOSED) == (after.resolution is not None)
        assert store.verify_ledger().faults == ()
    finally:
        store.close()
