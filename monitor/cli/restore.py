"""`restore`: an empty machine gets the record of a copy; mails wait for a person's word."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import OperatorError
from monitor.cli.backup import configured_place
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
    from collections.abc import Iterator, Sequence

    from monitor.backup.lacking import Anchor, Lacking
    from monitor.backup.restoring import Restored

_SHOWN = 20


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("restore")(restore)


def restore(
    copy: Annotated[
        str | None,
        typer.Argument(
            metavar="[COPY]",
            help="A file, or the name of one at [backup] to; else the newest there.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    identity: Annotated[
        Path | None,
        typer.Option("--identity", metavar="FILE", help="Private key of an encrypted copy."),
    ] = None,
    head: Annotated[
        list[str] | None,
        typer.Option(
            "--head", metavar="N:HASH", help="What an earlier mail knew; may be repeated."
        ),
    ] = None,
    mail: Annotated[
        list[Path] | None,
        typer.Option(
            "--mail",
            metavar="FILE",
            help="The last mail you have (.eml): what it knew and the copy lacks is listed.",
        ),
    ] = None,
    only_configuration: Annotated[
        bool, typer.Option("--configuration", help="Only the configuration, where none is.")
    ] = False,
    confirm: Annotated[
        bool,
        typer.Option(
            "--confirm",
            help="Let the mails go that are held since a restore; accept a record that began anew.",
        ),
    ] = False,
    drop_waiting: Annotated[
        bool,
        typer.Option("--drop-waiting", help="With --confirm: not those that waited in the copy."),
    ] = False,
    by: ByOption = None,
    json: JsonOption = False,
) -> None:
    """Give an empty machine the record of a copy.

    The ledger goes on where the copy ended. No mail leaves until: clerkwatch restore --confirm.
    """
    if confirm:
        _confirm(config, drop=drop_waiting, by=person(by), json=json)
        return
    if drop_waiting:
        raise OperatorError("--drop-waiting goes with --confirm", remedy="See: restore --help")
    anchors = anchors_of(head, mail)
    done = _Restoring(config, identity=identity, by=person(by)).run(
        copy, anchors, only_configuration=only_configuration
    )
    if json:
        emit(done.shape())
    else:
        done.tell()
    if done.restored is not None and done.restored.faults:
        raise typer.Exit(Exit.FAILED)


class _Done:
    """What a restore came to, for printing."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.configuration: Path | None = None
        self.elsewhere: list[str] = []
        self.restored: Restored | None = None

    def shape(self) -> dict[str, object]:
        """Return the documented shape."""
        restored = self.restored
        return {
            "copy": self.name,
            "configuration": str(self.configuration) if self.configuration else None,
            "elsewhere": self.elsewhere,
            "made_at": restored.manifest.made_at.isoformat() if restored else None,
            "entries": restored.head[0] if restored else None,
            "head": restored.head[1] if restored else None,
            "evidence": restored.evidence if restored else 0,
            "mails_waiting": restored.waiting if restored else 0,
            "lacking": [_lacking(one) for one in restored.lacking] if restored else [],
            "faults": list(restored.faults) if restored else [],
            "mails_held": restored is not None,
            "mails_dropped": 0,
        }

    def tell(self) -> None:
        """Print the same for a person."""
        if self.configuration is not None:
            say(f"Wrote {harmless(str(self.configuration))}. Secrets are in no copy: enter them.")
        for one in self.elsewhere:
            say(f"  {harmless(one)}")
        restored = self.restored
        if restored is None:
            return
        say(f"Restored {self.name}, made on {restored.manifest.made_at:%d %B %Y, %H:%M} UTC.")
        say(f"Made a database; {count(restored.evidence, 'file')} of evidence.")
        say(f"Ledger {restored.head[0]}:{restored.head[1]}, the head that was copied.")
        for lacking in restored.lacking:
            for line in _lines(lacking):
                say(line)
        for fault in restored.faults:
            note(f"clerkwatch: the record had a fault when it was copied: {fault}")
        say(f"{count(restored.waiting, 'mail')} waiting. No mail leaves until you say:")
        say("  clerkwatch restore --confirm                   send them; some may come twice")
        say("  clerkwatch restore --confirm --drop-waiting    they were sent before the loss")


