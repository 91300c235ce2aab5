"""The texts that tables are trained on: named sets from a folder, and the published posts.

The sets with hateful texts are read where they lie and never copied: nothing of them enters
the project but the weights of n-grams that at least five of their texts share.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HATEFUL = ("dyn21_en_train.jsonl", "ken20_en_train.jsonl", "edos_train.jsonl")
HATEFUL_SOURCES = ("dyn21", "ken20", "edos", "hatemoji")
EMOJI = "hatemojibuild_train.csv"
MESSAGES = "sms_spam.jsonl"
_NARROWED_BY = (
    *("ai", "aj", "ak", "al", "am", "an"),
    *("as", "at", "au", "av", "aw", "ax", "ay"),
    *("ba", "bb", "bc", "bd", "be", "bf"),
)
_LATER_NARROWED_BY = (
    *("dn", "do", "dp", "dq", "dr", "ds", "dt", "du", "dv", "dx", "dy", "dz"),
    "ea",
)
EARLIER_HANDS = (
    *"abcdf",
    *"hijklmn",
    *"opqst",
    *"uvxz",
    *("aa", "ab", "ad", "ae", "af", "ag", "ah"),
    *_NARROWED_BY,
    *("bg", "bh", "bi", "bj", "bk", "bl", "bm"),
    *("bo", "bp", "bq", "br", "bs", "bt", "bu"),
)
"""The tables in ``datasets/earlier-tables`` were trained with these."""
TRAINING_HANDS = (
    *EARLIER_HANDS,
    *("bv", "bw", "bx", "by", "bz"),
    *("ca", "cb", "cc", "cd", "ce", "cf", "cg", "ch", "ci", "cj", "ck", "cl"),
    *("cm", "cn", "co", "cp", "cq", "cr", "cs", "ct", "cu", "cv", "cw", "cx", "cz"),
    *("da", "db", "dc", "dd", "de", "df", "dg", "dh", "di", "dj", "dk", "dl", "dm"),
    *_LATER_NARROWED_BY,
    *("eb", "ec", "ed", "ee", "ef", "eh", "ei", "ej"),
)
UNSEEN_EARLIER = frozenset(f"hand-{hand}" for hand in TRAINING_HANDS if hand not in EARLIER_HANDS)
"""Whose posts those tables never saw."""
TEST_HANDS = ("e", "g")
LATER_TEST_HANDS = ("y",)
"""Written after the others had been looked at for choosing what the table is fitted with."""
NEWEST_TEST_HANDS = ("ao", "ap", "aq", "ar")
"""Written after those, four times as many posts; some rules were narrowed by counts on them, and
settings under which their figures fell were dropped."""
FRESH_TEST_HANDS = ("az",)
"""Written after all of them, all clauses; settings under which its figures fell were dropped."""
UNSEEN_TEST_HANDS = ("bn",)
"""Written after those, all clauses; settings under which its figures fell were dropped."""
UNTIDY_TEST_HANDS = ("cy",)
"""Written after those, as untidily as people type, all clauses; nothing was
chosen with it in view."""
PLAIN_TEST_HANDS = ("dw",)
"""Written after those, in plain words, all clauses; nothing was chosen with it in view."""
TOPIC_TEST_HAND = "r"
"""Only measures too: party politics and abuse, and harmless posts like them."""
SEEN_BY_RULES = frozenset(
    {
        *("hand-a", "hand-b", "hand-c", "hand-d", "hand-f", "hand-w-early"),
        *(f"hand-{hand}" for hand in (*_NARROWED_BY, *_LATER_NARROWED_BY)),
    }
)
"""Hands that rules were widened or narrowed with: what rules find in them says nothing of other
posts."""
WINDOW_TESTS = {
    "-unseen": frozenset({"twelfth", "sixteenth"}),
    "-unseen-later": frozenset({"twenty-first"}),
    "-unseen-last": frozenset({"twenty-sixth"}),
}
"""Parts of the window's posts that only measure, by the ending of their rows' keys.

