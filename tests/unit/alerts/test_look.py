"""How the HTML behaves: inert, readable in light and dark, and still a text without styles."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from monitor.alerts.render import _environment, quoted, unlinked, wrapped
from tests.unit.alerts.letters import SHOWN

LAYOUT = "_layout.html.j2"
NAMES = sorted(SHOWN)


def palettes() -> list[dict[str, str]]:
    """Return the light and the dark palette of the layout."""
    layout: Any = _environment().get_template(LAYOUT).make_module({"mail": SHOWN_MAIL})
    return [layout.light, layout.dark]


SHOWN_MAIL = {"subject": "s", "council": "c", "date": "d"}


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_can_be_read() -> None:
    """Each ink has a contrast of at least 4.5 on each ground it can stand on, light and dark."""
    poor = [
        (ink, ground)
        for palette in palettes()
        for ink in ("ink", "soft", "accent", "alarm")
        for ground in ("sheet", "page", "well")
        if contrast(palette[ink], palette[ground]) < 4.5
    ]
    assert poor == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_mail_can_be_clicked_loaded_or_run(name: str) -> None:
    """No link, picture, form, script, frame or outside style, whatever posts contain."""
    tree = HTMLParser(SHOWN[name].html)
    forbidden = "a, img, script, form, iframe, object, embed, link, base, svg, input, video, b, i"
    assert tree.css(forbidden) == []
    attributes = {key for node in tree.css("*") for key in node.attributes}
    assert attributes <= {
        "lang", "charset", "name", "content", "class", "role", "width", "align",
        "cellpadding", "cellspacing", "border",
    }  # fmt: skip
    assert "url(" not in SHOWN[name].html


@pytest.mark.parametrize("name", NAMES)
def test_the_structure_can_be_heard(name: str) -> None:
    """British English, one first heading, and no level of heading left out."""
    tree = HTMLParser(SHOWN[name].html)
    levels = [int(str(node.tag)[1]) for node in tree.css("h1, h2, h3")]
    assert [node.attributes["lang"] for node in tree.css("html")] == ["en-GB"]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(table.attributes.get("role") == "presentation" for table in tree.css("table"))


@pytest.mark.parametrize("name", NAMES)
def test_the_mail_is_one_column_of_600_pixels(name: str) -> None:
    """Nothing is wider than 600 pixels, and a dark palette is there."""
    html = SHOWN[name].html
    assert "max-width: 600px" in html
    assert "prefers-color-scheme: dark" in html
    assert max(int(width) for width in re.findall(r'width="(\d+)"', html)) == 600


def test_hostile_words_stand_in_html_as_words() -> None:
    """Markup of a post is shown as it was written and does nothing."""
    html = SHOWN["hostile"].html
    quote = "".join(node.text() for node in HTMLParser(html).css("blockquote"))
    assert "<script>alert(1)</script>" in quote
    assert "{{ 7 * 7 }}" in quote
    assert "&amp;" in quote


@pytest.mark.parametrize("name", NAMES)
def test_no_part_holds_anything_invisible(name: str) -> None:
    """Neither part of any mail holds escape sequences, overrides or zero-width characters."""
    shown = SHOWN[name]
    said = shown.subject + shown.text + shown.html
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]", said) == []


@pytest.mark.parametrize("name", NAMES)
def test_text_lines_are_short_where_words_allow(name: str) -> None:
    """100 characters, unless a single word or a command is longer."""
    long = [line for line in SHOWN[name].text.split("\n") if len(line) > 100]
    assert [line for line in long if " " in line.strip() and "clerkwatch" not in line] == []


def test_an_address_is_broken_up_for_programmes_only() -> None:
    """Tags stand inside an address so that no programme links it; its words stay exact."""
    said = str(unlinked('See https://evil.example/<x> or a@b.example "now".'))
    assert "://" not in re.sub(r"<span>://</span>", "", said)
    assert unescape(re.sub(r"</?span>", "", said)) == (
        'See https://evil.example/<x> or a@b.example "now".'
    )


def test_a_quotation_keeps_its_lines() -> None:
    """Line ends of a post stay line ends; long lines are wrapped, long words are not cut."""
    said = quoted(("short", "", "w" * 90, "end"), "     ")
    assert said == '     "short\n\n      ' + "w" * 90 + '\n      end"'


def test_an_empty_paragraph_leaves_its_mark_only() -> None:
    """Nothing to say makes no line of blanks."""
    assert wrapped("", first="   ") == ""
