"""The loopback Graph, driven with the real facebook-sdk client."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import facebook
import pytest
import requests

from monitor.demo.faults import Fault, FaultKind
from monitor.demo.graph_server import GraphPlatform
from monitor.demo.server import LoopbackServer
from monitor.demo.world import Body, Condition, Site, TownAccount, World
from tests.integration.demo.clients import session
from tests.integration.demo.conftest import PAGE_TOKEN, START

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOUR = timedelta(hours=1)
_PAGE = "100777"
_FIELDS = "id,message,created_time,updated_time,permalink_url,attachments{media_type,title}"


@pytest.fixture
def server(world: World) -> Iterator[LoopbackServer]:
    """The loopback Graph of the made-up town."""
    with LoopbackServer(GraphPlatform(world)) as running:
        yield running


@pytest.fixture
def graph(server: LoopbackServer) -> Any:
    """The real client, with its version set as the connector sets it."""
    client = facebook.GraphAPI(access_token=PAGE_TOKEN, session=session(server.url), timeout=5)
    client.version = "v25.0"
    return client


def _get(server: LoopbackServer, path: str, **query: str) -> requests.Response:
    return requests.get(server.url + path, params=query, timeout=5)


@pytest.mark.parametrize("key", [_PAGE, "quarringtontc", "me"])
def test_page_is_found(graph: Any, key: str) -> None:
    """A Page answers by id, by name and as the token's own, with the fields asked for."""
    page = graph.get_object(key, fields="id,name,emails,picture.type(large){url,is_silhouette}")

    picture = page.pop("picture")["data"]

    assert page == {
        "id": _PAGE,
        "name": "Quarrington Town Council",
        "emails": ["clerk@quarrington.example"],
    }
    assert picture.keys() == {"url", "is_silhouette"}
    assert picture["url"].endswith(f"/pictures/{_PAGE}.png")


def test_picture_is_served(server: LoopbackServer) -> None:
    """The picture's address gives its bytes."""
    answer = requests.get(f"{server.url}/pictures/{_PAGE}.png", timeout=5)

    assert answer.content == b"\x89PNG not really"
    assert answer.headers["content-type"] == "image/png"


def test_listing_pages_to_its_end(world: World, graph: Any) -> None:
    """Following the cursors gives every post once, newest first, and then no next."""
    made = [world.publish("page", START + n * _HOUR, f"Post {n}") for n in range(7)]
    seen, after, nexts = [], "", []
    while True:
        more = {"after": after} if after else {}
        page = graph.get_connections(_PAGE, "published_posts", fields=_FIELDS, limit=3, **more)
        seen += [post["id"] for post in page["data"]]
        nexts.append("next" in page["paging"])
        if not nexts[-1]:
            break
        after = page["paging"]["cursors"]["after"]

    assert seen == made[::-1]
    assert nexts == [True, True, False]


def test_next_carries_the_token(world: World, server: LoopbackServer) -> None:
    """The next address works as it stands and carries the token, as Graph's does."""
    for n in range(3):
        world.publish("page", START + n * _HOUR, f"Post {n}")
    path = f"/v25.0/{_PAGE}/published_posts"
    first = _get(server, path, limit="2", fields="id", access_token=PAGE_TOKEN).json()
    second = requests.get(first["paging"]["next"], timeout=5).json()

    assert f"access_token={PAGE_TOKEN}" in first["paging"]["next"]
    assert len(second["data"]) == 1
    assert "next" not in second["paging"]


def test_empty_page_is_not_the_end(world: World, graph: Any) -> None:
    """A page whose posts are all private is empty and still has a next."""
    world.publish("page", START, "Old")
    world.publish("page", START + _HOUR, "Private", is_private=True)
    page = graph.get_connections(_PAGE, "published_posts", fields="id", limit=1)

    assert page["data"] == []
    assert "next" in page["paging"]


def test_bounds_of_time_hold(world: World, graph: Any) -> None:
    """Since and until, in seconds since 1970, hold for the time of publishing."""
    made = [world.publish("page", START + n * _HOUR, f"{n}") for n in range(4)]
    page = graph.get_connections(
        _PAGE,
        "published_posts",
        fields="id",
        since=int((START + _HOUR).timestamp()),
        until=int((START + 2 * _HOUR).timestamp()),
    )

    assert [post["id"] for post in page["data"]] == [made[2], made[1]]


def test_edit_keeps_the_id_and_moves_the_time(world: World, graph: Any) -> None:
    """An edited post has its old id and creation, new words and a new updated_time."""
    post = world.publish("page", START, "First")
    world.edit(post, START + _HOUR, "Second")
    shown = graph.get_object(post, fields=_FIELDS)

    assert (shown["id"], shown["message"]) == (post, "Second")
    assert shown["created_time"] == "2026-11-02T09:00:00+0000"
    assert shown["updated_time"] == "2026-11-02T10:00:00+0000"


