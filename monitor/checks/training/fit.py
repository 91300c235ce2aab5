"""Linear weights for each topic: fitted, pruned, made small whole numbers, and calibrated.

Every score that a threshold or a curve is chosen by comes from a fit that had not seen that
hand: posts are held out hand by hand, other texts by turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from monitor.checks.training.corpus import scaled
from monitor.checks.training.sources import QUIET, TRAINING_HANDS

if TYPE_CHECKING:
    import scipy.sparse as sp

    from monitor.checks.training.corpus import Corpus
    from monitor.checks.training.topics import Topic

MOST = 127
_HATEFUL = ("dyn21", "ken20", "edos", "hatemoji")
_CLIPPED = 99.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One topic's weights.

    Attributes:
        topic: Which.
        weights: Whole numbers, -127 to 127, one for each n-gram.
        scale: What 1 is worth.
        base: The sum of a text without any n-gram.
        held_out: For every row of the corpus its sum by a fit that had not seen it.
    """

    topic: Topic
    weights: np.ndarray
    scale: float
    base: float
    held_out: np.ndarray

    def sums(self, rows: sp.csr_matrix) -> np.ndarray:
        """Return what the weights come to on rows that `scaled` made."""
        return np.asarray(rows @ (self.weights * self.scale)) + self.base


def fit(topic: Topic, corpus: Corpus, chosen: np.ndarray) -> Fitted:
    """Fit one topic on the n-grams chosen for the table.

    Args:
        topic: What counts as a breach, and how much each source weighs.
        corpus: The texts, already cut to the n-grams of the table.
        chosen: Columns that this topic may weigh.
    """
    rows = scaled(corpus.rows)[:, chosen]
    wanted, weight = _labels(topic, corpus)
    used = weight > 0
    folds = _folds(corpus)
    held_out = np.zeros(len(corpus.texts))
    for fold in range(len(TRAINING_HANDS)):
        seen = used & (folds != fold)
        model = _model(topic, rows[seen], wanted[seen], weight[seen])
        small, scale = _small(model.coef_[0])
        held_out[folds == fold] = rows[folds == fold] @ (small * scale) + model.intercept_[0]
    model = _model(topic, rows[used], wanted[used], weight[used])
    small, scale = _small(model.coef_[0])
    weights = np.zeros(corpus.rows.shape[1], dtype=np.int8)
    weights[chosen] = small
    return Fitted(
        topic=topic,
        weights=weights,
        scale=scale,
        base=float(model.intercept_[0]),
        held_out=held_out,
    )


def most_telling(topic: Topic, corpus: Corpus, candidates: np.ndarray, most: int) -> np.ndarray:
    """Return the columns that tell most: by their weight, and by how many texts have them."""
    if len(candidates) <= most:
        return candidates
    rows = scaled(corpus.rows)[:, candidates]
    wanted, weight = _labels(topic, corpus)
    used = weight > 0
    model = _model(topic, rows[used], wanted[used], weight[used])
    common = np.sqrt(np.asarray(corpus.rows[:, candidates].sum(axis=0)).ravel())
    order = np.argsort(-np.abs(model.coef_[0]) * common, kind="stable")
    return np.sort(candidates[order[:most]])


def curve(topic: Topic, corpus: Corpus, held_out: np.ndarray) -> tuple[float, float]:
    """Return slope and shift of the curve that makes a held-out sum a share of breaches."""
    wanted, weight = _labels(topic, corpus)
    used = weight > 0
    model = LogisticRegression(C=1e3, tol=1e-6, max_iter=1_000)
    model.fit(held_out[used, None], wanted[used])
    return float(max(model.coef_[0][0], 1e-3)), float(model.intercept_[0])


def _labels(topic: Topic, corpus: Corpus) -> tuple[np.ndarray, np.ndarray]:
    """Return what is a breach of a topic, and how much each text weighs in its fit."""
    wanted = np.zeros(len(corpus.texts), dtype=bool)
    weight = np.zeros(len(corpus.texts))
    for number, text in enumerate(corpus.texts):
        if text.source.startswith("hand-"):
            wanted[number] = text.clause in topic.clauses
            if wanted[number]:
                weight[number] = topic.breaches
            elif text.clause == QUIET:
                weight[number] = topic.quiet
            elif text.clause not in topic.unsure:
                weight[number] = topic.others
        elif text.source in _HATEFUL:
            wanted[number] = text.label
            weight[number] = topic.hateful
        else:
            wanted[number] = text.label and topic.spam_counts
            weight[number] = topic.messages
    return wanted, weight


def _folds(corpus: Corpus) -> np.ndarray:
    places = {f"hand-{hand}": number for number, hand in enumerate(TRAINING_HANDS)}
    return np.array(
        [
            places.get(text.source, number % len(TRAINING_HANDS))
            for number, text in enumerate(corpus.texts)
        ]
    )


def _model(
    topic: Topic, rows: sp.csr_matrix, wanted: np.ndarray, weight: np.ndarray
) -> LogisticRegression:
    model = LogisticRegression(
        solver="liblinear", C=topic.freedom, tol=0.01, random_state=0, intercept_scaling=3.0
    )
    return model.fit(rows, wanted, sample_weight=weight)


def _small(weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Make weights whole numbers; the few largest are cut to the 99.9th percentile."""
    nonzero = np.abs(weights[weights != 0])
    scale = float(np.percentile(nonzero, _CLIPPED)) / MOST if len(nonzero) else 1.0
    return np.clip(np.rint(weights / scale), -MOST, MOST).astype(np.int8), scale
