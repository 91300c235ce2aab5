"""What a Facebook page has scheduled: read as WordPress' is, and never taken for published."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.errors import AccessError, LaterError, ReadError
from config.types import Outcome, Reason
from connectors import find
from connectors.base import ReaderState
from tests.lib.facebook_reader import (
    NOT_SHOWN,
    NOW,
    PAGE,
    POSTS,
    SCHEDULED,
    batches,
    failure,
    ids,
    one_page,
    page_of,
    post,
    reader,
    reread,
)
from tests.lib.http_server import Reply, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.base import Connector, FetchedPost

DAY = timedelta(days=1)
SPOT = "scheduled posts"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Run Graph with one page, on which nothing has been posted."""
    with one_page() as running:
        yield running


def scheduled(number: int, *, days: float = 3, **more: Any) -> dict[str, Any]:
    """Return a post that was written a month ago and is to appear in some days."""
    at = int((NOW + days * DAY).timestamp())
    return post(number, is_published=False, scheduled_publish_time=at, **more) | {
        "created_time": (NOW - 40 * DAY).strftime("%Y-%m-%dT%H:%M:%S+0000")
    }


def listed(*each: object, after: str = "") -> Reply:
    """Return one page of the list of scheduled posts."""
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": after or "end"}}
    if after:
        paging["next"] = f"http://127.0.0.1{SCHEDULED}?after={after}"
    return Reply(json={"data": list(each), "paging": paging})


def found(connector: Connector) -> list[FetchedPost]:
    """Return every post of a whole reading that is complete."""
    read = batches(connector)
    assert read[-1].complete, read[-1].note
    return [each for batch in read for each in batch.posts]


def unseen(connector: Connector) -> tuple[str, ...]:
    """Return the blind spots that are named after a reading."""
    account = connector._account  # type: ignore[attr-defined]
    return find("facebook").unseen(account, connector.validators())


def test_a_scheduled_post_counts_from_when_it_is_to_appear(server: ScriptedServer) -> None:
    """Not from when it was written; it is marked, and comes with what is published."""
    server.on(POSTS, page_of(1))
    server.on(SCHEDULED, listed(scheduled(2, message="The fair opens.")))
    published, waiting = found(reader(server.url))
    assert (published.is_scheduled, waiting.is_scheduled) == (False, True)
    assert (waiting.platform_id, waiting.published_at) == ("500_2", NOW + 3 * DAY)
    assert waiting.content.own == "The fair opens."


@pytest.mark.parametrize("form", [int, str])
def test_its_time_may_come_as_number_or_text(server: ScriptedServer, form: type) -> None:
    """Graph has given both."""
    at = form(int((NOW + DAY).timestamp()))
    server.on(SCHEDULED, listed(scheduled(2) | {"scheduled_publish_time": at}))
    assert [each.published_at for each in found(reader(server.url))] == [NOW + DAY]


def test_every_page_of_the_list_is_read_however_long_ago_posts_were_written(
    server: ScriptedServer,
) -> None:
    """What was written before the look-back is still to come; an empty page is no end."""
    server.on(SCHEDULED, listed(scheduled(2), after="a"), listed(after="b"), listed(scheduled(3)))
    assert ids(batches(reader(server.url))) == ["500_2", "500_3"]


def test_nothing_new_costs_two_requests(server: ScriptedServer) -> None:
    """One for what is published and one for what is scheduled; reading again is free."""
    server.on(POSTS, page_of(1))
    server.on(SCHEDULED, listed(scheduled(2)))
    connector = reader(server.url)
    found(connector)
    told = reread(connector, "500_1", "500_2")
    assert [each.outcome for each in told] == [Outcome.PRESENT] * 2
    assert server.paths() == [POSTS, SCHEDULED]


def test_what_appears_between_two_questions_is_published(server: ScriptedServer) -> None:
    """It is listed as both for a moment: the newer word counts."""
    server.on(POSTS, page_of(2))
    server.on(SCHEDULED, listed(scheduled(2)))
    assert [each.is_scheduled for each in found(reader(server.url))] == [False]


