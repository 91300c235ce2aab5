"""The loopback X, driven with the real tweepy client."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
import tweepy

from monitor.demo.faults import Fault, FaultKind
from monitor.demo.server import LoopbackServer
from monitor.demo.world import Body, Condition, World
from monitor.demo.x_server import XPlatform
from tests.integration.demo.clients import x_client, x_pages
from tests.integration.demo.conftest import START, X_TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.clock import SteppedClock

_HOUR = timedelta(hours=1)
_USER = "4172"


@pytest.fixture
def server(world: World) -> Iterator[LoopbackServer]:
    """The loopback X of the made-up town."""
    with LoopbackServer(XPlatform(world)) as running:
        yield running


@pytest.fixture
def client(server: LoopbackServer) -> tweepy.Client:
    """The real client."""
    return x_client(server.url, X_TOKEN)


def _ask(server: LoopbackServer, path: str, token: str = X_TOKEN) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = requests.get(server.url + path, headers=headers, timeout=5)
    return answer.status_code, answer.json()


def test_user_is_found_by_name_in_any_case(client: tweepy.Client) -> None:
    """A user is found by name, with the profile's fields and the real target of its link."""
    user = client.get_user(username="quarringtontc", user_fields=["description", "entities", "url"])

    assert user.data.id == int(_USER)
    assert user.data.description == "Official. Complaints: the Clerk."
    assert (
        user.data.entities["url"]["urls"][0]["expanded_url"]
        == "https://quarrington.example/complaints"
    )


def test_timeline_pages_newest_first_and_whole(world: World, client: tweepy.Client) -> None:
    """Pages of five give every post once, newest first."""
    made = [world.publish("x", START + n * _HOUR, f"Post {n}") for n in range(13)]
    pages = list(x_pages(client, _USER, max_results=5))

    assert [len(page.data) for page in pages] == [5, 5, 3]
    assert [str(post.id) for page in pages for post in page.data] == made[::-1]
    assert pages[0].meta["newest_id"] == made[-1]


def test_nothing_new_has_no_data(world: World, client: tweepy.Client) -> None:
    """After the newest id there is nothing: no data, and a count of 0."""
    newest = world.publish("x", START, "The only one")
    page = client.get_users_tweets(_USER, since_id=newest)

    assert page.data is None
    assert page.meta == {"result_count": 0}


def test_bounds_of_time_hold(world: World, client: tweepy.Client) -> None:
    """start_time is inclusive, end_time is not."""
    made = [world.publish("x", START + n * _HOUR, f"Post {n}") for n in range(5)]
    page = client.get_users_tweets(
        _USER, start_time=START + _HOUR, end_time=START + 3 * _HOUR, max_results=5
    )

    assert [str(post.id) for post in page.data] == [made[2], made[1]]


def test_long_text_is_cut_and_whole_elsewhere(world: World, client: tweepy.Client) -> None:
    """A long post is cut in text and whole in note_tweet."""
    words = "All about the trees of Elstree Way. " * 20
    world.publish("x", START, words)
    post = client.get_users_tweets(_USER, tweet_fields=["note_tweet"]).data[0]

    assert len(post.text) == 280
    assert post["note_tweet"]["text"] == words


def test_links_are_short_and_resolved(world: World, client: tweepy.Client) -> None:
    """A link shows as t.co, its target stands in the entities at the right place."""
    link = "https://quarrington.example/bins?a=1"
    world.publish("x", START, body=Body(text=f"Bins & <bags>: {link} Ta", links=(link,)))
    post = client.get_users_tweets(_USER, tweet_fields=["entities"]).data[0]
    entity = post.entities["urls"][0]

    assert post.text.startswith("Bins &amp; &lt;bags&gt;: https://t.co/")
    assert post.text[entity["start"] : entity["end"]] == entity["url"]
    assert entity["expanded_url"] == link


