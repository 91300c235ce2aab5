"""`scan` and `run`: reading the accounts once, or for good."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from monitor.cli.common import (
    AccountsOption,
    ConfigOption,
    Exit,
    JsonOption,
    count,
    emit,
    harmless,
    is_terminal,
    note,
    opened_app,
    person,
    say,
    send_urgent,
    with_fitting_accounts,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from monitor.app import App
    from monitor.pipeline import Scanned
    from storage.values import Coverage


_SHOWN = 20


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command("scan")(scan)
    app.command("run")(run)


def scan(
    config: ConfigOption = None, account: AccountsOption = None, json: JsonOption = False
) -> None:
    """Read the accounts once now, judge, open cases.

    Reads new posts and the re-readings that are due, and tries to send what is urgent: a
    mail server that is down is a warning, the mails wait. Exit code 3 when an account failed
    or was read in part; the others are done all the same.
    """
    from monitor.alerts.missing_record import tell
    from monitor.pipeline import scan as scan_accounts
    from monitor.thrift import share_one_heap

    share_one_heap()  # many accounts are read side by side, each by a thread of its own
    place = workplace(config)
    accounts = place.accounts(account)
    with opened_app(place, create=True) as app:
        tell(app, at=app.clock.now())
        app.repository.sync_register(app.register, at=app.clock.now())
        with _bar("Reading", len(accounts)) as step:
            scanned = scan_accounts(
                app, accounts, by=person(None), insist=True, progress=lambda _account: step()
            )
        warnings = [*_replies(app), *send_urgent(app), *_ping(app)]
    if json:
        from monitor.cli import shapes

        emit(shapes.run(scanned.run, scanned.coverage, scanned.outcome))
    else:
        _tell(scanned)
    for warning in warnings:
        note(f"clerkwatch: {warning}")
    raise typer.Exit(exit_code(scanned.coverage))


def _replies(app: App) -> list[str]:
    """Deal with replies; an inbox that does not answer is a warning, and is tried again."""
    from config.errors import MailError
    from monitor.cases.preserve import preserve
    from monitor.replying import handle_inbox

    try:
        handled = handle_inbox(app)
    except MailError as error:
        return [f"replies wait: {error}"]
    if handled.decided:
        preserve(app, as_of=app.clock.now())
    if handled.decided or handled.answered:
        app.log.info("replies", decided=handled.decided, answered=handled.answered)
    return []


def _ping(app: App) -> list[str]:
    """Give the sign of life, if the run was complete; one that fails is a warning."""
    from monitor import ping

    if not ping.is_due(app, now=app.clock.now()):
        return []
    what = ping.send(app)
    return [f"the dead-man's ping failed: {what}"] if what else []


def exit_code(coverage: Sequence[Coverage]) -> Exit:
    """Return 3 if an account failed or was read in part; skipped alone is 0."""
    from config.types import CoverageStatus

    short = {CoverageStatus.FAILED, CoverageStatus.PARTIAL}
    return Exit.PART if any(line.status in short for line in coverage) else Exit.WELL


def _tell(scanned: Scanned) -> None:
    from config.types import Severity

    if not scanned.coverage:
        say("No account is registered yet: add an [[accounts]] table for each.")
    for line in scanned.coverage:
        read = line.recorded
        said = f"{line.account}: {line.status.value}"
        if read.posts:
            said += f", {count(read.posts, 'post')}, {read.new} new"
        for number, word in (
            (read.edited, "edited"),
            (read.gone, "no longer visible"),
            (read.cannot_tell, "cannot be told"),
        ):
            said += f", {number} {word}" if number else ""
        say(said + (f". {harmless(line.error, most=400)}" if line.error else ""))
    outcome = scanned.outcome
    notes = sum(found.finding.severity is Severity.NOTE for found in outcome.added)
    told = f" ({count(notes, 'note')}, in no mail)" if notes else ""
    say(
        f"{count(len(outcome.added), 'finding')}{told}, "
        f"{count(len(outcome.cases_opened), 'case')} opened, "
        f"{count(outcome.mails_queued, 'urgent mail')}."
    )
    if outcome.not_judged:
        say(f"{count(outcome.not_judged, 'post')} could not be judged by every check.")
    for found in outcome.added[:_SHOWN]:
        severity = "  note" if found.finding.severity is Severity.NOTE else ""
        say(f"  {found.finding.clause:15} {found.finding.rule:34} {found.account}{severity}")
    if len(outcome.added) > _SHOWN:
        say(f"  and {len(outcome.added) - _SHOWN} more; all of them with --json")
    if outcome.cases_opened:
        say("See them with: clerkwatch cases list")


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[], None]]:
    """Show progress on a terminal; elsewhere stay silent."""
    if not is_terminal():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda: progress.advance(task)


def run(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Run the daemon: what systemd starts.

    Reads, judges, mails and writes the morning digest until it is told to stop (SIGTERM).
    """
    import asyncio
    import os
    import random
    import sys

    if not is_terminal():
        # structlog would load rich for tracebacks in colour: 5 MB that a journal never shows.
        sys.modules["rich"] = None  # type: ignore[assignment]  # the import system's own "is not there"
    from monitor.thrift import uncollected

    del json  # the daemon's output is its log, which is JSON under systemd anyway
    with uncollected():
        from config.logs import configure
        from monitor.cli.daemon import serve

        place = with_fitting_accounts(workplace(config))
        configure(environ=place.environ, default="info")
        code = asyncio.run(serve(place, random=random.Random()))  # noqa: S311  # spreads pulls, guards nothing
    sys.stdout.flush()
    sys.stderr.flush()
    # A unit that overran its deadline sits in a thread that cannot be ended; everything
    # that matters is committed, so the process leaves without waiting for it.
    os._exit(code)
