"""When a rule cries wolf: the binomial tail, and what counts as usual."""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.types import RuleId
from monitor.breaker import LEAST, bursts, chance
from storage.values import RuleDay

RULE, OTHER = RuleId("commerce/discount"), RuleId("abuse/hard-insult")
FIRST = date(2026, 9, 1)


def days(*found: int, judged: int = 15, rule: RuleId = RULE) -> list[RuleDay]:
    """Return days in a row on which a rule found so many of what was read."""
    return [
        RuleDay(on=FIRST + timedelta(days=n), judged=judged, found={rule: number} if number else {})
        for n, number in enumerate(found)
    ]


@given(of=st.integers(0, 60), least=st.integers(-1, 61), hundredths=st.integers(0, 100))
def test_the_tail_is_the_binomial_one(of: int, least: int, hundredths: int) -> None:
    """Counted exactly by fractions, it is the same to eleven digits."""
    share = Fraction(hundredths, 100)
    exact = sum(
        math.comb(of, hits) * share**hits * (1 - share) ** (of - hits)
        for hits in range(max(least, 0), of + 1)
    )
    assert chance(least, of, float(share)) == pytest.approx(float(exact), rel=1e-9, abs=1e-30)


def test_a_quiet_rule_that_finds_most_of_a_day_is_a_burst() -> None:
    """Of three months with one finding a month, the day with twelve of fifteen."""
    quiet = [0] * 29 + [1]
    (burst,) = bursts(days(*quiet, *quiet, *quiet, 12))
    assert (burst.rule, burst.found, burst.judged) == (RULE, 12, 15)
    assert 1 / 600 < burst.usual < 1 / 300


def test_a_rule_that_always_finds_much_is_none() -> None:
    """What is usual for a rule is its own history, once there is one."""
    held = {one.on for one in bursts(days(*[9] * 80))}
    assert FIRST in held
    assert FIRST + timedelta(days=79) not in held
    grown = bursts(days(*([4] * 60), *([8] * 5)))
    assert grown == []


@given(found=st.lists(st.integers(0, LEAST - 1), max_size=40))
def test_a_handful_is_never_a_burst(found: list[int]) -> None:
    """As many as a person can look at one by one are listed, however rare the rule."""
    assert bursts(days(*found)) == []


def test_a_rule_that_stays_broken_does_not_become_usual() -> None:
    """On the seventh day it is a burst as on the first; the others' rules are untouched."""
    broken = days(*[0] * 30, *[12] * 7)
    assert len(bursts(broken)) == 7
    both = [
        RuleDay(on=row.on, judged=row.judged, found=dict(row.found) | {OTHER: 1}) for row in broken
    ]
    assert {one.rule for one in bursts(both)} == {RULE}


def test_a_first_reading_is_judged_by_the_rare_share() -> None:
    """Where there is no history, one post in 500 is taken as usual."""
    assert [one.found for one in bursts(days(9, judged=20))] == [9]
    assert bursts(days(9, judged=3_000)) == []
