"""The whole of training, top to bottom: read, lay out, fit, choose, write.

::

    sets + posts | n-grams that enough texts share      -> corpus
    corpus       | the most telling n-grams, topic by topic -> the table's n-grams
    topic        | held out hand by hand, then fitted on all -> weights, curve, thresholds
    all          | whole numbers, compressed            -> posts.xz, posts.toml with its hash
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from config.policy import load_policy
from config.rules import load_rules
from config.types import Kind, Severity
from monitor.checks.base import Context, Material
from monitor.checks.grams import bundled_swaps
from monitor.checks.judge import Judge
from monitor.checks.normalise import Normaliser
from monitor.checks.table import packed
from monitor.checks.training.choose import choose
from monitor.checks.training.corpus import Corpus, collect, rows_of, scaled
from monitor.checks.training.fit import curve, fit, most_telling
from monitor.checks.training.sources import TRAINING_HANDS, Text, hateful, messages, posts
from monitor.checks.training.topics import TOPICS
from monitor.checks.vocabulary import lexicon_of
from storage.values import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from monitor.checks.training.choose import Limits
    from monitor.checks.training.fit import Fitted

POLICY = "elstree-borehamwood-2017"
MOST_HATEFUL = 32_000
MOST_EACH = 4_000
COST = 8.0
MOST_ORDINARY = 0
"""Ordinary posts that each topic may flag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """One topic, ready to be written."""

    fitted: Fitted
    slope: float
    shift: float
    limits: Limits


def train(
    *, sets: Path, ordinary: Path, posts: Path, out: Path, most: int | None = None
) -> Iterator[str]:
    """Train every table and write it; yield what happens, line by line.

    Args:
        sets: Folder of the sets that may be trained on.
        ordinary: Ordinary public-body posts, for thresholds only.
        posts: Folder of the published posts.
        out: Where the table is written.
        most: Only the first so many texts of each set.
    """
    rules = load_rules(policy=load_policy(POLICY))
    normalise = Normaliser(lexicon_of(rules))
    corpus, plain = read(sets, ordinary, posts, normalise, most)
    yield f"{len(corpus.texts)} texts, {len(corpus.names)} n-grams that enough of them share"
    corpus, plain, columns = pruned(corpus, plain)
    yield f"{len(corpus.names)} n-grams kept"
    judge = Judge(load_policy(POLICY), rules)
    by_rules = [_by_rules(judge, text) for text in _hands(corpus)]
    trained = []
    for topic, chosen in zip(TOPICS, columns, strict=True):
        fitted = fit(topic, corpus, chosen)
        slope, shift = curve(topic, corpus, fitted.held_out)
        limits = choose(
            topic,
            _hands(corpus),
            _share(fitted.held_out[_is_hand(corpus)], slope, shift),
            _share(fitted.sums(scaled(plain.rows)), slope, shift),
            by_rules,
            most_ordinary=MOST_ORDINARY,
            cost=COST,
        )
        trained.append(Trained(fitted=fitted, slope=slope, shift=shift, limits=limits))
        yield (
            f"{topic.topic}: {limits.found} of {limits.missed} breaches that the rules miss, "
            f"{limits.false} harmless, {limits.ordinary} ordinary; "
            f"{limits.lower:.4f} {limits.upper:.4f} {limits.window or 0:.4f}"
        )
    yield f"{write(out, corpus.names, trained)} bytes"


def read(
    sets: Path, ordinary: Path, folder: Path, normalise: Normaliser, most: int | None
) -> tuple[Corpus, Corpus]:
    """Return the texts to train on, and the ordinary posts over the same n-grams."""
    texts = [*hateful(sets, most=most), *messages(sets, most=most), *posts(folder, TRAINING_HANDS)]
    corpus = collect(texts, normalise)
    lines = ordinary.read_text(encoding="utf-8").splitlines()[:most]
    plain = [Text(text=json.loads(line)["text"], source="ordinary", label=False) for line in lines]
    return corpus, rows_of(plain, corpus.names, normalise)


def pruned(corpus: Corpus, plain: Corpus) -> tuple[Corpus, Corpus, list[np.ndarray]]:
    """Keep the n-grams that tell most; return also which of them each topic may weigh."""
    everything = np.arange(len(corpus.names))
    common = np.asarray(corpus.rows[_is_hand(corpus)].astype(bool).sum(axis=0)).ravel()
    ours = everything[common >= FEWEST]
    chosen = [
        most_telling(topic, corpus, everything, MOST_HATEFUL)
        if topic.hateful
        else most_telling(topic, corpus, ours, MOST_EACH)
        for topic in TOPICS
    ]
    kept = np.unique(np.concatenate(chosen))
    place = np.full(len(corpus.names), -1)
    place[kept] = np.arange(len(kept))
    names = [corpus.names[column] for column in kept]
    return (
        replace(corpus, names=names, rows=corpus.rows[:, kept].tocsr()),
        replace(plain, names=names, rows=plain.rows[:, kept].tocsr()),
        [place[columns] for columns in chosen],
    )


FEWEST = 3


def write(out: Path, names: Sequence[str], trained: Sequence[Trained]) -> int:
    """Write the table and what it is; return the bytes of both."""
    weights = zip(*(one.fitted.weights.tolist() for one in trained), strict=True)
    entries = {name: row for name, row in zip(names, weights, strict=True) if any(row)}
    block = packed(entries)
    (out / "posts.xz").write_bytes(block)
    lines = [
        "# Written by `python -m monitor.checks.training`; README.md says from what.",
        f'sha256 = "{hashlib.sha256(block).hexdigest()}"',
        f'swaps = "{bundled_swaps().digest}"',
        f"grams = {len(entries)}",
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
    yield f"scale = {one.fitted.scale:.9g}"
    yield f"base = {one.fitted.base:.9g}"
    yield f"slope = {one.slope:.9g}"
    yield f"shift = {one.shift:.9g}"
    yield f"lower = {limits.lower:.6f}"
    yield f"upper = {limits.upper:.6f}"
    if limits.window is not None:
        yield f"window = {limits.window:.6f}"
    if topic.window_only:
        yield "window_only = true"
    for kind in Kind:
        if kind not in topic.kinds:
            yield f"kinds.{kind.value} = {{ lower = {limits.lower:.6f}, upper = 1.0 }}"


def _is_hand(corpus: Corpus) -> np.ndarray:
    return np.array([text.source.startswith("hand-") for text in corpus.texts])


def _hands(corpus: Corpus) -> list[Text]:
    return [text for text in corpus.texts if text.source.startswith("hand-")]


def _share(sums: np.ndarray, slope: float, shift: float) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(slope * sums + shift, -30, 30))))


def _by_rules(judge: Judge, text: Text) -> frozenset[str]:
    material = Material(
        words=Words(text=text.text, own_length=len(text.text)), kind=Kind(text.kind)
    )
    judged, in_window = judge.examine(material, Context(as_of=datetime(2026, 1, 1, tzinfo=UTC)))
    found = (*judged.findings, *(in_window if text.window else ()))
    return frozenset(one.clause for one in found if one.severity is not Severity.NOTE)
