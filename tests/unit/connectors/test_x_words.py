"""X's JSON turned into our values, without a network."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors import _x_words as x
from connectors._redact import Redactor
from connectors.base import Extra, FetchedPost

OWN, OTHER = "77", "88"


def read(raw: dict[str, Any], includes: dict[str, Any] | None = None) -> FetchedPost:
    """Read a post of the account Town, number 77."""
    post = x.post_of(
        {"id": "1", **raw},
        x.includes_of({"includes": includes or {}}),
        user_id=OWN,
        username="Town",
        redactor=Redactor(),
    )
    assert post is not None
    return post


def renamed(raw: Any) -> Any:
    """Return JSON in the spelling of August 2026."""
    text = json.dumps(raw)
    for old, new in (
        ("edit_history_tweet_ids", "edit_history_post_ids"),
        ("referenced_tweets", "referenced_posts"),
        ("note_tweet", "note_post"),
        ("pinned_tweet_id", "pinned_post_id"),
        ('"tweets"', '"posts"'),
        ('"retweeted"', '"reposted"'),
    ):
        text = text.replace(old, new)
    return json.loads(text)


LONG = {
    "text": "Cut off here…",
    "author_id": OWN,
    "edit_history_tweet_ids": ["900", "950", "1"],
    "note_tweet": {
        "text": "All of it: 3 &lt; 5 &amp; https://t.co/abc",
        "entities": {"urls": [{"url": "https://t.co/abc", "expanded_url": "https://a.example/1"}]},
    },
    "referenced_tweets": [{"type": "quoted", "id": "5"}],
}
LONG_INCLUDES = {
    "tweets": [{"id": "5", "author_id": OTHER, "text": "short…", "note_tweet": {"text": "Whole"}}]
}


@pytest.mark.parametrize("spell", [lambda raw: raw, renamed], ids=["tweet", "post"])
def test_long_texts_chains_and_quotes_are_read_in_both_spellings(spell: Any) -> None:
    """The long text, the first id of the chain and the quoted words, whatever they are called."""
    post = read(spell(LONG), spell(LONG_INCLUDES))
    assert post.platform_id == "900"
    assert post.current_id == "1"
    assert post.content.own == "All of it: 3 < 5 & https://a.example/1"
    assert post.content.links == ("https://a.example/1",)
    assert post.content.extras == (Extra(kind="referenced", text="Whole", by=f"id {OTHER}"),)


@pytest.mark.parametrize("spell", [lambda raw: raw, renamed], ids=["tweet", "post"])
def test_a_repost_is_judged_by_the_other_posts_full_words(spell: Any) -> None:
    """Nothing is the account's own, the other's words are there whole and under his name."""
    raw = {
        "text": "RT @Else_1: A very long sen…",
        "author_id": OWN,
        "referenced_tweets": [{"type": "retweeted", "id": "5"}],
    }
    other = {"id": "5", "author_id": OTHER, "text": "A very long sentence &amp; more"}
    content = read(spell(raw), spell({"tweets": [other]})).content
    assert content.is_repost
    assert content.own == ""
    assert content.extras == (
        Extra(kind="referenced", text="A very long sentence & more", by="Else_1"),
    )


def test_of_a_repost_whose_original_is_not_given_the_cut_words_are_kept() -> None:
    """Cut words are better than none."""
    raw = {"text": "RT @Else: Half a…", "referenced_tweets": [{"type": "retweeted", "id": "5"}]}
    assert read(raw).content.extras == (Extra(kind="referenced", text="Half a…", by="Else"),)


def test_the_accounts_own_words_quoted_by_itself_are_its_own() -> None:
    """A quoted or reposted post of the same account has no other author."""
    raw = {"text": "again", "referenced_tweets": [{"type": "quoted", "id": "5"}]}
    other = {"id": "5", "author_id": OWN, "text": "first time"}
    content = read(raw, {"tweets": [other]}).content
    assert content.extras == (Extra(kind="referenced", text="first time", by=""),)


def test_a_quoted_author_is_named_from_the_link() -> None:
    """The user name in the quoted post's address saves a paid look-up."""
    raw = {
        "text": "look https://t.co/q",
        "entities": {
            "urls": [{"url": "https://t.co/q", "expanded_url": "https://x.com/Some1/status/5"}]
        },
        "referenced_tweets": [{"type": "quoted", "id": "5"}],
    }
    other = {"id": "5", "author_id": OTHER, "text": "words"}
    assert read(raw, {"tweets": [other]}).content.extras[0].by == "Some1"


