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
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import personal
from benchmarks.bounds import Bound, bounds
from benchmarks.rows import Row
from benchmarks.window_rows import of_window
from config.policy import load_policy
from config.rules import load_rules
from config.types import Kind, Severity, TopicId
from monitor.checks.base import Context, Material
from monitor.checks.judge import Judge
from monitor.checks.normalise import Normaliser
from monitor.checks.table import bundled_model
from monitor.checks.training.sources import (
    FRESH_TEST_HANDS,
    LATER_TEST_HANDS,
    LATER_UNTRAINED_HANDS,
    NEWEST_TEST_HANDS,
    PLAIN_TEST_HANDS,
    QUIET,
    TEST_HANDS,
    TOPIC_TEST_HAND,
    UNSEEN_TEST_HANDS,
    UNTIDY_TEST_HANDS,
    UNTRAINED_HANDS,
    Text,
    posts,
)
from monitor.checks.vocabulary import lexicon_of
from storage.values import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

POLICY = "elstree-borehamwood-2017"
HERE = Path(__file__).parents[1]
POSTS = HERE / "datasets" / "council-posts"
REACHED = HERE / "datasets" / "quality-floor.toml"
PAGE = HERE / "docs" / "quality.md"
ORDINARY = "civic_negatives_dev.jsonl"
MANIFESTOS = "political_manifestos_dev.jsonl"
PRESIDIO = "pii_presidio_generated_large.jsonl"
PUBLISHED = frozenset({"CREDIT_CARD", "IBAN_CODE"})
HATEFUL = ("dyn21_en_dev.jsonl", "ken20_en_dev.jsonl", "edos_dev.jsonl")
LEVELS = {"blatant": 0.70, "ordinary": 0.45, "subtle": 0.20}
AIMS = {"blatant": 0.95, "ordinary": 0.80, "subtle": 0.50}
_CONTEXT = Context(
    as_of=datetime(2026, 1, 1, tzinfo=UTC), council="Elstree and Borehamwood Town Council"
)

_Tried = tuple[Text, frozenset[str]]
"""A text, and the clauses under which a case would open."""


def judge_with(*, tables: bool = True) -> Judge:
    """Return the bundled judge, with its tables or with the rules alone."""
    policy = load_policy(POLICY)
    rules = load_rules(policy=policy)
    return Judge(policy, rules, models=(bundled_model(),) if tables else ())


def flagged(judge: Judge, text: Text) -> frozenset[str]:
    """Return the clauses under which a case would open."""
    words = Words(text=text.text, own_length=len(text.text))
    material = Material(words=words, kind=Kind(text.kind or "council"))
    judged, in_window = judge.examine(material, _CONTEXT)
    found = (*judged.findings, *(in_window if text.window else ()))
    return frozenset(one.clause for one in found if one.severity is not Severity.NOTE)


def of_hands(
    judge: Judge, hands: tuple[str, ...] = TEST_HANDS, *, ending: str = "", on: str = ""
) -> list[Row]:
    """Return the rows that are measured on hands: no other set is needed.

    Args:
        judge: What judges.
        hands: Which hands.
        ending: Of the rows' keys.
        on: What the hands are called; empty: test hands, by their letters.
    """
    named = on or f"test hand{'s' * (len(hands) > 1)} {_listed(hands)}"
    tried = [(text, flagged(judge, text)) for text in posts(POSTS, hands)]
    return [
        *(_found(tried, level, on=named, ending=ending) for level in LEVELS),
        _false(tried, "near", "near-misses flagged", on=named, ending=ending),
        _false(tried, "ordinary-quiet", "ordinary, flagged", on=named, ending=ending),
        _plain_abuse(tried, on=named, ending=ending),
    ]


def _listed(hands: tuple[str, ...]) -> str:
    return " and ".join(filter(None, [", ".join(hands[:-1]), hands[-1]]))


def _found(tried: Sequence[_Tried], level: str, *, on: str, ending: str) -> Row:
    hits = [text.clause in clauses for text, clauses in tried if text.level == level]
    return Row(
        key=f"breaches-{level}{ending}",
        what=f"written breaches found under the right clause, {level}",
        on=on,
        hits=sum(hits),
        size=len(hits),
        floor=LEVELS[level],
        aim=AIMS[level],
    )


def _false(tried: Sequence[_Tried], level: str, what: str, *, on: str, ending: str) -> Row:
    false = [bool(clauses) for text, clauses in tried if text.level == level]
    return Row(
        key=f"{level}{ending}",
        what=what,
        on=on,
        hits=sum(false),
        size=len(false),
        floor=0.03,
        aim=0.005,
        is_most=True,
    )


def _plain_abuse(tried: Sequence[_Tried], *, on: str, ending: str) -> Row:
    hits = ["terms.2" in clauses for text, clauses in tried if text.clause == "terms.2"]
    return Row(
        key=f"plain-abuse{ending}",
        what="plain abuse found as terms.2",
        on=f"terms.2 of {on}",
        hits=sum(hits),
        size=len(hits),
        floor=0.80,
        aim=0.95,
    )


def of_topics(judge: Judge) -> list[Row]:
    """Return the rows on the hand that wrote only politicians' posts, abuse, and their like."""
    texts = list(posts(POSTS, (TOPIC_TEST_HAND,)))
    rows = []
    for key, clause, what in (
        ("politicians", "terms.5", "partisan posts as politicians write them, found"),
        ("abuse-posts", "terms.2", "abusive posts, most without slurs, found"),
    ):
        hits = [clause in flagged(judge, text) for text in texts if text.clause == clause]
        rows.append(
            Row(
                key=key,
                what=what,
                on=f"test hand {TOPIC_TEST_HAND}",
                hits=sum(hits),
                size=len(hits),
                floor=0.80,
                aim=0.95,
            )
        )
    false = [bool(flagged(judge, text)) for text in texts if text.clause == QUIET]
    rows.append(
        Row(
            key="topics-near",
            what="near-misses of both flagged",
            on=f"test hand {TOPIC_TEST_HAND}",
            hits=sum(false),
            size=len(false),
            floor=0.03,
            aim=0.005,
            is_most=True,
        )
    )
    return rows


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
    for kind in PUBLISHED:
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
    judged = judge.judge(Material(words=words), _CONTEXT)
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
        *of_hands(
            judge,
            UNTRAINED_HANDS,
            ending="-untrained-hands",
            on=f"{len(UNTRAINED_HANDS)} hands that no table was trained with yet, bv to dm but cy",
        ),
        *of_hands(
            judge,
            LATER_UNTRAINED_HANDS,
            ending="-later-untrained-hands",
            on=f"{len(LATER_UNTRAINED_HANDS)} more such hands, dn to ea but dw",
        ),
        *of_topics(judge),
        *of_window(judge, _read(sets, ORDINARY), on=ORDINARY),
        *of_personal_data(judge, sets),
        *bounds(judge, _CONTEXT),
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
