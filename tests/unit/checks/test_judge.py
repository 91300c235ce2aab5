"""Judging one version: scope, severity, other authors, models, crashes, language."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import MethodType
from typing import TYPE_CHECKING

import pytest
import re2

from config.errors import RuleError
from config.types import Kind, Severity, SubjectKind, TopicId
from monitor.checks import coded
from monitor.checks.coded import Hit
from monitor.checks.score import Score, ScoredModel, Thresholds
from monitor.rulebook import rulebook
from tests.unit.checks.building import CONTEXT, POLICY, judge, material, patterns, rule, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.checks.base import Context, Material
    from monitor.checks.normalise import Normal

BINDS = {
    "defamation": set(Kind),
    "abuse": set(Kind),
    "conduct": set(Kind),
    "safeguarding": set(Kind),
    "party-politics": {Kind.COUNCIL, Kind.MAYORAL},
    "personal-interest": {Kind.COUNCIL, Kind.MAYORAL},
    "commerce": {Kind.COUNCIL},
    "official-email": set(Kind),
    "complaints-route": set(Kind),
    "branding": set(Kind),
    "identification": set(Kind),
    "professional": set(Kind),
    "speaking-for-council": {Kind.MEMBER},
    "pre-election": {Kind.COUNCIL, Kind.MAYORAL, Kind.OFFICER, Kind.PARTNER},
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("topic", BINDS)
def test_scope_by_kind(topic: str, kind: Kind) -> None:
    """A clause is judged on the accounts it binds and on no other."""
    found = judge(rule(terms("fnord"), topic=topic)).judge(material("Fnord", kind=kind), CONTEXT)
    assert bool(found.findings) == (kind in BINDS[topic])
    assert set(found.scores) == ({POLICY.clause(topic).id} if kind in BINDS[topic] else set())


def test_every_clause_has_its_scope_tested() -> None:
    """No clause of the policy is missing from the table above."""
    assert {POLICY.clause(topic).id for topic in BINDS} == set(POLICY.clauses)


def test_finding() -> None:
    """A finding carries clause, exact quote, spans, the words and the reason."""
    (found,) = (
        judge(rule(terms("vote"), terms("reds"), masked=True))
        .judge(material("\U0001f600 V\u200bote the REDS, reds!"), CONTEXT)
        .findings
    )
    assert (found.clause, found.topic, found.rule) == ("terms.2", "abuse", "abuse/made-up")
    assert found.spans == ((2, 7), (12, 16), (18, 22))
    assert found.quote == "V\u200bote"
    assert found.matched == ("V\u200bote", "REDS")
    assert (found.score, found.reason, found.is_masked) == (1.0, "It says what it says.", True)


@pytest.mark.parametrize(
    ("given", "kind", "wanted"),
    [
        (Severity.URGENT, Kind.COUNCIL, Severity.URGENT),
        (Severity.URGENT, Kind.MEMBER, Severity.REVIEW),
        (Severity.REVIEW, Kind.MEMBER, Severity.REVIEW),
        (Severity.NOTE, Kind.MEMBER, Severity.NOTE),
    ],
)
def test_member_is_never_urgent(given: Severity, kind: Kind, wanted: Severity) -> None:
    """Nothing about a member's own account is urgent."""
    (found,) = (
        judge(rule(terms("x"), severity=given)).judge(material("x", kind=kind), CONTEXT).findings
    )
    assert found.severity is wanted


def test_rule_can_be_narrower_than_its_clause() -> None:
    """A rule for officers leaves the council's account alone."""
    narrow = judge(rule(terms("x"), kinds=(Kind.OFFICER,)))
    assert not narrow.judge(material("x"), CONTEXT).findings
    assert narrow.judge(material("x", kind=Kind.OFFICER), CONTEXT).findings


def test_other_authors() -> None:
    """A comment is judged only by the rules that are for comments."""
    both = judge(rule(terms("x"), name="own"), rule(terms("x"), name="all", others=True))
    found = both.judge(material("x", author="passer-by"), CONTEXT).findings
    assert [one.rule for one in found] == ["abuse/all"]


