"""Topics as they are shipped: written as a table, and read back from an earlier one.

A topic that learns nothing new is not fitted again: what it found yesterday it finds tomorrow.
The earlier table lies in ``datasets/earlier-tables``, so that training stays the same whatever
it writes.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import tomli

from config.types import Kind
from monitor.checks.grams import bundled_swaps
from monitor.checks.table import Weights, packed, unpacked
from monitor.checks.training.choose import Limits
from monitor.checks.training.fit import Fitted, worths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from monitor.checks.training.corpus import Corpus
    from monitor.checks.training.topics import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """One topic, ready to be written."""

    fitted: Fitted
    slope: float
    shift: float
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """One topic as an earlier table had it.

    Attributes:
        topic: Which.
        codes: A byte, -127 to 127, for each n-gram that weighs anything by itself.
        weights: What each n-gram weighs on it, with its share of the common column.
        entry: What the table said of it: curve, thresholds, scale.
    """

    topic: Topic
    codes: Mapping[str, int]
    weights: Mapping[str, float]
    entry: Mapping[str, Any]

    def over(self, names: Sequence[str]) -> Trained:
        """Return it over a new table's n-grams; those that are not among them are left out.

        Raises:
            ValueError: It had a share of the common column, which is another one now.
        """
        if self.entry["common"]:
            raise ValueError(f"{self.topic.topic} cannot stay: it has a share of what is common")
        fitted = Fitted(
            topic=self.topic,
            codes=np.array([self.codes.get(name, 0) for name in names], dtype=np.int8),
            scale=self.entry["scale"],
            base=self.entry["base"],
            held_out=np.zeros(0),
        )
        limits = Limits(
            lower=self.entry["lower"],
            upper=self.entry["upper"],
            window=self.entry.get("window"),
            doubt=self.topic.doubt,
            found=0,
            missed=0,
            false=0,
            ordinary=0,
            spared=0,
            lost=0,
        )
        return Trained(
            fitted=fitted, slope=self.entry["slope"], shift=self.entry["shift"], limits=limits
        )

    def columns(self, corpus: Corpus) -> np.ndarray:
        """Return what each n-gram of the texts weighed."""
        return np.array([self.weights.get(name, 0.0) for name in corpus.names])


def earlier(folder: Path, topic: Topic, topics: Sequence[Topic]) -> Earlier:
    """Read one topic of an earlier table.

    Args:
        folder: Where the table's two files lie.
        topic: Which.
        topics: All of the table's, in its order.

    Raises:
        ValueError: One file does not belong to the other.
    """
    head = tomli.loads((folder / "posts.toml").read_text(encoding="utf-8"))
    block = (folder / "posts.gz").read_bytes()
    if hashlib.sha256(block).hexdigest() != head["sha256"]:
        raise ValueError(f"{folder.name}: the hash of posts.gz is not what posts.toml says")
    grams = unpacked(block, len(topics))
    number = topics.index(topic)
    entry = head["topics"][number]
    own, common = (np.array(one, dtype=np.int8) for one in (grams.by_topic[number], grams.common))
    weights = worths(own) * entry["scale"] + worths(common) * entry["common"]
    return Earlier(
        topic=topic,
        codes={name: int(code) for name, code in zip(grams.names, own, strict=True) if code},
        weights={name: float(one) for name, one in zip(grams.names, weights, strict=True) if one},
        entry=entry,
    )


def write(out: Path, names: Sequence[str], trained: Sequence[Trained], common: Fitted) -> int:
    """Write the table and what it is; return the bytes of both."""
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
    if one.fitted.own_base is not None:
        yield f"own_base = {one.fitted.own_base:.9g}"
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
