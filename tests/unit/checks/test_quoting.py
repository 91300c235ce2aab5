"""Words between quotation marks are somebody else's, unless the account says they are its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.rules import load_rules
from config.types import Severity
from monitor.checks.quoting import is_quoted
from tests.unit.checks.building import CONTEXT, POLICY, judge, material

JUDGE = judge(*load_rules(policy=POLICY))
"""The bundled rules without a table."""

THEIRS = (
    "'I hope you die' is a message one of our councillors opened on her birthday.",
    "“I hope you choke.” “I hope your office burns down.” Two messages that staff opened.",
    '"People like you" are three words that a pupil heard on the bus. She wrote a poem.',
    "The workhouse register lists «bastards» in a clerk's neat hand; see it on Saturday.",
    "\u2018Shut your face\u2019 was all he\u2019d to say to the steward. Please be kind.",
)
OWN = (
    "Shut your face, you moron, read the notice.",
    "I told him 'shut your face' and he did. Best day at work for years.",
    'We\'ve replied "shut your face, you moron" to every one of them this week.',
    "'Shut your face, you moron.'",
    "The residents' group are wankers, and the Clerk's tired of them.",
)


def _open(text: str) -> set[str]:
    judged = JUDGE.judge(material(text), CONTEXT)
    return {one.rule for one in judged.findings if one.severity is not Severity.NOTE}


@pytest.mark.parametrize("text", THEIRS)
def test_what_somebody_else_said_opens_no_case(text: str) -> None:
    """It is kept as a note, with the reason."""
    assert _open(text) == set()


@pytest.mark.parametrize("text", OWN)
def test_what_the_account_says_itself_does(text: str) -> None:
    """Also where it quotes itself, and where there is nothing but the quotation."""
    assert _open(text)


def test_a_note_says_whose_words_they_are() -> None:
    """Nobody has to guess why there was no mail."""
    found = JUDGE.judge(material(THEIRS[0]), CONTEXT).findings
    notes = [one for one in found if one.rule.startswith("abuse/")]
    assert notes
    assert all("between quotation marks" in one.reason for one in notes)


def test_an_accusation_is_published_again_by_whom_repeats_it() -> None:
    """Quotation marks are no defence to defamation."""
    text = "Somebody writes to us: 'Cllr Pryor has pocketed the money we raised for the swings.'"
    assert "defamation/accused-of-act" in _open(text)


@given(st.text(max_size=300), st.integers(0, 300), st.integers(1, 60))
def test_no_text_upsets_it(text: str, start: int, length: int) -> None:
    """A stretch outside every pair of marks is never somebody else's."""
    end = min(len(text), start + length)
    if start < end and not set(text) & set("'\"“”\u2018\u2019«»"):
        assert not is_quoted(text, [(start, end)])
    else:
        is_quoted(text, [(min(start, end), end)])
