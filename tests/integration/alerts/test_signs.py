"""Signs of life: the ping after a complete run, the inbox that fails, the way there and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from config.errors import MailError
from config.types import Sign
from monitor import morning, ping
from monitor.postcheck import check_signs, put_trial
from monitor.replying import handle_inbox
from tests.integration.alerts.small_town import CLERK, SUPPLIER, SmallTown, small_town, words
from tests.lib.http_server import Reply, ScriptedServer

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "canary-ping-0123456789"
PATH = f"/{SECRET}"


def read_completely(town: SmallTown) -> None:
    """Note a complete reading of the one account."""
    store = town.app.repository
    state = replace(store.account_state(town.app.register[0].id), last_read_at=town.clock.now())
    store.save_account_state(state)


def test_a_ping_follows_each_complete_run_and_no_other(tmp_path: Path) -> None:
    """Nothing before the first complete run, one after it, none again within five minutes."""
    with ScriptedServer() as server:
        server.on(PATH, Reply(body=b"OK"))
        more = f'[watch]\nping = "{server.url}{PATH}"'
        with small_town(tmp_path, more=more) as town:
            assert not ping.is_due(town.app, now=town.clock.now())
            read_completely(town)
            assert ping.is_due(town.app, now=town.clock.now())
            assert ping.send(town.app) == ""
            assert not ping.is_due(town.app, now=town.clock.now())
            town.clock.advance(timedelta(minutes=6))
            assert not ping.is_due(town.app, now=town.clock.now())
            read_completely(town)
            assert ping.is_due(town.app, now=town.clock.now())
            town.clock.advance(timedelta(hours=2))
            assert not ping.is_due(town.app, now=town.clock.now())
            assert server.paths() == [PATH]


@pytest.mark.parametrize(
    "reply", [Reply(status=500, body=SECRET), Reply(cut_at=1, body=b"xx"), Reply(status=404)]
)
def test_a_ping_that_fails_is_noted_without_its_secret(tmp_path: Path, reply: Reply) -> None:
    """Log, record and doctor say that it fails; the address stands in none of them."""
    with ScriptedServer() as server:
        server.on(PATH, reply)
        more = f'[watch]\nping = "{server.url}{PATH}"'
        with small_town(tmp_path, more=more) as town, capture_logs() as logs:
            read_completely(town)
            what = ping.send(town.app)
            app = town.app
            found = list(check_signs(app.settings, app.repository, now=town.clock.now()))
            assert ping.is_due(app, now=town.clock.now())
    assert what
    assert [check.state for check in found if check.name == "dead-man's ping"] == ["fault"]
    assert SECRET not in f"{what}{logs}{found}"


def test_an_inbox_that_fails_is_told_to_the_clerk_and_the_technician(tmp_path: Path) -> None:
    """After an hour the digest has one sentence, the technical mail the error; then it is over."""
    with small_town(tmp_path) as town:
        (town.folder / "replies" / "new").rename(town.folder / "away")
        for _ in range(2):
            with pytest.raises(MailError):
                handle_inbox(town.app)
            town.clock.advance(timedelta(hours=1))
        morning.send(town.app, by="test", within_s=0.01)
        assert "Replies cannot be read since" in words(town.mails(CLERK)[-1])
        assert "The inbox fails since" in words(town.mails(SUPPLIER)[-1])
        (town.folder / "away").rename(town.folder / "replies" / "new")
        handle_inbox(town.app)
        assert town.app.repository.signs()[Sign.INBOX].failing_since is None
        town.clock.advance(timedelta(days=1))
        morning.send(town.app, by="test", within_s=0.01)
        assert "Replies cannot be read" not in words(town.mails(CLERK)[-1])


def test_the_clerks_answer_to_the_trial_mail_proves_the_way_there_and_back(tmp_path: Path) -> None:
    """Only an answer with the mail's own code by a listed person counts, and it decides nothing."""
    with small_town(tmp_path) as town:
        put_trial(town.app)
        [mail] = town.deliver()
        for sender, to in (
            ("evil@evil.example", str(mail["Reply-To"])),
            (CLERK, "clerkwatch+0.AAAAAA@fernbeck-tc.gov.uk"),
            (CLERK, str(mail["Reply-To"])),
        ):
            sign = town.app.repository.signs()[Sign.WAY]
            assert (sign.good_at, sign.failing_since is None) == (None, False)
            reply = EmailMessage(policy=SMTP)
            reply["From"], reply["To"], reply["Subject"] = sender, to, "Re: trial"
            reply.set_content("YES\n")
            town.put(reply.as_bytes())
            assert handle_inbox(town.app).decided == 0
        sign = town.app.repository.signs()[Sign.WAY]
        assert (sign.good_at, sign.failing_since) == (town.clock.now(), None)
        app = town.app
        [way] = [
            check
            for check in check_signs(app.settings, app.repository, now=town.clock.now())
            if check.name == "way there and back"
        ]
        assert way.state == "well"
        assert "worked on" in way.what
