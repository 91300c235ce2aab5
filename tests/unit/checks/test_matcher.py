"""Finding words and patterns by rules as data."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import RuleError
from tests.unit.checks.building import Near, Unless, patterns, quotes, rule, terms


@pytest.mark.parametrize(
    ("term", "text", "quoted"),
    [
        ("vote for", "Please VOTE  for me", "VOTE  for"),
        ("vote", "pivoted, devotes, vote-rigging", "vote"),
        ("re-elect", "Re elect her", "Re elect"),
        ("re elect", "Re-elect her", "Re-elect"),
        ("don't", "Don\u2019t go", "Don\u2019t"),
        ("campaign*", "We are campaigning!", "campaigning"),
        ("50% off", "All 50% off today", "50% off"),
        ("\u00a35", "only \u00a35 each", "\u00a35"),
        ("#votered", "join #VoteRed", "#VoteRed"),
        ("\U0001f921", "you\U0001f921!", "\U0001f921"),
        ("labour", "labour's plan", "labour"),
    ],
)
def test_term(term: str, text: str, quoted: str) -> None:
    """A term is found at word boundaries, in any dress, and quoted as written."""
    assert quotes(text, rule(terms(term))) == {"made-up": [quoted]}


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("vote for", "Vote. For example"),
        ("ass", "class, assistant"),
        ("50% off", "50 off"),
        ("\u00a35", "\u00a355 and 5"),
        ("campaign*", "encampaign"),
    ],
)
def test_no_term(term: str, text: str) -> None:
    """Within other words, or without its symbols, a term is not there."""
    assert quotes(text, rule(terms(term))) == {}


def test_pattern_blank_matches_any_white_space() -> None:
    """A literal blank in a pattern also matches a line end."""
    assert quotes("vote\nfor me", rule(patterns(r"\bvote for\b"))) == {"made-up": ["vote\nfor"]}


def test_pattern_positions_count_code_points() -> None:
    """Wide characters before a match do not move it."""
    text = "\U0001f600\u00e9\u20ac\ufb01 \u4f60 Ring 555 now \U0001f600"
    assert quotes(text, rule(patterns(r"\bring \d+\b"))) == {"made-up": ["Ring 555"]}


def test_pattern_may_name_wide_characters() -> None:
    """A character beyond Latin-1 can stand in a pattern; another one is not taken for it."""
    found = rule(patterns("[\u20ac]\\d+", "\u2192 buy"))
    assert quotes("only \u20ac5", found) == {"made-up": ["\u20ac5"]}
    assert quotes("now \u2192 buy", found) == {"made-up": ["\u2192 buy"]}
    assert quotes("only \u20a95 \u2190 buy", found) == {}


def test_every_group_is_needed() -> None:
    """All groups must match; within one any entry does; spans stand in text order."""
    both = rule(terms("vote", "support"), terms("reds", "blues"))
    assert quotes("Support the Blues", both) == {"made-up": ["Support", "Blues"]}
    assert quotes("Blues need support", both) == {"made-up": ["Blues", "support"]}
    assert quotes("Support the park", both) == {}


def test_near_counts_words_between() -> None:
    """At most so many words may stand between the groups."""
    close = rule(terms("vote"), terms("reds"), near=Near(words=2))
    assert quotes("vote for the reds", close) == {"made-up": ["vote", "reds"]}
    assert quotes("vote for all the reds", close) == {}
    assert quotes("vote one two three four. vote reds", close) == {"made-up": ["vote", "reds"]}


def test_support_is_needed_but_not_shown() -> None:
    """A group that only supports another must match, in its place, and gives no span."""
    support = terms("our", "this", support=True)
    anywhere = rule(support, terms("council"), terms("useless"))
    assert quotes("This council is useless", anywhere) == {"made-up": ["council", "useless"]}
    assert quotes("Council is useless", anywhere) == {}
    close = rule(support, terms("council"), near=Near(words=2))
    assert quotes("our town council", close) == {"made-up": ["council"]}
    assert quotes("our very own old town council", close) == {}


def test_near_in_one_sentence() -> None:
    """A full stop parts the groups; a title's full stop does not."""
    close = rule(terms("vote"), terms("smith"), near=Near(sentence=True))
    assert quotes("Vote today for Cllr. Smith", close) == {"made-up": ["Vote", "Smith"]}
    assert quotes("Vote today. Cllr Smith spoke", close) == {}


def test_overlapping_term_silences() -> None:
    """A match inside a proper name does not count; another one in the same text does."""
    found = rule(terms("conservative"), unless=Unless(terms=("conservative club",)))
    assert quotes("the Conservative Club", found) == {}
    assert quotes("the Conservative Club. Conservative!", found) == {"made-up": ["Conservative"]}


def test_words_around_silence() -> None:
    """A silencing word counts within its distance only."""
    found = rule(terms("vote"), unless=Unless(around=("register",), around_words=3))
    assert quotes("register before you can vote", found) == {}
    assert quotes("register before you can all vote", found) == {"made-up": ["vote"]}


def test_patterns_silence() -> None:
    """Silencing patterns work as silencing words do."""
    found = rule(
        terms("vote"),
        unless=Unless(
            patterns=(r"vote \d",), around_patterns=(r"mo+re",), anywhere_patterns=("quiz+",)
        ),
    )
    assert quotes("vote 7", found) == {}
    assert quotes("vote mooore", found) == {}
    assert quotes("a quizz, then many words more or less before one comes to the vote", found) == {}
    assert quotes("vote", found) == {"made-up": ["vote"]}


