"""What every command shares: options, opening the workplace, printing safely, exit codes."""

from __future__ import annotations

import getpass
import json
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from config.register import Account
    from config.settings import Settings
    from monitor.app import App
    from storage.repository import Repository
    from storage.values import Case

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The configuration file. Else CLERKWATCH_CONFIG, ./clerkwatch.toml, "
        "/etc/clerkwatch/clerkwatch.toml.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
AccountsOption = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="ID", help="Only this account; may be repeated."),
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="NAME",
        help="Who decides; else CLERKWATCH_BY, else your login.",
        show_default=False,
    ),
]
CaseArgument = Annotated[int, typer.Argument(metavar="CASE", help="Number of the case.", min=1)]
BecauseOption = Annotated[
    str,
    typer.Option("--because", metavar="REASON", help="Kept with the case.", show_default=False),
]


_LONGEST_NOTE = 4000
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


class Exit(IntEnum):
    """Exit codes that scripts rely on."""

    WELL = 0
    FAILED = 1
    WRONG_USE = 2
    PART = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """The configuration with where it came from.

    Attributes:
        file: The configuration file.
        settings: What it says.
        environ: The process's environment.
    """

    file: Path
    settings: Settings
    environ: Mapping[str, str]

    def account(self, name: str) -> Account:
        """Return a registered account by its label.

        Raises:
            OperatorError: There is none; the message lists those there are.
        """
        for account in self.settings.register():
            if account.id == name:
                return account
        known = ", ".join(account.id for account in self.settings.register()) or "none"
        raise OperatorError(f"no account {name!r}", remedy=f"Registered are: {known}")

    def accounts(self, names: list[str] | None) -> list[Account]:
        """Return the named accounts, or all of them."""
        if not names:
            return list(self.settings.register())
        return [self.account(name) for name in dict.fromkeys(names)]


def workplace(config: Path | None) -> Workplace:
    """Find, read and check the configuration.

    Raises:
        SettingsError: It is missing or wrong.
    """
    from config import settings as configuration

    file = configuration.find(config, environ=os.environ, working=Path.cwd())
    settings = configuration.load(file, environ=os.environ)
    return Workplace(file=file, settings=settings, environ=os.environ)


def with_fitting_accounts(place: Workplace) -> Workplace:
    """Return a workplace after asking the platforms whether its accounts' entries fit them.

    For commands that read accounts or tell of them; whoever only judges a text need not wait
    until the platforms' files are imported.

    Raises:
        SettingsError: An entry has a key that its platform knows nothing of.
    """
    from config.settings import refusal
    from monitor.fitting import misfits

    found = misfits(place.settings)
    if found:
        raise refusal(found, file=place.file, environ=place.environ)
    return place


def database_exists(settings: Settings) -> bool:
    """Return whether there is a database already; asking creates nothing."""
    return Path(settings.storage.url.removeprefix("sqlite:///")).is_file()


@contextmanager
def opened_repository(
    place: Workplace, *, create: bool = False, read_only: bool = False
) -> Iterator[Repository]:
    """Open the database; only commands of the contract create one, and say so.

    Raises:
        OperatorError: There is none and this command does not make one.
        StorageError: It cannot be used.
    """
    from monitor.beginning import traces
    from monitor.lock import daemon_lock
    from storage.open import open_repository

    url = place.settings.storage.url
    left = ""
    if not database_exists(place.settings):
        if not create:
            raise OperatorError(
                f"there is no database yet ({url})",
                remedy="The first `clerkwatch scan` or `clerkwatch run` makes one",
            )
        left = traces(place.settings)
        with daemon_lock(url):
            open_repository(url, create=True).close()
        note(f"Made a new database: {url.removeprefix('sqlite:///')}")
    repository = open_repository(url, read_only=read_only)
    try:
        if create:
            _say_missing(repository, place.settings, left=left)
        yield repository
    finally:
        repository.close()


def _say_missing(repository: Repository, settings: Settings, *, left: str) -> None:
    """Remember and say that there was a record before this one, where there was."""
    from monitor.beginning import REMEDY, note_beginning
    from monitor.clock import SystemClock

    what = note_beginning(repository, settings, left=left, at=SystemClock().now())
    if what:
        note(f"clerkwatch: an earlier record is missing ({what}). {REMEDY}")


