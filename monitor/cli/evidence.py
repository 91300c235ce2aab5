"""`evidence`: whether the record still says what it said."""

from __future__ import annotations

from typing import Annotated

import typer

from config.errors import OperatorError
from monitor.cli.common import (
    ConfigOption,
    Exit,
    JsonOption,
    count,
    emit,
    harmless,
    opened_repository,
    say,
    workplace,
)


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    group = typer.Typer(no_args_is_help=True, help="Check the record.")
    group.callback()(_group)
    group.command("verify")(verify)
    app.add_typer(group, name="evidence")


def _group() -> None:
    """Keep `verify` a command of its own, although it is the only one yet."""


def verify(
    config: ConfigOption = None,
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="N:HASH",
            help="An entry as an earlier mail noted it; it must be there.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Recompute the ledger's chain and commitments.

    Of every entry whose content is still there the commitment is checked too.
    Exit code 1 when anything was changed, removed, inserted, moved or re-dated.
    """
    known = _anchor(head) if head else None
    place = workplace(config)
    with opened_repository(place, read_only=True) as repository:
        found = repository.verify_ledger(head=known)
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
        head = f" Head {found.entries}:{found.head}" if found.entries else ""
        say(f"The ledger of {found.entries} entries {state}.{head}")
    if found.faults:
        raise typer.Exit(Exit.FAILED)


def _anchor(text: str) -> tuple[int, str]:
    number, _, digest = text.partition(":")
    if not number.isdigit() or not digest:
        raise OperatorError(f"{text!r} is no head", remedy="Write it as 120:4f3a…")
    return int(number), digest.lower()
