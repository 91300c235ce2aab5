"""Versions to be judged: read in lots, always by id, so that memory stays flat.

A lot costs four statements whatever its size: the versions, their findings, their
accounts' history marks and what is pinned.
"""

from __future__ import annotations

import heapq
from collections import Counter
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, distinct, func, literal_column, select, true, type_coerce

from config.types import (
    AccountId,
    Appearing,
    CaseId,
    Outcome,
    Resolution,
    RuleId,
    SubjectId,
    SubjectKind,
    VersionId,
)
from storage.columns import EPOCH
from storage.sql.base import Desk, in_lots
from storage.sql.rows import finding_of, words_of
from storage.tables import (
    AccountState,
    Case,
    CaseFinding,
    Finding,
    Observation,
    Quieted,
    Subject,
    Version,
)
from storage.values import Quieted as QuietedValue
from storage.values import RuleCount as RuleCountValue
from storage.values import RuleDay as RuleDayValue
from storage.values import StoredFinding, VersionToJudge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select

_SUBJECT = Subject.__table__
_VERSION = Version.__table__
_OBSERVATION = Observation.__table__
_FINDING = Finding.__table__
_CASE = Case.__table__
_STATE = AccountState.__table__
_QUIETED = Quieted.__table__
_ON = CaseFinding.__table__
_DAY = timedelta(days=1) // timedelta(microseconds=1)
_ENDS = {
    Resolution.REMOVED.value: "upheld",
    Resolution.CORRECTED.value: "upheld",
    Resolution.DISMISSED.value: "dismissed",
    Resolution.LEFT.value: "left",
}

PURGED = "purged"
"""Stands in ``judged_under`` of versions without words: they are never judged, nor withdrawn."""
NOT_CLOSED = _CASE.c.state != literal_column("'closed'")
"""Written out, not bound: only so does the partial index on open cases serve."""