@pytest.mark.parametrize(
    "refusal",
    [failure(200, status=403), failure(10, status=403), failure(283), failure(3), NOT_SHOWN],
    ids=["200", "10", "283", "3", "not shown"],
)
def test_without_the_permission_the_page_is_read_and_the_spot_is_named(
    server: ScriptedServer, refusal: Reply
) -> None:
    """The reading is complete; that scheduled posts are not read stands among what is not seen."""
    server.on(POSTS, page_of(1))
    server.on(SCHEDULED, refusal)
    connector = reader(server.url)
    assert [each.platform_id for each in found(connector)] == ["500_1"]
    assert SPOT in unseen(connector)


def test_with_the_permission_the_spot_is_not_named(server: ScriptedServer) -> None:
    """An empty list that is shown is read, too; before any reading it is not known."""
    connector = reader(server.url)
    assert SPOT in unseen(connector)
    found(connector)
    assert SPOT not in unseen(connector)


def test_a_refusal_is_remembered_until_the_profile_is_read(server: ScriptedServer) -> None:
    """One refused question in six hours, not one in half an hour; then it is tried again."""
    server.on(SCHEDULED, failure(200), listed(scheduled(2)))
    first = reader(server.url)
    found(first)
    left = ReaderState(validators=first.validators())
    second = reader(server.url, state=left)
    found(second)
    assert server.paths().count(SCHEDULED) == 1
    assert SPOT in unseen(second)
    third = reader(server.url, state=ReaderState(validators=second.validators()))
    third.profile()
    assert [each.platform_id for each in found(third)] == ["500_2"]
    assert SPOT not in unseen(third)


def test_a_question_that_facebook_does_not_know_is_said(server: ScriptedServer) -> None:
    """A changed interface is no missing permission: the reading stands, and names it."""
    server.on(SCHEDULED, failure(100))
    read = batches(reader(server.url))
    assert read[-1].complete
    assert "what is scheduled is not read" in read[-1].note


def test_a_passing_trouble_leaves_the_reading_incomplete_without_a_gap(
    server: ScriptedServer,
) -> None:
    """What is published was read whole; what is scheduled is asked for again next time."""
    server.on(POSTS, page_of(1))
    server.on(SCHEDULED, failure(2))
    (read,) = batches(reader(server.url))
    assert (read.complete, read.gap) == (False, None)
    assert "scheduled" in read.note


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(failure(190, subcode=460), AccessError), (failure(32), LaterError)],
)
def test_a_dead_token_and_a_limit_are_the_accounts_trouble(
    server: ScriptedServer, answer: Reply, kind: type[ReadError]
) -> None:
    """Neither is taken for a missing permission."""
    server.on(SCHEDULED, answer)
    with pytest.raises(kind):
        batches(reader(server.url))


def test_an_entry_that_is_not_scheduled_is_said(server: ScriptedServer) -> None:
    """A draft without a time, and what is no post: noted, and the others are read."""
    odd = [post(5, is_published=False), {"message": "no id"}, scheduled(2)]
    server.on(SCHEDULED, listed(*odd))
    read = batches(reader(server.url))
    assert ids(read) == ["500_2"]
    assert not read[-1].complete


def test_fewer_are_asked_for_when_facebook_wants_fewer(server: ScriptedServer) -> None:
    """'Reduce the amount of data' halves this list, too; if it stays too much, that is said."""
    said = {"code": 1, "message": "Please reduce the amount of data you're asking for"}
    too_much = Reply(status=500, json={"error": said})
    server.on(SCHEDULED, too_much, listed(scheduled(2)))
    assert ids(batches(reader(server.url))) == ["500_2"]
    server.on(SCHEDULED, too_much)
    (read,) = batches(reader(server.url))
    assert (read.complete, "at a time" in read.note) == (False, True)


# --- read again -------------------------------------------------------------------------------


def waiting(server: ScriptedServer) -> ReaderState:
    """Return what a run leaves that has seen post 2 scheduled."""
    server.on(SCHEDULED, listed(scheduled(2)))
    connector = reader(server.url)
    found(connector)
    server.requests.clear()
    return ReaderState(validators=connector.validators())


