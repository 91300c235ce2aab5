"""How long a report over a large record takes, and how long finding words in it takes.

Fills a database with 50 accounts, two months of half-hourly readings, posts with as many
observations as asked for, and 5,000 cases; then starts the installed command.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from benchmarks.posts import posts
from config.sample import sample
from config.settings import load
from config.types import RunKind
from storage.engine import WRITING, open_engine
from storage.open import open_repository
from storage.tables import (
    Case,
    CaseEvent,
    CaseFinding,
    Coverage,
    Finding,
    Observation,
    Run,
    Subject,
    Version,
)

ACCOUNTS = 50
READINGS = 60 * 48
CASES = 5_000
START = datetime(2026, 9, 1, tzinfo=UTC)
_ENTRY = """
[[accounts]]
id = "account-{number}"
platform = "x"
terms_accepted.by = "Finance Committee"
terms_accepted.on = 2026-11-01
terms_accepted.minute = "2026/114"
handle = "Town{number}"
kind = "council"
owner = "Communications Officer"
"""


def measure(observations: int = 250_000) -> dict[str, float]:
    """Return seconds of the commands, and what the record held."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "clerkwatch.toml"
        entries = "".join(_ENTRY.format(number=number) for number in range(ACCOUNTS))
        file.write_text(sample({}) + entries, encoding="utf-8")
        settings = load(file, environ={})
        store = open_repository(settings.storage.url, create=True)
        store.sync_register(settings.register(), at=START)
        store.close()
        _fill(settings.storage.url, observations)
        asked = ("--from", "2026-09-01", "--to", "2026-10-30")
        return {
            "observations": observations,
            "readings": ACCOUNTS * READINGS,
            "cases": CASES,
            "report_s": _seconds(folder, "report", *asked, "--format", "html"),
            "search_rare_s": _seconds(folder, "search", "1234567"),
            "search_common_s": _seconds(folder, "search", "the"),
        }


def _seconds(folder: Path, *arguments: str) -> float:
    command = Path(sys.executable).with_name("clerkwatch")
    began = time.perf_counter()
    subprocess.run(
        [command, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=120,
    )
    return round(time.perf_counter() - began, 2)


def _fill(url: str, observations: int) -> None:
    """Write rows in bulk: how they came there is not what is measured."""
    engine = open_engine(url)
    writing = engine.connect().execution_options(**{WRITING: True})
    with writing as connection, connection.begin():
        _readings(connection)
        _posts(connection, observations)
        _cases(connection)
    engine.dispose()


def _readings(connection: Connection) -> None:
    runs = [START + timedelta(minutes=30 * number) for number in range(READINGS)]
    connection.execute(
        insert(Run.__table__),
        [
            {
                "id": number,
                "kind": RunKind.SCAN.value,
                "by": "daemon",
                "started_at": at,
                "ended_at": at,
            }
            for number, at in enumerate(runs, start=1)
        ],
    )
    none = {"posts": 3, "new": 0, "edited": 0, "gone": 0, "cannot_tell": 0, "gaps": []}
    for account in range(ACCOUNTS):
        connection.execute(
            insert(Coverage.__table__),
            [
                none
                | {
                    "run": number,
                    "account": f"account-{account}",
                    "status": "failed" if (number + account) % 97 == 0 else "read",
                    "reason": None,
                    "error": "",
                    "ended_at": at,
                }
                for number, at in enumerate(runs, start=1)
            ],
        )


def _posts(connection: Connection, observations: int) -> None:
    texts = posts(10_000)
    step = timedelta(days=58) / observations
    for first in range(0, observations, 10_000):
        numbers = range(first + 1, min(first + 10_000, observations) + 1)
        subjects, versions, seen = [], [], []
        for number in numbers:
            at, account = START + step * number, f"account-{number % ACCOUNTS}"
            subjects.append(
                {
                    "id": number,
                    "account": account,
                    "kind": "post",
                    "platform_id": str(number),
                    "current_id": None,
                    "url": f"https://x.example/{number}",
                    "author": "",
                    "parent_id": None,
                    "published_at": at,
                    "is_dated": True,
                }
            )
            versions.append(
                {
                    "id": number,
                    "subject": number,
                    "account": account,
                    "content_hash": f"{number:064x}",
                    "text": f"{texts[number % len(texts)]} ({number})",
                    "own_length": 10,
                    "is_repost": False,
                    "beside": None,
                    "shown_from": at,
                    "first_seen_at": at,
                    "is_first": True,
                    "judged_under": "s",
                }
            )
            seen.append(
                {
                    "id": number,
                    "subject": number,
                    "version": number,
                    "outcome": "present",
                    "reason": None,
                    "detail": "",
                    "published_at": None,
                    "edited_at": None,
                    "first_at": at,
                    "last_at": at,
                    "readings": 1,
                    "first_run": 1,
                    "last_run": 1,
                }
            )
        connection.execute(insert(Subject.__table__), subjects)
        connection.execute(insert(Version.__table__), versions)
        connection.execute(insert(Observation.__table__), seen)


def _cases(connection: Connection) -> None:
    cases, findings, events, on = [], [], [], []
    for number in range(1, CASES + 1):
        at = START + timedelta(minutes=16 * number)
        is_closed = number % 3 != 0
        resolution = ("removed", "dismissed", "left")[number % 7 % 3] if is_closed else None
        closed_at = at + timedelta(minutes=number % 900) if is_closed else None
        state = "closed" if is_closed else "open"
        cases.append(
            {
                "id": number,
                "subject": number,
                "state": state,
                "resolution": resolution,
                "severity": "review",
                "history": False,
                "opened_at": at,
                "due_at": at,
                "closed_at": closed_at,
            }
        )
        findings.append(
            {
                "id": number,
                "version": number,
                "clause": f"terms.{number % 7 + 1}",
                "topic": "t",
                "rule": f"topic/rule-{number % 40}",
                "digest": "0" * 16,
                "severity": "review",
                "basis": "published",
                "context": "",
                "score": 1.0,
                "spans": [],
                "quote": None,
                "reason": "",
                "matched": [],
                "is_masked": False,
                "found_at": at,
                "withdrawn_at": None,
                "withdrawn_why": "",
            }
        )
        on.append({"case": number, "finding": number})
        step = {"case": number, "by": "x", "what": "x", "from_state": None, "because": ""}
        events.append(step | {"at": at, "to_state": "open"})
        if closed_at is not None:
            events.append(step | {"at": closed_at, "to_state": "closed"})
    for table, rows in (
        (Finding, findings),
        (Case, cases),
        (CaseFinding, on),
        (CaseEvent, events),
    ):
        connection.execute(insert(table.__table__), rows)


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
