"""What others write on a Facebook page: comments, answers to them, visitors' posts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.errors import AccessError, LaterError, ReadError
from config.types import Outcome, Reason
from connectors import find
from connectors.base import KnownPost, ReaderState, Reread
from tests.lib.facebook_reader import (
    CANARY,
    NOT_SHOWN,
    NOW,
    PAGE,
    POSTS,
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
)
from tests.lib.graph_contract import wrong_requests
from tests.lib.http_server import Asked, Reply, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectors.base import Connector, FetchedPost

VISITS, DEBUG = "/v25.0/500/visitor_posts", "/v25.0/debug_token"
ROWAN = {"id": "7700000001", "name": "Rowan Marsh"}
PAGE_ITSELF = {"id": "500", "name": "Elm Town Council"}
COUNCIL, OTHERS = "pages_read_engagement", "pages_read_user_content"
REFUSED = failure(10, status=403)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Run Graph with one page, on which nobody has written anything."""
    with one_page() as running:
        running.on(VISITS, Reply(json={"data": []}))
        running.on(DEBUG, scopes(COUNCIL, OTHERS), method="POST")
        yield running
    asked = [
        (each.path, {name: values[0] for name, values in each.query.items()})
        for each in running.requests
    ]
    assert wrong_requests(asked) == []
    assert not any(CANARY in each.target for each in running.requests)


def scopes(*names: str) -> Reply:
    """Return what `debug_token` says of a page token with these permissions."""
    told = {"is_valid": True, "type": "PAGE", "expires_at": 0, "scopes": list(names)}
    return Reply(json={"data": {**told, "profile_id": "500"}})


