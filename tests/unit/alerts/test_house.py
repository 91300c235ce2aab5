"""What accounts and clauses are called, and the sentences about coming polls."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from config.policy import load_policy
from config.register import Account
from config.types import (
    AccountId,
    ClauseId,
    Kind,
    Origin,
    PollId,
    PollStatus,
    PollType,
    WindowMode,
)
from monitor.alerts.elections import elections
from monitor.alerts.house import clause_title, policy_words, watched
from monitor.freeze.coming import coming_up
from storage.values import PollRow

LONDON = ZoneInfo("Europe/London")


def account(platform: str, handle: str, label: str = "label") -> Account:
    """Return an account of the council."""
    return Account(
        id=AccountId(label), platform=platform, handle=handle, kind=Kind.COUNCIL, owner="Jo Marsh"
    )


CHANNEL = "UCAshcombe_Town-Council1"


@pytest.mark.parametrize(
    ("platform", "handle", "name", "expected"),
    [
        ("x", "AshcombeTC", "Ashcombe TC", ("X @AshcombeTC", "X")),
        ("x", "@AshcombeTC", "", ("X @AshcombeTC", "X")),
        ("x", "1500", "Ashcombe TC", ('X "Ashcombe TC"', "X")),
        ("facebook", "ashcombetc", "", ('Facebook page "ashcombetc"', "Facebook page")),
        ("facebook", "1008822400", "", ("Facebook page (label)", "Facebook page")),
        (
            "facebook",
            "1008822400",
            "Ashcombe & Lyde Town Council",
            ('Facebook page "Ashcombe & Lyde Town Council"', "Facebook page"),
        ),
        ("facebook", "1", 'A "B"\r\n\u202eC', ("Facebook page \"A 'B' C\"", "Facebook page")),
        ("feed", "https://www.events.example/feed/", "", ("events.example", "events.example")),
        ("feed", "http://127.0.0.1:8701/feed.xml", "", ("label", "label")),
        ("feed", "http://127.0.0.1/feed.xml", "Town Blog", ('Blog "Town Blog"', "blog")),
        ("feed", "https://ashcombe.example/rss", "What's on", ('Website "What\'s on"', "website")),
        ("feed", "https://a.example/forum/feed", "Talk", ('Forum "Talk"', "forum")),
        ("feed", CHANNEL, "Ashcombe", ('YouTube channel "Ashcombe"', "YouTube channel")),
        ("manual", "Nextdoor", "other", ("Nextdoor", "Nextdoor")),
        ("gopher", "ashcombe", "", ('gopher "ashcombe"', "gopher")),
    ],
)
def test_an_account_is_called_what_people_call_it(
    platform: str, handle: str, name: str, expected: tuple[str, str]
) -> None:
    """By the handle people know, its own name, host or label, whichever tells a person most."""
    named = watched(account(platform, handle), name=name)
    assert (named.title, named.short) == expected


def test_what_nobody_reads_is_known_to_be_watched_by_hand() -> None:
    """A manual account is a person's; one of an unknown platform is not quietly so."""
    assert [watched(account(name, "h")).by_hand for name in ("manual", "bluesky", "gopher")] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("terms.5", "Terms of Use 5"),
        ("requirements.2", "Requirement 2"),
        ("freeze", "Requirement 6, closing sentence"),
        ("standing-order.9", "standing-order.9"),
    ],
)
def test_clauses_are_called_as_in_the_policy(clause: str, expected: str) -> None:
    """As a Clerk finds them on paper."""
    assert clause_title(ClauseId(clause)) == expected


def test_every_stretch_of_the_adopted_policy_stands_in_its_clause() -> None:
    """What mails will quote for a topic is part of the clause's own words."""
    policy = load_policy("elstree-borehamwood-2017")
    words = policy_words(policy)
    outside = [
        topic.id
        for topic in policy.topics.values()
        if words.topics[topic.id] not in words.clauses[topic.clause]
    ]
    assert outside == []
    assert set(words.titles) == set(policy.clauses)


def poll(**changes: object) -> PollRow:
    """Return the town council election of May 2027."""
    values: dict[str, object] = {
        "id": PollId("parish.2027-05-06"),
        "type": PollType.PARISH,
        "held_on": date(2027, 5, 6),
        "mode": WindowMode.RESTRICTED,
        "status": PollStatus.SCHEDULED,
        "origin": Origin.CONFIGURATION,
    }
    return PollRow(**{**values, **changes})  # type: ignore[arg-type]  # keys are its own


def said(row: PollRow, at: datetime, covered_from: date | None = None) -> tuple[str, str, bool]:
    """Return the line, the next poll's sentence and whether a period has begun."""
    today = at.astimezone(LONDON).date()
    polls = coming_up([row], at, zone=LONDON, nation="England")
    found = elections(polls, zone=LONDON, covered_from=covered_from, today=today)
    return found.coming[0], found.next_poll, found.opening is not None


def test_a_poll_far_away_needs_one_sentence() -> None:
    """In November nothing is to be done for a poll in May, and until when is said."""
    _, next_poll, has_opened = said(poll(), datetime(2026, 11, 24, 7, tzinfo=UTC))
    assert next_poll.startswith(
        "Next election: Thursday 6 May 2027, town council election; nothing to do until "
    )
    assert has_opened is False


def test_a_poll_without_its_notice_names_the_command() -> None:
    """Until the notice is entered the mail shows how to enter it."""
    line, next_poll, _ = said(poll(), datetime(2027, 3, 20, 7, tzinfo=UTC))
    assert "clerkwatch elections notice parish.2027-05-06 20" in line
    assert next_poll == ""


def test_a_period_that_has_begun_is_news_once() -> None:
    """On the morning of the notice it has begun; the morning after it is no news."""
    row = poll(notice_on=date(2027, 3, 22))
    first = said(row, datetime(2027, 3, 22, 7, tzinfo=UTC), date(2027, 3, 21))
    second = said(row, datetime(2027, 3, 23, 7, tzinfo=UTC), date(2027, 3, 22))
    assert (first[2], second[2]) == (True, False)
    assert "elections notice" not in first[0]


def test_no_poll_is_no_sentence() -> None:
    """Without polls nothing is invented."""
    found = elections([], zone=LONDON, covered_from=None, today=date(2026, 11, 24))
    assert (found.coming, found.next_poll, found.opening) == ((), "", None)
