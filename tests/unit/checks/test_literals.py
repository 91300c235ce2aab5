"""Which words a pattern needs."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import TableError
from config.policy import load_policy
from config.rules import load_rules
from monitor.checks import prepared
from monitor.checks.literals import needed_words, needs_of
from monitor.checks.matcher import Matcher
from monitor.checks.normalise import Normaliser
from monitor.checks.patterns import Alphabet, Pattern, PatternError
from monitor.checks.prepared import NOTHING, digest_of, load_prepared
from monitor.checks.reach import reach_of
from monitor.checks.sieve import sieved
from monitor.checks.ways import MOST_WAYS, Way, ways_of

if TYPE_CHECKING:
    from monitor.checks.needs import Needs

PLAIN = Normaliser()

RULES = load_rules(policy=load_policy("elstree-borehamwood-2017"))
WRITTEN = sorted({one for rule in RULES for group in rule.need for one in group.patterns})
TEXTS = [example.text for rule in RULES for example in (*rule.hits, *rule.near_misses)]


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("abc", {"abc"}),
        (r"\bvote\s(?:for|against)\b", {" vote for ", " vote against "}),
        (r"\b(\w+\s)?(git|twit)\b", {"git ", "twit "}),
        ("re-?elect(?:ed)?", {"re elect", "reelect"}),
        ("(red|blue)+ car", {" car"}),
        (r"\d+ pounds", {" pounds"}),
        ("lic[ce]nce x", {"liccnce x", "licence x"}),
        ("a{2}bcd", {"aabcd"}),
        (r"\b\d{2}[-\s]\d{2}\b", {" 00 00 "}),
        (r"\(([2-9]|1[0-7])\)", {" 0 ", " 00 "}),
        ("(x{0,3})hello", {"hello"}),
        ("one|two|three", {"one", "two", "three"}),
        (r"\$off", {" off"}),
        (r"f[*#]+k\w*", {" k"}),
        (r"(\w+\s){1,3}(ave|road)\b", {" ave ", " road "}),
        (r"\bthe\s(\w+\s)?ave\b", {" ave "}),
        (r"(\w+\s)?ave\b", {"ave "}),
        (r"(x|\w\s)ave\b", {"ave "}),
        (r"\band\?$", {" and  "}),
        (r"(^|[.!]\s|\n)oppose\b", {" oppose "}),
        (r"\b(git\w*|daft (?:old )*twit)\b", {" git", " daft "}),
        (r"(\w+ git|the twit)\b", {" git ", "the twit "}),
        ("UPPER", {"upper"}),
    ],
)
def test_needed(pattern: str, needed: set[str]) -> None:
    """The longest words that every match must hold are found."""
    assert set(needed_words(pattern) or ()) == needed


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d+",
        r"[a-z]{4}",
        "(a|b*)",
        "one|[a-z]+",
        "(?i)abc",
        r"\pL+",
        "a.b",
        "x?",
        "(abc",
        "abc)",
        "[[:alpha:]]abc",
    ],
)
def test_unknown(pattern: str) -> None:
    """Where nothing is needed, or the syntax is not known, the pattern always runs."""
    assert needed_words(pattern) is None


pieces = st.sampled_from(
    [
        "ab",
        "cd ",
        "(x|yz)",
        "(ab|cd)?",
        "[ce]",
        "[^a]",
        "e+",
        "f*",
        "g{2}",
        r"\d",
        r"\s",
        ".",
        r"\b",
        r"\d{2}",
        r"[\s-]",
        "(a(b|c)d|ef)",
        "h{1,3}",
    ]
)
texts = st.lists(st.sampled_from(list("abcdefghxyz07_- \n"))).map("".join)


@given(st.lists(pieces, min_size=1, max_size=5).map("".join), texts)
@settings(max_examples=300)
def test_no_match_without_a_needed_word(pattern: str, text: str) -> None:
    """A text in which a backtracking engine finds a match holds all that the pattern needs."""
    needed = needed_words(pattern)
    sought = sieved(text.encode("ascii")).decode("ascii")
    if re.search(pattern, text):
        assert needed is None or any(word in sought for word in needed)
        assert holds(needs_of(pattern), sought)
        assert any(goes(way, sought) for way in ways_of(needs_of(pattern)))


def goes(way: Way, sought: str) -> bool:
    """Return whether a sieved text holds all that one way to match needs."""
    return all(any(word in sought for word in words) for words in way)


def can_match(pattern: Pattern, narrowed: bytes) -> bool:
    """Return whether a text holds all that one of a pattern's ways to match needs."""
    sought = sieved(narrowed).decode("ascii")
    return any(goes(way, sought) for way in ways_of_written(pattern.written))


