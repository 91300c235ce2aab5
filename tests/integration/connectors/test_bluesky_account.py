"""The account on Bluesky, and every way in which reading it can fail."""

from __future__ import annotations

import logging
import traceback
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.errors import AccessError, ContractError, LaterError, ReadError
from config.types import Reason
from connectors.base import Batch, ReaderState
from tests.lib.bluesky_reader import (
    CANARY,
    DAY,
    HANDLE,
    HOUR,
    NOW,
    ONE,
    SINCE,
    TWO,
    again,
    listed,
    reader,
    texts,
)
from tests.lib.bluesky_server import FEED, PROFILE, BlueskyTown, Member, problem
from tests.lib.http_server import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

# --- the account --------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["deactivated", "takendown", "deleted"])
def test_no_post_is_called_gone_when_the_account_is(
    town: BlueskyTown, elm: Member, state: str
) -> None:
    """One trouble with the account, not a hundred deletions."""
    uri = town.post(elm, "The library opens at ten.", at=NOW - DAY)
    elm.state = state
    word = {"deactivated": "deactivated", "takendown": "suspended", "deleted": "no such account"}
    for ask in (
        lambda: list(reader(town, did=elm.did).posts(since=SINCE)),
        lambda: again(town, elm, uri),
    ):
        with pytest.raises(AccessError, match=word[state]) as caught:
            ask()
        assert caught.value.reason is Reason.ACCOUNT_GONE


def test_a_list_that_is_missing_under_a_profile_that_stands_is_passing(
    town: BlueskyTown, elm: Member
) -> None:
    """The list knows no such account, the profile does: asked again later, nobody is alarmed."""
    town.next(FEED, problem("InvalidRequest", "Profile not found"))
    with pytest.raises(LaterError, match="not its list") as caught:
        list(reader(town, did=elm.did).posts(since=SINCE))
    assert caught.value.reason is Reason.TRANSIENT


@pytest.mark.parametrize(
    ("state", "is_absent"),
    [("active", False), ("deactivated", True), ("deleted", True), ("takendown", False)],
)
def test_only_a_closed_account_is_absent(
    town: BlueskyTown, elm: Member, state: str, *, is_absent: bool
) -> None:
    """Closed by its owner, or unknown by its lasting id; suspended is something else."""
    elm.state = state
    assert (reader(town, did=elm.did).absence() is not None) is is_absent
    assert reader(town).absence() is None  # by its name only, it may have been renamed
    town.next(PROFILE, Reply(status=500))
    assert reader(town, did=elm.did).absence() is None


def test_a_renamed_account_is_found_by_its_lasting_id(town: BlueskyTown, elm: Member) -> None:
    """Even when somebody else has taken its old name."""
    town.post(elm, "The library opens at ten.")
    elm.handle = "elm-parish.example"
    town.post(town.account("impostor.example"), "Not the council.")
    connector = reader(town, did=elm.did)
    profile = connector.profile()
    assert profile is not None
    assert (profile.platform_id, profile.handle) == (elm.did, "elm-parish.example")
    assert profile.content.fields["handle"] == "elm-parish.example"
    assert texts(listed(connector)) == ["The library opens at ten."]


def test_a_handle_that_its_domain_does_not_confirm_is_no_new_name(
    town: BlueskyTown, elm: Member
) -> None:
    """Bluesky then shows a stand-in, which says nothing about the account's name."""
    elm.handle = "handle.invalid"
    profile = reader(town, did=elm.did).profile()
    assert profile is not None
    assert (profile.content.fields["handle"], profile.url[-24:]) == ("", elm.did[-24:])


@pytest.mark.parametrize(
    "handle", [f"@{HANDLE}", f" {HANDLE} ", f"https://bsky.app/profile/{HANDLE}/"]
)
def test_a_handle_may_be_written_in_several_ways(
    town: BlueskyTown, elm: Member, handle: str
) -> None:
    """With an at sign, with blanks around, as the profile's address."""
    reader(town, handle=handle).probe()
    assert town.server.requests[0].param("actor") == HANDLE


@pytest.mark.parametrize(
    "handle", ["", "elm", "two words.example", "a/../b", "é.example", "https://bsky.app/", "a..b"]
)
def test_a_handle_that_is_none_is_not_sent(town: BlueskyTown, handle: str) -> None:
    """A wrong entry in the register is said, not put into an address."""
    with pytest.raises(ContractError, match="no handle of Bluesky"):
        reader(town, handle=handle).probe()
    assert town.asked() == []


def test_a_profile_of_somebody_else_is_not_taken(town: BlueskyTown, elm: Member) -> None:
    """An answer about another lasting id than was asked for is an error."""
    other = {"did": elm.did[:-1] + "a", "handle": HANDLE}
    town.next(PROFILE, Reply(json=other), Reply(json={"handle": HANDLE}))
    for _ in range(2):
        with pytest.raises(ContractError, match="another account"):
            reader(town, did=elm.did).probe()


