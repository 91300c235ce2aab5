"""How fast history is judged again, reading and writing SQLite, and how much memory it takes.

Each size is a process of its own, so that its peak memory is its own. The database is made by
another one: `rescan` never makes any, and the steps that do stay in memory for good, 13 MB. The
yardstick is the judging alone, over the same texts in the same process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from benchmarks.posts import posts
from config.sample import sample
from config.settings import load
from config.types import AccountId, Outcome, RunKind, SubjectKind
from monitor.app import App, build
from monitor.clock import SystemClock
from monitor.judging import bench, material_of
from monitor.rescan import Range, rescan
from storage.open import open_repository
from storage.values import Seen, Words

ACCOUNT = """
[[accounts]]
id = "council-x"
platform = "x"
terms_accepted.by = "Finance Committee"
terms_accepted.on = 2026-11-01
terms_accepted.minute = "2026/114"
handle = "TownCouncil"
kind = "council"
owner = "Communications Officer"
"""


_MAKES = "import sys, storage.open; storage.open.open_repository(sys.argv[1], create=True).close()"


def measure(sizes: tuple[int, ...] = (10_000, 200_000)) -> list[dict[str, float]]:
    """Return one row of figures for each number of stored posts."""
    return [_child(size) for size in sizes]


def _child(size: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "benchmarks.history", str(size)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def one(size: int) -> dict[str, float]:
    """Fill a database with posts and judge them all again in this process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clerkwatch.toml"
        file.write_text(sample({}) + ACCOUNT, encoding="utf-8")
        settings = load(file, environ={})
        subprocess.run([sys.executable, "-c", _MAKES, settings.storage.url], check=True)
        repository = open_repository(settings.storage.url)
        app = build(settings, clock=SystemClock(), repository=repository, environ={})
        repository.sync_register(app.register, at=app.clock.now())
        _fill(app, size)
        process = psutil.Process()
        peak = process.memory_info().rss

        def step(_judged: int) -> None:
            nonlocal peak
            peak = max(peak, process.memory_info().rss)

        began = time.perf_counter()
        first = rescan(app, Range(), as_of=app.clock.now(), dry_run=False, progress=step)
        writing_s = time.perf_counter() - began
        began = time.perf_counter()
        rescan(app, Range(), as_of=app.clock.now(), dry_run=False, progress=step)
        again_s = time.perf_counter() - began
        judging_s = _judging_alone(app, min(size, 5_000)) * size / min(size, 5_000)
        repository.close()
    return {
        "posts": size,
        "first_posts_per_s": round(size / writing_s),
        "again_posts_per_s": round(size / again_s),
        "judging_alone_posts_per_s": round(size / judging_s),
        "findings": len(first.outcome.added),
        "peak_mb": round(peak / 1e6, 1),
    }


def _fill(app: App, size: int) -> None:
    """Record synthetic posts as a reading would."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    run = app.repository.begin_run(RunKind.SCAN, by="bench", at=start)
    texts = posts(10_000)
    template = Seen(subject=SubjectKind.POST, platform_id="", at=start, outcome=Outcome.PRESENT)
    lot: list[Seen] = []
    for number in range(size):
        text = f"{texts[number % len(texts)]} ({number})"
        lot.append(
            replace(
                template,
                platform_id=str(number),
                content_hash=f"{number:064x}",
                words=Words(text=text, own_length=len(text)),
                published_at=start + timedelta(minutes=number),
                at=start + timedelta(minutes=number + 1),
            )
        )
        if len(lot) == 500 or number == size - 1:
            app.repository.record(run, AccountId("council-x"), lot)
            lot = []
    app.repository.end_run(run, at=start)


def _judging_alone(app: App, count: int) -> float:
    """Return the seconds that judging takes without the database."""
    made = bench(app, as_of=app.clock.now())
    materials = []
    for lot in app.repository.versions():
        materials += [material_of(one, app.register[0]) for one in lot]
        if len(materials) >= count:
            break
    began = time.perf_counter()
    for material in materials[:count]:
        made.judgement(material)
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(one(int(sys.argv[1]))))
