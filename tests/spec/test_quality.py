"""The figures that were reached on the test hands do not fall."""

from __future__ import annotations

from benchmarks.quality import fallen, judge_with, of_hands
from benchmarks.rows import interval


def test_no_figure_falls() -> None:
    """Breaches by level, look-alikes and plain abuse on the hands never trained on."""
    rows = of_hands(judge_with())
    assert fallen(rows) == []
    assert all(row.size > 0 for row in rows)


def test_interval() -> None:
    """Wilson's interval holds the share and stays between 0 and 1."""
    low, high = interval(0, 3465)
    assert low == 0.0
    assert 0.0010 < high < 0.0012
