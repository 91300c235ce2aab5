"""X through tweepy and the door, against a scripted server on loopback."""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from config.errors import AccessError, ContractError, LaterError, ReadError
from config.register import Account
from config.types import AccountId, Kind, Outcome, Reason
from connectors import find
from connectors._x_words import id_at, instant_of_id
from connectors.base import (
    Batch,
    Circumstances,
    Connector,
    FetchedPost,
    KnownPost,
    ReaderState,
    Reread,
)
from connectors.door import Door
from connectors.x import POST_READ, USER_READ
from tests.lib.http_server import Asked, Reply, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CANARY = "AAAAcanary%2Fbearer-42"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
PROBLEMS = "https://api.twitter.com/2/problems/"
USER = {"id": "77", "name": "Elm Town Council", "username": "ElmTown"}
BY_NAME, BY_ID = "/2/users/by/username/ElmTown", "/2/users/77"
TIMELINE, LOOKUP = "/2/users/77/tweets", "/2/tweets"
NOTHING_NEW = Reply(json={"meta": {"result_count": 0}})


@dataclass
class Purse:
    """A meter that remembers: US dollars left, and what was charged on this day."""

    usd: Decimal | None = None
    paid: dict[str, Decimal] = field(default_factory=dict)

    @contextmanager
    def hold(
        self, *, credential: str, price: Decimal, wanted: int, least: int
    ) -> Iterator[int | None]:
        """Give how many are left at this price, none if fewer than the least."""
        assert credential == "x_bearer"
        if self.usd is None:
            yield None
            return
        count = min(wanted, int((self.usd - sum(self.paid.values())) / price))
        yield count if count >= least else 0

    def charge(self, *, credential: str, price: Decimal, ids: Sequence[str]) -> None:
        """Count each id once."""
        assert credential == "x_bearer"
        self.paid.update(dict.fromkeys(ids, price))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Run X with one account, on which nothing has been posted."""
    with ScriptedServer() as running:
        running.on(BY_NAME, Reply(json={"data": USER}))
        running.on(BY_ID, Reply(json={"data": USER}))
        running.on(TIMELINE, NOTHING_NEW)
        yield running


def reader(
    server: ScriptedServer,
    *,
    purse: Purse | None = None,
    state: ReaderState | None = None,
    handle: str = "ElmTown",
    total_s: float = 20,
    as_of: datetime = NOW,
) -> Connector:
    """Open the connector for one run."""
    account = Account(
        id=AccountId("council-x"),
        platform="x",
        handle=handle,
        kind=Kind.COUNCIL,
        owner="Clerk",
        credential="x_bearer",
        api_base=server.url,
    )
    return find("x").open(
        Circumstances(
            account=account,
            door=Door(clock=lambda: as_of, total_s=total_s),
            secret=SecretStr(CANARY),
            state=state or ReaderState(),
            meter=purse or Purse(),
            as_of=as_of,
        )
    )


def tweet(number: int, text: str = "words", **more: Any) -> dict[str, Any]:
    """Return a post as X gives it."""
    return {
        "id": str(number),
        "edit_history_tweet_ids": [str(number)],
        "text": text,
        "author_id": "77",
        "created_at": (NOW - timedelta(minutes=max(0, 5000 - number))).isoformat(),
        **more,
    }


def page(*tweets: dict[str, Any], token: str | None = None, **more: Any) -> Reply:
    """Return one page of the timeline."""
    meta: dict[str, Any] = {"result_count": len(tweets)}
    if token is not None:
        meta["next_token"] = token
    return Reply(json={"data": list(tweets), "meta": meta, **more})


def missing(number: int) -> dict[str, str]:
    """Return X's partial error for a post that it does not find."""
    return {
        "value": str(number),
        "detail": f"Could not find tweet with ids: [{number}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": str(number),
        "type": PROBLEMS + "resource-not-found",
    }


def listed(batches: Sequence[Batch]) -> list[FetchedPost]:
    """Return the posts of all batches."""
    return [post for batch in batches for post in batch.posts]


# --- the listing ------------------------------------------------------------------------------


