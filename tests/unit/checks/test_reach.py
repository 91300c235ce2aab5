"""How many words a match of a pattern takes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.policy import load_policy
from config.rules import load_rules
from monitor.checks.matcher import Matcher
from monitor.checks.patterns import Alphabet, Pattern
from monitor.checks.reach import LONGEST_PHRASE, longest_phrase, reach_of

RULES = load_rules(policy=load_policy("elstree-borehamwood-2017"))
HITS = [example.text for rule in RULES for example in rule.hits if example.text]
MATCHER = Matcher(RULES)
KNOWN = [(one, reach) for one in MATCHER.patterns if (reach := reach_of(one.decode("ascii")))]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\bvote\b", 1),
        (r"council\stax\b", 2),
        (r"\b(tax|council\stax|the\scouncil\stax)\b", 3),
        (r"vot(e|ing)?\s?for", 2),
        (r"a(\s\w+){0,3}\sb", 5),
        (r"a(?:\s\w+){3}b", 4),
        (r"\w+", 1),
        (r"[a-z'-]+\s[^\s.]*", 2),
        (r"\s+x", 2),
        (r"a\s{2}b", 3),
        (r"a[^.!?]{0,40}b", 21),
        (r"a[^.!?]{5}b", 4),
        (r"a.b", 2),
        (r"a[\s-]b", 2),
        (r"[]a]\]", 1),
        (r"[a-]\d", 1),
        (r"[a-z]{2,}", 1),
        (r"[!-~ ]", 2),
        (r"^\n\t$", 3),
        (r"\Sa\Wb\Dc", 3),
        (r"a(\sthe|\sa)*?\sb", LONGEST_PHRASE + 2),
        (r"a([.]\s)*b", None),
        (r"a.*b", None),
        (r"(?i)a", None),
        (r"\pL", None),
        (r"[[:alpha:]]", None),
        (r"[\d-x]", 1),
        (r"a{x}", None),
        ("(a", None),
        ("a)", None),
    ],
)
def test_reach(pattern: str, words: int | None) -> None:
    """The most words that a match touches; None where that is not known."""
    assert reach_of(pattern) == words


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        (b"", 0),
        (b"one two, three four five", 3),
        (b"a b\nc d", 3),
        (b"it's a well-known one. a", 3),
        (b"x " * 50, 50),
    ],
)
def test_longest_phrase(text: bytes, blanks: int) -> None:
    """The most blanks without a stop or comma between them."""
    assert longest_phrase(text) == blanks


@given(st.lists(st.sampled_from([*HITS, " the ", ". ", "\n"]), max_size=3).map(" ".join))
@settings(deadline=None, max_examples=40)
def test_no_match_takes_more(text: str) -> None:
    """Whatever a bundled pattern finds, it touches no more words than its reach says."""
    narrowed = Alphabet(()).narrow(MATCHER.normalise(text).text)
    if longest_phrase(narrowed) > LONGEST_PHRASE:
        return
    for written, reach in KNOWN:
        pattern = Pattern(written.decode("ascii"), Alphabet(()))
        for start, end in pattern.spans(narrowed):
            assert len(narrowed[start:end].split()) <= reach
