"""Recording what was read (law 2): one lot, one transaction, a handful of statements."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from config.errors import StorageError
from config.types import Appearing, Outcome, SubjectKind
from storage.columns import plain
from storage.sql.base import Desk, in_lots
from storage.sql.readings import (
    Known,
    Stretch,
    count,
    in_order,
    last_shown,
    needs_all,
    place,
    stretch_of,
    version_facts,
)
from storage.sql.rows import content_columns, stretch_from
from storage.sql.sources import facts_of
from storage.sql.stills import write_stills
from storage.tables import Observation, RawPayload, Subject, Version
from storage.values import Recorded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from config.types import AccountId, RunId
    from storage.sql.chain import Chain
    from storage.values import Seen

_SUBJECT = Subject.__table__
_VERSION = Version.__table__
_OBSERVATION = Observation.__table__
_RAW = RawPayload.__table__

_Key = tuple[str, str]
"""Kind and platform id of a subject of the lot's account."""


class Recording(Desk):
    """The part of the repository that takes in readings."""

    def record(self, run: RunId, account: AccountId, seen: Sequence[Seen]) -> Recorded:
        """Commit what was read; see `storage.repository.Repository.record`."""
        recorded = Recorded()
        for readings in in_lots(seen):
            with self._writing() as (connection, chain):
                lot = _Lot(connection, chain, run, account)
                recorded += lot.record(readings)
        return recorded


