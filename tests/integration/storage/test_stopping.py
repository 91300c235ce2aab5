"""Mails that wait before they leave and may be stopped, and what belongs to asking an owner."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import (
    AccountId,
    CaseState,
    RecipientState,
    Resolution,
    RunKind,
    Severity,
    SubjectKind,
)
from tests.lib import records
from tests.lib.records import START, at, mail

if TYPE_CHECKING:
    from config.types import CaseId, SubjectId
    from storage.repository import Repository

CLERK, DEPUTY = "clerk@fernbeck.example", "deputy@fernbeck.example"
KEY = "digest:2026-11-02"


def stop(store: Repository, minutes: float) -> bool:
    """Stop the mail and return whether nobody gets it."""
    with store.writing() as steps:
        return steps.cancel_mail(KEY, why="thought again", at=at(minutes))


def states(store: Repository) -> list[RecipientState]:
    """Return where the mail stands with each recipient."""
    kept = store.mail(KEY)
    assert kept is not None
    return [one.state for one in kept.recipients]


def test_a_mail_waits_until_it_may_leave(store: Repository) -> None:
    """Not due a moment before, due then."""
    with store.writing() as steps:
        steps.queue_mail(mail(), at=START, not_before=at(15))
    assert store.mails(due_at=at(14.9)) == []
    assert len(store.mails(due_at=at(15))) == 1


def test_a_stopped_mail_never_becomes_due(store: Repository) -> None:
    """It is kept, cancelled for everybody, with one entry however often it is stopped."""
    with store.writing() as steps:
        steps.queue_mail(mail(to=(CLERK, DEPUTY)), at=START, not_before=at(15))
    assert stop(store, 5)
    entries = store.ledger_head()[0]
    assert stop(store, 6)
    assert store.ledger_head()[0] == entries
    assert store.mails(due_at=at(days=9)) == []
    assert states(store) == [RecipientState.CANCELLED] * 2
    assert store.verify_ledger().faults == ()


def test_what_a_server_has_taken_cannot_be_stopped(store: Repository) -> None:
    """For those who have not got it, it is stopped all the same; the answer says that it is out."""
    with store.writing() as steps:
        steps.queue_mail(mail(to=(CLERK, DEPUTY)), at=START)
    (queued,) = store.mails(due_at=START)
    store.settle_recipient(queued.id, CLERK, accepted=True, at=at(1))
    assert not stop(store, 2)
    assert states(store) == [RecipientState.ACCEPTED, RecipientState.CANCELLED]


def test_what_is_being_offered_is_left_alone(store: Repository) -> None:
    """While another holds it nothing is changed; a claim that is late holds nothing."""
    with store.writing() as steps:
        steps.queue_mail(mail(), at=START)
    (queued,) = store.mails(due_at=START)
    assert store.claim_mail(queued.id, owner="sender", until=at(2), now=START)
    assert not stop(store, 1)
    assert set(states(store)) == {RecipientState.QUEUED}
    assert stop(store, 2)


def test_there_is_nothing_to_stop_in_a_mail_that_was_never_queued(store: Repository) -> None:
    """The answer is no."""
    assert not stop(store, 1)


def opened(store: Repository) -> tuple[SubjectId, CaseId]:
    """Record a post and open a case on it."""
    run = store.begin_run(RunKind.SCAN, by="test", at=START)
    store.record(run, records.COUNCIL, [records.post()])
    subject = store.subject(records.COUNCIL, SubjectKind.POST, "1001")
    assert subject is not None
    with store.writing() as steps:
        case = steps.open_case(
            subject,
            severity=Severity.REVIEW,
            history=False,
            due_at=at(days=1),
            at=START,
            by="clerkwatch",
        )
    return subject, case


def step(store: Repository, case: CaseId, to: CaseState, minutes: float, *days: float) -> None:
    """Move a case, perhaps with another deadline."""
    with store.writing() as steps:
        steps.step_case(
            case,
            to=to,
            resolution=Resolution.REMOVED if to is CaseState.CLOSED else None,
            by="Clerk",
            because="",
            what="a step",
            at=at(minutes),
            due_at=at(days=days[0]) if days else None,
        )


def test_a_subject_is_found_by_its_account_kind_and_id(store: Repository) -> None:
    """And not under another account, kind or id."""
    opened(store)
    assert store.subject(records.MAYOR, SubjectKind.POST, "1001") is None
    assert store.subject(records.COUNCIL, SubjectKind.PROFILE, "1001") is None
    assert store.subject(AccountId("nobody"), SubjectKind.POST, "1") is None


def test_a_step_may_bring_another_deadline(store: Repository) -> None:
    """Also a later one; a step without one leaves it. A note on a closed case keeps its end."""
    _, number = opened(store)
    step(store, number, CaseState.REMOVAL_REQUESTED, 1, 5)
    step(store, number, CaseState.VERIFYING, 2)
    case = store.case(number)
    assert case is not None
    assert case.due_at == at(days=5)
    step(store, number, CaseState.CLOSED, 3)
    step(store, number, CaseState.CLOSED, 90)
    case = store.case(number)
    assert case is not None
    assert case.closed_at == at(3)


def test_what_was_taken_down_is_read_again_for_a_while(store: Repository) -> None:
    """It may be put up again: within the look-back it is among what may be due, then no more."""
    _, number = opened(store)
    run = store.begin_run(RunKind.SCAN, by="test", at=at(30))
    store.record(run, records.COUNCIL, [records.gone(read_at=at(30))])
    step(store, number, CaseState.CLOSED, 40)
    week = timedelta(days=7)
    (due,) = store.due_posts(records.COUNCIL, as_of=at(days=6), look_back=week)
    assert (due.platform_id, due.has_open_case) == ("1001", False)
    assert store.due_posts(records.COUNCIL, as_of=at(days=8), look_back=week) == []
