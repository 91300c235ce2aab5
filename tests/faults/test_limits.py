"""Memory that is refused, and SIGTERM in every phase."""

from __future__ import annotations

import itertools
import random
import signal
from typing import TYPE_CHECKING

import pytest

from monitor.shortage import SAID
from tests.faults.conftest import SEED, WHOLE
from tests.faults.driver import PHASES
from tests.faults.telling import as_told, settled
from tests.faults.test_kill import JOBS, Killing
from tests.faults.town import SITES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.aftermath import Undisturbed
    from tests.faults.conftest import Tried
    from tests.faults.town import FaultTown

MORNING = ("digest", "--send")
TIMES = 16 if WHOLE else 3
_MOST = 64 << 20
STOPPED = {
    "run": ("pull", "record", "judge", "apply", "mail", "commit"),
    "migrate": ("migrate",),
    "scan": ("pull", "record", "judge", "apply", "mail"),
    "backup": ("fsync", "rename", "unlink"),
    "purge": ("commit",),
    "rescan": ("judge", "apply"),
}
"""In which phases each command is told to end."""
EVERYDAY = ("record", "mail")


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


@pytest.mark.slow
@pytest.mark.parametrize("words", [MORNING, ("scan",)], ids="-".join)
def test_a_thread_without_memory_to_begin_ends_the_command(
    town: FaultTown,
    morning: Undisturbed,
    tmp_path: Path,
    tried: Callable[[str], Tried],
    words: tuple[str, ...],
) -> None:
    """Python would wait for it for ever: each thread in turn, until all have begun."""
    row = tried(f"no memory for a thread of {words[0]}")
    for number in itertools.count(1, 1 if WHOLE else 8):  # 0 watches over the others
        folder, since = town.fresh(tmp_path / f"{number}"), len(town.smtp.mails)
        done = town.live(folder, *words, threads=number)
        if done.code == 0:  # more than it has
            assert number > len(SITES)
            break
        row.told(f"exit {done.code}")
        told = f"thread {number}, exit {done.code}: {done.err[-400:]}"
        assert SAID in done.err, told
        for again in (MORNING, ("scan",)):
            assert town.live(folder, *again).code == 0, told
        settled(row, town, folder, since=since, wanted=as_told(town, since, morning), told=told)


@pytest.mark.slow
@pytest.mark.parametrize("name", STOPPED if WHOLE else ["run"])
def test_sigterm_in_every_phase_loses_nothing(
    town: FaultTown, tmp_path: Path, tried: Callable[[str], Tried], name: str
) -> None:
    """The daemon ends with 0 and goes on at its next start; a command is repeated."""
    assert set(PHASES) <= {phase for phases in STOPPED.values() for phase in phases}
    draw = random.Random(f"{SEED} term {name}")  # noqa: S311 - repeatable on purpose
    killing, job = Killing(town, name, tmp_path), JOBS[name]
    revision = "0003" if name == "migrate" else ""
    wanted = killing.undisturbed(revision)
    for phase in STOPPED[name] if WHOLE else EVERYDAY:
        row = tried(f"SIGTERM of {name} in {phase}")
        point = f"{phase} before"
        nth = draw.randint(1, wanted.points[point])
        folder, since = killing.fresh(f"{phase}", revision), len(town.smtp.mails)
        done = killing.live(folder, die_at=point, nth=nth, with_signal=signal.SIGTERM)
        told = f"seed {SEED}, {point} {nth}, exit {done.code}: {done.err[-800:]}"
        if job.is_daemon and phase != "migrate":
            assert done.code == 0, told
            row.told('exit 0, journal: "daemon stopping"')
            assert "daemon stopping" in done.out + done.err
        else:
            # Nothing to finish: as with kill -9. While it migrates the daemon is not ready yet.
            assert done.code in {0, -signal.SIGTERM}, told
            row.told(f"exit {done.code}" if done.code >= 0 else "the exit status: signal 15")
        again = killing.live(folder)
        assert again.code == 0, f"{told}; again: {again.err}"
        settled(row, town, folder, since=since, wanted=wanted, told=told)
