"""Choosing thresholds, from held-out posts and from ordinary posts that are never trained on.

The upper threshold of a topic is where it finds most breaches, when each
harmless post flagged costs as much as several breaches found, and where the ordinary posts
flagged stay within the topic's share. The lower one, from which a note is kept, is where one
ordinary post in a hundred lies above. Below the doubt, what a rule found is a note too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from config.types import Kind
from monitor.checks.training.sources import NEAR, QUIET, SEEN_BY_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.checks.training.sources import Text
    from monitor.checks.training.topics import Topic

NOTE_SHARE = 0.01
NEAR_SHARE = 0.008
"""Of posts that only look like a breach a topic may flag so many, were every clause looked like
equally often."""
NEAR_WINDOW_SHARE = 0.04
"""The same inside an election window: a few weeks, and many eyes on it."""
_NEVER = 1.0
_JUST_ABOVE = 1e-4
_TAIL = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class ByRules:
    """Clauses that rules found in one post: for sure, and by rules that a table may doubt."""

    sure: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What was chosen for one topic, as scores from 0 to 1, and what it comes to.

    Attributes:
        lower: From here on a note.
        upper: From here on a case; 1: never.
        window: The same inside an election window; None: as outside.
        doubt: Below this a rule's finding is a note; None: it stands.
        found: Held-out breaches found, of ``missed``.
        missed: Held-out breaches.
        false: Held-out harmless posts flagged.
        ordinary: Ordinary posts flagged.
        spared: Harmless held-out posts that a rule flagged and the doubt spares.
        lost: Breaches that it loses.
    """

    lower: float
    upper: float
    window: float | None
    doubt: float | None
    found: int
    missed: int
    false: int
    ordinary: int
    spared: int
    lost: int


def choose(
    topic: Topic,
    texts: Sequence[Text],
    held_out: np.ndarray,
    ordinary: np.ndarray,
    by_rules: Mapping[Text, ByRules],
    *,
    alone: np.ndarray,
) -> Limits:
    """Choose a topic's thresholds.

    Args:
        topic: Which.
        texts: All texts trained on; thresholds rest on the posts of the training hands.
        held_out: Their scores by fits that had not seen them.
        ordinary: Scores of ordinary public-body posts.
        by_rules: What rules found, for each post.
        alone: As ``held_out``, without what other topics lead by: a rule is doubted by these.
    """
    sides = _sides(topic, texts, held_out, by_rules)
    upper = _reached(sides.near, sides.about, NEAR_SHARE)
    if Kind.COUNCIL in topic.kinds:  # what public bodies post says nothing of a member's own page
        upper = max(upper, _above(ordinary, topic.ordinary_share))
    window = None
    if topic.window_share:
        window = max(
            _above(ordinary, topic.window_share),
            _reached(sides.near, sides.about, NEAR_WINDOW_SHARE),
        )
    counts = window if topic.window_only and window is not None else upper
    doubt, spared, lost = _doubt(topic, texts, alone, by_rules)
    return Limits(
        lower=min(upper, counts, _above(ordinary, NOTE_SHARE)),
        upper=upper,
        window=window,
        doubt=doubt if doubt is None else min(doubt, upper),
        found=int((sides.missed >= counts).sum()),
        missed=len(sides.missed),
        false=int((sides.quiet >= counts).sum()),
        ordinary=int((ordinary >= counts).sum()),
        spared=spared,
        lost=lost,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Held-out scores of posts in which no rule found the topic's clause.

    Attributes:
        missed: Of breaches.
        quiet: Of harmless posts.
        near: Of those among them that look like a breach, of any clause.
        about: Of which clause, for each of ``near``.
    """

    missed: np.ndarray
    quiet: np.ndarray
    near: np.ndarray
    about: Sequence[str]


def _sides(
    topic: Topic,
    texts: Sequence[Text],
    held_out: np.ndarray,
    by_rules: Mapping[Text, ByRules],
) -> _Sides:
    missed: list[float] = []
    quiet: list[float] = []
    near: list[float] = []
    about: list[str] = []
    for text, score in zip(texts, held_out.tolist(), strict=True):
        found = by_rules.get(text)
        if found is None or topic.clause in found.sure | found.doubtful:
            continue
        if text.kind not in topic.kinds or (topic.window_only and not text.window):
            continue
        if text.clause == QUIET:
            quiet.append(score)
            if text.level == NEAR:
                near.append(score)
                about.append(text.about)
        elif text.clause == topic.clause:
            missed.append(score)
    return _Sides(missed=np.array(missed), quiet=np.array(quiet), near=np.array(near), about=about)


def _doubt(
    topic: Topic,
    texts: Sequence[Text],
    held_out: np.ndarray,
    by_rules: Mapping[Text, ByRules],
) -> tuple[float | None, int, int]:
    """Return the bound below which a rule's finding is a note, what it spares and loses.

    It is where most is gained when a harmless post spared is worth so many breaches lost as the
    topic says.
    Hands that the rules were widened with are left out.
    """
    right, wrong = [], []
    for text, score in zip(texts, held_out.tolist(), strict=True):
        found = by_rules.get(text)
        if found is None or text.source in SEEN_BY_RULES:
            continue
        if topic.clause in found.doubtful and topic.clause not in found.sure:
            if text.clause == topic.clause:
                right.append(score)
            elif text.clause == QUIET:
                wrong.append(score)
    best, chosen = 0.0, None
    for bound in sorted({score + _JUST_ABOVE for score in wrong}):
        gain = topic.spared_worth * sum(one < bound for one in wrong)
        gain -= sum(one < bound for one in right)
        if gain > best:
            best, chosen = gain, bound
    if chosen is None:
        return None, 0, 0
    return chosen, sum(one < chosen for one in wrong), sum(one < chosen for one in right)


def _above(scores: np.ndarray, share: float) -> float:
    """Return the score that a share of ordinary posts reaches, far beyond those there are.

    Above their highest hundredth, log odds fall off evenly; so the few posts there say how
    far up the wanted share lies.
    """
    odds = np.log(scores / (1 - scores))
    start = float(np.quantile(odds, 1 - _TAIL))
    beyond = odds[odds > start] - start
    if share >= _TAIL or not len(beyond):
        return float(1 / (1 + np.exp(-np.quantile(odds, 1 - share))))
    reached = start + float(beyond.mean()) * np.log(_TAIL / share)
    return min(_NEVER, float(1 / (1 + np.exp(-reached))))


def _reached(scores: np.ndarray, about: Sequence[str], share: float) -> float:
    """Return the score above which a share of some posts lies; 0 without any.

    Each clause they are about weighs the same, however many posts were written for it.
    """
    if not len(scores):
        return 0.0
    counts = Counter(about)
    weights = np.array([1 / (len(counts) * counts[one]) for one in about])
    order = np.argsort(-scores, kind="stable")
    first = int(np.searchsorted(np.cumsum(weights[order]), share, side="right"))
    return min(_NEVER, float(scores[order[min(first, len(order) - 1)]]) + _JUST_ABOVE)