class _Lot:
    """One lot being recorded."""

    def __init__(
        self, connection: Connection, chain: Chain, run: RunId, account: AccountId
    ) -> None:
        self._connection = connection
        self._chain = chain
        self._run = run
        self._account = account
        self._rows: dict[_Key, dict[str, Any]] = {}
        self._known: dict[_Key, Known] = {}
        self._versions: dict[tuple[_Key, str], dict[str, Any]] = {}
        self._raw: dict[tuple[_Key, str], tuple[bytes, datetime]] = {}
        self._moved: set[_Key] = set()
        self._fresh: list[tuple[_Key, Stretch]] = []
        self._late: set[_Key] = set()
        self._again: list[tuple[_Key, str]] = []
        self._purged: set[tuple[_Key, str]] = set()
        self._back: dict[tuple[_Key, str], Seen] = {}
        self._pinned: set[str] = set()
        self._stills: dict[tuple[_Key, str], Seen] = {}

    def record(self, seen: Sequence[Seen]) -> Recorded:
        """Take the readings in order of time, then write what they add."""
        readings = sorted(seen, key=in_order)
        self._load(readings)
        recorded = Recorded()
        for reading in readings:
            recorded += self._take(reading)
        self._write_subjects()
        version_ids = self._write_versions()
        self._give_back()
        self._write_observations(version_ids)
        self._write_stills()
        self._judge_again(version_ids)
        return recorded

    # --- what is known ---------------------------------------------------------------------

    def _load(self, readings: Sequence[Seen]) -> None:
        by_kind: dict[str, dict[str, Seen]] = {}
        for reading in readings:
            by_kind.setdefault(reading.subject.value, {}).setdefault(
                plain(reading.platform_id), reading
            )
        for kind, firsts in by_kind.items():
            self._load_subjects(kind, list(firsts))
            missing = [pid for pid in firsts if (kind, pid) not in self._rows]
            self._add_subjects(kind, {pid: firsts[pid] for pid in missing})
        by_id = {row["id"]: key for key, row in self._rows.items()}
        self._load_versions(by_id)
        self._load_newest(by_id)

    def _load_subjects(self, kind: str, platform_ids: list[str]) -> None:
        query = select(_SUBJECT).where(
            _SUBJECT.c.account == self._account,
            _SUBJECT.c.kind == kind,
            _SUBJECT.c.platform_id.in_(platform_ids),
        )
        for row in self._connection.execute(query).mappings():
            key = (kind, row["platform_id"])
            self._rows[key] = dict(row)
            self._known[key] = Known(published_at=row["published_at"], is_whole=False)

    def _add_subjects(self, kind: str, firsts: dict[str, Seen]) -> None:
        if not firsts:
            return
        rows = [
            {
                "account": self._account,
                "kind": kind,
                "platform_id": platform_id,
                "current_id": seen.current_id,
                "url": seen.url,
                "author": seen.author,
                "parent_id": seen.parent_id,
                "published_at": seen.published_at or seen.at,
                "is_dated": seen.published_at is not None,
                "appearing": Appearing.SCHEDULED.value if seen.is_scheduled else None,
            }
            for platform_id, seen in firsts.items()
        ]
        added = self._connection.execute(
            insert(_SUBJECT).returning(_SUBJECT.c.id, sort_by_parameter_order=True), rows
        )
        for row, new_id in zip(rows, added.scalars(), strict=True):
            key = (kind, str(row["platform_id"]))
            self._rows[key] = {**row, "id": new_id}
            self._known[key] = Known(published_at=self._rows[key]["published_at"])

    def _load_versions(self, by_id: dict[int, _Key]) -> None:
        query = select(_VERSION.c.subject, _VERSION.c.content_hash, _VERSION.c.purged_at)
        for subject, content_hash, purged_at in self._connection.execute(
            query.where(_VERSION.c.subject.in_(list(by_id)))
        ):
            self._known[by_id[subject]].hashes.add(content_hash)
            if purged_at is not None:
                self._purged.add((by_id[subject], content_hash))

    def _load_newest(self, by_id: dict[int, _Key]) -> None:
        """Load of each subject the newest observation and the newest that showed a version."""
        inner = _OBSERVATION.alias()
        newest = (
            select(inner.c.id)
            .where(inner.c.subject == _SUBJECT.c.id)
            .order_by(inner.c.last_at.desc(), inner.c.id.desc())
            .limit(1)
        )
        for picked in (newest, newest.where(inner.c.version.is_not(None))):
            query = (
                _observations()
                .join(_SUBJECT, _OBSERVATION.c.id == picked.scalar_subquery())
                .where(_SUBJECT.c.id.in_(list(by_id)))
            )
            for row in self._connection.execute(query).mappings():
                stretches = self._known[by_id[row["subject"]]].stretches
                if all(row["id"] != stretch.id for stretch in stretches):
                    stretches.insert(0, stretch_from(row))

    def _load_all(self, key: _Key) -> None:
        """Load a subject's whole history: a reading came late."""
        known = self._known[key]
        changed = {stretch.id: stretch for stretch in known.stretches if stretch.id is not None}
        fresh = [stretch for stretch in known.stretches if stretch.id is None]
        query = _observations().where(_OBSERVATION.c.subject == self._rows[key]["id"])
        stored = [
            changed.get(row["id"]) or stretch_from(row)
            for row in self._connection.execute(
                query.order_by(_OBSERVATION.c.last_at, _OBSERVATION.c.id)
            ).mappings()
        ]
        known.stretches = sorted([*stored, *fresh], key=lambda stretch: stretch.last_at)
        known.is_whole = True

    # --- one reading -----------------------------------------------------------------------

    def _take(self, seen: Seen) -> Recorded:
        key = (seen.subject.value, plain(seen.platform_id))
        known = self._known[key]
        if seen.outcome is Outcome.PRESENT and not seen.content_hash:
            seen = replace(seen, content_hash=last_shown(known) or "")
            if not seen.content_hash:
                raise self._without_content(key)
        reading = stretch_of(seen)
        if needs_all(known, reading):
            self._load_all(key)
        newest = known.newest()
        is_late = newest is not None and reading.first_at < newest.last_at
        if reading.content_hash is not None:
            self._date_subject(key, seen)
            if not is_late:
                self._refresh_subject(key, seen)
                self._schedule(key, seen)
        is_first = reading.content_hash is not None and not known.hashes
        if reading.content_hash is not None and (key, reading.content_hash) in self._purged:
            self._back[key, reading.content_hash] = seen
        if seen.stills and reading.content_hash is not None and not is_late:
            self._stills[key, reading.content_hash] = seen
        if place(known, reading):
            self._fresh.append((key, reading))
            if reading.content_hash is not None:
                self._take_version(key, seen, reading.content_hash, is_late=is_late)
        counted = count(seen, reading, is_first=is_first)
        # What was never seen to have appeared was never there to be taken down.
        return replace(counted, gone=0) if self._is_awaited(key) else counted

    def _without_content(self, key: _Key) -> StorageError:
        return StorageError(f"{self._account}: {key[0]} {key[1]!r} was read without its content")

    def _date_subject(self, key: _Key, seen: Seen) -> None:
        """Date a post whose time was not known by the platform's time, else the first reading."""
        row = self._rows[key]
        if row["is_dated"] or (seen.published_at is None and seen.at >= row["published_at"]):
            return
        published_at = seen.published_at or seen.at
        row.update(published_at=published_at, is_dated=seen.published_at is not None)
        self._moved.add(key)
        self._known[key].published_at = published_at
        if self._known[key].hashes:
            if not self._known[key].is_whole:
                self._load_all(key)
            self._late.add(key)

    def _refresh_subject(self, key: _Key, seen: Seen) -> None:
        """Note what a newer reading says about how the post is found."""
        row = self._rows[key]
        said = {"current_id": seen.current_id, "url": plain(seen.url)}
        said = {name: value for name, value in said.items() if value and row[name] != value}
        if said:
            row.update(said)
            self._moved.add(key)

    def _schedule(self, key: _Key, seen: Seen) -> None:
        """Note that a post is scheduled, that its date was moved, or that it has appeared."""
        row = self._rows[key]
        was, is_now = row["appearing"], row["appearing"]
        if seen.is_scheduled:
            is_now = Appearing.SCHEDULED.value
        elif was is not None:
            is_now = Appearing.APPEARED.value
        is_open = Appearing.SCHEDULED.value in {was, is_now}
        at = (seen.published_at if is_open else None) or row["published_at"]
        if (is_now, at) == (was, row["published_at"]):
            return
        row.update(appearing=is_now, published_at=at)
        self._moved.add(key)
        known = self._known[key]
        known.published_at = at
        if known.hashes:
            if not known.is_whole:
                self._load_all(key)
            self._late.add(key)

    def _is_awaited(self, key: _Key) -> bool:
        is_scheduled: bool = self._rows[key]["appearing"] == Appearing.SCHEDULED.value
        return is_scheduled

    def _take_version(self, key: _Key, seen: Seen, content_hash: str, *, is_late: bool) -> None:
        known = self._known[key]
        if is_late:
            self._late.add(key)
        if seen.subject is SubjectKind.PROFILE and seen.words is not None:
            self._pinned.add(plain(seen.words.fields.get("pinned", "")))
        if content_hash in known.hashes:
            self._again.append((key, content_hash))
            return
        if seen.words is None:
            raise self._without_content(key)
        known.hashes.add(content_hash)
        facts = version_facts(known, content_hash)
        self._versions[key, content_hash] = {
            "subject": self._rows[key]["id"],
            "account": self._account,
            "content_hash": content_hash,
            **content_columns(seen.words),
            "shown_from": facts.shown_from,
            "first_seen_at": facts.first_seen_at,
            "is_first": facts.is_first,
            "judged_under": None,
        }
        if seen.raw is not None:
            self._raw[key, content_hash] = (seen.raw, seen.at)

    # --- writing ---------------------------------------------------------------------------

    def _write_subjects(self) -> None:
        names = ("current_id", "url", "published_at", "is_dated", "appearing")
        rows = [
            {
                "of": self._rows[key]["id"],
                **{f"new_{name}": self._rows[key][name] for name in names},
            }
            for key in sorted(self._moved)
        ]
        if rows:
            values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
            statement = update(_SUBJECT).where(_SUBJECT.c.id == bindparam("of")).values(values)
            self._connection.execute(statement, rows)

    def _write_versions(self) -> dict[tuple[_Key, str], int]:
        """Insert the new versions; return the ids of these and of those that are current again."""
        ids: dict[tuple[_Key, str], int] = {}
        if self._versions:
            added = self._connection.execute(
                insert(_VERSION).returning(_VERSION.c.id, sort_by_parameter_order=True),
                list(self._versions.values()),
            )
            ids.update(zip(self._versions, added.scalars(), strict=True))
        if self._raw:
            raw = [
                {"version": ids[name], "body": body, "stored_at": at}
                for name, (body, at) in self._raw.items()
            ]
            self._connection.execute(insert(_RAW), raw)
        if self._again:
            keys = {self._rows[key]["id"]: key for key, _ in self._again}
            query = select(_VERSION.c.id, _VERSION.c.subject, _VERSION.c.content_hash)
            for version, subject, content_hash in self._connection.execute(
                query.where(_VERSION.c.subject.in_(list(keys)))
            ):
                ids[keys[subject], content_hash] = version
        return ids

    def _give_back(self) -> None:
        """Keep words again that were purged, because they are shown again; judge them anew."""
        for (key, content_hash), seen in self._back.items():
            if seen.words is None:
                continue
            self._connection.execute(
                update(_VERSION)
                .where(
                    _VERSION.c.subject == self._rows[key]["id"],
                    _VERSION.c.content_hash == content_hash,
                )
                .values(
                    **content_columns(seen.words),
                    shown_length=None,
                    purged_at=None,
                    judged_under=None,
                )
            )
            self._connection.execute(
                update(_SUBJECT)
                .where(_SUBJECT.c.id == self._rows[key]["id"])
                .values(url=plain(seen.url), author=plain(seen.author))
            )

    def _write_stills(self) -> None:
        if self._stills:
            place = {name: (self._rows[name[0]]["id"], name[1]) for name in self._stills}
            write_stills(
                self._connection,
                {place[name]: (seen.stills, seen.at) for name, seen in self._stills.items()},
                fresh=frozenset(
                    place[name]
                    for name in self._stills
                    if name in self._versions or name in self._back
                ),
            )

    def _write_observations(self, ids: dict[tuple[_Key, str], int]) -> None:
        fresh = [
            {
                "subject": self._rows[key]["id"],
                "version": ids[key, stretch.content_hash] if stretch.content_hash else None,
                "outcome": stretch.outcome,
                "reason": stretch.reason,
                "detail": plain(stretch.detail),
                "published_at": stretch.published_at,
                "edited_at": stretch.edited_at,
                "first_at": stretch.first_at,
                "last_at": stretch.last_at,
                "readings": stretch.readings,
                "first_run": self._run,
                "last_run": self._run,
            }
            for key, stretch in self._fresh
        ]
        if fresh:
            added = self._connection.execute(
                insert(_OBSERVATION).returning(_OBSERVATION.c.id, sort_by_parameter_order=True),
                fresh,
            )
            observations = list(added.scalars())
            facts = facts_of(self._connection, "observation", observations)
            for number, row in zip(observations, fresh, strict=True):
                self._chain.point(
                    "observed",
                    at=row["first_at"],
                    source="observation",
                    source_id=number,
                    facts=facts[number],
                )
        self._extend()

    def _extend(self) -> None:
        longer = [
            {"of": stretch.id, "until": stretch.last_at, "times": stretch.readings}
            for known in self._known.values()
            for stretch in known.stretches
            if stretch.is_longer and stretch.id is not None
        ]
        if longer:
            statement = (
                update(_OBSERVATION)
                .where(_OBSERVATION.c.id == bindparam("of"))
                .values(last_at=bindparam("until"), readings=bindparam("times"), last_run=self._run)
            )
            self._connection.execute(statement, longer)

    def _judge_again(self, ids: dict[tuple[_Key, str], int]) -> None:
        """Ask for a new judgement of what is shown again, is now pinned, or came late."""
        again = {ids[name] for name in self._again}
        for key in self._late:
            again |= self._place_versions(key)
        pinned = self._pinned - {""}
        if pinned:
            query = (
                select(_VERSION.c.id)
                .join(_SUBJECT, _SUBJECT.c.id == _VERSION.c.subject)
                .where(
                    _SUBJECT.c.account == self._account,
                    _SUBJECT.c.kind == SubjectKind.POST.value,
                    _SUBJECT.c.platform_id.in_(sorted(pinned)),
                )
            )
            again |= set(self._connection.execute(query).scalars())
        if again:
            statement = update(_VERSION).where(
                _VERSION.c.id.in_(sorted(again)), _VERSION.c.purged_at.is_(None)
            )
            self._connection.execute(statement.values(judged_under=None))

    def _place_versions(self, key: _Key) -> set[int]:
        """Compute again when a subject's versions appeared; return their ids."""
        known = self._known[key]
        query = select(_VERSION.c.id, _VERSION.c.content_hash)
        versions = self._connection.execute(
            query.where(_VERSION.c.subject == self._rows[key]["id"])
        ).all()
        for version, content_hash in versions:
            facts = version_facts(known, content_hash)
            self._connection.execute(
                update(_VERSION)
                .where(_VERSION.c.id == version)
                .values(
                    shown_from=facts.shown_from,
                    first_seen_at=facts.first_seen_at,
                    is_first=facts.is_first,
                )
            )
        return {version for version, _ in versions}


def _observations() -> Select[Any]:
    return (
        select(_OBSERVATION, _VERSION.c.content_hash)
        .select_from(_OBSERVATION)
        .join(_VERSION, _VERSION.c.id == _OBSERVATION.c.version, isouter=True)
    )
