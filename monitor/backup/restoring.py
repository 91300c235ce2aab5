"""Restoring a copy onto an empty machine: fetch | open | check | compare | place | note | hold.

Everything is checked in a folder of its own first; the database gets its name last, so that
a kill on the way leaves a machine that is as empty as before. Afterwards the ledger goes on
where the copy ended, its next entry says so, and no mail leaves until a person lets it: what
waits in the copy may have been sent by the machine that was lost.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import BackupError, OperatorError, StorageError
from monitor.backup import archive
from monitor.backup.lacking import compare
from monitor.backup.manifest import (
    AUTHORS,
    CONFIGURATION,
    CONFIGURATION_FILE,
    DATABASE,
    ELSEWHERE,
    EVIDENCE,
    read_name,
)
from monitor.backup.sealing import open_sealed
from monitor.lock import daemon_lock
from monitor.pseudonyms import Pseudonyms
from storage.evidence import EvidenceFolder
from storage.open import open_repository
from storage.schema import REVISIONS
from storage.snapshot import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from config.settings import Settings
    from monitor.backup.lacking import Anchor, Lacking
    from monitor.backup.manifest import Held, Manifest
    from monitor.backup.programs import Patience
    from storage.repository import Repository

_CASES = 1_000_000
_NEVER = datetime.max.replace(tzinfo=UTC)
_SEAL = re.compile(r"\.(?:age|gpg)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What restoring came to.

    Attributes:
        manifest: Of the copy.
        head: Number and hash of the newest entry of the copy, recomputed here.
        evidence: How many kept files came back.
        waiting: How many mails wait, and are held.
        lacking: What each mail that was shown knew, and the copy lacks.
        faults: What is wrong with the record, as it already was when it was copied.
    """

    manifest: Manifest
    head: tuple[int, str]
    evidence: int
    waiting: int
    lacking: tuple[Lacking, ...]
    faults: tuple[str, ...]


def opened(file: Path, stage: Path, *, identity: Path | None, patience: Patience) -> Path:
    """Return a copy unsealed, in the folder for work in hand if it was sealed.

    Args:
        file: The copy.
        stage: A private folder.
        identity: File with the private key.
        patience: Ends it.

    Raises:
        OperatorError: There is no such file.
        BackupError: It cannot be unsealed.
    """
    if not file.is_file():
        raise OperatorError(f"there is no file {file}", remedy="Name a file that backup made")
    found = _SEAL.search(file.name)
    if found is None:
        return file
    plain = stage / "copy.tar"
    open_sealed(file, plain, seal=found[0], identity=identity, patience=patience)
    return plain


def restore(
    plain: Path,
    stage: Path,
    *,
    settings: Settings,
    anchors: Sequence[Anchor] = (),
    called: str,
    by: str,
    at: datetime,
    patience: Patience,
) -> Restored:
    """Give a machine that has no record yet the record of a copy.

    Args:
        plain: The copy, unsealed.
        stage: A private folder on the database's own file system.
        settings: Say where database and evidence go.
        anchors: What mails knew; see `lacking`.
        called: The copy's name, for the ledger.
        by: Who restores.
        at: When; aware UTC.
        patience: Ends it.

    Raises:
        OperatorError: There is a record here already.
        BackupError: The copy is damaged, or is not what its manifest says.
        BusyError: A daemon runs here.
        StorageError: It cannot be written here.
    """
    database = Path(settings.storage.url.removeprefix("sqlite:///"))
    with daemon_lock(settings.storage.url):
        _must_be_new(database)
        manifest = _unpack(plain, stage, patience=patience)
        _no_other_evidence(settings.storage.evidence, manifest)
        restored = _taken_up(
            stage / DATABASE, manifest, anchors=anchors, called=called, by=by, at=at
        )
        _place_evidence(stage, manifest, settings.storage.evidence)
        _place_key(stage / AUTHORS, Pseudonyms.of_settings(settings).file)
        _place_database(stage / DATABASE, database)
    return restored


