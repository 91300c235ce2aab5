"""The posts of ``datasets/window-posts`` inside an election window, and outside one.

Read by ``make quality`` and by ``tests/spec/test_window_posts.py``; the set's README says how the
posts were written, and what was found before any rule was changed by them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.types import Kind, PollId, PollType, Severity
from monitor.checks.base import Context, Material
from monitor.freeze.candidates import read_candidates
from monitor.freeze.naming import standing_names
from monitor.freeze.rules import judge_freeze
from monitor.freeze.windows import all_windows, in_force
from storage.values import ExtraWords, PollRow, Words

if TYPE_CHECKING:
    from monitor.checks.judge import Judge
    from storage.values import Finding

FOLDER = Path(__file__).parents[1] / "datasets" / "window-posts"
POLL = PollRow(
    id=PollId("parish.2027-05-06"),
    type=PollType.PARISH,
    held_on=date(2027, 5, 6),
    notice_on=date(2027, 3, 22),
)
INSIDE = datetime(2027, 4, 20, 11, tzinfo=UTC)
OUTSIDE = datetime(2027, 1, 20, 11, tzinfo=UTC)
AFTERWARDS = datetime(2027, 6, 1, 8, tzinfo=UTC)


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
    """Return the made-up town's window, with the candidates of its list, seen after its poll."""
    listed = read_candidates((FOLDER / "candidates.csv").read_bytes(), name="candidates.csv")
    windows = all_windows(
        (POLL,), zone=ZoneInfo("Europe/London"), nation="England", as_of=AFTERWARDS
    )
    return Context(
        as_of=AFTERWARDS,
        windows=in_force(windows),
        candidates={POLL.id: standing_names(listed.candidates)},
    )


def frozen(judge: Judge, post: Post, at: datetime) -> tuple[Finding, ...]:
    """Return what the freeze finds in a post published at an instant."""
    material = post.material(at)
    _, in_window = judge.examine(material, context())
    return judge_freeze(material, in_window, context())


def opens_case(judge: Judge, post: Post) -> bool:
    """Return whether a case would open on a post inside the window, by any rule."""
    judged = judge.judge(post.material(INSIDE), context())
    found = (*frozen(judge, post, INSIDE), *judged.findings)
    return any(finding.severity is not Severity.NOTE for finding in found)