def test_pictures_polls_previews_and_articles_bring_their_words() -> None:
    """Alt texts, options, link previews and article titles are words beside the post."""
    raw = {
        "text": "See https://t.co/p https://t.co/l",
        "attachments": {"media_keys": ["3_1", "3_2"], "poll_ids": ["9"]},
        "article": {"title": "Long read", "plain_text": "Body"},
        "entities": {
            "urls": [
                {
                    "url": "https://t.co/p",
                    "expanded_url": "https://x.com/Town/status/1/photo/1",
                    "media_key": "3_1",
                },
                {
                    "url": "https://t.co/l",
                    "expanded_url": "https://short.example/1",
                    "unwound_url": "https://long.example/page",
                    "title": "Preview",
                    "description": "of it",
                },
            ]
        },
    }
    includes = {
        "media": [{"media_key": "3_1", "alt_text": "A bench"}, {"media_key": "3_2"}],
        "polls": [{"id": "9", "options": [{"label": "Yes"}, {"label": "No"}]}],
    }
    content = read(raw, includes).content
    assert content.own == "See  https://long.example/page"
    assert content.links == ("https://long.example/page",)
    assert content.pictures == ("3_1", "3_2")
    assert [(extra.kind, extra.text) for extra in content.extras] == [
        ("title", "Long read"),
        ("attachment", "Body"),
        ("alt", "A bench"),
        ("poll", "Yes"),
        ("poll", "No"),
        ("attachment", "Preview\nof it"),
    ]


def test_links_to_anything_but_the_web_are_no_links() -> None:
    """A javascript address is not kept as a link."""
    raw = {"text": "x https://t.co/j"}
    raw_urls = [{"url": "https://t.co/j", "expanded_url": "javascript:alert(1)"}]
    content = read({**raw, "entities": {"urls": raw_urls}}).content
    assert content.links == ("https://t.co/j",)


def test_one_short_address_that_begins_like_another_is_not_mixed_up() -> None:
    """t.co/ab and t.co/abc are replaced each by its own target."""
    urls = [
        {"url": "https://t.co/ab", "expanded_url": "https://one.example"},
        {"url": "https://t.co/abc", "expanded_url": "https://two.example"},
    ]
    said = x.readable("https://t.co/abc https://t.co/ab", urls)
    assert said == "https://two.example https://one.example"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("&amp;lt; stays an entity", "&lt; stays an entity"),
        ("AT&T and &copy 2026 &notanentity;", "AT&T and &copy 2026 &notanentity;"),
        ("cafe\N{COMBINING ACUTE ACCENT}\x00", "café"),
        ("a \ud83d half", "a \ufffd half"),
    ],
)
def test_text_is_what_a_reader_sees(given: str, shown: str) -> None:
    """Entities once, composed letters, no NUL, no half of a surrogate pair."""
    assert read({"text": given}).content.own == shown


def test_a_reply_within_the_account_has_a_parent_and_one_to_others_has_none() -> None:
    """Only the account's own thread makes a parent."""
    raw = {"text": "2/2", "referenced_tweets": [{"type": "replied_to", "id": "5"}]}
    assert read({**raw, "in_reply_to_user_id": OWN}).parent_id == "5"
    assert read({**raw, "in_reply_to_user_id": OTHER}).parent_id is None


