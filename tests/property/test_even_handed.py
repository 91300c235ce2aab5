"""Even-handed: swapping one party or group for another changes no finding (law 9)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.policy import load_policy
from config.rules import load_rules
from monitor.checks.base import Context, Material
from monitor.checks.judge import Judge
from monitor.freeze.naming import standing_names
from monitor.freeze.rules import judge_freeze
from storage.values import Candidate, Words
from tests.spec.table import rows
from tests.unit.freeze.build import a_poll, around, local

_POSTS = Path(__file__).parents[2] / "datasets" / "window-posts"
POLL = a_poll(notice_on=date(2027, 3, 22))

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
    "Fernbeck First",
)
"""Registered parties, and a town's own groups, by the names that need no context."""

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


CANDIDATES = ("Ann Carter", "Bob Ray-Jones", "Priya Nair", "Sean O'Dowd", "Zoë Lark")
"""People who stand, made up."""

STANDING = tuple(Candidate(name=name) for name in CANDIDATES)

ABOUT_PEOPLE = (
    "Good luck to {} on Thursday!",
    "{}, who hopes to be our next councillor, opened the fair.",
    "Between the two I'd go with {}.",
    "Pictured: {} with the new minibus.",
    "Hats off to {} for planting the trees.",
    "{} has been tipped to win the ward.",
    "The library is open late on Thursday, says {}.",
    "Statement of persons nominated: {} (Independent).",
)


@lru_cache(maxsize=1)
def judge() -> Judge:
    """Compile the bundled rules once, with a group that only the configuration knows."""
    policy = load_policy("elstree-borehamwood-2017")
    return Judge(policy, load_rules(policy=policy, groups=("Fernbeck First",)))


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


def frozen(text: str) -> frozenset[str]:
    """Return what the window's rules find while all of `CANDIDATES` stand."""
    inside = local("2027-04-10 12:00")
    material = Material(
        words=Words(text=text, own_length=len(text)), published_at=inside, shown_by=inside
    )
    context = around(POLL, as_of="2027-06-01 09:00", candidates={POLL.id: standing_names(STANDING)})
    _, in_window = judge().examine(material, context)
    return frozenset(finding.rule for finding in judge_freeze(material, in_window, context))


@pytest.mark.parametrize("sentence", ABOUT_PEOPLE)
def test_every_candidate_is_treated_alike(sentence: str) -> None:
    """The same sentence about anybody who stands is found by the same rules."""
    results = {name: frozen(sentence.format(name)) for name in CANDIDATES}
    first = results[CANDIDATES[0]]
    assert {name: result for name, result in results.items() if result != first} == {}


@lru_cache(maxsize=1)
def written_about_parties() -> tuple[str, ...]:
    """Return the written posts that name one of the parties exactly so, with a gap for it."""
    lines = (_POSTS / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    texts += [row.text for row in rows()]
    return tuple(
        text.replace("{", "(").replace("}", ")").replace(name, "{}")
        for text in texts
        for name in NAMES
        if name in text
    )


@given(st.data(), st.permutations(NAMES))
def test_written_posts_are_found_whoever_they_are_about(
    data: st.DataObject, names: list[str]
) -> None:
    """In the written posts and the tables too, another party's name changes no finding."""
    text = data.draw(st.sampled_from(written_about_parties()))
    assert found(text.format(*[names[0]] * 9)) == found(text.format(*[names[1]] * 9))
