"""How long a copy of a record of 100,000 posts takes, and how long restoring it does."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.posts import posts
from config.register import Account
from config.sample import sample
from config.settings import load
from config.types import AccountId, EvidenceKind, Kind, Outcome, RunKind, Severity, SubjectKind
from monitor.backup.making import make
from monitor.backup.places import FolderPlace
from monitor.backup.programs import Patience
from monitor.backup.restoring import restore
from monitor.backup.staging import staging
from storage.evidence import EvidenceFolder
from storage.open import open_repository
from storage.values import NewEvidence, Seen, Words

if TYPE_CHECKING:
    from storage.repository import Repository

START = datetime(2026, 1, 1, tzinfo=UTC)
COUNCIL = AccountId("council-x")
PICTURES = 500


def measure(size: int = 100_000) -> dict[str, float]:
    """Return seconds and bytes for a record of so many posts and 500 kept pictures."""
    with tempfile.TemporaryDirectory() as folder:
        old, new, share = (Path(folder) / name for name in ("old", "new", "share"))
        for one in (old, new, share):
            one.mkdir()
        for one in (old, new):
            (one / "clerkwatch.toml").write_text(sample({}), encoding="utf-8")
        settings = load(old / "clerkwatch.toml", environ={})
        repository = open_repository(settings.storage.url, create=True)
        _fill(repository, size)
        _keep(repository, EvidenceFolder(settings.storage.evidence))
        began = time.perf_counter()
        made = make(
            settings,
            file=old / "clerkwatch.toml",
            place=FolderPlace(share, patience=Patience()),
            keep=3,
            environ={},
            at=START + timedelta(days=300),
            patience=Patience(),
        )
        backup_s = time.perf_counter() - began
        repository.close()
        began = time.perf_counter()
        with staging(new) as stage:
            restored = restore(
                share / made.name,
                stage,
                settings=load(new / "clerkwatch.toml", environ={}),
                called=made.name,
                by="bench",
                at=START + timedelta(days=301),
                patience=Patience(),
            )
        restore_s = time.perf_counter() - began
    if restored.head != made.manifest.head or restored.faults:
        sys.exit("the restored record is another")
    return {
        "posts": size,
        "pictures": restored.evidence,
        "mb": made.size / 1e6,
        "backup_s": backup_s,
        "restore_s": restore_s,
    }


def _fill(repository: Repository, size: int) -> None:
    """Record synthetic posts as readings would."""
    account = Account(
        id=COUNCIL, platform="x", handle="TownCouncil", kind=Kind.COUNCIL, owner="Officer"
    )
    repository.sync_register([account], at=START)
    run = repository.begin_run(RunKind.SCAN, by="bench", at=START)
    texts = posts(10_000)
    template = Seen(subject=SubjectKind.POST, platform_id="", at=START, outcome=Outcome.PRESENT)
    for first in range(0, size, 500):
        lot = []
        for number in range(first, min(first + 500, size)):
            text = f"{texts[number % len(texts)]} ({number})"
            lot.append(
                replace(
                    template,
                    platform_id=str(number),
                    content_hash=f"{number:064x}",
                    words=Words(text=text, own_length=len(text)),
                    published_at=START + timedelta(minutes=number),
                    at=START + timedelta(minutes=number + 1),
                    raw=f'{{"id": "{number}", "text": "{text[:40]}"}}'.encode(),
                )
            )
        repository.record(run, COUNCIL, lot)
    repository.end_run(run, at=START)


def _keep(repository: Repository, folder: EvidenceFolder) -> None:
    """Keep pictures of 100 kB for one case."""
    version = next(iter(repository.versions()))[0]
    with repository.writing() as steps:
        case = steps.open_case(
            version.subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=START,
            at=START,
            by="bench",
        )
        for number in range(PICTURES):
            data = number.to_bytes(4, "big") * 25_000
            steps.add_evidence(
                case,
                NewEvidence(
                    kind=EvidenceKind.PICTURE,
                    place=f"{version.id}/{number}",
                    name=str(number),
                    sha256=folder.keep(data),
                    size=len(data),
                    media_type="image/png",
                    by="bench",
                    version=version.id,
                ),
                at=START,
            )


if __name__ == "__main__":
    print(measure())
