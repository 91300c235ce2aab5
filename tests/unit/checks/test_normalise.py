"""Making text plain."""

from __future__ import annotations

import pytest

from monitor.checks.confusables import FOLD, FOLD_ONE, MOST_KEPT
from monitor.checks.normalise import Lexicon, Normaliser

WORDS = ["vote", "labour", "idiot", "loser", "moron", "good", "for", "the", "green", "party"]
plain = Normaliser(Lexicon(WORDS))


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("Hello  World", "hello world"),
        ("one \n two\n\n\nthree", "one\ntwo\n\n\nthree"),
        ("\u0441\u0430ll", "call"),
        ("\uff36\uff4f\uff54\uff45", "vote"),
        ("\U0001d42f\U0001d428\U0001d42d\U0001d41e", "vote"),
        ("v\u200bo\u2060t\u00ade", "vote"),
        ("\u202evote\u202c", "vote"),
        ("v\u0336o\u0336t\u0336e\u0336", "vote"),
        ("caf\u00e9 cafe\u0301", "cafe cafe"),
        ("\u24cb\u24de\u24e3\u24d4", "vote"),
        ("\U0001f185\U0001f17e\U0001f183\U0001f174", "vote"),
        ("\u201cit\u2019s\u201d \u2013 ok\u2026", '"it\'s" - ok.'),
        ("Stra\u00dfe \ufb01t", "strasse fit"),
        ("a\u00a0b\u3000c\td", "a b c d"),
        ("\u15e9 \u4f60\u597d", "\u15e9 \u4f60\u597d"),
        ("\ud800x", "\ufffdx"),
        ("#VoteLabour2026", "#vote labour 2026"),
        ("#votelabour", "#vote labour"),
        ("#Borehamwood", "#borehamwood"),
        ("you 1d10t, l0sers, m@r0n", "you idiot, losers, m@r0n"),
        ("you 1d10t! v0te!", "you idiot! vote!"),
        ("looooser goooood", "loser good"),
        ("v o t e for", "vote for"),
        ("m.o.r.o.n", "moron"),
        (
            "7pm on 1st May, A55, www.x.y, \u00a35, ah!",
            "7pm on 1st may, a55, www.x.y, \u00a35, ah!",
        ),
        ("", ""),
    ],
)
def test_plain(written: str, wanted: str) -> None:
    """A text comes out as a reader who ignores the dress would write it."""
    assert plain(written).text == wanted


@pytest.mark.parametrize(
    ("written", "word", "shown"),
    [
        ("Oh, you L0$er!", "loser", "L0$er"),
        ("What a loooooser", "loser", "loooooser"),
        ("so #GreenParty", "party", "Party"),
        ("V O T E now", "vote", "V O T E"),
        ("a\u200b\u200bb vo\u200bte", "vote", "vo\u200bte"),
        ("\ufb01rst  vote", "vote", "vote"),
    ],
)
def test_span(written: str, word: str, shown: str) -> None:
    """The way back gives exactly what stands in the original."""
    normal = plain(written)
    start = normal.text.index(word)
    first, last = normal.span(start, start + len(word))
    assert written[first:last] == shown


def test_unchanged_positions_need_no_map() -> None:
    """An ordinary text keeps its positions, so nothing is stored for it."""
    assert plain("The caf\u00e9\u2019s open \u2013 come in.").starts is None


def test_all_of_unicode_fills_no_memory() -> None:
    """Every code point can be made plain, and the tables remember only so many."""
    for first in range(0, 0x110000, 0x8000):
        plain("".join(map(chr, range(first, first + 0x8000))))
    assert len(FOLD) <= MOST_KEPT
    assert len(FOLD_ONE) <= MOST_KEPT
