"""The whole of training, top to bottom: read, lay out, fit, choose, write.

::

    sets + posts | n-grams that enough texts share      -> corpus
    corpus       | the most telling, and those of topics that stay -> the table's n-grams
    topic        | held out hand by hand, and in fifths by turns -> weights, curve, thresholds
    all          | whole numbers, compressed            -> posts.gz, posts.toml with its hash
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from config.policy import load_policy
from config.rules import load_rules
from config.types import Kind, Severity
from monitor.checks.base import Context, Material
from monitor.checks.judge import Judge
from monitor.checks.normalise import Normaliser
from monitor.checks.opinion import may_be_doubted
from monitor.checks.training.choose import ByRules, choose
from monitor.checks.training.corpus import Corpus, collect, rows_of, scaled
from monitor.checks.training.fit import (
    curve,
    fits,
    in_table,
    led_by,
    most_telling,
    with_common,
    with_earlier,
)
from monitor.checks.training.shipped import Trained, earlier, write
from monitor.checks.training.sources import (
    TRAINING_HANDS,
    UNSEEN_EARLIER,
    Text,
    hateful,
    messages,
    posts,
    window_posts,
)
from monitor.checks.training.topics import COMMON, TOPICS
from monitor.checks.vocabulary import lexicon_of
from storage.values import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import scipy.sparse as sp

    from monitor.checks.training.fit import Fits, Fitted
    from monitor.checks.training.shipped import Earlier
    from monitor.checks.training.topics import Topic

POLICY = "elstree-borehamwood-2017"
MOST_GRAMS = 91_500
MOST_EACH = 20_000
EARLIER = "earlier-tables"
FEWEST = 3
"""So many of the hands' posts must have an n-gram that a small topic weighs."""


def train(
    *,
    sets: Path,
    ordinary: Path,
    posts: Path,
    out: Path,
    most: int | None = None,
) -> Iterator[str]:
    """Train every topic but those that stay, and write the table; yield what happens.

    Args:
        sets: Folder of the sets that may be trained on.
        ordinary: Ordinary public-body posts, for thresholds only.
        posts: Folder of the published sets: ``datasets``.
        out: Folder where the table is written; made if it is not there.
        most: Only the first so many texts of each set.
    """
    out.mkdir(parents=True, exist_ok=True)  # not after half an hour
    rules = load_rules(policy=load_policy(POLICY))
    normalise = Normaliser(lexicon_of(rules))
    corpus, plain = read(sets, ordinary, posts, normalise, most)
    yield f"{len(corpus.texts)} texts, {len(corpus.names)} n-grams that enough of them share"
    rows = {least: scaled(corpus, least) for least in {topic.least for topic in TOPICS}}
    judge = Judge(load_policy(POLICY), rules)
    by_rules = {text: _by_rules(judge, text) for text in _hands(corpus)}
    stays = {topic: earlier(posts / EARLIER, topic, TOPICS) for topic in TOPICS if topic.stays}
    every_fit = []
    for topic in [one for one in (*TOPICS, COMMON) if one not in stays]:
        every_fit.append(_fits(topic, corpus, rows[topic.least], posts / EARLIER))
        yield f"{topic.topic} fitted"
    kept = np.union1d(
        chosen(every_fit, corpus), columns_of((one.codes for one in stays.values()), corpus)
    )
    names = [corpus.names[column] for column in kept]
    yield f"{len(names)} n-grams kept"
    *own, of_any = (in_table(one, corpus, rows[one.topic.least], kept) for one in every_fit)
    fitted = {one.topic: one for one in own}
    ordinary_rows = {least: scaled(plain, least)[:, kept] for least in rows}
    leads = _leads(own, ordinary_rows)
    trained = []
    for topic in TOPICS:
        if topic in stays:
            trained.append(stays[topic].over(names))
            yield _told_to_stay(trained[-1], stays[topic])
            continue
        whole = with_common(fitted[topic], of_any, corpus)
        trained.append(_ready(whole, corpus, ordinary_rows[topic.least], by_rules, leads[topic]))
        yield _told(trained[-1])
    yield f"{write(out, names, trained, of_any)} bytes"


def _fits(topic: Topic, corpus: Corpus, rows: sp.csr_matrix, folder: Path) -> Fits:
    """Fit one topic, and add what it keeps of the earlier table."""
    own = fits(topic, corpus, rows, _candidates(topic, corpus))
    if not topic.earlier:
        return own
    before = earlier(folder, topic, TOPICS)
    return with_earlier(own, before.columns(corpus), before.entry["base"], corpus, rows)


def _leads(
    own: Sequence[Fitted], ordinary: Mapping[int, sp.csr_matrix]
) -> dict[Topic, tuple[np.ndarray | float, np.ndarray | float]]:
    """Return by how much rivals lead each topic, 0 without any: held-out texts, ordinary posts."""
    rivals = [one for one in own if one.topic.common]
    held_out = led_by([one.held_out for one in rivals])
    plain = led_by([one.sums(ordinary[one.topic.least]) for one in rivals])
    led = {
        one.topic: (unseen, known)
        for one, unseen, known in zip(rivals, held_out, plain, strict=True)
    }
    return {one.topic: led.get(one.topic, (0.0, 0.0)) for one in own}


