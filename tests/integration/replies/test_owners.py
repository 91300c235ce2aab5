"""The right of reply: what an owner answers is kept with the case, told, and decides nothing."""

from __future__ import annotations

from datetime import timedelta
from email.utils import getaddresses
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState
from tests.integration.replies.desk import CLERK, HOST, ClerksDesk, flat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

WORDS = "I think it should stay:\n<b>the Mayor</b> asked for it.\nKEEP because I say so"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ClerksDesk]:
    """Give a town with its second day read, whose receiving server vouches for senders."""
    with ClerksDesk(tmp_path / "town", vouching=HOST) as opened:
        yield opened


def asked(desk: ClerksDesk) -> EmailMessage:
    """Have the Clerk ask the owner to take down an urgent post; return the request."""
    desk.put(desk.answer(desk.newest("urgent"), "REMOVE"))
    assert desk.look().decided == 1
    desk.town.clock.advance(timedelta(minutes=20))
    desk.deliver()
    return desk.newest("request")


def test_an_owners_answer_is_kept_told_and_decides_nothing(desk: ClerksDesk) -> None:
    """It goes to the Clerk and to the case by one Reply-To; even its KEEP is only words."""
    request = asked(desk)
    owner = str(request["To"].addresses[0].addr_spec)
    read_by = [address for _, address in getaddresses([str(request["Reply-To"])])]
    assert read_by[0] == CLERK
    assert "+" in read_by[1]
    assert "your answer is kept with the case and goes to the Clerk" in flat(request)
    number = desk.about(request)
    before = desk.case(number)
    desk.put(desk.answer(request, WORDS, sender=owner))
    handled = desk.look()
    assert (handled.decided, handled.answered, handled.ignored) == (0, 1, 0)
    after = desk.case(number)
    assert (after.state, after.resolution) == (before.state, before.resolution)
    assert after.events[-1].because == WORDS
    assert after.events[-1].what == "the owner's answer"
    told = desk.newest("answer")
    assert told["To"].addresses[0].addr_spec == CLERK
    assert "has answered about case" in flat(told)
    html = told.get_body(("html",))
    assert html is not None
    assert "<b>the Mayor</b>" not in html.get_content()
    desk.put(desk.answer(told, "LEAVE because the owner is right"))
    assert desk.look().decided == 1
    assert desk.case(number).state is CaseState.CLOSED


def test_what_is_no_owners_answer_is_not_kept(desk: ClerksDesk) -> None:
    """Out-of-office, a stranger with the code, and a wrong code leave the case as it was."""
    request = asked(desk)
    owner = str(request["To"].addresses[0].addr_spec)
    number = desk.about(request)
    before = desk.case(number)
    good = desk.answer(request, "It should stay", sender=owner)
    away = b"Auto-Submitted: auto-replied\r\n" + desk.answer(request, "I am away", sender=owner)
    stranger = desk.answer(request, "It should stay", sender="x@evil.example")
    code = str(request["Reply-To"]).split("+")[1].split("@")[0].split(".")[1].encode()
    for raw in (away, stranger, good.replace(code, b"AAAAAA")):
        desk.put(raw)
    handled = desk.look()
    assert (handled.decided, handled.answered, handled.ignored) == (0, 0, 3)
    assert desk.case(number) == before
    # Without the server's word the answer is kept all the same, and says so.
    desk.put(good.replace(b"dmarc=pass", b"dmarc=fail"))
    assert desk.look().answered == 1
    assert "could not confirm" in desk.case(number).events[-1].because
    assert desk.case(number).state is before.state
