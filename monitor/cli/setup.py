"""`init`, `doctor` and `status`: setting up, and knowing whether all is well."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import OperatorError
from monitor.cli.common import (
    ConfigOption,
    Exit,
    JsonOption,
    database_exists,
    emit,
    harmless,
    note,
    opened_repository,
    say,
    with_fitting_accounts,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.cli.common import Workplace
    from monitor.diagnosis import Check

QUESTIONS = (
    ("council.name", "The council's name"),
    ("council.email_domain", "The council's mail domain"),
    ("people.name", "Who reads the morning mail (name or role)"),
    ("people.email", "Their mail address"),
    ("mail.host", "Name of the mail server that takes our mails"),
    ("mail.port", "Its port"),
    ("mail.security", "none, starttls or tls"),
    ("mail.sender", "From which address the mails come"),
)


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("init")(init)
    app.command("doctor")(doctor)
    app.command("status")(status)


def init(
    config: ConfigOption = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Ask nothing; write the example values.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there already.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Write a commented configuration; makes the database.

    Asks a few questions first; --defaults asks nothing. Nothing is written when an answer
    cannot be used.
    """
    from config.sample import answers_of, sample
    from config.settings import parse

    named = config or (Path(named) if (named := os.environ.get("CLERKWATCH_CONFIG")) else None)
    file = named or Path("clerkwatch.toml")
    if file.exists() and not force:
        raise OperatorError(
            f"{file} is there already", remedy="Add --force to replace it, or edit it"
        )
    given = {"watch.ping": "none"}
    if not defaults:
        given = {key: _ask(key, question) for key, question in QUESTIONS}
        given["watch.ping"] = _ask_ping()
    text = sample(answers_of(given))
    parse(text, file=file, environ=os.environ)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o640)
    place = workplace(file)
    with opened_repository(place, create=True):
        database = place.settings.storage.url.removeprefix("sqlite:///")
    if json:
        emit({"config": str(file), "database": database})
        return
    say(f"Wrote {file}.")
    say("Next: add your accounts to it, then: clerkwatch doctor")


def _ask(key: str, question: str) -> str:
    from config.sample import default_of

    return str(typer.prompt(question, default=default_of(key), err=True))


def _ask_ping() -> str:
    """Ask who notices when this machine is dead; nothing is proposed, so that somebody decides."""
    from pydantic import ValidationError

    from config.settings.watch import Watch

    question = "A dead machine sends nothing: address (https://…) of a service that expects a "
    while True:
        answer = str(typer.prompt(f'{question}sign of life, or "none"', err=True)).strip()
        try:
            return Watch(ping=answer).ping
        except ValidationError:
            note('Give an address that begins with https://, or "none".')


def doctor(
    config: ConfigOption = None,
    mail: Annotated[
        bool,
        typer.Option("--mail", help="Also send the Clerk a trial mail; the answer is noted."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Examine the installation; name each remedy.

    Configuration, credentials, machine, names, mails, record, daemon, accounts, rules, polls:
    docs/operators/doctor.md. Changes nothing, unless --mail. Exit code 1 on a fault.
    """
    from monitor.clock import SystemClock
    from monitor.doctor import examine

    place = with_fitting_accounts(workplace(config))
    tried = _try_mail(place) if mail else None
    checks = examine(place.settings, environ=place.environ, clock=SystemClock(), file=place.file)
    _report([*checks, tried] if tried is not None else checks, json=json)


def _try_mail(place: Workplace) -> Check | None:
    """Send the trial mail and say what came of it; return a fault if none could be sent."""
    from monitor.alerts.outbox import deliver_due
    from monitor.app import build
    from monitor.clock import SystemClock
    from monitor.diagnosis import Check
    from monitor.postcheck import put_trial

    if not database_exists(place.settings):
        return Check(
            name="trial mail",
            state="fault",
            what="was not sent: there is no database yet in which its answer could be noted",
            remedy="The first `clerkwatch scan` or `clerkwatch run` makes it; then try again",
        )
    with opened_repository(place) as repository:
        app = build(
            place.settings, clock=SystemClock(), repository=repository, environ=place.environ
        )
        trial = put_trial(app)
        deliver_due(
            repository, app.transport, sender=place.settings.mail.sender, now=app.clock.now()
        )
        kept = repository.mail(trial.key)
    if kept is not None and all(one.accepted_at for one in kept.recipients):
        note(
            "clerkwatch: a trial mail is on its way to the Clerk; doctor tells when it was answered"
        )
    else:
        note("clerkwatch: the trial mail waits: the mail server did not take it yet")
    return None


def _report(checks: Sequence[Check], *, json: bool) -> None:
    if json:
        emit(
            {
                "ok": all(check.state != "fault" for check in checks),
                "checks": [
                    {
                        "name": check.name,
                        "state": check.state,
                        "what": check.what,
                        "remedy": check.remedy or None,
                    }
                    for check in checks
                ],
            }
        )
    else:
        signs = {"well": "ok   ", "look": "look ", "fault": "FAULT"}
        for check in checks:
            say(f"{signs[check.state]}  {check.name}: {harmless(check.what, most=400)}")
            if check.remedy:
                say(f"         -> {check.remedy}")
    if any(check.state == "fault" for check in checks):
        raise typer.Exit(Exit.FAILED)


def status(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Say whether the daemon is well.

    Last run of each account, due and overdue work, mails, cases, disk, copies, the ledger's
    head, the next window. Exit code 1 when an account was not read for twice pull_every, mails
    are held after a restore, or the daemon hangs.
    """
    from monitor.clock import SystemClock
    from monitor.status import look, nothing_yet

    place, now = with_fitting_accounts(workplace(config)), SystemClock().now()
    if database_exists(place.settings):
        with opened_repository(place, read_only=True) as repository:
            state = look(repository, settings=place.settings, file=place.file, now=now)
    else:
        state = nothing_yet(place.settings, now=now)
    if json:
        emit(state.as_json())
    else:
        for line in state.lines():
            indent = " " * (len(line) - len(line.lstrip(" ")))
            say(indent + harmless(line, most=500))
    if not state.is_well:
        raise typer.Exit(Exit.FAILED)
