"""Training is deterministic: the same texts give the same table, byte for byte."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.checks import tables
from monitor.checks.table import load_table
from monitor.checks.training.build import EARLIER, train
from monitor.checks.training.shipped import earlier
from monitor.checks.training.sources import (
    EMOJI,
    FILES,
    HATEFUL,
    MESSAGES,
    TRAINING_HANDS,
)
from monitor.checks.training.topics import TOPICS
from tests.spec.test_council_posts import FOLDER, rows

if TYPE_CHECKING:
    from monitor.checks.training.topics import Topic

COUNT = 80
BUNDLED = Path(tables.__file__).parent


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
    for hand in TRAINING_HANDS:
        some = [json.dumps(row) for row in rows(hand)[::12]]
        name = FILES.get(hand, f"{hand}.jsonl")
        (tmp_path / "council-posts" / name).write_text("\n".join(some), encoding="utf-8")
    lines = (
        (FOLDER.parent / "window-posts" / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    )
    (tmp_path / "window-posts").mkdir()
    (tmp_path / "window-posts" / "posts.jsonl").write_text("\n".join(lines[::12]), encoding="utf-8")
    shutil.copytree(FOLDER.parent / EARLIER, tmp_path / EARLIER)
    return tmp_path


@pytest.mark.slow
def test_twice_the_same_bytes(small: Path) -> None:
    """Two runs write the same two files, and what they wrote loads."""
    assert (FOLDER / "b.jsonl").exists()
    written = []
    for name in ("first", "second"):
        out = small / "made" / name
        given = small / "ordinary.jsonl"
        list(train(sets=small, ordinary=given, posts=small, out=out))
        written.append([(out / part).read_bytes() for part in ("posts.gz", "posts.toml")])
    assert written[0] == written[1]
    assert set(load_table(small / "made" / "first").thresholds) == {topic.topic for topic in TOPICS}


STAYS = [topic for topic in TOPICS if topic.stays]


@pytest.mark.parametrize("topic", STAYS, ids=[topic.topic for topic in STAYS])
def test_what_stays_weighs_what_it_weighed(topic: Topic) -> None:
    """The bundled table has an earlier topic's every weight, its curve and its thresholds."""
    before, now = (earlier(one, topic, TOPICS) for one in (FOLDER.parent / EARLIER, BUNDLED))
    assert now.codes == before.codes
    assert now.entry == {**before.entry, "doubt": topic.doubt}


def test_a_damaged_earlier_table_is_an_error(tmp_path: Path) -> None:
    """Training stops at it: weights of another table would pass for what was known."""
    folder = shutil.copytree(FOLDER.parent / EARLIER, tmp_path / EARLIER)
    (folder / "posts.gz").write_bytes((BUNDLED / "posts.gz").read_bytes())
    with pytest.raises(ValueError, match="hash"):
        earlier(folder, TOPICS[0], TOPICS)


def test_a_topic_with_a_share_of_what_is_common_cannot_stay() -> None:
    """That column is fitted anew, so the topic would be another one."""
    abuse = next(topic for topic in TOPICS if topic.topic == "abuse")
    with pytest.raises(ValueError, match="abuse cannot stay"):
        earlier(FOLDER.parent / EARLIER, abuse, TOPICS).over(["idiot"])
