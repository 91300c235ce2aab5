"""Prints the goals' table row by row, writes ``docs/quality.md``, and fails below what was reached.

``make quality`` runs it with the sets of ``CLERKWATCH_SETS``, a folder; a set that is not there
prints "not measured here". The floors are of the goals; ``datasets/quality-floor.toml`` holds what
was reached, and only a figure below that makes the run fail.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.window import INSIDE, OUTSIDE, Post, frozen, opens_case
from benchmarks.window import posts as window_posts
from config.policy import load_policy
from config.rules import load_rules
from config.types import Kind, Severity, TopicId
from monitor.checks.base import Context, Material
from monitor.checks.judge import Judge
from monitor.checks.normalise import Normaliser
from monitor.checks.table import bundled_model
from monitor.checks.training.sources import QUIET, TEST_HANDS, Text, posts
from storage.values import Words

HERE = Path(__file__).parents[1]
POSTS = HERE / "datasets" / "council-posts"
REACHED = HERE / "datasets" / "quality-floor.toml"
PAGE = HERE / "docs" / "quality.md"
ORDINARY = "civic_negatives_dev.jsonl"
MANIFESTOS = "political_manifestos_dev.jsonl"
HATEFUL = ("dyn21_en_dev.jsonl", "ken20_en_dev.jsonl", "edos_dev.jsonl")
LEVELS = {"blatant": 0.70, "ordinary": 0.45, "subtle": 0.20}
AIMS = {"blatant": 0.95, "ordinary": 0.80, "subtle": 0.50}
_CONTEXT = Context(
    as_of=datetime(2026, 1, 1, tzinfo=UTC), council="Elstree and Borehamwood Town Council"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure.

    Attributes:
        key: Its name in the file of what was reached.
        what: The measure.
        on: The set.
        hits: Of ``size``; both 0: not measured here.
        size: How many were tried.
        floor: The goals' floor, as a share.
        aim: The goals' aim.
        is_most: The figure must not rise, rather than fall.
    """

    key: str
    what: str
    on: str
    hits: int = 0
    size: int = 0
    floor: float
    aim: float
    is_most: bool = False

    @property
    def share(self) -> float:
        """Return the figure."""
        return self.hits / self.size if self.size else math.nan

    def line(self) -> str:
        """Return the row of the table."""
        bound = "≤" if self.is_most else "≥"
        goal = f"{bound} {self.floor:.2%} | {bound} {self.aim:.2%}"
        if not self.size:
            return f"| {self.what} | {self.on} | | not measured here | | {goal} | |"
        low, high = interval(self.hits, self.size)
        met = self.share <= self.floor if self.is_most else self.share >= self.floor
        return (
            f"| {self.what} | {self.on} | {self.size:,} | {self.share:.2%} | "
            f"{low:.2%} to {high:.2%} | {goal} | {'reached' if met else '**not reached**'} |"
        )