def test_pages_are_read_to_the_end_before_the_cursor_moves(server: ScriptedServer) -> None:
    """Newest first; only the last batch carries the cursor, and it is the newest id.

    A page that was promised and is empty is asked for once more, in another way.
    """
    server.on(TIMELINE, page(tweet(30), tweet(29), token="n2"), page(tweet(28), token="n3"), page())
    batches = list(reader(server).posts(since=SINCE))
    assert [post.platform_id for post in listed(batches)] == ["30", "29", "28"]
    assert [batch.cursor for batch in batches] == [None, None, "30"]
    assert all(batch.complete for batch in batches)
    asked = [each for each in server.requests if each.path == TIMELINE]
    assert [each.param("pagination_token") for each in asked] == [None, "n2", "n3", None]
    assert [each.param("until_id") for each in asked] == [None, None, None, "28"]
    assert [each.param("start_time") for each in asked] == ["2026-10-25T12:00:00Z"] * 4
    assert {each.param("max_results") for each in asked} == {"100"}


def test_an_empty_page_in_the_middle_loses_nothing(server: ScriptedServer) -> None:
    """X promised a page and gave none: what lies before the last post is asked for by its id."""
    server.on(
        TIMELINE,
        page(tweet(30), tweet(29), token="n2"),
        NOTHING_NEW,
        page(tweet(28), token="n4"),
        page(tweet(27)),
    )
    batches = list(reader(server).posts(since=SINCE))
    assert [post.platform_id for post in listed(batches)] == ["30", "29", "28", "27"]
    assert (batches[-1].cursor, batches[-1].complete) == ("30", True)
    asked = [each for each in server.requests if each.path == TIMELINE]
    assert [(each.param("until_id"), each.param("pagination_token")) for each in asked] == [
        (None, None),
        (None, "n2"),
        ("29", None),
        ("29", "n4"),
    ]


@pytest.mark.parametrize("answer", ["stands", "gone"])
def test_an_empty_list_that_should_show_the_newest_post_is_doubted(
    server: ScriptedServer, answer: str
) -> None:
    """The last hour is asked for again: what was newest stands in it, or was deleted."""
    number = id_at(NOW - timedelta(hours=2))
    state = ReaderState(platform_id="77", cursor=str(number))
    found = page(tweet(number)) if answer == "stands" else Reply(json={"errors": [missing(number)]})
    server.on(LOOKUP, found)
    (batch,) = reader(server, state=state).posts(since=SINCE)
    assert server.paths() == [TIMELINE, LOOKUP]
    assert batch.posts == ()
    if answer == "stands":
        assert (batch.complete, batch.cursor) == (False, None)
        assert "empty although" in batch.note
        assert batch.gap == (instant_of_id(str(number)), NOW)
    else:
        assert (batch.complete, batch.cursor) == (True, str(number))


def test_a_run_with_a_hundred_new_posts_takes_three_requests_at_most(
    server: ScriptedServer,
) -> None:
    """Profile, timeline, and one for all that is read again; the token is in no address."""
    server.on(TIMELINE, page(*[tweet(number) for number in range(200, 100, -1)]))
    server.on(
        LOOKUP, lambda asked: page(*[tweet(int(i)) for i in asked.query["ids"][0].split(",")])
    )
    connector = reader(server)
    connector.profile()
    assert len(listed(list(connector.posts(since=SINCE)))) == 100
    known = [KnownPost(platform_id=str(number)) for number in range(1, 201)]
    outcomes = Counter(each.outcome for each in connector.reread(known))
    assert outcomes == {Outcome.PRESENT: 200}
    assert server.paths() == [BY_NAME, TIMELINE, LOOKUP]
    assert server.connections == 1
    assert all(CANARY not in each.target for each in server.requests)
    assert {each.headers["authorization"] for each in server.requests} == {f"Bearer {CANARY}"}


def test_the_cursor_is_sent_and_stays_when_nothing_is_new(server: ScriptedServer) -> None:
    """An empty answer means nothing new; the cursor is kept and nothing is paid."""
    purse = Purse()
    state = ReaderState(platform_id="77", cursor="41")
    batches = list(reader(server, purse=purse, state=state).posts(since=SINCE))
    assert [(batch.posts, batch.cursor, batch.complete) for batch in batches] == [((), "41", True)]
    assert server.requests[0].param("since_id") == "41"
    assert server.requests[0].param("start_time") is None
    assert not batches[0].lists_window
    assert (server.paths(), purse.paid) == ([TIMELINE], {})