Settings were chosen with the earlier ones in view; what made a figure of any of them fall, the
last one too, was dropped.
"""
WINDOW_TEST = frozenset().union(*WINDOW_TESTS.values())
TRAINED_ON = frozenset(
    {
        *("thirteenth", "fourteenth", "fifteenth"),
        *("seventeenth", "eighteenth", "nineteenth", "twentieth"),
        *("twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth"),
        *("twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth"),
    }
)
"""Parts that tables are trained with, and no rule was widened with."""
WIDENED_WITH = frozenset(
    {
        *("first", "second", "third", "fourth", "fifth", "sixth"),
        *("seventh", "eighth", "ninth", "tenth", "eleventh"),
    }
)
"""Parts that rules were widened with, and tables are trained with."""
FILES = {"a": "second-hand.jsonl"}
QUIET = "quiet"
NEAR = "near"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text with its label.

    Attributes:
        text: As written.
        source: The set's short name, or ``hand-`` and the hand.
        label: True: it breaches (for a hateful set: it is hateful; for messages: it is spam).
        clause: Which clause; ``quiet`` or empty for none.
        kind: Of account; empty outside the posts.
        level: Of difficulty; empty outside the posts.
        window: It was written as inside an election window.
        about: The clause that it breaches, or nearly does; empty outside the posts.
    """

    text: str
    source: str
    label: bool
    clause: str = ""
    kind: str = ""
    level: str = ""
    window: bool = False
    about: str = ""


def posts(folder: Path, hands: tuple[str, ...]) -> Iterator[Text]:
    """Read the published posts of some hands, in the files' order.

    Args:
        folder: ``datasets/council-posts``.
        hands: Which.
    """
    for hand in hands:
        for row in _lines(folder / FILES.get(hand, f"{hand}.jsonl")):
            yield Text(
                text=row["text"],
                source=f"hand-{hand}",
                label=row["expect"] != QUIET,
                clause=row["expect"],
                kind=row["kind"],
                level=row["level"],
                window=bool(row.get("window", row["about"] == "freeze")),
                about=row["about"],
            )


def window_posts(folder: Path) -> Iterator[Text]:
    """Read the published posts of an election window, without the parts that only measure.

    Args:
        folder: ``datasets/window-posts``.
    """
    for row in _lines(folder / "posts.jsonl"):
        if row["part"] in WINDOW_TEST:
            continue
        words = [row["text"], *(row[extra] for extra in ("alt", "referenced") if row.get(extra))]
        part = row["part"] if row["part"] in TRAINED_ON else "early"
        yield Text(
            text="\n".join(words),
            source=f"hand-w-{part}",
            label=row["expect"] != QUIET,
            clause=row["expect"],
            kind=row["kind"],
            level=row["level"],
            window=True,
            about="freeze",
        )


def hateful(folder: Path, *, most: int | None = None) -> Iterator[Text]:
    """Read the sets of hateful and harmless texts that may be trained on.

    Args:
        folder: Where they lie.
        most: Only the first so many of each set; None: all.
    """
    for name in HATEFUL:
        short = name.split("_")[0]
        for row in _lines(folder / name, most):
            yield Text(text=row["text"], source=short, label=bool(row["label"]))
    with (folder / EMOJI).open(encoding="utf-8", newline="") as file:
        for number, cells in enumerate(csv.DictReader(file)):
            if most is not None and number >= most:
                break
            yield Text(text=cells["text"], source="hatemoji", label=cells["label_gold"] == "1")


def messages(folder: Path, *, most: int | None = None) -> Iterator[Text]:
    """Read the short messages; those with a label are spam."""
    for row in _lines(folder / MESSAGES, most):
        yield Text(text=row["text"], source="sms", label=bool(row["label"]))


def _lines(path: Path, most: int | None = None) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            if most is not None and number >= most:
                return
            yield json.loads(line)
