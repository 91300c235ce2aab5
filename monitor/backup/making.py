"""Making a copy, top to bottom: snapshot | check | pack | read back | seal | put | compare.

Nothing counts as made before it was read again where it lies. What is wrong with the record
itself does not stop a copy: it is written down in it, and then no older one is thrown away.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from config.errors import BackupError
from monitor.backup import archive, configuration
from monitor.backup.manifest import (
    AUTHORS,
    CONFIGURATION_FILE,
    DATABASE,
    EVIDENCE,
    Held,
    Manifest,
    name_of,
    record_of,
)
from monitor.backup.sealing import seal, seal_of
from monitor.backup.staging import folder_of, staging
from monitor.cases.kept import file_fault
from monitor.pseudonyms import Pseudonyms
from storage.evidence import EvidenceFolder
from storage.open import open_repository
from storage.snapshot import problems_of, schema_of, snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime, timedelta
    from pathlib import Path

    from config.settings import Settings
    from monitor.backup.places import Place
    from monitor.backup.programs import Patience
    from storage.repository import Repository
    from storage.values import Fault

_MOST_FAULTS = 20
_MOST_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A copy that lies in its place and was read again there.

    Attributes:
        name: Of its file.
        place: How the place is named.
        manifest: What it holds.
        size: In bytes, as it lies there.
        sha256: Of the file as it lies there.
        removed: Names of older copies that were taken away.
    """

    name: str
    place: str
    manifest: Manifest
    size: int
    sha256: str
    removed: tuple[str, ...] = ()


def make(
    settings: Settings,
    *,
    file: Path,
    place: Place,
    keep: int | None,
    environ: Mapping[str, str],
    at: datetime,
    patience: Patience,
) -> Made:
    """Make a copy of everything and put it into a place, while the daemon may be running.

    Args:
        settings: The configuration.
        file: Where it stands.
        place: Where the copy goes.
        keep: How many copies of this record stay there; None: all.
        environ: Where secrets are looked up, so that they can be left out.
        at: The present moment; aware UTC.
        patience: Ends what takes too long.

    Raises:
        BackupError: It could not be made, checked or put away. No older copy was touched.
        StorageError: The database cannot be read.
    """
    with staging(folder_of(settings.storage.url)) as stage:
        manifest, sources = _gather(
            settings, file=file, environ=environ, at=at, stage=stage, patience=patience
        )
        kind = seal_of(settings.backup)
        plain, sealed = stage / "copy.tar", stage / f"copy.tar{kind}"
        _room(stage, manifest, copies=2 if kind else 1)
        archive.pack(manifest, sources, plain, check_stop=patience.check)
        sources[DATABASE].unlink()
        archive.read(plain, into=lambda _held: None, check_stop=patience.check)
        if kind:
            seal(plain, sealed, settings=settings.backup, patience=patience)
            plain.unlink()
        name = name_of(manifest.record, manifest.made_at, seal=kind)
        held = archive.held_of(name, sealed)
        place.put(sealed, name)
        sealed.unlink()
        _compare(place, held, stage / "again")
    removed = [] if keep is None or manifest.faults else _prune(place, manifest, keep=keep)
    return Made(
        name=name,
        place=place.title,
        manifest=manifest,
        size=held.size,
        sha256=held.sha256,
        removed=tuple(removed),
    )


def _gather(
    settings: Settings,
    *,
    file: Path,
    environ: Mapping[str, str],
    at: datetime,
    stage: Path,
    patience: Patience,
) -> tuple[Manifest, dict[str, Path]]:
    """Copy the database and find every file that belongs to it.

    Raises:
        BackupError: The database is damaged, or evidence went away twice while it was copied.
    """
    for _ in range(_MOST_TRIES):
        copy = stage / DATABASE
        copy.unlink(missing_ok=True)
        snapshot(settings.storage.url, copy, check_stop=patience.check)
        damage = problems_of(copy)
        if damage:
            raise BackupError(
                f"the database is damaged: {damage[0]}",
                remedy="Keep it as it is, and restore the newest copy: clerkwatch restore",
            )
        listed = _listed(settings, file=file, environ=environ, at=at, stage=stage)
        if listed is not None:
            return listed
    raise BackupError("evidence was purged again and again while it was copied", remedy="Try again")


