"""A Facebook page through facebook-sdk and the door, against servers on loopback."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.errors import AccessError, ContractError, LaterError, ReadError
from config.types import Outcome, Reason
from connectors.base import ReaderState
from monitor.demo.graph_server import GraphPlatform
from monitor.demo.server import LoopbackServer
from monitor.demo.world import Body, Condition, Site, TownAccount, World
from tests.lib.facebook_reader import (
    CANARY,
    NOT_SHOWN,
    NOW,
    PAGE,
    POSTS,
    PROFILE,
    SCHEDULED,
    SINCE,
    batches,
    failure,
    ids,
    lists,
    one_page,
    page_of,
    post,
    reader,
    reread,
)
from tests.lib.http_server import Reply, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Run Graph with one page, on which nothing has been posted."""
    with one_page() as running:
        yield running


def test_a_page_of_posts_costs_two_requests_and_carries_the_token_only_in_a_header(
    server: ScriptedServer,
) -> None:
    """Published and scheduled. The token travels as a header; the address holds none."""
    server.on(POSTS, page_of(1, 2))
    read = batches(reader(server.url))
    asked = server.requests[0]
    assert ids(read) == ["500_1", "500_2"]
    assert [batch.lists_window for batch in read] == [True]
    assert read[0].complete
    assert server.paths() == [POSTS, SCHEDULED]
    assert asked.headers["authorization"] == f"Bearer {CANARY}"
    assert [CANARY in each.target for each in server.requests] == [False, False]
    assert asked.param("limit") == "100"
    assert abs(int(asked.param("since") or 0) - SINCE.timestamp()) <= 2


def test_empty_and_short_pages_with_a_next_one_are_not_the_end(server: ScriptedServer) -> None:
    """Posts that are filtered out leave empty pages in the middle of the list."""
    server.on(POSTS, page_of(1, after="a1"), page_of(after="a2"), page_of(2, 1))
    read = batches(reader(server.url))
    assert ids(read) == ["500_1", "500_2"]
    assert read[-1].complete
    assert [asked.param("after") for asked in lists(server)] == [None, "a1", "a2"]


def test_a_list_that_goes_round_in_circles_ends_incomplete(server: ScriptedServer) -> None:
    """The same cursor twice ends the reading, which is then not whole."""
    server.on(POSTS, page_of(1, after="again"))
    read = batches(reader(server.url))
    assert not read[-1].complete
    assert "circles" in read[-1].note
    assert len(lists(server)) == 2


def test_a_list_without_end_is_given_up(server: ScriptedServer) -> None:
    """A server that always has one more page is left after a bounded number of them."""
    turns = iter(range(10_000))
    server.on(POSTS, lambda _asked: page_of(after=f"a{next(turns)}"))
    read = batches(reader(server.url))
    assert not read[-1].complete
    assert len(lists(server)) <= 40


def test_a_list_paged_by_time_is_followed(server: ScriptedServer) -> None:
    """Without cursors, the bounds in the next address are used, its token is not."""
    following = f"http://x.invalid/y?until=17&access_token={CANARY}&__paging_token=p"
    first = Reply(json={"data": [post(1)], "paging": {"next": following}})
    server.on(POSTS, first, page_of(2))
    read = batches(reader(server.url))
    assert ids(read) == ["500_1", "500_2"]
    assert server.requests[1].param("until") == "17"
    assert server.requests[1].param("access_token") is None


def test_the_limit_cuts_and_says_so(server: ScriptedServer) -> None:
    """More posts than wanted leave the reading incomplete, with the gap it leaves."""
    server.on(POSTS, page_of(1, 2, after="a1"), page_of(3, 4))
    read = batches(reader(server.url), limit=2)
    assert ids(read) == ["500_1", "500_2"]
    assert not read[-1].complete
    assert read[-1].gap == (SINCE, NOW - timedelta(hours=2))


