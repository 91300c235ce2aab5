"""The Clerk decides by answering mails, through a maildir and a real mail server."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, Resolution
from monitor import morning
from tests.integration.replies.desk import CLERK, ClerksDesk, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ClerksDesk]:
    """Give a town with its second day read, whose receiving server vouches for senders."""
    from tests.integration.replies.desk import HOST  # noqa: PLC0415 - only here

    with ClerksDesk(tmp_path / "town", vouching=HOST) as opened:
        yield opened


def test_keep_closes_the_case_and_is_confirmed_in_the_thread(desk: ClerksDesk) -> None:
    """KEEP with a reason closes the case, and the answer to it says so in the same thread."""
    urgent = desk.newest("urgent")
    number = desk.about(urgent)
    desk.put(desk.answer(urgent, "KEEP because it is a quotation"))
    assert desk.look().decided == 1
    case = desk.case(number)
    assert (case.state, case.resolution) == (CaseState.CLOSED, Resolution.DISMISSED)
    assert (case.events[-1].by, case.events[-1].because) == ("Clerk", "it is a quotation")
    answer = desk.newest("answer")
    assert answer["In-Reply-To"] == answer["References"] == "<reply-1@phone.example>"
    assert answer["Auto-Submitted"] == "auto-replied"
    assert f"Case {number} is closed: not a breach." in words(answer)


def test_remove_asks_the_owner_and_undo_stops_it(desk: ClerksDesk) -> None:
    """REMOVE drafts the request, and UNDO in answer to its confirmation stops it in time."""
    urgent = desk.newest("urgent")
    number = desk.about(urgent)
    desk.put(desk.answer(urgent, "REMOVE"))
    desk.look()
    assert desk.case(number).state is CaseState.REMOVAL_REQUESTED
    desk.put(desk.answer(desk.newest("answer"), "UNDO"))
    assert desk.look().decided == 1
    assert desk.case(number).state is CaseState.OPEN
    desk.town.clock.advance(timedelta(minutes=20))
    desk.deliver()
    assert "request" not in {mail["X-Clerkwatch-Kind"] for mail in desk.mails()}


def test_a_request_leaves_after_the_time_to_undo(desk: ClerksDesk) -> None:
    """Without UNDO the owner gets the request a quarter of an hour later."""
    urgent = desk.newest("urgent")
    desk.put(desk.answer(urgent, "REMOVE"))
    desk.look()
    desk.town.clock.advance(timedelta(minutes=20))
    desk.deliver()
    assert desk.newest("request")["To"]


def test_the_digest_is_answered_by_a_cases_number(desk: ClerksDesk) -> None:
    """Each case of the morning mail can be decided once by a reply that gives its number."""
    morning.send(desk.app, by="test")
    digest = desk.newest("digest")
    mine, kept = [case.id for case in desk.app.repository.cases(states=[CaseState.OPEN])][:2]
    desk.put(desk.answer(digest, f"MINE {mine}"))
    desk.put(desk.answer(digest, f"KEEP {kept} because it is fine"))
    desk.put(desk.answer(digest, f"REMOVE {mine}"))
    handled = desk.look()
    assert (handled.decided, handled.answered) == (2, 1)
    assert desk.case(mine).state is CaseState.ACKNOWLEDGED
    assert desk.case(kept).resolution is Resolution.DISMISSED


def test_looking_by_hand_and_a_notice_are_entered_by_reply(desk: ClerksDesk) -> None:
    """REVIEWED notes that a person looked; an impossible NOTICE is refused and said."""
    morning.send(desk.app, by="test")
    digest = desk.newest("digest")
    desk.put(desk.answer(digest, "REVIEWED nextdoor"))
    assert desk.look().decided == 1
    nextdoor = next(one for one in desk.app.register if one.id == "nextdoor")
    review = desk.app.repository.last_review(nextdoor.id)
    assert review is not None
    assert review.by == "Clerk"
    desk.put(desk.answer(desk.newest("answer"), "NOTICE 31 February"))
    assert desk.look().answered == 1
    assert "there is no such day" in words(desk.newest("answer"))


def test_what_is_not_understood_is_kept_and_answered_with_the_choices(desk: ClerksDesk) -> None:
    """A question decides nothing, stands on the case as a note, and brings the choices."""
    urgent = desk.newest("urgent")
    number = desk.about(urgent)
    desk.put(desk.answer(urgent, "What is wrong with it?"))
    assert desk.look().answered == 1
    case = desk.case(number)
    assert case.state is CaseState.OPEN
    assert "What is wrong with it?" in case.events[-1].because
    assert "KEEP because …" in words(desk.newest("answer"))
    desk.put(desk.answer(urgent, "KEEP because it is a quotation"))
    assert desk.look().decided == 1


def test_forged_replies_do_nothing_and_are_not_answered(desk: ClerksDesk) -> None:
    """A stranger, a reply without the server's word, and a guessed code change nothing."""
    urgent = desk.newest("urgent")
    number = desk.about(urgent)
    good = desk.answer(urgent, "REMOVE")
    code = str(urgent["Reply-To"]).split("+")[1].split("@")[0].split(".")[1]
    before = desk.case(number)
    for raw in (
        desk.answer(urgent, "REMOVE", sender="evil@evil.example"),
        good.replace(b"dmarc=pass", b"dmarc=fail"),
        good.replace(code.encode(), b"AAAAAA"),
        b"\x00\xff not a mail at all",
        b"",
    ):
        desk.put(raw)
    handled = desk.look()
    assert (handled.decided, handled.answered, handled.ignored) == (0, 0, 5)
    assert desk.case(number) == before
    assert "answer" not in {mail["X-Clerkwatch-Kind"] for mail in desk.mails()}


def test_a_code_decides_once_however_the_reply_is_sent_again(desk: ClerksDesk) -> None:
    """The same mail again is passed over; the same code in another mail is refused and said."""
    urgent = desk.newest("urgent")
    number = desk.about(urgent)
    first = desk.answer(urgent, "MINE")
    desk.put(first)
    desk.look()
    desk.put(first)
    desk.put(first.replace(b"MINE", b"REMOVE"))
    handled = desk.look()
    assert (handled.decided, handled.answered, handled.ignored) == (0, 1, 1)
    assert desk.case(number).state is CaseState.ACKNOWLEDGED
    assert "has been answered before" in words(desk.newest("answer")).replace("\n", " ")


def test_nobody_decides_on_an_account_they_own(tmp_path: Path) -> None:
    """The owner of an account who is also the Clerk is told that another person must decide."""
    with ClerksDesk(tmp_path / "town", owner_email=CLERK) as desk:
        urgent = desk.newest("urgent")
        number = desk.about(urgent)
        desk.put(desk.answer(urgent, "KEEP because I wrote it"))
        handled = desk.look()
        assert (handled.decided, handled.answered) == (0, 1)
        assert desk.case(number).state is CaseState.OPEN
        assert "nobody decides a case on their own account" in words(desk.newest("answer")).replace(
            "\n", " "
        )


def test_the_record_stays_whole_and_a_machine_is_answered_only_so_often(desk: ClerksDesk) -> None:
    """Ten answers a day are enough for anybody, and every step is in the ledger."""
    mail = desk.newest("urgent")
    for _ in range(12):
        desk.put(desk.answer(mail, "I am a machine that hides it"))
        desk.look()
        mail = desk.newest("answer")
    answers = [one for one in desk.mails() if one["X-Clerkwatch-Kind"] == "answer"]
    assert len(answers) == 10
    assert not desk.app.repository.verify_ledger().faults