@pytest.mark.parametrize(
    ("posted", "asked_from"),
    [
        (timedelta(hours=2), timedelta(hours=3)),  # an hour's overlap, paid for today already
        (timedelta(hours=11, minutes=30), timedelta(hours=12)),  # not before midnight UTC
        (timedelta(hours=13), timedelta(hours=13)),  # yesterday's would be paid again
    ],
)
def test_the_listing_overlaps_only_where_that_is_free(
    server: ScriptedServer, posted: timedelta, asked_from: timedelta
) -> None:
    """Answers lag, so the last hour is asked again, but nothing is paid for twice."""
    cursor = str(id_at(NOW - posted))
    server.on(LOOKUP, Reply(json={"errors": [missing(int(cursor))]}))  # it was deleted
    batches = list(
        reader(server, state=ReaderState(platform_id="77", cursor=cursor)).posts(since=SINCE)
    )
    assert server.requests[0].param("since_id") == str(id_at(NOW - asked_from))
    assert batches[-1].cursor == cursor


@pytest.mark.parametrize(
    ("posted", "asked_from"),
    [
        (timedelta(minutes=15), timedelta(hours=1, minutes=15)),  # ten to midnight: may lag
        (timedelta(hours=2, minutes=5), timedelta(hours=2, minutes=5)),  # everything is shown
    ],
)
def test_the_listing_overlaps_midnight_while_answers_may_lag(
    server: ScriptedServer, posted: timedelta, asked_from: timedelta
) -> None:
    """A post of 23:40 that X shows only after one of 23:50 was read is paid for, and not missed."""
    soon_after = NOW.replace(hour=0, minute=5)
    cursor = str(id_at(soon_after - posted))
    server.on(LOOKUP, Reply(json={"errors": [missing(int(cursor))]}))  # it was deleted
    state = ReaderState(platform_id="77", cursor=cursor)
    list(reader(server, state=state, as_of=soon_after).posts(since=SINCE))

    assert server.requests[0].param("since_id") == str(id_at(soon_after - asked_from))


def test_an_edit_that_comes_back_as_a_new_id_is_the_same_post(server: ScriptedServer) -> None:
    """The first id of the chain names the post; of two versions listed the newest counts."""
    chain = {"edit_history_tweet_ids": ["28", "31"]}
    server.on(
        TIMELINE,
        page(tweet(31, "now", **chain), tweet(30), tweet(30), token="n2"),
        page(tweet(28, "before", **chain)),
    )
    posts = listed(list(reader(server).posts(since=SINCE)))
    assert [(post.platform_id, post.current_id, post.content.own) for post in posts] == [
        ("28", "31", "now"),
        ("30", "30", "words"),
    ]


def test_odd_posts_break_nothing(server: ScriptedServer) -> None:
    """No text, no time, the far future, 40,000 characters, control characters, HTML."""
    long = "ä" * 40_000
    server.on(
        TIMELINE,
        page(
            {"id": "9"},
            tweet(8, long, created_at="2126-01-01T00:00:00Z"),
            tweet(7, "<b>bold</b>\x00\x1b[31m", note_tweet={"text": long}),
            {**tweet(6), "id": 6},
        ),
    )
    batches = list(reader(server).posts(since=SINCE))
    assert [post.platform_id for post in listed(batches)] == ["9", "8", "7", "6"]
    assert len(listed(batches)[1].content.own) == 40_000
    assert batches[-1].cursor == "9"


def test_what_is_no_post_makes_the_listing_incomplete(server: ScriptedServer) -> None:
    """The rest is kept, the cursor stays, and the gap says so."""
    server.on(TIMELINE, Reply(json={"data": [tweet(9), "?", {"id": "x1"}], "meta": {}}))
    batch = list(reader(server).posts(since=SINCE))[-1]
    assert [post.platform_id for post in batch.posts] == ["9"]
    assert (batch.complete, batch.cursor) == (False, None)
    assert batch.note == "X listed something that is no post"
    assert batch.gap is not None


