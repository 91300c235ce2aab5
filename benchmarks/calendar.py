"""How long thirty years of polls take to compute, and what windows cost a check."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.policy import load_policy
from config.rules import load_rules
from config.types import AccountId, Kind, PollId, PollType
from monitor.checks.base import Context, Material
from monitor.checks.judge import Judge
from monitor.freeze.days import bank_holidays
from monitor.freeze.rules import judge_freeze
from monitor.freeze.windows import Window, all_windows, in_force
from storage.values import PollRow, Words

LONDON = ZoneInfo("Europe/London")
AS_OF = datetime(2027, 4, 10, tzinfo=UTC)
RUNS = 7
POSTS = 3_000
TEXT = (
    "The library van will be outside the community centre on Tuesday from ten until noon. Bring "
    "your reservations, and ask about the summer reading challenge: it is free for everybody."
)


def thirty_years() -> tuple[PollRow, ...]:
    """Return five polls a year from 2011 to 2040, about as many as a town has at most."""
    kinds = (
        PollType.PARISH,
        PollType.BOROUGH,
        PollType.COUNTY,
        PollType.PCC,
        PollType.PARLIAMENT,
    )
    return tuple(
        PollRow(id=PollId(f"{kind}.{year}"), type=kind, held_on=_first_thursday(year, kind))
        for year in range(2011, 2041)
        for kind in kinds
    )


def _first_thursday(year: int, kind: PollType) -> date:
    first = date(year, 12 if kind is PollType.PARLIAMENT else 5, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7)


def measure() -> dict[str, float]:
    """Return medians: milliseconds for the calendar, and the share that windows add to a check."""
    polls = thirty_years()
    bank_holidays()  # read once for a process
    calendar = []
    for _ in range(RUNS):
        began = time.process_time()
        windows = all_windows(polls, zone=LONDON, nation="England", as_of=AS_OF)
        calendar.append(time.process_time() - began)
    ratios = [_with_and_without(in_force(windows)) for _ in range(RUNS)]
    return {
        "polls": len(polls),
        "calendar_ms": statistics.median(calendar) * 1000,
        "windows_cost": statistics.median(ratios) - 1,
    }


def _with_and_without(windows: tuple[Window, ...]) -> float:
    """Return how much longer the same posts take when all these windows stand around them."""
    policy = load_policy("elstree-borehamwood-2017")
    judge = Judge(policy, load_rules(policy=policy))
    post = Material(
        words=Words(text=TEXT, own_length=len(TEXT)),
        kind=Kind.COUNCIL,
        account=AccountId("council-x"),
        published_at=AS_OF,
        shown_from=AS_OF,
        shown_by=AS_OF,
    )
    contexts = {
        "without": Context(as_of=AS_OF),
        "with": Context(as_of=AS_OF, windows=windows),
    }
    spent = dict.fromkeys(contexts, 0.0)
    # In turn, a hundred posts at a time: what else the machine does falls on both alike.
    for _ in range(POSTS // 100):
        for name, around in contexts.items():
            began = time.process_time()
            for _ in range(100):
                matches = judge.matches(post, around)
                judge.judge(post, around, matches=matches)
                inside = [one.finding(TEXT) for one in matches.found if one.rule.in_window]
                judge_freeze(post, inside, around)
            spent[name] += time.process_time() - began
    return spent["with"] / spent["without"]
