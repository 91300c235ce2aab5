"""Is the daemon well: what was read last, what waits, what comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from config.types import CaseState, Sign
from monitor import sellby
from monitor.alerts.postal import facts_of, technical_lines, way_words
from monitor.alerts.wording import Calendar
from monitor.cases.closing import closing_of
from monitor.freeze.coming import coming_up
from monitor.judging import polls_of
from monitor.lock import holder
from monitor.opening import is_by_hand

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings
    from storage.repository import Repository
    from storage.values import AccountState, SignOfLife

_RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How things stand.

    Attributes:
        is_well: Every account that a programme reads was read within twice `pull_every`, and
            mails may leave.
        late: Accounts that were not, with since when.
        daemon: Process id of the daemon; None: none runs.
        config_changed: The file was changed after the daemon started.
        copied: How copies off this machine fare; None: none was tried.
        has_place: The configuration names a place for them.
        held_since: Since when no mail leaves, after a restore; None: they leave.
        ends: A sentence for each sell-by date that is past or at most 180 days ahead.
    """

    is_well: bool
    daemon: int | None
    config_changed: bool
    read: int
    of: int
    late: tuple[tuple[str, datetime | None, str], ...]
    cases: dict[str, int]
    mails_waiting: int
    ledger: tuple[int, str]
    coming: tuple[str, ...]
    post: tuple[str, ...] = ()
    copied: SignOfLife | None = None
    has_place: bool = False
    held_since: datetime | None = None
    ends: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the documented shape."""
        return {
            "ok": self.is_well,
            "daemon": self.daemon,
            "config_changed": self.config_changed,
            "accounts": {"read": self.read, "of": self.of},
            "late": [
                {"account": name, "last_read": at.isoformat() if at else None, "why": why}
                for name, at, why in self.late
            ],
            "cases": self.cases,
            "mails_waiting": self.mails_waiting,
            "ledger": {"entries": self.ledger[0], "head": self.ledger[1]},
            "coming": list(self.coming),
            "post": list(self.post),
            "backup": {
                "has_place": self.has_place,
                "last": _iso(_good(self.copied)),
                "failing_since": _iso(self.copied.failing_since if self.copied else None),
                "what": self.copied.what if self.copied else "",
            },
            "mails_held_since": _iso(self.held_since),
            "ends": list(self.ends),
        }

    def lines(self) -> list[str]:
        """Return the same for a terminal."""
        running = f"process {self.daemon}" if self.daemon is not None else "not running"
        lines = [f"Daemon: {running}"]
        if self.config_changed:
            lines.append("The configuration was changed since it started: restart it to use it.")
        lines.append(f"Accounts read in time: {self.read} of {self.of}")
        for name, at, why in self.late:
            since = at.isoformat(timespec="minutes") if at else "never"
            lines.append(f"  {name}: last complete reading {since}{f' ({why})' if why else ''}")
        undecided = self.cases.get(CaseState.OPEN.value, 0)
        lines.append(f"Cases that need a decision: {undecided}")
        lines.append(f"Mails waiting: {self.mails_waiting}")
        if self.held_since is not None:
            since = self.held_since.isoformat(timespec="minutes")
            lines.append(
                f"  none leaves since the restore at {since}: clerkwatch restore --confirm"
            )
        lines.append(self._backup())
        lines.append(f"Ledger: {self.ledger[0]}:{self.ledger[1]}")
        return [*lines, *self.post, *self.ends, *self.coming]

    def _backup(self) -> str:
        """Return the line about copies off this machine."""
        if not self.has_place:
            return "Backup off this machine: none ([backup] to)"
        good, bad = _iso(_good(self.copied)), self.copied
        said = f"Backup off this machine: {good or 'none yet'}"
        if bad is not None and bad.failing_since is not None:
            said += f", fails since {_iso(bad.failing_since)}: {bad.what}"
        return said


def _good(sign: SignOfLife | None) -> datetime | None:
    return sign.good_at if sign is not None else None


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None


def look(repository: Repository, *, settings: Settings, file: Path, now: datetime) -> Status:
    """Look at the database; nothing is changed.

    Args:
        repository: May be read-only.
        settings: The configuration as it is now.
        file: Where it stands.
        now: The present moment; aware UTC.
    """
    in_time = 2 * settings.schedule.pull_every
    late: list[tuple[str, datetime | None, str]] = []
    watched = 0
    for account in settings.register():
        if is_by_hand(account):
            continue
        state = repository.account_state(account.id)
        if state.reason is not None and closing_of(repository, account.id).is_expected_gone:
            continue
        watched += 1
        if state.last_read_at is None or now - state.last_read_at > in_time:
            late.append((account.id, state.last_read_at, _why(state)))
    daemon = holder(settings.storage.url)
    still = repository.standstill()
    changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    coming = coming_up(
        polls_of(settings, repository),
        now,
        zone=settings.zone(),
        nation=settings.council.nation,
        extra_holidays=settings.council.holidays,
    )
    return Status(
        is_well=not late and still is None,
        daemon=daemon.process if daemon else None,
        config_changed=daemon is not None and changed > daemon.since,
        read=watched - len(late),
        of=watched,
        late=tuple(late),
        cases={state.value: count for state, count in repository.case_counts().items()},
        mails_waiting=len(repository.mails(due_at=datetime.max.replace(tzinfo=UTC), limit=1000)),
        ledger=repository.ledger_head(),
        coming=tuple(sentence for one in coming[:1] for sentence in one.sentences),
        post=_post(repository, settings, now=now),
        copied=repository.signs().get(Sign.BACKUP),
        has_place=bool(settings.backup.to),
        held_since=still.at if still is not None else None,
        ends=sellby.lines(settings, repository, now=now),
    )


def _post(repository: Repository, settings: Settings, *, now: datetime) -> tuple[str, ...]:
    """Return what is to be said of the post: returned mails, inbox, ping, the way and back."""
    calendar = Calendar(zone=settings.council.timezone, as_of=now)
    signs = repository.signs()
    facts = facts_of(
        repository.bounces(since=now - _RECENT),
        signs,
        has_inbox=settings.mail.inbox is not None,
        has_ping=settings.watch.has_ping(),
    )
    lines = technical_lines(facts, people=settings.people, calendar=calendar)
    if Sign.WAY in signs:
        lines = (*lines, way_words(signs[Sign.WAY], calendar))
    return lines


def _why(state: AccountState) -> str:
    return state.reason.value.replace("_", " ") if state.reason is not None else ""
