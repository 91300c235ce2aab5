"""Fitting a topic gives the same weights however many cores the machine has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from config.types import TopicId
from monitor.checks.table import behind
from monitor.checks.training.corpus import Corpus, scaled
from monitor.checks.training.fit import Fitted, fits, led_by, with_common
from monitor.checks.training.sources import Text
from monitor.checks.training.topics import TOPICS

if TYPE_CHECKING:
    from monitor.checks.training.topics import Topic

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


def test_common_is_added_by_how_far_both_spread() -> None:
    """A topic that asks for as much of it again gets sums that weigh half and half."""
    names = [f"gram {number}" for number in range(6)]
    texts = [Text(text=str(number), source="hand-b", label=False) for number in range(40)]
    rows = sp.random(40, 6, density=0.5, format="csr", dtype=np.float32, random_state=2)
    whole = Corpus(texts=texts, names=names, rows=rows, lengths=[100] * 40)
    own, common = (
        fitted(topic, whole, codes)
        for topic, codes in (
            (replace(HATE, common=1.0), [9, -4, 0, 0, 20, 0]),
            (HATE, [0, 0, 50, -30, 7, 0]),
        )
    )
    both = with_common(own, common, whole)
    assert both.sums(rows) == pytest.approx(both.held_out)
    share = (both.held_out - own.held_out) / common.held_out
    assert share == pytest.approx([own.held_out.std() / common.held_out.std()] * 40)
    assert with_common(fitted(HATE, whole, [1] * 6), common, whole).shared is None


@given(
    st.integers(2, 5).flatmap(
        lambda count: st.lists(
            st.lists(st.floats(-9, 9), min_size=count, max_size=count), min_size=1, max_size=4
        )
    )
)
def test_training_yields_as_the_table_does(texts: list[list[float]]) -> None:
    """Many texts at once lose to a rival what each would by itself."""
    led = led_by(list(np.array(texts).T))
    assert np.array(led).T.tolist() == [behind(text) for text in texts]


def fitted(topic: Topic, of: Corpus, codes: list[int]) -> Fitted:
    """Return a topic's weights whose held-out sums are what they come to."""
    bare = Fitted(topic=topic, codes=np.array(codes), scale=0.01, base=-1.5, held_out=np.zeros(0))
    return replace(bare, held_out=bare.sums(of.rows))


@pytest.mark.parametrize("cores", [2, 4])
def test_weights_do_not_depend_on_cores(cores: int) -> None:
    """What one core comes to, several do, to the last bit."""
    made = corpus()
    weights = []
    for limit in (1, cores):
        with threadpool_limits(limits=limit):
            fitted = fits(HATE, made, scaled(made, HATE.least), np.arange(GRAMS))
        weights.append((fitted.whole[0].tobytes(), fitted.whole[1]))
    assert weights[0] == weights[1]
