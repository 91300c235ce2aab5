"""Is the daemon well: what was read last, what is due, what waits, what comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.types import CaseState, Sign
from monitor import sellby
from monitor.alerts.hardening import one_line
from monitor.alerts.postal import facts_of, technical_lines, way_words
from monitor.alerts.wording import Calendar
from monitor.beginning import REMEDY, traces
from monitor.examining.machine import disks, in_words
from monitor.freeze.coming import coming_up
from monitor.judging import polls_of
from monitor.lock import holder
from monitor.readings import gaps_json, readings_of
from monitor.work import Waiting, waiting_of, work_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from config.settings import Settings
    from monitor.examining.machine import Disk
    from monitor.freeze.windows import Window
    from monitor.lock import Holder
    from monitor.readings import AccountReading
    from monitor.work import Work
    from storage.repository import Repository
    from storage.values import SignOfLife

_RECENT = timedelta(days=7)
NO_RECORD = "There is no database yet; the first clerkwatch scan or run makes one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How things stand.

    Attributes:
        is_well: Every account that a programme reads was read within twice `pull_every`, mails
            may leave, and a daemon that runs gives signs of life.
        as_of: When this was; aware UTC.
        zone: The council's.
        database: Where the record lies.
        has_record: It is there.
        left: What lies about of one that is there no more; empty: nothing.
        readings: How each account stands, in the register's order.
        work: Regular work: last done, due, overdue.
        waiting: What lies in the outbox.
        disks: Room where record and evidence lie.
        daemon: Who runs; None: nobody.
        is_hung: It runs and gives no sign of life.
        config_changed: The file was changed after the daemon started.
        copied: How copies off this machine fare; None: none was tried.
        has_place: The configuration names a place for them.
        held_since: Since when no mail leaves, after a restore; None: they leave.
        window: The pre-election period that is open or comes next, with its poll; None: none.
        ends: A sentence for each sell-by date that is past or at most 180 days ahead.
    """

    is_well: bool
    as_of: datetime
    zone: ZoneInfo
    database: str
    has_record: bool = True
    left: str = ""
    readings: tuple[AccountReading, ...] = ()
    work: tuple[Work, ...] = ()
    waiting: Waiting = field(default_factory=Waiting)
    disks: tuple[Disk, ...] = ()
    daemon: Holder | None = None
    is_hung: bool = False
    config_changed: bool = False
    cases: dict[str, int]
    ledger: tuple[int, str] = (0, "")
    coming: tuple[str, ...] = ()
    window: Window | None = None
    post: tuple[str, ...] = ()
    copied: SignOfLife | None = None
    has_place: bool = False
    held_since: datetime | None = None
    ends: tuple[str, ...] = ()

    @property
    def watched(self) -> tuple[AccountReading, ...]:
        """Return the accounts that a programme reads and that should be there."""
        return tuple(one for one in self.readings if one.status not in {"by hand", "closed"})

    @property
    def late(self) -> tuple[AccountReading, ...]:
        """Return those of them that were not read in time."""
        return tuple(one for one in self.watched if one.is_late)

    def as_json(self) -> dict[str, Any]:
        """Return the documented shape."""
        return {
            "ok": self.is_well,
            "database": self.database,
            "has_record": self.has_record,
            "left": self.left,
            "daemon": self.daemon.process if self.daemon else None,
            "daemon_beat": _iso(self.daemon.beat_at if self.daemon else None),
            "hung": self.is_hung,
            "config_changed": self.config_changed,
            "accounts": {"read": len(self.watched) - len(self.late), "of": len(self.watched)},
            "late": [
                {"account": one.account, "last_read": _iso(one.last_at), "why": _why(one)}
                for one in self.late
            ],
            "readings": [
                {
                    "account": one.account,
                    "status": one.status,
                    "last": _iso(one.last_at),
                    "tried": _iso(one.tried_at),
                    "next": _iso(one.next_at),
                    "why": _why(one),
                    "failing_since": _iso(one.failing_since),
                    "late": one.is_late,
                    "gaps": gaps_json(one.gaps),
                }
                for one in self.readings
            ],
            "work": [
                {
                    "name": one.name,
                    "last": _iso(one.last_at),
                    "due": _iso(one.due_at),
                    "overdue": one.is_overdue,
                    "what": one.what,
                }
                for one in self.work
            ],
            "cases": self.cases,
            "mails_waiting": self.waiting.mails,
            "outbox": {
                "waiting": self.waiting.mails,
                "since": _iso(self.waiting.since),
                "next": _iso(self.waiting.next_at),
                "tried": self.waiting.tried,
                "said": self.waiting.said,
                "refused": self.waiting.refused,
            },
            "disks": [
                {"path": str(one.path), "free_bytes": one.free, "size_bytes": one.size}
                for one in self.disks
            ],
            "ledger": {"entries": self.ledger[0], "head": self.ledger[1]},
            "coming": list(self.coming),
            "window": self._window(),
            "post": list(self.post),
            "backup": {
                "has_place": self.has_place,
                "last": _iso(self.copied.good_at if self.copied else None),
                "failing_since": _iso(self.copied.failing_since if self.copied else None),
                "what": self.copied.what if self.copied else "",
            },
            "mails_held_since": _iso(self.held_since),
            "ends": list(self.ends),
        }

    def lines(self) -> list[str]:
        """Return the same for a terminal."""
        if not self.has_record:
            known = f"The database is missing, though there was one ({self.left}): {REMEDY}"
            return [known if self.left else NO_RECORD, *self._disks(), *self.ends, *self.coming]
        lines = [self._daemon()]
        if self.config_changed:
            lines.append("The configuration was changed since it started: restart it to use it.")
        read = len(self.watched) - len(self.late)
        lines.append(f"Accounts read in time: {read} of {len(self.watched)}")
        lines += [line for one in self.readings for line in self._account(one)]
        lines.append("Regular work:")
        lines += [self._work(one) for one in self.work]
        lines.append(f"Cases that need a decision: {self.cases.get(CaseState.OPEN.value, 0)}")
        lines += [*self._mails(), *self._disks(), self._backup()]
        lines.append(f"Ledger: {self.ledger[0]}:{self.ledger[1]}")
        return [*lines, *self.post, *self.ends, *self.coming]

    def _at(self, at: datetime | None) -> str:
        """Return an instant by the council's clock: ``24 Nov 2026, 07:00``."""
        if at is None:
            return "never"
        local = at.astimezone(self.zone)
        return f"{local.day} {local:%b %Y, %H:%M}"

    def _daemon(self) -> str:
        if self.daemon is None:
            return "Daemon: not running"
        beat = self.daemon.beat_at
        said = f"Daemon: process {self.daemon.process}"
        if self.is_hung:
            return (
                f"{said}, no sign of life since {self._at(beat or self.daemon.since)}: restart it"
            )
        return f"{said}, last sign of life {self._at(beat)}" if beat else said

    def _account(self, one: AccountReading) -> Iterator[str]:
        """Return the line of one account, and one for each gap that nobody has looked at."""
        yield self._reading(one)
        for gap in one.gaps:
            yield (
                f"    gap {self._at(gap.start)} to {self._at(gap.end)}; when you have looked "
                f"there: clerkwatch accounts reviewed {one.account}"
            )

    def _reading(self, one: AccountReading) -> str:
        """Return the line of one account: its last run, and its next."""
        if one.status == "by hand":
            said = f"last looked at {self._at(one.last_at)}"
        else:
            said = f"last complete reading {self._at(one.last_at)}"
        if why := _why(one):
            since = f" since {self._at(one.failing_since)}" if one.failing_since else ""
            said += f" ({why}{since})"
        if one.next_at is not None:
            said += f", next {self._at(one.next_at)}"
        if one.is_late:
            said += "  DUE" if one.status == "by hand" else "  NOT IN TIME"
        return f"  {one.account}: {one.status}, {said}"

    def _work(self, one: Work) -> str:
        said = f"  {one.name}: last {self._at(one.last_at)}"
        if one.is_overdue:
            since = f" since {self._at(one.due_at)}" if one.due_at else ""
            return f"{said}, OVERDUE{since}{f' ({one.what})' if one.what else ''}"
        return f"{said}, next {self._at(one.due_at)}" if one.due_at else said

    def _mails(self) -> Iterator[str]:
        waiting = self.waiting
        said = f"Mails waiting: {waiting.mails}"
        if waiting.since is not None:
            said += f", since {self._at(waiting.since)}"
        if waiting.said:
            said += f"; at last: {one_line(waiting.said, most=200)}"
        yield said
        if waiting.refused:
            yield f"  refused for good in the last week: {waiting.refused}"
        if self.held_since is not None:
            since = self._at(self.held_since)
            yield f"  none leaves since the restore at {since}: clerkwatch restore --confirm"

    def _disks(self) -> list[str]:
        return [
            f"Disk: {in_words(one.free)} of {in_words(one.size)} free at {one.path}"
            for one in self.disks
        ]

    def _backup(self) -> str:
        """Return the line about copies off this machine."""
        if not self.has_place:
            return "Backup off this machine: none ([backup] to)"
        good, bad = self.copied.good_at if self.copied else None, self.copied
        said = f"Backup off this machine: {self._at(good) if good else 'none yet'}"
        if bad is not None and bad.failing_since is not None:
            said += f", fails since {self._at(bad.failing_since)}: {bad.what}"
        return said

    def _window(self) -> dict[str, Any] | None:
        if self.window is None:
            return None
        return {
            "poll": self.window.poll,
            "mode": self.window.mode.value,
            "basis": self.window.basis.value,
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "open": self.window.holds(self.as_of),
        }


