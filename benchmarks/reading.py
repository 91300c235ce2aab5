"""How long one scan of ten accounts with a hundred posts each takes, and what it asks for.

The yardstick is the sum of the loopback servers' own answer times in the same run.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.posts import posts
from benchmarks.town import Town
from monitor.demo.world import Site

_SITES = (Site.X, Site.FACEBOOK, Site.FEED)


def measure(*, accounts: int = 10, count: int = 100, runs: int = 3) -> dict[str, float]:
    """Return medians over several first scans, each with a new database.

    Returns:
        ``posts`` read, ``most_requests`` of one account, ``scan_s`` of the whole command,
        ``servers_s`` (sum of the servers' answer times), ``ratio`` of the two, and
        ``again_s`` of a second scan with nothing new.
    """
    figures = [_one(accounts, count) for _ in range(runs)]
    return {key: median(figure[key] for figure in figures) for key in figures[0]}


def _one(accounts: int, count: int) -> dict[str, float]:
    texts = posts(count)
    with (
        tempfile.TemporaryDirectory() as folder,
        Town(Path(folder), [(_SITES[n % 3], texts) for n in range(accounts)]) as town,
    ):
        began = time.perf_counter()
        shown, asked = town.run_json("scan")
        scan_s = time.perf_counter() - began
        began = time.perf_counter()
        town.run_json("scan")
        again_s = time.perf_counter() - began
    return {
        "posts": sum(line["posts"] for line in shown["coverage"]),
        "most_requests": max(asked.requests.values()),
        "scan_s": scan_s,
        "servers_s": asked.servers_s,
        "ratio": scan_s / asked.servers_s,
        "again_s": again_s,
    }


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:16} {value:>10.2f}")
