"""Memory that is refused."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import SEED, WHOLE
from tests.faults.telling import as_told, settled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.aftermath import Undisturbed
    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown

MORNING = ("digest", "--send")
TIMES = 16 if WHOLE else 3
_MOST = 64 << 20


@pytest.mark.slow
def test_refused_memory_is_told_and_loses_nothing(
    town: FaultTown, morning: Undisturbed, tmp_path: Path, tried: Callable[[str], Tried]
) -> None:
    """From the first byte to a little too little: it fails aloud, and the next run is whole."""
    draw, row = random.Random(f"{SEED} memory"), tried("memory refused (RLIMIT_AS)")  # noqa: S311
    refused = 0
    for number in range(TIMES):
        folder, since = town.fresh(tmp_path / f"{number}"), len(town.smtp.mails)
        more = int(_MOST * draw.random() ** 2)
        done = town.live(folder, *MORNING, more_memory=more)
        told = f"seed {SEED}, {more} bytes more, exit {done.code}: {done.err[-400:]}"
        if done.code != 0:
            refused += 1
            row.told(f"exit {done.code}" if done.code > 0 else f"signal {-done.code}")
        again = town.live(folder, *MORNING)
        assert again.code == 0, f"{told}; again: {again.err}"
        assert town.live(folder, "scan").code == 0
        settled(row, town, folder, since=since, wanted=as_told(town, since, morning), told=told)
    assert refused
