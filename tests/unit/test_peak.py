"""What benchmarks say of a command's memory is the command's own."""

from __future__ import annotations

import os
import sys

from benchmarks.peak import measured

MB = 1_000_000


def test_memory_of_who_measures_does_not_count() -> None:
    """A small command is small, however much memory the process has that measures it."""
    held = b"x" * (150 * MB)
    with measured([sys.executable, "-c", "pass"], os.environ) as small:
        pass
    assert small.peak_mb < len(held) / MB / 2


def test_most_of_it_counts() -> None:
    """The fullest moment counts, what is written can be read, and the code is told."""
    script = "import sys; held = b'x' * 100_000_000; del held; sys.exit('said')"
    with measured([sys.executable, "-c", script], os.environ) as large:
        said = large.said.read()
    assert (said, large.code) == ("said\n", 1)
    assert 100 < large.peak_mb < 150