def test_edit_is_a_new_post_of_the_same_chain(world: World, client: tweepy.Client) -> None:
    """An edit comes after since_id as a new id and names its chain, old versions too."""
    root = world.publish("x", START, "First")
    second = world.edit(root, START + _HOUR, "Second")
    page = client.get_users_tweets(
        _USER,
        since_id=root,
        tweet_fields=["edit_history_tweet_ids"],
        expansions=["edit_history_tweet_ids"],
    )
    old = client.get_tweets([root]).data[0]

    assert [str(post.id) for post in page.data] == [second]
    assert [str(each) for each in page.data[0].edit_history_tweet_ids] == [root, second]
    assert {post.text for post in page.includes["tweets"]} == {"First", "Second"}
    assert old.text == "First"


def test_repost_repeats_cut_words_and_includes_the_whole(
    world: World, client: tweepy.Client
) -> None:
    """A repost's own text is cut; the other's full words stand in the includes."""
    words = "The fire station is open on Saturday. " * 5
    other = world.publish("x", START, words)
    world.publish("x", START + _HOUR, reposted=other)
    page = client.get_users_tweets(
        _USER,
        since_id=other,
        tweet_fields=["referenced_tweets"],
        expansions=["referenced_tweets.id"],
    )

    assert page.data[0].text.startswith("RT @QuarringtonTC: ")
    assert len(page.data[0].text) == 140
    assert page.data[0].referenced_tweets[0].type == "retweeted"
    assert page.includes["tweets"][0].text == words


def test_pictures_and_polls_are_included(world: World, client: tweepy.Client) -> None:
    """Alternative texts and poll options stand in the includes."""
    body = Body(text="Name the lorry", pictures=("A lorry", ""), poll=("Binny", "Bill"))
    world.publish("x", START, body=body)
    page = client.get_users_tweets(
        _USER,
        expansions=["attachments.media_keys", "attachments.poll_ids"],
        media_fields=["alt_text"],
    )

    assert [media.alt_text for media in page.includes["media"]] == ["A lorry", None]
    assert [option["label"] for option in page.includes["polls"][0].options] == ["Binny", "Bill"]


def test_replies_know_their_conversation(world: World, client: tweepy.Client) -> None:
    """A reply names what it answers and whom, and can be left out of a listing."""
    root = world.publish("x", START, "Which roads are gritted?")
    world.publish("x", START + _HOUR, "Those on the map.", replied_to=root)
    wanted = ["conversation_id", "in_reply_to_user_id", "referenced_tweets", "author_id"]
    page = client.get_users_tweets(
        _USER, tweet_fields=wanted, expansions=["author_id", "referenced_tweets.id"]
    )
    without = client.get_users_tweets(_USER, exclude=["replies"])

    assert str(page.data[0].conversation_id) == root
    assert str(page.data[0].in_reply_to_user_id) == _USER
    assert page.data[0].referenced_tweets[0].type == "replied_to"
    assert page.includes["users"][0].username == "QuarringtonTC"
    assert [str(post.id) for post in without.data] == [root]


def test_until_id_and_single_lookup(world: World, client: tweepy.Client) -> None:
    """until_id is exclusive, and one id can be asked for by itself."""
    made = [world.publish("x", START + n * _HOUR, f"Post {n}") for n in range(3)]
    page = client.get_users_tweets(_USER, until_id=made[2], since_id=made[0])
    one = client.get_tweet(made[1])
    none = client.get_tweet("1")

    assert [str(post.id) for post in page.data] == [made[1]]
    assert one.data.text == "Post 1"
    assert none.errors[0]["detail"] == "Could not find tweet with id: [1]."


def test_pinned_post_and_picture(world: World, server: LoopbackServer) -> None:
    """A profile shows its pinned post and a picture whose address gives its bytes."""
    post = world.publish("x", START, "Read me first")
    world.change_profile(replace(world.account("x"), pinned=post, picture=b"\x89PNG x"))
    query = "user.fields=pinned_tweet_id,profile_image_url&expansions=pinned_tweet_id"
    _, body = _ask(server, f"/2/users/{_USER}?{query}&tweet.fields=created_at")
    address = body["data"]["profile_image_url"]

    assert body["includes"]["tweets"][0]["id"] == body["data"]["pinned_tweet_id"] == post
    assert requests.get(address, timeout=5).content == b"\x89PNG x"
    assert requests.get(server.url + "/pictures/1_normal.png", timeout=5).status_code == 404


