"""How fast `check` judges, and beside it three plainer ways, in the same run.

A plain loop of `re` over the same rules' words and patterns; better-profanity, an off-the-shelf
list of words; and the same table of n-grams looked up in plain Python.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from importlib.resources import files
from statistics import median
from typing import TYPE_CHECKING

import psutil
from better_profanity import profanity

from benchmarks import long_texts
from benchmarks.posts import ABOUT_200, posts
from config.policy import load_policy
from config.rules import load_rules
from monitor.checks.base import Context, Material
from monitor.checks.grams import bundled_swaps, grams, laid_out
from monitor.checks.judge import Judge
from monitor.checks.table import bundled_model, unpacked
from monitor.checks.weighing import worth
from monitor.thrift import settle
from storage.values import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from config.rules import RuleData

_POLICY = "elstree-borehamwood-2017"


def measure(
    *,
    count: int = 10_000,
    runs: int = 3,
    plain_count: int = 200,
    table_count: int = 2_000,
    listed_count: int = 100,
) -> dict[str, float]:
    """Measure judging and the plain loop in one run, on one core.

    Args:
        count: Posts judged in each run.
        runs: Runs; medians are returned.
        plain_count: Posts that the plain loop reads; it is too slow for all.
        table_count: Posts that the table alone scores.
        listed_count: Posts that better-profanity reads; it is slower still.

    Returns:
        ``posts``, ``characters`` (mean), ``rules``, ``start_s`` (load and compile),
        ``start_mb`` (memory it takes), ``posts_per_s`` with all layers, ``longer_characters`` and
        ``longer_posts_per_s`` (the same of longer posts), ``plain_re_posts_per_s``,
        ``listed_posts_per_s`` (better-profanity),
        ``table_posts_per_s`` (the scored table alone), ``plain_table_posts_per_s``
        (the same n-grams looked up in plain Python),
        ``findings``, ``hostile_ms``, ``written_ms`` and ``first_ms`` (see `long_texts`).
    """
    memory = psutil.Process().memory_info().rss
    began = time.process_time()
    policy = load_policy(_POLICY)
    rules = load_rules(policy=policy)
    model = bundled_model()
    judge = Judge(policy, rules, models=(model,))
    start_s = time.process_time() - began
    start_mb = (psutil.Process().memory_info().rss - memory) / 1e6
    settle()  # as the daemon does once it has started
    texts, longer = posts(count, enough=ABOUT_200), posts(count)
    context = Context(as_of=datetime(2026, 1, 1, tzinfo=UTC))
    findings = 0

    def judging(texts: Sequence[str]) -> Callable[[], None]:
        materials = [_material(text) for text in texts]

        def judged() -> None:
            nonlocal findings
            findings = sum(len(judge.judge(material, context).findings) for material in materials)

        return judged

    plain = _plain(rules)

    def looped() -> None:
        for text in texts[:plain_count]:
            lower = text.lower()
            for pattern in plain:
                pattern.search(lower)

    listed = _listed(texts[:listed_count])
    scorer, normals = model.scorer, [judge.normalised(text) for text in texts[:table_count]]

    def scored() -> None:
        for normal in normals:
            scorer.score(normal)

    table = _plain_table()

    def counted() -> None:
        for normal in normals:
            laid = laid_out(normal.text, bundled_swaps())
            found = [table[name] for name in grams(laid) if name in table]
            _ = [sum(column) for column in zip(*found, strict=True)]

    longest = long_texts.measure(judge, context)
    return {
        "posts": count,
        "characters": round(sum(map(len, texts)) / count),
        "rules": len(rules),
        "start_s": round(start_s, 3),
        "start_mb": round(start_mb, 1),
        "longer_characters": round(sum(map(len, longer)) / count),
        "longer_posts_per_s": round(count / _median_s(judging(longer), runs)),
        "posts_per_s": round(count / _median_s(judging(texts), runs)),
        "plain_re_posts_per_s": round(plain_count / _median_s(looped, runs)),
        "listed_posts_per_s": round(listed_count / _median_s(listed, runs)),
        "table_posts_per_s": round(table_count / _median_s(scored, runs)),
        "plain_table_posts_per_s": round(table_count / _median_s(counted, runs)),
        "findings": findings,
        "hostile_ms": round(longest.hostile, 1),
        "written_ms": round(longest.written, 1),
        "first_ms": round(longest.first, 1),
    }


def _median_s(work: Callable[[], None], runs: int) -> float:
    times = []
    for _ in range(runs):
        began = time.process_time()  # one core's own time: neighbours do not count
        work()
        times.append(time.process_time() - began)
    return median(times)


def _material(text: str) -> Material:
    return Material(words=Words(text=text, own_length=len(text)))


def _listed(texts: Sequence[str]) -> Callable[[], None]:
    """Return the reading of texts by an off-the-shelf list of words."""
    profanity.load_censor_words()

    def read() -> None:
        for text in texts:
            profanity.contains_profanity(text)

    return read


def _plain_table() -> dict[str, tuple[int, ...]]:
    """Return the bundled n-grams with what they weigh, as one would without an automaton."""
    block = files("monitor.checks.tables").joinpath("posts.gz").read_bytes()
    weights = unpacked(block, len(bundled_model().thresholds))
    rows = zip(*weights.by_topic, strict=True)
    return {name: tuple(map(worth, row)) for name, row in zip(weights.names, rows, strict=True)}


def _plain(rules: Sequence[RuleData]) -> list[re.Pattern[str]]:
    """Compile every term and pattern of every group as one would without this engine."""
    compiled = []
    for rule in rules:
        for group in rule.need:
            for term in group.terms:
                ending = r"\w*" if term.endswith("*") else r"(?!\w)"
                compiled.append(
                    re.compile(rf"(?<!\w){re.escape(term.rstrip('*').lower())}{ending}")
                )
            compiled += [re.compile(pattern) for pattern in group.patterns]
    return compiled


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:22} {value:>12,}")
