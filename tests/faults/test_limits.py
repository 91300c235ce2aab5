"""Memory that is refused."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import SEED, WHOLE
from tests.faults.telling import settled
from tests.faults.town import named

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.aftermath import Undisturbed
    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown

MORNING = ("digest", "--send")
NOT_READ = (" not read", " not be read", "No account could be read")
"""What a digest's subject says of accounts that were not read."""
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
        wanted = as_told(morning, list(named(town.smtp.mails[since:])))
        settled(row, town, folder, since=since, wanted=wanted, told=told)
    assert refused


def as_told(morning: Undisturbed, mails: list[str]) -> Undisturbed:
    """Return what is wanted where memory did not suffice to read an account.

    Then the morning's digest, under its one Message-ID, says that it was not read: its subject
    is another, and what that account held waits for the next one.
    """
    digests = {name.split()[0]: name for name in morning.mails}
    partial = {name.split()[0]: name for name in mails if any(said in name for said in NOT_READ)}
    assert partial.keys() <= digests.keys()
    return replace(morning, mails=frozenset((digests | partial).values()))
