"""What a scored model does to a rule's finding: nothing, or a note with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from config.types import Kind, Severity, TopicId
from monitor.checks.opinion import DOUBTED
from monitor.checks.score import Score, ScoredModel, Thresholds
from tests.unit.checks.building import CONTEXT, judge, material, rule, terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.checks.normalise import Normal


class _Scorer:
    """Scores every text alike."""

    name = "made-up"
    digest = "0123456789abcdef"

    def __init__(self, alone: float | None, **values: float) -> None:
        self._scores = {
            TopicId(topic): Score(value, alone=alone) for topic, value in values.items()
        }

    def score(self, normal: Normal) -> Mapping[TopicId, Score]:
        assert normal.text
        return self._scores

    def forget(self) -> None:
        """Nothing is kept."""


def _model(doubt: Mapping[str, float], alone: float | None = None, **values: float) -> ScoredModel:
    limits = Thresholds(lower=0.3, upper=0.6, reason="It reads like an insult.")
    return ScoredModel(
        scorer=_Scorer(alone, **values),
        thresholds={TopicId(topic): limits for topic in values},
        doubt={TopicId(topic): least for topic, least in doubt.items()},
    )


def _severities(*models: ScoredModel, kind: Kind = Kind.COUNCIL, **stated: Any) -> list[Severity]:
    made = judge(rule(terms("x"), **stated), models=models)
    return [one.severity for one in made.judge(material("x", kind=kind), CONTEXT).findings]


@pytest.mark.parametrize(
    ("score", "wanted"), [(0.09, Severity.NOTE), (0.1, Severity.REVIEW), (0.9, Severity.REVIEW)]
)
def test_doubt(score: float, wanted: Severity) -> None:
    """Below the bound a rule's finding is a note; at the bound it stands."""
    assert _severities(_model({"abuse": 0.1}, abuse=score)) == [wanted]


def test_what_another_topic_explains_better_is_not_doubted() -> None:
    """A score that is low only beside another topic's does not say that the post is harmless."""
    assert _severities(_model({"abuse": 0.1}, alone=0.2, abuse=0.0)) == [Severity.REVIEW]


def test_says_so() -> None:
    """The note keeps the rule's reason and adds why it is only a note; the quote stays."""
    made = judge(rule(terms("x")), models=[_model({"abuse": 0.1}, abuse=0.0)])
    (found,) = made.judge(material("x"), CONTEXT).findings
    assert found.reason == f"It says what it says. {DOUBTED}"
    assert (found.rule, found.quote) == ("abuse/made-up", "x")


@pytest.mark.parametrize(
    "stated",
    [{"severity": Severity.URGENT}, {"masked": True}],
    ids=["urgent", "masked"],
)
def test_never_doubted(stated: dict[str, Any]) -> None:
    """Urgent rules, and those whose findings no mail quotes, are never made notes."""
    (severity,) = _severities(_model({"abuse": 0.1}, abuse=0.0), **stated)
    assert severity is not Severity.NOTE


@pytest.mark.parametrize(
    ("name", "score", "wanted"),
    [
        ("credit-claimed", 0.0, Severity.NOTE),
        ("credit-claimed", 0.1, Severity.REVIEW),
        ("referendum-encouraging", 0.0, Severity.REVIEW),
    ],
)
def test_window_rules(name: str, score: float, wanted: Severity) -> None:
    """In a window too a post that reads harmless is only noted; what section 125 forbids stands."""
    window = rule(terms("x"), topic="pre-election", name=name, in_window=True)
    made = judge(window, models=[_model({"pre-election": 0.1}, **{"pre-election": score})])
    _, (found,) = made.examine(material("x"), CONTEXT)
    assert found.severity is wanted
    assert (DOUBTED in found.reason) == (wanted is Severity.NOTE)


@pytest.mark.parametrize(("partisan", "wanted"), [(0.6, Severity.REVIEW), (0.59, Severity.NOTE)])
def test_a_partisan_post_is_not_harmless_in_a_window(partisan: float, wanted: Severity) -> None:
    """What a table finds partisan enough for a case reads harmless under no political clause."""
    window = rule(terms("x"), topic="pre-election", name="candidates-named", in_window=True)
    scores = {"pre-election": 0.0, "party-politics": partisan}
    made = judge(window, models=[_model({"pre-election": 0.1}, **scores)])
    _, (found,) = made.examine(material("x"), CONTEXT)
    assert found.severity is wanted


def test_every_topic_of_the_clause_must_doubt() -> None:
    """One topic of a clause that sees something is enough for the finding to stand."""
    bounds = {"abuse": 0.1, "hate": 0.1}
    assert _severities(_model(bounds, abuse=0.0, hate=0.5)) == [Severity.REVIEW]
    assert _severities(_model(bounds, abuse=0.0, hate=0.0)) == [Severity.NOTE]


def test_other_clauses_do_not_doubt() -> None:
    """A model that knows nothing of a clause says nothing of its rules."""
    assert _severities(_model({"commerce": 0.9}, commerce=0.0)) == [Severity.REVIEW]


def test_without_a_model() -> None:
    """Rules alone are never doubted: `rules test` holds without any table."""
    assert _severities() == [Severity.REVIEW]


def test_a_bound_changes_the_digest() -> None:
    """Another bound is another judgement: everything stored is judged again."""
    digests = {
        judge(rule(terms("x")), models=[_model({"abuse": least}, abuse=0.0)]).digest
        for least in (0.1, 0.2)
    }
    assert len(digests) == 2
