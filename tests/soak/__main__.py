"""``python -m tests.soak``: lives through a month and prints its table; exit 1: it was not well."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from tests.soak.living import Pace
from tests.soak.month import soak
from tests.soak.table import table

_FIRST = date(2026, 10, 5)
"""The clocks go back on the 25th: one of thirty days has twenty-five hours."""
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - only for speed; a private folder is made in it


def main() -> int:
    """Read the options, live, print."""
    options = argparse.ArgumentParser(prog="make soak")
    options.add_argument("--days", type=int, default=30)
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--first", type=date.fromisoformat, default=_FIRST)
    options.add_argument("--pull-every", type=int, default=30, help="minutes")
    options.add_argument(
        "--look-every", type=int, default=5, help="minutes, where nothing urgent is"
    )
    given = options.parse_args()
    seed = given.seed if given.seed is not None else secrets.randbelow(1_000_000)
    sys.stdout.write(f"{given.days} days from {given.first}, seed {seed}\n\n")
    sys.stdout.flush()
    home = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="clerkwatch-soak-", dir=home) as folder:
        done = soak(
            Path(folder),
            seed=seed,
            first=given.first,
            days=given.days,
            pace=Pace(
                pull_every=timedelta(minutes=given.pull_every),
                coarse=timedelta(minutes=given.look_every),
            ),
        )
    sys.stdout.write(table(done.plan, done.lived, done.audit))
    return 1 if done.audit.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
