"""The outbox with a state per recipient, and polls entered by command."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from config.errors import StorageError
from config.types import (
    AccountId,
    MailId,
    MailKind,
    Origin,
    PollId,
    PollStatus,
    PollType,
    RecipientState,
    Standing,
    WindowMode,
)
from storage.values import Candidate, PollRow
from tests.lib.records import START, at, mail

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.repository import Repository

CLERK, DEPUTY = "clerk@fernbeck.example", "deputy@fernbeck.example"
POLL = PollRow(id=PollId("parish.2027-05-06"), type=PollType.PARISH, held_on=date(2027, 5, 6))


def test_a_mail_is_queued_once(store: Repository) -> None:
    """A second mail with the same key is not queued, and the first one's bytes stay."""
    with store.writing() as steps:
        assert steps.queue_mail(mail(), at=START)
        assert not steps.queue_mail(replace(mail(), body=b"other"), at=at(1))

    queued = store.mail("digest:2026-11-02")
    assert queued is not None
    assert (queued.body, queued.created_at) == (mail().body, START)
    assert store.mail("digest:2026-11-03") is None


def test_each_recipient_has_a_state_of_its_own(store: Repository) -> None:
    """One server's yes does not wait for another's, nor is it asked again."""
    with store.writing() as steps:
        steps.queue_mail(mail(to=(CLERK, DEPUTY, CLERK)), at=START)
    (queued,) = store.mails(due_at=START)
    store.settle_recipient(queued.id, CLERK, accepted=True, at=at(1))
    store.settle_recipient(
        queued.id, DEPUTY, accepted=False, at=at(1), next_at=at(30), error="451 later"
    )

    assert store.mails(due_at=at(29)) == []
    (waiting,) = store.mails(due_at=at(30))
    assert [(one.address, one.state, one.attempts) for one in waiting.recipients] == [
        (CLERK, RecipientState.ACCEPTED, 1),
        (DEPUTY, RecipientState.QUEUED, 1),
    ]
    assert waiting.recipients[1].last_error == "451 later"


def test_a_refusal_for_good_ends_the_trying(store: Repository) -> None:
    """Without a next time the recipient is refused; an acceptance cannot be taken back."""
    with store.writing() as steps:
        steps.queue_mail(mail(to=(CLERK, DEPUTY)), at=START)
    (queued,) = store.mails()
    store.settle_recipient(queued.id, DEPUTY, accepted=False, at=at(1), error="550 unknown")
    store.settle_recipient(queued.id, CLERK, accepted=True, at=at(1))
    store.settle_recipient(queued.id, CLERK, accepted=False, at=at(2), error="late answer")

    assert store.mails(due_at=at(days=9)) == []
    (settled,) = store.mails()
    assert [one.state for one in settled.recipients] == [
        RecipientState.ACCEPTED,
        RecipientState.REFUSED,
    ]


def test_only_one_process_at_a_time_offers_a_mail(
    store: Repository, open_again: Callable[[], Repository]
) -> None:
    """A claim keeps others out until it is given back, or is late because its owner died."""
    with store.writing() as steps:
        steps.queue_mail(mail(), at=START)
    (queued,) = store.mails()
    other = open_again()
    assert store.claim_mail(queued.id, owner="one", until=at(2), now=START)
    assert not other.claim_mail(queued.id, owner="two", until=at(3), now=at(1))
    assert other.mails()[0].claimed_by == "one"

    other.release_mail(queued.id, owner="two")
    assert not other.claim_mail(queued.id, owner="two", until=at(3), now=at(1))
    assert other.claim_mail(queued.id, owner="two", until=at(4), now=at(2))

    other.release_mail(queued.id, owner="two")
    assert store.mails()[0].claimed_by == ""
    assert store.claim_mail(queued.id, owner="one", until=at(5), now=at(3))
    assert not store.claim_mail(MailId(99), owner="one", until=at(5), now=at(3))


