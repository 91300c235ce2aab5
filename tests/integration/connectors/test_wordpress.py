"""What is read of a WordPress site: posts, pages, comments, versions, the site's own face."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from config.errors import AccessError, ContractError, LaterError, ReadError
from config.types import Reason
from tests.lib.http_server import Reply
from tests.lib.wordpress_reader import (
    DAY,
    HOUR,
    NOW,
    SINCE,
    known_root,
    listed,
    owns,
    reader,
    run,
)
from tests.lib.wordpress_server import (
    COMMENTS,
    FEED,
    INDEX,
    LIST,
    LOGIN,
    PAGE,
    PASSWORD,
    REVISIONS,
    TYPES,
    WordPressTown,
    problem,
    redirect,
)

# --- what is listed ---------------------------------------------------------------------------


def test_a_post_is_read_as_its_reader_sees_it(site: WordPressTown) -> None:
    """Title and body, descriptions, links, categories, the picture at its head."""
    number = site.post(
        "Library &amp; hall",
        '<p>Opens at <a href="https://elm.example/ten">ten</a>.</p><img src="/a.png" alt="A hall">',
        at=NOW - HOUR,
        _embedded={
            "wp:featuredmedia": [
                {"source_url": f"{site.server.url}/uploads/b.jpg", "alt_text": "A tower"}
            ],
            "wp:term": [[{"name": "News"}], [{"name": "elm"}]],
        },
    )
    (post,) = listed(reader(site))
    assert post.platform_id == f"{site.server.url}/?p={number}"
    assert (post.current_id, post.url) == (f"posts {number}", site.link(number))
    assert (post.published_at, post.edited_at, post.author) == (NOW - HOUR, None, "")
    content = post.content
    assert content.own == "Library & hall\nOpens at ten."
    assert [(extra.kind, extra.text) for extra in content.extras] == [
        ("alt", "A hall"),
        ("tag", "News"),
        ("tag", "elm"),
        ("alt", "A tower"),
    ]
    assert content.links == ("https://elm.example/ten",)
    assert content.pictures == ("/a.png", "/uploads/b.jpg")
    assert [still.name for still in post.stills] == ["/a.png", "/uploads/b.jpg"]


def test_a_handwritten_excerpt_is_read_and_one_made_from_the_body_is_not(
    site: WordPressTown,
) -> None:
    """It stands on the list of posts, for everybody to see."""
    site.post("One", "<p>The body of it</p>", at=NOW - HOUR, excerpt="20% off all kitchens")
    site.post("Two", "<p>The body of it</p>", at=NOW - 2 * HOUR)
    first, second = listed(reader(site))
    assert [extra.text for extra in first.content.extras] == ["20% off all kitchens"]
    assert second.content.extras == ()


def test_nothing_new_costs_three_requests(site: WordPressTown) -> None:
    """What was published, which pages and which older posts were changed."""
    site.post("One", "<p>x</p>")
    left = known_root(site)
    run(site, left)
    assert site.asked() == [LIST, LIST, LIST]


def test_the_first_reading_looks_for_the_interface(site: WordPressTown) -> None:
    """The site's face and its own kinds of posts are asked for with the profile."""
    site.post("One", "<p>x</p>")
    connector = reader(site)
    profile = connector.profile()
    assert profile is not None
    assert (profile.platform_id, profile.content.fields["name"]) == (
        site.server.url,
        "Elm Town Council",
    )
    assert profile.content.own == "News & notices"
    assert len(listed(connector)) == 1
    assert site.asked() == [INDEX, TYPES, "page", LIST, LIST, LIST]


def test_a_profile_after_a_probe_is_the_same_profile(site: WordPressTown) -> None:
    """Whoever tries an account asks in this order; the site's face is asked for all the same."""
    connector = reader(site, before=known_root(site))
    connector.probe()
    profile = connector.profile()
    assert profile is not None
    assert profile == reader(site).profile()
    assert profile.platform_id == site.server.url


