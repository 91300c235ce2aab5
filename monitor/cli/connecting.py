"""`accounts connect`: from nothing to a credential that is tested, stored and on record."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import OperatorError
from monitor.cli.common import (
    ByOption,
    ConfigOption,
    Exit,
    JsonOption,
    emit,
    harmless,
    note,
    opened_repository,
    person,
    say,
    with_fitting_accounts,
    workplace,
)
from monitor.cli.trying import as_json, say_checks

if TYPE_CHECKING:
    from config.register import Account
    from connectors.base import Platform
    from connectors.login import Login
    from monitor.cli.common import Workplace
    from monitor.connecting import Tried
    from storage.repository import Repository
    from storage.values import Grant

_WIDTH = 79
_MOST_BYTES = 65_536

IntoOption = Annotated[
    Path | None,
    typer.Option(
        "--into",
        metavar="DIR",
        help="Folder for the credential; else /etc/clerkwatch/secrets, as the service reads it.",
    ),
]


def connect(
    platform: Annotated[
        str, typer.Argument(metavar="PLATFORM", help="facebook, x, instagram, youtube, …")
    ],
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="ID", help="Which account, where there are several."),
    ] = None,
    config: ConfigOption = None,
    by: ByOption = None,
    into: IntoOption = None,
    steps: Annotated[bool, typer.Option("--steps", help="Only print the steps.")] = False,
    json: JsonOption = False,
) -> None:
    """Connect an account: steps, then its token, tested and stored.

    The token is read from standard input and not shown; it is never an argument. It is
    stored only if the account can be read with it, in a file of its own (0600), and the
    record notes who granted it and when.
    """
    declared = _platform(platform)
    login = declared.login
    if login is None:
        what = "a person looks at it" if declared.by_hand else "what is public is read"
        say(f"{declared.title}: no login is needed: {what}. Nothing is to be connected.")
        return
    if steps:
        for line in _steps(login):
            say(line)
        return
    _connect(
        platform=declared, login=login, name=account, config=config, by=by, into=into, json=json
    )


def _connect(
    *,
    platform: Platform,
    login: Login,
    name: str | None,
    config: Path | None,
    by: str | None,
    into: Path | None,
    json: bool,
) -> None:
    from monitor.connecting import choose
    from monitor.credentials import FOLDER, check_folder, store

    place = with_fitting_accounts(workplace(config))
    account = choose(place.settings.register(), platform.name, name, login)
    folder = into or FOLDER
    check_folder(folder)
    with opened_repository(place) as repository:
        value = _given(account, platform, login)
        tried, grant = _tried(place, repository, account, value, login=login, by=person(by))
        if tried.is_well:
            repository.sync_register(place.settings.register(), at=grant.at)
            with repository.writing() as transaction:
                transaction.add_grant(grant)
                file = store(folder, grant.credential, tried.secret)
        else:
            file = None
    _show(place, tried, grant, file=file, login=login, json=json)
    if file is None:
        raise typer.Exit(Exit.FAILED)


def _platform(name: str) -> Platform:
    import connectors

    try:
        return connectors.find(name)
    except LookupError as error:
        raise OperatorError(str(error)) from error


def _tried(
    place: Workplace,
    repository: Repository,
    account: Account,
    value: str,
    *,
    login: Login,
    by: str,
) -> tuple[Tried, Grant]:
    """Try what was given; nothing of it is written down."""
    from pydantic import SecretStr

    from config.logs import configure
    from connectors.base import ReaderState
    from connectors.door import Door
    from monitor.clock import SystemClock
    from monitor.connecting import try_credential
    from monitor.meter import BudgetMeter, purses_of
    from storage.values import Grant

    clock = SystemClock()
    now = clock.now()
    door = Door(clock=clock.now)
    configure(environ=place.environ, extra=[door.redactor])
    kept = repository.account_state(account.id)
    budget = place.settings.budget.get(account.platform)
    tried = try_credential(
        account,
        SecretStr(value),
        login=login,
        door=door,
        state=ReaderState(
            platform_id=kept.platform_id, cursor=kept.cursor, validators=kept.validators
        ),
        meter=BudgetMeter(
            repository=repository,
            clock=clock,
            usd_per_month=budget.usd_per_month if budget is not None else None,
            purses=purses_of(place.settings.register(), account.platform),
        ),
        as_of=now,
    )
    granted = tried.granted
    grant = Grant(
        credential=account.credential or login.suggested,
        account=account.id,
        at=now,
        by=by,
        expires_at=granted.expires_at if granted is not None else None,
        whose=granted.whose if granted is not None else "",
    )
    return tried, grant


# --- what is asked ------------------------------------------------------------------------


def _given(account: Account, platform: Platform, login: Login) -> str:
    """Walk through the steps and read the token, without showing it."""
    from monitor.connecting import check_given, cleaned

    is_asked = sys.stdin.isatty()
    note(f"Connecting {account.id}: {platform.title} {account.handle}. You need {login.thing}.")
    if login.without:
        note(login.without)
    lines = _steps(login)
    for line in lines:
        sys.stderr.write(f"{line}\n")
        if is_asked and not line:
            _wait()
    value = cleaned(_hidden() if is_asked else _piped())
    check_given(value, platform=platform, login=login)
    return value


def _steps(login: Login) -> list[str]:
    """Return the numbered steps; an empty line ends each."""
    lines = []
    for number, step in enumerate(login.steps, start=1):
        head = f"Step {number} of {len(login.steps)}: "
        lines += textwrap.wrap(head + step, width=_WIDTH, subsequent_indent="  ")
        lines.append("")
    return lines


def _wait() -> None:
    sys.stderr.write("Press Enter when this is done. ")
    sys.stderr.flush()
    if not sys.stdin.readline():
        raise OperatorError("it ended before the last step", remedy="Nothing was stored")
    sys.stderr.write("\n")


def _hidden() -> str:
    """Read a line from the terminal without showing it; refuse where that cannot be had."""
    import getpass
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass("Paste it here and press Enter (it is not shown): ")
        except getpass.GetPassWarning as error:
            raise OperatorError(
                "this terminal would show it",
                remedy="Give it from a file instead: clerkwatch accounts connect … < FILE",
            ) from error
        except EOFError:
            return ""


def _piped() -> str:
    """Read all of standard input."""
    try:
        return sys.stdin.buffer.read(_MOST_BYTES).decode("utf-8")
    except UnicodeDecodeError:
        # Without its cause: that would quote what was given.
        raise OperatorError(
            "what was given is no text", remedy="Give the token alone. Nothing was stored"
        ) from None


# --- what is said -------------------------------------------------------------------------


def _show(
    place: Workplace, tried: Tried, grant: Grant, *, file: Path | None, login: Login, json: bool
) -> None:
    from monitor.cli.logins import grant_json, grant_line

    granted = tried.granted
    cautions = granted.cautions if granted is not None else ()
    if json:
        said: dict[str, Any] = {
            "account": grant.account,
            "ok": file is not None,
            "checks": [as_json(check) for check in tried.checks],
            "cautions": list(cautions),
            "file": str(file) if file is not None else None,
            "granted": grant_json(grant) if file is not None else None,
        }
        emit(said)
        return
    say_checks(tried.checks)
    for caution in cautions:
        say(f"Note: {harmless(caution)}")
    if file is None:
        say("Nothing was stored. Put right what is not well, then type it again.")
        return
    say(f"Stored in {file} (0600).")
    say(f"On record: {grant_line(grant, place.settings.zone())}.")
    if grant.expires_at is None:
        say(login.lasts)
    say("Let the service use it: systemctl restart clerkwatch")
    say(f"Then read it: clerkwatch-admin scan --account {grant.account}")