@cache
def ways_of_written(written: bytes) -> tuple[Way, ...]:
    """Return in which ways a pattern as it is run can match."""
    return ways_of(needs_of(written.decode("ascii")))


def holds(needs: Needs, sought: str) -> bool:
    """Return whether a sieved text holds all that is needed."""
    return all(
        any(word in sought for word in words) or any(holds(way, sought) for way in ways)
        for words, ways in needs
    )


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("The council was useless.", True),
        ("Useless! cried the borough.", True),
        ("The council met.", False),
        ("A useless umbrella, and the council's bin.", True),
        ("Their lot are thick as mince.", True),
        ("Their lot are kind.", False),
    ],
)
def test_all_that_is_needed(text: str, runs: bool) -> None:  # noqa: FBT001 - a column of the table
    """A pattern with several parts runs only where words of all of them stand, or of one way."""
    pattern = Pattern(
        r"\b(useless|hopeless)\b[^.]*\b(council|borough)\b"
        r"|\b(council|borough)\b[^.]*\b(useless|hopeless)\b"
        r"|\b(lot|people) are \w*\s?(thick|daft)\b",
        Alphabet(()),
    )
    assert can_match(pattern, Alphabet(()).narrow(PLAIN(text).text)) is runs


def test_prepared_is_what_would_be_worked_out() -> None:
    """What is shipped of the bundled patterns is what the code works out now."""
    matcher = Matcher(RULES, prepared=NOTHING)
    stated = load_prepared()
    assert stated.ways() == {
        digest_of(one): ways_of(needs_of(one.decode("ascii"))) for one in matcher.patterns
    }
    assert stated.reaches() == {
        digest_of(one): reach_of(one.decode("ascii")) for one in matcher.patterns
    }
    assert all(one in stated for one in matcher.silencers)


def test_unknown_patterns_are_checked() -> None:
    """A pattern that is not among the prepared ones is still refused when RE2 cannot run it."""
    with pytest.raises(PatternError, match="look-around"):
        Pattern("(?=a)b", Alphabet(()), load_prepared())


def test_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of prepared patterns that is not there is a clear error, never a silent pass."""
    monkeypatch.setattr(prepared, "NAME", "nothing.xz")
    with pytest.raises(TableError, match=r"nothing\.xz"):
        load_prepared()


def test_nothing_of_the_bundled_rules_is_missed() -> None:
    """On every example of every rule, a pattern that matches was let through."""
    alphabet, plain = Alphabet(WRITTEN), Normaliser()
    patterns = [Pattern(one, alphabet) for one in WRITTEN]
    for text in TEXTS[::7]:
        narrowed = alphabet.narrow(plain(text).text)
        possible = {at for at, one in enumerate(patterns) if can_match(one, narrowed)}
        matching = {at for at, pattern in enumerate(patterns) if pattern.spans(narrowed)}
        assert matching <= possible
        assert matching == {at for at, one in enumerate(patterns) if one.stands(narrowed)}


def test_symbol_among_letters() -> None:
    """Where a symbol stands in the middle of a phrase, the rest of the phrase is needed too."""
    alphabet = Alphabet(["packages from £", "£ off"])
    pattern = Pattern("packages from £|£ off", alphabet)
    for text, runs in (
        ("Packages from £5", True),
        ("Now £ off", True),
        ("It raised £300 for charity", False),
        ("Packages from Harlow", False),
    ):
        assert can_match(pattern, alphabet.narrow(PLAIN(text).text)) is runs


def test_ways_are_bounded() -> None:
    """Very many ways to match become fewer that ask for less."""
    both = "(red [^.]* ball|blue [^.]* cube|green [^.]* cone)"
    ways = ways_of(needs_of(" [^.]* ".join([both] * 4)))
    assert 1 <= len(ways) <= MOST_WAYS
    assert any(goes(way, " red x ball x blue x cube x red x ball x green x cone ") for way in ways)


def test_alternatives_are_bounded() -> None:
    """Very many alternatives do not make very many words."""
    letters = ["".join(pair) for pair in product("abcdefgh", repeat=2)]
    needed = needed_words("".join(f"({'|'.join(letters)})" for _ in range(6)))
    assert needed is not None
    assert len(needed) <= 400
