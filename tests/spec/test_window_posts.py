"""What is found inside a restricted window, in posts written for that, and outside one.

`datasets/window-posts/README.md` says how they were written and what was measured before any
rule was changed by them. The floors here only keep what is reached: the rules were widened
with these posts in view.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.types import Kind, Severity
from monitor.checks.base import Context, Material
from monitor.freeze.candidates import read_candidates
from monitor.freeze.naming import standing_names
from monitor.freeze.rules import judge_freeze
from storage.values import ExtraWords, Words
from tests.spec.test_tables import bundled_judge
from tests.unit.freeze.build import a_poll, around

if TYPE_CHECKING:
    from storage.values import Finding

FOLDER = Path(__file__).parents[2] / "datasets" / "window-posts"
POLL = a_poll(notice_on=date(2027, 3, 22))
INSIDE = datetime(2027, 4, 20, 11, tzinfo=UTC)
OUTSIDE = datetime(2027, 1, 20, 11, tzinfo=UTC)
FLOORS = {"first": 0.95, "second": 0.80, "third": 0.80}
MOST_FALSE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One line of the data."""

    id: str
    part: str
    kind: Kind
    level: str
    expect: str
    text: str
    alt: str = ""
    referenced: str = ""
    by: str = ""

    def material(self, at: datetime) -> Material:
        """Return it as published at an instant."""
        extras = tuple(
            ExtraWords(kind=kind, text=text, by=by)
            for kind, text, by in (("alt", self.alt, ""), ("referenced", self.referenced, self.by))
            if text
        )
        text = "\n".join([self.text, *(extra.text for extra in extras)])
        return Material(
            words=Words(text=text, own_length=len(self.text), extras=extras),
            kind=self.kind,
            published_at=at,
            shown_from=at,
            shown_by=at,
        )


@lru_cache(maxsize=1)
def posts() -> tuple[Post, ...]:
    """Return every post, in the file's order."""
    lines = (FOLDER / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Post(**{**row, "kind": Kind(row["kind"])}) for row in map(json.loads, lines))


@lru_cache(maxsize=1)
def context() -> Context:
    """Return the made-up town's window, with the candidates of its list."""
    listed = read_candidates((FOLDER / "candidates.csv").read_bytes(), name="candidates.csv")
    return replace(
        around(POLL, as_of="2027-06-01 09:00"),
        candidates={POLL.id: standing_names(listed.candidates)},
    )


def frozen(post: Post, at: datetime) -> tuple[Finding, ...]:
    """Return what the freeze finds in a post published at an instant."""
    material = post.material(at)
    _, in_window = bundled_judge().examine(material, context())
    return judge_freeze(material, in_window, context())


@lru_cache(maxsize=1)
def flagged() -> frozenset[str]:
    """Return the posts for which a case would open inside the window, by any rule."""
    return frozenset(post.id for post in posts() if frozen(post, INSIDE) or _always(post))


def _always(post: Post) -> bool:
    judged = bundled_judge().judge(post.material(INSIDE), context())
    return any(finding.severity is not Severity.NOTE for finding in judged.findings)


def test_data_is_whole() -> None:
    """At least two hundred posts, each once, half of them allowed."""
    assert len({post.id for post in posts()}) == len({post.text for post in posts()})
    counts = Counter(post.expect for post in posts())
    assert counts["freeze"] >= 100
    assert counts["quiet"] >= 100


@pytest.mark.parametrize("part", FLOORS)
def test_what_must_not_be_posted_is_found(part: str) -> None:
    """The share found does not fall."""
    some = [post for post in posts() if (post.part, post.expect) == (part, "freeze")]
    found = [post for post in some if post.id in flagged()]
    assert len(found) >= FLOORS[part] * len(some)


@pytest.mark.parametrize("part", FLOORS)
def test_what_is_allowed_is_hardly_ever_flagged(part: str) -> None:
    """Look-alikes: the administration of the poll, services, emergencies, declining to speak."""
    allowed = [post for post in posts() if (post.part, post.expect) == (part, "quiet")]
    assert len([post for post in allowed if post.id in flagged()]) <= MOST_FALSE * len(allowed)


def test_outside_the_window_none_of_them_fires() -> None:
    """The same posts in January: the freeze is silent about every one."""
    assert [post.id for post in posts() if frozen(post, OUTSIDE)] == []
