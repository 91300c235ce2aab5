"""From a finding to "no longer visible" by commands alone, as a Clerk's supplier types them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from monitor.cli import main
from monitor.demo.smtp_server import SmtpServer
from monitor.demo.world import Site
from tests.integration.pipeline.village import CLEAN, DAY, SALE, Village
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWNER = 'owner_email = "jo@fernbeck-tc.gov.uk"\n'


@dataclass
class Desk:
    """Somebody at a terminal in a village whose clock can be moved.

    Attributes:
        village: The platforms; their clock is the terminal's too.
        smtp: The mail server.
        printed: What the last command wrote.
    """

    village: Village
    smtp: SmtpServer
    capsys: pytest.CaptureFixture[str]
    printed: str = ""
    complained: str = ""

    def types(self, *arguments: str, after: timedelta = timedelta()) -> int:
        """Let time pass, type a command, and return its exit code."""
        self.village.clock.advance(after)
        with time_machine.travel(self.village.clock.now(), tick=False):
            try:
                main(arguments)
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
        self.printed, self.complained = self.capsys.readouterr()
        return code

    def asks(self, *arguments: str, after: timedelta = timedelta()) -> Any:
        """Type a command with ``--json`` and return what it printed, checked by its schema."""
        assert self.types(*arguments, "--json", after=after) == 0, self.complained
        value = json.loads(self.printed)
        name = " ".join(arguments[:2]) if arguments[0] in {"cases", "hold"} else arguments[0]
        assert problems(SCHEMAS[name], value) == []
        return value


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    """Return a desk in a village with a flagged post, an hour before anybody has decided."""
    with SmtpServer() as smtp, Village(tmp_path) as village:
        label = village.account(Site.FACEBOOK, more=OWNER)
        village.publish(label, CLEAN, ago=2 * DAY)
        village.add("")
        village.scan()
        file = tmp_path / "clerkwatch.toml"
        text = file.read_text("utf-8").replace("port = 9\n", f"port = {smtp.port}\n")
        file.write_text(text, "utf-8")
        for name, value in village.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("CLERKWATCH_CONFIG", str(file))
        monkeypatch.setenv("CLERKWATCH_BY", "Clerk")
        village.publish(label, SALE, ago=-timedelta(minutes=1))
        capsys.readouterr()
        yield Desk(village, smtp, capsys)


def test_from_finding_to_no_longer_visible(desk: Desk) -> None:
    """Found, asked for, sent after a quarter of an hour, taken down, proved, told."""
    hour = timedelta(hours=1)
    (number,) = desk.asks("scan", after=hour)["cases_opened"]
    asked = desk.asks("cases", "request-removal", str(number))
    assert asked["state"] == "removal_requested"
    assert [mail for mail in desk.smtp.mails if "jo@" in str(mail.recipients)] == []

    (seen,) = desk.asks("verify", after=timedelta(minutes=20))["cases"]
    assert (seen["seen"], seen["detail"]) == ("present", "still visible")
    (mail,) = (mail for mail in desk.smtp.mails if "jo@" in str(mail.recipients))
    assert str(mail.message()["Subject"]).startswith("Please take down a post on the Facebook page")

    desk.village.delete("council-facebook", SALE)
    (once,) = desk.asks("verify", after=hour)["cases"]
    assert (once["seen"], once["state"]) == ("gone", "verifying")
    (twice,) = desk.asks("verify", after=hour)["cases"]
    assert (twice["state"], twice["resolution"]) == ("closed", "removed")
    assert twice["detail"].startswith("no longer visible: last seen 2 November 2026, 10:20")
    assert desk.asks("verify", after=hour) == {"run": None, "coverage": [], "cases": []}

    assert desk.types("digest", "--preview") == 0
    said = " ".join(desk.printed.split())
    assert f"Case {number}, Facebook page" in said
    assert "no longer visible since Monday 2 November, between 10:20 and 11:20. Closed." in said
    assert desk.types("evidence", "verify") == 0


def test_a_change_of_mind_within_the_time(desk: Desk) -> None:
    """Undone, the owner hears nothing; the commands say what they did."""
    desk.types("scan", after=timedelta(hours=1))
    assert desk.types("cases", "request-removal", "1", "--correct") == 0
    assert "Please correct a post on the Facebook page by Thursday 5 November" in desk.printed
    assert "clerkwatch cases undo 1" in desk.printed
    assert desk.types("cases", "undo", "1") == 0
    assert desk.printed == "Case 1 is now open.\n"
    desk.types("scan", after=timedelta(hours=1))
    assert [mail for mail in desk.smtp.mails if "jo@" in str(mail.recipients)] == []


def test_each_decision_says_what_is_wrong_and_what_is_possible(desk: Desk) -> None:
    """Exit code 2 and one line: no such case, no reason, the wrong state, the wrong person."""
    desk.types("scan", after=timedelta(hours=1))
    for arguments, said in (
        (("cases", "leave", "9", "--because", "x"), "there is no case 9"),
        (("cases", "leave", "1"), "a reason is owed"),
        (("cases", "undo", "1"), "case 1 is open, so this cannot be done: undo"),
        (("cases", "reopen", "1", "--because", "x"), "Possible now: acknowledge, request-removal"),
        (("cases", "request-removal", "1", "--by", "Jo Marsh"), "nobody decides a case on"),
        (("cases", "gone", "1", "--because", "x"), "Run: clerkwatch verify"),
        (("cases", "dismiss", "--because", "x"), "give the number of one case"),
    ):
        assert desk.types(*arguments) == 2, arguments
        assert said in desk.complained, desk.complained


def test_the_other_decisions(desk: Desk) -> None:
    """Note, escalate, leave, reopen: each is in the case with who and why."""
    desk.types("scan", after=timedelta(hours=1))
    desk.asks("cases", "note", "1", "The caterer is ours")
    assert desk.asks("cases", "escalate", "1", "--because", "Complaint")["state"] == "escalated"
    left = desk.asks("cases", "leave", "1", "--because", "After the fair")
    assert (left["state"], left["resolution"]) == ("closed", "left")
    desk.asks("cases", "note", "1", "Fair is over")
    again = desk.asks("cases", "reopen", "1", "--because", "It is over")
    assert again["state"] == "open"
    assert [(event["what"], event["because"], event["by"]) for event in again["events"][1:]] == [
        ("note", "The caterer is ours", "Clerk"),
        ("escalated", "Complaint", "Clerk"),
        ("left as it is", "After the fair", "Clerk"),
        ("note", "Fair is over", "Clerk"),
        ("opened again", "It is over", "Clerk"),
    ]


def test_what_somebody_reports(desk: Desk) -> None:
    """A case by address and words; on an account that the address does not tell it is refused."""
    desk.types("scan", after=timedelta(hours=1))
    url = "https://www.facebook.com/councilfacebook/posts/777777"
    one = desk.asks("cases", "open", "--url", url, "--text", SALE)
    assert (one["account"], one["clauses"]) == ("council-facebook", ["terms.7"])
    assert desk.types("cases", "open", "--url", "https://other.example/1", "--text", "x") == 2
    assert "--account ID" in desk.complained


def test_old_posts_all_at_once(desk: Desk) -> None:
    """Only history, only what is older, each with a reason of its own in the record."""
    desk.village.publish("council-facebook", SALE, ago=3 * DAY)
    desk.types("scan", after=timedelta(hours=1))
    day = (desk.village.clock.now() - DAY).date().isoformat()
    arguments = ("cases", "dismiss", "--all-history", "--older-than", day, "--because", "Old")
    closed = desk.asks(*arguments)
    assert all(one["history"] and one["resolution"] == "dismissed" for one in closed)
    assert desk.asks(*arguments) == []