def comment(number: int, *, hours: float = 1, by: Any = ROWAN, **more: Any) -> dict[str, Any]:
    """Return a comment below post 1, as Graph gives it."""
    return {
        "id": f"900001_{number}",
        "message": f"Comment {number}",
        "created_time": (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "is_hidden": False,
        **({"from": by} if by else {}),
        **more,
    }


def below(*comments: dict[str, Any], total: int | None = None, after: str = "") -> dict[str, Any]:
    """Return comments as they come with a post."""
    count = len(comments) if total is None else total
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": after or "end"}}
    if after:
        paging["next"] = f"http://127.0.0.1/v25.0/500_1/comments?after={after}"
    return {"data": list(comments), "paging": paging, "summary": {"total_count": count}}


def posted(*posts: dict[str, Any]) -> Reply:
    """Return a list of posts."""
    return Reply(json={"data": list(posts)})


def found(connector: Connector) -> dict[str, FetchedPost]:
    """Return every post of a whole reading that is complete, by id."""
    read = batches(connector)
    assert read[-1].complete, read[-1].note
    return {each.platform_id: each for batch in read for each in batch.posts}


def again(connector: Connector, *names: str, under: str = "500_1") -> list[Reread]:
    """Read comments again by their ids, in the order in which they were asked for."""
    known = [KnownPost(platform_id=name, current_id=under) for name in names]
    told = {each.platform_id: each for each in connector.reread(known)}
    return [told[name] for name in names]


def unseen(connector: Connector) -> set[str]:
    """Return which of both blind spots are named after a reading."""
    account = connector._account  # type: ignore[attr-defined]
    spots = find("facebook").unseen(account, connector.validators())
    return set(spots) & {"comments", "visitors' posts"}


# --- off, as it is without a word -------------------------------------------------------------


def test_nothing_of_others_is_asked_unless_it_is_wanted(server: ScriptedServer) -> None:
    """The configuration decides; both stand among what is not seen."""
    server.on(POSTS, page_of(1))
    connector = reader(server.url)
    found(connector)
    assert "comments" not in (lists(server)[0].param("fields") or "")
    assert VISITS not in server.paths()
    assert unseen(connector) == {"comments", "visitors' posts"}


def test_what_was_read_before_it_was_switched_off_is_not_asked_for(server: ScriptedServer) -> None:
    """Nothing is concluded from that, and nothing is called gone."""
    connector = reader(server.url)
    told = again(connector, "comment 900001_1")
    visit = KnownPost(platform_id="500_7", current_id="visitor")
    told += list(connector.reread([visit]))
    assert {each.outcome for each in told} == {Outcome.CANNOT_TELL}
    assert server.paths() == []


# --- what is listed ---------------------------------------------------------------------------


def test_comments_come_with_the_posts_and_cost_one_request_more(server: ScriptedServer) -> None:
    """Three requests with nothing new, whatever is written below the posts."""
    server.on(POSTS, posted(post(1, comments=below(comment(1), comment(2))), post(2)))
    connector = reader(server.url, comments=True)
    read = found(connector)
    again(connector, "comment 900001_1", "comment 900001_2")
    assert sorted(read) == ["500_1", "500_2", "comment 900001_1", "comment 900001_2"]
    assert server.paths() == [POSTS, SCHEDULED, VISITS]
    assert unseen(connector) == set()


def test_a_comment_is_a_post_of_another_author_with_a_parent(server: ScriptedServer) -> None:
    """Its words, links and the name over it; neither the answer nor a picture's place is kept."""
    link = "https://l.facebook.com/l.php?u=https%3A%2F%2Fshop.example%2F"
    attached = {"type": "share", "title": "Cheap kitchens", "url": link}
    picture = {"image": {"src": "https://cdn.example/7.jpg?oh=signed"}}
    said = comment(1, permalink_url="https://www.facebook.com/500/posts/1?comment_id=1")
    said |= {"attachment": {**attached, "media": picture}}
    server.on(POSTS, posted(post(1, comments=below(said))))
    read = found(reader(server.url, comments=True))["comment 900001_1"]
    assert (read.author, read.parent_id, read.current_id) == ("Rowan Marsh", "500_1", "500_1")
    assert (read.content.own, read.content.links) == ("Comment 1", ("https://shop.example/",))
    assert [extra.text for extra in read.content.extras] == ["Cheap kitchens"]
    assert (read.raw, read.stills) == (None, ())
    assert (read.published_at, read.edited_at) == (NOW - timedelta(hours=1), None)
    assert read.url.endswith("comment_id=1")


def test_an_answer_stands_below_its_comment(server: ScriptedServer) -> None:
    """Facebook lists it with the comments, and names the one above it."""
    answer = comment(2, parent={"id": "900001_1"})
    server.on(POSTS, posted(post(1, comments=below(answer, comment(1)))))
    read = found(reader(server.url, comments=True))
    assert read["comment 900001_2"].parent_id == "comment 900001_1"
    assert read["comment 900001_1"].parent_id == "500_1"
    fields = lists(server)[0].param("fields") or ""
    assert "comments.filter(stream).order(reverse_chronological).limit(25)" in fields


@pytest.mark.parametrize(
    ("by", "author"),
    [
        (PAGE_ITSELF, ""),
        (ROWAN, "Rowan Marsh"),
        ({"id": "77"}, "77"),
        ({"name": "Rowan"}, "unknown"),
        (None, "unknown"),
        ("me", "unknown"),
    ],
)
def test_who_wrote_a_comment(server: ScriptedServer, by: Any, author: str) -> None:
    """The page's own answers are its own words; whom Facebook does not name is still another."""
    server.on(POSTS, posted(post(1, comments=below(comment(1, by=by)))))
    assert found(reader(server.url, comments=True))["comment 900001_1"].author == author


def test_changed_words_are_another_content_and_counts_are_not(server: ScriptedServer) -> None:
    """Graph tells no time of an edit: the hash does."""

    def digest(**more: Any) -> str:
        server.on(POSTS, posted(post(1, comments=below(comment(1, **more)))))
        return found(reader(server.url, comments=True))["comment 900001_1"].content.digest()

    before = digest()
    assert digest(like_count=7, comment_count=3) == before
    assert digest(message="Comment, put right") != before


def test_a_comment_that_the_page_has_hidden_is_not_shown(server: ScriptedServer) -> None:
    """Only its writer and their friends see it: the public does not."""
    listed = below(comment(1, is_hidden=True), comment(2))
    server.on(POSTS, posted(post(1, comments=listed)))
    assert sorted(found(reader(server.url, comments=True))) == ["500_1", "comment 900001_2"]


def test_a_post_with_many_comments_is_asked_about_by_itself(server: ScriptedServer) -> None:
    """Twenty-five come with it; the rest in hundreds, newest first, each once."""
    first = [comment(number, hours=number / 10) for number in range(1, 26)]
    rest = [comment(number, hours=number / 10) for number in range(25, 125)]
    last = [comment(number, hours=number / 10) for number in range(125, 131)]
    server.on(POSTS, posted(post(1, comments=below(*first, total=130, after="a"))))
    more, most = below(*rest, after="b"), below(*last)
    server.on("/v25.0/500_1/comments", Reply(json=more), Reply(json=most))
    read = found(reader(server.url, comments=True))
    assert len(read) == 131
    asked = [each for each in server.requests if each.path == "/v25.0/500_1/comments"]
    assert [each.param("after") for each in asked] == ["a", "b"]
    assert [each.param("filter") for each in asked] == ["stream", "stream"]
    assert [each.param("order") for each in asked] == ["reverse_chronological"] * 2


def test_comments_before_the_window_are_not_followed(server: ScriptedServer) -> None:
    """A whole page of older ones ends it."""
    old = [comment(number, hours=24 * 31 + number) for number in range(1, 26)]
    server.on(POSTS, posted(post(1, comments=below(*old, total=900, after="a"))))
    assert sorted(found(reader(server.url, comments=True))) == ["500_1"]
    assert "/v25.0/500_1/comments" not in server.paths()


@pytest.mark.parametrize("after", ["same", "other"])
def test_comments_without_end_are_given_up_and_said(server: ScriptedServer, after: str) -> None:
    """Whether Facebook's list goes round or on for ever: a bounded number of requests."""
    numbers = iter(range(100, 100_000))

    def more(_: Asked) -> Reply:
        number = next(numbers)
        place = after if after == "same" else f"a{number}"
        return Reply(json=below(comment(number), after=place))

    server.on(POSTS, posted(post(1, comments=below(comment(1), total=900, after=after))))
    server.on("/v25.0/500_1/comments", more)
    (read,) = batches(reader(server.url, comments=True))
    assert (read.complete, "more comments" in read.note) == (False, True)
    assert len(server.requests) <= 45


def test_comments_below_posts_a_week_older_than_the_window_are_read(
    server: ScriptedServer,
) -> None:
    """The older post itself is not new; what was written below it now is."""
    listed = below(comment(1), comment(2, hours=24 * 33))
    server.on(POSTS, posted(post(24 * 34, comments=listed)))
    connector = reader(server.url, comments=True)
    assert sorted(found(connector)) == ["comment 900001_1"]
    since = int(lists(server)[0].param("since") or 0)
    assert abs(since - (SINCE - timedelta(days=7)).timestamp()) <= 2
    assert [each.outcome for each in connector.reread([KnownPost(platform_id="500_816")])] == [
        Outcome.PRESENT
    ]


def test_a_page_that_is_too_large_with_comments_is_asked_for_smaller_and_so_remembered(
    server: ScriptedServer,
) -> None:
    """The next run begins with what Facebook gave, until the profile is read."""
    said = {"code": 1, "message": "Please reduce the amount of data you're asking for"}
    too_much = Reply(status=500, json={"error": said})
    server.on(POSTS, too_much, too_much, too_much, page_of(1))
    first = reader(server.url, comments=True)
    found(first)
    assert [each.param("limit") for each in lists(server)] == ["100", "50", "25", "12"]
    server.requests.clear()
    second = reader(server.url, comments=True, state=ReaderState(validators=first.validators()))
    found(second)
    assert [each.param("limit") for each in lists(server)] == ["12"]
    server.requests.clear()
    third = reader(server.url, comments=True, state=ReaderState(validators=second.validators()))
    third.profile()
    found(third)
    assert [each.param("limit") for each in lists(server)] == ["100"]


def test_strange_comments_hide_no_good_ones(server: ScriptedServer) -> None:
    """What is not of the documented type counts as absent."""
    odd: list[Any] = [
        None,
        "text",
        {"message": "no id"},
        comment(1, message=None, attachment=[], created_time="when?", parent="x"),
        comment(2, message="x" * 9_000 + "\x00\u0007\ud800"),
    ]
    server.on(POSTS, posted(post(1, comments={"data": odd, "summary": {"total_count": True}})))
    read = found(reader(server.url, comments=True))
    assert sorted(read) == ["500_1", "comment 900001_1", "comment 900001_2"]
    assert read["comment 900001_1"].published_at is None
    assert read["comment 900001_2"].content.own == "x" * 9_000 + "\ufffd"


@pytest.mark.parametrize("stated", [None, [], "none", {"data": "none"}, {"data": [[]]}, {}])
def test_comments_that_are_none_leave_the_post(server: ScriptedServer, stated: Any) -> None:
    """A post without the field, or with something else in it, is a post."""
    server.on(POSTS, posted(post(1, comments=stated)))
    assert sorted(found(reader(server.url, comments=True))) == ["500_1"]


# --- visitors' posts --------------------------------------------------------------------------


def test_a_visitors_post_is_anothers(server: ScriptedServer) -> None:
    """Also where nobody is named: it is never taken for the council's own word."""
    anonymous = {"id": "500_8", "message": "Shame", "created_time": "2026-11-24T09:00:00+0000"}
    named = post(7, **{"from": ROWAN}, full_picture="https://cdn.example/x")
    server.on(VISITS, posted(named, anonymous))
    read = found(reader(server.url, comments=True))
    assert [read[name].author for name in ("500_7", "500_8")] == ["Rowan Marsh", "unknown"]
    assert [read["500_7"].raw, read["500_7"].current_id] == [None, "visitor"]
    assert read["500_7"].parent_id is None


def test_what_stands_below_a_visitors_post_is_read_too(server: ScriptedServer) -> None:
    """An answer of the page's is its own word."""
    listed = below(comment(1), comment(2, by=PAGE_ITSELF))
    server.on(VISITS, posted(post(7, **{"from": ROWAN}, comments=listed)))
    read = found(reader(server.url, comments=True))
    assert [read[f"comment 900001_{n}"].author for n in (1, 2)] == ["Rowan Marsh", ""]


def test_visitors_posts_are_listed_to_the_end_of_the_window(server: ScriptedServer) -> None:
    """Page by page, an empty one in the middle; what is older is not taken."""
    page = {"cursors": {"after": "a"}, "next": "http://127.0.0.1/x?after=a"}
    other = {"cursors": {"after": "b"}, "next": "http://127.0.0.1/x?after=b"}
    server.on(
        VISITS,
        Reply(json={"data": [post(7, **{"from": ROWAN})], "paging": page}),
        Reply(json={"data": [], "paging": other}),
        posted(post(8, **{"from": ROWAN}), post(24 * 31, **{"from": ROWAN})),
    )
    assert sorted(found(reader(server.url, comments=True))) == ["500_7", "500_8"]


# --- without the permission -------------------------------------------------------------------


@pytest.mark.parametrize(
    "refusal",
    [REFUSED, failure(200), failure(283), failure(100)],
    ids=["10", "200", "283", "100"],
)
def test_without_the_permission_the_page_is_read_without_them_and_says_so(
    server: ScriptedServer, refusal: Reply
) -> None:
    """The whole question is refused with comments and answered without; both are named."""
    server.on(POSTS, refusal, page_of(1))
    server.on(VISITS, refusal)
    connector = reader(server.url, comments=True)
    (read,) = batches(connector)
    assert (read.complete, ids([read])) == (True, ["500_1"])
    assert "comments are not read" in read.note
    assert "visitors' posts are not read" in read.note
    assert unseen(connector) == {"comments", "visitors' posts"}


def test_a_refusal_is_remembered_until_the_profile_is_read(server: ScriptedServer) -> None:
    """Four refused questions a day, not a hundred."""
    server.on(POSTS, REFUSED, page_of(1))
    server.on(VISITS, REFUSED, posted())
    first = reader(server.url, comments=True)
    found(first)
    server.requests.clear()
    second = reader(server.url, comments=True, state=ReaderState(validators=first.validators()))
    found(second)
    assert server.paths() == [POSTS, SCHEDULED]
    assert unseen(second) == {"comments", "visitors' posts"}
    third = reader(server.url, comments=True, state=ReaderState(validators=second.validators()))
    third.profile()
    found(third)
    assert unseen(third) == set()


def test_a_page_that_may_not_be_read_at_all_is_not_taken_for_that(server: ScriptedServer) -> None:
    """Refused with comments and without: the token lacks what reading needs."""
    server.on(POSTS, REFUSED)
    with pytest.raises(AccessError) as raised:
        batches(reader(server.url, comments=True))
    assert raised.value.reason is Reason.FORBIDDEN
    assert len(lists(server)) == 2


def test_comments_that_are_only_counted_are_said_to_be_unread(server: ScriptedServer) -> None:
    """Some tokens are shown none and told how many there are."""
    server.on(POSTS, posted(post(1, comments=below(total=4))))
    connector = reader(server.url, comments=True)
    (read,) = batches(connector)
    assert read.complete
    assert "counts 4 comments that it does not show" in read.note
    assert unseen(connector) == {"comments"}


def test_a_few_that_are_not_shown_are_no_missing_permission(server: ScriptedServer) -> None:
    """People whose settings hide what they wrote are counted all the same."""
    server.on(POSTS, posted(post(1, comments=below(comment(1), total=2))))
    connector = reader(server.url, comments=True)
    assert sorted(found(connector)) == ["500_1", "comment 900001_1"]
    assert unseen(connector) == set()


@pytest.mark.parametrize(("where", "said"), [(VISITS, "visitors"), ("below", "comments below")])
def test_a_passing_trouble_leaves_the_reading_incomplete(
    server: ScriptedServer, where: str, said: str
) -> None:
    """What was read stays; nothing that is missing is called gone."""
    listed = below(comment(1), total=30, after="a") if where == "below" else below()
    server.on(POSTS, posted(post(1, comments=listed)))
    server.on("/v25.0/500_1/comments" if where == "below" else VISITS, failure(2))
    (read,) = batches(reader(server.url, comments=True))
    assert (read.complete, read.gap) == (False, None)
    assert said in read.note


@pytest.mark.parametrize("where", [VISITS, "/v25.0/500_1/comments"])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [(failure(190, subcode=460), AccessError), (failure(32), LaterError)],
)
def test_a_dead_token_and_a_limit_are_the_accounts_trouble(
    server: ScriptedServer, where: str, answer: Reply, kind: type[ReadError]
) -> None:
    """Neither is taken for a missing permission."""
    server.on(POSTS, posted(post(1, comments=below(comment(1), total=30, after="a"))))
    server.on("/v25.0/500_1/comments", Reply(json=below(comment(2))))
    server.on(where, answer)
    with pytest.raises(kind):
        batches(reader(server.url, comments=True))


