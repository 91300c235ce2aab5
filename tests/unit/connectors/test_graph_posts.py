"""Graph's JSON turned into our values, and the contract with Meta's own tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from hypothesis import given
from hypothesis import strategies as st

from connectors import _graph_posts
from connectors._graph_comments import COMMENT_FIELDS, WITH_COMMENTS
from connectors._graph_errors import regained_at, usage_percent
from connectors._graph_posts import page_key
from connectors._redact import Redactor
from connectors.base import Content, Extra
from monitor.demo import graph_fields
from monitor.demo.graph_fields import parse
from tests.lib.graph_contract import edges_of, fields_of, wrong_fields, wrong_requests

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def content(**raw: Any) -> Content:
    """Return the content of a post of page 500."""
    return _graph_posts.content_of({"id": "500_1", **raw})


def test_every_field_of_a_post_exists_in_metas_own_table() -> None:
    """A field that Graph does not know would fail the whole reading with code 100."""
    edges = {name.removeprefix("get_") for name in dir(PagePost) if name.startswith("get_")}
    asked = {field.name for field in parse(_graph_posts.POST_FIELDS)}
    assert asked - set(PagePost._field_types) - edges == set()


def test_every_field_of_a_page_and_the_lists_exist_in_metas_own_table() -> None:
    """The same for the page, and for the lists that are read."""
    edges = {name.removeprefix("get_") for name in dir(Page) if name.startswith("get_")}
    asked = {field.name for field in parse(_graph_posts.PAGE_FIELDS)}
    assert asked - set(Page._field_types) - edges == set()
    assert {"published_posts", "scheduled_posts", "visitor_posts"} <= edges


def test_what_is_asked_of_comments_exists_in_metas_own_table() -> None:
    """Their fields, and how they are listed with a post: filter, order, bound and count."""
    fields = parse(f"{_graph_posts.POST_FIELDS},{WITH_COMMENTS}")
    (comments,) = [field for field in fields if field.name == "comments"]
    assert set(comments.modifiers) == {"filter", "order", "limit", "summary"}
    assert wrong_fields(fields, PagePost) == []
    assert wrong_fields(parse(COMMENT_FIELDS), Comment) == []


@pytest.mark.parametrize(
    ("known", "kind"),
    [
        (graph_fields.PAGE_FIELDS, Page),
        (graph_fields.POST_FIELDS, PagePost),
        (graph_fields.COMMENT_FIELDS, Comment),
    ],
)
def test_the_loopback_graph_knows_no_field_that_meta_does_not(
    known: frozenset[str], kind: Any
) -> None:
    """What it answers, Graph answers."""
    assert known - fields_of(kind) - edges_of(kind) == set()


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v25.0/500/scheduled_post", {}),
        ("/v25.0/500/scheduled_posts", {"fields": "id,link"}),
        ("/v25.0/500/visitor_posts", {"since_id": "7"}),
        ("/v25.0/500/visitor_posts", {"fields": "id,comments.sort(new){id}"}),
        ("/v25.0/500_1", {"fields": "id,comments.filter(all){id}"}),
        ("/v25.0/500_1", {"fields": "id,comments.filter(stream){id,text}"}),
        ("/v25.0/500_1/comments", {"order": "newest"}),
        ("/v25.0/1764000_1", {"fields": "id,updated_time"}),
        ("/v25.0/500", {"fields": "id", "access_token": "x"}),
    ],
)
def test_a_request_that_meta_does_not_know_is_noticed(path: str, query: dict[str, str]) -> None:
    """The check that every story's requests are held against finds each of these."""
    assert wrong_requests([(path, query)]) != []


def test_a_link_preview_is_an_attachment_and_its_target_is_unwound() -> None:
    """The preview's words are extras; the link is the real one, without Facebook's marks."""
    attached = {
        "media_type": "link",
        "title": "Budget agreed",
        "description": "The council met.",
        "url": "https://l.facebook.com/l.php?u=https%3A%2F%2Felm.example%2Fa%3Ffbclid%3DX&h=Y",
    }
    seen = content(message="Read on", attachments={"data": [attached]})
    assert seen.own == "Read on"
    assert seen.extras == (Extra(kind="attachment", text="Budget agreed\nThe council met."),)
    assert seen.links == ("https://elm.example/a",)


