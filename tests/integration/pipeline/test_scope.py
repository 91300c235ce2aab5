"""Whom each clause binds: design.md section 2 as a table, every clause by every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from config.types import Kind, PollId, PollType, Severity, SubjectKind, WindowBasis, WindowMode
from monitor.checks.base import Context, Material
from monitor.desk import Desk
from monitor.freeze.windows import Window
from storage.values import Words

if TYPE_CHECKING:
    from monitor.checks.base import Judgement

EVERYBODY = frozenset(Kind)
SPEAKING = frozenset({Kind.COUNCIL, Kind.MAYORAL})
BOUND = {
    "terms.1": EVERYBODY,
    "terms.2": EVERYBODY,
    "terms.3": EVERYBODY,
    "terms.4": EVERYBODY,
    "terms.5": SPEAKING,
    "terms.6": SPEAKING,
    "terms.7": frozenset({Kind.COUNCIL}),
    "requirements.1": EVERYBODY,
    "requirements.2": EVERYBODY,
    "requirements.3": EVERYBODY,
    "requirements.4": EVERYBODY,
    "requirements.5": EVERYBODY,
    "requirements.6": frozenset({Kind.MEMBER}),
    "freeze": EVERYBODY - {Kind.MEMBER},
}
POSTS = BOUND.keys() - {f"requirements.{number}" for number in range(1, 5)}
NOW = datetime(2027, 4, 20, 12, tzinfo=UTC)
WINDOW = Window(
    poll=PollId("parish.2027-05-06"),
    poll_type=PollType.PARISH,
    basis=WindowBasis.DECLARED,
    start=NOW.replace(month=3),
    end=NOW.replace(month=5),
    mode=WindowMode.RESTRICTED,
    area="whole",
    in_force=True,
    provisional=False,
    why="The notice was published.",
)


@pytest.fixture(scope="module")
def desk() -> Desk:
    """Return the bundled policy and rules."""
    return Desk.open(None, as_of=NOW)


def example(desk: Desk, clause: str) -> str:
    """Return a text that a rule for posts of every bound kind must find under a clause."""
    return next(
        rule.hits[0].text
        for rule in desk.bench.judge.rules
        if rule.clause == clause and SubjectKind.POST in rule.on and not rule.kinds
    )


def judged(desk: Desk, text: str, kind: Kind, *, author: str = "") -> Judgement:
    """Judge a post of an account of some kind, published inside a window."""
    material = Material(
        words=Words(text=text, own_length=len(text)),
        kind=kind,
        author=author,
        published_at=NOW,
        shown_from=NOW,
        shown_by=NOW,
    )
    bench = replace(desk.bench, context=Context(as_of=NOW, windows=(WINDOW,)))
    return bench.judgement(material)


def found(desk: Desk, text: str, kind: Kind, *, author: str = "") -> set[str]:
    """Return the clauses that such a post may breach."""
    return {one.clause for one in judged(desk, text, kind, author=author).findings}


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("clause", sorted(POSTS))
def test_a_clause_is_found_where_it_binds_and_nowhere_else(
    desk: Desk, clause: str, kind: Kind
) -> None:
    """The same words breach a clause on one account and none of its business on another."""
    assert (clause in found(desk, example(desk, clause), kind)) is (kind in BOUND[clause])


def test_the_policy_binds_whom_the_table_says(desk: Desk) -> None:
    """Profile clauses too: every clause of the policy is in the table, with its kinds."""
    stated = {clause.id: frozenset(clause.kinds) for clause in desk.policy.clauses.values()}
    assert stated == BOUND


@pytest.mark.parametrize("clause", sorted(POSTS))
def test_others_words_are_not_the_councils(desk: Desk, clause: str) -> None:
    """What a visitor writes is no breach by the council, save what must not stay there."""
    theirs = found(desk, example(desk, clause), Kind.COUNCIL, author="a visitor")
    assert theirs <= {"terms.1", "terms.2", "terms.3"}


@pytest.mark.parametrize("rule", range(5))
def test_nothing_on_a_members_page_is_urgent(desk: Desk, rule: int) -> None:
    """Every urgent rule's own example is for review on a member's page."""
    urgent = [one for one in desk.bench.judge.rules if one.severity is Severity.URGENT]
    for one in urgent[rule::5]:
        for hit in one.hits:
            findings = judged(desk, hit.text, Kind.MEMBER).findings
            assert Severity.URGENT not in {finding.severity for finding in findings}