def test_usage_near_the_limit_asks_for_no_further_list(server: ScriptedServer) -> None:
    """What is published comes first; what others write waits for the next run."""
    busy = {"X-App-Usage": '{"call_count":95}'}
    server.on(POSTS, Reply(json=page_of(1).json, headers=busy))
    (read,) = batches(reader(server.url, comments=True))
    assert (ids([read]), read.complete) == (["500_1"], False)
    assert server.paths() == [POSTS]


# --- read again -------------------------------------------------------------------------------


def test_a_comment_is_gone_once_page_and_permission_are_proved(server: ScriptedServer) -> None:
    """Facebook does not show it; then the page answers, and the token may see comments."""
    server.on("/v25.0/900001_1", NOT_SHOWN)
    server.on("/v25.0/900001_2", NOT_SHOWN)
    server.on("/v25.0/500_1/comments", Reply(json=below()))
    told = again(reader(server.url, comments=True), "comment 900001_1", "comment 900001_2")
    assert [(each.outcome, each.reason) for each in told] == [
        (Outcome.GONE, Reason.GONE_OR_HIDDEN)
    ] * 2
    assert server.paths() == [
        "/v25.0/500_1/comments",
        "/v25.0/900001_1",
        PAGE,
        DEBUG,
        "/v25.0/900001_2",
    ]