def test_addresses_with_a_query_are_found_too(site: WordPressTown) -> None:
    """Some sites write ``?rest_route=`` instead of ``/wp-json``."""
    site.is_pretty = False
    site.post("One", "<p>x</p>")
    posts, left = run(site, {})
    assert owns(posts) == ["One\nx"]
    assert site.asked()[:2] == [INDEX, INDEX]
    site._asked.clear()
    run(site, left)
    assert INDEX not in site.asked()


def test_pages_are_followed_to_the_end_of_the_window(site: WordPressTown) -> None:
    """A hundred a page; what is older is not asked for."""
    for number in range(150):
        site.post(f"Post {number}", "", at=NOW - number * 4 * HOUR)
    for number in range(250):
        site.post(f"Old {number}", "", at=SINCE - DAY - number * HOUR)
    posts, _ = run(site, known_root(site))
    assert owns(posts) == [f"Post {number}" for number in range(150)]
    assert site.asked().count(LIST) == 2 + 1 + 2


def test_an_old_post_and_a_page_that_were_changed_are_read(site: WordPressTown) -> None:
    """However long ago they were published: they stand there now."""
    old = site.post("Old", "<p>Before</p>", at=NOW - 900 * DAY)
    page = site.post("Contact", "<p>Before</p>", at=NOW - 900 * DAY, base="pages")
    assert listed(reader(site)) == []
    site.edit(old, content="<p>After</p>", at=NOW - HOUR)
    site.edit(page, content="<p>After</p>", at=NOW - HOUR)
    assert sorted(owns(listed(reader(site)))) == ["Contact\nAfter", "Old\nAfter"]


def test_a_site_before_5_7_lists_changes_too(site: WordPressTown) -> None:
    """It passes over "changed since" and lists everything: reading stops by itself."""
    site.knows_modified_after = False
    for number in range(250):
        site.post(f"Old {number}", "", at=NOW - (40 + number) * DAY)
    site.edit(1, content="<p>After</p>", at=NOW - HOUR)
    posts, _ = run(site, known_root(site))
    assert owns(posts) == ["Old 0\nAfter"]
    assert len(site.asked()) == 3


def test_a_scheduled_post_is_read_when_it_appears(site: WordPressTown) -> None:
    """It was saved long before the window, and published in it."""
    number = site.post("Soon", "", at=NOW - 60 * DAY)
    site.set(number, at=NOW - HOUR)
    assert owns(listed(reader(site))) == ["Soon"]


def test_the_sites_own_kinds_of_posts_are_read(site: WordPressTown) -> None:
    """Many councils keep their news in one; what WordPress keeps for itself is left alone."""
    site.types = {"council_news": "council-news"}
    site.post("News", "", base="council-news")
    connector = reader(site)
    connector.profile()
    (post,) = listed(connector)
    assert post.current_id == "council-news 1"
    left = dict(connector.validators())
    assert owns(run(site, left)[0]) == ["News"]
    site.types = {}
    assert run(site, left)[0] == []  # the kind was taken away: no failure of the whole site


def test_a_list_without_end_is_given_up(site: WordPressTown) -> None:
    """The same full page again and again ends with a note."""
    for number in range(100):
        site.post(f"Post {number}", "")
    endless = Reply(json=[site.view(each) for each in site._posts.values()])
    site.next(LIST, *[endless] * 60)
    left = known_root(site)
    site._coming[LIST].extend([endless] * 60)
    batches = list(reader(site, before=left).posts(since=SINCE))
    assert (batches[-1].complete, "no end" in batches[-1].note) == (False, True)
    assert len({post.platform_id for batch in batches for post in batch.posts}) == 100
    site.forget_troubles()


def test_more_posts_than_wanted_leave_a_gap(site: WordPressTown) -> None:
    """The limit ends it at a page; what lies behind it is said."""
    for number in range(250):
        site.post(f"Post {number}", "", at=NOW - number * HOUR)
    batch = list(reader(site).posts(since=SINCE, limit=100))[-1]
    assert (batch.complete, batch.note) == (False, "there were more than 100 posts")


