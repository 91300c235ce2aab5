"""The mails, word for word and tag for tag, as files that a person can read.

After a wanted change of words or looks: ``WRITE_GOLDEN=1 pytest tests/unit/alerts/test_golden.py``
writes them again; read the difference before committing it.
"""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest

from tests.unit.alerts.letters import SHOWN

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", sorted(SHOWN))
@pytest.mark.parametrize("part", ["txt", "html"])
def test_each_part_of_a_mail_is_as_reviewed(name: str, part: str) -> None:
    """Subject, text and HTML of each mail are exactly those that were read and agreed."""
    shown = SHOWN[name]
    said = f"Subject: {shown.subject}\n\n{shown.text}" if part == "txt" else shown.html + "\n"
    file = GOLDEN / f"{name}.{part}"
    if os.environ.get("WRITE_GOLDEN"):
        file.write_text(said, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == said


def test_no_golden_file_is_left_over() -> None:
    """Every golden file belongs to a mail that is still built."""
    expected = {f"{name}.{part}" for name in SHOWN for part in ("txt", "html")}
    assert {file.name for file in GOLDEN.iterdir()} == expected


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_text_and_html_say_the_same(name: str) -> None:
    """Read as bare words, one part holds what the other holds."""
    shown = SHOWN[name]
    text = sorted(_words(shown.text))
    body = shown.html.partition('<p class="kicker soft">')[2].partition("</p>")[2]
    html = sorted(
        _words(unescape(re.sub(r"<[^>]*>", "", re.sub(r"<(br|/p|/h\d|/li)[^>]*>", " ", body))))
    )
    assert html == text


def _words(text: str) -> set[str]:
    """Return the words of a text without what only lays them out: numbering, quotes, case."""
    layout = {"case", "urgent", "i", "am", "it", "is", "a"}
    found = {word.casefold() for word in re.findall(r"[^\W_]+", text)}
    return {word for word in found if not word.isdigit()} - layout
