"""`demo`: the whole job on this machine, with no credentials."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import OperatorError
from monitor.cli.common import Exit, JsonOption, emit, harmless, say

if TYPE_CHECKING:
    from monitor.demo.run import DemoTown, SavedMail
    from monitor.demo.telephone import Step
    from monitor.morning import Sent
    from monitor.pipeline import Scanned


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("demo")(demo)


def demo(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            metavar="DIR",
            help="A new or empty folder for its files; else a temporary one.",
        ),
    ] = None,
    window: Annotated[
        bool,
        typer.Option("--window", help="A third morning: a pre-election period opens."),
    ] = False,
    replies: Annotated[
        bool,
        typer.Option("--replies", help="Then a Clerk and an owner decide by answering mails."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Run the whole job once on this machine.

    Loopback platforms tell a small town's story to the same code that the daemon runs, and a
    real mail server on this machine takes the mails.

    Two mornings pass: the first reads what stood there before, the second a day's new posts,
    an edit, a deletion and an account whose token has died. With --replies a Clerk and an
    owner then answer the mails until a post is gone. Nothing leaves this machine.
    """
    from monitor.demo.run import DemoTown

    home = folder or Path(tempfile.mkdtemp(prefix="clerkwatch-demo-"))
    for name in ("clerkwatch.toml", "clerkwatch.db"):
        if (home / name).exists():  # it may be a real one
            raise OperatorError(
                f"{home / name} is there already", remedy="Name a folder that is new or empty"
            )
    if not json:
        say("Two mornings in a small town: platforms and mail server run on this machine only.")
        say()
    with DemoTown(home, reads_replies=replies) as town:
        days, sent, steps = _mornings(town, with_window=window, with_replies=replies)
        mails = town.save_mails()
    if json:
        emit(_shape(home, days, sent, mails, steps))
    else:
        _tell(home, town, days, mails, steps)
    if not all(one.is_accepted for one in sent):
        raise typer.Exit(Exit.FAILED)


def _mornings(
    town: DemoTown, *, with_window: bool, with_replies: bool
) -> tuple[list[Scanned], list[Sent], list[Step]]:
    """Do what the daemon does on two mornings, or on a third on which a period opens.

    With replies the Clerk and an owner then answer mails, and another morning tells of it.
    """
    from config import settings as configuration
    from config.logs import configure
    from monitor import morning
    from monitor.app import build
    from monitor.demo.opening import open_window, read_older
    from monitor.demo.telephone import decide
    from monitor.pipeline import scan
    from storage.open import open_repository

    settings = configuration.load(town.settings_file, environ=town.environ)
    configure(environ=town.environ, default="error")
    repository = open_repository(settings.storage.url, create=True)
    try:
        app = build(settings, clock=town.clock, repository=repository, environ=town.environ)
        configure(environ=town.environ, default="error", extra=[app.redactor])
        days: list[Scanned] = []
        sent: list[Sent] = []
        for day in (1, 2, 3) if with_window else (1, 2):
            if day == 2:  # noqa: PLR2004  # the second morning
                town.advance_to_second_day()
            if day > 2:  # noqa: PLR2004  # the third
                open_window(app, town)
            repository.sync_register(app.register, at=app.clock.now())
            days.append(scan(app, app.register, by="demo", insist=True))
            if day > 2:  # noqa: PLR2004  # as above
                read_older(app)
            sent.append(morning.send(app, by="demo"))
        steps = decide(app, town) if with_replies else []
        if with_replies:
            town.advance_to_next_morning()
            days.append(scan(app, app.register, by="demo", insist=True))
            sent.append(morning.send(app, by="demo"))
    finally:
        repository.close()
    return days, sent, steps


def _shape(
    home: Path,
    days: list[Scanned],
    sent: list[Sent],
    mails: list[SavedMail],
    steps: list[Step],
) -> dict[str, object]:
    from monitor.cli import shapes

    return {
        "folder": str(home),
        "config": str(home / "clerkwatch.toml"),
        "days": [shapes.run(day.run, day.coverage, day.outcome) for day in days],
        "digests": [{"subject": one.composed.subject, "text": one.composed.text} for one in sent],
        "mails": [
            {
                "subject": mail.subject,
                "recipients": list(mail.recipients),
                "text": mail.text,
                "html": str(mail.html) if mail.html is not None else None,
            }
            for mail in mails
        ],
        "replies": [
            {
                "at": one.at.isoformat(),
                "who": one.who,
                "did": one.did,
                "case": int(one.case),
                "state": one.state,
                "resolution": one.resolution or None,
                "told": one.told or None,
            }
            for one in steps
        ],
    }


def _tell_steps(steps: list[Step]) -> None:
    """Print who did what by mail, and where each case stood then."""
    say("By replies alone, without a command:")
    for one in steps:
        stands = one.resolution or one.state.replace("_", " ")
        say(f"  {one.at:%H:%M} UTC  {one.who} {harmless(one.did)}: case {one.case} {stands}")
        if one.told:
            say(f"             told: {harmless(one.told)}")
    say()


def _tell(
    home: Path, town: DemoTown, days: list[Scanned], mails: list[SavedMail], steps: list[Step]
) -> None:
    for number, scanned in enumerate(days, start=1):
        posts = sum(line.recorded.posts for line in scanned.coverage)
        failed = [line.account for line in scanned.coverage if line.status.value == "failed"]
        said = f"Morning {number}: {posts} posts read, {len(scanned.outcome.cases_opened)} cases"
        if failed:
            said += f"; not readable, as planned: {', '.join(failed)}"
        say(said)
    say()
    if steps:
        _tell_steps(steps)
    for number, mail in enumerate(mails, start=1):
        say("=" * 100)
        say(f"Mail {number} of {len(mails)}, to {', '.join(mail.recipients)}")
        say(f"Subject: {harmless(mail.subject)}")
        say("=" * 100)
        say(mail.text.rstrip("\n"))
        say()
    say("=" * 100)
    pages = [str(mail.html) for mail in mails if mail.html is not None]
    say("The same mails as the Clerk's mail program shows them:")
    for page in pages:
        say(f"  {page}")
    config = town.settings_file
    # In a fresh clone the command is not on the path: say what can be typed as it stands.
    command = "clerkwatch" if shutil.which("clerkwatch") else os.path.relpath(sys.argv[0])
    say("What to try next:")
    say(f"  {command} cases list --config {config}")
    say(f"  {command} cases show 1 --config {config}")
    say(f"  {command} elections list --config {config}")
    say(f"  {command} evidence verify --config {config}")
    say(f'  echo "Vote Labour on Thursday!" | {command} check')
    say(f"Everything lies in {home}; delete the folder when you have seen enough.")