def test_posts_before_the_window_are_not_taken_and_end_the_list(server: ScriptedServer) -> None:
    """A server that ignores ``since`` is not read back to the beginning of time."""
    old = 24 * 40
    server.on(POSTS, page_of(1, after="a1"), page_of(old, old + 1, after="a2"), page_of(old + 2))
    read = batches(reader(server.url))
    assert ids(read) == ["500_1"]
    assert len(lists(server)) == 2
    assert read[-1].complete


def test_posts_that_the_public_cannot_see_are_left_out(server: ScriptedServer) -> None:
    """Unpublished, run-out and private posts are no posts; a hidden one still opens."""
    listed = [
        post(1, is_published=False),
        post(2, is_expired=True),
        post(3, privacy={"value": "SELF"}),
        post(4, is_hidden=True, is_published=True),
    ]
    server.on(POSTS, Reply(json={"data": listed}))
    assert ids(batches(reader(server.url))) == ["500_4"]


def test_usage_near_the_limit_stops_between_pages(server: ScriptedServer) -> None:
    """At 90 per cent what was read is kept and no further page is asked for."""
    usage = {"500": [{"type": "pages", "call_count": 95, "estimated_time_to_regain_access": 0}]}
    first = page_of(1, after="a1")
    header = {"X-Business-Use-Case-Usage": json.dumps(usage)}
    server.on(POSTS, Reply(json=first.json, headers=header), page_of(2))
    read = batches(reader(server.url))
    assert ids(read) == ["500_1"]
    assert not read[-1].complete
    assert "allowance" in read[-1].note
    assert len(server.requests) == 1


def test_usage_near_the_limit_leaves_single_posts_open(server: ScriptedServer) -> None:
    """What the allowance does not reach for cannot be told; nothing is called gone."""
    header = {"X-App-Usage": json.dumps({"call_count": 91, "total_time": 2})}
    server.on("/v25.0/500_1", Reply(json=post(1), headers=header))
    told = reread(reader(server.url), "500_1", "500_2", "500_3")
    assert [each.outcome for each in told] == [
        Outcome.PRESENT,
        Outcome.CANNOT_TELL,
        Outcome.CANNOT_TELL,
    ]
    assert [each.reason for each in told[1:]] == [Reason.RATE_LIMIT, Reason.RATE_LIMIT]
    assert server.paths() == ["/v25.0/500_1"]


@pytest.mark.parametrize(
    "picture",
    [
        Reply(status=404),
        Reply(body="<html>", headers={"Content-Type": "text/html"}),
        Reply(body=b"x" * 3_000_000, headers={"Content-Type": "image/png"}),
        Reply(body=b"x" * 10, headers={"Content-Type": "image/png"}, cut_at=3),
    ],
)
def test_a_picture_that_cannot_be_had_is_no_trouble_of_the_page(
    server: ScriptedServer, picture: Reply
) -> None:
    """The words of the profile are read; the picture is asked for again another time."""
    shown = {"data": {"url": f"{server.url}/pic.png", "is_silhouette": False}}
    server.on(PAGE, Reply(json={**PROFILE, "picture": shown}))
    server.on("/pic.png", picture)
    profile = reader(server.url).profile()
    assert profile is not None
    assert profile.picture is None
    assert profile.content.fields["name"] == "Elm Town Council"


def test_a_removed_picture_is_a_change_of_the_profile(server: ScriptedServer) -> None:
    """The grey silhouette is no picture, whatever was known before."""
    grey = {"data": {"url": f"{server.url}/grey.gif", "is_silhouette": True}}
    server.on(PAGE, Reply(json={**PROFILE, "picture": grey}))
    connector = reader(server.url, state=ReaderState(validators={"picture": "a" * 64}))
    profile = connector.profile()
    assert profile is not None
    assert profile.content.fields["picture"] == ""
    assert connector.validators() == {}