def test_posts_and_profiles() -> None:
    """A rule is asked only about what it is for."""
    face = judge(rule(terms("x"), on=(SubjectKind.PROFILE,)))
    assert not face.judge(material("x"), CONTEXT).findings
    assert face.judge(material("x", subject=SubjectKind.PROFILE), CONTEXT).findings


def test_window_rules_stand_apart() -> None:
    """What holds only in an election window is returned beside the judgement."""
    both = judge(
        rule(terms("x"), name="always"),
        rule(terms("x"), topic="pre-election", name="window", in_window=True),
    )
    judged, in_window = both.examine(material("x"), CONTEXT)
    assert [one.rule for one in judged.findings] == ["abuse/always"]
    assert [(one.rule, one.clause) for one in in_window] == [("pre-election/window", "freeze")]
    assert "freeze" not in judged.scores


class _Scorer:
    """Scores by the number of the word "grr"."""

    name = "counting"
    digest = "0123456789abcdef"

    def score(self, normal: Normal) -> Mapping[TopicId, Score]:
        text = normal.original
        at = text.find("grr")
        if at < 0:
            return {}
        return {TopicId("abuse"): Score(value=text.count("grr") / 10, spans=((at, at + 3),))}

    def forget(self) -> None:
        """Nothing is kept."""


def _model(upper: float = 0.6) -> ScoredModel:
    limits = Thresholds(lower=0.3, upper=upper, reason="It reads like an insult.")
    return ScoredModel(scorer=_Scorer(), thresholds={TopicId("abuse"): limits})


@pytest.mark.parametrize(("count", "wanted"), [(2, None), (3, Severity.NOTE), (6, Severity.REVIEW)])
def test_scored_model(count: int, wanted: Severity | None) -> None:
    """Above the upper threshold a case, between the two a note, below nothing but the score."""
    judged = judge(models=[_model()]).judge(material("oh grr" + " grr" * (count - 1)), CONTEXT)
    assert [one.severity for one in judged.findings] == ([wanted] if wanted else [])
    assert judged.scores == {"terms.2": count / 10}
    assert [one.quote for one in judged.findings] == (["grr"] if wanted else [])


def test_model_is_silent_where_a_rule_has_spoken() -> None:
    """A clause that a rule has found is not found by a model too; its score still stands."""
    judged = judge(rule(terms("oh")), models=[_model()]).judge(material("oh" + " grr" * 9), CONTEXT)
    assert [one.rule for one in judged.findings] == ["abuse/made-up"]
    assert judged.scores == {"terms.2": 1.0}


def test_model_is_not_asked_of_comments() -> None:
    """Another author's words are scored only where the thresholds say so."""
    comment = material("grr " * 9, author="passer-by")
    assert not judge(models=[_model()]).judge(comment, CONTEXT).findings


def test_what_was_let_go_of_is_made_again() -> None:
    """The bundled judge finds the same after it has let go, also while other threads judge."""
    _, bundled = rulebook(None)
    texts = [text for each in bundled.rules[:20] for text in (hit.text for hit in each.hits)]
    wanted = [bundled.examine(material(text), CONTEXT) for text in texts]
    ended = threading.Event()

    def let_go() -> None:
        while not ended.is_set():
            bundled.forget()

    with ThreadPoolExecutor(1) as pool:
        letting = pool.submit(let_go)
        try:
            found = [bundled.examine(material(text), CONTEXT) for text in texts]
        finally:
            ended.set()
        letting.result()
    assert any(judged.findings for judged, _ in wanted)
    assert found == wanted


def test_thresholds_in_order() -> None:
    """A lower threshold above the upper one is a mistake."""
    with pytest.raises(ValueError, match="order"):
        Thresholds(lower=0.7, upper=0.6, reason="x")


class _Broken(_Scorer):
    def score(self, normal: Normal) -> Mapping[TopicId, Score]:
        raise ZeroDivisionError(normal.original)


