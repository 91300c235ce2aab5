"""How long texts of 40,000 characters take: some made to be slow, some of written posts."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.posts import posts
from monitor.checks.base import Material
from storage.values import Words

if TYPE_CHECKING:
    from monitor.checks.base import Context
    from monitor.checks.judge import Judge

LENGTH = 40_000
MOST_MS = 50
"""No text may take longer."""
_WRITTEN = Path(__file__).parents[1] / "datasets" / "council-posts"
_JOINED = 4
_RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Longest:
    """Milliseconds of one core's own time, medians.

    Attributes:
        hostile: The slowest of the texts made to be slow.
        written: The slowest of joined written posts.
        first: Joined written posts, the first time after all was let go of.
    """

    hostile: float
    written: float
    first: float

    @property
    def slowest(self) -> float:
        """The slowest of all texts, once a process is under way."""
        return max(self.hostile, self.written)


def measure(judge: Judge, context: Context) -> Longest:
    """Judge each text several times."""
    firsts, again = [], []
    for text in written():
        judge.forget()
        firsts.append(_ms(judge, text, context))
        again.append(median(_ms(judge, text, context) for _ in range(_RUNS)))
    slow = [median(_ms(judge, text, context) for _ in range(_RUNS)) for text in hostile()]
    return Longest(hostile=max(slow), written=max(again), first=median(firsts))


def written() -> list[str]:
    """Return written posts of every kind, drawn and joined, the same on every run."""
    texts = [
        json.loads(line)["text"]
        for file in sorted(_WRITTEN.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    joined = []
    for seed in range(_JOINED):
        chance = random.Random(seed)  # noqa: S311 - the same texts on every run are the point
        joined.append("\n".join(chance.choices(texts, k=LENGTH // 50))[:LENGTH])
    return joined


def hostile() -> list[str]:
    """Return texts made to be slow."""
    return [
        (" ".join(posts(300)))[:LENGTH],
        "vote labour " * 3_333,
        "a" * LENGTH,
        "a b " * 10_000,
        "e\u0301\u0302" * 13_333,
        "😀\ufe0f" * 20_000,
    ]


def _ms(judge: Judge, text: str, context: Context) -> float:
    material = Material(words=Words(text=text, own_length=len(text)))
    began = time.process_time()  # one core's own time: neighbours do not count
    judge.judge(material, context)
    return 1e3 * (time.process_time() - began)