def look(repository: Repository, *, settings: Settings, file: Path, now: datetime) -> Status:
    """Look at the database; nothing is changed.

    Args:
        repository: May be read-only.
        settings: The configuration as it is now.
        file: Where it stands.
        now: The present moment; aware UTC.

    Raises:
        StorageError: The database cannot be read.
    """
    readings = readings_of(settings, repository, now=now)
    is_late = any(one.is_late and one.status not in {"by hand", "closed"} for one in readings)
    daemon, still = holder(settings.storage.url), repository.standstill()
    is_hung = daemon is not None and daemon.is_hung(now=now)
    sentences, window = _coming(settings, repository, now=now)
    return Status(
        is_well=not is_late and still is None and not is_hung,
        as_of=now,
        zone=settings.zone(),
        database=_database(settings),
        readings=readings,
        work=work_of(settings, repository, now=now),
        waiting=waiting_of(repository, now=now),
        disks=disks(settings),
        daemon=daemon,
        is_hung=is_hung,
        config_changed=daemon is not None
        and datetime.fromtimestamp(file.stat().st_mtime, UTC) > daemon.since,
        cases={state.value: count for state, count in repository.case_counts().items()},
        ledger=repository.ledger_head(),
        coming=sentences,
        window=window,
        post=_post(repository, settings, now=now),
        copied=repository.signs().get(Sign.BACKUP),
        has_place=bool(settings.backup.to),
        held_since=still.at if still is not None else None,
        ends=sellby.lines(settings, repository, now=now),
    )


