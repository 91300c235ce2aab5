"""The demo's town as `clerkwatch demo` uses it."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import TYPE_CHECKING

import facebook
import feedparser
import pytest
import requests

from config.settings import load, secret
from monitor.demo.run import DemoTown
from monitor.demo.world import Site
from tests.integration.demo.clients import session, x_client, x_pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def town(tmp_path: Path) -> Iterator[DemoTown]:
    """The running town."""
    with DemoTown(tmp_path / "demo") as running:
        yield running


def _on_x(town: DemoTown) -> dict[str, str]:
    client = x_client(town.servers[Site.X].url, town.environ["CLERKWATCH_SECRET_COUNCIL_X"])
    user = client.get_user(username="EBTownDemo").data.id
    pages = x_pages(client, str(user), max_results=100, tweet_fields=["note_tweet"])
    return {str(post.id): post.text for page in pages for post in page.data}


def test_configuration_is_one_that_loads(town: DemoTown) -> None:
    """The written configuration loads, and every credential it names is there."""
    settings = load(town.settings_file, environ=town.environ)
    register = settings.register()

    assert [account.platform for account in register] == [
        "facebook",
        "x",
        "facebook",
        "feed",
        "feed",
        "manual",
    ]
    for account in register:
        if account.credential is not None:
            value = secret(account.credential, environ=town.environ).get_secret_value()
            assert value not in town.settings_toml
    assert settings.council.logo is not None
    assert settings.council.logo.is_file()


def test_window_of_the_election_is_open_on_both_days(town: DemoTown) -> None:
    """The by-election's notice was published before the first day, its poll is ahead."""
    poll = load(town.settings_file, environ=town.environ).polls[0]

    assert poll.notice is not None
    assert poll.notice < town.first_day.date() < town.second_day.date() < poll.date


def test_whole_story_can_be_read_on_both_days(town: DemoTown) -> None:
    """X shows the history on the first day; on the second the new posts, less the one that went."""
    before = _on_x(town)
    town.advance_to_second_day()
    after = _on_x(town)
    gone = [post.platform_id for post in town.story.posts if post.deleted_at is not None]

    assert sorted(set(before) - set(after)) == gone
    assert len(set(after) - set(before)) == sum(
        post.account == "council-x" and post.at > town.first_day for post in town.story.posts
    )


def test_page_is_edited_and_the_mayors_token_dies(town: DemoTown) -> None:
    """On the second day the lights' post has other words, and the Mayor's token is dead."""
    base = town.servers[Site.FACEBOOK].url
    graph = facebook.GraphAPI(
        access_token=town.environ["CLERKWATCH_SECRET_COUNCIL_FACEBOOK"], session=session(base)
    )
    mayor = facebook.GraphAPI(
        access_token=town.environ["CLERKWATCH_SECRET_MAYOR_FACEBOOK"], session=session(base)
    )
    edited = next(post for post in town.story.posts if post.edits)
    before = graph.get_object(edited.platform_id, fields="message")["message"]
    assert mayor.get_object("me", fields="id")["id"]
    town.advance_to_second_day()
    after = graph.get_object(edited.platform_id, fields="message")["message"]

    assert (before, after) == (edited.body.text, edited.edits[0].text)
    with pytest.raises(facebook.GraphAPIError, match="changed their password"):
        mayor.get_object("me", fields="id")


def test_labels_carry_the_ids_that_readers_have(town: DemoTown) -> None:
    """In the running town a label's id is what reading gives: a feed's is the page's address."""
    town.advance_to_second_day()
    blog = next(each for each in town.planted() if each.account == "town-blog")
    near = next(each for each in town.near_misses() if each.account == "town-blog")
    on_x = {each.platform_id for each in town.planted() if each.account == "council-x"}

    assert requests.get(blog.platform_id, timeout=5).status_code == 200
    assert requests.get(near.platform_id, timeout=5).status_code == 200
    assert len(on_x & set(_on_x(town))) == len(on_x) - 1


@pytest.mark.parametrize("label", ["town-blog", "member-blog"])
def test_feeds_hold_the_whole_history(town: DemoTown, label: str) -> None:
    """The blogs' feeds show every post of the four weeks, each with its page."""
    town.advance_to_second_day()
    account = next(a for a in load(town.settings_file, environ={}).accounts if a.id == label)
    feed = feedparser.parse(requests.get(account.handle, timeout=5).content)
    told = [post for post in town.story.posts if post.account == label]

    assert len(feed.entries) == len(told)
    assert requests.get(feed.entries[0].link, timeout=5).status_code == 200


def test_mails_are_kept_and_saved(town: DemoTown) -> None:
    """A mail sent to the configured server is kept, and written out for a person to see."""
    message = EmailMessage()
    message["Subject"] = "2 posts need a decision — Tue 24 Nov"
    message["From"], message["To"] = "watch@demo.example", "clerk@demo.example"
    message.set_content("Words")
    message.add_alternative("<p>Words</p>", subtype="html")
    mail = load(town.settings_file, environ={}).mail
    with smtplib.SMTP(mail.host, mail.port, timeout=5) as client:
        client.send_message(message)
    saved = town.save_mails()

    assert [each.subject for each in saved] == ["2 posts need a decision — Tue 24 Nov"]
    assert saved[0].text == "Words\n"
    assert saved[0].html is not None
    assert saved[0].html.read_text(encoding="utf-8") == "<p>Words</p>\n"
    assert saved[0].whole.read_bytes() == town.mails[0].data


def test_town_leaves_nothing_running(tmp_path: Path) -> None:
    """After the town is left no port answers."""
    with DemoTown(tmp_path) as town:
        addresses = [server.url for server in town.servers.values()]

    for address in addresses:
        with pytest.raises(requests.ConnectionError):
            requests.get(address, timeout=5)
