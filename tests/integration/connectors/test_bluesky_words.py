"""What a post on Bluesky says, with all that hangs on it."""

from __future__ import annotations

from connectors.base import Extra, Still
from tests.lib.bluesky_reader import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    ONE,
    PRESENT,
    TWO,
    again,
    listed,
    only,
    reader,
    texts,
    verdicts,
)
from tests.lib.bluesky_server import POSTS, BlueskyTown, Member
from tests.lib.bluesky_views import blob, external, images, link, quote
from tests.lib.http_server import Reply

# --- what a post says ---------------------------------------------------------------------------


def test_links_are_unwound_from_their_byte_ranges(town: BlueskyTown, elm: Member) -> None:
    """A link that is shown cut short is written out, behind letters of several bytes too."""
    text = "Café öffnet 🎉 elm-tc.gov.uk/news/long-... and elm-tc.gov.uk."
    whole = "https://www.elm-tc.gov.uk/news/long-story-of-the-hall"
    short = "https://elm-tc.gov.uk"
    facets = [
        link(text, "elm-tc.gov.uk/news/long-...", whole),
        link(text, "elm-tc.gov.uk.", short + "."),
    ]
    town.post(elm, text, facets=facets)
    content = only(town, elm)
    assert content.own == f"Café öffnet 🎉 {whole} and elm-tc.gov.uk."
    assert content.links == (whole, short + ".")


def test_an_address_behind_other_words_is_read_too(town: BlueskyTown, elm: Member) -> None:
    """The text stays as a reader sees it; where it leads stands beside it."""
    text = "Details are here for everybody."
    town.post(elm, text, facets=[link(text, "here", "https://party.example/join")])
    content = only(town, elm)
    assert content.own == text
    assert content.extras == (Extra(kind="link", text="https://party.example/join"),)
    assert content.links == ("https://party.example/join",)


def test_odd_ranges_break_nothing(town: BlueskyTown, elm: Member) -> None:
    """Ranges within a letter, beyond the end, overlapping: the words stay, the links are kept."""
    text = "é a... b... c"
    first, second = "https://a.example/", "https://b.example/"
    cuts = [(1, 4), (3, 400), (5, 2), (3, 7), (4, 8)]
    facets = [
        {
            "index": {"byteStart": start, "byteEnd": end},
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": uri}],
        }
        for (start, end), uri in zip(
            cuts, [first, first, first, "https://a.example/", second], strict=True
        )
    ]
    town.post(elm, text, facets=facets)
    content = only(town, elm)
    assert content.own == "é https://a.example/ b... c"
    assert content.links == (first, second)


def test_pictures_have_lasting_names_and_their_descriptions(town: BlueskyTown, elm: Member) -> None:
    """Named by the hash of their bytes; the address where they lie now stands apart."""
    town.post(elm, "Photos", embed=images(("The mayor at the fair", ONE), ("", TWO)))
    content = only(town, elm)
    assert content.pictures == (ONE, TWO)
    assert content.extras == (Extra(kind="alt", text="The mayor at the fair"),)
    (post,) = listed(reader(town, did=elm.did))
    assert [still.name for still in post.stills] == [ONE, TWO]
    assert all(still.address.startswith("https://cdn.bsky.example/") for still in post.stills)


def test_a_gallery_and_a_film_are_read_alike(town: BlueskyTown, elm: Member) -> None:
    """Newer forms of embed: items of a gallery, a film with the frame that stands for it."""
    item = {
        "$type": "app.bsky.embed.gallery#image",
        "alt": "The old hall",
        "image": blob(ONE),
        "aspectRatio": {"width": 4, "height": 3},
    }
    gallery = {"$type": "app.bsky.embed.gallery", "items": [item]}
    film = {
        "$type": "app.bsky.embed.video",
        "video": blob(TWO, "video/mp4"),
        "alt": "The mayor speaks",
    }
    town.post(elm, "Hall", at=NOW - HOUR, embed=gallery)
    town.post(elm, "Film", at=NOW - DAY, embed=film)
    hall, shown = listed(reader(town, did=elm.did))
    assert (hall.content.text(), hall.content.pictures) == ("Hall\nThe old hall", (ONE,))
    assert (shown.content.text(), shown.content.pictures) == ("Film\nThe mayor speaks", (TWO,))
    still = Still(name=TWO, address=f"https://video.bsky.example/{TWO}/thumbnail.jpg")
    assert (hall.stills[0].name, shown.stills) == (ONE, (still,))


def test_a_link_preview_is_part_of_the_post(town: BlueskyTown, elm: Member) -> None:
    """Its title and description are judged, its address is a link."""
    preview = external("https://shop.example/sale", "Big sale", "20% off all kitchens")
    town.post(elm, "Look", embed=preview)
    content = only(town, elm)
    assert content.text() == "Look\nBig sale\n20% off all kitchens"
    assert content.links == ("https://shop.example/sale",)


