"""When a rule cries wolf: far more findings in a day than its history makes likely.

::

    days before -> usual share of a rule | today's posts and findings -> binomial test -> burst

What is found in a burst is kept like everything else, and its cases are open; only alerts pause:
what is urgent of it comes in one mail an hour at most, and the morning mail says in one paragraph
what it would else list one by one. Nothing is stored: what was a burst is told by the record, on
every day anew. Pure, but for `known`, which asks the record.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import CaseState
from monitor.alerts.urgent import SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from config.types import RuleId
    from storage.repository import Repository
    from storage.values import Case, RuleDay

LEAST = 8
"""Cases of one rule in a day that a person can still look at one by one."""
UNLIKELY = 1e-6
"""Chance below which so many are no accident: once in a million days of a rule."""
RARE = 0.002
"""Share taken as usual where there is no history: one post in 500."""
WEIGHT = 500
"""Posts that `RARE` counts for beside what was really read."""
PATIENCE = timedelta(days=7)
"""How long what a burst found is not taken as usual."""
LOOK_BACK = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """One day on which a rule found far more than usual.

    Attributes:
        rule: Which.
        on: The day, UTC.
        found: Its cases that were opened then.
        judged: Posts and profiles read then.
        usual: Its share of all posts before, 0 to 1.
    """

    rule: RuleId
    on: date
    found: int
    judged: int
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a burst keeps out of the morning mail.

    Attributes:
        cases: How many open cases are not listed one by one.
        reason: What the rule says that it found, for the Clerk.
    """

    burst: Burst
    cases: int
    reason: str


def bursts(days: Iterable[RuleDay]) -> list[Burst]:
    """Return every burst in days, oldest first.

    What a burst found counts as usual only after `PATIENCE`: else a rule that is broken would be
    usual on its second day. After that somebody has had the time to look, and a rule that goes on
    finding so much is one that does.

    Args:
        days: In the order of time, none twice.
    """
    found: list[Burst] = []
    read, counted = 0, 0
    before: dict[RuleId, int] = {}
    for day in days:
        while counted < len(found) and found[counted].on + PATIENCE <= day.on:
            before[found[counted].rule] = before.get(found[counted].rule, 0) + found[counted].found
            counted += 1
        for rule, number in sorted(day.found.items()):
            usual = (before.get(rule, 0) + RARE * WEIGHT) / (read + WEIGHT)
            judged = max(day.judged, number)
            if number >= LEAST and chance(number, judged, usual) < UNLIKELY:
                found.append(Burst(rule=rule, on=day.on, found=number, judged=judged, usual=usual))
            else:
                before[rule] = before.get(rule, 0) + number
        read += day.judged
    return found


def chance(least: int, of: int, share: float) -> float:
    """Return the chance of ``least`` or more hits in ``of`` tries, each with a share.

    The upper tail of the binomial distribution, summed from its terms by their logarithms.
    """
    if least <= 0:
        return 1.0
    if least > of or share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    one, other = math.log(share), math.log1p(-share)
    terms = (
        math.lgamma(of + 1)
        - math.lgamma(hits + 1)
        - math.lgamma(of - hits + 1)
        + hits * one
        + (of - hits) * other
        for hits in range(least, of + 1)
    )
    return min(1.0, math.fsum(map(math.exp, terms)))


def known(repository: Repository, *, as_of: datetime) -> list[Burst]:
    """Return the bursts of the last ninety days as the record has them.

    Raises:
        StorageError: The database cannot be read.
    """
    return bursts(repository.rule_days(since=as_of - LOOK_BACK))


def is_held(case: Case, found: Collection[Burst]) -> bool:
    """Return whether all that a case rests on was found in bursts, and nobody has taken it up.

    What concerns a child or a private person never is, nor what holds because of a poll: when a
    period opens, much is found at once, and rightly.
    """
    if case.state is not CaseState.OPEN or case.history or not case.findings:
        return False
    days = {(burst.rule, burst.on) for burst in found}
    return all(
        not stored.finding.context
        and stored.finding.topic not in SENSITIVE
        and (stored.finding.rule, stored.found_at.date()) in days
        for stored in case.findings
    )


def apart(
    cases: Sequence[Case], found: Sequence[Burst]
) -> tuple[tuple[Case, ...], tuple[Held, ...]]:
    """Return the cases that are listed one by one, and what each burst holds back."""
    held = [case for case in cases if found and is_held(case, found)]
    numbers = {case.id for case in held}
    by_burst: dict[Burst, list[Case]] = {}
    for case in held:
        on = {(one.finding.rule, one.found_at.date()) for one in case.findings}
        burst = next(one for one in found if (one.rule, one.on) in on)
        by_burst.setdefault(burst, []).append(case)
    return tuple(case for case in cases if case.id not in numbers), tuple(
        Held(burst=burst, cases=len(of), reason=_reason(of[0], burst.rule))
        for burst, of in by_burst.items()
    )


def _reason(case: Case, rule: RuleId) -> str:
    return next(one.finding.reason for one in case.findings if one.finding.rule == rule)
