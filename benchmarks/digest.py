"""How long the digest of a town with thousands of open cases takes, and how large it is.

Fills an SQLite database with open cases of every kind the digest speaks of, each with a
finding and the events of its life, then gathers and composes as the morning does.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert

from benchmarks.posts import posts
from config.sample import sample
from config.settings import load
from config.types import CaseState, MailKind, RecipientState, RunKind, Severity
from monitor import morning
from monitor.app import build
from monitor.clock import SteppedClock
from storage.engine import WRITING, open_engine
from storage.open import open_repository
from storage.tables import (
    Case,
    CaseEvent,
    CaseFinding,
    Finding,
    Observation,
    Outbox,
    OutboxCase,
    OutboxRecipient,
    Run,
    Subject,
    Version,
)

if TYPE_CHECKING:
    from sqlalchemy import Table

CASES = 5_000
ACCOUNTS = 10
RUNS = 7
DIGESTS = 30
NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)
START = NOW - timedelta(days=200)
YESTERDAY = NOW - timedelta(days=1)
# Of ten cases: six undecided, two waiting for an owner, one taken up, one that is history.
_STATES = (CaseState.OPEN,) * 6 + (CaseState.REMOVAL_REQUESTED,) * 2 + (CaseState.ACKNOWLEDGED,)
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


def measure(cases: int = CASES) -> dict[str, float]:
    """Return the median seconds of gathering and composing, and the mail's size in bytes."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "clerkwatch.toml"
        entries = "".join(_ENTRY.format(number=number) for number in range(ACCOUNTS))
        file.write_text(sample({}) + entries, encoding="utf-8")
        settings = load(file, environ={})
        store = open_repository(settings.storage.url, create=True)
        store.sync_register(settings.register(), at=START)
        _fill(settings.storage.url, cases)
        app = build(settings, clock=SteppedClock(NOW), repository=store, environ={})
        taken, worked, size = [], [], 0
        for _ in range(RUNS):
            began, busy = time.perf_counter(), time.process_time()
            digest, _ = morning.write(app, now=NOW)
            taken.append(time.perf_counter() - began)
            worked.append(time.process_time() - busy)
            size = len(digest.body)
        store.close()
    return {
        "cases": cases,
        "digest_s": round(statistics.median(taken), 3),
        "processor_s": round(statistics.median(worked), 3),
        "slowest_s": round(max(taken), 3),
        "bytes": size,
    }


def _fill(url: str, cases: int) -> None:
    """Write rows in bulk: how they came there is not what is measured."""
    engine = open_engine(url)
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        run = {"id": 1, "kind": RunKind.SCAN.value, "by": "daemon"}
        _put(connection, Run.__table__, [run | {"started_at": START, "ended_at": START}])
        numbers = range(1, cases + 1)
        texts = posts(cases)
        _posts(connection, numbers, texts)
        _cases(connection, numbers, texts)
        _yesterday(connection, numbers)
    engine.dispose()


def _posts(connection: Connection, numbers: range, texts: list[str]) -> None:
    _put(
        connection,
        Subject.__table__,
        [
            {
                "id": number,
                "account": f"account-{number % ACCOUNTS}",
                "kind": "post",
                "platform_id": str(number),
                "current_id": None,
                "url": f"https://x.com/Town/status/{number}",
                "author": "Town",
                "parent_id": None,
                "published_at": START + timedelta(minutes=number),
                "is_dated": True,
            }
            for number in numbers
        ],
    )
    _put(
        connection,
        Version.__table__,
        [
            {
                "id": number,
                "subject": number,
                "account": f"account-{number % ACCOUNTS}",
                "content_hash": f"{number:064x}",
                "text": text,
                "own_length": len(text),
                "is_repost": False,
                "beside": None,
                "shown_from": START,
                "first_seen_at": START,
                "is_first": True,
                "judged_under": "x",
            }
            for number, text in zip(numbers, texts, strict=True)
        ],
    )
    # Three readings in which something changed: shown, not told, shown again.
    _put(
        connection,
        Observation.__table__,
        [
            {
                "subject": number,
                "version": None if step == 1 else number,
                "outcome": "cannot_tell" if step == 1 else "present",
                "reason": "transient" if step == 1 else None,
                "detail": "",
                "published_at": None,
                "edited_at": None,
                "first_at": YESTERDAY + timedelta(hours=step),
                "last_at": YESTERDAY + timedelta(hours=step, minutes=30),
                "readings": 2,
                "first_run": 1,
                "last_run": 1,
            }
            for number in numbers
            for step in range(3)
        ],
    )