def test_anywhere_silences_the_rule() -> None:
    """One such word anywhere is enough, at any distance."""
    found = rule(terms("vote"), unless=Unless(anywhere=("polling station",)))
    assert quotes("vote " + "x y z " * 50 + "polling station", found) == {}


def test_whose_words() -> None:
    """A group can ask for the account's own words or for a repost's."""
    own = rule(terms("vote", where="own"), name="own")
    theirs = rule(terms("vote", where="referenced"), name="theirs")
    assert quotes("vote", own, theirs) == {"own": ["vote"]}
    assert quotes("look", own, theirs, shared="vote reds") == {"theirs": ["vote"]}
    assert set(quotes("vote", own, theirs, shared="vote reds")) == {"own", "theirs"}


def test_at_most_ten_spans_none_nested() -> None:
    """A finding shows at most ten places, and the longer of two that overlap."""
    found = rule(terms("vote", "vote for"))
    assert quotes("vote for", found) == {"made-up": ["vote for"]}
    assert len(quotes("vote for. " * 50, found)["made-up"]) == 10


def test_leetspeak_of_a_rules_word() -> None:
    """A disguised word is found and quoted in its disguise."""
    assert quotes("what a m0r0n", rule(terms("moron"))) == {"made-up": ["m0r0n"]}
    assert quotes("what a m0r0n", rule(patterns(r"\bmorons?\b"))) == {"made-up": ["m0r0n"]}


def test_hashtag_silences() -> None:
    """A hashtag among silencing words works however its words were split."""
    found = rule(terms("reds"), unless=Unless(anywhere=("#redsfair",)))
    assert quotes("the reds at the #RedsFair", found) == {}


def test_late_matches_count() -> None:
    """In a long text the groups may meet only at its end."""
    close = rule(terms("vote"), patterns(r"\breds?\b"), near=Near(words=1))
    text = "vote and also then " * 250 + "reds and also then " * 40 + "vote reds"
    assert quotes(text, close) == {"made-up": ["vote", "reds"]}


@pytest.mark.parametrize(
    "pattern",
    ["(a)\\1", "(?<=a)b", "(", "a*", "((a{1,30}){1,30}){1,30}", "(.{0,900}a){4}", "x{5000}"],
)
def test_pattern_refused(pattern: str) -> None:
    """What RE2 lacks, what matches nothing and what is too large does not load."""
    with pytest.raises(RuleError) as refused:
        quotes("", rule(patterns(pattern)))
    assert refused.value.rule == "abuse/made-up"
    assert refused.value.file == "made-up.toml"


def test_empty_term_refused() -> None:
    """A term of unseen characters only would match everywhere or never."""
    with pytest.raises(RuleError, match="empty"):
        quotes("", rule(terms("\u200b")))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+b", "(x+x+)+y", "(.*a){8}z"])
def test_catastrophic_pattern_is_harmless(pattern: str) -> None:
    """A pattern that would hang a backtracking engine answers for 40,000 characters."""
    assert quotes("a" * 40_000 + "!", rule(patterns(pattern), terms("never"))) == {}


@pytest.mark.parametrize(
    ("term", "text", "quoted"),
    [
        ("24 hours", "open 48 hours, not 24 hours", ["24 hours"]),
        ("24 hours", "open 48 hours", []),
        ("caf\u0561 noir", "caf noir, caf\u0561 noir, caf\u0562 noir", ["caf\u0561 noir"]),
        ("\u0561", "a \u0562 b \u0561 c", ["\u0561"]),
        ("\u0561*", "\u0562 \u0561\u0562", ["\u0561\u0562"]),
        ("50% off", "60% off and 50% off", ["50% off"]),
    ],
)
def test_what_is_sieved_is_looked_at_again(term: str, text: str, quoted: list[str]) -> None:
    """Digits and letters beyond ASCII are alike only for where a term may stand, not in the end."""
    assert quotes(text, rule(terms(term))) == ({"made-up": quoted} if quoted else {})
    silenced = rule(terms("zebra"), unless=Unless(anywhere=(term,)))
    assert bool(quotes(f"zebra {text}", silenced)) == (not quoted)


def test_terms_that_overlap_themselves() -> None:
    """A term is found wherever it stands, also where it begins within itself."""
    near = rule(terms("ha ha"), terms("zebra"), near=Near(words=0))
    assert quotes("ha ha ha zebra", near) == {"made-up": ["ha ha", "zebra"]}


_SHORT = st.lists(st.sampled_from(["a", "b1", "ab", "b2", "ba"]), min_size=1, max_size=2)
_TERMS = st.builds(lambda words, is_open: " ".join(words) + "*" * is_open, _SHORT, st.booleans())


@given(st.lists(st.sampled_from([*"ab12 -.\u0561"]), max_size=40).map("".join), _TERMS, _TERMS)
def test_terms_stand_where_a_plain_search_finds_them(text: str, term: str, other: str) -> None:
    """A term is there, or silences, exactly where it stands between words' ends."""

    def stands(sought: str) -> bool:
        words = re.escape(sought.removesuffix("*")).replace(r"\ ", "[ .-]")
        ending = "" if sought.endswith("*") else r"(?![ab12\u0561])"
        plain = re.sub(" +", " ", text)
        return re.search(rf"(?<![ab12\u0561]){words}{ending}", plain) is not None

    assert bool(quotes(text, rule(terms(term)))) == stands(term)
    silenced = rule(terms(term), unless=Unless(anywhere=(other,)))
    assert bool(quotes(text, silenced)) == (stands(term) and not stands(other))
