"""The whole of training, top to bottom: read, lay out, fit, choose, write.

::

    sets + posts | n-grams that enough texts share      -> corpus
    corpus       | those of the table that stands, or the most telling -> the table's n-grams
    topic        | held out hand by hand, and in fifths by turns -> weights, curve, thresholds
    all          | whole numbers, compressed            -> posts.gz, posts.toml with its hash
"""

from __future__ import annotations

import hashlib
import json
from array import array
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from config.policy import load_policy
from config.rules import load_rules
from config.types import Kind, Severity
from monitor.checks import tables
from monitor.checks.base import Context, Material
from monitor.checks.grams import bundled_swaps
from monitor.checks.judge import Judge
from monitor.checks.normalise import Normaliser
from monitor.checks.opinion import may_be_doubted
from monitor.checks.table import Weights, packed, unpacked
from monitor.checks.training.choose import ByRules, choose
from monitor.checks.training.corpus import Corpus, collect, joined, rows_of, scaled
from monitor.checks.training.fit import curve, fits, in_table, most_telling, with_common
from monitor.checks.training.sources import (
    LATER_HANDS,
    LATER_SOURCES,
    TRAINING_HANDS,
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
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import scipy.sparse as sp

    from monitor.checks.training.choose import Limits
    from monitor.checks.training.fit import Fits, Fitted
    from monitor.checks.training.topics import Topic

POLICY = "elstree-borehamwood-2017"
MOST_GRAMS = 100_000
MOST_EACH = 12_000
FEWEST = 3
"""So many of the hands' posts must have an n-gram that a small topic weighs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """One topic, ready to be written."""

    fitted: Fitted
    slope: float
    shift: float
    limits: Limits


def train(
    *,
    sets: Path,
    ordinary: Path,
    posts: Path,
    out: Path,
    most: int | None = None,
    afresh: bool = False,
) -> Iterator[str]:
    """Train every table and write it; yield what happens, line by line.

    Args:
        sets: Folder of the sets that may be trained on.
        ordinary: Ordinary public-body posts, for thresholds only.
        posts: Folder of the published sets: ``datasets``.
        out: Folder where the table is written; made if it is not there.
        most: Only the first so many texts of each set.
        afresh: Choose the n-grams anew, too; else those of the table that stands stay.
    """
    out.mkdir(parents=True, exist_ok=True)  # not after half an hour
    rules = load_rules(policy=load_policy(POLICY))
    normalise = Normaliser(lexicon_of(rules))
    corpus, plain = read(sets, ordinary, posts, normalise, most)
    yield f"{len(corpus.texts)} texts, {len(corpus.names)} n-grams that enough of them share"
    rows = {least: scaled(corpus, least) for least in {topic.least for topic in TOPICS}}
    judge = Judge(load_policy(POLICY), rules)
    by_rules = {text: _by_rules(judge, text) for text in _hands(corpus)}
    every_fit = []
    for topic in (*TOPICS, COMMON):
        every_fit.append(fits(topic, corpus, rows[topic.least], _candidates(topic, corpus)))
        yield f"{topic.topic} fitted"
    kept = chosen(every_fit, corpus) if afresh else standing(corpus)
    names = [corpus.names[column] for column in kept]
    yield f"{len(names)} n-grams kept"
    *of_topics, of_any = (in_table(one, corpus, rows[one.topic.least], kept) for one in every_fit)
    trained = []
    for own in of_topics:
        ordinary_rows = scaled(plain, own.topic.least)[:, kept]
        trained.append(_ready(with_common(own, of_any, corpus), corpus, ordinary_rows, by_rules))
        yield _told(trained[-1])
    yield f"{write(out, names, trained, of_any)} bytes"


def _ready(
    fitted: Fitted, corpus: Corpus, ordinary: sp.csr_matrix, by_rules: Mapping[Text, ByRules]
) -> Trained:
    """Return a topic with its curve and thresholds, chosen by scores of texts it has not seen."""
    slope, shift = curve(fitted.topic, corpus, fitted.held_out)
    limits = choose(
        fitted.topic,
        corpus.texts,
        _share(fitted.held_out, slope, shift),
        _share(fitted.sums(ordinary), slope, shift),
        by_rules,
    )
    return Trained(fitted=fitted, slope=slope, shift=shift, limits=limits)


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
    # What may be weighed is settled without the later hands, for all topics alike.
    earlier = collect(texts, normalise)
    later = list(posts(folder / "council-posts", LATER_HANDS))
    corpus = joined(earlier, rows_of(later, earlier.names, normalise))
    # The other half is left for measuring.
    lines = ordinary.read_text(encoding="utf-8").splitlines()[:most:2]
    plain = [Text(text=json.loads(line)["text"], source="ordinary", label=False) for line in lines]
    return corpus, rows_of(plain, corpus.names, normalise)


def _candidates(topic: Topic, corpus: Corpus) -> np.ndarray:
    """Return the columns that a topic may weigh: all, or those of enough posts it learns from."""
    everything = np.arange(len(corpus.names))
    if topic.large:
        return everything
    learned = np.array([_is_learned(topic, text) for text in corpus.texts])
    common = np.asarray(corpus.rows[learned].astype(bool).sum(axis=0)).ravel()
    return everything[common >= FEWEST]


def standing(corpus: Corpus) -> np.ndarray:
    """Return the columns of the n-grams that the bundled table weighs, ordered.

    With the same n-grams topics that learn nothing new score as before.
    """
    block = files(tables).joinpath("posts.gz").read_bytes()
    places = {name: column for column, name in enumerate(corpus.names)}
    names = unpacked(block, len(TOPICS)).names
    return np.array(sorted(places[name] for name in names if name in places))


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


def write(out: Path, names: Sequence[str], trained: Sequence[Trained], common: Fitted) -> int:
    """Write the table and what it is; return the bytes of both."""
    # N-grams whose weights all came to 0 stay: a text's length is counted in n-grams.
    grams = Weights(
        names=list(names),
        by_topic=[array("b", one.fitted.codes.tobytes()) for one in trained],
        common=array("b", common.codes.tobytes()),
    )
    block = packed(grams)
    (out / "posts.gz").write_bytes(block)
    lines = [
        "# Written by `python -m monitor.checks.training`; README.md says from what.",
        f'sha256 = "{hashlib.sha256(block).hexdigest()}"',
        f'swaps = "{bundled_swaps().digest}"',
        f"grams = {len(grams.names)}",
    ]
    for one in trained:
        lines += _stated(one)
    page = "\n".join(lines) + "\n"
    (out / "posts.toml").write_text(page, encoding="utf-8")
    return len(block) + len(page.encode())


def _stated(one: Trained) -> Iterator[str]:
    topic, limits = one.fitted.topic, one.limits
    yield from ("", "[[topics]]", f'topic = "{topic.topic}"')
    yield f"reason = {json.dumps(topic.reason)}"
    yield f"harmless = {json.dumps(topic.harmless)}"
    yield f"masked = {str(topic.masked).lower()}"
    yield f"least = {topic.least}"
    yield f"scale = {one.fitted.scale:.9g}"
    yield f"common = {0 if one.fitted.shared is None else one.fitted.shared[1]:.9g}"
    yield f"base = {one.fitted.base:.9g}"
    yield f"slope = {one.slope:.9g}"
    yield f"shift = {one.shift:.9g}"
    yield f"lower = {limits.lower:.6f}"
    yield f"upper = {limits.upper:.6f}"
    if limits.window is not None:
        yield f"window = {limits.window:.6f}"
    if limits.doubt is not None:
        yield f"doubt = {limits.doubt:.6f}"
    if topic.window_only:
        yield "window_only = true"
    for kind in Kind:
        if kind not in topic.kinds:
            yield f"kinds.{kind.value} = {{ lower = {limits.lower:.6f}, upper = 1.0 }}"


def _is_learned(topic: Topic, text: Text) -> bool:
    """Return whether a text is a hand's, and one that the topic is trained with."""
    return text.source.startswith("hand-") and (
        any(topic.later) or text.source not in LATER_SOURCES
    )


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