def test_a_page_without_an_id_is_not_as_documented(server: ScriptedServer) -> None:
    """An empty object is no page."""
    server.on(PAGE, Reply(json={}))
    with pytest.raises(ContractError):
        reader(server.url).profile()


def test_a_handle_that_names_no_page_asks_nothing(server: ScriptedServer) -> None:
    """A wrong handle is a person's to put right."""
    connector = reader(server.url, handle="https://www.facebook.com/")
    for ask in (connector.profile, connector.probe, lambda: batches(connector)):
        with pytest.raises(AccessError):
            ask()
    assert server.paths() == []


def test_fewer_posts_are_asked_for_when_facebook_wants_fewer(server: ScriptedServer) -> None:
    """'Reduce the amount of data' halves the page, twice at most."""
    too_much = Reply(
        status=500,
        json={
            "error": {"code": 1, "message": "Please reduce the amount of data you're asking for"}
        },
    )
    server.on(POSTS, too_much, too_much, page_of(1))
    assert ids(batches(reader(server.url))) == ["500_1"]
    assert [asked.param("limit") for asked in lists(server)] == ["100", "50", "25"]
    server.on(POSTS, too_much)
    with pytest.raises(LaterError) as raised:
        batches(reader(server.url))
    assert raised.value.reason is Reason.TRANSIENT


def test_another_version_than_the_one_asked_for_is_noted(server: ScriptedServer) -> None:
    """Facebook silently lifts a dead version to a live one; the note says so."""
    answered = Reply(json={"data": [post(1)]}, headers={"facebook-api-version": "v26.0"})
    server.on("/v21.0/500/published_posts", answered)
    server.on(
        "/v21.0/500/scheduled_posts", Reply(json={"data": []}, headers=dict(answered.headers))
    )
    read = batches(reader(server.url, api_version="v21.0"))
    assert read[-1].complete
    assert "v26.0" in read[-1].note
    assert "v21.0" in read[-1].note


