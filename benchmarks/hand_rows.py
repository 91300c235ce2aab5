"""Rows of `make quality` on the written posts, hand by hand: no other set is needed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rows import Row
from config.types import Kind, Severity
from monitor.checks.base import Context, Material
from monitor.checks.training.sources import QUIET, TEST_HANDS, TOPIC_TEST_HAND, Text, posts
from storage.values import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.checks.judge import Judge

POSTS = Path(__file__).parents[1] / "datasets" / "council-posts"
LEVELS = {"blatant": 0.70, "ordinary": 0.45, "subtle": 0.20}
AIMS = {"blatant": 0.95, "ordinary": 0.80, "subtle": 0.50}
CONTEXT = Context(
    as_of=datetime(2026, 1, 1, tzinfo=UTC), council="Elstree and Borehamwood Town Council"
)

_Tried = tuple[Text, frozenset[str]]
"""A text, and the clauses under which a case would open."""


def flagged(judge: Judge, text: Text) -> frozenset[str]:
    """Return the clauses under which a case would open."""
    words = Words(text=text.text, own_length=len(text.text))
    material = Material(words=words, kind=Kind(text.kind or "council"))
    judged, in_window = judge.examine(material, CONTEXT)
    found = (*judged.findings, *(in_window if text.window else ()))
    return frozenset(one.clause for one in found if one.severity is not Severity.NOTE)


def of_hands(judge: Judge, hands: tuple[str, ...] = TEST_HANDS, *, ending: str = "") -> list[Row]:
    """Return the rows on some hands: breaches by level, wrong clauses, harmless posts, abuse.

    Args:
        judge: What judges.
        hands: Which hands.
        ending: Of the rows' keys.
    """
    named = f"test hand{'s' * (len(hands) > 1)} {_listed(hands)}"
    tried = _judged(judge, hands)
    return [
        *(_by_level(tried, level, on=named, ending=ending) for level in LEVELS),
        _elsewhere(tried, f"other-clause{ending}", on=named),
        _false(tried, "near", f"near{ending}", "near-misses flagged", on=named),
        _false(tried, "ordinary-quiet", f"ordinary-quiet{ending}", "ordinary, flagged", on=named),
        _under(
            tried,
            "terms.2",
            f"plain-abuse{ending}",
            "plain abuse found as terms.2",
            on=f"terms.2 of {named}",
        ),
    ]


def of_topics(judge: Judge) -> list[Row]:
    """Return the rows on the hand that wrote only politicians' posts, abuse, and their like."""
    tried, on = _judged(judge, (TOPIC_TEST_HAND,)), f"test hand {TOPIC_TEST_HAND}"
    partisan = "partisan posts as politicians write them, found"
    abusive = "abusive posts, most without slurs, found"
    return [
        _under(tried, "terms.5", "politicians", partisan, on=on),
        _under(tried, "terms.2", "abuse-posts", abusive, on=on),
        _elsewhere(tried, "topics-other-clause", on=on),
        _false(tried, "near", "topics-near", "near-misses of both flagged", on=on),
    ]


def _judged(judge: Judge, hands: tuple[str, ...]) -> list[_Tried]:
    return [(text, flagged(judge, text)) for text in posts(POSTS, hands)]


def _listed(hands: tuple[str, ...]) -> str:
    return " and ".join(filter(None, [", ".join(hands[:-1]), hands[-1]]))


def _by_level(tried: Sequence[_Tried], level: str, *, on: str, ending: str) -> Row:
    hits = [text.clause in clauses for text, clauses in tried if text.level == level]
    return Row(
        key=f"breaches-{level}{ending}",
        what=f"written breaches found under the right clause, {level}",
        on=on,
        hits=sum(hits),
        size=len(hits),
        floor=LEVELS[level],
        aim=AIMS[level],
    )


def _elsewhere(tried: Sequence[_Tried], key: str, *, on: str) -> Row:
    """Return how many breaches open a case under a clause that nobody named, beside or instead."""
    hits = [bool(clauses - {text.clause}) for text, clauses in tried if text.clause != QUIET]
    what = "written breaches with a case under another clause"
    return _at_most(hits, key, what, on=on, floor=None, aim=None)


def _under(tried: Sequence[_Tried], clause: str, key: str, what: str, *, on: str) -> Row:
    hits = [clause in clauses for text, clauses in tried if text.clause == clause]
    return Row(key=key, what=what, on=on, hits=sum(hits), size=len(hits), floor=0.80, aim=0.95)


def _false(tried: Sequence[_Tried], level: str, key: str, what: str, *, on: str) -> Row:
    false = [bool(clauses) for text, clauses in tried if text.level == level]
    return _at_most(false, key, what, on=on, floor=0.03, aim=0.005)


def _at_most(
    hits: Sequence[bool], key: str, what: str, *, on: str, floor: float | None, aim: float | None
) -> Row:
    return Row(
        key=key,
        what=what,
        on=on,
        hits=sum(hits),
        size=len(hits),
        floor=floor,
        aim=aim,
        is_most=True,
    )