@pytest.mark.parametrize("name", ["comment 900001_1", "500_7"])
@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (scopes(COUNCIL, OTHERS), Outcome.GONE),
        (scopes(COUNCIL), Outcome.CANNOT_TELL),
        (failure(100), Outcome.CANNOT_TELL),
        (Reply(json={"data": {"is_valid": True}}), Outcome.CANNOT_TELL),
    ],
    ids=["given", "taken away", "not told", "told without permissions"],
)
def test_nothing_of_others_is_gone_without_the_permission(
    server: ScriptedServer, name: str, told: Reply, outcome: Outcome
) -> None:
    """Not shown and not permitted are one answer: the token itself is asked about."""
    server.on(f"/v25.0/{name.removeprefix('comment ')}", NOT_SHOWN)
    server.on(DEBUG, told, method="POST")
    (answer,) = again(
        reader(server.url, comments=True), name, under="visitor" if name == "500_7" else "500_1"
    )
    assert answer.outcome is outcome


def test_where_the_token_is_not_told_of_others_words_of_this_run_prove_it(
    server: ScriptedServer,
) -> None:
    """Somebody else's comment was shown a moment ago by the same token."""
    server.on(POSTS, posted(post(1, comments=below(comment(2)))))
    server.on("/v25.0/900001_1", NOT_SHOWN)
    server.on(DEBUG, failure(100), method="POST")
    connector = reader(server.url, comments=True)
    found(connector)
    (answer,) = again(connector, "comment 900001_1")
    assert answer.outcome is Outcome.GONE


