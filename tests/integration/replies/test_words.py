"""The words beside KEEP and REMOVE, through a maildir: history, reports by residents, roles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, HoldReason, Resolution
from monitor import morning
from monitor.demo.crest import crest
from tests.integration.replies.desk import CLERK, HOST, ClerksDesk, flat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUPPLIER = "help@it-supplier.example"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ClerksDesk]:
    """Give a town with its second day read, whose receiving server vouches for senders."""
    with ClerksDesk(tmp_path / "town", vouching=HOST) as opened:
        yield opened


def test_history_is_closed_in_one_go_and_a_case_opened_again(desk: ClerksDesk) -> None:
    """KEEP ALL closes every undecided older post before a day; REOPEN opens one of them again."""
    store = desk.app.repository
    history = {case.id for case in store.cases(states=[CaseState.OPEN]) if case.history}
    fresh = {case.id for case in store.cases(states=[CaseState.OPEN]) if not case.history}
    assert history
    morning.send(desk.app, by="test")
    digest = desk.newest("digest")
    desk.put(desk.answer(digest, "KEEP ALL because they are old"))
    assert desk.look().answered == 1
    assert "KEEP ALL older than 1 January 2026 because" in flat(desk.newest("answer"))
    desk.put(desk.answer(digest, "KEEP ALL older than 1 January 2031 because they are old"))
    assert desk.look().decided == 1
    ended = [desk.case(number) for number in history]
    assert {case.resolution for case in ended} == {Resolution.DISMISSED}
    assert {case.events[-1].because for case in ended} == {"they are old"}
    assert {desk.case(number).state for number in fresh} == {CaseState.OPEN}
    assert f"{len(history)} older cases closed" in flat(desk.newest("answer"))
    one = min(history & set(desk.told(digest)))
    desk.put(desk.answer(desk.newest("answer"), f"REOPEN {one} because it names a candidate"))
    assert desk.look().decided == 1
    assert desk.case(one).state is CaseState.OPEN
    assert "Please decide by" in flat(desk.newest("answer"))
    assert not store.verify_ledger().faults


def test_a_forwarded_mail_opens_a_case(desk: ClerksDesk) -> None:
    """A resident's mail, forwarded with OPEN to the address of the digest, becomes a case."""
    morning.send(desk.app, by="test")
    digest = desk.newest("digest")
    mail = desk.forwarded(
        "OPEN because a resident complained",
        "Look at this: https://nextdoor.example/p/77\n\nIt says “Vote for the Brookmeadow "
        "Alliance on Thursday, they alone keep the library open”.\n\nYours, A Resident",
        to=str(digest["Reply-To"]),
        pictures=(crest(), b"\x89PNG\r\n\x1a\n is no picture"),
    )
    desk.put(mail.replace(b"OPEN because", b"OPEN nextdoor because"))
    assert desk.look().decided == 1
    answer = desk.newest("answer")
    case = desk.case(desk.numbered(answer))
    assert (case.account, case.url) == ("nextdoor", "https://nextdoor.example/p/77")
    assert case.text.startswith("Vote for the Brookmeadow Alliance")
    assert case.events[0].because == "because a resident complained"
    assert "A Resident" not in case.text
    (kept,) = desk.app.repository.preserved(case.id).files
    assert (kept.name, kept.media_type) == ("Screenshot-0.png", "image/png")
    assert desk.app.evidence.read(kept.sha256) == crest()
    assert "1 picture kept with the case as evidence." in flat(answer)
    assert "1 picture could not be kept" in flat(answer)
    assert not desk.app.repository.verify_ledger().faults