@contextmanager
def opened_app(
    place: Workplace,
    *,
    create: bool = False,
    read_only: bool = False,
    rules: Path | None = None,
) -> Iterator[App]:
    """Wire the application on the configured database.

    Raises:
        SettingsError: As `with_fitting_accounts`.
        OperatorError: As `opened_repository`.
        StorageError: As `opened_repository`.
    """
    from config.logs import configure
    from monitor.app import build
    from monitor.clock import SystemClock
    from monitor.pictures.process import reader_if_installed

    with_fitting_accounts(place)
    with opened_repository(place, create=create, read_only=read_only) as repository:
        app = build(
            place.settings,
            clock=SystemClock(),
            repository=repository,
            environ=place.environ,
            rules=rules,
            file=place.file,
            pictures=reader_if_installed(),
        )
        configure(environ=place.environ, extra=[app.redactor])
        yield app


def send_urgent(app: App) -> Sequence[str]:
    """Try to send every mail that is due; return a sentence for each that has to wait."""
    from monitor.alerts.outbox import deliver_due

    report = deliver_due(
        app.repository,
        app.transport,
        sender=app.settings.mail.sender,
        now=app.clock.now(),
        stop=app.stop.is_set,
    )
    return report.warnings


# --- printing ----------------------------------------------------------------------------


def note(text: str) -> None:
    """Say something to the person beside the command's own output (standard error)."""
    sys.stderr.write(f"{harmless(text, most=_LONGEST_NOTE)}\n")


def say(text: str = "") -> None:
    """Print a line; text of posts must have gone through `harmless` first."""
    sys.stdout.write(f"{text}\n")


def emit(value: Any) -> None:
    """Print JSON, ASCII only, so that no post can speak to the terminal."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True, default=_plain) + "\n")


def harmless(text: str, *, most: int = 300) -> str:
    """Return a post's text on one line, without anything a terminal would obey."""
    from monitor.alerts.hardening import one_line

    return one_line(text, most=most)


def count(number: int, thing: str) -> str:
    """Return ``1 case``, ``2 cases``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def is_terminal() -> bool:
    """Return whether progress bars make sense."""
    return sys.stderr.isatty()


# --- arguments ----------------------------------------------------------------------------


def person(by: str | None) -> str:
    """Return who acts: ``--by``, CLERKWATCH_BY, the login."""
    named = by or os.environ.get("CLERKWATCH_BY")
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def instant(text: str, settings: Settings, *, end_of_day: bool = False) -> datetime:
    """Read a date or an instant; a date means its first moment in the council's zone.

    Args:
        text: ``2027-04-10``, or ISO 8601 with or without an offset.
        settings: Gives the zone for what carries no offset.
        end_of_day: A bare date means the first moment of the day after instead.

    Raises:
        OperatorError: It is neither.
    """
    try:
        if len(text) == len("2027-04-10"):
            day = _sensible(date.fromisoformat(text)) + timedelta(days=1 if end_of_day else 0)
            return datetime.combine(day, time(), tzinfo=settings.zone()).astimezone(UTC)
        parsed = datetime.fromisoformat(text)
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=settings.zone())
        _sensible(parsed.date())
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise OperatorError(
            f"{text!r} is no date", remedy="Write 2027-04-10 or 2027-04-10T09:00:00+01:00"
        ) from error


def day(text: str) -> date:
    """Read a date.

    Raises:
        OperatorError: It is none.
    """
    try:
        return _sensible(date.fromisoformat(text))
    except ValueError as error:
        raise OperatorError(f"{text!r} is no date", remedy="Write it as 2027-03-22") from error


def _sensible(on: date) -> date:
    """Refuse years that no council's calendar has and that time zones cannot be asked of."""
    if not _FIRST_YEAR <= on.year <= _LAST_YEAR:
        raise ValueError(f"the year must lie between {_FIRST_YEAR} and {_LAST_YEAR}")
    return on


def show_case(case: Case, *, json: bool) -> None:
    """Print a case as it stands after a decision."""
    from monitor.cases.life import standing
    from monitor.cli import shapes

    if json:
        emit(shapes.case_with_events(case))
    else:
        say(f"Case {case.id} is now {standing(case)}.")
