"""Laws of recording, over every history of readings that hypothesis thinks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.types import Reason, RunKind
from storage.open import open_repository
from tests.lib.records import COUNCIL, START, account, at, finding, gone, post, unread

if TYPE_CHECKING:
    from datetime import datetime

    from storage.repository import Repository
    from storage.values import Seen

KINDS = ("A", "B", "C", "gone", "transient", "auth")


def reading(platform_id: str, kind: str, when: datetime) -> Seen:
    """Return one reading of a kind."""
    if kind == "gone":
        return gone(platform_id, read_at=when)
    if kind == "transient":
        return unread(platform_id, read_at=when)
    if kind == "auth":
        return unread(platform_id, read_at=when, reason=Reason.AUTH_EXPIRED)
    return post(platform_id, f"Post {platform_id} {kind}", read_at=when)


@st.composite
def histories(draw: st.DrawFn) -> list[Seen]:
    """Readings of up to three posts, no two at one instant, in order of time."""
    drawn = draw(
        st.lists(st.tuples(st.sampled_from("123"), st.sampled_from(KINDS)), min_size=1, max_size=14)
    )
    return [reading(platform_id, kind, at(n)) for n, (platform_id, kind) in enumerate(drawn)]


def fresh() -> Repository:
    """Return an empty repository that knows the council's account."""
    store = open_repository("sqlite://")
    store.sync_register([account()], at=START)
    return store


def recorded(lots: list[list[Seen]]) -> Repository:
    """Return a repository that recorded these lots, in this order."""
    store = fresh()
    run = store.begin_run(RunKind.SCAN, by="daemon", at=START)
    for lot in lots:
        store.record(run, COUNCIL, lot)
    return store


def state(store: Repository) -> tuple[object, ...]:
    """Return what is known in the end: versions, what is current, and when it was read."""
    versions = sorted(
        (
            one.subject_platform_id,
            one.words.text,
            one.is_current,
            one.is_first,
            one.first_seen_at,
            one.published_at,
        )
        for lot in store.versions()
        for one in lot
    )
    due = sorted(
        # Whether a late reading makes the next one an edit is known only afterwards.
        (one.platform_id, one.last_read_at, one.last_outcome.value.replace("edited", "present"))
        for one in store.due_posts(COUNCIL, as_of=at(days=1), look_back=at(days=9) - START)
    )
    return (versions, due, store.visible_count(COUNCIL, since=at(-1)))


@settings(max_examples=15, deadline=None)
@given(histories())
def test_what_is_current_is_the_newest_conclusive_reading(history: list[Seen]) -> None:
    """An oracle of five lines says what stands there."""
    store = recorded([history])
    expected: dict[str, str | None] = {}
    for seen in history:
        if seen.reason is None:
            expected[seen.platform_id] = seen.words.text if seen.words else None
        elif seen.outcome.value == "gone":
            expected[seen.platform_id] = None
    current = {
        one.subject_platform_id: one.words.text
        for lot in store.versions()
        for one in lot
        if one.is_current
    }
    store.close()
    assert current == {name: words for name, words in expected.items() if words is not None}


@settings(max_examples=15, deadline=None)
@given(histories(), st.data())
def test_cutting_into_lots_changes_nothing(history: list[Seen], data: st.DataObject) -> None:
    """One lot or many: the same state and as many ledger entries."""
    cut = data.draw(st.integers(min_value=0, max_value=len(history)))
    whole, parts = recorded([history]), recorded([history[:cut], history[cut:]])
    assert state(whole) == state(parts)
    assert whole.ledger_head()[0] == parts.ledger_head()[0]
    whole.close()
    parts.close()


@settings(max_examples=15, deadline=None)
@given(histories(), st.data())
def test_the_order_of_lots_does_not_matter(history: list[Seen], data: st.DataObject) -> None:
    """Lots that arrive out of order end in the same state, and nothing breaks the chain."""
    shuffled = data.draw(st.permutations([[seen] for seen in history]))
    straight, crooked = recorded([history]), recorded(shuffled)
    assert state(straight) == state(crooked)
    assert crooked.verify_ledger().faults == ()
    straight.close()
    crooked.close()


@settings(max_examples=15, deadline=None)
@given(histories(), st.data())
def test_recording_again_changes_nothing(history: list[Seen], data: st.DataObject) -> None:
    """A lot that is repeated, at once or later, adds neither version nor ledger entry."""
    cut = data.draw(st.integers(min_value=0, max_value=len(history)))
    store = recorded([history[:cut], history[:cut], history[cut:]])
    once = recorded([history])
    assert state(store) == state(once)
    head = store.ledger_head()

    run = store.begin_run(RunKind.SCAN, by="daemon", at=START)
    store.record(run, COUNCIL, history)
    assert store.ledger_head() == head
    assert state(store) == state(once)
    store.close()
    once.close()


@settings(max_examples=15, deadline=None)
@given(histories(), st.integers(min_value=0, max_value=6))
def test_a_failure_between_any_two_steps_loses_nothing(history: list[Seen], fail_at: int) -> None:
    """Judging that is cut off after any step and done again ends as if nothing had happened."""

    def judge(store: Repository, fail_after: int | None) -> None:
        stale = store.stale_versions({COUNCIL: "stamp"})
        with store.writing() as steps:
            for done, version in enumerate(stale):
                if done == fail_after:
                    raise InterruptedError
                steps.add_finding(version.id, finding(), at=START)
            steps.mark_judged([version.id for version in stale], under="stamp")

    def found(store: Repository) -> list[tuple[str, int, str | None]]:
        return [
            (one.words.text, len(one.known), one.judged_under)
            for lot in store.versions()
            for one in lot
        ]

    broken, straight = recorded([history]), recorded([history])
    if fail_at < straight.count_versions():
        before = broken.ledger_head()
        with pytest.raises(InterruptedError):
            judge(broken, fail_at)
        assert broken.ledger_head() == before
    judge(broken, None)
    judge(straight, None)
    assert found(broken) == found(straight)
    assert broken.verify_ledger().faults == ()
    broken.close()
    straight.close()
