"""Judging history again: the same pipeline fed from the repository, and the difference.

A dry run is the same without the carrying out, on a read-only connection.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from config.types import CaseState, CoverageStatus
from monitor.apply import Outcome, close_empty, difference
from monitor.cases.preserve import preserve_judged
from monitor.judging import bench, carry_out, material_of
from storage.values import Coverage, Recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from config.types import AccountId, ClauseId
    from monitor.app import App
    from monitor.decide import Verdict
    from monitor.judging import Bench
    from storage.values import VersionToJudge


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Which part of history is judged again.

    Attributes:
        since: Only posts published at or after this; None: from the beginning.
        until: Only posts published before this; None: to the end.
        accounts: Only these; None: all.
        clauses: Only findings under these; empty: all.
    """

    since: datetime | None = None
    until: datetime | None = None
    accounts: Sequence[AccountId] | None = None
    clauses: Collection[ClauseId] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescanned:
    """The difference, and how many versions of each account were judged.

    Attributes:
        purged: Versions that were not judged because their words are kept no longer; what was
            found in them stays as it is.
    """

    outcome: Outcome
    coverage: tuple[Coverage, ...]
    purged: int = 0


def rescan(
    app: App,
    wanted: Range,
    *,
    as_of: datetime,
    dry_run: bool,
    progress: Callable[[int], None] = lambda _judged: None,
) -> Rescanned:
    """Judge stored history again.

    Args:
        app: Wired with the rules to judge by; on a read-only repository for a dry run.
        wanted: Which part.
        as_of: Takes the place of the present moment in judging; what is written carries
            the clock's own time. Aware UTC.
        dry_run: Only say what would change.
        progress: Called after each lot with the number of versions judged so far.

    Raises:
        StorageError: The database refused; finished lots stay.
    """
    made = bench(app, as_of=as_of)
    now = app.clock.now()
    accounts = list(made.accounts if wanted.accounts is None else wanted.accounts)
    counts = dict.fromkeys(accounts, 0)
    outcome = Outcome()
    lots = app.repository.versions(accounts=accounts, since=wanted.since, until=wanted.until)
    for lot in lots:
        verdicts = [_verdict(made, version, wanted.clauses) for version in lot]
        for version in lot:
            counts[version.account] += 1
        if dry_run:
            outcome += difference(verdicts)
        else:
            with app.judging:
                outcome += carry_out(app, verdicts, at=now, mark=not wanted.clauses)
        progress(sum(counts.values()))
    if not dry_run and outcome.cases_touched:
        close_empty(app.repository, app.repository.cases(states=(CaseState.OPEN,)), at=now)
    if not dry_run:
        preserve_judged(app, as_of=now)
    purged = app.repository.count_purged(accounts=accounts, since=wanted.since, until=wanted.until)
    outcome = replace(outcome, not_judged=outcome.not_judged + purged)
    coverage = tuple(
        Coverage(
            account=account,
            status=CoverageStatus.READ if number else CoverageStatus.SKIPPED,
            recorded=Recorded(posts=number),
        )
        for account, number in counts.items()
    )
    return Rescanned(outcome=outcome, coverage=coverage, purged=purged)


def _verdict(made: Bench, version: VersionToJudge, clauses: Collection[ClauseId]) -> Verdict:
    """Judge and decide one version, by the wanted clauses only (none: by all)."""
    if not clauses:
        return made.verdict(version)
    judged = made.judgement(material_of(version, made.accounts[version.account]))
    judged = replace(
        judged, findings=tuple(found for found in judged.findings if found.clause in clauses)
    )
    known = tuple(stored for stored in version.known if stored.finding.clause in clauses)
    return made.deciders[version.account].decide(replace(version, known=known), judged)
