"""Quality inside an election window: posts written for that, and ordinary ones of public bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.rows import Row
from benchmarks.window import INSIDE, OUTSIDE, Post, frozen, opens_case
from benchmarks.window import posts as window_posts
from config.types import Kind, Severity
from monitor.checks.training.sources import TRAINED_ON, WIDENED_WITH, WINDOW_TESTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.checks.judge import Judge
    from monitor.checks.training.sources import Text

_PARTS = {
    **{
        ending: (parts, f"window-posts never trained on: {', '.join(sorted(parts))}")
        for ending, parts in WINDOW_TESTS.items()
    },
    "": (WIDENED_WITH, "window-posts that the rules were widened with, and trained on"),
    "-later": (TRAINED_ON, "window-posts trained on"),
}
"""By the ending of the rows' keys: which parts, and how they are named."""


def of_window(judge: Judge, ordinary: Sequence[Text], *, on: str) -> list[Row]:
    """Return the rows inside an election window, by the freeze's rules and all others.

    Args:
        judge: What judges.
        ordinary: Ordinary posts of public bodies; none: the rows say that nothing was measured.
        on: The name of their set.
    """
    return [*_of_written(judge), *_of_ordinary(judge, ordinary, on)]


def _of_written(judge: Judge) -> list[Row]:
    rows = []
    for ending, (parts, on) in _PARTS.items():
        for expect, key in (("freeze", "window-breaches"), ("quiet", "window-allowed")):
            is_breach = expect == "freeze"
            hits = [
                opens_case(judge, post)
                for post in window_posts()
                if post.part in parts and post.expect == expect
            ]
            rows.append(
                Row(
                    key=f"{key}{ending}",
                    what="must not be posted in a window: found by any rule"
                    if is_breach
                    else "allowed in a window: flagged by any rule",
                    on=on,
                    hits=sum(hits),
                    size=len(hits),
                    floor=0.80 if is_breach else 0.05,
                    aim=0.90 if is_breach else 0.02,
                    is_most=not is_breach,
                )
            )
    return rows


def _of_ordinary(judge: Judge, texts: Sequence[Text], on: str) -> list[Row]:
    ordinary = [
        Post(id="", part="", kind=Kind.COUNCIL, level="", expect="quiet", text=one.text)
        for one in texts
    ]
    rows = []
    for key, at, where in (
        ("window-ordinary", INSIDE, "in a window: flagged by the freeze's rules"),
        ("window-outside", OUTSIDE, "and window-posts outside one: flagged by the freeze's rules"),
    ):
        tried = ordinary if at is INSIDE else [*ordinary, *window_posts()]
        hits = [
            any(one.severity is not Severity.NOTE for one in frozen(judge, post, at))
            for post in tried
        ]
        rows.append(
            Row(
                key=key,
                what=f"ordinary public-body posts {where}",
                on=on,
                hits=sum(hits),
                size=len(hits),
                floor=0.01 if at is INSIDE else 0.0,
                aim=0.001 if at is INSIDE else 0.0,
                is_most=True,
            )
        )
    return rows
