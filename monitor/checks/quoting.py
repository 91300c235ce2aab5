"""Whose words a match is: the account's own, or somebody's between quotation marks.

"'I hope you die' is a message that our receptionist opened on Monday" breaches nothing. Where all
that a rule found stands between quotation marks in a post that says something of its own besides,
it is kept as a note. The words are the account's own all the same where it says that it spoke
them ("I told him: 'shut your face'"), and where there is hardly anything but the quotation.

Only for topics of manner: who repeats an accusation or a secret has published it again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from config.rules import RuleData
    from monitor.checks.patterns import Span

TOPICS = frozenset({"abuse", "hate", "offensive", "discrimination", "speaking-for-council"})
"""Where words count for the manner in which somebody speaks."""
QUOTED = "All of it stands between quotation marks, as somebody else's words: only a note."
LONGEST_QUOTATION = 400
LEAST_OWN = 20
"""So many letters a post must have outside the quotation to say something of its own."""
_BEFORE = 60
_LONGEST_POST = 4_000
# A single mark is an apostrophe wherever a letter stands on its outer side.
_MARKED = re.compile(
    "|".join(
        (
            f"“[^“”]{{1,{LONGEST_QUOTATION}}}”",
            f'"[^"]{{1,{LONGEST_QUOTATION}}}"',
            f"«[^«»]{{1,{LONGEST_QUOTATION}}}»",
            rf"(?<![\w\u2019])\u2018(?=\S)[^\u2018\n]{{1,{LONGEST_QUOTATION}}}?(?<=\S)\u2019(?!\w)",
            rf"(?<![\w'])'(?=\S)[^\n]{{1,{LONGEST_QUOTATION}}}?(?<=\S)'(?!\w)",
        )
    )
)
_OWN_VOICE = re.compile(
    r"\b(?:i|we)(?:['\u2019](?:d|ve))?\s+(?:\w+\s+){0,2}?"
    r"(?:said|say|told|tell|replied|reply|answered|answer|wrote|write|shouted|called|call|add|added)"
    r"\b[^.!?]{0,30}$",
    re.IGNORECASE,
)


def is_quoted(text: str, spans: Sequence[Span]) -> bool:
    """Return whether every span stands between quotation marks, as somebody else's words.

    A rule that found the marks too asked for them: 'needs' sneers by its marks.

    Args:
        text: The version's.
        spans: Code points of it, ordered; none: not quoted.
    """
    if not spans or len(text) > _LONGEST_POST:
        return False
    quotations = list(_quotations(text))
    around = [
        next((one for one in quotations if one[0] < start and end < one[1]), None)
        for start, end in spans
    ]
    if any(one is None or _is_own_voice(text, one) for one in around):
        return False
    own = sum(map(str.isalpha, text))
    for start, end in quotations:
        own -= sum(map(str.isalpha, text[start:end]))
    return own >= LEAST_OWN


def is_of_manner(rule: RuleData) -> bool:
    """Return whether what a rule finds counts only in the account's own words."""
    return rule.topic in TOPICS


def _quotations(text: str) -> Iterator[Span]:
    for found in _MARKED.finditer(text):
        yield found.span()


def _is_own_voice(text: str, quotation: Span) -> bool:
    return _OWN_VOICE.search(text[max(0, quotation[0] - _BEFORE) : quotation[0]]) is not None