def _taken_up(
    copy: Path,
    manifest: Manifest,
    *,
    anchors: Sequence[Anchor],
    called: str,
    by: str,
    at: datetime,
) -> Restored:
    """Check the copy's database, bring it to this version, and write the entry that follows.

    Raises:
        BackupError: It is damaged, or its ledger does not end where the manifest says.
    """
    damage = problems_of(copy)
    if damage:
        raise BackupError(
            f"the copy's database is damaged: {damage[0]}",
            remedy=f"Take another copy than that of {manifest.made_at:%d %B %Y}",
        )
    repository = open_repository(f"sqlite:///{copy}", upgrade=True)
    try:
        verified = repository.verify_ledger()
        if (verified.entries, verified.head) != manifest.head:
            raise BackupError(
                "the ledger's head is not the one that was copied", remedy="Take another copy"
            )
        lacking = compared(repository, anchors)
        waiting = waiting_mails(repository)
        _note(repository, manifest, lacking, called=called, by=by, at=at)
    finally:
        repository.close()
    faults = tuple(f"entry {one.entry}: {one.what}" for one in verified.faults)
    return Restored(
        manifest=manifest,
        head=manifest.head,
        evidence=sum(one.name.startswith(EVIDENCE) for one in manifest.files),
        waiting=len(waiting),
        lacking=lacking,
        faults=tuple(dict.fromkeys((*manifest.faults, *faults))),
    )


def restore_configuration(plain: Path, stage: Path, file: Path, *, patience: Patience) -> list[str]:
    """Give back the configuration of a copy, beside which nothing may stand yet.

    Args:
        plain: The copy, unsealed.
        stage: A private folder.
        file: Where the configuration goes; what it names beside itself goes there too.
        patience: Ends it.

    Returns:
        A sentence for each file that stood outside the configuration's folder.

    Raises:
        OperatorError: A file is there already; nothing was written.
        BackupError: The copy is damaged, or holds no configuration.
        OSError: It cannot be written.
    """
    folder = stage / "configuration"

    def into(held: Held) -> Path | None:
        if not held.name.startswith(CONFIGURATION):
            return None
        place = folder / held.name.removeprefix(CONFIGURATION)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return place

    manifest = archive.read(plain, into=into, check_stop=patience.check)
    names = [one.name for one in manifest.files if one.name.startswith(CONFIGURATION)]
    if CONFIGURATION_FILE not in names:
        raise BackupError("the copy holds no configuration", remedy="Write one: clerkwatch init")
    targets = {name: _target(name, file) for name in names}
    for target in targets.values():
        if target.exists() or target.is_symlink():
            raise OperatorError(f"{target} is there already", remedy="Move it away first")
    for name, target in sorted(targets.items(), key=lambda pair: pair[0] == CONFIGURATION_FILE):
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        shutil.copyfile(folder / name.removeprefix(CONFIGURATION), target)
        target.chmod(0o640)
    was = dict(manifest.elsewhere)
    return [
        f"{targets[name]} stood at {was[name]}"
        for name in names
        if name.startswith(ELSEWHERE) and name in was
    ]


def compared(repository: Repository, anchors: Iterable[Anchor]) -> tuple[Lacking, ...]:
    """Return what each anchor knew and the record lacks.

    Raises:
        StorageError: The database cannot be read.
    """
    head = repository.ledger_head()
    states = {int(case.id): case.state.value for case in repository.cases(limit=_CASES)}
    return tuple(
        compare(anchor, head=head, own=hash_of(repository, anchor.number), states=states)
        for anchor in anchors
    )


def hash_of(repository: Repository, number: int) -> str:
    """Return the hash of one ledger entry; empty if there is none of that number."""
    for lot in repository.ledger(upto=number):
        if lot[-1].number == number:
            return lot[-1].hash
    return ""


def waiting_mails(repository: Repository) -> list[str]:
    """Return the keys of mails that a recipient still waits for, oldest first."""
    return [mail.key for mail in repository.mails(due_at=_NEVER, limit=_CASES)]


def _target(name: str, file: Path) -> Path:
    if name == CONFIGURATION_FILE:
        return file
    return file.parent / name.removeprefix(CONFIGURATION)


def _must_be_new(database: Path) -> None:
    """Refuse a machine on which something is remembered: nothing is ever overwritten.

    Raises:
        OperatorError: Names what is there.
    """
    for end in ("", "-wal", "-shm"):
        one = database.with_name(database.name + end)
        if one.exists():
            raise OperatorError(
                f"there is a record here already: {one}",
                remedy="Stop the service, move it and the evidence away, then restore",
            )


