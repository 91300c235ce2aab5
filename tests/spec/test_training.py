"""Training is deterministic: the same texts give the same table, byte for byte."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from monitor.checks.table import load_table, unpacked
from monitor.checks.training.build import train
from monitor.checks.training.sources import (
    EMOJI,
    FILES,
    HATEFUL,
    LATER_HANDS,
    MESSAGES,
    TRAINING_HANDS,
)
from monitor.checks.training.topics import TOPICS
from tests.spec.test_council_posts import FOLDER, rows

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 80


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Write stand-ins for the sets and a short folder of posts; none holds a real set's text."""
    texts = [f"text {number} about the {'rotten' if number % 2 else 'lovely'} fete" for number in
             range(COUNT)]  # fmt: skip
    for name in (*HATEFUL, MESSAGES, "ordinary.jsonl"):
        lines = [json.dumps({"text": text, "label": at % 2}) for at, text in enumerate(texts)]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    with (tmp_path / EMOJI).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label_gold"))
        writer.writerows((f"{text} 😀", at % 2) for at, text in enumerate(texts))
    (tmp_path / "council-posts").mkdir()
    for hand in (*TRAINING_HANDS, *LATER_HANDS):
        some = [json.dumps(row) for row in rows(hand)[::12]]
        name = FILES.get(hand, f"{hand}.jsonl")
        (tmp_path / "council-posts" / name).write_text("\n".join(some), encoding="utf-8")
    lines = (
        (FOLDER.parent / "window-posts" / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    )
    (tmp_path / "window-posts").mkdir()
    (tmp_path / "window-posts" / "posts.jsonl").write_text("\n".join(lines[::12]), encoding="utf-8")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("afresh", [False, True])
def test_twice_the_same_bytes(small: Path, *, afresh: bool) -> None:
    """Two runs write the same two files, and what they wrote loads.

    Its n-grams are among those of the table that stands, unless they are chosen anew.
    """
    assert (FOLDER / "b.jsonl").exists()
    written = []
    for name in ("first", "second"):
        out = small / "made" / name
        given = small / "ordinary.jsonl"
        list(train(sets=small, ordinary=given, posts=small, out=out, afresh=afresh))
        written.append([(out / part).read_bytes() for part in ("posts.gz", "posts.toml")])
    assert written[0] == written[1]
    assert set(load_table(small / "made" / "first").thresholds) == {topic.topic for topic in TOPICS}
    standing = files("monitor.checks.tables").joinpath("posts.gz").read_bytes()
    names, stood = (set(unpacked(block, len(TOPICS)).names) for block in (written[0][0], standing))
    assert (names <= stood) is not afresh