def test_an_id_from_the_future_does_not_move_the_cursor(server: ScriptedServer) -> None:
    """A cursor beyond tomorrow would hide every post until then."""
    future = id_at(NOW + timedelta(days=400))
    today = id_at(NOW - timedelta(hours=1))
    server.on(TIMELINE, page(tweet(future), tweet(today)))
    batches = list(reader(server).posts(since=SINCE))
    assert len(listed(batches)) == 2
    assert batches[-1].cursor == str(today)


def test_a_quoted_post_that_is_gone_leaves_the_quoting_one_whole(server: ScriptedServer) -> None:
    """A problem about something beside the post is not a hole in the listing."""
    quoting = tweet(9, referenced_tweets=[{"type": "quoted", "id": "3"}])
    problem = {**missing(3), "parameter": "referenced_tweets.id"}
    server.on(TIMELINE, page(quoting, errors=[problem]))
    batch = list(reader(server).posts(since=SINCE))[-1]
    assert (len(batch.posts), batch.complete, batch.cursor) == (1, True, "9")


def test_a_post_with_a_field_missing_is_left_for_next_time(server: ScriptedServer) -> None:
    """A field that X could not fill in would look like an edit."""
    problem = {
        "resource_type": "tweet",
        "resource_id": "8",
        "field": "note_tweet",
        "title": "Field Hydration Failure",
        "type": PROBLEMS + "field-hydration-failure",
    }
    server.on(TIMELINE, page(tweet(9), tweet(8), errors=[problem]))
    batch = list(reader(server).posts(since=SINCE))[-1]
    assert [post.platform_id for post in batch.posts] == ["9"]
    assert (batch.complete, batch.cursor) == (False, None)


def test_a_listing_without_end_is_given_up(server: ScriptedServer) -> None:
    """The same token again ends the listing, incomplete."""
    server.on(TIMELINE, page(tweet(9), token="again"))
    batches = list(reader(server).posts(since=SINCE))
    assert len(server.requests) == 3
    assert (batches[-1].complete, batches[-1].note) == (False, "X's list of posts had no end")


def test_more_posts_than_wanted_leave_a_gap(server: ScriptedServer) -> None:
    """The limit holds; what lies behind it is said."""
    server.on(TIMELINE, page(*[tweet(n) for n in range(4999, 4989, -1)], token="n2"))
    batch = list(reader(server).posts(since=SINCE, limit=10))[-1]
    assert (len(batch.posts), batch.complete, batch.cursor) == (10, False, None)
    assert batch.gap == (SINCE, NOW - timedelta(minutes=10))


def test_a_pinned_post_older_than_the_listing_is_read_too(server: ScriptedServer) -> None:
    """What stands at the top of the page is read however old it is."""
    server.on(BY_NAME, Reply(json={"data": {**USER, "pinned_tweet_id": "5"}}))
    server.on(TIMELINE, page(tweet(9)))
    server.on(LOOKUP, page(tweet(5, "pinned years ago")))
    connector = reader(server)
    profile = connector.profile()
    assert profile is not None
    assert profile.content.fields["pinned"] == "5"
    assert [post.platform_id for post in listed(list(connector.posts(since=SINCE)))] == ["9", "5"]


# --- money ------------------------------------------------------------------------------------


def test_what_is_returned_is_paid_once(server: ScriptedServer) -> None:
    """Posts, the posts that came along and the profile are counted at their price."""
    server.on(TIMELINE, page(tweet(9), tweet(8), includes={"tweets": [tweet(3)]}))
    purse = Purse(usd=Decimal(5))
    connector = reader(server, purse=purse)
    connector.profile()
    connector.probe()
    list(connector.posts(since=SINCE))
    assert purse.paid == {
        "user 77": USER_READ,
        "9": POST_READ,
        "8": POST_READ,
        "3": POST_READ,
    }