@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        (failure(190, status=401, subcode=460), AccessError, Reason.AUTH_EXPIRED),
        (failure(102), AccessError, Reason.AUTH_EXPIRED),
        (failure(10, status=403), AccessError, Reason.FORBIDDEN),
        (failure(200), AccessError, Reason.FORBIDDEN),
        (failure(299), AccessError, Reason.FORBIDDEN),
        (failure(3), AccessError, Reason.FORBIDDEN),
        (failure(368), AccessError, Reason.FORBIDDEN),
        (failure(4), LaterError, Reason.RATE_LIMIT),
        (failure(32), LaterError, Reason.RATE_LIMIT),
        (failure(613), LaterError, Reason.RATE_LIMIT),
        (failure(80001, is_transient=True), LaterError, Reason.RATE_LIMIT),
        (Reply(status=429, json={}), LaterError, Reason.RATE_LIMIT),
        (failure(1, status=500), LaterError, Reason.TRANSIENT),
        (failure(2), LaterError, Reason.TRANSIENT),
        (failure(77, is_transient=True), LaterError, Reason.TRANSIENT),
        (failure(100), ContractError, Reason.CONTRACT),
        (failure(2635), ContractError, Reason.CONTRACT),
        (NOT_SHOWN, AccessError, Reason.ACCOUNT_GONE),
        (failure(803, status=404), AccessError, Reason.ACCOUNT_GONE),
        (Reply(status=502, body="<html>Bad gateway</html>"), LaterError, Reason.TRANSIENT),
        (
            Reply(body="<html>Log in</html>", headers={"Content-Type": "text/html"}),
            LaterError,
            Reason.TRANSIENT,
        ),
        (
            Reply(raw=b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"data":[]}'),
            LaterError,
            Reason.TRANSIENT,
        ),
        (
            Reply(body='{"data": [{"id": "50', headers={"Content-Type": "application/json"}),
            LaterError,
            Reason.TRANSIENT,
        ),
        (Reply(status=503, json={"data": []}), LaterError, Reason.TRANSIENT),
        (Reply(json={"data": [post(1)]}, cut_at=20), LaterError, Reason.TRANSIENT),
        (Reply(json={"data": "none"}), ContractError, Reason.CONTRACT),
        (Reply(json=["a list"]), ContractError, Reason.CONTRACT),
        (
            Reply(status=302, headers={"Location": "http://169.254.169.254/latest"}),
            ContractError,
            Reason.CONTRACT,
        ),
    ],
)
def test_each_failure_is_of_its_class_and_silent_about_the_token(
    server: ScriptedServer,
    reply: Reply,
    kind: type[ReadError],
    reason: Reason,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What a failure means is told by code, not by luck; the token is in no word of it."""
    caplog.set_level(logging.DEBUG)
    server.on(POSTS, reply)
    with pytest.raises(kind) as raised:
        batches(reader(server.url))
    assert raised.value.reason is reason
    trace = "".join(traceback.format_exception(raised.value))
    assert CANARY not in trace
    assert CANARY not in caplog.text


def test_a_throttle_says_when_reading_is_allowed_again(server: ScriptedServer) -> None:
    """The minutes of the usage header become the next try."""
    usage = {"500": [{"call_count": 100, "estimated_time_to_regain_access": 19}]}
    reply = failure(80001)
    header = {"X-Business-Use-Case-Usage": json.dumps(usage)}
    server.on(POSTS, Reply(status=400, json=reply.json, headers=header))
    with pytest.raises(LaterError) as raised:
        batches(reader(server.url))
    assert raised.value.retry_at == NOW + timedelta(minutes=19)


@pytest.mark.parametrize("code", [4, 17, 32, 341, 613, 80000, 80001, 80002, 80006, 80014])
def test_a_throttle_without_a_time_is_waited_out(server: ScriptedServer, code: int) -> None:
    """An hour, so that the next pull does not ask at once: the counts run over an hour."""
    usage = {"500": [{"call_count": 100, "estimated_time_to_regain_access": 0}]}
    header = {
        "X-Business-Use-Case-Usage": json.dumps(usage),
        "X-App-Usage": json.dumps({"call_count": 101, "total_time": 25, "total_cputime": 25}),
    }
    server.on(POSTS, Reply(status=400, json=failure(code).json, headers=header))
    with pytest.raises(LaterError) as raised:
        batches(reader(server.url))
    assert raised.value.reason is Reason.RATE_LIMIT
    assert raised.value.retry_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("waited", "hours"),
    [
        (timedelta(), 1),
        (timedelta(minutes=19), 1),
        (timedelta(hours=1), 2),
        (timedelta(hours=2), 4),
        (timedelta(hours=4), 6),
        (timedelta(hours=6), 6),
        (timedelta(days=40_000), 6),
    ],
)
def test_each_further_throttle_is_waited_out_longer(
    server: ScriptedServer, waited: timedelta, hours: int
) -> None:
    """Twice as long as the one before, which the next run is told of; six hours at most."""
    server.on(POSTS, failure(32))
    with pytest.raises(LaterError) as raised:
        batches(reader(server.url, state=ReaderState(waited=waited)))
    assert raised.value.retry_at == NOW + timedelta(hours=hours)


def test_what_facebook_says_counts_however_long_was_waited(server: ScriptedServer) -> None:
    """A stated time is obeyed: it is the platform's word."""
    usage = {"500": [{"call_count": 100, "estimated_time_to_regain_access": 19}]}
    header = {"X-Business-Use-Case-Usage": json.dumps(usage)}
    server.on(POSTS, Reply(status=400, json=failure(80001).json, headers=header))
    with pytest.raises(LaterError) as raised:
        batches(reader(server.url, state=ReaderState(waited=timedelta(hours=4))))
    assert raised.value.retry_at == NOW + timedelta(minutes=19)


def test_a_vanished_post_is_gone_only_if_the_page_answers(server: ScriptedServer) -> None:
    """'Does not exist' counts after the same token has been shown the page."""
    server.on("/v25.0/500_1", NOT_SHOWN)
    server.on("/v25.0/500_2", NOT_SHOWN)
    told = reread(reader(server.url), "500_1", "500_2")
    assert [each.outcome for each in told] == [Outcome.GONE, Outcome.GONE]
    assert {each.reason for each in told} == {Reason.GONE_OR_HIDDEN}
    assert server.paths().count(PAGE) == 1


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (failure(190, subcode=463), Reason.AUTH_EXPIRED),
        (failure(2), Reason.TRANSIENT),
        (NOT_SHOWN, Reason.ACCOUNT_GONE),
    ],
)
def test_with_a_dead_token_nothing_is_gone(
    server: ScriptedServer, page: Reply, reason: Reason
) -> None:
    """If the page does not answer either, it is the account's trouble, not the post's."""
    server.on("/v25.0/500_1", NOT_SHOWN)
    server.on(PAGE, page)
    with pytest.raises(ReadError) as raised:
        reread(reader(server.url), "500_1")
    assert raised.value.reason is reason