def test_message_is_absent_without_words(world: World, graph: Any) -> None:
    """A post of pictures alone has no message; several pictures are an album."""
    post = world.publish("page", START, body=Body(pictures=("A tree", "A star")))
    shown = graph.get_object(post, fields="message,attachments{media_type,subattachments}")
    album = shown["attachments"]["data"][0]

    assert "message" not in shown
    assert album["media_type"] == "album"
    assert [photo["description"] for photo in album["subattachments"]["data"]] == [
        "A tree",
        "A star",
    ]


def test_link_has_its_real_target(world: World, graph: Any) -> None:
    """A shared link gives its preview and, besides Facebook's own address, the real one."""
    link = "https://quarrington.example/fair"
    body = Body(text="Fair!", links=(link,), preview=("The fair", "All day"))
    post = world.publish("page", START, body=body)
    shown = graph.get_object(post, fields="attachments{title,description,url,unshimmed_url}")
    attachment = shown["attachments"]["data"][0]

    assert attachment["unshimmed_url"] == link
    assert attachment["url"].startswith("https://l.facebook.com/l.php?u=")
    assert (attachment["title"], attachment["description"]) == ("The fair", "All day")


@pytest.mark.parametrize("case", ["deleted", "never", "foreign", "suspended"])
def test_what_cannot_be_shown_is_one_error(world: World, graph: Any, case: str) -> None:
    """Deleted, never existed and not permitted all answer 100 with subcode 33."""
    world.add_account(
        TownAccount(
            label="other", site=Site.FACEBOOK, platform_id="9", handle="o", name="O", token="t"
        )
    )
    post = world.publish("other" if case == "foreign" else "page", START, "Words")
    if case == "deleted":
        world.delete(post, START + _HOUR)
    if case == "suspended":
        world.suspend("page", START)
    with pytest.raises(facebook.GraphAPIError) as refused:
        graph.get_object(f"{_PAGE}_1" if case == "never" else post)
    error = refused.value.result["error"]

    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert error["type"] == "GraphMethodException"


def test_one_bad_id_spoils_the_batch(world: World, graph: Any) -> None:
    """Several ids answer together, or not at all if one cannot be shown."""
    posts = [world.publish("page", START + n * _HOUR, f"{n}") for n in range(2)]

    assert set(graph.get_objects(posts, fields="id,message")) == set(posts)
    with pytest.raises(facebook.GraphAPIError, match="does not exist"):
        graph.get_objects([*posts, "1_2"], fields="id")


def test_dead_token(world: World, graph: Any) -> None:
    """A token that died by a changed password answers 190 with subcode 460."""
    world.kill_token("page", START)
    with pytest.raises(facebook.GraphAPIError) as refused:
        graph.get_object(_PAGE)

    assert refused.value.code == 190
    assert refused.value.result["error"]["error_subcode"] == 460


def test_missing_permission(world: World, graph: Any) -> None:
    """A token that lost its permission answers code 10."""
    world.set_condition("page", Condition.FORBIDDEN, START)
    with pytest.raises(facebook.GraphAPIError) as refused:
        graph.get_object(_PAGE)

    assert refused.value.code == 10


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        (f"/v25.0/{_PAGE}", {"fields": "id,smell"}, 100),
        (f"/v25.0/{_PAGE}/published_posts", {"fields": "id,link"}, 100),
        (f"/v25.0/{_PAGE}/published_posts", {"limit": "many"}, 100),
        (f"/v25.0/{_PAGE}/published_posts", {"since": "yesterday"}, 100),
        (f"/v25.0/{_PAGE}/published_posts", {"after": "made-up"}, 100),
        (f"/v25.0/{_PAGE}/smells", {}, 100),
        (f"/v25.0/{_PAGE}", {"colour": "red"}, 100),
        (f"/v25.0/{_PAGE}", {"fields": "id,picture{url"}, 2500),
        (f"/v25.0/{_PAGE}", {"fields": "id,,name"}, 2500),
        (f"/v99.0/{_PAGE}", {}, 2500),
        (f"/v25.0/{_PAGE}", {"access_token": ""}, 104),
        (f"/v25.0/{_PAGE}", {"access_token": "made-up"}, 190),
    ],
)
def test_misuse_is_refused(
    server: LoopbackServer, path: str, query: dict[str, str], code: int
) -> None:
    """Unknown fields, parameters, versions and tokens each answer with their code."""
    answer = _get(server, path, **{"access_token": PAGE_TOKEN, **query}).json()

    assert answer["error"]["code"] == code
    assert "error_subcode" not in answer["error"]


