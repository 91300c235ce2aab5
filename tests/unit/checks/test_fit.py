"""Fitting a topic gives the same weights however many cores the machine has."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from config.types import TopicId
from monitor.checks.training.corpus import Corpus, scaled
from monitor.checks.training.fit import fits
from monitor.checks.training.sources import Text
from monitor.checks.training.topics import TOPICS

TEXTS = 60
GRAMS = 20_000
"""Above 10,000 the library beneath shares a sum out among cores, and rounds it otherwise."""
HATE = next(topic for topic in TOPICS if topic.topic == TopicId("hate"))


def corpus() -> Corpus:
    """Return made-up texts over made-up n-grams, some of them hateful."""
    texts = [
        Text(text=f"text {number}", source="dyn21", label=number % 7 < 3) for number in range(TEXTS)
    ]
    rows = sp.random(
        TEXTS, GRAMS, density=0.01, format="csr", dtype=np.float32, random_state=1, data_rvs=np.ones
    )
    names = [f"gram {number:05}" for number in range(GRAMS)]
    return Corpus(texts=texts, names=names, rows=rows, lengths=[100] * TEXTS)


@pytest.mark.parametrize("cores", [2, 4])
def test_weights_do_not_depend_on_cores(cores: int) -> None:
    """What one core comes to, several do, to the last bit."""
    given = corpus()
    weights = []
    for limit in (1, cores):
        with threadpool_limits(limits=limit):
            fitted = fits(HATE, given, scaled(given, HATE.least), np.arange(GRAMS))
        weights.append((fitted.whole[0].tobytes(), fitted.whole[1]))
    assert weights[0] == weights[1]
