"""A council's machine whose record holds posts, cases, evidence and mails that wait."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.sample import sample
from config.settings import load
from config.types import EvidenceKind, MailKind, RunKind, Severity
from monitor.backup.making import make
from monitor.backup.places import FolderPlace
from monitor.backup.programs import Patience
from storage.evidence import EvidenceFolder
from storage.open import open_repository
from storage.values import NewEvidence
from tests.lib import records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from config.settings import Settings
    from monitor.backup.making import Made
    from monitor.backup.places import Place
    from storage.repository import Repository

SECRET = "canary-secret-of-the-town"
PING = "https://ping.example/canary-ping-0123"
PICTURE = b"\x89PNG a picture that was kept"
TEXT = "vote for us"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One machine: its configuration, its database, its folder of evidence."""

    folder: Path
    settings: Settings
    repository: Repository

    @property
    def file(self) -> Path:
        """Return where the configuration stands."""
        return self.folder / "clerkwatch.toml"

    @property
    def evidence(self) -> EvidenceFolder:
        """Return the folder of evidence."""
        return EvidenceFolder(self.settings.storage.evidence)

    def copy_to(self, place: Place, *, keep: int | None = None, minutes: float = 60) -> Made:
        """Make a copy some minutes after the beginning."""
        return make(
            self.settings,
            file=self.file,
            place=place,
            keep=keep,
            environ={"CLERKWATCH_SECRET_X_BEARER": SECRET},
            at=records.at(minutes),
            patience=Patience(within_s=60),
        )


def configured(folder: Path, more: str = "") -> Settings:
    """Write a configuration with everything that must not leave, and load it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = sample({"watch.ping": PING}) + f"\n# a token somebody pasted: {SECRET}\n{more}"
    (folder / "clerkwatch.toml").write_text(text, encoding="utf-8")
    return load(folder / "clerkwatch.toml", environ={})


@contextmanager
def lived(folder: Path, more: str = "") -> Iterator[Machine]:
    """Give a machine on which something has happened."""
    settings = configured(folder, more)
    repository = open_repository(settings.storage.url, create=True)
    try:
        _live(repository, EvidenceFolder(settings.storage.evidence))
        yield Machine(folder=folder, settings=settings, repository=repository)
    finally:
        repository.close()


def _live(repository: Repository, evidence: EvidenceFolder) -> None:
    repository.sync_register([records.account()], at=records.START)
    run = repository.begin_run(RunKind.SCAN, by="test", at=records.START)
    repository.record(run, records.COUNCIL, [records.post(text=TEXT)])
    ((version,),) = list(repository.versions())
    kept = evidence.keep(PICTURE)
    with repository.writing() as steps:
        case = steps.open_case(
            version.subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=records.at(60),
            at=records.at(1),
            by="clerkwatch",
        )
        steps.attach(case, steps.add_finding(version.id, records.finding(), at=records.at(1)))
        steps.add_evidence(
            case,
            NewEvidence(
                kind=EvidenceKind.PICTURE,
                place=f"{version.id}/0",
                name="p1",
                sha256=kept,
                size=len(PICTURE),
                media_type="image/png",
                by="clerkwatch",
                version=version.id,
            ),
            at=records.at(2),
        )
        steps.queue_mail(records.mail(cases=(case,)), at=records.at(3))
        steps.queue_mail(records.mail("urgent:1", kind=MailKind.URGENT), at=records.at(4))


def folder_place(folder: Path) -> FolderPlace:
    """Return a folder as a place, wherever it lies."""
    folder.mkdir(exist_ok=True)
    return FolderPlace(folder, patience=Patience())