def test_a_page_is_handed_over_before_the_next_is_asked_for(site: WordPressTown) -> None:
    """What the first page showed is kept, even if the second one never comes."""
    for number in range(105):
        site.post(f"Post {number}", "", at=NOW - number * HOUR)
    batches = reader(site, before=known_root(site)).posts(since=SINCE)
    first = next(batches)
    assert (len(first.posts), site.asked()) == (100, [LIST])
    site.next(LIST, Reply(status=503))
    with pytest.raises(LaterError):
        list(batches)


def test_an_empty_list_says_that_it_should_show_everything(site: WordPressTown) -> None:
    """So that an empty one after there were posts is suspicious, and no news."""
    batches = list(reader(site).posts(since=SINCE))
    assert all(batch.posts == () and batch.complete and batch.lists_window for batch in batches)


def test_what_is_no_post_makes_the_listing_incomplete(site: WordPressTown) -> None:
    """The rest is kept, and the note says why."""
    own = site.view(site._posts[site.post("Ours", "")])
    left = known_root(site)
    site.next(LIST, Reply(json=[own, "?", {"id": True}, {"id": 5}]))
    batches = list(reader(site, before=left).posts(since=SINCE))
    assert owns([post for batch in batches for post in batch.posts]) == ["Ours"]
    assert (batches[-1].complete, batches[-1].gap is not None) == (False, True)


# --- edits --------------------------------------------------------------------------------------


def test_saving_without_a_change_is_no_edit(site: WordPressTown) -> None:
    """WordPress calls everything modified that was saved, also by a plugin."""
    number = site.post("One", "<p>x</p>", at=NOW - DAY)
    (before,) = listed(reader(site))
    site.edit(number, at=NOW - HOUR)
    (after,) = listed(reader(site))
    assert after.content.digest() == before.content.digest()


@pytest.mark.parametrize("part", ["title", "content", "excerpt"])
def test_every_change_that_readers_see_is_a_new_version(site: WordPressTown, part: str) -> None:
    """Title, body, excerpt; the time of the saving goes with it."""
    number = site.post("One", "<p>x</p>", at=NOW - DAY)
    (before,) = listed(reader(site))
    site.edit(number, at=NOW - HOUR, **{part: "<p>Other words here</p>"})
    (after,) = listed(reader(site))
    assert after.content.digest() != before.content.digest()
    assert after.edited_at == NOW - HOUR


def test_what_plugins_put_below_a_post_is_no_edit(site: WordPressTown) -> None:
    """Buttons, counters and other posts change by themselves."""
    number = site.post("One", "<p>x</p>", at=NOW - DAY)
    (before,) = listed(reader(site))
    below = '<div class="sharedaddy">Share 7</div><div class="jp-relatedposts">Old news</div>'
    site.edit(number, content=f"<p>x</p>{below}")
    (after,) = listed(reader(site))
    assert after.content.digest() == before.content.digest()


def test_words_behind_a_password_are_not_there(site: WordPressTown) -> None:
    """The post stands, its title is seen; that its words went is a change."""
    number = site.post("One", "<p>20% off</p>", at=NOW - DAY)
    site.set(number, password="x")
    (post,) = listed(reader(site))
    assert post.content.own == "One"


def test_with_a_login_what_came_and_went_is_read(site: WordPressTown) -> None:
    """Each saved version is handed over once; drafts from before it was published never."""
    number = site.post("One", "<p>First</p>", at=NOW - 5 * HOUR)
    draft = (NOW - 9 * HOUR, {"title": "One", "content": "<p>Draft</p>", "excerpt": ""})
    site._posts[number].versions.insert(0, draft)
    left = known_root(site)
    _, left = run(site, left, login=LOGIN)
    assert REVISIONS not in site.asked()
    site.edit(number, content="<p>Second</p>", at=NOW - 4 * HOUR)
    site.edit(number, content="<p>Third</p>", at=NOW - 3 * HOUR)
    (post,), left = run(site, left, login=LOGIN)
    said = [(each.content.own, each.edited_at) for each in post.earlier]
    assert said == [("One\nSecond", NOW - 4 * HOUR)]
    (post,), left = run(site, left, login=LOGIN)
    assert post.earlier == ()
    assert site.asked().count(REVISIONS) == 1