def test_an_album_names_its_pictures_by_their_ids() -> None:
    """Signed addresses rotate; ids stay. Descriptions of pictures are read."""
    photos = [
        {
            "media_type": "photo",
            "target": {"id": str(number)},
            "description": f"Bench {number}",
            "media": {"image": {"src": f"https://cdn.example/{number}_n.jpg?oh=signed{number}"}},
        }
        for number in (7, 8)
    ]
    album = {"media_type": "album", "media": photos[0]["media"], "subattachments": {"data": photos}}
    seen = content(attachments={"data": [album]})
    assert seen.own == ""
    assert seen.pictures == ("7", "8")
    assert [extra.text for extra in seen.extras] == ["Bench 7", "Bench 8"]
    assert "signed" not in repr(seen)


def test_counts_and_signed_addresses_make_no_new_version() -> None:
    """Only words, links and pictures decide whether a post was edited."""

    def seen(oh: str, count: int) -> str:
        photo = {
            "media_type": "photo",
            "target": {"id": "7"},
            "media": {"image": {"src": f"https://c{count}.example/7.jpg?oh={oh}"}},
        }
        return content(
            message="Words",
            shares={"count": count},
            updated_time=f"2026-11-2{count}T00:00:00+0000",
            attachments={"data": [photo]},
        ).digest()

    assert seen("a", 1) == seen("b", 2)


def test_a_shared_post_is_anothers_words() -> None:
    """Without words of its own it is a repost; what it shows is the other page's."""
    shared = {"media_type": "link", "title": "Ash Parish", "description": "Vote for us"}
    seen = content(parent_id="900_4", attachments={"data": [shared]})
    assert seen.is_repost
    assert [(extra.kind, extra.by) for extra in seen.extras] == [("referenced", "900")]
    assert not content(parent_id="900_4", message="Well said").is_repost


def test_another_author_is_named_and_the_page_is_not() -> None:
    """A visitor's post carries the visitor; the page's own carries nobody."""
    redactor = Redactor()
    own = _graph_posts.post_of({"id": "500_1", "from": {"id": "500"}}, redactor=redactor)
    other = {"id": "500_2", "from": {"id": "9", "name": "A. Visitor"}}
    theirs = _graph_posts.post_of(other, redactor=redactor)
    assert own is not None
    assert own.author == ""
    assert theirs is not None
    assert theirs.author == "A. Visitor"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *("id", "message", "attachments", "data", "media", "image", "src", "url"),
                        *("target", "from", "created_time", "privacy", "value", "title"),
                        *("subattachments", "media_type", "unshimmed_url", "parent_id"),
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=15,
    )
)
def test_no_answer_makes_the_reading_of_a_post_crash(raw: Any) -> None:
    """Whatever stands where a post should, it is a post or it is none."""
    if isinstance(raw, dict):
        post = _graph_posts.post_of(raw, redactor=Redactor())
        assert post is None or len(post.content.digest()) == 64
        _graph_posts.is_visible(raw)
        _graph_posts.picture_address(raw)


@given(st.sampled_from(["x-app-usage", "X-Business-Use-Case-Usage"]), st.text(max_size=60))
def test_no_usage_header_makes_the_reading_crash(name: str, value: str) -> None:
    """Headers are strangers' text too."""
    assert usage_percent({name: value}) >= 0
    regained_at({name: value}, now=NOW)


@pytest.mark.parametrize(
    ("value", "percent"),
    [
        ('{"call_count":28,"total_time":25,"total_cputime":31}', 31),
        ('{"1":[{"call_count":28},{"total_time":"91"}]}', 91),
        ('{"1":{"call_count":1e400}}', 0),
        ("[" * 100_000, 0),
        ("null", 0),
    ],
)
def test_usage_is_the_largest_of_its_counts(value: str, percent: int) -> None:
    """Calls, time and processor time each have a limit of their own."""
    assert usage_percent({"X-App-Usage": value}) == percent


def test_a_far_wait_is_bounded() -> None:
    """A made-up number of minutes does not switch the account off for ever."""
    value = '{"1":[{"estimated_time_to_regain_access":999999999}]}'
    at = regained_at({"X-Business-Use-Case-Usage": value}, now=NOW)
    assert at is not None
    assert (at - NOW).days <= 2


@pytest.mark.parametrize(
    ("handle", "key"),
    [
        ("500", "500"),
        ("@elmtown", "elmtown"),
        ("https://www.facebook.com/elmtown", "elmtown"),
        ("https://www.facebook.com/profile.php?id=61550", "61550"),
        ("https://www.facebook.com/profile.php", ""),
        ("https://[bad", ""),
    ],
)
def test_the_pages_key_is_found_in_its_handle(handle: str, key: str) -> None:
    """People write down a number, a name or the page's address."""
    assert page_key(handle) == key