@pytest.mark.parametrize("name", ["comment 900001_1", "500_7"])
@pytest.mark.parametrize(
    ("page", "debug", "reason"),
    [
        (failure(190, subcode=460), None, Reason.AUTH_EXPIRED),
        (NOT_SHOWN, None, Reason.ACCOUNT_GONE),
        (None, failure(190, subcode=463), Reason.AUTH_EXPIRED),
        (
            None,
            Reply(json={"data": {"is_valid": False, "scopes": [OTHERS]}}),
            Reason.AUTH_EXPIRED,
        ),
        (None, failure(32), Reason.RATE_LIMIT),
    ],
)
def test_nothing_is_gone_with_a_token_that_died_meanwhile(
    server: ScriptedServer, name: str, page: Reply | None, debug: Reply | None, reason: Reason
) -> None:
    """Whichever answer says so: it is the account's trouble, and nothing is concluded."""
    server.on(f"/v25.0/{name.removeprefix('comment ')}", NOT_SHOWN)
    if page is not None:
        server.on(PAGE, page)
    if debug is not None:
        server.on(DEBUG, debug, method="POST")
    connector = reader(server.url, comments=True)
    with pytest.raises(ReadError) as raised:
        again(connector, name, under="visitor" if name == "500_7" else "500_1")
    assert raised.value.reason is reason


