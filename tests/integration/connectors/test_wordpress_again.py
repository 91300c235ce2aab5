"""Posts of a WordPress site read again: unpublished, deleted, and what only looks like it."""

from __future__ import annotations

import pytest

from config.errors import AccessError, LaterError
from config.types import Outcome, Reason
from connectors.base import KnownPost
from tests.lib.http_server import Reply
from tests.lib.wordpress_reader import (
    DAY,
    GONE,
    HOUR,
    NOW,
    PARTIAL,
    PRESENT,
    TRANSIENT,
    again,
    known,
    known_root,
    listed,
    reader,
    verdicts,
)
from tests.lib.wordpress_server import (
    COMMENTS,
    LIST,
    LOGIN,
    ME,
    PAGE,
    SINGLE,
    WordPressTown,
    problem,
)


def test_posts_are_read_again_a_hundred_a_request(site: WordPressTown) -> None:
    """Lists are asked for apart: posts, pages, the site's own kinds."""
    ids = [site.post(str(n), "", at=NOW - n * DAY) for n in range(120)]
    page = site.post("Contact", "", base="pages", at=NOW - 900 * DAY)
    posts = [*(known(site, n) for n in ids), known(site, page, "pages")]
    assert verdicts(again(site, *posts)) == [PRESENT] * 121
    assert site.asked() == [LIST] * 3


def test_what_the_listing_has_shown_is_not_asked_again(site: WordPressTown) -> None:
    """It is answered from there."""
    number = site.post("One", "")
    connector = reader(site)
    listed(connector)
    before = len(site.asked())
    (answer,) = connector.reread([known(site, number)])
    assert (answer.outcome, len(site.asked())) == (Outcome.PRESENT, before)


def test_a_deleted_post_is_gone_after_it_and_the_list_were_asked(site: WordPressTown) -> None:
    """Left out of the lot, "no such number", and the list of posts is shown."""
    kept = site.post("Kept", "", at=NOW - HOUR)
    lost = site.post("Lost", "", at=NOW - DAY)
    post = known(site, lost)
    site.delete(lost)
    answers = again(site, known(site, kept), post)
    assert verdicts(answers) == [PRESENT, GONE]
    assert answers[1].detail == "the site says that it no longer shows it"
    assert site.asked()[0] == LIST
    assert SINGLE in site.asked()


@pytest.mark.parametrize("status", ["trash", "private", "draft", "future"])
def test_a_post_that_strangers_may_not_see_is_gone_when_its_page_agrees(
    site: WordPressTown, status: str
) -> None:
    """WordPress answers 401 for that number while everything else is shown."""
    number = site.post("Lost", "", at=NOW - DAY)
    site.set(number, status=status)
    assert verdicts(again(site, known(site, number))) == [GONE]
    assert PAGE in site.asked()


@pytest.mark.parametrize("status", ["trash", "private", "draft"])
def test_with_a_login_the_site_names_the_state_itself(site: WordPressTown, status: str) -> None:
    """Its page need not be asked; the login has to be alive."""
    number = site.post("Lost", "", at=NOW - DAY)
    site.set(number, status=status)
    assert verdicts(again(site, known(site, number), login=LOGIN)) == [GONE]
    assert (ME in site.asked(), PAGE in site.asked()) == (True, False)


def test_a_post_that_was_put_off_is_scheduled_to_a_login(site: WordPressTown) -> None:
    """It will be there again: it stands, and is said not to be visible yet."""
    number = site.post("One", "<p>Words.</p>")
    before = known(site, number)
    site.set(number, status="future")
    (answer,) = again(site, before, login=LOGIN)
    assert (answer.outcome, answer.post and answer.post.is_scheduled) == (Outcome.PRESENT, True)


def test_a_refusal_whose_page_still_opens_proves_nothing(site: WordPressTown) -> None:
    """A plugin refuses single posts to everybody: the post stands."""
    number = site.post("One", "", at=NOW - DAY)
    left = known_root(site)
    site.next(LIST, Reply(json=[]))
    site.next(SINGLE, problem("rest_forbidden", 401))
    assert verdicts(again(site, known(site, number), before=left)) == [PARTIAL]


def test_a_page_that_leads_to_another_post_is_no_longer_there(site: WordPressTown) -> None:
    """WordPress leads from a missing address to a similar one."""
    number = site.post("Lost", "", at=NOW - DAY)
    other = site.post("Lost and found", "", at=NOW - DAY)
    site.trash(number)
    site.next(PAGE, Reply(status=301, headers={"Location": site.link(other)}))
    assert verdicts(again(site, known(site, number))) == [GONE]


@pytest.mark.parametrize("reply", [Reply(status=500), Reply(status=403), Reply(status=429)])
def test_a_page_that_says_nothing_proves_nothing(site: WordPressTown, reply: Reply) -> None:
    """The interface refuses, and the page cannot say: cannot be told."""
    number = site.post("Lost", "", at=NOW - DAY)
    site.trash(number)
    site.next(PAGE, reply)
    assert verdicts(again(site, known(site, number))) == [PARTIAL]


@pytest.mark.parametrize(
    "said",
    [
        Reply(body="<html>maintenance</html>"),
        Reply(json={"id": 999}),
        problem("rest_invalid_param", 400),
    ],
)
def test_an_answer_that_says_something_else_proves_nothing(
    site: WordPressTown, said: Reply
) -> None:
    """It is neither the post nor a word that there is none."""
    number = site.post("Lost", "", at=NOW - DAY)
    post = known(site, number)
    site.delete(number)
    left = known_root(site)
    site.next(SINGLE, said)
    assert verdicts(again(site, post, before=left)) == [PARTIAL]


