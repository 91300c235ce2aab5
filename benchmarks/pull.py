"""One pull of fifty accounts on eight platforms whose answers take their time, nothing new.

The yardstick is the longest account's own waiting: nobody can be quicker than it. Then the same
pull while one account hangs: when were the others done, beside before?
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from benchmarks.peak import measured
from benchmarks.posts import posts
from benchmarks.town import COMMAND
from config.sample import sample
from monitor.cli.common import Exit
from monitor.demo.smtp_server import SmtpServer
from tests.lib.mixed_town import PLATFORMS, MixedTown

WAIT_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """One pull.

    Attributes:
        took_s: The whole command.
        peak_mb: Its largest resident memory; see `benchmarks.peak`.
        done_s: When each account was read and judged, from the command's start.
    """

    took_s: float
    peak_mb: float
    done_s: dict[str, float]


def measure(*, accounts: int = 50, wait_s: float = WAIT_S) -> dict[str, float]:
    """Return the figures of a quiet pull, and of one in which an account hangs.

    Returns:
        ``accounts``, ``most_requests`` of one account and of one on each platform, ``pull_s``,
        ``waiting_s`` (the longest account's own), ``ratio`` of the two, ``all_waiting_s`` (every
        account's, one after another), ``peak_mb``, and with one that hangs ``others_s`` beside
        ``others_before_s``: when the last of all others was done.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        SmtpServer() as smtp,
        MixedTown(
            lambda: datetime.now(UTC), accounts=accounts, texts=posts(10), wait_s=wait_s
        ) as town,
    ):
        environ = _configure(Path(folder), town, smtp)
        _pull(environ)
        before = town.asked()
        quiet = _pull(environ)
        asked = Counter(town.asked())
        asked.subtract(before)
        hung = next(label for label in town.labels if label in town.servers)
        town.hang(hung)
        hanging = _pull(environ, ends=Exit.PART)
    most = max(asked.values())
    others = [label for label in town.labels if label != hung]
    by_platform = {
        f"most_requests {name}": max(n for label, n in asked.items() if label.startswith(name))
        for name in PLATFORMS
    }
    return {
        "accounts": accounts,
        "most_requests": most,
        **by_platform,
        "pull_s": quiet.took_s,
        "waiting_s": most * wait_s,
        "ratio": quiet.took_s / (most * wait_s),
        "all_waiting_s": asked.total() * wait_s,
        "peak_mb": quiet.peak_mb,
        "others_s": max(hanging.done_s[label] for label in others),
        "others_before_s": max(quiet.done_s[label] for label in others),
        "hung_s": hanging.done_s[hung],
    }


def _configure(folder: Path, town: MixedTown, smtp: SmtpServer) -> dict[str, str]:
    """Write the configuration; return the environment."""
    answers = {
        "mail.host": "127.0.0.1",
        "mail.port": smtp.port,
        "mail.security": "none",
        "budget.x.usd_per_month": Decimal("1000.00"),
    }
    tables = "".join(f"\n[[accounts]]\n{entry}" for entry in town.entries.values())
    file = folder / "clerkwatch.toml"
    file.write_text(sample(answers) + tables, encoding="utf-8")
    return os.environ | town.environ | {"CLERKWATCH_CONFIG": str(file), "CLERKWATCH_LOG": "info"}


def _pull(environ: dict[str, str], *, ends: Exit = Exit.WELL) -> Pulled:
    """Scan once with the installed command, and note when each account is done.

    Raises:
        RuntimeError: It ended otherwise than given: what was measured is no such pull.
    """
    began = time.perf_counter()
    done: dict[str, float] = {}
    with measured([COMMAND, "scan", "--json"], environ) as scan:
        for line in scan.said:
            if line.startswith("{") and (said := json.loads(line))["event"] == "account done":
                done[said["account"]] = time.perf_counter() - began
    if scan.code != ends:
        raise RuntimeError(f"the pull ended with {scan.code}, not {ends.value}")
    return Pulled(took_s=time.perf_counter() - began, peak_mb=scan.peak_mb, done_s=done)


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:26} {value:>10.2f}")