def test_the_page_shrinks_with_the_budget_and_reading_stops_before_it(
    server: ScriptedServer,
) -> None:
    """Pages shrink to 5 posts; then the listing ends with a gap and a plain word."""

    def serve(asked: Asked) -> Reply:
        first = int(asked.param("pagination_token") or 4000)
        size = int(asked.param("max_results") or 0)
        tweets = []
        for number in range(first, first - size, -1):
            others = [
                {"type": "quoted", "id": f"1{number}"},
                {"type": "replied_to", "id": f"2{number}"},
            ]
            tweets.append(tweet(number, referenced_tweets=others))
        along = [tweet(int(each["id"])) for one in tweets for each in one["referenced_tweets"]]
        return page(*tweets, token=str(first - size), includes={"tweets": along})

    server.on(TIMELINE, serve)
    purse = Purse(usd=Decimal("1.00"))
    batches = list(reader(server, purse=purse).posts(since=SINCE))
    assert sum(purse.paid.values()) <= Decimal("1.00")
    sizes = [
        int(each.param("max_results") or 0) for each in server.requests if each.path == TIMELINE
    ]
    assert min(sizes) >= 5
    assert not batches[-1].complete
    assert batches[-1].cursor is None
    assert batches[-1].note == "the month's budget for X is used up"
    assert batches[-1].gap == (SINCE, listed(batches)[-1].published_at)


def test_with_an_empty_budget_nothing_is_asked(server: ScriptedServer) -> None:
    """Profile and posts each stop before the first request."""
    purse = Purse(usd=Decimal("0.001"))
    with pytest.raises(LaterError, match="budget for X is used up") as caught:
        reader(server, purse=purse).profile()
    assert caught.value.reason is Reason.QUOTA_MONEY
    connector = reader(server, purse=purse, state=ReaderState(platform_id="77", cursor="9"))
    (batch,) = connector.posts(since=SINCE)
    assert (batch.complete, batch.gap) == (False, (SINCE, NOW))
    (answer,) = connector.reread([KnownPost(platform_id="1")])
    assert (answer.outcome, answer.reason) == (Outcome.CANNOT_TELL, Reason.QUOTA_MONEY)
    assert server.requests == []


# --- reading again ----------------------------------------------------------------------------


def outcomes(answers: Iterator[Reread]) -> dict[str, tuple[Outcome, Reason | None]]:
    """Return outcome and reason by id."""
    return {each.platform_id: (each.outcome, each.reason) for each in answers}


def test_gone_is_said_only_after_the_account_has_proved_alive(server: ScriptedServer) -> None:
    """Present, gone and hidden ids are told apart in one request and one probe."""
    hidden = {
        **missing(3),
        "title": "Authorization Error",
        "detail": "Sorry, you are not authorized to see the Tweet with ids: [3].",
        "type": "https://api.x.com/2/problems/not-authorized-for-resource",
    }
    odd = {**missing(4), "title": "?", "type": PROBLEMS + "resource-unavailable"}
    server.on(LOOKUP, page(tweet(1), errors=[missing(2), hidden, odd]))
    known = [KnownPost(platform_id=str(number)) for number in range(1, 6)]
    connector = reader(server, state=ReaderState(platform_id="77"))
    assert outcomes(connector.reread([*known, KnownPost(platform_id="urn:6")])) == {
        "1": (Outcome.PRESENT, None),
        "2": (Outcome.GONE, Reason.GONE_OR_HIDDEN),
        "3": (Outcome.GONE, Reason.GONE_OR_HIDDEN),
        "4": (Outcome.CANNOT_TELL, Reason.PARTIAL),
        "5": (Outcome.CANNOT_TELL, Reason.PARTIAL),
        "urn:6": (Outcome.CANNOT_TELL, Reason.CONTRACT),
    }
    assert server.paths() == [LOOKUP, BY_ID]


@pytest.mark.parametrize(
    "user",
    [
        {"data": {**USER, "protected": True}},
        {
            "errors": [
                {
                    "detail": "User has been suspended: [77].",
                    "title": "Forbidden",
                    "resource_type": "user",
                    "type": PROBLEMS + "resource-not-found",
                }
            ]
        },
    ],
    ids=["protected", "suspended"],
)
def test_no_post_is_called_gone_when_the_account_is(
    server: ScriptedServer, user: dict[str, Any]
) -> None:
    """A suspended or protected account is one trouble, not a hundred deletions."""
    server.on(BY_ID, Reply(json=user))
    server.on(LOOKUP, Reply(json={"errors": [missing(1), missing(2)]}))
    connector = reader(server, state=ReaderState(platform_id="77"))
    with pytest.raises(AccessError) as caught:
        list(connector.reread([KnownPost(platform_id="1"), KnownPost(platform_id="2")]))
    assert caught.value.reason is Reason.ACCOUNT_GONE