class _Restoring:
    """One restore by command: where the configuration is, and which copy is meant."""

    def __init__(self, config: Path | None, *, identity: Path | None, by: str) -> None:
        named = config or (Path(set_) if (set_ := os.environ.get("CLERKWATCH_CONFIG")) else None)
        here = Path("clerkwatch.toml")
        etc = Path("/etc/clerkwatch/clerkwatch.toml")
        self._file = named or (etc if etc.is_file() and not here.is_file() else here)
        self._identity = identity
        self._by = by

    def run(
        self, copy: str | None, anchors: Sequence[Anchor], *, only_configuration: bool
    ) -> _Done:
        """Restore, and return what came of it."""
        from monitor.backup.programs import Patience
        from monitor.backup.restoring import opened, restore_configuration
        from monitor.backup.staging import staging

        patience = Patience()
        base = self._base()
        with staging(base) as stage:
            file = self._fetched(copy, stage)
            done = _Done(file.name)
            plain = opened(file, stage, identity=self._identity, patience=patience)
            if only_configuration or not self._file.is_file():
                done.elsewhere = restore_configuration(plain, stage, self._file, patience=patience)
                done.configuration = self._file
            if not only_configuration:
                done.restored = self._record(plain, stage, base, anchors, called=file.name)
        return done

    def _record(
        self, plain: Path, stage: Path, base: Path, anchors: Sequence[Anchor], *, called: str
    ) -> Restored:
        from monitor.backup.programs import Patience
        from monitor.backup.restoring import restore as give_back
        from monitor.backup.staging import folder_of, staging
        from monitor.clock import SystemClock

        settings = workplace(self._file).settings
        folder = folder_of(settings.storage.url)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

        @contextmanager
        def near() -> Iterator[Path]:
            if folder.resolve() == base.resolve():
                yield stage
            else:
                with staging(folder) as other:
                    yield other

        with near() as prepared:
            return give_back(
                plain,
                prepared,
                settings=settings,
                anchors=anchors,
                called=called,
                by=self._by,
                at=SystemClock().now(),
                patience=Patience(),
            )

    def _base(self) -> Path:
        """Return the folder in which the copy is opened."""
        state = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
        base = Path(state) if state else self._file.parent.absolute()
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        return base

    def _fetched(self, copy: str | None, stage: Path) -> Path:
        """Return the copy that is meant, fetched from the configured place if it lies there."""
        if copy is not None and (Path(copy).exists() or "/" in copy):
            return Path(copy)
        if not self._file.is_file():
            raise OperatorError(
                f"there is no file {copy}" if copy else "say which copy",
                remedy="Name its file; without a configuration nobody knows where copies lie",
            )
        place = configured_place(workplace(self._file).settings)
        names = [one.text for one in place.names()]
        wanted = copy or (names[-1] if names else None)
        if wanted is None or wanted not in names:
            raise OperatorError(
                f"{place.title} has no copy {wanted or 'at all'}",
                remedy="See: clerkwatch backup --list",
            )
        into = stage / wanted
        place.get(wanted, into)
        return into


def anchors_of(heads: Sequence[str] | None, mails: Sequence[Path] | None) -> list[Anchor]:
    """Return what was noted outside: typed heads, and mails saved as files.

    Raises:
        OperatorError: One is no head, no file, or a mail that notes none.
    """
    from monitor.backup.lacking import anchor_of_mail, read_anchor

    anchors = [read_anchor(text) for text in heads or []]
    for file in mails or []:
        if not file.is_file():
            raise OperatorError(f"there is no file {file}", remedy="Save the mail as a file (.eml)")
        anchors.append(anchor_of_mail(file.read_bytes()))
    return anchors


def _lacking(one: Lacking) -> dict[str, object]:
    return {
        "head": f"{one.anchor.number}:{one.anchor.digits}",
        "mailed_at": one.anchor.at.isoformat() if one.anchor.at else None,
        "from": one.entries[0] if one.entries else None,
        "to": one.entries[1] if one.entries else None,
        "is_other": one.is_other,
        "cases": list(one.cases),
        "changed": [
            {"case": number, "mailed": mailed, "copied": copied}
            for number, mailed, copied in one.changed
        ],
    }


def _lines(one: Lacking) -> Iterator[str]:
    when = f" of {one.anchor.at:%d %B %Y, %H:%M} UTC" if one.anchor.at else ""
    said = f"The mail{when} knew the ledger up to entry {one.anchor.number}"
    if one.is_other:
        yield f"{said}; entry {one.anchor.number} of the copy is another: not the same record."
        return
    if one.entries is None:
        yield f"{said}: the copy has them all."
        return
    first, last = one.entries
    yield f"{said}. The copy lacks entries {first} to {last}: what happened then is lost."
    if one.cases:
        numbers = ", ".join(str(number) for number in one.cases[:_SHOWN])
        yield f"  Cases that the copy does not have: {numbers}"
    for number, mailed, copied in one.changed[:_SHOWN]:
        yield f"  Case {number} was {harmless(mailed)} and is {copied} again."


def _confirm(config: Path | None, *, drop: bool, by: str, json: bool) -> None:
    from monitor.backup.restoring import release
    from monitor.beginning import accept
    from monitor.clock import SystemClock

    with opened_repository(workplace(config)) as repository:
        now = SystemClock().now()
        dropped, was_held = release(repository, drop=drop, by=by, at=now)
        is_accepted = accept(repository, by=by, at=now)
    if json:
        done = _Done("").shape()
        emit(done | {"copy": None, "mails_held": False, "mails_dropped": dropped})
        return
    if is_accepted:
        say("Noted: the record begins here; what was kept of an earlier one is erased in time.")
    if was_held:
        say(f"Mails leave again; {count(dropped, 'mail')} dropped.")
    elif not is_accepted:
        say("No mail was held.")