def test_unknown_users_and_paths(server: LoopbackServer) -> None:
    """A user who does not exist is a partial error, a path that does not exist a 404."""
    _, by_name = _ask(server, "/2/users/by/username/nobody")
    _, posts = _ask(server, "/2/users/99/tweets")

    assert by_name["errors"][0]["title"] == "Not Found Error"
    assert posts["errors"][0]["detail"] == "Could not find user with id: [99]."
    assert _ask(server, "/2/users/abc")[0] == 400
    assert _ask(server, "/2/lists/1")[0] == 404


def test_lookup_tells_what_it_cannot_show(world: World, client: tweepy.Client) -> None:
    """A lookup gives what stands and a partial error for what does not."""
    kept, gone = (world.publish("x", START + n * _HOUR, f"{n}") for n in range(2))
    world.delete(gone, START + 3 * _HOUR)
    answer = client.get_tweets([gone, kept])

    assert [str(post.id) for post in answer.data] == [kept]
    assert answer.errors == [
        {
            "value": gone,
            "detail": f"Could not find tweet with ids: [{gone}].",
            "title": "Not Found Error",
            "resource_type": "tweet",
            "parameter": "ids",
            "resource_id": gone,
            "type": "https://api.twitter.com/2/problems/resource-not-found",
        }
    ]


@pytest.mark.parametrize("condition", [Condition.SUSPENDED, Condition.PROTECTED])
def test_hidden_author(world: World, client: tweepy.Client, condition: Condition) -> None:
    """Posts of a suspended or protected author are not authorised, which is not gone."""
    post = world.publish("x", START, "Words")
    world.set_condition("x", condition, START)
    answer = client.get_tweets([post])

    assert answer.data is None
    assert answer.errors[0]["title"] == "Authorization Error"
    assert answer.errors[0]["type"].endswith("/not-authorized-for-resource")


def test_suspended_user(world: World, client: tweepy.Client) -> None:
    """A suspended user has the type of a missing one and words of its own."""
    world.suspend("x", START)
    error = client.get_user(id=_USER).errors[0]

    assert error["detail"] == f"User has been suspended: [{_USER}]."
    assert (error["title"], error["type"].rsplit("/", 1)[1]) == ("Forbidden", "resource-not-found")


@pytest.mark.parametrize(
    ("condition", "raised"),
    [
        (Condition.TOKEN_DEAD, tweepy.Unauthorized),
        (Condition.FORBIDDEN, tweepy.Forbidden),
        (Condition.NO_CREDIT, tweepy.HTTPException),
    ],
)
def test_refusals(
    world: World, client: tweepy.Client, condition: Condition, raised: type[Exception]
) -> None:
    """401, 403 and 402 come as the client knows them."""
    world.set_condition("x", condition, START)

    with pytest.raises(raised):
        client.get_users_tweets(_USER)


def test_no_credit_says_so(world: World, server: LoopbackServer) -> None:
    """Spent credit answers 402 with its own type."""
    world.set_condition("x", Condition.NO_CREDIT, START)
    status, body = _ask(server, f"/2/users/{_USER}/tweets")

    assert (status, body["title"]) == (402, "CreditsDepleted")
    assert body["type"].endswith("problems/credits")


@pytest.mark.parametrize("token", ["", "somebody else's"])
def test_token_is_required(server: LoopbackServer, token: str) -> None:
    """Without a token, or with a foreign one, the answer is 401."""
    assert _ask(server, f"/2/users/{_USER}/tweets", token)[0] == 401


@pytest.mark.parametrize(
    "query",
    [
        "max_results=3",
        "max_results=101",
        "max_results=many",
        "since_id=abc",
        "start_time=yesterday",
        "pagination_token=made-up",
        "tweet.fields=text,smell",
        "expansions=nothing",
        "post.fields=note_post",
        "colour=red",
    ],
)
def test_wrong_parameters_are_refused(server: LoopbackServer, query: str) -> None:
    """A parameter, field or value that X does not know is a 400 of type invalid-request."""
    status, body = _ask(server, f"/2/users/{_USER}/tweets?{query}")

    assert (status, body["type"].rsplit("/", 1)[1]) == (400, "invalid-request")