def test_without_an_answer_to_the_probe_nothing_is_gone(server: ScriptedServer) -> None:
    """X is down for the probe: whether the post is gone cannot be told."""
    server.on(BY_ID, Reply(status=503))
    server.on(LOOKUP, Reply(json={"errors": [missing(1)]}))
    connector = reader(server, state=ReaderState(platform_id="77"))
    assert outcomes(connector.reread([KnownPost(platform_id="1")])) == {
        "1": (Outcome.CANNOT_TELL, Reason.TRANSIENT)
    }


def test_an_edited_post_is_followed_to_its_newest_version(server: ScriptedServer) -> None:
    """The stored id shows old words; the chain names the newest, which is asked for."""
    chain = {"edit_history_tweet_ids": ["10", "12", "15"]}

    def serve(asked: Asked) -> Reply:
        ids = (asked.param("ids") or "").split(",")
        return page(*[tweet(int(each), f"version {each}", **chain) for each in ids])

    server.on(LOOKUP, serve)
    connector = reader(server, state=ReaderState(platform_id="77"))
    (answer,) = connector.reread([KnownPost(platform_id="10", current_id="12")])
    assert answer.outcome is Outcome.PRESENT
    assert answer.platform_id == "10"
    assert answer.post is not None
    assert (answer.post.current_id, answer.post.content.own) == ("15", "version 15")
    assert [each.param("ids") for each in server.requests] == ["12", "15"]


def test_two_hundred_and_fifty_ids_take_three_requests(server: ScriptedServer) -> None:
    """A hundred ids a request, each asked once."""
    server.on(
        LOOKUP, lambda asked: page(*[tweet(int(i)) for i in asked.query["ids"][0].split(",")])
    )
    connector = reader(server, state=ReaderState(platform_id="77"))
    answers = list(connector.reread([KnownPost(platform_id=str(n)) for n in range(1, 251)]))
    assert Counter(each.outcome for each in answers) == {Outcome.PRESENT: 250}
    assert [len(each.query["ids"][0].split(",")) for each in server.requests] == [100, 100, 50]


# --- the account ------------------------------------------------------------------------------


def test_a_renamed_account_is_found_by_its_number(server: ScriptedServer) -> None:
    """With the lasting id known the handle does not matter, and the profile shows the new one."""
    server.on(BY_ID, Reply(json={"data": {**USER, "username": "NewElmTown"}}))
    profile = reader(server, state=ReaderState(platform_id="77")).profile()
    assert profile is not None
    assert (profile.platform_id, profile.handle) == ("77", "NewElmTown")
    assert profile.url == "https://x.com/NewElmTown"
    assert server.paths() == [BY_ID]


@pytest.mark.parametrize("handle", ["@ElmTown", "https://x.com/ElmTown", " ElmTown "])
def test_a_handle_may_be_written_in_several_ways(server: ScriptedServer, handle: str) -> None:
    """With an at sign, as an address, with blanks around."""
    reader(server, handle=handle).probe()
    assert server.paths() == [BY_NAME]


@pytest.mark.parametrize("handle", ["", "two words", "a/../b", "é", "x" * 30])
def test_a_handle_that_is_none_is_not_sent(server: ScriptedServer, handle: str) -> None:
    """A wrong entry in the register is said, not put into an address."""
    with pytest.raises(ContractError, match="no user name of X"):
        reader(server, handle=handle).probe()
    assert server.requests == []