def test_the_profile_says_what_people_see(town: BlueskyTown, elm: Member) -> None:
    """Name, words, links in every place they may stand, own labels, picture and banner."""
    place = "https://cdn.bsky.example/img/avatar/plain/did:plc:x"
    elm.face |= {
        "description": "Complaints: elm-tc.gov.uk/complaints. More: https://elm-tc.gov.uk/a).",
        "website": "https://elm-tc.gov.uk",
        "avatar": f"{place}/{ONE}@jpeg",
        "banner": f"{place}/{TWO}@jpeg",
        "labels": [
            {"src": elm.did, "uri": "at://x", "val": "!no-unauthenticated", "cts": "2026-01-01"},
            {"src": "did:plc:mod", "uri": "at://x", "val": "spam", "cts": "2026-01-01"},
        ],
    }
    town.next(PROFILE, Reply(json={"did": elm.did, "handle": elm.handle, **elm.face}))
    profile = reader(town).profile()
    assert profile is not None
    content = profile.content
    assert content.own == elm.face["description"]
    assert content.text().endswith("Elm Town Council")
    assert content.links == (
        "https://elm-tc.gov.uk",
        "https://elm-tc.gov.uk/complaints",
        "https://elm-tc.gov.uk/a",
    )
    assert content.fields["labels"] == "!no-unauthenticated"
    assert [still.name for still in profile.stills] == ["picture", "banner"]
    assert content.fields["picture"] != content.fields["banner"]


def test_the_picture_is_fetched_once_and_only_from_where_pictures_lie(
    town: BlueskyTown, elm: Member
) -> None:
    """Once for each picture; not from another server; its absence is no failure."""
    elm.face["avatar"] = f"{town.server.url}/img/{ONE}@jpeg"
    town.server.on(f"/img/{ONE}@jpeg", Reply(body=b"PNG", headers={"Content-Type": "image/png"}))
    connector = reader(town, did=elm.did)
    profile = connector.profile()
    assert profile is not None
    assert profile.picture == b"PNG"
    kept = ReaderState(platform_id=elm.did, validators=connector.validators())
    later = reader(town, state=kept).profile()
    assert later is not None
    assert (later.picture, later.content) == (None, profile.content)
    for elsewhere in (
        f"http://127.0.0.1:9/{ONE}",
        "http://169.254.169.254/a",
        f"{town.server.url}/x",
    ):
        elm.face["avatar"] = elsewhere
        other = reader(town, did=elm.did).profile()
        assert other is not None
        assert other.picture is None
    assert sum("/img/" in path for path in town.server.paths()) == 1


# --- failures -----------------------------------------------------------------------------------

FAILURES: list[tuple[Reply, type[ReadError], Reason]] = [
    (problem("AccountTakedown", "Account has been suspended"), AccessError, Reason.ACCOUNT_GONE),
    (problem("AccountTakedown", "x", 401), AccessError, Reason.ACCOUNT_GONE),
    (problem("AccountDeactivated", "Account is deactivated"), AccessError, Reason.ACCOUNT_GONE),
    (problem("RepoSuspended", ""), AccessError, Reason.ACCOUNT_GONE),
    (problem("RepoTakendown", ""), AccessError, Reason.ACCOUNT_GONE),
    (problem("InvalidRequest", "Profile not found"), AccessError, Reason.ACCOUNT_GONE),
    (problem("InvalidRequest", "Could not find repo: did:plc:x"), AccessError, Reason.ACCOUNT_GONE),
    (problem("InvalidRequest", "Unable to resolve handle"), AccessError, Reason.ACCOUNT_GONE),
    (problem("BlockedActor", ""), AccessError, Reason.FORBIDDEN),
    (problem("AuthMissing", "Authentication Required", 401), AccessError, Reason.FORBIDDEN),
    (problem("ExpiredToken", "Token has expired"), AccessError, Reason.FORBIDDEN),
    (Reply(status=401, body="<html>sign in"), AccessError, Reason.FORBIDDEN),
    (Reply(status=403, body="<html>robot?"), AccessError, Reason.FORBIDDEN),
    (Reply(status=451), AccessError, Reason.FORBIDDEN),
    (problem("InvalidRequest", "Error: limit is wrong"), ContractError, Reason.CONTRACT),
    (problem("MethodNotImplemented", "", 501), ContractError, Reason.CONTRACT),
    (Reply(status=404, body="nothing here"), ContractError, Reason.CONTRACT),
    (Reply(status=418, body=f"I saw {CANARY}"), ContractError, Reason.CONTRACT),
    (problem("RateLimitExceeded", "Rate Limit Exceeded", 429), LaterError, Reason.RATE_LIMIT),
    (problem("RateLimitExceeded", "", 400), LaterError, Reason.RATE_LIMIT),
    (Reply(status=429), LaterError, Reason.RATE_LIMIT),
    (problem("UpstreamFailure", "", 502), LaterError, Reason.TRANSIENT),
    (problem("InternalServerError", "", 500), LaterError, Reason.TRANSIENT),
    (Reply(status=503, json=["list"]), LaterError, Reason.TRANSIENT),
    (Reply(status=408), LaterError, Reason.TRANSIENT),
    (Reply(status=302, headers={"Location": "http://10.0.0.1/"}), ContractError, Reason.CONTRACT),
    (Reply(body="<html>maintenance</html>"), LaterError, Reason.TRANSIENT),
    (Reply(body=b'{"feed": [{"po'), LaterError, Reason.TRANSIENT),
    (Reply(body="[" * 100_000), LaterError, Reason.TRANSIENT),
    (Reply(json=["a", "list"]), LaterError, Reason.TRANSIENT),
    (Reply(body=b""), LaterError, Reason.TRANSIENT),
    (Reply(body=b"x" * 1000, cut_at=10), LaterError, Reason.TRANSIENT),
    (Reply(raw=b""), LaterError, Reason.TRANSIENT),
    (Reply(hang=True), LaterError, Reason.TRANSIENT),
    (Reply(body=b"{" + b" " * 1000, drip_s=0.05), LaterError, Reason.TRANSIENT),
    (Reply(body=bytes(50_000_000), gzip=True), ContractError, Reason.CONTRACT),
    (Reply(json={"unknown": 1}), ContractError, Reason.CONTRACT),
    (Reply(json={"feed": "text", "did": 7}), ContractError, Reason.CONTRACT),
]


