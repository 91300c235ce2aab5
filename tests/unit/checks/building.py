"""Small rules, texts and judges for the tests of the engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from config.policy import Policy, load_policy
from config.rules import Example, Group, Near, RuleData, Unless
from config.types import Kind, RuleId, Severity, SubjectKind, TopicId
from monitor.checks.base import Context, Material
from monitor.checks.judge import Judge
from monitor.checks.layout import Sources
from monitor.checks.matcher import Matcher
from storage.values import ExtraWords, Words

POLICY: Policy = load_policy("elstree-borehamwood-2017")
CONTEXT = Context(as_of=datetime(2026, 5, 1, tzinfo=UTC), email_domain="council.example")


def rule(*groups: Group, topic: str = "abuse", name: str = "made-up", **given: Any) -> RuleData:
    """Return a rule whose groups are given, everything else made up."""
    stated: dict[str, Any] = {
        "id": RuleId(f"{topic}/{name}"),
        "topic": TopicId(topic),
        "clause": POLICY.clause(topic).id,
        "number": 1,
        "severity": Severity.REVIEW,
        "reason": "It says what it says.",
        "harmless": "It may be fine.",
        "on": (SubjectKind.POST,),
        "need": groups,
        "file": "made-up.toml",
    }
    return RuleData(**(stated | given))


def terms(*words: str, where: str = "any", support: bool = False) -> Group:
    """Return a group of literals."""
    return Group(terms=words, where=where, support=support)


def patterns(*written: str) -> Group:
    """Return a group of patterns."""
    return Group(patterns=written)


def material(
    text: str,
    *,
    kind: Kind = Kind.COUNCIL,
    shared: str = "",
    author: str = "",
    subject: SubjectKind = SubjectKind.POST,
) -> Material:
    """Return one version; ``shared`` are another author's words below the own ones."""
    whole = f"{text}\n{shared}" if shared else text
    extras = (ExtraWords(kind="referenced", text=shared, by="other"),) if shared else ()
    return Material(
        words=Words(text=whole, own_length=len(text), extras=extras),
        kind=kind,
        author=author,
        subject=subject,
    )


def quotes(text: str, *rules: RuleData, shared: str = "") -> dict[str, list[str]]:
    """Return what each rule that matched quotes from a text."""
    matcher = Matcher(rules)
    words = material(text, shared=shared).words
    return {
        found.id.partition("/")[2]: [words.text[start:end] for start, end in spans]
        for found, spans in matcher.match(matcher.normalise(words.text), Sources.of(words))
    }


def judge(*rules: RuleData, **given: Any) -> Judge:
    """Return a judge over a few rules."""
    return Judge(POLICY, rules, **given)


__all__ = [
    "CONTEXT",
    "POLICY",
    "Example",
    "Near",
    "Unless",
    "judge",
    "material",
    "patterns",
    "quotes",
    "rule",
    "terms",
]
