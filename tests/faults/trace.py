"""What lies in a database afterwards, without numbers that depend on the way there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.evidence import EvidenceFolder

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Trace:
    """What a morning leaves behind, without numbers that depend on the way there."""

    posts: frozenset[tuple[str, ...]]
    findings: frozenset[tuple[str, ...]]
    cases: frozenset[tuple[str, ...]]
    queued: frozenset[str]
    kept: frozenset[tuple[str, ...]]


def trace_of(database: Path) -> Trace:
    """Read a database's posts, findings, cases and mails."""

    def rows(query: str) -> frozenset[tuple[str, ...]]:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return frozenset(tuple(map(str, row)) for row in connection.execute(query))

    return Trace(
        posts=rows(
            "select s.account, s.kind, s.platform_id, v.content_hash, v.judged_under"
            " from version v join subject s on s.id = v.subject"
        ),
        findings=rows(
            "select s.account, s.platform_id, v.content_hash, f.rule, f.basis, f.context,"
            " f.withdrawn_at is null from finding f join version v on v.id = f.version"
            " join subject s on s.id = v.subject"
        ),
        cases=rows(
            "select s.account, s.kind, s.platform_id, c.state, c.severity, c.history, f.rule"
            ' from "case" c join subject s on s.id = c.subject'
            ' join case_finding cf on cf."case" = c.id join finding f on f.id = cf.finding'
        ),
        queued=frozenset(row[0] for row in rows("select message_id from outbox")),
        kept=frozenset(
            (*row, str(EvidenceFolder(database.parent / "evidence").fault(row[4], int(row[5]))))
            for row in rows(
                "select s.account, s.kind, s.platform_id, e.kind, e.sha256, e.size, e.picture_hash"
                " from evidence e join subject s on s.id = e.subject where e.kind <> 'profile'"
            )
        ),
    )
