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
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import personal
from benchmarks.bounds import Bound, bounds
from benchmarks.hand_rows import CONTEXT, POSTS, flagged, of_hands, of_topics
from benchmarks.rows import Row
from benchmarks.window_rows import of_window
from config.policy import load_policy
from config.rules import load_rules
from config.types import Severity, TopicId
from monitor.checks.base import Material
from monitor.checks.judge import Judge
from monitor.checks.normalise import Normaliser
from monitor.checks.table import bundled_model
from monitor.checks.training.sources import (
    FRESH_TEST_HANDS,
    LATER_TEST_HANDS,
    NEWEST_TEST_HANDS,
    PLAIN_TEST_HANDS,
    QUIET,
    TEST_HANDS,
    UNSEEN_TEST_HANDS,
    UNTIDY_TEST_HANDS,
    Text,
    posts,
)
from monitor.checks.vocabulary import lexicon_of
from storage.values import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

POLICY = "elstree-borehamwood-2017"
HERE = Path(__file__).parents[1]
REACHED = HERE / "datasets" / "quality-floor.toml"
PAGE = HERE / "docs" / "quality.md"
ORDINARY = "civic_negatives_dev.jsonl"
MANIFESTOS = "political_manifestos_dev.jsonl"
PRESIDIO = "pii_presidio_generated_large.jsonl"
PUBLISHED = frozenset({"CREDIT_CARD", "IBAN_CODE"})
HATEFUL = ("dyn21_en_dev.jsonl", "ken20_en_dev.jsonl", "edos_dev.jsonl")


def judge_with(*, tables: bool = True) -> Judge:
    """Return the bundled judge, with its tables or with the rules alone."""
    policy = load_policy(POLICY)
    rules = load_rules(policy=policy)
    return Judge(policy, rules, models=(bundled_model(),) if tables else ())


def of_sets(judge: Judge, sets: Path | None) -> list[Row]:
    """Return the rows that need sets which are not in the project."""
    ordinary = _read(sets, ORDINARY)
    unseen = ordinary[1::2]  # thresholds were chosen by the other half
    civic = [bool(flagged(judge, text)) for text in unseen]
    rows = [
        Row(
            key="ordinary-posts",
            what="false alarms of all clauses on ordinary public-body posts",
            on=f"{ORDINARY}, the half that no threshold was chosen by",
            hits=sum(civic),
            size=len(civic),
            floor=0.001,
            aim=0.0003,
            is_most=True,
        )
    ]
    in_window = [bool(flagged(judge, replace(text, window=True))) for text in unseen]
    rows.append(
        Row(
            key="ordinary-in-window",
            what="the same inside an election window",
            on=f"{ORDINARY}, the same half",
            hits=sum(in_window),
            size=len(in_window),
            floor=0.01,
            aim=0.01,
            is_most=True,
        )
    )
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


def of_personal_data(judge: Judge, sets: Path | None) -> list[Row]:
    """Return a row for each kind of personal data: made-up numbers, then a published set."""
    found: dict[tuple[str, str], list[bool]] = {}
    for kind, text in personal.texts():
        found.setdefault((kind, "made-up, benchmarks/personal.py"), []).append(
            _is_personal(judge, text)
        )
    for kind in sorted(PUBLISHED):
        found[kind, PRESIDIO] = []
    if sets is not None and (sets / PRESIDIO).exists():
        for line in (sets / PRESIDIO).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            kinds = {span["entity_type"] for span in row["spans"]}
            for kind in PUBLISHED & kinds:
                found[kind, PRESIDIO].append(_is_personal(judge, row["text"]))
    return [
        Row(
            key=f"personal-{kind.lower().replace(' ', '-').replace('_', '-')}",
            what=f"personal data: {kind}",
            on=on,
            hits=sum(hits),
            size=len(hits),
            floor=0.95,
            aim=0.99,
        )
        for (kind, on), hits in found.items()
    ]


def _is_personal(judge: Judge, text: str) -> bool:
    words = Words(text=text, own_length=len(text))
    judged = judge.judge(Material(words=words), CONTEXT)
    return any(
        one.topic == "personal-data" and one.severity is not Severity.NOTE
        for one in judged.findings
    )


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
    return bundled_model().scorer.score(_plain()(text.text))[TopicId("hate")].value


@lru_cache(maxsize=1)
def _plain() -> Normaliser:
    """Return what makes texts plain as the judge does."""
    return Normaliser(lexicon_of(load_rules(policy=load_policy(POLICY))))


def _read(sets: Path | None, name: str) -> list[Text]:
    if sets is None or not (sets / name).exists():
        return []
    lines = (sets / name).read_text(encoding="utf-8").splitlines()
    return [
        Text(text=row["text"], source=name, label=row.get("label") not in {None, 0, ""})
        for row in map(json.loads, lines)
    ]


def fallen(rows: Sequence[Row | Bound]) -> list[str]:
    """Return the figures that are worse than what was reached before."""
    reached = tomllib.loads(REACHED.read_text(encoding="utf-8"))
    said = []
    for row in rows:
        before = reached.get(row.key)
        value = row.share if isinstance(row, Row) else row.value
        if before is None or math.isnan(value):
            continue
        worse = value > before + 1e-4 if row.is_most else value < before - 1e-4
        if worse:
            said.append(f"{row.key} is {value:.4f}, and was {before:.4f}")
    return said


def page(rows: Sequence[Row | Bound], plain: list[Row]) -> str:
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
    with_tables = {row.key: row for row in rows if isinstance(row, Row)}
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
    rows: list[Row | Bound] = [
        *of_sets(judge, sets),
        *of_hands(judge),
        *of_hands(judge, LATER_TEST_HANDS, ending="-later-hand"),
        *of_hands(judge, NEWEST_TEST_HANDS, ending="-newest-hands"),
        *of_hands(judge, FRESH_TEST_HANDS, ending="-fresh-hand"),
        *of_hands(judge, UNSEEN_TEST_HANDS, ending="-unseen-hand"),
        *of_hands(judge, UNTIDY_TEST_HANDS, ending="-untidy-hand"),
        *of_hands(judge, PLAIN_TEST_HANDS, ending="-plain-hand"),
        *of_topics(judge),
        *of_window(judge, _read(sets, ORDINARY), on=ORDINARY),
        *of_personal_data(judge, sets),
        *bounds(judge, CONTEXT),
    ]
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