def test_what_is_forwarded_without_a_code_is_asked_for_again(desk: ClerksDesk) -> None:
    """Without a code nothing is opened; the answer names an address with one, good for once."""
    before = len(desk.app.repository.cases())
    body = "https://nextdoor.example/p/78\n\n“Vote for the Brookmeadow Alliance on Thursday”"
    order = "OPEN nextdoor a resident complained"
    desk.put(desk.forwarded(order, body, to=desk.app.settings.mail.sender))
    assert desk.look().answered == 1
    answer = desk.newest("answer")
    assert "Nothing was opened yet" in flat(answer)
    assert len(desk.app.repository.cases()) == before
    desk.put(desk.forwarded(order, body, to=str(answer["Reply-To"])))
    assert desk.look().decided == 1
    assert len(desk.app.repository.cases()) == before + 1
    desk.put(desk.forwarded(order, f"again {body}", to=str(answer["Reply-To"])))
    desk.put(desk.forwarded(order, body, to=desk.app.settings.mail.sender, sender="x@evil.example"))
    handled = desk.look()
    assert (handled.decided, handled.answered, handled.ignored) == (0, 1, 1)


def test_who_looks_after_the_machine_decides_nothing(desk: ClerksDesk) -> None:
    """A listed person whose role is technical is told that others decide, whatever they hold."""
    urgent = desk.newest("urgent")
    number = desk.about(urgent)
    desk.put(desk.answer(urgent, "REMOVE", sender=SUPPLIER))
    handled = desk.look()
    assert (handled.decided, handled.answered, handled.ignored) == (0, 0, 1)  # not sent to them
    assert desk.case(number).state is CaseState.OPEN


def test_an_order_that_was_carried_out_by_another_says_what_stands(desk: ClerksDesk) -> None:
    """A decision that somebody made before is named with who made it; nothing changes."""
    from monitor.cases import decisions  # noqa: PLC0415 - only here

    urgent = desk.newest("urgent")
    number = desk.about(urgent)
    decisions.dismiss(
        desk.app.repository,
        number,
        by="Deputy",
        because="it is a quotation",
        at=desk.app.clock.now(),
    )
    desk.town.clock.advance(desk.minute)
    before = desk.case(number)
    desk.put(desk.answer(urgent, "REMOVE"))
    assert desk.look().answered == 1
    assert "by Deputy" in flat(desk.newest("answer"))
    desk.put(desk.answer(desk.newest("answer"), "KEEP because it is fine"))
    desk.look()
    said = flat(desk.newest("answer"))
    assert "stood so already" in str(desk.newest("answer")["Subject"])
    assert "it is a quotation" in said
    assert desk.case(number) == before


def test_papers_and_absence_are_asked_for_by_reply(desk: ClerksDesk) -> None:
    """PACK, REPORT and FIND bring a mail each and leave the decision open; COVER is entered."""
    urgent = desk.newest("urgent")
    number = desk.about(urgent)
    desk.put(desk.answer(urgent, "PACK"))
    desk.put(desk.answer(urgent, "REPORT 2026"))
    desk.put(desk.answer(urgent, "FIND library from 1 November 2026 to 30 November 2026"))
    desk.put(desk.answer(urgent, "FIND from 1 November 2026"))
    desk.put(desk.answer(urgent, "REPORT 2031"))
    handled = desk.look()
    assert (handled.decided, handled.answered) == (4, 1)
    papers = [mail for mail in desk.mails() if mail["X-Clerkwatch-Kind"] == "paper"]
    assert len(papers) == 4
    assert {str(mail["To"].addresses[0].addr_spec) for mail in papers} == {CLERK}
    followed = {str(mail["In-Reply-To"]) for mail in papers}
    assert followed == {f"<reply-{place}@phone.example>" for place in (1, 3, 5, 7)}
    names = [part.get_filename("") for mail in papers for part in mail.walk()]
    assert any(name.endswith(".zip") for name in names)
    assert "has not come yet" in flat(desk.newest("answer"))
    assert desk.case(number).state is CaseState.OPEN
    desk.put(desk.answer(urgent, "MINE"))
    assert desk.look().decided == 1
    desk.put(desk.answer(desk.newest("answer"), "COVER deputy until 18 August"))
    assert desk.look().answered == 1
    assert "nobody is called 'deputy'" in flat(desk.newest("answer"))


