"""Choosing thresholds, from held-out posts and from ordinary posts that are never trained on.

The upper threshold of a topic is where it finds most breaches that the rules miss, when each
harmless post flagged costs as much as several breaches found, and where the ordinary posts
flagged by all topics together stay within their share. The lower one, from which a note is
kept, is where one ordinary post in a hundred lies above.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitor.checks.training.sources import QUIET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.checks.training.sources import Text
    from monitor.checks.training.topics import Topic

NOTE_SHARE = 0.01
WINDOW_SHARE = 0.005
_NEVER = 1.0
_JUST_ABOVE = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What was chosen for one topic, as scores from 0 to 1, and what it comes to.

    Attributes:
        lower: From here on a note.
        upper: From here on a case; 1: never.
        window: The same inside an election window; None: as outside.
        found: Held-out breaches found that no rule found, of ``missed`` by the rules.
        missed: Breaches that no rule found.
        false: Held-out harmless posts flagged.
        ordinary: Ordinary posts flagged.
    """

    lower: float
    upper: float
    window: float | None
    found: int
    missed: int
    false: int
    ordinary: int


def choose(
    topic: Topic,
    texts: Sequence[Text],
    held_out: np.ndarray,
    ordinary: np.ndarray,
    by_rules: Sequence[frozenset[str]],
    *,
    most_ordinary: int,
    cost: float,
) -> Limits:
    """Choose a topic's thresholds.

    Args:
        topic: Which.
        texts: The posts of the training hands.
        held_out: Their scores by fits that had not seen them.
        ordinary: Scores of ordinary public-body posts.
        by_rules: Clauses found by rules, for each post.
        most_ordinary: So many ordinary posts may be flagged by this topic.
        cost: How many breaches one harmless post flagged is worth.
    """
    fits = np.array(
        [text.kind in topic.kinds and (text.window or not topic.window_only) for text in texts]
    )
    quiet = fits & np.array([text.clause == QUIET for text in texts])
    missed = fits & np.array(
        [
            text.clause == topic.clause and topic.clause not in found
            for text, found in zip(texts, by_rules, strict=True)
        ]
    )
    upper = _best(held_out[missed], held_out[quiet], _above(ordinary, most_ordinary), cost)
    window = None
    if topic.has_window:
        share = int(WINDOW_SHARE * len(ordinary))
        window = _best(held_out[missed], held_out[quiet], _above(ordinary, share), cost / 2)
    counts = window if topic.window_only and window is not None else upper
    return Limits(
        lower=min(upper, counts, _above(ordinary, int(NOTE_SHARE * len(ordinary)))),
        upper=upper,
        window=window,
        found=int((held_out[missed] >= counts).sum()),
        missed=int(missed.sum()),
        false=int((held_out[quiet] >= counts).sum()),
        ordinary=int((ordinary >= counts).sum()),
    )


def _above(scores: np.ndarray, most: int) -> float:
    """Return the lowest score that at most so many reach."""
    return min(_NEVER, float(np.sort(scores)[::-1][most]) + _JUST_ABOVE)


def _best(missed: np.ndarray, quiet: np.ndarray, least: float, cost: float) -> float:
    """Return the threshold at which breaches found less the cost of false alarms is largest."""
    best, chosen = 0.0, _NEVER
    for score in np.unique(missed[missed >= least])[::-1]:
        gain = float((missed >= score).sum()) - cost * float((quiet >= score).sum())
        if gain > best:
            best, chosen = gain, float(score)
    return chosen