def test_the_picture_is_fetched_once_and_only_from_where_pictures_lie(
    server: ScriptedServer,
) -> None:
    """The larger form, once; not from another server; its absence is no failure."""
    user = {**USER, "profile_image_url": server.url + "/p/1_normal.png"}
    server.on(BY_NAME, Reply(json={"data": user}))
    server.on("/p/1_400x400.png", Reply(body=b"PNG", headers={"Content-Type": "image/png"}))
    connector = reader(server)
    profile = connector.profile()
    assert profile is not None
    assert profile.picture == b"PNG"
    again = reader(server, state=ReaderState(validators=connector.validators())).profile()
    assert again is not None
    assert again.picture is None
    assert again.content == profile.content
    assert server.paths().count("/p/1_400x400.png") == 1
    for elsewhere in ("http://127.0.0.1:9/p_normal.png", "http://169.254.169.254/a", "no address"):
        server.on(BY_NAME, Reply(json={"data": {**user, "profile_image_url": elsewhere}}))
        other = reader(server).profile()
        assert other is not None
        assert other.picture is None


def test_a_picture_that_cannot_be_had_is_no_failure(server: ScriptedServer) -> None:
    """The profile is read all the same, with the same content."""
    user = {**USER, "profile_image_url": server.url + "/p/1_normal.png"}
    server.on(BY_NAME, Reply(json={"data": user}))
    server.on("/p/1_400x400.png", Reply(status=500))
    connector = reader(server)
    profile = connector.profile()
    assert profile is not None
    assert profile.picture is None
    assert profile.content.fields["picture"]
    assert connector.validators() == {}


# --- failures ---------------------------------------------------------------------------------


def body(kind: str, title: str = "", detail: str = "") -> dict[str, Any]:
    """Return a problem body."""
    return {"type": PROBLEMS + kind, "title": title, "detail": detail}


FAILURES: list[tuple[Reply, type[ReadError], Reason]] = [
    (Reply(status=400, json=body("invalid-request")), ContractError, Reason.CONTRACT),
    (Reply(status=401, json={"title": "Unauthorized"}), AccessError, Reason.AUTH_EXPIRED),
    (Reply(status=401, json=["Unauthorized"]), AccessError, Reason.AUTH_EXPIRED),
    (Reply(status=401, body="<html>"), AccessError, Reason.AUTH_EXPIRED),
    (Reply(status=402, json=body("credits", "CreditsDepleted")), LaterError, Reason.QUOTA_MONEY),
    (Reply(status=402, body=""), LaterError, Reason.QUOTA_MONEY),
    (Reply(status=403, json=body("client-forbidden")), AccessError, Reason.FORBIDDEN),
    (
        Reply(status=403, json=body("about", "Forbidden", "Monthly spend cap reached")),
        LaterError,
        Reason.QUOTA_MONEY,
    ),
    (
        Reply(status=403, json=body("credits", detail="does not have any credits")),
        LaterError,
        Reason.QUOTA_MONEY,
    ),
    (
        Reply(
            status=403, json=body("client-forbidden", detail=f"Bearer {CANARY} is bad: {CANARY}")
        ),
        AccessError,
        Reason.FORBIDDEN,
    ),
    (Reply(status=418, body=f"I saw {CANARY}"), ContractError, Reason.CONTRACT),
    (Reply(status=404, body="nothing here"), ContractError, Reason.CONTRACT),
    (Reply(status=404, json=body("resource-not-found")), AccessError, Reason.ACCOUNT_GONE),
    (Reply(status=429, body=""), LaterError, Reason.RATE_LIMIT),
    (Reply(status=429, json=body("usage-capped")), LaterError, Reason.QUOTA_MONEY),
    (Reply(status=500, body="<html>oops"), LaterError, Reason.TRANSIENT),
    (Reply(status=503, json=["list"]), LaterError, Reason.TRANSIENT),
    (Reply(status=302, headers={"Location": "http://10.0.0.1/"}), ContractError, Reason.CONTRACT),
    (Reply(body="<html>maintenance</html>"), LaterError, Reason.TRANSIENT),
    (Reply(body=b'{"data": {"id": "7'), LaterError, Reason.TRANSIENT),
    (Reply(body=b'{"data": "\xff\xfe"}'), LaterError, Reason.TRANSIENT),
    (Reply(body="[" * 100_000), LaterError, Reason.TRANSIENT),
    (Reply(json=["a", "list"]), LaterError, Reason.TRANSIENT),
    (Reply(json="text"), LaterError, Reason.TRANSIENT),
    (Reply(body=b""), LaterError, Reason.TRANSIENT),
    (Reply(body=b"x" * 1000, cut_at=10), LaterError, Reason.TRANSIENT),
    (Reply(raw=b""), LaterError, Reason.TRANSIENT),
    (Reply(hang=True), LaterError, Reason.TRANSIENT),
    (Reply(body=bytes(50_000_000), gzip=True), ContractError, Reason.CONTRACT),
    (Reply(json={"errors": [body("resource-unavailable")]}), LaterError, Reason.TRANSIENT),
    (Reply(json={"errors": [body("rate-limit-exceeded")]}), LaterError, Reason.RATE_LIMIT),
    (Reply(json={"errors": [body("usage-capped")]}), LaterError, Reason.QUOTA_MONEY),
    (Reply(json={"errors": [body("resource-not-found")]}), AccessError, Reason.ACCOUNT_GONE),
    (
        Reply(json={"errors": [body("not-authorized-for-resource")]}),
        AccessError,
        Reason.ACCOUNT_GONE,
    ),
    (Reply(json={"errors": [body("never-seen")]}), ContractError, Reason.CONTRACT),
    (Reply(json={"unknown": 1}), ContractError, Reason.CONTRACT),
    (Reply(json={"data": "text"}), ContractError, Reason.CONTRACT),
]


