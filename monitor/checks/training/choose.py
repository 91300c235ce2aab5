"""Choosing thresholds, from held-out posts and from ordinary posts that are never trained on.

The upper threshold of a topic is where it finds most breaches, when each
harmless post flagged costs as much as several breaches found, and where the ordinary posts
flagged stay within the topic's share. The lower one, from which a note is kept, is where one
ordinary post in a hundred lies above. Below the doubt, what a rule found is a note too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitor.checks.training.sources import HATEFUL_SOURCES, QUIET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.checks.training.sources import Text
    from monitor.checks.training.topics import Topic

NOTE_SHARE = 0.01
WINDOW_SHARE = 0.005
_NEVER = 1.0
_JUST_ABOVE = 1e-4
_TAIL = 0.01
_EVERY = 50
_NO_DOUBT = (None, 0, 0)
_KNOWN_TO_RULES = "hand-a"
SPARED_WORTH = 4.0
"""How many breaches one harmless post spared is worth, where a rule flagged both."""


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
    cost: float,
) -> Limits:
    """Choose a topic's thresholds.

    Args:
        topic: Which.
        texts: All texts trained on; thresholds rest on the posts of the training hands, and
            for a topic with hateful texts on these too.
        held_out: Their scores by fits that had not seen them.
        ordinary: Scores of ordinary public-body posts.
        by_rules: What rules found, for each post.
        cost: How many breaches one harmless post flagged is worth.
    """
    sides = _sides(topic, texts, held_out, by_rules)
    upper = _best(sides, _above(ordinary, topic.ordinary_share), cost)
    window = None
    if topic.has_window:
        # What counts only in a window may cost less there: a few weeks, and many eyes on it.
        less = cost / 2 if topic.window_only else cost
        window = _best(sides, _above(ordinary, WINDOW_SHARE), less)
    counts = window if topic.window_only and window is not None else upper
    doubt, spared, lost = _doubt(topic, texts, held_out, by_rules) if topic.doubts else _NO_DOUBT
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
    """Held-out scores, by what the texts are."""

    missed: np.ndarray
    quiet: np.ndarray
    hateful: np.ndarray
    not_hateful: np.ndarray


def _sides(
    topic: Topic,
    texts: Sequence[Text],
    held_out: np.ndarray,
    by_rules: Mapping[Text, ByRules],
) -> _Sides:
    missed: list[float] = []
    quiet: list[float] = []
    hateful: list[float] = []
    not_hateful: list[float] = []
    for text, score in zip(texts, held_out.tolist(), strict=True):
        if text in by_rules:
            if text.kind not in topic.kinds or (topic.window_only and not text.window):
                continue
            if text.clause == QUIET:
                quiet.append(score)
            elif text.clause == topic.clause:
                missed.append(score)
        elif topic.large and text.source in HATEFUL_SOURCES:
            (hateful if text.label else not_hateful).append(score)
    return _Sides(
        missed=np.array(missed),
        quiet=np.array(quiet),
        hateful=np.array(hateful),
        not_hateful=np.array(not_hateful),
    )


def _doubt(
    topic: Topic,
    texts: Sequence[Text],
    held_out: np.ndarray,
    by_rules: Mapping[Text, ByRules],
) -> tuple[float | None, int, int]:
    """Return the bound below which a rule's finding is a note, what it spares and loses.

    It is where most is gained when a harmless post spared is worth several breaches lost.
    Hand a is left out: the rules were widened with its posts in view.
    """
    right, wrong = [], []
    for text, score in zip(texts, held_out.tolist(), strict=True):
        found = by_rules.get(text)
        if found is None or text.source == _KNOWN_TO_RULES:
            continue
        if topic.clause in found.doubtful and topic.clause not in found.sure:
            if text.clause == topic.clause:
                right.append(score)
            elif text.clause == QUIET:
                wrong.append(score)
    best, chosen = 0.0, None
    for bound in sorted({score + _JUST_ABOVE for score in wrong}):
        gain = SPARED_WORTH * sum(one < bound for one in wrong)
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


def _best(sides: _Sides, least: float, cost: float) -> float:
    """Return the threshold at which breaches found less the cost of false alarms is largest."""
    best, chosen = 0.0, _NEVER
    scores = np.unique(np.concatenate([sides.missed, sides.hateful[::_EVERY]]))
    for score in scores[scores >= least][::-1]:
        gain = float((sides.missed >= score).sum()) - cost * float((sides.quiet >= score).sum())
        if len(sides.hateful):
            share = (sides.hateful >= score).mean() - (sides.not_hateful >= score).mean()
            gain += len(sides.missed) * float(share)
        if gain > best:
            best, chosen = gain, float(score)
    return chosen