class Judging(Desk):
    """The part of the repository that hands out versions to judge."""

    def stale_versions(
        self, stamps: Mapping[AccountId, str], *, limit: int = 500
    ) -> list[VersionToJudge]:
        """Return what must be judged again; see `storage.repository.Repository`."""
        with self._reading() as connection:
            found = (
                _stale_ids(connection, account, stamp, limit) for account, stamp in stamps.items()
            )
            ids = heapq.nsmallest(limit, (version for ids in found for version in ids))
            return [
                version
                for lot in in_lots(ids)
                for version in _lot(connection, [_VERSION.c.id.in_(lot)], limit=None)
            ]

    def versions(
        self,
        *,
        accounts: Sequence[AccountId] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        lot: int = 500,
    ) -> Iterator[list[VersionToJudge]]:
        """Go through stored history in lots; each lot is one snapshot."""
        # Wrapped, so that no index on accounts is preferred: it would sort all that is left
        # for every lot, where walking along the ids gives the next lot at once.
        chosen = _chosen(func.coalesce(_VERSION.c.account, ""), accounts, since, until)
        last = 0
        while True:
            with self._reading() as connection:
                found = _lot(
                    connection, [*chosen, _VERSION.c.id > last], limit=max(1, min(lot, 500))
                )
            if not found:
                return
            yield found
            last = found[-1].id

    def count_versions(
        self,
        *,
        accounts: Sequence[AccountId] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Return how many versions `versions` would go through."""
        query = select(func.count()).select_from(_VERSION).where(_VERSION.c.purged_at.is_(None))
        if since is not None or until is not None:
            query = query.join(_SUBJECT, _SUBJECT.c.id == _VERSION.c.subject)
        with self._reading() as connection:
            chosen = _chosen(_VERSION.c.account, accounts, since, until)
            return connection.execute(query.where(*chosen)).scalar_one()

    def quieted(self) -> list[QuietedValue]:
        """Return every decision that keeps a rule quiet, oldest first."""
        with self._reading() as connection:
            return [
                QuietedValue(
                    account=AccountId(row.account),
                    rule=RuleId(row.rule),
                    words_hash=row.words_hash,
                    until=row.until,
                )
                for row in connection.execute(select(_QUIETED).order_by(_QUIETED.c.id))
            ]

    def rule_counts(self) -> list[RuleCountValue]:
        """Return what came of each rule that ever found something, by rule."""
        found = (
            select(_FINDING.c.rule, func.count())
            .where(_FINDING.c.withdrawn_at.is_(None))
            .group_by(_FINDING.c.rule)
        )
        ended = (
            select(_FINDING.c.rule, _CASE.c.resolution, func.count(distinct(_CASE.c.id)))
            .join(_ON, _ON.c.finding == _FINDING.c.id)
            .join(_CASE, _CASE.c.id == _ON.c.case)
            .where(_CASE.c.resolution.is_not(None))
            .group_by(_FINDING.c.rule, _CASE.c.resolution)
        )
        counts: dict[str, Counter[str]] = {}
        with self._reading() as connection:
            for rule, number in connection.execute(found):
                counts.setdefault(rule, Counter())["found"] += number
            for rule, resolution, number in connection.execute(ended):
                counts.setdefault(rule, Counter())[_ENDS.get(resolution, "")] += number
        return [
            RuleCountValue(
                rule=RuleId(rule),
                found=one["found"],
                upheld=one["upheld"],
                dismissed=one["dismissed"],
                left=one["left"],
            )
            for rule, one in sorted(counts.items())
        ]

    def rule_days(self, *, since: datetime) -> list[RuleDayValue]:
        """Return the days since then on which anything was read or found, oldest first."""
        seen, found_on = _day(_OBSERVATION.c.first_at), _day(_FINDING.c.found_at)
        read = (
            select(seen, func.count(distinct(_OBSERVATION.c.version)))
            .where(_OBSERVATION.c.first_at >= since, _OBSERVATION.c.version.is_not(None))
            .group_by(seen)
        )
        found = (
            select(found_on, _FINDING.c.rule, func.count(distinct(_CASE.c.id)))
            .join(_ON, _ON.c.finding == _FINDING.c.id)
            .join(_CASE, _CASE.c.id == _ON.c.case)
            .where(_FINDING.c.found_at >= since, _FINDING.c.context == "", ~_CASE.c.history)
            .group_by(found_on, _FINDING.c.rule)
        )
        with self._reading() as connection:
            judged: dict[int, int] = dict(connection.execute(read).all())
            by_day: dict[int, dict[RuleId, int]] = {}
            for day, rule, number in connection.execute(found):
                by_day.setdefault(day, {})[RuleId(rule)] = number
        return [
            RuleDayValue(
                on=EPOCH.date() + timedelta(days=day),
                judged=judged.get(day, 0),
                found=by_day.get(day, {}),
            )
            for day in sorted(judged.keys() | by_day.keys())
        ]


def _day(column: ColumnElement[datetime]) -> ColumnElement[int]:
    """Return the number of a column's UTC day, counted from the epoch."""
    return type_coerce(column, BigInteger) // _DAY


def _chosen(
    account: ColumnElement[str],
    accounts: Sequence[AccountId] | None,
    since: datetime | None,
    until: datetime | None,
) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = [true()]
    if accounts is not None:
        chosen.append(account.in_(list(accounts)))
    if since is not None:
        chosen.append(_SUBJECT.c.published_at >= since)
    if until is not None:
        chosen.append(_SUBJECT.c.published_at < until)
    return chosen


def _stale_ids(connection: Connection, account: AccountId, stamp: str, limit: int) -> list[int]:
    """Return the first stale versions of an account, by id.

    Each stamp that is stored is looked up by itself: within one the index is in order of
    id, so nothing is sorted and nothing judged is walked over.
    """
    under = _VERSION.c.judged_under
    mine = _VERSION.c.account == account
    stamps: list[str | None] = [None]
    last = ""
    while True:
        smallest = select(func.min(under)).where(mine, under > last)
        following = connection.execute(smallest).scalar_one()
        if following is None:
            break
        last = following
        if following not in {stamp, PURGED}:
            stamps.append(following)
    found: list[int] = []
    for stored in stamps:
        is_so = under.is_(None) if stored is None else under == stored
        query = select(_VERSION.c.id).where(mine, is_so).order_by(_VERSION.c.id).limit(limit)
        found.extend(connection.execute(query).scalars())
    return found


@cache
def current_version(subject: ColumnElement[int]) -> ScalarSelect[Any]:
    """Return the version that stands there now; null if the post is gone.

    A reading that cannot tell changes nothing: what was last seen is taken to stand.
    """
    seen = _OBSERVATION.alias()
    return (
        select(seen.c.version)
        .where(seen.c.subject == subject, seen.c.outcome != Outcome.CANNOT_TELL.value)
        .order_by(seen.c.last_at.desc(), seen.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _query() -> Select[Any]:
    return (
        select(
            _VERSION.c.id,
            _VERSION.c.subject,
            _SUBJECT.c.kind,
            _SUBJECT.c.platform_id,
            _VERSION.c.account,
            _VERSION.c.content_hash,
            _VERSION.c.text,
            _VERSION.c.own_length,
            _VERSION.c.is_repost,
            _VERSION.c.beside,
            _SUBJECT.c.url,
            _SUBJECT.c.published_at,
            _VERSION.c.shown_from,
            _VERSION.c.first_seen_at,
            _VERSION.c.is_first,
            current_version(_SUBJECT.c.id),
            _SUBJECT.c.author,
            _SUBJECT.c.parent_id,
            _CASE.c.id,
            _VERSION.c.judged_under,
            _SUBJECT.c.appearing,
        )
        .select_from(_VERSION)
        .join(_SUBJECT, _SUBJECT.c.id == _VERSION.c.subject)
        .join(_CASE, (_CASE.c.subject == _SUBJECT.c.id) & NOT_CLOSED, isouter=True)
        .order_by(_VERSION.c.id)
    )


LAG = timedelta(days=2)
"""How much older than the first complete reading a post may say it is and still be news."""

_QUERY = _query()
_KINDS = {kind.value: kind for kind in SubjectKind}


def _lot(
    connection: Connection, chosen: list[ColumnElement[bool]], *, limit: int | None
) -> list[VersionToJudge]:
    # What was purged cannot be judged; judged as if it were empty, its findings would go too.
    whole = _QUERY.where(*chosen, _VERSION.c.purged_at.is_(None))
    rows = connection.execute(whole.limit(limit)).all()
    if not rows:
        return []
    known = _findings(connection, [row[0] for row in rows])
    accounts = {row[4] for row in rows}
    complete = _first_complete(connection, accounts)
    pinned = pinned_by(connection, accounts)
    words = _pinned_words(connection, pinned)
    found = []
    for (
        version,
        subject,
        kind,
        platform_id,
        account,
        content_hash,
        text,
        own_length,
        is_repost,
        beside,
        url,
        published_at,
        shown_from,
        first_seen_at,
        is_first,
        current,
        author,
        parent_id,
        open_case,
        judged_under,
        appearing,
    ) in rows:
        until = complete.get(account)
        found.append(
            VersionToJudge(
                id=VersionId(version),
                subject=SubjectId(subject),
                subject_kind=_KINDS[kind],
                subject_platform_id=platform_id,
                account=AccountId(account),
                content_hash=content_hash,
                words=words_of(text, own_length, is_repost, beside),
                url=url,
                published_at=published_at,
                shown_from=shown_from,
                first_seen_at=first_seen_at,
                is_first=is_first,
                is_current=current == version,
                is_history=_is_history(published_at, first_seen_at, until),
                author=author,
                parent_id=parent_id,
                pinned=kind == "post" and pinned.get(account) == platform_id,
                pinned_text=words.get(account, "") if kind == "profile" else "",
                open_case=None if open_case is None else CaseId(open_case),
                known=known.get(version, ()),
                judged_under=judged_under,
                appearing=None if appearing is None else Appearing(appearing),
            )
        )
    return found


def _is_history(published_at: datetime, first_seen_at: datetime, until: datetime | None) -> bool:
    """Return whether a version is what stood there before the account was watched.

    A post that only shows up later is news, although it says it is a little older: lists
    lag, and times can be set back. One that is much older (a longer look-back, a restored
    page) stays history.
    """
    if until is None:
        return True
    if published_at >= until:
        return False
    return first_seen_at <= until or published_at < until - LAG


def _findings(connection: Connection, versions: list[int]) -> dict[int, tuple[StoredFinding, ...]]:
    query = select(_FINDING).where(_FINDING.c.version.in_(versions)).order_by(_FINDING.c.id)
    known: dict[int, list[StoredFinding]] = {}
    for row in connection.execute(query).mappings():
        known.setdefault(row["version"], []).append(finding_of(row))
    return {version: tuple(found) for version, found in known.items()}


def _first_complete(connection: Connection, accounts: set[str]) -> dict[str, datetime | None]:
    query = select(_STATE.c.account, _STATE.c.first_complete_at)
    rows = connection.execute(query.where(_STATE.c.account.in_(sorted(accounts))))
    return {row.account: row.first_complete_at for row in rows}


def pinned_by(connection: Connection, accounts: set[str]) -> dict[str, str]:
    """Return the post that each account's profile names as pinned."""
    query = (
        select(_SUBJECT.c.account, _VERSION.c.beside)
        .select_from(_SUBJECT)
        .join(_VERSION, _VERSION.c.id == current_version(_SUBJECT.c.id))
        .where(
            _SUBJECT.c.account.in_(sorted(accounts)),
            _SUBJECT.c.kind == SubjectKind.PROFILE.value,
        )
    )
    named = {
        account: (beside or {}).get("fields", {}).get("pinned", "")
        for account, beside in connection.execute(query)
    }
    return {account: platform_id for account, platform_id in named.items() if platform_id}


def _pinned_words(connection: Connection, pinned: dict[str, str]) -> dict[str, str]:
    """Return the words that stand in each account's pinned post now."""
    if not pinned:
        return {}
    query = (
        select(_SUBJECT.c.account, _SUBJECT.c.platform_id, _VERSION.c.text)
        .select_from(_SUBJECT)
        .join(_VERSION, _VERSION.c.id == current_version(_SUBJECT.c.id))
        .where(
            _SUBJECT.c.account.in_(sorted(pinned)),
            _SUBJECT.c.platform_id.in_(sorted(set(pinned.values()))),
            _SUBJECT.c.kind == SubjectKind.POST.value,
        )
    )
    return {
        account: text
        for account, platform_id, text in connection.execute(query)
        if pinned[account] == platform_id
    }