def test_posts_of_this_runs_listing_are_not_asked_again(server: ScriptedServer) -> None:
    """Re-reading what was listed costs nothing; the rest costs one request each."""
    server.on(POSTS, page_of(1, 2))
    server.on("/v25.0/500_9", Reply(json=post(9, message="edited")))
    connector = reader(server.url)
    batches(connector)
    told = reread(connector, "500_1", "500_9")
    assert [each.outcome for each in told] == [Outcome.PRESENT, Outcome.PRESENT]
    assert [each.post.content.own for each in told if each.post] == ["Post 1", "edited"]
    assert server.paths() == [POSTS, SCHEDULED, "/v25.0/500_9"]


def test_an_unpublished_post_is_no_longer_visible_and_a_hidden_one_is(
    server: ScriptedServer,
) -> None:
    """Hidden from the timeline is not hidden: its address still opens."""
    server.on("/v25.0/500_1", Reply(json=post(1, is_published=False)))
    server.on("/v25.0/500_2", Reply(json=post(2, is_hidden=True)))
    told = reread(reader(server.url), "500_1", "500_2")
    assert [each.outcome for each in told] == [Outcome.GONE, Outcome.PRESENT]


def test_the_profile_holds_words_contact_and_the_pictures_hash(server: ScriptedServer) -> None:
    """The picture's bytes are hashed; its address, which changes by itself, is nowhere."""
    picture = {"data": {"url": f"{server.url}/pic.png?oh=signed", "is_silhouette": False}}
    more = {
        "about": "The town council.",
        "website": "www.elmtown.example, https://news.elmtown.example/x",
        "emails": ["clerk@elmtown.example"],
        "phone": "01234 567890",
        "picture": picture,
    }
    server.on(PAGE, Reply(json={**PROFILE, **more}))
    server.on("/pic.png", Reply(body=b"PNGBYTES", headers={"Content-Type": "image/png"}))
    connector = reader(server.url)
    profile = connector.profile()
    assert profile is not None
    assert profile.picture == b"PNGBYTES"
    assert profile.content.fields["contact"] == "clerk@elmtown.example\n01234 567890"
    assert profile.content.links == (
        "https://www.elmtown.example",
        "https://news.elmtown.example/x",
    )
    assert "signed" not in repr(profile.content)
    server.on("/pic.png", Reply(status=500))
    again = reader(server.url, state=ReaderState(validators=connector.validators())).profile()
    assert again is not None
    assert again.content.digest() == profile.content.digest()


def test_a_picture_outside_the_simulator_is_not_asked_for(server: ScriptedServer) -> None:
    """With ``api_base`` nothing but that server is ever asked."""
    picture = {"data": {"url": "https://scontent.example/pic.png", "is_silhouette": False}}
    server.on(PAGE, Reply(json={**PROFILE, "picture": picture}))
    profile = reader(server.url).profile()
    assert profile is not None
    assert profile.picture is None
    assert server.paths() == [PAGE]