def test_without_a_login_revisions_are_not_asked_for(site: WordPressTown) -> None:
    """They would be refused."""
    number = site.post("One", "<p>First</p>", at=NOW - 5 * HOUR)
    site.edit(number, content="<p>Second</p>", at=NOW - 4 * HOUR)
    (post,), _ = run(site, {})
    assert (post.content.own, post.earlier) == ("One\nSecond", ())
    assert REVISIONS not in site.asked()


def test_a_login_that_may_not_see_revisions_reads_the_rest(site: WordPressTown) -> None:
    """A reader's login is no failure."""
    number = site.post("One", "<p>First</p>", at=NOW - 5 * HOUR)
    site.edit(number, content="<p>Second</p>", at=NOW - 4 * HOUR)
    site.next(REVISIONS, problem("rest_cannot_read", 403))
    (post,), _ = run(site, {}, login=LOGIN)
    assert post.earlier == ()


# --- comments -------------------------------------------------------------------------------------


def test_comments_are_left_alone_unless_they_are_wanted(site: WordPressTown) -> None:
    """Others wrote them: the council decides whether they are read."""
    site.comment(site.post("One", ""), "Bo", "<p>Hello</p>")
    assert len(listed(reader(site))) == 1
    assert COMMENTS not in site.asked()


def test_comments_are_posts_of_other_authors_under_their_post(site: WordPressTown) -> None:
    """Answers hang on the comment; what the site's own writers answer is its own word."""
    post = site.post("One", "", at=NOW - DAY)
    top = site.comment(post, "Bo", "<p>Buy kitchens</p>", at=NOW - 2 * HOUR)
    own = site.comment(post, "clerk", "<p>Please don't.</p>", at=NOW - HOUR, parent=top, user=1)
    posts = {each.platform_id: each for each in listed(reader(site, comments=True))}
    first, second = posts[f"wp:comments {top}"], posts[f"wp:comments {own}"]
    assert (first.author, first.parent_id) == ("Bo", f"{site.server.url}/?p={post}")
    assert (second.author, second.parent_id) == ("", f"wp:comments {top}")
    assert (first.content.own, first.url) == (
        "Buy kitchens",
        f"{site.server.url}/posts-{post}/#comment-{top}",
    )


def test_pages_of_comments_end_where_the_window_ends(site: WordPressTown) -> None:
    """Older ones than that are not asked for."""
    post = site.post("One", "", at=NOW - 400 * DAY)
    for number in range(300):
        site.comment(post, "Bo", f"<p>{number}</p>", at=NOW - number * 12 * HOUR)
    assert len(listed(reader(site, comments=True))) == 61
    assert site.asked().count(COMMENTS) == 1


# --- where the interface is closed ----------------------------------------------------------------

CLOSED = [
    Reply(status=404, body="<html>not found</html>"),
    Reply(body="<html>hello</html>", headers={"Content-Type": "text/html"}),
    problem("rest_not_logged_in", 401),
    problem("rest_disabled", 403),
    Reply(json={"namespaces": ["oembed/1.0"]}),
]


@pytest.mark.parametrize("closed", CLOSED)
def test_a_site_that_never_opened_its_interface_is_read_by_its_feed(
    site: WordPressTown, closed: Reply
) -> None:
    """With the same ids and the same words, so that opening it later is no news."""
    number = site.post("Library", "<p>Opens at ten.</p>", at=NOW - HOUR)
    (by_rest,) = listed(reader(site))
    site.is_open, site.closed = False, closed
    site._asked.clear()
    posts, left = run(site, {})
    assert site.asked() == [INDEX, INDEX, FEED]
    (post,) = posts
    assert (post.platform_id, post.url) == (f"{site.server.url}/?p={number}", site.link(number))
    assert post.content.digest() == by_rest.content.digest()
    site._asked.clear()
    run(site, left, as_of=NOW + HOUR)
    assert site.asked() == [FEED]  # looked for again once a day
    site.is_open = True
    (post,), left = run(site, left, as_of=NOW + 25 * HOUR)
    assert post.current_id == f"posts {number}"