@pytest.mark.parametrize("path", [BY_NAME, TIMELINE])
@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_has_its_class_and_never_ends_a_listing_well(
    server: ScriptedServer,
    path: str,
    failure: tuple[Reply, type[ReadError], Reason],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever goes wrong is our error, of the right class, without the token in any of it."""
    reply, error, reason = failure
    caplog.set_level(logging.DEBUG)
    server.on(path, reply)
    connector = reader(server, total_s=0.4 if reply.hang else 20)
    with pytest.raises(error) as caught:
        list(connector.posts(since=SINCE))
    assert caught.value.reason is reason
    assert caught.value.account == "council-x"
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert "canary" not in told + caplog.text


def test_a_failure_in_the_middle_leaves_the_cursor_where_it_was(server: ScriptedServer) -> None:
    """The first page is given, the second fails: no batch has carried a cursor."""
    server.on(TIMELINE, page(tweet(9), token="n2"), Reply(status=500))
    batches = reader(server).posts(since=SINCE)
    first = next(batches)
    assert ([post.platform_id for post in first.posts], first.cursor) == (["9"], None)
    with pytest.raises(LaterError):
        next(batches)


@pytest.mark.parametrize(
    ("headers", "retry_at"),
    [
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) + 90)}, NOW + timedelta(seconds=90)),
        ({"Retry-After": "30"}, NOW + timedelta(seconds=30)),
        ({}, NOW + timedelta(minutes=15)),
        ({"x-rate-limit-reset": "soon"}, NOW + timedelta(minutes=15)),
        ({"x-rate-limit-reset": "0"}, NOW + timedelta(minutes=15)),
        ({"x-rate-limit-reset": "9" * 30}, NOW + timedelta(minutes=15)),
        ({"x-rate-limit-reset": "99999999999"}, NOW + timedelta(days=1)),
    ],
)
def test_a_rate_limit_says_when_to_try_again(
    server: ScriptedServer, headers: dict[str, str], retry_at: datetime
) -> None:
    """From X's header; a quarter of an hour where it says nothing usable; never over a day."""
    server.on(BY_NAME, Reply(status=429, headers=headers))
    with pytest.raises(LaterError) as caught:
        reader(server).probe()
    assert caught.value.retry_at == retry_at
    assert len(server.requests) == 1


def test_a_used_up_limit_is_obeyed_before_it_is_exceeded(server: ScriptedServer) -> None:
    """The header says none is left: the next page is not asked for until the reset."""
    reset = NOW + timedelta(minutes=4)
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(reset.timestamp()))}
    reply = page(tweet(9), token="n2")
    server.on(TIMELINE, Reply(json=reply.json, headers=headers))
    with pytest.raises(LaterError) as caught:
        list(reader(server).posts(since=SINCE))
    assert (caught.value.reason, caught.value.retry_at) == (Reason.RATE_LIMIT, reset)
    assert server.paths().count(TIMELINE) == 1
