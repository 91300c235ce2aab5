"""Doing: carries verdicts out, one lot in one transaction.

Findings, cases, the mails that must leave at once and ``judged_under`` commit together
(law 2), so a kill at any instant loses no breach and repeats no mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import CaseState, Resolution
from monitor.cases.alike import WHY, are_alike, folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from config.types import AccountId, CaseId, Severity, SubjectKind
    from monitor.decide import CaseIntent, Verdict
    from storage.repository import Repository, Transaction
    from storage.values import Case, Finding, NewMail, VersionToJudge

    UrgentMail = Callable[[Case], NewMail | None]
    MustWait = Callable[[Case, NewMail], bool]


def _never(case: Case, mail: NewMail) -> bool:
    """Let every urgent mail go out by itself."""
    del case, mail
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding with where it was found, for the difference that a run reports.

    Holds no text beyond the quote, so that a run over all history stays small.
    """

    account: AccountId
    subject: SubjectKind
    platform_id: str
    url: str
    published_at: datetime
    finding: Finding
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a lot of verdicts changed, or (in a dry run) would change."""

    added: tuple[Found, ...] = ()
    withdrawn: tuple[Found, ...] = ()
    unchanged: int = 0
    cases_opened: tuple[CaseId, ...] = ()
    cases_touched: tuple[CaseId, ...] = ()
    mails_queued: int = 0
    judged: int = 0
    not_judged: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        """Add two lots of one run."""
        return Outcome(
            added=self.added + other.added,
            withdrawn=self.withdrawn + other.withdrawn,
            unchanged=self.unchanged + other.unchanged,
            cases_opened=self.cases_opened + other.cases_opened,
            cases_touched=self.cases_touched + other.cases_touched,
            mails_queued=self.mails_queued + other.mails_queued,
            judged=self.judged + other.judged,
            not_judged=self.not_judged + other.not_judged,
        )


def difference(verdicts: Sequence[Verdict]) -> Outcome:
    """Return what verdicts would change, without carrying anything out."""
    added = tuple(_found(v.version, finding) for v in verdicts for finding in v.add)
    withdrawn = tuple(
        _found(v.version, stored.finding, why)
        for v in verdicts
        for identity, why in v.withdraw
        for stored in v.version.known
        if stored.id == identity
    )
    return Outcome(
        added=added,
        withdrawn=withdrawn,
        unchanged=sum(verdict.unchanged for verdict in verdicts),
        judged=len(verdicts),
        not_judged=sum(1 for verdict in verdicts if verdict.not_judged),
    )


def _found(version: VersionToJudge, finding: Finding, why: str = "") -> Found:
    return Found(
        account=version.account,
        subject=version.subject_kind,
        platform_id=version.subject_platform_id,
        url=version.url,
        published_at=version.published_at,
        finding=finding,
        why=why,
    )


def apply(
    repository: Repository,
    verdicts: Sequence[Verdict],
    *,
    at: datetime,
    due_at: Callable[[Severity], datetime],
    urgent: UrgentMail,
    must_wait: MustWait = _never,
    by: str = "clerkwatch",
    mark: bool = True,
    mail_at: datetime | None = None,
) -> Outcome:
    """Carry a lot of verdicts (at most 500) out in one transaction.

    Args:
        repository: Where to.
        verdicts: What follows, one for each version.
        at: The present moment; aware UTC.
        due_at: Deadline of a case by severity.
        urgent: Writes the mail that leaves at once; None when nobody must be told.
        must_wait: Whether such a mail is left out, because one mail will list several.
        by: Who is named in the case's first event.
        mark: Note ``judged_under``; False when only some clauses were judged.
        mail_at: When an urgent mail leaves at the latest: until then its case's evidence may
            be kept first. None: at once.

    Raises:
        StorageError: Nothing of the lot was written.
    """
    opened: list[CaseId] = []
    lot: dict[CaseId, str] = {}
    touched: list[CaseId] = []
    mails = 0
    with repository.writing() as transaction:
        for verdict in verdicts:
            for identity, why in verdict.withdraw:
                transaction.withdraw_finding(identity, why=why, at=at)
            if verdict.withdraw and verdict.version.open_case is not None:
                touched.append(verdict.version.open_case)
            stored = {known.finding.key(): known.id for known in verdict.version.known}
            for finding in verdict.add:
                stored[finding.key()] = transaction.add_finding(verdict.version.id, finding, at=at)
            if verdict.case is None:
                continue
            case = _put_case(
                transaction, verdict.case, verdict.version, at=at, due_at=due_at, by=by
            )
            for finding in verdict.case.findings:
                transaction.attach(case, stored[finding.key()])
            _link(transaction, case, verdict, lot, at=at)
            if case != verdict.case.join and case not in opened:
                opened.append(case)
            if verdict.case.is_urgent:
                mails += _tell(
                    transaction, case, urgent=urgent, must_wait=must_wait, at=at, leaves_at=mail_at
                )
        if mark:
            _mark(transaction, verdicts)
    changed = difference(verdicts)
    return changed + Outcome(
        cases_opened=tuple(opened),
        cases_touched=tuple(touched),
        mails_queued=mails,
    )


def _tell(
    transaction: Transaction,
    number: CaseId,
    *,
    urgent: UrgentMail,
    must_wait: MustWait,
    at: datetime,
    leaves_at: datetime | None,
) -> bool:
    """Queue the urgent mail about a case, or fold it; return whether a mail was queued."""
    case = transaction.case(number)
    mail = urgent(case)
    if mail is None:
        return False
    if must_wait(case, mail):
        transaction.fold(mail.key, case.id, at=at)
        return False
    return transaction.queue_mail(mail, at=at, not_before=leaves_at)


def _link(
    transaction: Transaction,
    case: CaseId,
    verdict: Verdict,
    lot: dict[CaseId, str],
    *,
    at: datetime,
) -> None:
    """Link a case with those on nearly the same words: known ones, and those of this lot."""
    said = folded(verdict.version.words.text)
    near = [other for other, words in lot.items() if other != case and are_alike(said, words)]
    for other in dict.fromkeys((*verdict.alike, *near)):
        transaction.link_cases(case, other, why=WHY, at=at)
    lot.setdefault(case, said)


def _mark(transaction: Transaction, verdicts: Sequence[Verdict]) -> None:
    """Note what the versions were judged under, where that still stands as it was read."""
    seen = {verdict.version.id: verdict.version.judged_under for verdict in verdicts}
    for under in {verdict.under for verdict in verdicts}:
        ids = [verdict.version.id for verdict in verdicts if verdict.under == under]
        transaction.mark_judged(ids, under=under, seen=seen)


def _put_case(
    transaction: Transaction,
    intent: CaseIntent,
    version: VersionToJudge,
    *,
    at: datetime,
    due_at: Callable[[Severity], datetime],
    by: str,
) -> CaseId:
    """Open or join the case that a verdict leads to; return it."""
    case = intent.join
    if case is None:
        case = transaction.open_case(
            version.subject,
            severity=intent.severity,
            history=intent.history,
            due_at=due_at(intent.severity),
            at=at,
            by=by,
            because=intent.because,
        )
    # Also after opening: another version of the same post may have opened it in this lot.
    transaction.raise_severity(
        case, intent.severity, due_at=due_at(intent.severity), is_new=not intent.history
    )
    if intent.is_urgent and transaction.case(case).state is CaseState.ACKNOWLEDGED:
        transaction.step_case(
            case,
            to=CaseState.OPEN,
            resolution=None,
            by=by,
            because=intent.because,
            what="something urgent was found on it since",
            at=at,
        )
    return case


def close_empty(repository: Repository, cases: Iterable[Case], *, at: datetime) -> int:
    """Close those of the cases on which no finding holds any more; return how many.

    A case that a person has taken up stays: only the person ends it. So does one that never
    had a finding, because a person opened it.
    """
    closed = 0
    for case in cases:
        if case.state is not CaseState.OPEN or case.findings or not case.withdrawn:
            continue
        with repository.writing() as transaction:
            transaction.step_case(
                case.id,
                to=CaseState.CLOSED,
                resolution=Resolution.NO_LONGER_APPLIES,
                by="clerkwatch",
                because="; ".join(sorted({gone.withdrawn_why for gone in case.withdrawn})),
                what="no finding holds any more",
                at=at,
            )
        closed += 1
    return closed