def test_tags_beside_the_text_and_own_warnings_are_read(town: BlueskyTown, elm: Member) -> None:
    """A writer's own content warning is the writer's; what moderators add is not."""
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}]}
    uri = town.post(elm, "Accident", tags=["VoteElm"], labels=labels)
    content = only(town, elm)
    assert content.extras == (
        Extra(kind="tag", text="VoteElm"),
        Extra(kind="tag", text="graphic-media"),
    )
    view = town._view(uri)
    view["labels"] = [{"src": elm.did[:-1] + "a", "uri": uri, "val": "spam", "cts": "2026-11-24"}]
    town.next(POSTS, Reply(json={"posts": [view]}))
    (answer,) = again(town, elm, uri)
    assert answer.post is not None
    assert answer.post.content == content
    assert b'"spam"' in (answer.post.raw or b"")


def test_a_reply_within_the_account_knows_its_parent(town: BlueskyTown, elm: Member) -> None:
    """A reply to somebody else stands for itself."""
    other = town.account("other.example")
    first = town.post(elm, "One of two", at=NOW - 3 * HOUR)
    asked = town.post(other, "When?", at=NOW - 2 * HOUR)
    for parent, at in ((first, NOW - HOUR), (asked, NOW - MINUTE)):
        town.post(elm, "Two", at=at, reply={"root": town.ref(first), "parent": town.ref(parent)})
    newest, second, root = listed(reader(town, did=elm.did))
    assert [post.parent_id for post in (newest, second, root)] == [None, first, None]


def test_a_quotation_is_judged_with_the_words_it_quotes(town: BlueskyTown, elm: Member) -> None:
    """The quoted post's words carry whose they are; its pictures' descriptions count too."""
    other = town.account("candidate.example")
    inner = town.post(other, "Vote for me", at=NOW - 3 * HOUR)
    outer = town.post(
        other,
        "As I said",
        at=NOW - 2 * HOUR,
        embed=quote(town.ref(inner), images(("My leaflet", ONE))),
    )
    town.post(elm, "Interesting", at=NOW - HOUR, embed=quote(town.ref(outer)))
    content = only(town, elm)
    assert content.own == "Interesting"
    assert [(extra.kind, extra.text, extra.by) for extra in content.extras] == [
        ("referenced", "As I said", "candidate.example"),
        ("referenced", "My leaflet", "candidate.example"),
        ("referenced", "Vote for me", "candidate.example"),
    ]
    assert content.pictures == ()


def test_quoting_oneself_names_no_other_author(town: BlueskyTown, elm: Member) -> None:
    """The account's own words are its own wherever they stand."""
    first = town.post(elm, "Open at ten", at=NOW - 2 * HOUR)
    town.post(elm, "Again:", at=NOW - HOUR, embed=quote(town.ref(first), images(("Door", ONE))))
    newest = listed(reader(town, did=elm.did))[0].content
    assert [(extra.kind, extra.text, extra.by) for extra in newest.extras] == [
        ("alt", "Door", ""),
        ("referenced", "Open at ten", ""),
    ]
    assert newest.pictures == (ONE,)


def test_a_quoted_post_that_is_gone_leaves_the_quoting_one_whole(
    town: BlueskyTown, elm: Member
) -> None:
    """It stays present and complete without the words that nobody sees any more."""
    other = town.account("other.example")
    quoted = town.post(other, "Gone soon", at=NOW - 2 * HOUR)
    uri = town.post(elm, "Look at this", at=NOW - HOUR, embed=quote(town.ref(quoted)))
    town.delete(quoted)
    assert texts(listed(reader(town, did=elm.did))) == ["Look at this"]
    assert verdicts(again(town, elm, uri)) == [PRESENT]


def test_a_shared_list_is_read_by_its_name(town: BlueskyTown, elm: Member) -> None:
    """Feeds, lists and starter packs are quoted like posts and have words of their own."""
    uri = town.post(elm, "Follow these")
    view = town._view(uri)
    target = {
        "$type": "app.bsky.graph.defs#starterPackViewBasic",
        "uri": f"at://{elm.did}/app.bsky.graph.starterpack/1",
        "record": {"name": "Candidates to follow", "description": "All of one party"},
    }
    view["embed"] = {"$type": "app.bsky.embed.record#view", "record": target}
    town.next(POSTS, Reply(json={"posts": [view]}))
    (answer,) = again(town, elm, uri)
    assert answer.post is not None
    said = "Follow these\nCandidates to follow\nAll of one party"
    assert answer.post.content.text() == said
