"""What `make quality` states beside shares: even-handedness, speed, start and memory."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import long_texts
from monitor.checks.base import Material
from monitor.checks.grams import bundled_swaps
from storage.values import Words

if TYPE_CHECKING:
    from monitor.checks.base import Context
    from monitor.checks.judge import Judge

SENTENCES = (
    "All {} should leave this town.",
    "Happy to welcome our {} visitors today!",
    "Vote {} on Thursday and help us win here.",
    "The {} lot have ruined the high street, what a shower.",
    "A talk on the history of {} families in our county, Tuesday at 7.",
)
# The highest this process itself has been: what getrusage says of a child begins with its parent's.
_START = """
import time
began = time.process_time()
from config.policy import load_policy
from config.rules import load_rules
from monitor.checks.judge import Judge
from monitor.checks.table import bundled_model
policy = load_policy("elstree-borehamwood-2017")
Judge(policy, load_rules(policy=policy), models=(bundled_model(),))
took = time.process_time() - began
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print(took, int(peak) * 1024 / 1e6)
"""

# As the daemon judges once it has started, posts of two lengths; the length, posts a second.
_SPEED = """
import time
from datetime import UTC, datetime
from statistics import mean, median
from benchmarks.posts import ABOUT_200, ABOUT_250, posts
from benchmarks.quality import judge_with
from monitor.checks.base import Context, Material
from monitor.thrift import settle
from storage.values import Words
judge, context = judge_with(), Context(as_of=datetime(2026, 1, 1, tzinfo=UTC))
settle()
for enough in (ABOUT_200, ABOUT_250):
    texts = posts(2_000, enough=enough)
    materials = [Material(words=Words(text=text, own_length=len(text))) for text in texts]
    judge.judge(materials[0], context)
    taken = []
    for _ in range(5):
        began = time.process_time()  # one core's own time: neighbours do not count
        for material in materials:
            judge.judge(material, context)
        taken.append(time.process_time() - began)
    print(mean(map(len, texts)), len(texts) / median(taken))
"""

# What a daemon comes to: between two lots it lets go of what it kept to be quick.
_MONTHS = """
import sys
from monitor.thrift import give_back, settle, share_one_heap
share_one_heap()
from benchmarks.hand_rows import POSTS
from benchmarks.quality import judge_with
from datetime import UTC, datetime
from monitor.checks.base import Context, Material
from monitor.checks.training.sources import TRAINING_HANDS, posts
from storage.values import Words
judge, context = judge_with(), Context(as_of=datetime(2026, 1, 1, tzinfo=UTC))
settle()
for number, post in enumerate(list(posts(POSTS, TRAINING_HANDS))[: int(sys.argv[1])]):
    judge.examine(Material(words=Words(text=post.text, own_length=len(post.text))), context)
    if number % 15 == 14:
        judge.forget()
        give_back()
with open("/proc/self/status") as status:
    now = next(line.split()[1] for line in status if line.startswith("VmRSS"))
print(int(now) * 1024 / 1e6)
"""
_POSTS_OF_MONTHS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One figure that is not a share.

    Attributes:
        key: Its name in the file of what was reached; empty: it depends on the machine, and is
            stated only.
        what: The measure.
        on: What it was measured on.
        value: The figure.
        unit: After the figure.
        floor: The goals' bound.
        is_most: The figure must not rise, rather than fall.
    """

    key: str = ""
    what: str
    on: str
    value: float
    unit: str
    floor: float
    is_most: bool = True

    def line(self) -> str:
        """Return the row of the table."""
        met = self.value <= self.floor if self.is_most else self.value >= self.floor
        bound = "≤" if self.is_most else "≥"
        return (
            f"| {self.what} | {self.on} | | {self.value:,.4g}{self.unit} | | "
            f"{bound} {self.floor:,g}{self.unit} | | {'reached' if met else '**not reached**'} |"
        )


def bounds(judge: Judge, context: Context) -> list[Bound]:
    """Measure them all; speed and start on this machine, on one core's own time."""
    start_s, memory = start()
    (length, posts_per_s), (longer, fewer) = speed()
    longest = long_texts.measure(judge, context)
    return [
        Bound(
            key="even-handed",
            what="largest change of a score when a name is swapped for one of equal standing",
            on="every class of swaps.toml in five sentences",
            value=largest_change(judge, context),
            unit="",
            floor=0.05,
        ),
        Bound(
            what="all layers, posts of 200 characters, one core",
            on=f"made-up posts of {length:.0f} characters on average, this machine; "
            f"{fewer:,.0f} posts/s of {longer:.0f}",
            value=posts_per_s,
            unit=" posts/s",
            floor=5_000,
            is_most=False,
        ),
        Bound(
            what=f"slowest of long texts: no input takes more than {long_texts.MOST_MS} ms",
            on=f"{long_texts.LENGTH:,} characters, this machine, medians: hostile ones "
            f"{longest.hostile:.0f} ms, written posts joined {longest.written:.0f} ms; these the "
            f"first time after all was let go of {longest.first:.0f} ms",
            value=longest.slowest,
            unit=" ms",
            floor=long_texts.MOST_MS,
        ),
        Bound(
            what="start of the checker, its own processor time",
            on="a new process, this machine",
            value=start_s,
            unit=" s",
            floor=0.5,
        ),
        Bound(
            what="memory of the checker",
            on="a new process, this machine",
            value=memory,
            unit=" MB",
            floor=120,
        ),
        Bound(
            what=f"memory of the checker after {_POSTS_OF_MONTHS:,} posts, fifteen at a time",
            on="training hands, as the daemon judges, this machine",
            value=later(),
            unit=" MB",
            floor=120,
        ),
    ]


def largest_change(judge: Judge, context: Context) -> float:
    """Return the largest change of any clause's score over all swaps and sentences."""
    largest = 0.0
    for members in bundled_swaps().classes.values():
        for sentence in SENTENCES:
            scores = [judge.judge(_material(sentence.format(m)), context).scores for m in members]
            for one, other in pairwise(scores):
                for clause in {*one, *other}:
                    largest = max(largest, abs(one.get(clause, 0.0) - other.get(clause, 0.0)))
    return largest


def speed() -> list[tuple[float, float]]:
    """Return mean lengths of posts, each with posts a second on one core's own time."""
    lines = _said(_SPEED).splitlines()
    return [(float(length), float(rate)) for length, rate in map(str.split, lines)]


def start(*, runs: int = 3) -> tuple[float, float]:
    """Return seconds of processor time and megabytes that a new checker takes; medians."""
    said = [
        subprocess.run(
            [sys.executable, "-P", "-c", _START], check=True, capture_output=True, text=True
        ).stdout.split()
        for _ in range(runs)
    ]
    return median(float(one[0]) for one in said), median(float(one[1]) for one in said)


def later(*, count: int = _POSTS_OF_MONTHS) -> float:
    """Return the megabytes that a checker has after so many posts, judged as a daemon does."""
    return float(_said(_MONTHS, str(count)))


def _said(code: str, *given: str) -> str:
    """Return what a new process prints."""
    return subprocess.run(
        [sys.executable, "-c", code, *given], check=True, capture_output=True, text=True
    ).stdout


def _material(text: str) -> Material:
    return Material(words=Words(text=text, own_length=len(text)))