def test_the_times_of_an_edited_post_are_in_its_ids() -> None:
    """X tells one time only; the first id tells when it was published, the last when edited."""
    published = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    edited = published + timedelta(minutes=20)
    ids = [str(x.id_at(published)), str(x.id_at(edited))]
    for created in (published, edited):
        post = read(
            {
                "id": ids[1],
                "created_at": created.isoformat().replace("+00:00", "Z"),
                "edit_history_tweet_ids": ids,
            }
        )
        assert (post.published_at, post.edited_at) == (published, edited)


def test_a_time_that_cannot_be_read_is_none() -> None:
    """No, a wrong and a zone-less time are all no time; a future one is kept."""
    assert read({}).published_at is None
    assert read({"created_at": "yesterday"}).published_at is None
    assert read({"created_at": "2026-11-20T10:00:00"}).published_at is None
    assert read({"created_at": 5}).published_at is None
    future = read({"created_at": "2126-11-20T10:00:00.000Z"}).published_at
    assert future == datetime(2126, 11, 20, 10, tzinfo=UTC)


def test_the_kept_answer_holds_no_registered_secret() -> None:
    """A token that found its way into a post is not kept as evidence."""
    redactor = Redactor()
    redactor.add(SecretStr("canary-canary"))
    post = x.post_of(
        {"id": "1", "text": "canary-canary"},
        x.Includes(),
        user_id=OWN,
        username="Town",
        redactor=redactor,
    )
    assert post is not None
    assert post.raw is not None
    assert b"canary" not in post.raw


def test_the_profile_is_words_links_and_names_of_pictures() -> None:
    """Unwound links, description without t.co, pinned post, pictures by a stable name."""
    user = {
        "id": OWN,
        "name": "Town Council",
        "username": "Town",
        "description": "Clerk &amp; office: https://t.co/d",
        "location": "Here",
        "url": "https://t.co/u",
        "entities": {
            "url": {"urls": [{"url": "https://t.co/u", "expanded_url": "https://town.example"}]},
            "description": {
                "urls": [{"url": "https://t.co/d", "expanded_url": "https://town.example/c"}]
            },
        },
        "profile_image_url": "https://pbs.twimg.com/profile_images/1/a_normal.jpg",
        "pinned_tweet_id": "5",
    }
    for spelt in (user, renamed(user)):
        content = x.profile_content(spelt)
        assert content.text() == "Clerk & office: https://town.example/c\nTown Council"
        assert content.links == ("https://town.example", "https://town.example/c")
        assert content.fields["pinned"] == "5"
        assert content.fields["handle"] == "Town"
        assert len(content.fields["picture"]) == 32
        assert content.fields["banner"] == ""


_SCALAR = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats()
_NAMES = [
    "id",
    "text",
    "type",
    "url",
    "urls",
    "entities",
    "expanded_url",
    "unwound_url",
    "note_tweet",
    "note_post",
    "attachments",
    "media_keys",
    "poll_ids",
    "referenced_tweets",
    "referenced_posts",
    "edit_history_tweet_ids",
    "edit_history_post_ids",
    "created_at",
    "article",
    "title",
    "author_id",
    "in_reply_to_user_id",
    "description",
    "profile_image_url",
    "username",
    "pinned_tweet_id",
    "media",
    "polls",
    "tweets",
    "options",
    "label",
    "alt_text",
    "includes",
]
_ANYTHING = st.recursive(
    _SCALAR,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6)
    ),
    max_leaves=20,
)
_OBJECT = st.dictionaries(st.sampled_from(_NAMES), _ANYTHING, max_size=10)


@given(raw=_OBJECT, answer=_OBJECT)
def test_no_answer_is_too_odd_to_be_read(raw: dict[str, Any], answer: dict[str, Any]) -> None:
    """Any JSON under the documented names gives a post or none, never an exception."""
    post = x.post_of(
        {"id": "1", **raw},
        x.includes_of(answer),
        user_id=OWN,
        username="Town",
        redactor=Redactor(),
    )
    if post is not None:
        assert post.content.digest() == post.content.digest()
        post.content.text().encode("utf-8")
    x.profile_content(raw).text().encode("utf-8")