@pytest.mark.parametrize("closed", CLOSED)
def test_a_site_that_closed_its_interface_is_said_to_be_closed(
    site: WordPressTown, closed: Reply
) -> None:
    """What a feed leaves out would look as if it had been corrected."""
    site.post("One", "")
    left = known_root(site)
    site.is_open, site.closed = False, closed
    with pytest.raises(ReadError):
        list(reader(site, before=left).posts(since=SINCE))
    with pytest.raises(AccessError, match="no longer lets its interface be read") as caught:
        reader(site, before=left).profile()
    assert caught.value.reason is Reason.FORBIDDEN


@pytest.mark.parametrize("status", [404, 410])
def test_a_site_that_is_not_there_is_no_closed_interface(site: WordPressTown, status: int) -> None:
    """Its front page says the same: nobody can open an interface there."""
    site.post("One", "")
    left = known_root(site)
    nothing = Reply(status=status, body="nothing here")
    site.next(LIST, nothing)
    site.next(PAGE, nothing, nothing)
    with pytest.raises(AccessError, match="neither") as caught:
        list(reader(site, before=left).posts(since=SINCE))
    assert caught.value.reason is Reason.ACCOUNT_GONE
    site.next(INDEX, nothing, nothing)
    with pytest.raises(AccessError, match="neither") as caught:
        reader(site, before=left).profile()
    assert caught.value.reason is Reason.ACCOUNT_GONE


def test_a_site_that_is_down_is_no_site_without_an_interface(site: WordPressTown) -> None:
    """A fault while it is looked for is passing; the feed is not taken instead."""
    site.next(INDEX, Reply(status=500, body="<html>Error establishing a database connection"))
    with pytest.raises(LaterError) as caught:
        reader(site).probe()
    assert caught.value.reason is Reason.TRANSIENT
    assert FEED not in site.asked()


def test_the_interface_is_found_behind_a_redirect(site: WordPressTown) -> None:
    """Servers lead from one spelling of the address to another."""
    site.post("One", "<p>x</p>")
    site.next(INDEX, redirect(f"{site.server.url}/wp-json/"))
    assert owns(listed(reader(site))) == ["One\nx"]


@pytest.mark.parametrize(
    "handle",
    [
        "https://news.example",
        "news.example/",
        "https://news.example/feed/",
        "news.example/wp-json/",
    ],
)
def test_a_site_may_be_written_in_several_ways(site: WordPressTown, handle: str) -> None:
    """With or without https, or as the address of its feed."""
    site.post("One", "<p>x</p>")
    assert owns(listed(reader(site, handle=handle))) == ["One\nx"]


@pytest.mark.parametrize("handle", ["javascript:alert(1)", "ftp://x.example", "https://", "://"])
def test_what_is_no_address_is_said(site: WordPressTown, handle: str) -> None:
    """Nothing is asked for a wrong entry in the register."""
    with pytest.raises(ContractError, match="no address"):
        reader(site, handle=handle).probe()
    assert site.asked() == []


def test_another_address_in_the_register_is_another_site(site: WordPressTown) -> None:
    """What was learned of the old one is not used for the new one."""
    left = known_root(site)
    reader(site, before=left, handle="https://other.example").probe()
    assert site.asked()[0] == INDEX


def test_only_a_site_that_answers_so_is_absent(site: WordPressTown) -> None:
    """Its own page says that it is not here."""
    assert reader(site).absence() is None
    site.is_there = False
    assert reader(site).absence() is not None
    with pytest.raises(AccessError) as caught:
        reader(site).probe()
    assert caught.value.reason is Reason.ACCOUNT_GONE


# --- trouble --------------------------------------------------------------------------------------