def test_taken_back_while_the_list_is_shown_is_gone(server: ScriptedServer) -> None:
    """Facebook does not show it, the page answers, and so does the list of what is scheduled."""
    state = waiting(server)
    server.on(SCHEDULED, listed())
    server.on("/v25.0/500_2", NOT_SHOWN)
    connector = reader(server.url, state=state)
    (told,) = reread(connector, "500_2")
    assert (told.outcome, told.reason) == (Outcome.GONE, Reason.GONE_OR_HIDDEN)
    assert "no longer scheduled" in told.detail
    assert server.paths() == ["/v25.0/500_2", PAGE, SCHEDULED]
    assert "scheduled" not in connector.validators()


@pytest.mark.parametrize("refusal", [failure(200, status=403), NOT_SHOWN, failure(2)])
def test_a_permission_that_is_gone_takes_nothing_back(
    server: ScriptedServer, refusal: Reply
) -> None:
    """Who may not see the list is not shown the post: whether it still waits cannot be told."""
    state = waiting(server)
    server.on(SCHEDULED, refusal)
    server.on("/v25.0/500_2", NOT_SHOWN)
    connector = reader(server.url, state=state)
    (told,) = reread(connector, "500_2")
    assert (told.outcome, told.reason) == (Outcome.CANNOT_TELL, Reason.PARTIAL)
    assert connector.validators()["scheduled"] == "500_2"


def test_a_post_that_may_not_be_seen_at_all_is_no_trouble_of_the_page(
    server: ScriptedServer,
) -> None:
    """Refused for a permission that only scheduled posts need: the page is read all the same."""
    state = waiting(server)
    server.on(SCHEDULED, failure(200))
    server.on("/v25.0/500_2", failure(200, status=403))
    (told,) = reread(reader(server.url, state=state), "500_2")
    assert told.outcome is Outcome.CANNOT_TELL


def test_nothing_is_taken_back_with_a_dead_token(server: ScriptedServer) -> None:
    """The page does not answer either: that is the account's trouble."""
    state = waiting(server)
    server.on("/v25.0/500_2", NOT_SHOWN)
    server.on(PAGE, failure(190, subcode=460))
    with pytest.raises(AccessError):
        reread(reader(server.url, state=state), "500_2")


def test_a_scheduled_post_that_is_still_told_of_stands(server: ScriptedServer) -> None:
    """It has left the list for a moment; asked by its id it still waits."""
    state = waiting(server)
    server.on("/v25.0/500_2", Reply(json=scheduled(2, days=5)))
    (told,) = reread(reader(server.url, state=state), "500_2")
    assert told.post is not None
    assert (told.outcome, told.post.is_scheduled) == (Outcome.PRESENT, True)
    assert told.post.published_at == NOW + 5 * DAY


def test_one_that_became_a_draft_is_gone(server: ScriptedServer) -> None:
    """Facebook's own word: it exists, is not published, and has no time any more."""
    state = waiting(server)
    server.on("/v25.0/500_2", Reply(json=post(2, is_published=False)))
    connector = reader(server.url, state=state)
    (told,) = reread(connector, "500_2")
    assert told.outcome is Outcome.GONE
    assert "scheduled" not in connector.validators()


def test_one_that_appeared_is_the_same_post(server: ScriptedServer) -> None:
    """The id stays; from then on what holds for published posts holds for it."""
    state = waiting(server)
    server.on(POSTS, page_of(2))
    server.on(SCHEDULED, listed())
    connector = reader(server.url, state=state)
    (appeared,) = found(connector)
    assert (appeared.platform_id, appeared.is_scheduled) == ("500_2", False)
    assert "scheduled" not in connector.validators()


def test_a_page_that_closed_after_its_profile_was_read_loses_no_post(
    server: ScriptedServer,
) -> None:
    """It is asked for once more after a post was not shown: what it said before is too old."""
    server.on("/v25.0/500_9", NOT_SHOWN)
    connector = reader(server.url)
    connector.profile()
    server.on(PAGE, NOT_SHOWN)
    with pytest.raises(AccessError) as raised:
        reread(connector, "500_9")
    assert raised.value.reason is Reason.ACCOUNT_GONE
