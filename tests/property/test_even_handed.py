"""Even-handed: swapping one party or group for another changes no finding (law 9)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.policy import load_policy
from config.rules import load_rules
from monitor.checks.base import Context, Material
from monitor.checks.judge import Judge
from storage.values import Words

NAMES = (
    "Labour Party",
    "Conservative Party",
    "Green Party",
    "Liberal Democrats",
    "Reform UK",
    "Plaid Cymru",
    "Scottish National Party",
    "Workers Party",
    "Fernbeck Independents",
)
"""Registered parties, and a town's own group, by the names that need no context."""

SENTENCES = (
    "Vote {} on Thursday!",
    "The {} have betrayed this town.",
    "Only the {} kept the library open. Give them your support on Thursday!",
    "The {} branch meets at the club on Tuesday.",
    "Great to see {} volunteers out in force on the doorsteps.",
    "Statement of persons nominated: Ann Lee ({}), Bob Ray (Independent).",
    "RT @neighbour: the {} will cut your council tax",
    "The {} candidate's leaflet is a disgrace, don't be fooled.",
    "Join {} today and help us win here.",
    "We thank the {} group for supporting the motion.",
    "Standing up for our town: {}",
    "{} councillors voted against the budget.",
    "A vote for {} is a vote for safer streets",
    "Proud to be campaigning with {} in Hillside ward this evening",
    "The {} have had 14 years. Time for change.",
    "How to register, and who is standing for {} and the others: see the notice.",
    "Results: {} 412, others 380. Turnout was 31 per cent.",
)
OPENINGS = ("", "Good morning. ", "📣 Reminder: ", "From our events team. ")
CLOSINGS = ("", " See you there!", " #Fernbeck", " https://town.example/news")


@lru_cache(maxsize=1)
def judge() -> Judge:
    """Compile the bundled rules once."""
    policy = load_policy("elstree-borehamwood-2017")
    return Judge(policy, load_rules(policy=policy))


def found(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the rules that find something, outside and inside an election window."""
    material = Material(words=Words(text=text, own_length=len(text)))
    judged, in_window = judge().examine(material, Context(as_of=datetime(2026, 1, 1, tzinfo=UTC)))
    return (
        frozenset(finding.rule for finding in judged.findings),
        frozenset(finding.rule for finding in in_window),
    )


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_party_is_treated_alike(sentence: str) -> None:
    """The same sentence about any party or group is found by the same rules."""
    results = {name: found(sentence.format(name)) for name in NAMES}
    first = results[NAMES[0]]
    assert {name: result for name, result in results.items() if result != first} == {}


@given(
    st.sampled_from(OPENINGS),
    st.sampled_from(SENTENCES),
    st.sampled_from(CLOSINGS),
    st.permutations(NAMES),
)
def test_two_parties_may_change_places(
    opening: str, sentence: str, closing: str, names: list[str]
) -> None:
    """Whatever stands around it, exchanging one name for another changes no finding."""
    one, other = names[:2]
    text = opening + sentence + closing
    assert found(text.format(one)) == found(text.format(other))
