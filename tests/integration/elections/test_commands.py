"""Polls by command and by reply: each change judges what is stored again; the briefing leaves."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from monitor import morning
from monitor.cli import main
from monitor.demo.smtp_server import SmtpServer
from tests.integration.elections.polling import STATIONS, mails, said
from tests.integration.replies.desk import ClerksDesk, flat
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.pipeline.village import Village

POLL = "parish.2026-12-03"
NAMED = "Lost property: an umbrella marked Ottoline Farrow is at the library desk."
PRAISE = "We delivered record investment in our parks, as we said we would."
CANDIDATES = "name,party,handles\nOttoline Farrow,Orchard Group,@ottolinefarrow\n"


def _ended(typed: list[str]) -> int:
    """Type a command; return its exit code."""
    try:
        main(typed)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


class Supplier:
    """Types commands on the village's machine, at the village's time."""

    def __init__(self, village: Village, capsys: pytest.CaptureFixture[str]) -> None:
        """Sit down."""
        self._village = village
        self._capsys = capsys

    def types(self, *arguments: str) -> Any:
        """Type a command that does well, with ``--json``; return what it printed."""
        self._village.clock.advance(timedelta(minutes=1))
        file = str(self._village.folder / "clerkwatch.toml")
        typed = ["elections", *arguments, "--json", "--config", file]
        with time_machine.travel(self._village.clock.now(), tick=False):
            self._capsys.readouterr()  # what was logged before
            code = _ended(typed)
        out, err = self._capsys.readouterr()
        assert code == 0, err
        return json.loads(out)

    def published(self) -> set[tuple[str, str]]:
        """Return the freeze's rules that hold for what was published, each with the words."""
        return {
            (found.finding.rule.partition("/")[2], version.words.text)
            for version in self._village.versions()
            for found in version.known
            if found.withdrawn_at is None
            and (found.finding.clause, found.finding.basis) == ("freeze", "published")
        }


@pytest.fixture
def supplier(village: Village, capsys: pytest.CaptureFixture[str]) -> Supplier:
    """A village with three posts of the last days, and nobody who knows of a poll."""
    for text, days in ((NAMED, 3), (PRAISE, 2), (STATIONS, 1)):
        village.publish("council-facebook", text, ago=timedelta(days=days))
    village.scan()
    return Supplier(village, capsys)


def test_each_change_by_command_judges_again_at_once(
    supplier: Supplier, village: Village, tmp_path: Path
) -> None:
    """A snap poll, its candidates, a later notice, a postponement, a cancellation."""
    assert supplier.published() == set()
    supplier.types(
        "add", POLL, "--type", "parish", "--date", "2026-12-03", "--notice", "2026-10-27"
    )
    assert {text for _, text in supplier.published()} == {PRAISE}
    [mail] = mails(village, "briefing:known-late:")
    assert "published before the window was known" in said(mail)

    list_ = tmp_path / "candidates.csv"
    list_.write_text(CANDIDATES)
    supplier.types("candidates", POLL, str(list_))
    assert ("named-candidate", NAMED) in supplier.published()

    supplier.types("notice", POLL, "2026-11-02", "--yes")
    assert supplier.published() == set()
    supplier.types("notice", POLL, "2026-10-27")
    assert {text for _, text in supplier.published()} == {PRAISE, NAMED}

    moved = supplier.types(
        "postpone", POLL, "--to", "2027-01-28", "--ended", "2026-10-29T12:00", "--yes"
    )
    assert moved["date"] == "2027-01-28"
    assert supplier.published() == set()
    supplier.types("cancel", moved["id"])
    assert supplier.published() == set()


def test_a_cancellation_withdraws_what_came_after_the_period_ended(supplier: Supplier) -> None:
    """The Clerk says when it ended: what was posted before that stays found."""
    supplier.types(
        "add", POLL, "--type", "parish", "--date", "2026-12-03", "--notice", "2026-10-27"
    )
    assert {text for _, text in supplier.published()} == {PRAISE}
    supplier.types("cancel", POLL, "--ended", "2026-11-01T12:00")
    assert {text for _, text in supplier.published()} == {PRAISE}
    supplier.types("cancel", POLL, "--ended", "2026-10-30T12:00")
    assert supplier.published() == set()


def test_the_briefing_is_a_page_a_mail_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One page: what changes, from when, which accounts, whom to tell; sent once a day."""
    page = tmp_path / "briefing.html"
    with SmtpServer() as server:
        file = tmp_path / "clerkwatch.toml"
        file.write_text(_TOWN.format(port=server.port))

        def types(*arguments: str) -> str:
            with time_machine.travel("2027-03-10T09:00:00+00:00", tick=False):
                code = _ended([*arguments, "--config", str(file)])
            out, err = capsys.readouterr()
            assert code == 0, err
            return out

        types("scan")
        text = types("elections", "briefing", "parish.2027-05-06")
        types("elections", "briefing", "parish.2027-05-06", "--html", str(page))
        assert list(server.mails) == []
        shape = json.loads(types("elections", "briefing", "parish.2027-05-06", "--send", "--json"))
        types("elections", "briefing", "parish.2027-05-06", "--send")
        [mail] = server.mails
    assert problems(SCHEMAS["elections briefing"], shape) == []
    assert shape["sent"] is True
    assert mail.recipients == ("clerk@fernbeck-tc.gov.uk",)
    message = mail.message()
    assert message["Subject"] == shape["subject"]
    body, web = message.get_body(("plain",)), message.get_body(("html",))
    assert body is not None
    assert web is not None
    assert web.get_content().rstrip() == page.read_text(encoding="utf-8").rstrip()
    for told in (text, shape["text"], body.get_content()):
        words = " ".join(told.split())
        assert "Thursday 6 May 2027" in words
        assert "Wednesday 31 March" in words
        assert "Communications Officer" in words
        assert "candidate, party, agent or member" in words
    assert "<script" not in page.read_text(encoding="utf-8")


def test_a_notice_by_reply_judges_again_at_once(tmp_path: Path) -> None:
    """The Clerk answers the morning mail with a day: what was posted since then is flagged."""
    town = '\n[[polls]]\nid = "town"\ntype = "parish"\ndate = 2027-01-14\n'
    with ClerksDesk(tmp_path, more=town) as desk:
        morning.send(desk.app, by="test")
        assert flagged_for(desk, "town") == set()
        desk.put(desk.answer(desk.newest("digest"), "NOTICE town 9 November"))
        assert desk.look().decided == 1
        flagged = flagged_for(desk, "town")
        assert flagged
        assert all(day >= date(2026, 11, 9) for day in flagged)
        told = flat(desk.newest("answer"))
        assert "The notice for town is entered as published on Monday 9 November" in told
        assert "published before the window was known" in flat(desk.newest("briefing"))


def flagged_for(desk: ClerksDesk, poll: str) -> set[date]:
    """Return the days on which posts appeared that are flagged because of a poll's period."""
    return {
        case.published_at.date()
        for case in desk.app.repository.cases()
        for one in case.findings
        if poll in (one.finding.context or "").split(",") and one.finding.basis == "published"
    }


_TOWN = """
[council]
name = "Fernbeck Town Council"
email_domain = "fernbeck-tc.gov.uk"
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "clerkwatch@fernbeck-tc.gov.uk"
[[people]]
role = "clerk"
name = "Clerk"
email = "clerk@fernbeck-tc.gov.uk"
[[accounts]]
id = "nextdoor"
platform = "manual"
handle = "fernbeck"
kind = "council"
owner = "Communications Officer"
[[polls]]
id = "parish.2027-05-06"
type = "parish"
date = 2027-05-06
"""
