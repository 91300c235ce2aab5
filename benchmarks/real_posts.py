"""Publishes real posts through loopback platforms and lets the installed command read them.

    python -m benchmarks.real_posts FILE

``FILE`` is JSON lines with ``text``; the texts stay where they are. Half of them go out on a
loopback X account, half on a blog; then `scan` and `digest --send` run as anybody would run
them, and the findings are printed by rule, so that each false alarm can be looked at.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.town import Town
from monitor.demo.world import Site


def main(file: Path) -> None:
    """Publish, scan, send the digest, print the figures."""
    texts = [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines() if line]
    lots = [(Site.X, texts[::2]), (Site.FEED, texts[1::2])]
    with tempfile.TemporaryDirectory() as folder, Town(Path(folder), lots) as town:
        began = time.perf_counter()
        shown, asked = town.run_json("scan")
        scan_s = time.perf_counter() - began
        began = time.perf_counter()
        digest, _ = town.run_json("digest", "--send")
        digest_s = time.perf_counter() - began
        cases, _ = town.run_json("cases", "list")
        mails = len(town.smtp.mails)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    read = sum(line["posts"] for line in shown["coverage"])
    added = shown["findings"]["added"]
    loud = [case for case in cases if case["subject"] == "post"]
    print(f"posts published {len(texts)}, read {read}, requests {sum(asked.requests.values())}")
    print(f"scan {scan_s:.1f} s ({read / scan_s:,.0f} posts/s), digest {digest_s:.1f} s")
    print(f"peak memory of a command {memory:.0f} MB, mails {mails}")
    print(f"subject of the digest: {digest['subject']}")
    print(f"findings {len(added)}, cases on posts {len(loud)} ({len(loud) / max(read, 1):.2%})")
    for rule, number in Counter(found["rule"] for found in added).most_common():
        print(f"  {number:4} {rule}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