def nothing_yet(settings: Settings, *, now: datetime) -> Status:
    """Return how things stand before there is a record, in the same shape.

    Args:
        settings: The configuration.
        now: The present moment; aware UTC.
    """
    sentences, window = _coming(settings, None, now=now)
    return Status(
        is_well=False,
        as_of=now,
        zone=settings.zone(),
        database=_database(settings),
        has_record=False,
        left=traces(settings),
        disks=disks(settings),
        cases=dict.fromkeys((state.value for state in CaseState), 0),
        coming=sentences,
        window=window,
        has_place=bool(settings.backup.to),
        ends=sellby.lines(settings, None, now=now),
    )


def _coming(
    settings: Settings, repository: Repository | None, *, now: datetime
) -> tuple[tuple[str, ...], Window | None]:
    """Return what is said of the nearest poll, and the window that is open or comes first."""
    coming = coming_up(
        polls_of(settings, repository),
        now,
        zone=settings.zone(),
        nation=settings.council.nation,
        extra_holidays=settings.council.holidays,
    )
    sentences = tuple(sentence for one in coming[:1] for sentence in one.sentences)
    windows = [one.window for one in coming if one.window is not None and one.window.end > now]
    return sentences, min(windows, key=lambda one: one.start, default=None)


def _database(settings: Settings) -> str:
    return str(Path(settings.storage.url.removeprefix("sqlite:///")))


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


def _why(one: AccountReading) -> str:
    return one.reason.value.replace("_", " ") if one.reason is not None else ""


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None