def interval(hits: int, size: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    z = 1.959964
    share, spread = hits / size, z * z / size
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / size + spread / size / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def judge_with(*, tables: bool = True) -> Judge:
    """Return the bundled judge, with its tables or with the rules alone."""
    policy = load_policy("elstree-borehamwood-2017")
    rules = load_rules(policy=policy)
    return Judge(policy, rules, models=(bundled_model(),) if tables else ())


def flagged(judge: Judge, text: Text) -> frozenset[str]:
    """Return the clauses under which a case would open."""
    words = Words(text=text.text, own_length=len(text.text))
    material = Material(words=words, kind=Kind(text.kind or "council"))
    judged, in_window = judge.examine(material, _CONTEXT)
    found = (*judged.findings, *(in_window if text.window else ()))
    return frozenset(one.clause for one in found if one.severity is not Severity.NOTE)


def of_hands(judge: Judge) -> list[Row]:
    """Return the rows that are measured on the test hands: no other set is needed."""
    texts = list(posts(POSTS, TEST_HANDS))
    found = [flagged(judge, text) for text in texts]
    on = f"test hands {' and '.join(TEST_HANDS)}"
    rows = []
    for level, floor in LEVELS.items():
        hits = [
            text.clause in clauses
            for text, clauses in zip(texts, found, strict=True)
            if text.level == level
        ]
        rows.append(
            Row(
                key=f"breaches-{level}",
                what=f"written breaches found under the right clause, {level}",
                on=on,
                hits=sum(hits),
                size=len(hits),
                floor=floor,
                aim=AIMS[level],
            )
        )
    for level, what in (("near", "near-misses flagged"), ("ordinary-quiet", "ordinary, flagged")):
        false = [bool(c) for text, c in zip(texts, found, strict=True) if text.level == level]
        rows.append(
            Row(
                key=level,
                what=what,
                on=on,
                hits=sum(false),
                size=len(false),
                floor=0.03,
                aim=0.005,
                is_most=True,
            )
        )
    plain = [
        "terms.2" in clauses
        for text, clauses in zip(texts, found, strict=True)
        if text.clause == "terms.2"
    ]
    rows.append(
        Row(
            key="plain-abuse",
            what="plain abuse found as terms.2",
            on=f"terms.2 of {on}",
            hits=sum(plain),
            size=len(plain),
            floor=0.80,
            aim=0.95,
        )
    )
    return rows


def of_sets(judge: Judge, sets: Path | None) -> list[Row]:
    """Return the rows that need sets which are not in the project."""
    ordinary = _read(sets, ORDINARY)
    civic = [bool(flagged(judge, text)) for text in ordinary]
    rows = [
        Row(
            key="ordinary-posts",
            what="false alarms of all clauses on ordinary public-body posts",
            on=ORDINARY,
            hits=sum(civic),
            size=len(civic),
            floor=0.001,
            aim=0.0003,
            is_most=True,
        )
    ]
    rows += [_hateful_row(name, _read(sets, name), ordinary) for name in HATEFUL]
    partisan = ["terms.5" in flagged(judge, text) for text in _read(sets, MANIFESTOS)]
    rows.append(
        Row(
            key="partisan",
            what="sentences of manifestos found as terms.5 (in place of politicians' posts)",
            on=MANIFESTOS,
            hits=sum(partisan),
            size=len(partisan),
            floor=0.80,
            aim=0.95,
        )
    )
    rows += [
        Row(key=name.lower(), what="functional tests", on=name, floor=0.74, aim=0.80)
        for name in ("HateCheck", "HatemojiCheck")
    ]
    return rows


def _hateful_row(name: str, texts: list[Text], ordinary: list[Text]) -> Row:
    """Return the share found by the hate table where one ordinary post in 1,000 is flagged."""
    scores = sorted(map(_hate, ordinary), reverse=True)
    least = scores[len(scores) // 1000] if scores else 2.0
    hits = [_hate(text) > least for text in texts if text.label] if scores else []
    return Row(
        key=name.partition("_")[0],
        what="hateful texts found by the table at 1 false alarm in 1,000 ordinary posts",
        on=name,
        hits=sum(hits),
        size=len(hits),
        floor=0.90,
        aim=0.97,
    )


def _hate(text: Text) -> float:
    return bundled_model().scorer.score(Normaliser()(text.text))[TopicId("hate")].value


def _read(sets: Path | None, name: str) -> list[Text]:
    if sets is None or not (sets / name).exists():
        return []
    lines = (sets / name).read_text(encoding="utf-8").splitlines()
    return [
        Text(text=row["text"], source=name, label=row.get("label") not in {None, 0, ""})
        for row in map(json.loads, lines)
    ]


def of_window(judge: Judge, sets: Path | None) -> list[Row]:
    """Return the rows inside an election window, by the freeze's rules and all others."""
    written = window_posts()
    rows = []
    for key, expect, what in (
        ("window-breaches", "freeze", "must not be posted in a window: found by any rule"),
        ("window-allowed", "quiet", "allowed in a window: flagged by any rule"),
    ):
        hits = [opens_case(judge, post) for post in written if post.expect == expect]
        rows.append(
            Row(
                key=key,
                what=what,
                on="window-posts",
                hits=sum(hits),
                size=len(hits),
                floor=0.80 if expect == "freeze" else 0.05,
                aim=0.90 if expect == "freeze" else 0.02,
                is_most=expect == "quiet",
            )
        )
    ordinary = [
        Post(id="", part="", kind=Kind.COUNCIL, level="", expect="quiet", text=one.text)
        for one in _read(sets, ORDINARY)
    ]
    for key, at, where in (
        ("window-ordinary", INSIDE, "in a window: flagged by the freeze's rules"),
        ("window-outside", OUTSIDE, "and window-posts outside one: flagged by the freeze's rules"),
    ):
        tried = ordinary if at is INSIDE else [*ordinary, *written]
        hits = [bool(frozen(judge, post, at)) for post in tried]
        rows.append(
            Row(
                key=key,
                what=f"ordinary public-body posts {where}",
                on=ORDINARY,
                hits=sum(hits),
                size=len(hits),
                floor=0.01 if at is INSIDE else 0.0,
                aim=0.001 if at is INSIDE else 0.0,
                is_most=True,
            )
        )
    return rows


def fallen(rows: list[Row]) -> list[str]:
    """Return the figures that are worse than what was reached before."""
    reached = tomllib.loads(REACHED.read_text(encoding="utf-8"))
    said = []
    for row in rows:
        before = reached.get(row.key)
        if before is None or not row.size:
            continue
        worse = row.share > before + 1e-4 if row.is_most else row.share < before - 1e-4
        if worse:
            said.append(f"{row.key} is {row.share:.4f}, and was {before:.4f}")
    return said


def page(rows: list[Row], plain: list[Row]) -> str:
    """Return the page: the table, what the tables add to the rules, and some failures."""
    lines = [
        "# How good the judging is",
        "",
        "`make quality` writes this page. Intervals are Wilson's, 95 %. A floor that is not",
        "reached is said so. `monitor/checks/tables/README.md` says what the tables were made",
        "from, and `datasets/council-posts/README.md` how the posts were written.",
        "",
        "| measure | set | size | figure | 95 % | floor | aim | |",
        "|---|---|--:|--:|---|---|---|---|",
        *(row.line() for row in rows),
        "",
        "## What the tables add to the rules",
        "",
        "| measure, on the test hands | rules alone | with tables |",
        "|---|--:|--:|",
    ]
    with_tables = {row.key: row for row in rows}
    lines += [
        f"| {row.what} | {row.share:.1%} | {with_tables[row.key].share:.1%} |" for row in plain
    ]
    return "\n".join([*lines, "", "## Some that it fails on", "", *_failures(), ""])


def _failures(most: int = 6) -> list[str]:
    judge = judge_with()
    said: list[str] = []
    for text in posts(POSTS, TEST_HANDS):
        clauses = flagged(judge, text)
        is_wrong = bool(clauses) if text.clause == QUIET else text.clause not in clauses
        if is_wrong and text.level in {"blatant", "near"} and len(text.text) < 140:
            found = ", ".join(sorted(clauses)) or "nothing"
            shown = " ".join(text.text.split())
            said.append(f"- wanted {text.clause}, found {found}: “{shown}”")
    return said[:: max(1, len(said) // most)][:most]


def main() -> None:
    """Measure, write the page, and end with 1 if a figure has fallen."""
    folder = os.environ.get("CLERKWATCH_SETS")
    judge = judge_with()
    sets = Path(folder) if folder else None
    rows = [*of_sets(judge, sets), *of_hands(judge), *of_window(judge, sets)]
    written = page(rows, of_hands(judge_with(tables=False)))
    sys.stdout.write(written)
    if folder:
        PAGE.write_text(written, encoding="utf-8")
    worse = fallen(rows)
    for line in worse:
        sys.stderr.write(f"fallen: {line}\n")
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
