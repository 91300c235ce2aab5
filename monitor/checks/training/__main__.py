"""Trains the tables: ``python -m monitor.checks.training --sets FOLDER [--ordinary FILE]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from monitor.checks.training.build import train


def main() -> None:
    """Read the arguments and write the table."""
    here = Path(__file__).parents[3]
    parser = argparse.ArgumentParser(prog="python -m monitor.checks.training")
    parser.add_argument("--sets", type=Path, required=True, help="folder of the sets trained on")
    parser.add_argument(
        "--ordinary", type=Path, required=True, help="ordinary posts for thresholds, JSON lines"
    )
    parser.add_argument("--posts", type=Path, default=here / "datasets")
    parser.add_argument("--out", type=Path, default=here / "monitor" / "checks" / "tables")
    parser.add_argument("--most", type=int, help="only the first so many of each set, for a trial")
    given = parser.parse_args()
    for line in train(
        sets=given.sets,
        ordinary=given.ordinary,
        posts=given.posts,
        out=given.out,
        most=given.most,
    ):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
