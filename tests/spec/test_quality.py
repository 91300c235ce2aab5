"""The figures that were reached on the test hands do not fall."""

from __future__ import annotations

import pytest

from benchmarks.hand_rows import of_hands
from benchmarks.quality import fallen, judge_with
from benchmarks.rows import interval
from monitor.checks.training.sources import (
    FRESH_TEST_HANDS,
    LATER_TEST_HANDS,
    NEWEST_TEST_HANDS,
    PLAIN_TEST_HANDS,
    TEST_HANDS,
    UNSEEN_TEST_HANDS,
    UNTIDY_TEST_HANDS,
)


@pytest.mark.parametrize(
    ("hands", "ending"),
    [
        (TEST_HANDS, ""),
        (LATER_TEST_HANDS, "-later-hand"),
        (NEWEST_TEST_HANDS, "-newest-hands"),
        (FRESH_TEST_HANDS, "-fresh-hand"),
        (UNSEEN_TEST_HANDS, "-unseen-hand"),
        (UNTIDY_TEST_HANDS, "-untidy-hand"),
        (PLAIN_TEST_HANDS, "-plain-hand"),
    ],
)
def test_no_figure_falls(hands: tuple[str, ...], ending: str) -> None:
    """Breaches by level, look-alikes and plain abuse on the hands never trained on."""
    rows = of_hands(judge_with(), hands, ending=ending)
    assert fallen(rows) == []
    assert all(row.size > 0 for row in rows)


def test_interval() -> None:
    """Wilson's interval holds the share and stays between 0 and 1."""
    low, high = interval(0, 3465)
    assert low == 0.0
    assert 0.0010 < high < 0.0012
