"""Proof: reading again what should be gone, and reminding whoever has not taken it down.

There is one mechanism for closing cases by what a reading showed (`visibility`), and every
scan uses it. Verifying is a scan of the accounts on which something should be gone, with an
answer for each case. What cannot be told closes nothing and says what to repair.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from config.types import CaseState, Kind, Outcome
from monitor.cases.closing import as_account
from monitor.cases.life import asks_to_close, last_step
from monitor.cases.request import owners_of, reminder_of
from monitor.opening import is_by_hand
from monitor.people.rota import Rota
from monitor.pipeline import scan
from storage.values import BY_HAND

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from config.types import AccountId, CaseId, RunId
    from monitor.app import App
    from storage.values import Case, Coverage

SHOULD_GO = (CaseState.REMOVAL_REQUESTED, CaseState.VERIFYING)
_OFFICE_OPENS = time(9)
_GONE_ONCE = "no longer visible in one reading; a second one at least ten minutes later decides"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What verifying saw of one case.

    Attributes:
        case: As it stands afterwards.
        seen: What the newest reading showed; ``cannot_tell`` where there was none now.
        detail: What it means, or what to repair; one sentence.
        is_overdue: It should have gone by now and still stands.
        is_reminded: A reminder to its owner was put into the outbox now.
    """

    case: Case
    seen: Outcome
    detail: str
    is_overdue: bool
    is_reminded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What one verification did.

    Attributes:
        run: Its number; None when nothing should be gone.
        coverage: One for each account that was read.
        proofs: One for each case, by number.
    """

    run: RunId | None = None
    coverage: tuple[Coverage, ...] = ()
    proofs: tuple[Proof, ...] = ()


def verify(app: App, *, by: str, insist: bool = False) -> Verified:
    """Read again what should be gone, close what is, remind whoever is late.

    Args:
        app: The wired application.
        by: Who or what asked for it.
        insist: Ask platforms even if the last failure said to wait for a person.

    Raises:
        StorageError: The database refused; what was read before is kept.
    """
    waiting = app.repository.cases(states=SHOULD_GO)
    labels = {case.account for case in waiting}
    accounts = [account for account in app.register if account.id in labels]
    if not waiting:
        return Verified()
    as_of = app.clock.now()
    scanned = scan(app, accounts, by=by, insist=insist)
    lines = {line.account: line for line in scanned.coverage}
    proofs = []
    for number in sorted(case.id for case in waiting):
        proof = _proof(app, number, lines, as_of=as_of)
        if proof is not None:
            proofs.append(proof)
    return Verified(run=scanned.run, coverage=scanned.coverage, proofs=tuple(proofs))


def is_overdue(app: App, case: Case, *, as_of: datetime) -> bool:
    """Return whether something that should be gone still stands after its time.

    A member was only reminded: nothing is due from them.
    """
    account = owners_of(app).account(case.account)
    if account is not None and account.kind is Kind.MEMBER:
        return False
    return case.state in SHOULD_GO and case.visible and case.due_at < as_of


def remind(app: App, case: Case, *, at: datetime) -> bool:
    """Put a reminder for the owner into the outbox; one a working day, after the time is over.

    A member is never pressed, and nobody at night.

    Returns:
        Whether there is a new one.
    """
    local = at.astimezone(app.settings.zone())
    rota = Rota.of(app.settings, app.repository.absences())
    if not is_overdue(app, case, as_of=at):
        return False
    if local.time() < _OFFICE_OPENS or not rota.is_working_day(local.date()):
        return False
    mail = reminder_of(app, case, on=local.date(), at=at)
    if mail is None:
        return False
    with app.repository.writing() as transaction:
        return transaction.queue_mail(mail, at=at)


def _proof(
    app: App, number: CaseId, lines: Mapping[AccountId, Coverage], *, as_of: datetime
) -> Proof | None:
    """Return what a case's newest reading says; None if it has vanished from the record."""
    case = app.repository.case(number)
    if case is None:
        return None
    case = as_account(case, app.repository.account_sight(case.account))
    is_fresh = case.last_read_at >= as_of
    seen = case.last_outcome if is_fresh else Outcome.CANNOT_TELL
    shown = is_fresh and case.visible
    return Proof(
        case=case,
        seen=seen,
        detail=_said(case, seen, _repair(app, case, lines.get(case.account))),
        is_overdue=is_overdue(app, case, as_of=as_of),
        is_reminded=shown and remind(app, case, at=app.clock.now()),
    )


def _said(case: Case, seen: Outcome, repair: str) -> str:
    """Return what a reading means for a case."""
    last = last_step(case)
    if case.state is CaseState.CLOSED and last is not None:
        return f"{last.what}: {last.because}"
    if seen is Outcome.GONE:
        return _GONE_ONCE
    if seen is Outcome.CANNOT_TELL:
        return repair
    if asks_to_close(case):
        return "the account is still there"
    if case.is_edited_away:
        return "edited; whether the new words are in order a person has to say"
    return "edited, and still flagged" if seen is Outcome.EDITED else "still visible"


def _repair(app: App, case: Case, line: Coverage | None) -> str:
    """Return why nothing can be told, and what to do about it."""
    account = owners_of(app).account(case.account)
    if account is None:
        return "its account is not in the register any more: register it again, or look yourself"
    if is_by_hand(account) or case.platform_id.startswith(BY_HAND):
        return (
            "no programme can read it: please look yourself, then: "
            f'clerkwatch cases gone {case.id} --because "…"'
        )
    if line is not None and line.error:
        return line.error
    return "the platform did not say whether it is still there; it is asked again"