@pytest.mark.parametrize("method", [PROFILE, FEED])
@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_has_its_class_and_never_ends_a_listing_well(
    town: BlueskyTown,
    elm: Member,
    method: str,
    failure: tuple[Reply, type[ReadError], Reason],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever goes wrong is our error, of the right class, and no secret is in any of it."""
    reply, error, reason = failure
    caplog.set_level(logging.DEBUG)
    town.next(method, reply)
    if method == FEED and reason is Reason.ACCOUNT_GONE:
        town.next(PROFILE, reply)  # which is asked what the list's word means
    did = elm.did if method == FEED else None
    connector = reader(town, did=did, total_s=0.4 if reply.hang or reply.drip_s else 20)
    with pytest.raises(error) as caught:
        list(connector.posts(since=SINCE))
    assert (caught.value.reason, caught.value.account) == (reason, "council-bluesky")
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert "canary" not in told + caplog.text


def test_a_failure_in_the_middle_keeps_what_was_read(town: BlueskyTown, elm: Member) -> None:
    """The first page is given, the second fails, and no batch has said that it was the last."""
    for number in range(150):
        town.post(elm, f"Notice {number}", at=NOW - number * HOUR)
    batches: Iterator[Batch] = reader(town, did=elm.did).posts(since=SINCE)
    first = next(batches)
    assert (len(first.posts), first.reached) == (100, NOW - 99 * HOUR)
    town.next(FEED, Reply(status=500))
    with pytest.raises(LaterError):
        next(batches)


@pytest.mark.parametrize(
    ("headers", "retry_at"),
    [
        ({"Retry-After": "30"}, NOW + timedelta(seconds=30)),
        ({"RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, NOW + timedelta(seconds=90)),
        ({"RateLimit-Reset": "90"}, NOW + timedelta(seconds=90)),  # the draft standard's form
        ({}, NOW + timedelta(minutes=5)),
        ({"RateLimit-Reset": "soon"}, NOW + timedelta(minutes=5)),
        ({"RateLimit-Reset": "1000000001"}, NOW + timedelta(minutes=5)),
        ({"RateLimit-Reset": "9" * 30}, NOW + timedelta(minutes=5)),
        ({"RateLimit-Reset": "99999999999"}, NOW + DAY),
        ({"Retry-After": "99999999"}, NOW + DAY),
    ],
)
def test_a_rate_limit_says_when_to_try_again(
    town: BlueskyTown, elm: Member, headers: dict[str, str], retry_at: datetime
) -> None:
    """From the headers; five minutes where they say nothing usable; never over a day."""
    town.next(FEED, Reply(status=429, headers=headers))
    with pytest.raises(LaterError) as caught:
        list(reader(town, did=elm.did).posts(since=SINCE))
    assert caught.value.retry_at == retry_at
    assert len(town.asked()) == 1


def test_a_used_up_limit_is_obeyed_before_it_is_exceeded(town: BlueskyTown, elm: Member) -> None:
    """The header says that none is left: nothing more is asked for until the reset."""
    for number in range(150):
        town.post(elm, f"Notice {number}", at=NOW - number * HOUR)
    reset = NOW + timedelta(minutes=4)
    town.headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(reset.timestamp()))}
    with pytest.raises(LaterError) as caught:
        list(reader(town, did=elm.did).posts(since=SINCE))
    assert (caught.value.reason, caught.value.retry_at) == (Reason.RATE_LIMIT, reset)
    assert town.asked() == [FEED]


def test_a_credential_in_the_configuration_is_never_sent(town: BlueskyTown, elm: Member) -> None:
    """Public reading needs none; what somebody put there stays here."""
    town.post(elm, "The library opens at ten.")
    connector = reader(town)
    connector.profile()
    listed(connector)
    sent = repr([(each.target, each.headers, each.body) for each in town.server.requests])
    assert "canary" not in sent