@pytest.mark.parametrize(
    "said", [Reply(status=404, body="<html>not found</html>"), problem("rest_no_route", 404)]
)
def test_a_proxys_not_found_is_no_deletion(site: WordPressTown, said: Reply) -> None:
    """It is not the site's own word for a number: the interface counts as closed."""
    number = site.post("Lost", "", at=NOW - DAY)
    post = known(site, number)
    site.delete(number)
    left = known_root(site)
    site.next(SINGLE, said)
    with pytest.raises(AccessError) as caught:
        again(site, post, before=left)
    assert caught.value.reason is Reason.FORBIDDEN


def test_nothing_is_gone_while_the_list_is_not_shown(site: WordPressTown) -> None:
    """The site fails at the probe: whether the post is gone cannot be told."""
    number = site.post("Lost", "", at=NOW - DAY)
    post, left = known(site, number), known_root(site)
    site.delete(number)
    site.next(LIST, Reply(json=[]), Reply(status=503))
    assert verdicts(again(site, post, before=left)) == [TRANSIENT]


def test_nothing_is_gone_with_a_dead_login(site: WordPressTown) -> None:
    """Whoever is not let in is shown nothing."""
    number = site.post("Lost", "", at=NOW - DAY)
    post, left = known(site, number), known_root(site)
    site.delete(number)
    site.next(ME, problem("incorrect_password", 401))
    with pytest.raises(AccessError) as caught:
        again(site, post, before=left, login=LOGIN)
    assert caught.value.reason is Reason.AUTH_EXPIRED


def test_a_rate_limit_among_the_questions_ends_the_run(site: WordPressTown) -> None:
    """The time that is named is obeyed for the whole site."""
    number = site.post("Lost", "", at=NOW - DAY)
    post, left = known(site, number), known_root(site)
    site.delete(number)
    site.next(SINGLE, Reply(status=429, headers={"Retry-After": "30"}))
    with pytest.raises(LaterError) as caught:
        again(site, post, before=left)
    assert caught.value.reason is Reason.RATE_LIMIT


def test_two_failures_are_enough_and_the_rest_waits(site: WordPressTown) -> None:
    """A site in trouble is not asked forty times; none of them is called gone."""
    ids = [site.post(str(n), "", at=NOW - n * HOUR) for n in range(6)]
    posts, left = [known(site, n) for n in ids], known_root(site)
    for each in ids:
        site.delete(each)
    site.next(SINGLE, *[Reply(status=500)] * 6)
    outcomes = {each.outcome for each in again(site, *posts, before=left)}
    assert outcomes == {Outcome.CANNOT_TELL}
    assert site.asked().count(SINGLE) == 2


def test_forty_single_posts_are_enough_for_one_run(site: WordPressTown) -> None:
    """A hundred vanish: forty are asked singly, the others next time."""
    ids = [site.post(str(n), "", at=NOW - n * HOUR) for n in range(100)]
    posts = [known(site, n) for n in ids]
    for each in ids:
        site.delete(each)
    outcomes = [each.outcome for each in again(site, *posts)]
    assert (outcomes.count(Outcome.GONE), outcomes.count(Outcome.CANNOT_TELL)) == (40, 60)


@pytest.mark.parametrize("odd", [[], {}, True, None, "1"])
def test_a_number_that_is_none_proves_nothing(site: WordPressTown, odd: object) -> None:
    """Found by broken answers: what should be a number may be anything."""
    number = site.post("One", "", at=NOW - DAY)
    left = known_root(site)
    broken = {**site.view(site._posts[number]), "id": odd}
    site.next(LIST, Reply(json=[broken]))
    site.next(SINGLE, Reply(json=broken))
    assert verdicts(again(site, known(site, number), before=left)) == [PARTIAL]


@pytest.mark.parametrize("odd", ["https://x.example/?p=5", "", "posts x", "../users 1", "posts 0"])
def test_an_id_that_holds_no_number_is_not_sent(site: WordPressTown, odd: str) -> None:
    """It comes from the feed, before the interface was open: cannot be told from here."""
    assert verdicts(again(site, KnownPost(platform_id=odd))) == [PARTIAL]
    assert site.asked() == []


def test_a_comment_that_was_taken_down_is_gone(site: WordPressTown) -> None:
    """In the bin, called spam, held back, or deleted: strangers no longer see it."""
    post = site.post("One", "", at=NOW - DAY)
    ids = [site.comment(post, "Bo", "<p>x</p>", at=NOW - HOUR) for _ in range(5)]
    for number, status in zip(ids[1:4], ["trash", "spam", "hold"], strict=True):
        site.set_comment(number, status=status)
    del site._comments[ids[4]]
    answers = again(site, *(known(site, number, COMMENTS) for number in ids))
    assert verdicts(answers) == [PRESENT, GONE, GONE, GONE, GONE]


def test_an_edited_comment_is_another_version(site: WordPressTown) -> None:
    """WordPress tells no time of it: the words are compared."""
    number = site.comment(site.post("One", ""), "Bo", "<p>Old</p>", at=NOW - HOUR)
    (before,) = again(site, known(site, number, COMMENTS))
    site.set_comment(number, text="<p>New</p>")
    (after,) = again(site, known(site, number, COMMENTS))
    assert before.post is not None
    assert after.post is not None
    assert after.post.content.digest() != before.post.content.digest()
