"""Holds: what they concern, and what a person's words make of their reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.types import AccountId, CaseId, HoldId, HoldReason
from monitor.cases.holds import Thing, concerns, holding, reason_of
from storage.values import Hold
from tests.lib.records import COUNCIL, MAYOR, at

HOLD = Hold(
    id=HoldId(1),
    reason=HoldReason.FOI,
    case=None,
    account=None,
    since=None,
    until=None,
    because="FOI 17/2026",
    by="Clerk",
    at=at(),
)
ON_CASE = replace(HOLD, case=CaseId(3))
ON_ACCOUNT = replace(HOLD, account=COUNCIL)
ON_DAYS = replace(HOLD, since=at(days=1), until=at(days=3))


@pytest.mark.parametrize(
    ("hold", "thing", "expected"),
    [
        (HOLD, Thing(cases=frozenset(), account=MAYOR, since=at(), until=at()), True),
        (ON_CASE, Thing(cases=frozenset([CaseId(3), CaseId(9)]), account=MAYOR), True),
        (ON_CASE, Thing(cases=frozenset([CaseId(4)])), False),
        (ON_CASE, Thing(cases=frozenset()), False),
        (ON_CASE, Thing(account=COUNCIL), True),
        (ON_ACCOUNT, Thing(cases=frozenset(), account=COUNCIL), True),
        (ON_ACCOUNT, Thing(cases=frozenset(), account=MAYOR), False),
        (ON_ACCOUNT, Thing(cases=frozenset()), True),
        (ON_DAYS, Thing(since=at(days=2), until=at(days=2)), True),
        (ON_DAYS, Thing(since=at(days=0), until=at(days=1)), True),
        (ON_DAYS, Thing(since=at(days=0), until=at(days=0.9)), False),
        (ON_DAYS, Thing(since=at(days=3), until=at(days=9)), False),
        (ON_DAYS, Thing(since=at(days=0)), True),
        (ON_DAYS, Thing(), True),
    ],
)
def test_what_a_hold_concerns(hold: Hold, thing: Thing, expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Its case, its account, its days; what is not known is taken to be inside."""
    assert concerns(hold, thing) is expected
    assert holding([hold], thing) == ([hold] if expected else [])


def test_a_released_hold_concerns_nothing() -> None:
    """Whatever it was on."""
    released = replace(HOLD, released_at=at(5), released_by="Clerk")
    assert not concerns(released, Thing())


@given(
    case=st.none() | st.integers(1, 3),
    account=st.none() | st.sampled_from([COUNCIL, MAYOR]),
    days=st.none() | st.tuples(st.integers(0, 9), st.integers(1, 9)),
    known=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_knowing_less_never_frees_a_thing(
    case: int | None,
    account: AccountId | None,
    days: tuple[int, int] | None,
    known: tuple[bool, bool, bool],
) -> None:
    """What is held stays held when less is known of it."""
    hold = replace(
        HOLD,
        case=None if case is None else CaseId(case),
        account=account,
        since=None if days is None else at(days=days[0]),
        until=None if days is None else at(days=days[0] + days[1]),
    )
    thing = Thing(cases=frozenset([CaseId(2)]), account=COUNCIL, since=at(days=4), until=at(days=5))
    less = Thing(
        cases=thing.cases if known[0] else None,
        account=thing.account if known[1] else None,
        since=thing.since if known[2] else None,
        until=thing.until if known[2] else None,
    )
    assert concerns(hold, less) or not concerns(hold, thing)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("FOI request 17/2026", HoldReason.FOI),
        ("there is an open freedom of information request", HoldReason.FOI),
        ("subject access by a resident", HoldReason.FOI),
        ("complaint of 3 March", HoldReason.COMPLAINT),
        ("Ombudsman asked", HoldReason.COMPLAINT),
        ("disciplinary hearing", HoldReason.DISCIPLINARY),
        ("the Monitoring Officer has it", HoldReason.DISCIPLINARY),
        ("police", HoldReason.POLICE),
        ("the solicitor says so", HoldReason.OTHER),
        ("", HoldReason.OTHER),
        ("fois gras", HoldReason.OTHER),
    ],
)
def test_the_reason_is_read_from_the_words(words: str, expected: HoldReason) -> None:
    """Unusual words make an unnamed reason, never a refusal."""
    assert reason_of(words) is expected
