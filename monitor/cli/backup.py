"""`backup`: a copy of everything, put off this machine and checked there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import ClerkwatchError, OperatorError
from monitor.cli.common import (
    ConfigOption,
    Exit,
    JsonOption,
    count,
    emit,
    harmless,
    note,
    opened_app,
    say,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.settings import Settings
    from monitor.app import App
    from monitor.backup.making import Made
    from monitor.backup.places import Place
    from monitor.cli.common import Workplace


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("backup")(backup)


def backup(
    config: ConfigOption = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="FOLDER",
            help="Once, into this folder (a stick) instead of [backup] to; no older copy is "
            "taken away.",
            show_default=False,
        ),
    ] = None,
    only_list: Annotated[bool, typer.Option("--list", help="Make none; list those there.")] = False,
    json: JsonOption = False,
) -> None:
    """Copy everything off this machine, and check the copy.

    Database, evidence and configuration without secrets, while the daemon runs. It is read
    again where it lies. Exit code 1 when the record itself has faults; it is copied all the same.
    """
    place = workplace(config)
    if only_list:
        _list(place, to, json=json)
        return
    with opened_app(place) as app:
        made, there = _make(app, to)
    if json:
        emit(_shape(made, made.place, there))
    else:
        _tell(made)
    if made.manifest.faults:
        raise typer.Exit(Exit.FAILED)


def _make(app: App, to: Path | None) -> tuple[Made, list[str]]:
    """Make a copy and remember it; return it and the names of all that lie there now."""
    from monitor.backup import job
    from monitor.backup.making import make
    from monitor.backup.places import FolderPlace
    from monitor.backup.programs import Patience

    patience = Patience(within_s=app.settings.backup.within.total_seconds())
    now = app.clock.now()
    if to is not None and app.file is not None:
        place = FolderPlace(to, patience=patience)
        made = make(
            app.settings,
            file=app.file,
            place=place,
            keep=None,
            environ=app.environ,
            at=now,
            patience=patience,
        )
        job.note(app.repository, made, at=now)
        return made, [one.text for one in place.names()]
    try:
        made = job.to_place(app, now=now, patience=patience)
    except (ClerkwatchError, OSError) as error:
        if app.settings.backup.to:
            said = app.redactor.redact(str(error))
            job.remember(app.repository, at=now, what=said)
        raise
    job.remember(app.repository, at=now, what=job.fault_of(made), made=made)
    return made, [one.text for one in configured_place(app.settings).names()]


def _list(place: Workplace, to: Path | None, *, json: bool) -> None:
    from monitor.backup.places import FolderPlace
    from monitor.backup.programs import Patience

    by_hand = FolderPlace(to, patience=Patience()) if to is not None else None
    there: Place = by_hand or configured_place(place.settings)
    found = there.names()
    if json:
        emit(_shape(None, there.title, [one.text for one in found]))
        return
    for one in found:
        made = one.at.astimezone(place.settings.zone())
        say(f"{one.text}  {made:%A %d %B %Y, %H:%M}{', encrypted' if one.seal else ''}")
    say(f"{harmless(there.title)}: {len(found)} {'copy' if len(found) == 1 else 'copies'}.")


def configured_place(settings: Settings) -> Place:
    """Return the configured place.

    Raises:
        OperatorError: There is none.
    """
    from monitor.backup.places import place_of
    from monitor.backup.programs import Patience
    from monitor.backup.staging import folder_of

    found = place_of(
        settings.backup,
        environ=os.environ,
        patience=Patience(within_s=settings.backup.within.total_seconds()),
        beside=folder_of(settings.storage.url),
    )
    if found is None:
        raise OperatorError(
            "no place for copies is configured", remedy="Set [backup] to, or name a folder: --to"
        )
    return found


def _shape(made: Made | None, title: str, there: Sequence[str]) -> dict[str, object]:
    manifest = made.manifest if made is not None else None
    return {
        "copy": made.name if made is not None else None,
        "place": title,
        "size": made.size if made is not None else None,
        "sha256": made.sha256 if made is not None else None,
        "made_at": manifest.made_at.isoformat() if manifest else None,
        "entries": manifest.head[0] if manifest else None,
        "head": manifest.head[1] if manifest else None,
        "files": len(manifest.files) if manifest else None,
        "faults": list(manifest.faults) if manifest else [],
        "removed": list(made.removed) if made is not None else [],
        "copies": list(there),
    }


def _tell(made: Made) -> None:
    from monitor.cases.kept import size_words

    head = made.manifest.head
    say(f"Copied to {harmless(made.place)}: {made.name}, {size_words(made.size)}.")
    say(f"{count(len(made.manifest.files), 'file')}, read again there. Ledger {head[0]}:{head[1]}")
    if not made.name.endswith((".age", ".gpg")):
        note("clerkwatch: the copy is not encrypted; see [backup] recipient.")
    for name in made.removed:
        say(f"Taken away, beyond the number that is kept: {name}")
    for fault in made.manifest.faults:
        note(f"clerkwatch: the record has a fault: {fault}")
