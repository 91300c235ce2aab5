"""Whom each clause binds: design.md section 2 as a table, every clause by every kind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from config.types import ClauseId, Kind, SubjectKind, WindowBasis, WindowMode, PollType, PollId
from monitor.checks.base import Context, Material
from monitor.desk import Desk
from monitor.freeze.windows import Window
from storage.values import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def examples(desk: Desk) -> Iterator[tuple[ClauseId, str]]:
    """Yield every hit that the rules for posts give as their own example."""
    for rule in desk.bench.judge.rules:
        if SubjectKind.POST in rule.on and not rule.check:
            yield from ((rule.clause, hit) for hit in rule.hits)


def found(desk: Desk, text: str, kind: Kind, *, author: str = "") -> set[str]:
    """Return the clauses that a post of an account of some kind may breach."""
    material = Material(
        words=Words(text=text, own_length=len(text)),
        kind=kind,
        author=author,
        published_at=NOW,
        shown_from=NOW,
        shown_by=NOW,
    )
    context = Context(as_of=NOW, windows=(WINDOW,))
    bench = desk.bench
    object.__setattr__(bench, "context", context)
    return {one.clause for one in bench.judgement(material).findings}
