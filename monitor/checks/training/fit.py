"""Linear weights for each topic: fitted, pruned, made small whole numbers, and calibrated.

Every score that a threshold or a curve is chosen by comes from a fit that had not seen that
hand: posts are held out hand by hand, other texts by turns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from monitor.checks.grams import of_letters
from monitor.checks.training.sources import HATEFUL_SOURCES, NEAR, QUIET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.checks.training.corpus import Corpus
    from monitor.checks.training.sources import Text
    from monitor.checks.training.topics import Topic

MOST = 48
"""Steps up from nothing; a byte could hold 127, but fewer compress better and leave room for
more n-grams."""
_EVERY = 25
_FOLDS = 6
_TURNS = 5
_NEAR_TO_ABUSE = frozenset({"terms.2", "requirements.5"})
_LEAST_CONTRAST = 1e-3
_LEAST_CODE = 4
"""In a small topic an n-gram that weighs less than a hundred-and-fiftieth of the heaviest weighs
nothing, so that all of it compressed stays within a megabyte."""
_TOLERANCE = 3e-4
"""The solver stops the sooner the rarer breaches are; at its usual 0.01 long before it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fits:
    """One topic's weights before any n-gram is dropped: of all texts, and of all but a fold.

    Attributes:
        topic: Which.
        candidates: Columns that were weighed.
        whole: Their weights, and the sum of a text without any n-gram.
        by_fold: The same by fits that had not seen one fold.
    """

    topic: Topic
    candidates: np.ndarray
    whole: tuple[np.ndarray, float]
    by_fold: Sequence[tuple[np.ndarray, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One topic's weights as the table holds them.

    Attributes:
        topic: Which.
        codes: A byte, -48 to 48 where it was fitted now, for each n-gram of the table.
        scale: What a worth of 1 is.
        base: The sum of a text without any n-gram.
        held_out: For every row of the corpus its sum by a fit that had not seen it.
        shared: The bytes of what breaches have in common, and what a worth of 1 of it is here.
        own_base: The sum of a text without any n-gram, without what is in common.
    """

    topic: Topic
    codes: np.ndarray
    scale: float
    base: float
    held_out: np.ndarray
    shared: tuple[np.ndarray, float] | None = None
    own_base: float | None = None

    def sums(self, rows: sp.csr_matrix) -> np.ndarray:
        """Return what the weights come to on rows that `scaled` made."""
        weights = worths(self.codes) * self.scale
        if self.shared is not None:
            codes, scale = self.shared
            weights = weights + worths(codes) * scale
        return np.asarray(rows @ weights) + self.base


def fits(topic: Topic, corpus: Corpus, rows: sp.csr_matrix, candidates: np.ndarray) -> Fits:
    """Fit one topic on all texts, and for each fold on all others.

    Args:
        topic: What counts as a breach, and how much each source weighs.
        corpus: The texts.
        rows: As `scaled` made them.
        candidates: Columns that may be weighed.
    """
    folds = _folds(corpus)
    narrowed = rows[:, candidates]
    wanted, weight = _labels(topic, corpus)
    letters = np.array([topic.letters if of_letters(corpus.names[at]) else 1 for at in candidates])

    def model(part: np.ndarray) -> tuple[np.ndarray, float]:
        seen = part & (weight > 0)
        return _model(topic, narrowed[seen], wanted[seen], weight[seen], letters)

    return Fits(
        topic=topic,
        candidates=candidates,
        whole=_mean([model(part) for part in _parts(len(corpus.texts))]),
        by_fold=[model(folds != fold) for fold in range(_FOLDS)],
    )


def with_earlier(
    own: Fits, weights: np.ndarray, base: float, corpus: Corpus, rows: sp.csr_matrix
) -> Fits:
    """Return a topic's weights together with what an earlier table weighed.

    Both sums are added by how far they spread over the hands' posts. What a fold was held out
    of was still known to the earlier table, where it was trained with that hand.

    Args:
        own: The topic's.
        weights: Of each column, in the earlier table.
        base: The earlier sum of a text without any n-gram.
        corpus: The texts.
        rows: As `scaled` made them.
    """
    hands = rows[np.array([text.source.startswith("hand-") for text in corpus.texts])]
    candidates = np.union1d(own.candidates, np.flatnonzero(weights))
    spread = (hands[:, own.candidates] @ own.whole[0]).std() / (hands @ weights).std()
    share = float(own.topic.earlier * spread)

    def both(model: tuple[np.ndarray, float]) -> tuple[np.ndarray, float]:
        added = _among(candidates, own.candidates, model[0]) + share * weights[candidates]
        return added, model[1] + share * base

    return Fits(
        topic=own.topic,
        candidates=candidates,
        whole=both(own.whole),
        by_fold=[both(model) for model in own.by_fold],
    )


def _parts(count: int) -> list[np.ndarray]:
    """Return which texts each fit sees: all but every fifth, by turns.

    The mean of these fits is steadier than one of all: what only a few texts say cancels out.
    """
    turns = np.arange(count) % _TURNS
    return [turns != turn for turn in range(_TURNS)]


def _mean(models: Sequence[tuple[np.ndarray, float]]) -> tuple[np.ndarray, float]:
    weights = np.mean([weights for weights, _ in models], axis=0)
    return weights, float(np.mean([base for _, base in models]))


def most_telling(fitted: Fits, corpus: Corpus, most: int, *, but: np.ndarray) -> np.ndarray:
    """Return the columns that tell most: by their weight, and by how many texts have them.

    Args:
        fitted: The topic's weights.
        corpus: The texts.
        most: So many.
        but: Columns that are not asked for.
    """
    common = np.sqrt(np.asarray(corpus.rows[:, fitted.candidates].sum(axis=0)).ravel())
    telling = np.abs(fitted.whole[0]) * common
    telling[np.isin(fitted.candidates, but)] = -1
    order = np.argsort(-telling, kind="stable")[:most]
    return np.sort(fitted.candidates[order[telling[order] >= 0]])


def in_table(fitted: Fits, corpus: Corpus, rows: sp.csr_matrix, kept: np.ndarray) -> Fitted:
    """Cut one topic's weights to the table's n-grams and make them bytes.

    Args:
        fitted: The topic's weights.
        corpus: The texts.
        rows: As `scaled` made them.
        kept: The table's columns, ordered.
    """
    folds = _folds(corpus)
    table = rows[:, kept]
    held_out = np.zeros(len(corpus.texts))
    least = 1 if fitted.topic.large else _LEAST_CODE
    for fold, (weights, base) in enumerate(fitted.by_fold):
        codes, scale = _bytes(_among(kept, fitted.candidates, weights), least)
        held_out[folds == fold] = table[folds == fold] @ (worths(codes) * scale) + base
    codes, scale = _bytes(_among(kept, fitted.candidates, fitted.whole[0]), least)
    return Fitted(
        topic=fitted.topic, codes=codes, scale=scale, base=fitted.whole[1], held_out=held_out
    )


def with_common(own: Fitted, common: Fitted, corpus: Corpus) -> Fitted:
    """Return a topic's weights together with what breaches of any clause have in common.

    Both sums are added by how far they spread over the hands' posts.

    Args:
        own: The topic's.
        common: As fitted to breaches of any clause.
        corpus: The texts.
    """
    if not own.topic.common:
        return own
    hands = np.array([text.source.startswith("hand-") for text in corpus.texts])
    spread = own.held_out[hands].std() / common.held_out[hands].std()
    share = float(own.topic.common * spread)
    return replace(
        own,
        own_base=own.base,
        base=own.base + share * common.base,
        held_out=own.held_out + share * common.held_out,
        shared=(common.codes, share * common.scale),
    )


def led_by(sums: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return for each topic, text by text, how far the best of the others leads; 0: it leads.

    The same as `monitor.checks.table.behind`, for many texts at once.

    Args:
        sums: Each topic's own sums of all texts.
    """
    ordered = np.sort(np.array(sums), axis=0)
    best, second = ordered[-1], ordered[-2]
    return [np.maximum(0, np.where(own == best, second, best) - own) for own in sums]


def _among(kept: np.ndarray, candidates: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weights of the table's columns; 0 for those that were not weighed."""
    place = np.searchsorted(candidates, kept)
    place[place == len(candidates)] = 0
    return np.where(candidates[place] == kept, weights[place], 0.0)


def curve(
    topic: Topic, corpus: Corpus, held_out: np.ndarray, unseen: np.ndarray
) -> tuple[float, float]:
    """Return slope and shift of the curve that makes a held-out sum a share of breaches.

    Args:
        topic: Which.
        corpus: The texts.
        held_out: Their sums.
        unseen: Which texts were truly held out.
    """
    wanted, weight = _labels(topic, corpus)
    used = (weight > 0) & unseen
    model = LogisticRegression(C=1e3, tol=1e-6, max_iter=1_000)
    with _one_core():
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
                weight[number] = topic.quiet * (topic.near if text.level == NEAR else 1.0)
            elif text.clause not in topic.unsure:
                weight[number] = topic.others
        elif text.source in HATEFUL_SOURCES:
            wanted[number] = text.label and topic.hateful > 0
            weight[number] = _of_hateful_sets(topic, text, number)
        else:
            wanted[number] = text.label and topic.spam_counts
            weight[number] = topic.messages
    return wanted, weight


def _of_hateful_sets(topic: Topic, text: Text, number: int) -> float:
    if topic.hateful:
        return topic.hateful if text.label else topic.not_hateful
    is_near = text.label and not topic.clauses.isdisjoint(_NEAR_TO_ABUSE)
    return topic.background if number % _EVERY == 0 and not is_near else 0.0


def _folds(corpus: Corpus) -> np.ndarray:
    """Return each text's fold: a hand's posts all in one, other texts by turns."""
    hands = sorted({text.source for text in corpus.texts if text.source.startswith("hand-")})
    places = {hand: number % _FOLDS for number, hand in enumerate(hands)}
    return np.array(
        [places.get(text.source, number % _FOLDS) for number, text in enumerate(corpus.texts)]
    )


def _model(
    topic: Topic,
    rows: sp.csr_matrix,
    wanted: np.ndarray,
    weight: np.ndarray,
    letters: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Return the weights and the sum of a text without any n-gram.

    An n-gram counts the more, the more its share differs between breaches and the rest: what
    stands in both alike gets little room, however often it stands there. A few letters of a
    word get less room than words, for there are ten of them to each word.
    """
    contrast = _contrast(rows, wanted, weight) ** topic.contrast
    contrast *= letters / np.sqrt(np.mean(contrast**2))
    model = LogisticRegression(
        solver="liblinear", C=topic.freedom, tol=_TOLERANCE, random_state=0, intercept_scaling=3.0
    )
    stretched = (rows @ sp.diags(contrast)).astype(np.float32).tocsr()
    with _one_core():
        model.fit(stretched, wanted, sample_weight=weight)
    return model.coef_[0] * contrast, float(model.intercept_[0])


def _one_core() -> threadpool_limits:
    """Keep sums on one core: shared out, they are rounded otherwise on each number of cores."""
    return threadpool_limits(limits=1)


def _contrast(rows: sp.csr_matrix, wanted: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return how far each n-gram's share differs, as the size of a log ratio; never quite 0."""
    has = rows.astype(bool).astype(np.float64)
    shares = []
    for side in (wanted, ~wanted):
        counted = np.asarray((sp.diags(weight * side) @ has).sum(axis=0)).ravel() + 1
        shares.append(counted / counted.sum())
    return np.asarray(np.maximum(np.abs(np.log(shares[0] / shares[1])), _LEAST_CONTRAST))


def _bytes(weights: np.ndarray, least: int) -> tuple[np.ndarray, float]:
    """Return a byte for each weight, whose square with its sign is the weight, and the scale.

    A few n-grams weigh a hundred times what most do; so each keeps its share.
    """
    largest = float(np.abs(weights).max()) if len(weights) else 0.0
    scale = largest / MOST**2 if largest else 1.0
    sizes = np.rint(np.sqrt(np.abs(weights) / scale))
    codes = np.where(sizes < least, 0, sizes) * np.sign(weights)
    return codes.astype(np.int8), scale


def worths(codes: np.ndarray) -> np.ndarray:
    """Return what `monitor.checks.weighing.worth` says, for many at once."""
    wide = codes.astype(np.int64)
    return wide * np.abs(wide)