@pytest.mark.parametrize(
    ("handle", "path"),
    [
        ("elmtown", "/v25.0/elmtown/published_posts"),
        ("https://www.facebook.com/elmtown/", "/v25.0/elmtown/published_posts"),
        ("https://www.facebook.com/profile.php?id=500", POSTS),
        ("../me?x=", "/v25.0/../me?x=/published_posts"),
    ],
)
def test_a_handle_may_be_a_number_a_name_or_an_address(
    server: ScriptedServer, handle: str, path: str
) -> None:
    """The page is found from what people write down, and nothing else is asked."""
    server.on("/*", Reply(json={"data": []}))
    batches(reader(server.url, handle=handle))
    assert server.paths() == [path, path.replace("published_posts", "scheduled_posts")]


def test_a_page_that_takes_another_user_name_is_the_same_page(server: ScriptedServer) -> None:
    """It is asked for by its number as long as the register names what it was known by."""
    server.on("/v25.0/elmtown", Reply(json=PROFILE))
    first = reader(server.url, handle="elmtown")
    assert first.profile() is not None
    known = ReaderState(platform_id="500", validators=first.validators())
    server.on("/v25.0/elmtown", NOT_SHOWN)
    server.on("/v25.0/otherpage", NOT_SHOWN)
    renamed = reader(server.url, handle="elmtown", state=known)
    assert renamed.profile() is not None
    assert [batch.complete for batch in renamed.posts(since=SINCE)] == [True]
    with pytest.raises(AccessError):
        reader(server.url, handle="otherpage", state=known).profile()
    assert server.paths()[-1] == "/v25.0/otherpage"


def test_strange_entries_hide_no_good_ones(server: ScriptedServer) -> None:
    """An entry of another type is noted; the posts beside it are read."""
    odd = [
        None,
        "text",
        {"message": "no id"},
        post(1, message=None, attachments=[], created_time="when?"),
        post(2, message="x" * 40_000 + "\x00\u0007\ud800", **{"from": "me"}),
    ]
    server.on(POSTS, Reply(json={"data": odd}))
    read = batches(reader(server.url))
    assert ids(read) == ["500_1", "500_2"]
    assert not read[-1].complete
    assert read[0].posts[0].published_at is None
    assert read[0].posts[1].content.own == "x" * 40_000 + "\ufffd"


def test_the_demos_page_is_read_whole() -> None:
    """Two hundred and thirty posts on the loopback Graph, an edit, a deletion: nothing lost."""
    moment = [NOW]
    world = World(clock=lambda: moment[0])
    page = TownAccount(
        label="council-fb",
        site=Site.FACEBOOK,
        platform_id="500",
        handle="elmtown",
        name="Elm Town Council",
        token=CANARY,
        picture=b"PNG",
    )
    world.add_account(page)
    names = [
        world.publish("council-fb", NOW - timedelta(hours=n), body=Body(text=f"Notice {n}"))
        for n in range(1, 231)
    ]
    world.edit(names[3], NOW + timedelta(minutes=5), "Notice, put right")
    world.delete(names[4], NOW + timedelta(minutes=5))
    with LoopbackServer(GraphPlatform(world)) as graph:
        connector = reader(graph.url)
        assert connector.profile() is not None
        assert sorted(ids(batches(connector))) == sorted(names)
        moment[0] = NOW + timedelta(minutes=10)
        later = reader(graph.url)
        read = batches(later)
        told = reread(later, names[4])
        words = {p.platform_id: p.content.own for batch in read for p in batch.posts}
        assert words[names[3]] == "Notice, put right"
        assert [each.outcome for each in told] == [Outcome.GONE]
        world.set_condition("council-fb", Condition.TOKEN_DEAD, NOW)
        with pytest.raises(AccessError):
            batches(reader(graph.url))