def _cases(connection: Connection, numbers: range, texts: list[str]) -> None:
    severities = (Severity.URGENT, Severity.REVIEW, Severity.REVIEW)
    states = {number: _STATES[number % 9] for number in numbers}
    common = {"resolution": None, "closed_at": None}
    _put(
        connection,
        Case.__table__,
        [
            common
            | {
                "id": number,
                "subject": number,
                "state": states[number].value,
                "severity": severities[number % 3].value,
                "history": number % 10 == 0,
                "opened_at": START + timedelta(minutes=number),
                "due_at": YESTERDAY + timedelta(minutes=number),
            }
            for number in numbers
        ],
    )
    _put(
        connection,
        Finding.__table__,
        [
            {
                "id": number,
                "version": number,
                "clause": "terms.7",
                "topic": "commerce",
                "rule": f"commerce/rule-{number % 20}",
                "digest": "d" * 16,
                "severity": severities[number % 3].value,
                "basis": "published",
                "context": "",
                "score": 0.9,
                "spans": [[0, 5]],
                "quote": text[:5],
                "reason": "It advertises a business.",
                "matched": [text[:5]],
                "is_masked": False,
                "found_at": START,
                "withdrawn_at": None,
                "withdrawn_why": "",
            }
            for number, text in zip(numbers, texts, strict=True)
        ],
    )
    _put(connection, CaseFinding.__table__, [{"case": n, "finding": n} for n in numbers])
    _put(connection, CaseEvent.__table__, [event for n in numbers for event in _life(n, states[n])])


def _life(number: int, state: CaseState) -> list[dict[str, Any]]:
    """Return a case's events: opened, a few notes, and what led to its state."""
    steps = [("opened", None, CaseState.OPEN)]
    steps += [("note", CaseState.OPEN, CaseState.OPEN)] * 3
    if state is CaseState.REMOVAL_REQUESTED:
        steps.append(("removal asked for", CaseState.OPEN, state))
    if state is CaseState.ACKNOWLEDGED:
        steps.append(("is being dealt with", CaseState.OPEN, state))
    return [
        {
            "case": number,
            "at": START + timedelta(minutes=number, hours=place),
            "by": "Clerk",
            "what": what,
            "from_state": was.value if was else None,
            "to_state": to.value,
            "because": "" if place == 0 else "Looked at again this week.",
        }
        for place, (what, was, to) in enumerate(steps)
    ]


def _yesterday(connection: Connection, numbers: range) -> None:
    """A month of digests, each of which told of all of them, and a mail about each urgent one."""
    days = [YESTERDAY - timedelta(days=back) for back in range(DIGESTS)]
    digests = [
        {"id": place, "key": f"digest:{day:%Y-%m-%d}", "kind": MailKind.DIGEST.value}
        for place, day in enumerate(days, start=1)
    ]
    mails = digests + [
        {"id": DIGESTS + n, "key": f"urgent:{n}", "kind": MailKind.URGENT.value}
        for n in numbers
        if n % 3 == 0
    ]
    finished = {
        "message_id": "<a@b.example>",
        "subject": "s",
        "body": b"X-Clerkwatch-Rules: x\r\n\r\n" + b"x" * 20_000,
        "created_at": YESTERDAY,
        "claimed_by": None,
        "claimed_until": None,
    }
    _put(connection, Outbox.__table__, [finished | one for one in mails])
    _put(
        connection,
        OutboxRecipient.__table__,
        [
            {
                "mail": one["id"],
                "address": "clerk@example.gov.uk",
                "position": 0,
                "state": RecipientState.ACCEPTED.value,
                "attempts": 1,
                "next_at": YESTERDAY,
                "accepted_at": YESTERDAY,
                "last_error": "",
            }
            for one in mails
        ],
    )
    told = [{"mail": one["id"], "case": n} for one in digests for n in numbers if n % 10]
    told += [{"mail": DIGESTS + n, "case": n} for n in numbers if n % 3 == 0]
    _put(connection, OutboxCase.__table__, told)


def _put(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(table), rows)
