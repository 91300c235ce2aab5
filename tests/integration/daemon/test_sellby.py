"""What this installation must not be used beyond is told 180, 60 and 14 days before, once each."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from config.rules import parties_dated
from config.types import AccountId, MailKind
from connectors.lasting import FIELDS_LOOKED_AT, GRAPH_ENDS, GRAPH_VERSION
from monitor import morning, sellby
from monitor.demo.world import Site
from monitor.freeze.days import bank_holidays
from monitor.status import look
from storage.values import Grant
from tests.integration.pipeline.village import Village
from tests.lib.inert import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.values import OutboxMail

TECHNICAL = """
[[people]]
role = "technical"
name = "IT supplier"
email = "help@it-supplier.example"
"""
TOKEN_ENDS = date(2027, 6, 30)


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Return a village on Facebook and X with an IT supplier, and a token that ends."""
    with Village(tmp_path) as village:
        village.account(Site.FACEBOOK)
        village.account(Site.X)
        village.add(TECHNICAL)
        with village.store.writing() as transaction:
            transaction.add_grant(
                Grant(
                    credential="council_x",
                    account=AccountId("council-x"),
                    at=village.clock.now(),
                    by="IT supplier",
                    expires_at=datetime.combine(TOKEN_ENDS, time(12), UTC),
                    whose="",
                )
            )
        yield village


def told(village: Village, on: date) -> list[OutboxMail]:
    """Return what a morning's look at the dates would send, and send it."""
    at = datetime.combine(on, time(7), UTC)
    mails = sellby.announcements(village.app, at=at)
    with village.store.writing() as transaction:
        for mail in mails:
            transaction.queue_mail(mail, at=at)
    known = {mail.key for mail in mails}
    return [one for one in village.store.mails(kind=MailKind.TECHNICAL) if one.key in known]


@pytest.mark.parametrize(
    ("left", "stage"),
    [
        (181, None),
        (180, 180),
        (61, 180),
        (60, 60),
        (15, 60),
        (14, 14),
        (0, 14),
        (-1, sellby.PAST),
        (-900, sellby.PAST),
    ],
)
def test_stages_begin_at_180_60_and_14_days(left: int, stage: int | None) -> None:
    """The day itself still belongs to what lasts; the next one is past."""
    today = date(2027, 3, 1)
    assert sellby.stage(today + timedelta(days=left), today=today) == stage


def test_everything_that_ends_is_known(village: Village) -> None:
    """Holidays, parties, X' field names, Graph's version, the token, and the policy's review."""
    found = {
        one.id: one.on
        for one in sellby.dates(village.app.settings, village.store, policy=village.app.policy)
    }
    year = timedelta(days=365)
    assert found == {
        "bank-holidays": bank_holidays().proclaimed_to,
        "parties": parties_dated() + year,
        "x-fields": FIELDS_LOOKED_AT["x"] + year,
        f"graph-{GRAPH_VERSION}": GRAPH_ENDS[GRAPH_VERSION],
        "token-council_x": TOKEN_ENDS,
        "policy-review": village.app.policy.next_review,
    }


def test_each_stage_is_told_once_to_the_technical_person(village: Village) -> None:
    """Day by day from 200 before to 5 after: four mails about the token, on the right days."""
    days = [TOKEN_ENDS + timedelta(days=number) for number in range(-200, 6)]
    seen = {
        (TOKEN_ENDS - on).days: mail
        for on in days
        for mail in told(village, on)
        if "token-council_x" in mail.key
    }
    assert list(seen) == [180, 60, 14, -1]
    for mail in seen.values():
        assert [one.address for one in mail.recipients] == ["help@it-supplier.example"]
    text = parsed(seen[60].body).get_body(("plain",))
    assert text is not None
    said = " ".join(text.get_content().split())
    assert "The credential council_x may be relied on until 30 June 2027 (60 days left)." in said
    assert "clerkwatch accounts connect x" in said
    assert "ended on 30 June 2027" in str(parsed(seen[-1].body)["Subject"])


def test_after_a_long_sleep_only_the_newest_stage_is_told(village: Village) -> None:
    """Asleep from 100 days before to ten: one mail, not two."""
    (mail,) = (one for one in told(village, TOKEN_ENDS - timedelta(days=10)) if "token" in one.key)
    assert mail.key == "technical:sell-by:token-council_x:2027-06-30:14"


def test_a_new_token_is_a_new_date(village: Village) -> None:
    """Renewed in time, the old date is told no more; the new one is, when it comes near."""
    told(village, TOKEN_ENDS - timedelta(days=60))
    later = TOKEN_ENDS + timedelta(days=400)
    with village.store.writing() as transaction:
        transaction.add_grant(
            Grant(
                credential="council_x",
                account=AccountId("council-x"),
                at=datetime.combine(TOKEN_ENDS - timedelta(days=30), time(), UTC),
                by="IT supplier",
                expires_at=datetime.combine(later, time(12), UTC),
                whose="",
            )
        )
    assert not [one for one in told(village, TOKEN_ENDS) if "token" in one.key]
    (mail,) = (one for one in told(village, later - timedelta(days=180)) if "token" in one.key)
    assert later.isoformat() in mail.key


def test_the_morning_tells_it_once_whatever_is_repeated(village: Village) -> None:
    """The digest's own transaction holds it: a second morning and a restart add none."""
    village.clock.move_to(datetime.combine(TOKEN_ENDS - timedelta(days=60), time(7), UTC))
    morning.send(village.app, by="test")
    village.restart()
    morning.send(village.app, by="test")
    village.clock.advance(timedelta(days=1))
    morning.send(village.app, by="test")
    keys = [one.key for one in village.store.mails(kind=MailKind.TECHNICAL)]
    assert [key for key in keys if ":sell-by:token" in key] == [
        "technical:sell-by:token-council_x:2027-06-30:60"
    ]


def test_doctor_and_status_and_monday_say_it(village: Village) -> None:
    """Sixty days before a look, afterwards a fault; `status` and Monday's digest say the same."""
    settings, store = village.app.settings, village.store
    for days, state in ((-200, "well"), (-60, "look"), (1, "fault")):
        at = datetime.combine(TOKEN_ENDS + timedelta(days=days), time(7), UTC)
        (found,) = (
            each for each in sellby.check_dates(settings, store, now=at) if "council_x" in each.what
        )
        assert found.state == state
        assert bool(found.remedy) == (state != "well")
        said = look(store, settings=settings, file=village.folder / "clerkwatch.toml", now=at).ends
        assert any("council_x" in line for line in said) == (state != "well")
    monday = datetime(2027, 5, 3, 6, tzinfo=UTC)
    village.clock.move_to(monday)
    text = " ".join(morning.compose(village.app, now=monday).text.split())
    assert "The credential council_x may be relied on until 30 June 2027 (58 days left)." in text
    tuesday = " ".join(morning.compose(village.app, now=monday + timedelta(days=1)).text.split())
    assert "council_x" not in tuesday
