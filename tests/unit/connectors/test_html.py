"""HTML from strangers turned into words: exact, and bounded in time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import _html

SITE = "https://elm.example/news/"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("vote<b>Ash</b>today", "voteAshtoday"),
        ("<ul><li>One<li>Two</ul>tail", "One\nTwo\ntail"),
        ("<table><tr><td>a<td>b</table>", "a\nb"),
        ("Fish &amp; chips &#8217;n&#8217; &nbsp;", "Fish & chips \u2019n\u2019 \xa0"),
        ("<script>alert(1)</script>x<style>p{}</style><!-- note -->", "x"),
        ("<script>if (a<b) { x = '<p>'; }</SCRIPT >y<style>never closed", "y"),
        ("we say <b and " + "go " * 600, "we say <b and " + "go " * 599 + "go"),
        ("a\n   b\t c", "a b c"),
        ("e\u0301", "\xe9"),
        ("a\x00b\x07c\ud800d", "abc\ufffdd"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("<p>Bins <late again", "Bins <late again"),
        ("<div>" * 3000 + "deep", "deep"),
        ("", ""),
    ],
)
def test_words_are_read_as_a_reader_sees_them(markup: str, text: str) -> None:
    """One line a block, nothing that is not shown, entities resolved."""
    assert _html.read(markup).text == text


def test_descriptions_links_and_pictures_are_read_beside_the_words() -> None:
    """Only web addresses count as links; relative ones start from the page."""
    markup = (
        "<a href='../a' title='To the minutes'>a</a><a href='javascript:x()'>j</a>"
        "<a href='mailto:c@elm.example'>m</a><a href='//cdn.example/b'>b</a>"
        "<img src='/i.png' alt='The mayor&#39;s chain'><img src='data:image/png;base64,xx' alt=''>"
        "<button aria-label='Share'></button><a href='http://[bad'>x</a>"
    )
    prose = _html.read(markup, base=SITE)
    assert prose.links == ("https://elm.example/a", "https://cdn.example/b")
    assert prose.alts == ("To the minutes", "The mayor's chain", "Share")
    assert prose.pictures == ("https://elm.example/i.png",)


def test_phpbbs_statistics_are_left_out_and_other_figures_are_not() -> None:
    """Views and replies would make each visit look like an edit; a council's own stay."""
    forum = "<p>Words</p><p>Statistics: Posted by Ash — Replies 3 — Views 9</p><hr />"
    own = "<p>Words</p><p>Statistics: 40 visitors came.</p>"
    assert _html.read(forum, strip_statistics=True).text == "Words"
    assert _html.read(own, strip_statistics=True).text == "Words\nStatistics: 40 visitors came."


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 90_000 + "words",
        "<a " + " ".join(f"a{n}=1" for n in range(60_000)) + ">words",
        '<a x=">" ' + " ".join(f"a{n}" for n in range(60_000)) + ">words",
        "<div></b>" * 50_000 + "words",
        "<b><i>" * 70_000 + "words",
        "<x>" * 200_000 + "words",
        "<" * 300_000 + "words",
    ],
)
def test_what_would_keep_the_parser_busy_is_not_parsed(markup: str) -> None:
    """Deep nesting and endless tags lose their form, not their words."""
    assert not _html.is_tame(markup) or "<<" in markup
    assert _html.read(markup).text.endswith("words")


@settings(max_examples=150)
@given(st.text(alphabet=st.sampled_from("<>/=\"'& abdivp!-[]\x00\ud800#;x1"), max_size=200))
def test_no_markup_crashes_the_reading(markup: str) -> None:
    """Whatever it is, words come out that can be stored."""
    prose = _html.read(markup, base=SITE)
    prose.text.encode("utf-8")
    _html.head_of(markup, url=SITE)


@given(st.text(max_size=60), st.text(max_size=20))
def test_an_address_is_a_web_address_or_none(target: str, base: str) -> None:
    """No other scheme ever comes out, and nothing is raised."""
    found = _html.web_address(target, base)
    assert found is None or found.lower().startswith(("http://", "https://"))


@given(st.text(max_size=80))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Clean text is clean."""
    assert _html.clean(_html.clean(text)) == _html.clean(text)
    assert _html.tidy(_html.tidy(text)) == _html.tidy(text)


@given(st.binary(max_size=80), st.text(max_size=30))
def test_any_bytes_are_a_page(body: bytes, charset: str) -> None:
    """A page of any charset, real or not, becomes text."""
    assert isinstance(_html.decode(body, f"text/html; charset={charset}"), str)


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("é".encode("cp1252"), "text/html; charset=windows-1252", "é"),
        (b"<meta charset='iso-8859-1'>\xe9", "text/html", "<meta charset='iso-8859-1'>é"),
        ("é".encode("utf-16"), "text/html", "é"),
        (b"\xef\xbb\xbf\xc3\xa9", "text/html; charset=latin-1", "é"),
        (b"+ADw-", "text/html; charset=utf-7", "+ADw-"),
        (b"\xc3\xa9", "text/html; charset=rot13", "é"),
        (b"\xe9", "", "\ufffd"),
    ],
)
def test_the_charset_is_found(body: bytes, content_type: str, text: str) -> None:
    """Byte-order mark, then the header, then the page itself, then UTF-8."""
    assert _html.decode(body, content_type) == text


def test_addresses_are_found_in_plain_text() -> None:
    """Punctuation after an address is not part of it."""
    text = "See https://elm.example/a?b=1, (http://x.example/y). Not ftp://z or https://."
    assert _html.addresses_in(text) == ("https://elm.example/a?b=1", "http://x.example/y")


def test_a_page_says_what_it_is_called_and_where_it_lives() -> None:
    """Title, first heading and the names for sharing; an expensive page only its beginning."""
    page = (
        "<html><head><title>Bins - Elm</title><link rel=canonical href='/a'>"
        "<meta property='og:title' content='Bins'></head><body><h1>Bins &amp; boxes</h1>{}"
    )
    head = _html.head_of(page.format(""), url=SITE)
    assert head.names == ("Bins - Elm", "Bins & boxes", "Bins")
    assert head.canonical == "https://elm.example/a"
    deep = _html.head_of(page.format("words " * 9_000 + "<div>" * 90_000), url=SITE)
    assert deep.names == head.names
    assert _html.head_of("<div>" * 90_000, url=SITE) == _html.Head()
