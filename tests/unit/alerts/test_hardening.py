"""Hostile text in mails: nothing invisible or commanding is left, everything visible is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.hardening import hidden_count, inert, one_line, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("\x9b31mred", "red"),
        ("bell\x07 back\x08 nul\x00", "bell back nul"),
        ("\u202egro.elpmaxe\u202c", "gro.elpmaxe"),
        ("a\u2066b\u2069\u200e\u061cc", "abc"),
        ("V\u200bo\u2060t\ufeffe", "Vote"),
        ("soft\u00adhyphen", "softhyphen"),
        ("one\r\ntwo\rthree\u2028four\x85five\x0bsix", "one\ntwo\nthree\nfour\nfive\nsix"),
        ("a\tb", "a b"),
        ("lone \udce9 surrogate", "lone  surrogate"),
        ("tag\U000e0041\U000e007fs", "tags"),
    ],
)
def test_what_a_reader_cannot_see_is_left_out(text: str, expected: str) -> None:
    """Escape sequences, overrides, zero-width and control characters are gone."""
    assert plain(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Café, naïve, Ełk, Ω, 日本語, עברית, العربية",
        "👩\u200d👩\u200d👧\u200d👦 and 🏳️\u200d🌈 and 👩🏽\u200d🚒 and 🤷\u200d♀️",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f England",
        "❤️ 1️⃣ “quotes” \u2013 dashes … €5 ½ <b>&amp;</b>",
        "a\u0301\u0323",
    ],
)
def test_what_a_reader_sees_stays_exact(text: str) -> None:
    """Letters of any script, emoji with joiners, the flag of England, markup as words."""
    assert plain(text) == text


def test_marks_piled_on_a_letter_are_bounded() -> None:
    """No letter carries so many marks that they cover the lines around it."""
    assert plain("Z" + "\u0337" * 50 + "a") == "Z" + "\u0337" * 4 + "a"


@given(st.text())
def test_hardening_twice_changes_nothing_more(text: str) -> None:
    """What is plain stays as it is, and nothing invisible is left."""
    once = plain(text)
    assert plain(once) == once
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in once.replace("\n", ""))


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    """No text makes a second line, whatever its line ends are, nor a long one."""
    said = one_line(text, most=40)
    assert said.splitlines() in ([], [said])
    assert len(said) <= 40


@given(st.text(alphabet="ab \x1b[31m\u200b\r\n\u202e", max_size=30))
def test_hidden_characters_are_counted(text: str) -> None:
    """The count is zero exactly when nothing but line ends was changed."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    assert (hidden_count(text) == 0) == (plain(text) == unified)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.facebook.com/12/posts/34", "facebook.com/12/posts/34"),
        ("https://x.com/i/status/1?s=20#top", "x.com/i/status/1?s=20"),
        ("http://127.0.0.1:8701/post/1/", "127.0.0.1:8701/post/1"),
        ("https://facebook.com@evil.example/x", "evil.example/x"),
        ("https://f\u0430cebook.com/x", "xn--fcebook-2fg.com/x"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://", ""),
        ("https://[::1/x", ""),
        ("https://a.example:99999/x", ""),
        ("", ""),
        ("https://a.example/\r\nBcc: x\u202e", "a.example/Bcc: x"),
    ],
)
def test_an_address_is_bare_words(url: str, expected: str) -> None:
    """No scheme, no user name, look-alike hosts in their ASCII form, nothing but http."""
    assert inert(url) == expected


def test_a_long_address_is_cut() -> None:
    """An address never fills the mail."""
    assert len(inert("https://a.example/" + "x" * 5000)) == 160


@given(st.text())
def test_no_address_crashes(url: str) -> None:
    """Any text may stand where an address is expected."""
    assert "\n" not in inert(url) + inert(f"https://{url}")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.just("\n")))
def test_plain_ascii_stays_as_it_is(text: str) -> None:
    """Nothing can be hidden in printable ASCII, so nothing of it is changed."""
    assert plain(text) == text
    # The long way round, with one character beyond ASCII, leaves the same words.
    assert plain(f"{text}é") == f"{text}é"