def test_an_account_is_closed_and_history_left_by_reply(desk: ClerksDesk) -> None:
    """CLOSE ACCOUNT asks the owner once a reason is given; LEAVE ALL closes history as left."""
    urgent = desk.newest("urgent")
    number = desk.about(urgent)
    desk.put(desk.answer(urgent, "CLOSE ACCOUNT"))
    assert desk.look().answered == 1
    assert "CLOSE ACCOUNT because" in flat(desk.newest("answer"))
    desk.put(desk.answer(urgent, "CLOSE ACCOUNT until 1 June 2027 because of the election"))
    assert desk.look().decided == 1
    said = flat(desk.newest("answer"))
    assert "asked by mail to close the account, and to keep it closed until" in said
    assert desk.case(number).state is CaseState.REMOVAL_REQUESTED
    store = desk.app.repository
    history = [case.id for case in store.cases(states=[CaseState.OPEN]) if case.history]
    desk.put(desk.answer(urgent, "LEAVE ALL older than 1 January 2031 because they are old"))
    assert desk.look().decided == 1
    assert {desk.case(one).resolution for one in history} == {Resolution.LEFT}
    desk.town.clock.advance(20 * desk.minute)
    desk.deliver()
    assert "Please close the council's account" in str(desk.newest("request")["Subject"])


def test_a_hold_leaves_the_decision_open_and_copying_stops(desk: ClerksDesk) -> None:
    """HOLD first and REMOVE after answer the same mail; DO NOT COPY says what to do next."""
    urgent = desk.newest("urgent")
    number = desk.about(urgent)
    desk.put(desk.answer(urgent, "HOLD FOI request 17/2026"))
    assert desk.look().decided == 1
    (hold,) = desk.app.repository.holds()
    assert (hold.case, hold.reason, hold.by) == (number, HoldReason.FOI, "Clerk")
    assert f"everything about case {number} stays" in flat(desk.newest("answer"))
    desk.put(desk.answer(urgent, "HOLD"))
    assert desk.look().answered == 1
    assert "HOLD because" in flat(desk.newest("answer"))
    desk.put(desk.answer(desk.newest("answer"), "HOLD ALL because the police rang"))
    assert desk.look().decided == 1
    assert {one.case for one in desk.app.repository.holds()} == {number, None}
    desk.put(desk.answer(urgent, "REMOVE"))
    assert desk.look().decided == 1
    desk.put(desk.answer(desk.newest("answer"), "DO NOT COPY"))
    assert desk.look().decided == 1
    said = flat(desk.newest("answer"))
    assert "Copying has stopped" in said
    assert "Internet Watch Foundation" in said
    assert desk.case(number).state is CaseState.REMOVAL_REQUESTED
    assert not desk.app.repository.verify_ledger().faults


DEPUTY = """
[[people]]
role = "deputy"
name = "Deputy Clerk"
email = "deputy@elstreeborehamwood-tc.gov.uk"
"""


def test_cover_entered_by_reply_gets_the_mails(tmp_path: Path) -> None:
    """From the day the Clerk is away the digest goes to the cover too, who may decide."""
    with ClerksDesk(tmp_path, more=DEPUTY) as desk:
        urgent = desk.newest("urgent")
        desk.put(desk.answer(urgent, "COVER deputy until 18 December 2026"))
        assert (desk.look().decided, "18 December" in flat(desk.newest("answer"))) == (1, True)
        (absence,) = desk.app.repository.absences()
        assert (absence.person, absence.cover) == (CLERK, "deputy@elstreeborehamwood-tc.gov.uk")
        desk.town.clock.advance(timedelta(days=1))
        morning.send(desk.app, by="test")
        digest = desk.newest("digest")
        told = {one.addr_spec for one in digest["To"].addresses}
        assert "deputy@elstreeborehamwood-tc.gov.uk" in told
        number = desk.told(digest)[0]
        desk.put(
            desk.answer(
                digest,
                f"KEEP {number} because it is ours",
                sender="deputy@elstreeborehamwood-tc.gov.uk",
            )
        )
        assert desk.look().decided == 1
        assert desk.case(number).resolution is Resolution.DISMISSED
