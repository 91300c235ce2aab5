"""Texts as rows of n-grams: which n-grams a table may hold, and which text has which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from monitor.checks.grams import bundled_swaps, grams, laid_out
from monitor.checks.table import divisor_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.checks.normalise import Normaliser
    from monitor.checks.training.sources import Text

FEWEST_HATEFUL = 5
"""An n-gram of the hateful sets is kept only if so many of their different texts have it."""
FEWEST_POSTS = 3
FEWEST_HANDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Texts, the n-grams that may be weighed, and which text has which.

    Attributes:
        texts: One a row.
        names: The n-grams, sorted; one a column.
        rows: 1 where a text has an n-gram.
        lengths: Of each text as laid out.
    """

    texts: Sequence[Text]
    names: Sequence[str]
    rows: sp.csr_matrix
    lengths: Sequence[int]

    def source(self) -> np.ndarray:
        """Return each row's source."""
        return np.array([text.source for text in self.texts])


def collect(texts: Sequence[Text], normalise: Normaliser) -> Corpus:
    """Lay texts out and keep the n-grams that enough of them share.

    Args:
        texts: Those to train on; a text that stands twice counts once.
        normalise: Makes text plain as the judge does.
    """
    numbers: dict[str, int] = {}
    found: list[np.ndarray] = []
    lengths: list[int] = []
    for text in texts:
        laid = _laid(text, normalise)
        row = (numbers.setdefault(name, len(numbers)) for name in sorted(grams(laid)))
        found.append(np.fromiter(row, dtype=np.int32))
        lengths.append(len(laid))
    kept = _kept(texts, found, len(numbers))
    names = sorted(name for name, number in numbers.items() if kept[number])
    place = np.full(len(numbers), -1, dtype=np.int32)
    for column, name in enumerate(names):
        place[numbers[name]] = column
    rows = _matrix([place[row] for row in found], len(names))
    return Corpus(texts=texts, names=names, rows=rows, lengths=lengths)


def rows_of(texts: Sequence[Text], names: Sequence[str], normalise: Normaliser) -> Corpus:
    """Lay other texts out over n-grams that are already chosen."""
    numbers = {name: number for number, name in enumerate(names)}
    laid = [_laid(text, normalise) for text in texts]
    found = [
        np.fromiter((numbers.get(name, -1) for name in grams(one)), dtype=np.int32) for one in laid
    ]
    rows = _matrix(found, len(names))
    return Corpus(texts=texts, names=names, rows=rows, lengths=[len(one) for one in laid])


def scaled(corpus: Corpus, least: int) -> sp.csr_matrix:
    """Weigh each row by the length of its text, as the scorer does.

    Args:
        corpus: The texts.
        least: Shorter ones are weighed as if they were so long.
    """
    divisors = np.array([divisor_of(length, least) for length in corpus.lengths])
    return (sp.diags(1 / divisors) @ corpus.rows).astype(np.float32).tocsr()


def _laid(text: Text, normalise: Normaliser) -> str:
    return laid_out(normalise(text.text).text, bundled_swaps())


def _kept(texts: Sequence[Text], found: Sequence[np.ndarray], count: int) -> np.ndarray:
    hateful = np.zeros(count, dtype=np.int32)
    posts = np.zeros(count, dtype=np.int32)
    others = np.zeros(count, dtype=np.int32)
    hands: defaultdict[str, np.ndarray] = defaultdict(lambda: np.zeros(count, dtype=bool))
    seen: set[str] = set()
    for text, row in zip(texts, found, strict=True):
        if text.text in seen:
            continue
        seen.add(text.text)
        if text.source.startswith("hand-"):
            posts[row] += 1
            hands[text.source][row] = True
        elif text.source == "sms":
            others[row] += 1
        else:
            hateful[row] += 1
    of_hands = sum(hands.values(), np.zeros(count, dtype=np.int32))
    ours = (posts >= FEWEST_POSTS) & (of_hands >= FEWEST_HANDS)
    return (hateful >= FEWEST_HATEFUL) | ours


def _matrix(found: Sequence[np.ndarray], width: int) -> sp.csr_matrix:
    kept = [np.sort(row[row >= 0]) for row in found]
    ends = np.concatenate([[0], np.cumsum([len(row) for row in kept])])
    columns = np.concatenate(kept) if kept else np.zeros(0, dtype=np.int32)
    return sp.csr_matrix(
        (np.ones(len(columns), dtype=np.float32), columns, ends), shape=(len(kept), width)
    )
