"""`evidence`: whether the record still says what it said, and a case's pack to take away."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import OperatorError, StorageError
from config.types import CaseId
from monitor.cli.common import (
    ByOption,
    ConfigOption,
    Exit,
    JsonOption,
    count,
    emit,
    harmless,
    note,
    opened_repository,
    person,
    say,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.cases.pack import Council, Pack
    from monitor.cli.common import Workplace
    from storage.repository import Repository


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    group = typer.Typer(no_args_is_help=True, help="Check the record; export a case's evidence.")
    group.command("verify")(verify)
    group.command("export")(export)
    app.add_typer(group, name="evidence")


def verify(
    config: ConfigOption = None,
    head: Annotated[
        list[str] | None,
        typer.Option(
            "--head",
            metavar="N:HASH",
            help="An entry as an earlier mail noted it; it must be there. May be repeated.",
        ),
    ] = None,
    mail: Annotated[
        list[Path] | None,
        typer.Option(
            "--mail",
            metavar="FILE",
            help="A mail of ours, saved whole (.eml): the entry that it notes must be there.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Recompute the ledger's chain and commitments.

    Of every entry whose content is still there the commitment is checked too, and every kept
    file against the SHA-256 that an entry committed to.
    Exit code 1 when anything was changed, removed, inserted, moved or re-dated. With --head or
    --mail also when the end was cut off, or the whole was written anew.
    """
    from monitor.cases.kept import file_faults
    from monitor.cli.restore import anchors_of
    from storage.evidence import EvidenceFolder

    known = [(one.number, one.digits) for one in anchors_of(head, mail)]
    place = workplace(config)
    with opened_repository(place, read_only=True) as repository:
        found = repository.verify_ledger(heads=known)
        folder = EvidenceFolder(place.settings.storage.evidence)
        faults = [*found.faults, *file_faults(repository, folder)]
    found = replace(found, faults=tuple(sorted(faults, key=lambda fault: fault.entry)))
    if json:
        emit(
            {
                "ok": not found.faults,
                "entries": found.entries,
                "head": found.head,
                "faults": [{"entry": fault.entry, "what": fault.what} for fault in found.faults],
            }
        )
    else:
        for fault in found.faults:
            say(f"entry {fault.entry}: {harmless(fault.what)}")
        state = "is whole" if not found.faults else f"has {count(len(found.faults), 'fault')}"
        newest = f" Head {found.entries}:{found.head}" if found.entries else ""
        say(f"The ledger of {found.entries} entries {state}.{newest}")
    if found.faults:
        raise typer.Exit(Exit.FAILED)


def export(
    case: Annotated[int, typer.Argument(metavar="CASE", help="Number of the case.", min=1)],
    config: ConfigOption = None,
    foi: Annotated[
        bool,
        typer.Option(
            "--foi", help="Take personal data out, for people outside the council. Read it first."
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Where the zip goes; else case-N.zip in this folder.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Write a case's evidence pack: one zip file.

    Paper, words, ledger and verifier: it proves itself with nothing but Python.

    The export is noted in the ledger. Exit code 1 when the record does not fit itself; the
    pack is written all the same, and its paper says so.
    """
    from monitor.cases import pack as packs

    place = workplace(config)
    file = output or Path(f"{packs.name_of(CaseId(case), released=foi)}.zip")
    must_be_free(file, force=force)
    with _writable(place) as (repository, refused):
        pack = packs.make(
            repository, CaseId(case), council=_council(place, repository), released=foi
        )
        with written_whole(file, pack.zipped(), force=force):
            noted = not refused and _note(repository, pack, by=person(by))
    if json:
        emit(_shape(pack, file, noted=noted))
    else:
        _tell(pack, file, noted=noted)
    if pack.faults:
        raise typer.Exit(Exit.FAILED)


# --- the pack ------------------------------------------------------------------------------


@contextmanager
def _writable(place: Workplace) -> Iterator[tuple[Repository, bool]]:
    """Open the database, for reading only where it cannot be written; say which."""
    read_only = not os.access(place.settings.storage.url.removeprefix("sqlite:///"), os.W_OK)
    with opened_repository(place, read_only=read_only) as repository:
        yield repository, read_only


def _council(place: Workplace, repository: Repository) -> Council:
    """Return the council's own facts; nothing is connected."""
    from config.policy import load_policy
    from config.rules import load_rules
    from monitor.alerts.house import House, own_names
    from monitor.cases.pack import Council

    policy = load_policy(place.settings.council.policy)
    house = House.of(
        settings=place.settings,
        register=place.settings.register(),
        policy=policy,
        rules=load_rules(policy=policy, extra=place.settings.rules.folder),
        rules_digest="",
        names=own_names(repository),
    )
    return Council(settings=place.settings, policy=policy, house=house)


def _note(repository: Repository, pack: Pack, *, by: str) -> bool:
    """Note the export in the ledger; False, with a word to the person, if it cannot be."""
    from monitor.cases.pack import note_export
    from monitor.clock import SystemClock

    try:
        note_export(repository, pack, by=by, at=SystemClock().now())
    except StorageError as error:
        note(f"clerkwatch: {error}")
        return False
    return True


def must_be_free(file: Path, *, force: bool) -> None:
    """Refuse a place where something stands or nothing can stand.

    Raises:
        OperatorError: Something is there and ``force`` is False, or there is no such folder.
    """
    if file.is_dir() or (not force and (file.exists() or file.is_symlink())):
        raise _taken(file)
    if not file.parent.is_dir():
        raise OperatorError(f"there is no folder {file.parent}", remedy="Make it first")


def _taken(file: Path) -> OperatorError:
    return OperatorError(f"{file} is there already", remedy="Name another --output, or --force")


@contextmanager
def written_whole(file: Path, content: bytes, *, force: bool) -> Iterator[None]:
    """Write a file that only its owner reads, whole or not at all, once the block ends well.

    Args:
        file: Where to.
        content: All of it.
        force: Replace what is there.

    Raises:
        OperatorError: Something is there, or the folder is not.
        OSError: The folder cannot be written.
    """
    must_be_free(file, force=force)
    handle, name = tempfile.mkstemp(prefix=".clerkwatch-", dir=file.parent)  # mode 0600
    waiting = Path(name)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        yield
        if not force:
            file.touch(mode=0o600, exist_ok=False)  # a stick that knows no hard links will do
        waiting.replace(file)
    except FileExistsError as error:
        raise _taken(file) from error
    finally:
        waiting.unlink(missing_ok=True)


def _shape(pack: Pack, file: Path, *, noted: bool) -> dict[str, object]:
    return {
        "case": pack.case,
        "file": str(file),
        "sha256": pack.sha256(),
        "files": sorted(pack.files),
        "foi": pack.is_released,
        "head": f"{pack.head[0]}:{pack.head[1]}",
        "noted": noted,
        "faults": list(pack.faults),
    }


def _tell(pack: Pack, file: Path, *, noted: bool) -> None:
    say(f"Wrote {harmless(str(file))}: {count(len(pack.files), 'file')}.")
    say(f"SHA-256 {pack.sha256()}, ledger head {pack.head[0]}:{pack.head[1]}")
    say(f"Check it anywhere: unpack it, then python3 -I {pack.name}/verify.py")
    if pack.is_released:
        say("Personal data was taken out by programme: a person must read it before it goes out.")
    if not noted:
        note("clerkwatch: the export was not noted in the ledger, which could not be written.")
    for fault in pack.faults:
        note(f"clerkwatch: the record does not fit itself: {fault}")
