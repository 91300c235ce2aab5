"""Whether every rule does what its own examples say: ``clerkwatch rules test``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from config.types import Kind, SubjectKind
from monitor.checks.base import Context, Material
from storage.values import ExtraWords, Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from config.rules import Example, RuleData
    from config.types import RuleId
    from monitor.checks.judge import Judge

# Examples are judged without elections; no rule's own examples depend on the day.
_CONTEXT = Context(
    as_of=datetime(2026, 1, 1, tzinfo=UTC),
    council="Elstree and Borehamwood Town Council",
    email_domain="elstreeborehamwood-tc.gov.uk",
    logo_hash="0123456789abcdef",
)
_HANDLE = "EBTownCouncil"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleFailure:
    """An example that does not hold.

    Attributes:
        rule: Whose example it is.
        file: Where it stands.
        text: The example.
        wanted: ``hit`` or ``quiet``.
        why: One sentence for whoever wrote the rule.
    """

    rule: RuleId
    file: str
    text: str
    wanted: str
    why: str


def material_of(example: Example, rule: RuleData, judge: Judge) -> Material:
    """Return an example as judging sees a version.

    Args:
        example: The text, with its kind and what it shares.
        rule: Decides the kind where the example names none: council if the rule is for
            council accounts, else the first kind it is for.
        judge: Knows whom the clause binds.
    """
    text = "\n".join(part for part in (example.text, example.referenced) if part)
    extras = (
        (ExtraWords(kind="referenced", text=example.referenced, by="another"),)
        if example.referenced
        else ()
    )
    subject = rule.on[0]
    return Material(
        words=Words(
            text=text,
            own_length=len(example.text),
            extras=extras,
            is_repost=bool(example.referenced) and not example.text,
            fields={"description": text, **dict(example.fields)}
            if subject is SubjectKind.PROFILE
            else {},
        ),
        kind=example.kind or _kind(rule, judge),
        subject=subject,
        handle=_HANDLE,
    )


def test_rules(judge: Judge) -> list[ExampleFailure]:
    """Run examples and return those that do not hold, in the rules' order.

    Args:
        judge: Holds all rules: an example is run against everything, so a crash shows.
    """
    failures: list[ExampleFailure] = []
    for rule in judge.rules:
        failures += _failures(judge, rule, rule.hits, wanted="hit")
        failures += _failures(judge, rule, rule.near_misses, wanted="quiet")
    return failures


# pytest would take the name for a test of its own when a test imports it.
test_rules.__test__ = False  # type: ignore[attr-defined]  # a function's attribute


def _failures(
    judge: Judge, rule: RuleData, examples: Iterable[Example], *, wanted: str
) -> Iterable[ExampleFailure]:
    for example in examples:
        matches = judge.matches(material_of(example, rule, judge), _CONTEXT)
        found = next((match for match in matches.found if match.rule.id == rule.id), None)
        if matches.not_judged:
            why = f"it could not be judged: {matches.not_judged[0]}"
        elif wanted == "hit" and found is None:
            why = "the rule should find this and does not"
        elif wanted == "quiet" and found is not None:
            words = [example.text[start:end] for start, end in found.spans]
            why = f"the rule should leave this alone and finds {', '.join(map(repr, words))}"
        else:
            continue
        yield ExampleFailure(
            rule=rule.id,
            file=rule.file,
            text=example.text or example.referenced,
            wanted=wanted,
            why=why,
        )


def _kind(rule: RuleData, judge: Judge) -> Kind:
    fitting = [
        kind
        for kind in Kind
        if (not rule.kinds or kind in rule.kinds) and judge.policy.applies(rule.clause, kind)
    ]
    return fitting[0] if fitting else Kind.COUNCIL