def _listed(
    settings: Settings, *, file: Path, environ: Mapping[str, str], at: datetime, stage: Path
) -> tuple[Manifest, dict[str, Path]] | None:
    """Return the manifest of what belongs to a database's copy, and where each file lies.

    None: evidence that the copy names was purged since, so that the copy must be taken anew.
    """
    kept = EvidenceFolder(settings.storage.evidence)
    repository = open_repository(f"sqlite:///{stage / DATABASE}", read_only=True)
    try:
        verified = repository.verify_ledger()
        lines = next(repository.ledger(upto=1), [])
        evidence, missing = _evidence(repository, kept)
    finally:
        repository.close()
    if missing and _is_purged(settings.storage.url, missing):
        return None
    wrong = [*verified.faults, *missing.values()]
    named, elsewhere = configuration.files_of(settings, file)
    sources = {
        DATABASE: stage / DATABASE,
        **_authors(settings),
        **_configuration(file, stage, environ),
        **named,
    }
    held = [archive.held_of(name, one) for name, one in sources.items()]
    manifest = Manifest(
        made_at=at.replace(microsecond=0),
        version=version("clerkwatch"),
        schema=schema_of(stage / DATABASE),
        head=(verified.entries, verified.head),
        record=record_of(lines[0].hash if lines else ""),
        files=(*held, *evidence),
        elsewhere=tuple(elsewhere.items()),
        faults=tuple(f"entry {one.entry}: {one.what}" for one in wrong[:_MOST_FAULTS]),
    )
    for one in evidence:
        sources[one.name] = kept.place_of(one.sha256)
    return manifest, sources


def _evidence(
    repository: Repository, kept: EvidenceFolder
) -> tuple[tuple[Held, ...], dict[str, Fault]]:
    """Return the kept files that are whole, each once, and what is wrong with the others."""
    whole: dict[str, Held] = {}
    missing: dict[str, Fault] = {}
    for lot in repository.kept_files():
        for one in lot:
            if one.sha256 in whole or one.sha256 in missing:
                continue
            fault = file_fault(one, kept)
            if fault is None:
                name = EVIDENCE + one.sha256
                whole[one.sha256] = Held(name=name, size=one.size, sha256=one.sha256)
            else:
                missing[one.sha256] = fault
    return tuple(whole.values()), missing


def _is_purged(url: str, missing: Collection[str]) -> bool:
    """Return whether the database no longer names a file that is missing."""
    repository = open_repository(url, read_only=True)
    try:
        named = {one.sha256 for lot in repository.kept_files() for one in lot}
    finally:
        repository.close()
    return any(one not in named for one in missing)


def _authors(settings: Settings) -> dict[str, Path]:
    """Return the key of pseudonyms; nothing where nobody's name was hidden yet."""
    key = Pseudonyms.of_settings(settings).file
    return {AUTHORS: key} if key.is_file() else {}


def _configuration(file: Path, stage: Path, environ: Mapping[str, str]) -> dict[str, Path]:
    """Write the configuration without secrets; nothing where there is no file."""
    if not file.is_file():
        return {}
    text = configuration.without_secrets(file.read_text(encoding="utf-8"), environ=environ)
    written = stage / "clerkwatch.toml"
    written.write_text(text, encoding="utf-8")
    return {CONFIGURATION_FILE: written}


def _room(stage: Path, manifest: Manifest, *, copies: int) -> None:
    """Refuse to begin what the disk has no room for.

    Raises:
        BackupError: Says how much is free and how much is needed.
    """
    needed = copies * sum(held.size for held in manifest.files)
    free = shutil.disk_usage(stage).free
    if free < needed:
        raise BackupError(
            f"the disk has {free >> 20:,} MB free, and a copy needs {needed >> 20:,} MB",
            remedy=f"Free space on the file system of {stage.parent}",
        )


def _compare(place: Place, held: Held, again: Path) -> None:
    """Read a copy again where it lies; take away what is not what was put there.

    Raises:
        BackupError: It is not what was put there.
    """
    place.get(held.name, again)
    found = archive.held_of(held.name, again)
    again.unlink()
    if found != held:
        place.remove(held.name)
        raise BackupError(
            f"{place.title}: the copy came back changed, and was taken away",
            remedy="Look at that disk or share: it does not keep what is written to it",
        )


def _prune(place: Place, manifest: Manifest, *, keep: int) -> list[str]:
    """Take away the oldest copies of this record beyond the number that is kept."""
    ours = [one for one in place.names() if one.record == manifest.record]
    old = [one.text for one in ours[: max(0, len(ours) - keep)]]
    for name in old:
        place.remove(name)
    return old


def remove_older(
    place: Place, *, record: str, than: timedelta, now: datetime
) -> tuple[list[str], str]:
    """Take away this record's copies that are older than a limit, but never the newest one.

    Args:
        place: Where they lie.
        record: Which record's.
        than: The limit.
        now: The present moment; aware UTC.

    Returns:
        The names taken away; and the name of the newest, if it is itself beyond the limit
        (no newer copy was made): somebody has to look.

    Raises:
        BackupError: The place cannot be reached.
    """
    ours = [one for one in place.names() if one.record == record]
    old = [one for one in ours if now - one.at > than]
    late = ours[-1].text if ours and ours[-1] in old else ""
    removed = [one.text for one in old if one.text != late]
    for name in removed:
        place.remove(name)
    return removed, late