TROUBLES: list[tuple[Reply, type[ReadError], Reason]] = [
    (Reply(status=500, body="<html>database"), LaterError, Reason.TRANSIENT),
    (Reply(status=503, headers={"Retry-After": "90"}), LaterError, Reason.TRANSIENT),
    (Reply(status=429), LaterError, Reason.RATE_LIMIT),
    (Reply(body="<html>maintenance</html>"), LaterError, Reason.TRANSIENT),
    (Reply(json={"a": 1}), LaterError, Reason.TRANSIENT),
    (problem("rest_forbidden", 401), AccessError, Reason.FORBIDDEN),
    (Reply(status=403, body="<html>blocked</html>"), AccessError, Reason.FORBIDDEN),
    (problem("rest_no_route", 404), AccessError, Reason.FORBIDDEN),
    (problem("rest_invalid_param", 400), ContractError, Reason.CONTRACT),
    (Reply(body=b"x" * 11_000_000), ContractError, Reason.CONTRACT),
    (Reply(body="[" * 100_000), LaterError, Reason.TRANSIENT),
    (redirect("https://elsewhere.example/"), ContractError, Reason.CONTRACT),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_trouble_has_its_class(
    site: WordPressTown, trouble: tuple[Reply, type[ReadError], Reason]
) -> None:
    """Nothing is listed, nothing is gone, and the reason is one that people can act on."""
    left = known_root(site)
    reply, kind, reason = trouble
    site.next(LIST, reply)
    with pytest.raises(kind) as caught:
        list(reader(site, before=left).posts(since=SINCE))
    assert getattr(caught.value, "reason", None) is reason


def test_a_dead_login_is_told_apart(site: WordPressTown) -> None:
    """A person has to make a new one; no form of it stands in the error."""
    left = known_root(site)
    with pytest.raises(AccessError) as caught:
        list(reader(site, before=left, login="clerk:old canary password").posts(since=SINCE))
    assert caught.value.reason is Reason.AUTH_EXPIRED
    assert "canary" not in str(caught.value)


def test_the_login_is_kept_out_of_everything(site: WordPressTown) -> None:
    """It goes into a header, never into an address, and out of kept answers in every spelling."""
    bare = PASSWORD.replace(" ", "")
    site.post("One", f"<p>{PASSWORD} {bare}</p>")
    (post,), left = run(site, known_root(site), login=LOGIN)
    assert all("canary" not in each.target for each in site.server.requests)
    assert post.raw is not None
    assert b"canary" not in post.raw
    assert all("canary" not in value for value in left.values())


def test_the_login_is_not_sent_to_pages_and_feeds(site: WordPressTown) -> None:
    """Only the interface gets it."""
    site.is_open = False
    site.post("One", "")
    listed(reader(site, login=LOGIN))
    assert all("authorization" not in each.headers for each in site.server.requests)


HOSTILE: list[dict[str, Any]] = [
    {"title": "x", "content": {"rendered": ["x"]}, "excerpt": 5},
    {"content": {"rendered": "<div>" * 60_000}},
    {"content": {"rendered": "<script>alert(1)</script><a href='javascript:alert(1)'>x</a>"}},
    {"title": {"rendered": "\x00\ud800"}, "guid": {"rendered": "x" * 9000}},
    {"date_gmt": "0000-00-00T00:00:00", "modified_gmt": "soon", "link": "javascript:alert(1)"},
    {"_embedded": {"wp:featuredmedia": [{"code": "rest_forbidden"}, 5], "wp:term": {"a": 1}}},
]


@pytest.mark.parametrize("odd", HOSTILE)
def test_hostile_content_is_words_and_nothing_else(
    site: WordPressTown, odd: dict[str, Any]
) -> None:
    """It can be hashed and stored, has no script and only http links."""
    whole = {**site.view(site._posts[site.post("One", "")]), **odd}
    left = known_root(site)
    site.next(LIST, Reply(json=[whole]))
    for batch in reader(site, before=left).posts(since=SINCE):
        for post in batch.posts:
            post.content.text().encode()
            assert len(post.platform_id) <= 500
            assert "alert" not in post.content.text() + post.url
            assert all(each.startswith("http") for each in post.content.links)


def test_a_time_set_forward_is_as_the_site_says(site: WordPressTown) -> None:
    """The site's clock may be wrong; what it says is kept, and the post is not lost."""
    site.post("One", "", at=NOW + timedelta(minutes=5))
    assert owns(listed(reader(site))) == ["One"]