def test_token_may_stand_in_the_header(server: LoopbackServer) -> None:
    """A Bearer header is as good as the parameter."""
    headers = {"Authorization": f"Bearer {PAGE_TOKEN}"}
    answer = requests.get(f"{server.url}/v25.0/me?fields=id", headers=headers, timeout=5)

    assert answer.json() == {"id": _PAGE}


@pytest.mark.parametrize(("asked", "given"), [("v25.0", "v25.0"), ("v3.1", "v22.0")])
def test_headers_say_version_and_usage(server: LoopbackServer, asked: str, given: str) -> None:
    """Every answer says the version used (an expired one is raised) and how much is used up."""
    answer = _get(server, f"/{asked}/me", fields="id", access_token=PAGE_TOKEN)
    usage = json.loads(answer.headers["x-business-use-case-usage"])

    assert answer.headers["facebook-api-version"] == given
    assert set(json.loads(answer.headers["x-app-usage"])) == {
        "call_count",
        "total_time",
        "total_cputime",
    }
    assert usage[_PAGE][0]["type"] == "pages"


def test_faults_in_graphs_words(server: LoopbackServer, graph: Any) -> None:
    """A throttle is code 32, a passing failure code 2 and says that it passes."""
    server.script.next_answers(
        "page",
        Fault(kind=FaultKind.RATE_LIMIT),
        Fault(kind=FaultKind.SERVER_ERROR),
        Fault(kind=FaultKind.EMPTY),
    )
    with pytest.raises(facebook.GraphAPIError) as throttled:
        graph.get_object(_PAGE)
    with pytest.raises(facebook.GraphAPIError) as passing:
        graph.get_object(_PAGE)

    assert [throttled.value.code, passing.value.code] == [32, 2]
    assert passing.value.result["error"]["is_transient"] is True
    assert graph.get_connections(_PAGE, "published_posts", fields="id")["data"] == []


def test_comments_are_empty_and_counted(world: World, graph: Any) -> None:
    """The comments of a post can be asked for, where nobody wrote any."""
    post = world.publish("page", START, "Words")
    asked = {"fields": "id,message", "filter": "stream", "summary": "true"}
    answer = graph.get_connections(post, "comments", **asked)

    assert answer["data"] == []
    assert answer["summary"]["total_count"] == 0


def test_hidden_post_still_answers(world: World, graph: Any) -> None:
    """A post hidden from the timeline says so and still answers."""
    post = world.publish("page", START, "Words")
    world.hide(post, START + _HOUR)

    assert graph.get_object(post, fields="is_hidden") == {"id": post, "is_hidden": True}


# --- what others write, and what is scheduled -------------------------------------------------

_BELOW = "id,message,from{id,name},parent{id}"


def test_comments_are_listed_as_they_are_asked_for(world: World, graph: Any) -> None:
    """Directly below the post, or answers too; oldest or newest first; page by page, counted."""
    post = world.publish("page", START, "Words")
    first = world.comment(post, START + _HOUR, "First", by="Rowan Marsh")
    answer = world.comment(first, START + 2 * _HOUR, "Thanks")
    last = world.comment(post, START + 3 * _HOUR, "Last", by="Bo Fern")

    def listed(**more: Any) -> list[str]:
        found = graph.get_connections(post, "comments", fields=_BELOW, **more)["data"]
        return [each["id"] for each in found]

    assert listed() == [first, last]
    assert listed(filter="stream") == [first, answer, last]
    newest = {"filter": "stream", "order": "reverse_chronological"}
    assert listed(**newest) == [last, answer, first]
    page = graph.get_connections(post, "comments", fields=_BELOW, limit=2, summary="true", **newest)
    assert [each["id"] for each in page["data"]] == [last, answer]
    assert (page["summary"]["total_count"], "next" in page["paging"]) == (3, True)
    after = page["paging"]["cursors"]["after"]
    assert listed(after=after, **newest) == [first]
    stated = page["data"][1]
    assert (stated["parent"]["id"], stated["from"]["id"]) == (first, _PAGE)
    assert page["data"][0]["from"]["name"] == "Bo Fern"


def test_comments_come_with_a_list_of_posts(world: World, graph: Any) -> None:
    """As many as are asked for, with the place where the others begin, and how many there are."""
    post = world.publish("page", START, "Words")
    for n in range(3):
        world.comment(post, START + n * _HOUR, f"{n}", by="Rowan Marsh")
    asked = "comments.filter(stream).order(reverse_chronological).limit(2).summary(true)"
    page = graph.get_connections(_PAGE, "published_posts", fields=f"id,{asked}{{id,message}}")
    below = page["data"][0]["comments"]

    assert [each["message"] for each in below["data"]] == ["2", "1"]
    assert below["summary"]["total_count"] == 3
    assert "next" in below["paging"]


