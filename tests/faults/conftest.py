"""The town that faults befall, and the table that is printed at the end."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.faults.aftermath import Undisturbed
from tests.faults.town import FaultTown, named, traced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEED = int(os.environ.get("CLERKWATCH_FAULT_SEED", "20261124"))
WHOLE = os.environ.get("CLERKWATCH_FAULTS", "") == "all"
"""All faults, as `make test-faults` wants; else the share that the everyday suite has time for."""
_PROPERTY = "fault"


@dataclass(slots=True)
class Tried:
    """One row of the table: a fault, what it cost, and what told of it.

    Attributes:
        fault: In a few words.
        times: How often it befell something.
        lost: Rows and mails that were not there afterwards.
        doubled: Mails under a second Message-ID, and rows that were there twice.
        by: What told of it, each counted; only what a test has seen is put here.
    """

    fault: str
    times: int = 0
    lost: int = 0
    doubled: int = 0
    by: Counter[str] = field(default_factory=Counter)

    def told(self, *by: str) -> None:
        """Note what told of the fault."""
        self.by.update(by)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultTown]:
    """Start the town and live its first day."""
    with FaultTown(tmp_path_factory.mktemp("faults")) as town:
        town.second_day()
        yield town


@pytest.fixture(scope="session")
def morning(town: FaultTown, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Live the second morning without any fault: reading, judging, mails."""
    folder = town.fresh(tmp_path_factory.mktemp("morning") / "whole")
    since, began = len(town.smtp.mails), time.monotonic()
    done = town.live(folder, "digest", "--send")
    assert done.code == 0, done.err
    return Undisturbed(
        trace=traced(folder),
        mails=frozenset(named(town.smtp.mails[since:])),
        points=done.points,
        took_s=time.monotonic() - began,
    )


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Iterator[Callable[[str], Tried]]:
    """Begin rows of the table; they reach it when the test ends, however it ends."""
    rows: list[Tried] = []

    def begin(fault: str) -> Tried:
        rows.append(Tried(fault))
        return rows[-1]

    yield begin
    for row in rows:
        told = [row.fault, row.times, row.lost, row.doubled, dict(row.by)]
        record_property(_PROPERTY, json.dumps(told))


def pytest_report_header() -> str:
    """Name the seed, so that what was found can be found again."""
    return f"faults: seed {SEED} (CLERKWATCH_FAULT_SEED), {'all' if WHOLE else 'a share'}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of what was tried."""
    rows: dict[str, Tried] = {}
    for report in (one for many in terminalreporter.stats.values() for one in many):
        for name, value in getattr(report, "user_properties", ()):
            if name != _PROPERTY or report.when != "teardown":
                continue
            fault, times, lost, doubled, by = json.loads(value)
            row = rows.setdefault(fault, Tried(fault))
            row.times += times
            row.lost += lost
            row.doubled += doubled
            row.by.update(by)
    if not rows:
        return
    terminalreporter.section("faults")
    terminalreporter.write_line(f"seed {SEED}")
    for line in table(sorted(rows.values(), key=lambda row: row.fault)):
        terminalreporter.write_line(line)


def table(rows: list[Tried]) -> list[str]:
    """Return the table's lines, with the sum at the end."""
    width = max(len(row.fault) for row in rows)
    lines = [f"{'fault':{width}} | times | lost | doubled | detected by"]
    for row in rows:
        by = ", ".join(what for what, _ in row.by.most_common()) or "nothing to tell"
        lines.append(f"{row.fault:{width}} | {row.times:5} | {row.lost:4} | {row.doubled:7} | {by}")
    times, lost, doubled = (
        sum(getattr(row, name) for row in rows) for name in ("times", "lost", "doubled")
    )
    lines.append(f"{'all':{width}} | {times:5} | {lost:4} | {doubled:7} |")
    return lines