def _ready(
    fitted: Fitted,
    corpus: Corpus,
    ordinary: sp.csr_matrix,
    by_rules: Mapping[Text, ByRules],
    lead: tuple[np.ndarray | float, np.ndarray | float],
) -> Trained:
    """Return a topic with its curve and thresholds, chosen by scores of texts it has not seen."""
    unseen = np.array([_is_unseen(fitted.topic, text) for text in corpus.texts])
    held_out = fitted.held_out - lead[0]
    slope, shift = curve(fitted.topic, corpus, held_out, unseen)
    limits = choose(
        fitted.topic,
        corpus.texts,
        _share(held_out, slope, shift),
        _share(fitted.sums(ordinary) - lead[1], slope, shift),
        {text: found for text, found in by_rules.items() if _is_unseen(fitted.topic, text)},
        alone=_share(fitted.held_out, slope, shift),
    )
    return Trained(fitted=fitted, slope=slope, shift=shift, limits=limits)


def _is_unseen(topic: Topic, text: Text) -> bool:
    """Return whether nothing that the topic is made of was ever fitted to a text of this fold."""
    return not topic.earlier or text.source in UNSEEN_EARLIER


def _told_to_stay(one: Trained, before: Earlier) -> str:
    weighing = np.count_nonzero(one.fitted.codes)
    return f"{one.fitted.topic.topic}: as it stands, {weighing} of {len(before.codes)} n-grams"


def _told(one: Trained) -> str:
    limits = one.limits
    return (
        f"{one.fitted.topic.topic}: {limits.found} of {limits.missed} held-out breaches, "
        f"{limits.false} harmless, {limits.ordinary} ordinary; "
        f"{limits.lower:.4f} {limits.upper:.4f} {limits.window or 0:.4f}; "
        f"doubt {limits.doubt or 0:.4f}: {limits.spared} harmless, {limits.lost} breaches"
    )


def read(
    sets: Path, ordinary: Path, folder: Path, normalise: Normaliser, most: int | None
) -> tuple[Corpus, Corpus]:
    """Return the texts to train on, and the ordinary posts over the same n-grams."""
    texts = [
        *hateful(sets, most=most),
        *messages(sets, most=most),
        *posts(folder / "council-posts", TRAINING_HANDS),
        *window_posts(folder / "window-posts"),
    ]
    corpus = collect(texts, normalise)
    # The other half is left for measuring.
    lines = ordinary.read_text(encoding="utf-8").splitlines()[:most:2]
    plain = [Text(text=json.loads(line)["text"], source="ordinary", label=False) for line in lines]
    return corpus, rows_of(plain, corpus.names, normalise)


def _candidates(topic: Topic, corpus: Corpus) -> np.ndarray:
    """Return the columns that a topic may weigh: all, or those of enough posts it learns from."""
    everything = np.arange(len(corpus.names))
    if topic.large:
        return everything
    learned = np.array([text.source.startswith("hand-") for text in corpus.texts])
    common = np.asarray(corpus.rows[learned].astype(bool).sum(axis=0)).ravel()
    return everything[common >= FEWEST]


def columns_of(several: Iterable[Iterable[str]], corpus: Corpus) -> np.ndarray:
    """Return the columns of n-grams; those that the texts do not hold have none."""
    places = {name: column for column, name in enumerate(corpus.names)}
    return np.array(
        sorted({places[name] for names in several for name in names if name in places}), dtype=int
    )


def chosen(every_fit: Sequence[Fits], corpus: Corpus) -> np.ndarray:
    """Return the table's columns, ordered: the most telling of the small topics first.

    What is in the table for one topic is weighed by the others for nothing.
    """
    none = np.zeros(0, dtype=int)
    small = [one for one in every_fit if not one.topic.large]
    taken = np.unique(
        np.concatenate([most_telling(one, corpus, MOST_EACH, but=none) for one in small])
    )
    large = [
        most_telling(one, corpus, MOST_GRAMS - len(taken), but=taken)
        for one in every_fit
        if one.topic.large
    ]
    return np.unique(np.concatenate([taken, *large]))


def _hands(corpus: Corpus) -> list[Text]:
    return [text for text in corpus.texts if text.source.startswith("hand-")]


def _share(sums: np.ndarray, slope: float, shift: float) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(slope * sums + shift, -30, 30))))


def _by_rules(judge: Judge, text: Text) -> ByRules:
    material = Material(
        words=Words(text=text.text, own_length=len(text.text)), kind=Kind(text.kind)
    )
    matches = judge.matches(material, Context(as_of=datetime(2026, 1, 1, tzinfo=UTC)))
    counted = [
        match
        for match in matches.found
        if match.severity is not Severity.NOTE and (text.window or not match.rule.in_window)
    ]
    return ByRules(
        sure=frozenset(match.rule.clause for match in counted if not may_be_doubted(match)),
        doubtful=frozenset(match.rule.clause for match in counted if may_be_doubted(match)),
    )