@pytest.mark.parametrize("name", ["comment 900001_1", "500_7"])
def test_a_refusal_of_one_is_no_trouble_of_the_page(server: ScriptedServer, name: str) -> None:
    """The permission is missing, and the page is read all the same."""
    server.on(f"/v25.0/{name.removeprefix('comment ')}", REFUSED)
    (answer,) = again(
        reader(server.url, comments=True), name, under="visitor" if name == "500_7" else "500_1"
    )
    assert (answer.outcome, answer.reason) == (Outcome.CANNOT_TELL, Reason.FORBIDDEN)


def test_a_comment_that_the_page_hid_is_no_longer_visible(server: ScriptedServer) -> None:
    """Facebook's own word for this very comment."""
    server.on("/v25.0/900001_1", Reply(json=comment(1, is_hidden=True)))
    (answer,) = again(reader(server.url, comments=True), "comment 900001_1")
    assert (answer.outcome, "hidden" in answer.detail) == (Outcome.GONE, True)


def test_a_visitors_post_that_the_page_hid_still_opens(server: ScriptedServer) -> None:
    """Hidden from the timeline is not hidden: its address opens."""
    shown = post(7, **{"from": ROWAN}, is_hidden=True)
    server.on("/v25.0/500_7", Reply(json=shown))
    (answer,) = again(reader(server.url, comments=True), "500_7", under="visitor")
    assert answer.post is not None
    assert (answer.outcome, answer.post.author) == (Outcome.PRESENT, "Rowan Marsh")
    assert "timeline" in answer.detail