def test_crashed_model_is_not_judged() -> None:
    """A model that fails is named, without the text, and the rules' findings stand."""
    model = ScoredModel(scorer=_Broken(), thresholds=_model().thresholds)
    judged = judge(rule(terms("x")), models=[model]).judge(material("x secret"), CONTEXT)
    assert len(judged.findings) == 1
    assert len(judged.not_judged) == 1
    assert "counting" in judged.not_judged[0]
    assert "secret" not in judged.not_judged[0]


def _crash(material: Material, _context: Context) -> Iterable[Hit]:
    raise KeyError(material.words.text)


def _shouts(material: Material, _context: Context) -> Iterable[Hit]:
    text = material.words.text
    yield Hit(spans=((0, len(text)),), reason="It shouts.", score=0.5)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer two checks as a file of the folder would."""
    offered = {"crash": _crash, "shouts": _shouts}
    monkeypatch.setattr(coded, "CHECKS", offered, raising=False)


@pytest.mark.usefixtures("checks")
def test_coded_check() -> None:
    """A coded check's hits become one finding dressed by its rule."""
    (found,) = judge(rule(check="coded.shouts")).judge(material("HEY"), CONTEXT).findings
    assert (found.rule, found.quote, found.reason, found.score) == (
        "abuse/made-up",
        "HEY",
        "It shouts.",
        0.5,
    )


@pytest.mark.usefixtures("checks")
def test_crashed_check_is_not_judged() -> None:
    """A check that crashes is never clean, and says nothing of the post."""
    judged = judge(rule(check="coded.crash")).judge(material("a secret"), CONTEXT)
    assert not judged.findings
    assert judged.not_judged == ("abuse/made-up on version of the given text: the check failed",)


@pytest.mark.parametrize("name", ["coded.unknown", "nowhere.nino", "os.path", "coded"])
def test_unknown_check(name: str) -> None:
    """A check that does not exist is refused when the judge is built."""
    with pytest.raises(RuleError, match="there is no check"):
        judge(rule(check=name))


POLISH = "Spotkanie jest dla wszystkich i nie jest trudne, ale od jutra tylko dla dzieci po szkole"


def test_language() -> None:
    """Clearly another language is not judged, unless a rule found something."""
    assert judge(rule(terms("x"))).judge(material(POLISH), CONTEXT).not_judged == (
        "language: not English",
    )
    found = judge(rule(terms("spotkanie"))).judge(material(POLISH), CONTEXT)
    assert (len(found.findings), found.not_judged) == (1, ())


def test_digest_follows_content() -> None:
    """Rules, policy and models are in the digest; the order of rules is not."""
    one, two = rule(terms("x"), name="one"), rule(terms("y"), name="two")
    base = judge(one, two).digest
    assert judge(two, one).digest == base
    assert judge(replace(one, reason="Another."), two).digest != base
    assert judge(one, two, models=[_model()]).digest != base
    assert (
        judge(one, two, models=[_model(upper=0.7)]).digest
        != judge(one, two, models=[_model()]).digest
    )
    assert judge(replace(one, harmless="Other words."), two).digest == base


def test_empty_text() -> None:
    """A post without a word is clean, not an error."""
    judged = judge(rule(terms("x"))).judge(material(""), CONTEXT)
    assert (judged.findings, judged.not_judged) == ((), ())


def test_nothing_compiled_outlives_forgetting() -> None:
    """Neither with us nor with RE2's module, whose patterns grow with each text they see."""
    ours = judge(rule(patterns(r"fnord\d+", r"\bfoo[a-z]+")))
    ours.forget()
    before = _alive()
    found = ours.judge(material("Fnord23 and food"), CONTEXT).findings
    during = _alive()
    ours.forget()
    assert (len(found), during - before, _alive() - before) == (1, 2, 0)


def _alive() -> int:
    """Count compiled patterns: those of RE2's module, and what asks one of ours."""
    gc.collect()
    kinds = (type(re2.compile(b"")), re2._re2.RE2)
    re2.purge()
    return sum(
        type(one) is kinds[0] or (type(one) is MethodType and type(one.__self__) is kinds[1])
        for one in gc.get_objects()
    )