def test_of_many_who_ask_at_once_one_gets_a_mail(
    store: Repository, open_again: Callable[[], Repository]
) -> None:
    """Two processes with four threads each claim five mails: every mail is claimed once."""
    with store.writing() as steps:
        for number in range(5):
            steps.queue_mail(mail(f"digest:{number}"), at=START)
    mails = [one.id for one in store.mails()]
    processes = (store, open_again())
    start = threading.Barrier(8)

    def claim_all(number: int) -> int:
        start.wait(timeout=30)
        return sum(
            processes[number % 2].claim_mail(each, owner=str(number), until=at(9), now=at(1))
            for each in mails
        )

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim_all, range(8))) == len(mails)


def test_mails_come_oldest_first_and_by_kind(store: Repository) -> None:
    """The list is in the order of queueing and can be narrowed to a kind and a number."""
    with store.writing() as steps:
        steps.queue_mail(mail("b"), at=at(2))
        steps.queue_mail(mail("a", kind=MailKind.URGENT), at=at(1))
        steps.queue_mail(mail("c"), at=at(3))

    assert [one.key for one in store.mails()] == ["a", "b", "c"]
    assert [one.key for one in store.mails(kind=MailKind.DIGEST, limit=1)] == ["b"]


def test_an_unknown_recipient_is_an_error(store: Repository) -> None:
    """An answer for somebody who was never written to is not swallowed."""
    with pytest.raises(StorageError, match="no such recipient"):
        store.settle_recipient(MailId(1), CLERK, accepted=True, at=START)


def test_a_poll_comes_back_as_entered(store: Repository) -> None:
    """Every field of a poll is remembered; its origin is the command."""
    entered = replace(
        POLL,
        area="Fernbeck East",
        by_election=True,
        notice_on=date(2027, 3, 22),
        start=at(days=100),
        end=at(days=200),
        mode=WindowMode.CLOSED,
        status=PollStatus.POSTPONED,
        candidates=(
            Candidate(name="Ada Quill", party="Reedmoor First", handles=("@adaquill",)),
            Candidate(name="Reedmoor First", role=Standing.PARTY, area="Brookmeadow"),
        ),
        handed_over=(AccountId("fair-facebook"),),
        entered_by="Jo Marsh",
    )
    with store.writing() as steps:
        steps.put_poll(entered, at=START)

    assert store.polls() == [
        replace(entered, origin=Origin.COMMAND, notice_origin=Origin.COMMAND, entered_at=START)
    ]


def test_a_notice_is_entered_and_taken_back(store: Repository) -> None:
    """A notice for a poll of the configuration is a row that goes when it is taken back."""
    with store.writing() as steps:
        steps.set_notice(POLL, date(2027, 3, 22), by="Jo Marsh", at=START)
    (row,) = store.polls()
    assert (row.origin, row.notice_origin, row.notice_on, row.entered_by) == (
        Origin.CONFIGURATION,
        Origin.COMMAND,
        date(2027, 3, 22),
        "Jo Marsh",
    )

    with store.writing() as steps:
        steps.set_notice(POLL, None, by="Jo Marsh", at=at(1))
    assert store.polls() == []


def test_a_notice_of_an_entered_poll_is_taken_back_alone(store: Repository) -> None:
    """The poll itself stays."""
    with store.writing() as steps:
        steps.put_poll(POLL, at=START)
    with store.writing() as steps:
        steps.set_notice(store.polls()[0], date(2027, 3, 22), by="Jo Marsh", at=at(1))
        steps.set_notice(store.polls()[0], None, by="Jo Marsh", at=at(2))

    (row,) = store.polls()
    assert (row.origin, row.notice_on, row.notice_origin) == (Origin.COMMAND, None, None)


def test_every_change_of_a_poll_is_in_the_ledger_once(store: Repository) -> None:
    """Entering the same again is no change; a new date is."""
    before = store.ledger_head()[0]
    for moved in (POLL, POLL, replace(POLL, held_on=date(2027, 5, 13))):
        with store.writing() as steps:
            steps.put_poll(moved, at=START)

    assert store.ledger_head()[0] == before + 2
    assert [row.held_on for row in store.polls()] == [date(2027, 5, 13)]
