"""Which words stand in a text, whichever way they are sought."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.checks.sieve import sieved
from monitor.checks.sought import MOST_WORDS, NOTHING, Sought, Standing

SOUGHT = [
    " the ",
    "the",
    "he ",
    " a",
    "at the ",
    " cat on",
    "  the",
    "n the c",
    " 00 ",
    "0",
    "\x01",
]
texts = st.lists(st.sampled_from([*"aehtcno7 .-\n\x01", "the", " cat on the "])).map("".join)


def sought() -> Sought:
    """Return what seeks these words, each worth a bit and a term of its own."""
    return Sought(SOUGHT, lambda number: Standing(1 << number, (number,)))


@given(texts)
def test_what_is_kept_changes_nothing(text: str) -> None:
    """Every word that stands in the sieved text is found, and no other; the second time too."""
    narrowed = sieved(text.encode("ascii"))
    terms = {at for at, word in enumerate(SOUGHT) if word.encode("ascii") in narrowed}
    for seeker in (SEEKER, SEEKER, sought()):
        bits, found = seeker.standing(narrowed)
        assert (bits, set(found)) == (sum(1 << at for at in terms), terms)


SEEKER = sought()


def bits(seeker: Sought, text: bytes) -> int:
    """Return the bits that a sieved text sets."""
    return seeker.standing(text).bits


def test_what_is_kept_is_bounded() -> None:
    """However many different words come up, what is kept of them stays small and right."""
    seeker = sought()
    for at in range(3 * MOST_WORDS):
        seeker.standing(b" cat%d " % at)
    assert len(seeker._kept) + len(seeker._kept._before) <= 2 * MOST_WORDS
    assert bits(seeker, b" the cat ") == bits(seeker, b" the cat ") == bits(sought(), b" the cat ")
    seeker.forget()
    assert len(seeker._kept) == 0
    assert bits(seeker, b" the cat ") == bits(sought(), b" the cat ")


def test_very_long_words_are_not_kept() -> None:
    """A word of a thousand letters is sought like any other, and takes no memory."""
    seeker = sought()
    assert bits(seeker, b" %b " % (b"x" * 1000 + b"the")) == bits(seeker, b" xthe ")
    assert list(seeker._kept) == [b"xthe"]


def test_what_stands_in_either() -> None:
    """Bits and terms of both, also of one that has no term."""
    assert Standing(1).with_(Standing(2, (7,))) == Standing(3, {7})
    assert Standing(2, (7,)).with_(NOTHING) == Standing(2, {7})
    assert NOTHING.with_(Standing(2, (7,))) == Standing(2, (7,))