@pytest.mark.parametrize("ids", ["", "abc", ",".join(["1"] * 101)])
def test_wrong_ids_are_refused(server: LoopbackServer, ids: str) -> None:
    """No ids, words for ids, or more than a hundred are a 400."""
    assert _ask(server, f"/2/tweets?ids={ids}")[0] == 400


def test_limit_is_counted_and_reset(world: World, clock: SteppedClock) -> None:
    """The limit's headers count down, then 429 until the window has passed."""
    world.publish("x", START, "Words")
    with LoopbackServer(XPlatform(world, limit=2)) as server:
        client = x_client(server.url, X_TOKEN)
        client.get_users_tweets(_USER)
        client.get_users_tweets(_USER)
        with pytest.raises(tweepy.TooManyRequests) as refused:
            client.get_users_tweets(_USER)
        headers = refused.value.response.headers
        clock.move_to(datetime.fromtimestamp(int(headers["x-rate-limit-reset"]), tz=UTC))
        again = client.get_users_tweets(_USER)

    assert headers["x-rate-limit-remaining"] == "0"
    assert len(again.data) == 1


def test_new_spelling(world: World) -> None:
    """With the new names the answers carry them, and both names are understood in requests."""
    root = world.publish("x", START, "Words " * 100)
    world.edit(root, START + _HOUR, "More " * 100)
    with LoopbackServer(XPlatform(world, spelling="post")) as server:
        _, old = _ask(server, f"/2/users/{_USER}/tweets?tweet.fields=note_tweet")
        _, new = _ask(server, f"/2/users/{_USER}/tweets?post.fields=note_post")

    assert old == new
    assert {"note_post", "edit_history_post_ids"} <= set(new["data"][0])


def test_faults_come_in_order_and_end(
    world: World, server: LoopbackServer, client: tweepy.Client
) -> None:
    """Scripted answers come in their order, with their headers; then all is well again."""
    world.publish("x", START, "Words")
    server.script.next_answers(
        "x",
        Fault(kind=FaultKind.RATE_LIMIT, headers={"x-rate-limit-reset": "1800000000"}),
        Fault(kind=FaultKind.SERVER_ERROR, status=503),
        Fault(kind=FaultKind.HTML),
        Fault(kind=FaultKind.CUT),
        Fault(kind=FaultKind.HALF),
        Fault(kind=FaultKind.HANG, seconds=0.01),
        Fault(kind=FaultKind.EMPTY),
    )
    with pytest.raises(tweepy.TooManyRequests) as limited:
        client.get_users_tweets(_USER)
    with pytest.raises(tweepy.TwitterServerError):
        client.get_users_tweets(_USER)
    for raised in (
        requests.exceptions.JSONDecodeError,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.JSONDecodeError,
        requests.exceptions.ConnectionError,
    ):
        with pytest.raises(raised):
            client.get_users_tweets(_USER)

    assert limited.value.response.headers["x-rate-limit-reset"] == "1800000000"
    assert client.get_users_tweets(_USER).data is None
    assert len(client.get_users_tweets(_USER).data) == 1


def test_requests_are_written_down(
    world: World, server: LoopbackServer, client: tweepy.Client
) -> None:
    """Each request is kept with its account, its headers and its status."""
    world.publish("x", START, "Words")
    client.get_user(username="QuarringtonTC")
    client.get_users_tweets(_USER, max_results=5)
    seen = server.script.requests("x")

    assert [each.path for each in seen] == [
        "/2/users/by/username/QuarringtonTC",
        f"/2/users/{_USER}/tweets",
    ]
    assert [each.status for each in seen] == [200, 200]
    assert seen[1].headers["authorization"] == f"Bearer {X_TOKEN}"
    assert seen[1].query == {"max_results": "5"}
