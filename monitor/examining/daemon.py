"""What `doctor` examines of the daemon: whether it runs and lives, on what, and what is overdue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.diagnosis import Check
from monitor.lock import holder
from monitor.work import work_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from config.settings import Settings
    from monitor.lock import Holder
    from storage.repository import Repository
    from storage.values import Run

BY_DAEMON = "daemon"
_PERSONS = {
    "looking by hand": "Look there, then: clerkwatch accounts reviewed ACCOUNT, or reply REVIEWED",
    "attesting logins": "Say who can log in: clerkwatch accounts attest ACCOUNT --login …",
}

TOLD = ("digest", "verification", "purge", "reports", *_PERSONS)
"""Work that is told of here; how readings, inbox, ping and copies fare, other checks tell."""


def check_daemon(
    settings: Settings, runs: list[Run], *, file: Path | None, now: datetime
) -> Iterator[Check]:
    """Examine whether the daemon runs, gives signs of life, and knows the configuration.

    Args:
        settings: The configuration as it is now.
        runs: Newest runs, newest first: whether it ever ran on this record.
        file: Where the configuration stands; None: it is not looked at.
        now: The present moment; aware UTC.
    """
    known = holder(settings.storage.url)
    if known is None:
        yield _not_running(settings, runs)
    elif known.is_hung(now=now):
        at = (known.beat_at or known.since).astimezone(settings.zone())
        yield Check(
            name="daemon",
            state="fault",
            what=f"process {known.process} gave its last sign of life at {at:%d %B %Y, %H:%M}",
            remedy="systemctl restart clerkwatch; what it was busy with: journalctl -u clerkwatch "
            "(unit overruns, database cannot be used)",
        )
    else:
        yield Check(name="daemon", state="well", what=f"process {known.process} is alive")
    if known is not None and file is not None:
        yield from _configuration(settings, known, file)


def check_work(settings: Settings, repository: Repository, *, now: datetime) -> Iterator[Check]:
    """Examine whether regular work is overdue.

    Args:
        settings: The configuration.
        repository: May be read-only.
        now: The present moment; aware UTC.
    """
    is_running = holder(settings.storage.url) is not None
    for one in work_of(settings, repository, now=now):
        if not one.is_overdue or one.name not in TOLD:
            continue
        last = _day(one.last_at, settings) if one.last_at else "never"
        remedy = _PERSONS.get(one.name, "journalctl -u clerkwatch says what fails: unit failed")
        if not one.is_persons and not is_running:
            remedy = "It is made good when the daemon runs: systemctl start clerkwatch"
        yield Check(
            name=one.name,
            state="fault" if is_running and not one.is_persons else "look",
            what=f"overdue, last done: {last}{f' ({one.what})' if one.what else ''}",
            remedy=remedy,
        )


def _not_running(settings: Settings, runs: list[Run]) -> Check:
    """Return a fault where it ran before; before its first start it is no fault."""
    last = next((run for run in runs if run.by == BY_DAEMON), None)
    if last is None:
        return Check(
            name="daemon",
            state="look",
            what="it is not running, and has not run so far: nothing is read by itself",
            remedy="systemctl enable --now clerkwatch (systemd/README.md)",
        )
    return Check(
        name="daemon",
        state="fault",
        what=f"it is not running; it last read something at {_day(last.started_at, settings)}",
        remedy="systemctl start clerkwatch; why it ended: journalctl -u clerkwatch",
    )


def _configuration(settings: Settings, known: Holder, file: Path) -> Iterator[Check]:
    """Yield that the file says something that the daemon does not know."""
    try:
        changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return  # read a moment ago, and gone: the next command says so
    if changed > known.since:
        yield Check(
            name="configuration",
            state="look",
            what=f"it was changed at {_day(changed, settings)}, after the daemon started",
            remedy="What it says now counts from: systemctl restart clerkwatch",
        )


def _day(at: datetime, settings: Settings) -> str:
    return f"{at.astimezone(settings.zone()):%d %B %Y, %H:%M}"