def test_what_is_scheduled_is_in_its_own_list_until_it_appears(world: World, graph: Any) -> None:
    """Unpublished, with its time; the list of published posts does not hold it."""
    post = world.schedule("page", START, "Later", appears_at=world.now + _HOUR)
    fields = "id,is_published,scheduled_publish_time,created_time"
    (waiting,) = graph.get_connections(_PAGE, "scheduled_posts", fields=fields)["data"]

    assert (waiting["id"], waiting["is_published"]) == (post, False)
    assert waiting["scheduled_publish_time"] == int((world.now + _HOUR).timestamp())
    assert graph.get_connections(_PAGE, "published_posts", fields="id")["data"] == []
    world.reschedule(post, world.now)
    assert graph.get_connections(_PAGE, "scheduled_posts", fields="id")["data"] == []
    assert graph.get_object(post, fields=fields)["is_published"] is True


def test_visitors_posts_are_in_their_own_list(world: World, graph: Any) -> None:
    """By a person, not by the page; one that the page hid is not listed and still answers."""
    shown = world.visit("page", START, "Hello", by="Rowan Marsh")
    hidden = world.visit("page", START, "Shame", by="Bo Fern")
    world.hide(hidden, START)
    listed = graph.get_connections(_PAGE, "visitor_posts", fields="id,from{id,name}")["data"]

    assert [(each["id"], each["from"]["name"]) for each in listed] == [(shown, "Rowan Marsh")]
    assert graph.get_connections(_PAGE, "published_posts", fields="id")["data"] == []
    assert graph.get_object(hidden, fields="is_hidden")["is_hidden"] is True


@pytest.mark.parametrize("condition", [Condition.NO_OTHERS, Condition.OTHERS_WITHHELD])
def test_a_token_without_the_permission_sees_nothing_of_others(
    world: World, graph: Any, condition: Condition
) -> None:
    """It is refused, or shown none and told how many; the page's own words stay."""
    post = world.publish("page", START, "Words")
    said = world.comment(post, START, "Hello", by="Rowan Marsh")
    visit = world.visit("page", START, "Hello", by="Rowan Marsh")
    world.set_condition("page", condition, START)
    for name in (said, visit):
        with pytest.raises(facebook.GraphAPIError) as missing:
            graph.get_object(name)
        assert missing.value.result["error"]["error_subcode"] == 33
    asked = {"fields": "id,comments.summary(true){id}"}
    if condition is Condition.NO_OTHERS:
        for edge, fields in (("visitor_posts", {}), ("published_posts", asked)):
            with pytest.raises(facebook.GraphAPIError) as refused:
                graph.get_connections(_PAGE, edge, **fields)
            assert refused.value.code == 10
    else:
        (stated,) = graph.get_connections(_PAGE, "published_posts", **asked)["data"]
        assert stated["comments"]["data"] == []
        assert stated["comments"]["summary"]["total_count"] == 1
        assert graph.get_connections(_PAGE, "visitor_posts")["data"] == []
    assert graph.get_object(post, fields="id") == {"id": post}


def test_a_token_without_the_permission_sees_nothing_scheduled(world: World, graph: Any) -> None:
    """The list is refused, and the post by its id is not shown."""
    post = world.schedule("page", START, "Later", appears_at=world.now + _HOUR)
    world.set_condition("page", Condition.NO_SCHEDULED, START)
    with pytest.raises(facebook.GraphAPIError) as refused:
        graph.get_connections(_PAGE, "scheduled_posts")
    with pytest.raises(facebook.GraphAPIError) as missing:
        graph.get_object(post)

    assert (refused.value.code, missing.value.code) == (200, 100)


def test_what_stands_below_something_that_went_is_gone_too(world: World, graph: Any) -> None:
    """An answer goes with its comment, and both with their post."""
    post = world.publish("page", START, "Words")
    said = world.comment(post, START, "Hello", by="Rowan Marsh")
    answer = world.comment(said, START, "Thanks")
    assert graph.get_object(answer, fields="message")["message"] == "Thanks"
    world.delete(said, START + _HOUR)
    with pytest.raises(facebook.GraphAPIError):
        graph.get_object(answer)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (f"/v25.0/{_PAGE}/scheduled_posts", {"fields": "id,link"}),
        (f"/v25.0/{_PAGE}/visitor_posts", {"fields": "id,comments{smell}"}),
        (f"/v25.0/{_PAGE}/scheduled_post", {}),
    ],
)
def test_misuse_of_the_further_lists_is_refused(
    server: LoopbackServer, path: str, query: dict[str, str]
) -> None:
    """Unknown fields and edges each answer with code 100."""
    answer = _get(server, path, **{"access_token": PAGE_TOKEN, **query}).json()

    assert answer["error"]["code"] == 100