def _no_other_evidence(root: Path, manifest: Manifest) -> None:
    """Refuse evidence that is not the copy's; what an interrupted restore left is the copy's.

    Raises:
        OperatorError: Some other file is there.
    """
    own = {one.sha256 for one in manifest.files}
    if any(name not in own for name in EvidenceFolder(root).names()):
        raise OperatorError(
            f"there is evidence here already: {root}",
            remedy="Move the folder away; what belongs to the copy comes with it",
        )


def _unpack(plain: Path, stage: Path, *, patience: Patience) -> Manifest:
    """Unpack database and evidence, each file held against the manifest as it is written."""
    (stage / EVIDENCE).mkdir(mode=0o700)

    def into(held: Held) -> Path | None:
        return None if held.name.startswith(CONFIGURATION) else stage / held.name

    manifest = archive.read(plain, into=into, check_stop=patience.check)
    if manifest.schema not in REVISIONS:
        raise BackupError(
            f"the copy has schema {manifest.schema or 'of something else'}",
            remedy="A newer clerkwatch made it: install that version",
        )
    return manifest


def _place_evidence(stage: Path, manifest: Manifest, root: Path) -> None:
    """Keep every file of evidence, by its own name."""
    folder = EvidenceFolder(root)
    for one in manifest.files:
        if not one.name.startswith(EVIDENCE):
            continue
        name = one.name.removeprefix(EVIDENCE)
        if name != one.sha256:
            raise BackupError(f"{one.name} is not what its name says", remedy="Take another copy")
        folder.keep((stage / one.name).read_bytes())


def _place_key(copy: Path, key: Path) -> None:
    """Put the key of the copy's pseudonyms in its place; another one that lies there is kept.

    Raises:
        StorageError: It cannot be written there.
    """
    if not copy.is_file():
        return  # nobody's name had been hidden when the copy was made
    try:
        if key.is_file() and key.read_bytes() != copy.read_bytes():
            key.replace(key.with_name(f"{key.name}.before-restore"))
        copy.chmod(0o600)
        copy.replace(key)
    except OSError as error:
        raise StorageError(
            f"{key}: the key cannot be put there ({os.strerror(error.errno or 0)})",
            remedy="Make its folder writable for the user that clerkwatch runs as",
        ) from error


def _place_database(copy: Path, database: Path) -> None:
    """Give the database its name, once it lies whole on the disk.

    Raises:
        StorageError: It cannot be written there.
    """
    if copy.with_name(f"{copy.name}-wal").exists():
        raise StorageError(f"{copy}: its journal is still open", remedy="Try again")
    try:
        # Never over another: a link fails where a rename would replace.
        os.link(copy, database)
        copy.unlink()
        handle = os.open(database.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise StorageError(
            f"{database}: the database cannot be put there ({os.strerror(error.errno or 0)})",
            remedy="Make its folder writable for the user that clerkwatch runs as",
        ) from error


def _note(
    repository: Repository,
    manifest: Manifest,
    lacking: Sequence[Lacking],
    *,
    called: str,
    by: str,
    at: datetime,
) -> None:
    """Say in the ledger that it goes on from a copy, and hold every mail, in one commit."""
    facts = {
        "copy": called if read_name(called) else "another name",
        "made_at": manifest.made_at.isoformat(),
        "head": f"{manifest.head[0]}:{manifest.head[1]}",
        "by": by,
        "lacking": ", ".join(
            f"{one.entries[0]} to {one.entries[1]}" for one in lacking if one.entries
        ),
    }
    with repository.writing() as transaction:
        transaction.note("restored", at=at, facts=facts)
        transaction.stand_still(by=by, why="restored from a copy", at=at)


def release(repository: Repository, *, drop: bool, by: str, at: datetime) -> tuple[int, bool]:
    """Let mails leave again after a restore.

    Args:
        repository: Where they wait.
        drop: Those that the copy held back are cancelled: they were sent before the loss.
        by: Who says so.
        at: When; aware UTC.

    Returns:
        How many mails were cancelled, and whether they were held at all.

    Raises:
        StorageError: The database refused.
    """
    still = repository.standstill()
    if still is None:
        return 0, False
    dropped = 0
    with repository.together() as transaction:
        for key in waiting_mails(repository) if drop else []:
            mail = repository.mail(key)
            if mail is not None and mail.created_at <= still.at:
                transaction.cancel_mail(key, why="sent before the restore", at=at)
                dropped += 1
        transaction.end_standstill(by=by, at=at)
    return dropped, True