def test_comments_of_one_post_are_asked_for_together(server: ScriptedServer) -> None:
    """Their post is older than the window: one question for all of them."""
    listed = [comment(number) for number in range(1, 8)]
    server.on("/v25.0/500_1/comments", Reply(json=below(*listed)))
    names = [f"comment 900001_{number}" for number in range(1, 8)]
    told = again(reader(server.url, comments=True), *names)
    assert {each.outcome for each in told} == {Outcome.PRESENT}
    assert server.paths() == ["/v25.0/500_1/comments"]


def test_one_comment_is_asked_for_alone_and_may_have_been_edited(server: ScriptedServer) -> None:
    """The words of now are handed over."""
    server.on("/v25.0/900001_1", Reply(json=comment(1, message="put right")))
    (answer,) = again(reader(server.url, comments=True), "comment 900001_1")
    assert answer.post is not None
    assert (answer.post.content.own, answer.post.parent_id) == ("put right", "500_1")
    assert server.paths() == ["/v25.0/900001_1"]


def test_an_answer_about_another_one_proves_nothing(server: ScriptedServer) -> None:
    """An id that is answered with something else is no sign of a deletion."""
    server.on("/v25.0/900001_1", Reply(json=comment(2)))
    (answer,) = again(reader(server.url, comments=True), "comment 900001_1")
    assert (answer.outcome, answer.reason) == (Outcome.CANNOT_TELL, Reason.PARTIAL)


def test_no_run_asks_for_more_than_forty_single_ones(server: ScriptedServer) -> None:
    """The others wait for the next; nothing is concluded."""
    server.on("/*", NOT_SHOWN)
    server.on(PAGE, Reply(json={"id": "500"}))
    names = [f"comment {number}_1" for number in range(900_000, 900_060)]
    connector = reader(server.url, comments=True)
    known = [
        KnownPost(platform_id=name, current_id=f"500_{number}") for number, name in enumerate(names)
    ]
    told = [each.outcome for each in connector.reread(known)]
    assert (told.count(Outcome.GONE), told.count(Outcome.CANNOT_TELL)) == (40, 20)


def test_usage_near_the_limit_leaves_single_ones_open(server: ScriptedServer) -> None:
    """What the allowance does not reach for cannot be told."""
    busy = {"X-App-Usage": '{"call_count":95}'}
    server.on("/v25.0/900001_1", Reply(json=comment(1), headers=busy))
    connector = reader(server.url, comments=True)
    known = [
        KnownPost(platform_id=f"comment 900001_{number}", current_id=f"500_{number}")
        for number in (1, 2)
    ]
    told = list(connector.reread(known))
    assert [(each.outcome, each.reason) for each in told] == [
        (Outcome.PRESENT, None),
        (Outcome.CANNOT_TELL, Reason.RATE_LIMIT),
    ]


def test_a_window_that_ends_asks_for_visitors_but_not_for_what_is_scheduled(
    server: ScriptedServer,
) -> None:
    """As the reading of older posts does; what is scheduled is of the present."""
    server.on(POSTS, posted(post(24 * 3, comments=below(comment(1)))))
    until = NOW - timedelta(days=2)
    read = list(reader(server.url, comments=True).posts(since=SINCE, until=until))
    assert ids(read) == ["500_72", "comment 900001_1"]
    assert server.paths() == [POSTS, VISITS]
    asked: Callable[[str], str | None] = server.requests[-1].param
    assert asked("until") == str(int(until.timestamp()) + 1)
