"""Bluesky through the whole way of a post: read, recorded, judged, verified, told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, CoverageStatus, Outcome, Reason, Resolution, SubjectKind
from tests.integration.pipeline.village import CLEAN, DAY, HALF_AN_HOUR, KITCHENS, SALE, THREAT
from tests.lib.bluesky_server import FEED, POSTS, PROFILE, RECORD, BlueskyTown, problem
from tests.lib.http_server import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.values import Coverage
    from tests.integration.pipeline.village import Village
    from tests.lib.bluesky_server import Member

LABEL, HANDLE = "council-bluesky", "fernbeck-tc.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def town(village: Village) -> Iterator[BlueskyTown]:
    """Run Bluesky by the village's clock and register the council's account there."""
    with BlueskyTown(village.clock.now) as running:
        village.register(
            f'id = "{LABEL}"\nplatform = "bluesky"\nhandle = "{HANDLE}"\nkind = "council"\n'
            f'owner = "Jo Marsh"\napi_base = "{running.server.url}"\n'
        )
        yield running
    assert running.wrong == []


@pytest.fixture
def fern(town: BlueskyTown) -> Member:
    """Let the council join."""
    return town.account(HANDLE, displayName="Fernbeck Town Council", description="Official.")


def outcomes(village: Village) -> dict[str, Outcome | None]:
    """Return by id what was last seen of each post of the last month."""
    account = village.app.register[0].id
    due = village.store.due_posts(account, as_of=village.clock.now(), look_back=30 * DAY)
    return {post.platform_id: post.last_outcome for post in due}


def counts(read: Coverage) -> tuple[int, int, int, int]:
    """Return how many posts were new, edited, gone, and not to be told."""
    one = read.recorded
    return one.new, one.edited, one.gone, one.cannot_tell


def test_a_breach_is_told_at_once_and_only_once(
    village: Village, town: BlueskyTown, fern: Member
) -> None:
    """Two readings of the same list make no second post, case or mail."""
    town.post(fern, CLEAN)
    village.scan()
    village.clock.advance(HALF_AN_HOUR)
    town.post(fern, THREAT)
    assert counts(village.covered()) == (1, 0, 0, 0)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    assert len(village.urgent()) == 1
    assert village.case().history is False


def test_nothing_new_costs_two_requests_at_most(
    village: Village, town: BlueskyTown, fern: Member
) -> None:
    """One for the list; what the list shows is not asked for again. Six hours on, the profile."""
    town.post(fern, CLEAN)
    village.scan()
    for hours in (1, 7):
        before = len(town.asked())
        village.scan(after=hours * HOUR)
        assert len(town.asked()) - before == 1 + (hours > 6)


def test_a_repost_is_judged_by_what_it_shares(
    village: Village, town: BlueskyTown, fern: Member
) -> None:
    """Another's advertisement becomes a case of the council's, under the sharing."""
    village.scan()
    town.repost(fern, town.post(town.account("bradley.example"), KITCHENS))
    village.scan(after=HALF_AN_HOUR)
    assert village.case().url.startswith("https://bsky.app/profile/did:plc:")
    assert {found.finding.rule.split("/")[0] for found in village.findings()} == {"commerce"}


def test_an_edit_by_the_protocol_is_a_second_version(
    village: Village, town: BlueskyTown, fern: Member
) -> None:
    """A harmless post that is written anew into a threat is news."""
    uri = town.post(fern, CLEAN)
    village.scan()
    town.put(uri, THREAT)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 1, 0, 0)
    assert len(village.urgent()) == 1


def test_a_deleted_breach_is_closed_after_two_readings(
    village: Village, town: BlueskyTown, fern: Member
) -> None:
    """The record is missing and the account is well, twice."""
    town.post(fern, CLEAN)
    village.scan()
    uri = town.post(fern, SALE)
    village.scan(after=HALF_AN_HOUR)
    town.delete(uri)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 1, 0)
    village.scan(after=HOUR)
    case = village.case()
    assert (case.state, case.resolution) == (CaseState.CLOSED, Resolution.REMOVED)


def test_delete_and_post_anew_is_one_gone_and_one_new(
    village: Village, town: BlueskyTown, fern: Member
) -> None:
    """There is no edit in the app, so this is how people correct themselves."""
    town.post(fern, "Bins are collected on Friday.")
    old = town.post(fern, "The libary opens at ten.")
    village.scan()
    town.delete(old)
    village.clock.advance(HALF_AN_HOUR)
    new = town.post(fern, "The library opens at ten.")
    assert counts(village.covered()) == (1, 0, 1, 0)
    assert old not in outcomes(village)  # what is gone is not due again
    assert outcomes(village)[new] is Outcome.PRESENT


@pytest.mark.parametrize("state", ["deactivated", "takendown", "deleted"])
def test_a_closed_account_is_one_trouble_and_no_deletion(
    village: Village, town: BlueskyTown, fern: Member, state: str
) -> None:
    """Every post stays what it was; when the account is back, reading goes on."""
    for number in range(5):
        town.post(fern, f"Notice {number}", at=village.clock.now() - number * HOUR)
    village.scan()
    fern.state = state
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.status, read.reason) == (CoverageStatus.FAILED, Reason.ACCOUNT_GONE)
    assert counts(read) == (0, 0, 0, 0)
    assert set(outcomes(village).values()) == {Outcome.PRESENT}
    fern.state = "active"
    town.post(fern, "We are back.", at=village.clock.now() + HOUR)
    back = village.covered(after=2 * HOUR)
    assert (back.status, counts(back)) == (CoverageStatus.READ, (1, 0, 0, 0))


def test_a_list_that_is_suddenly_empty_is_suspicious_and_nothing_is_gone(
    village: Village, town: BlueskyTown, fern: Member
) -> None:
    """The posts still answer one by one: the list is wrong, and coverage says so."""
    for number in range(5):
        town.post(fern, f"Notice {number}", at=village.clock.now() - number * HOUR)
    village.scan()
    town.next(FEED, Reply(json={"feed": []}))
    read = village.covered(after=HALF_AN_HOUR)
    assert read.status is CoverageStatus.PARTIAL
    assert "empty although there were posts" in read.error
    assert set(outcomes(village).values()) == {Outcome.PRESENT}


def test_an_index_that_has_lost_everything_is_no_deletion(
    village: Village, town: BlueskyTown, fern: Member
) -> None:
    """Neither list nor single posts are shown, but the records stand: cannot be told."""
    uris = [
        town.post(fern, f"Notice {number}", at=village.clock.now() - number * HOUR)
        for number in range(5)
    ]
    village.scan()
    for uri in uris:
        town.hide(uri)
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.status, counts(read)) == (CoverageStatus.PARTIAL, (0, 0, 0, 5))
    for uri in uris:
        town.hide(uri, is_hidden=False)
    assert village.covered(after=HALF_AN_HOUR).status is CoverageStatus.READ
    assert set(outcomes(village).values()) == {Outcome.PRESENT}


def test_all_posts_missing_at_once_are_not_believed(
    village: Village, town: BlueskyTown, fern: Member
) -> None:
    """Even records that are said to be missing: all at once is rarely a deletion."""
    uris = [
        town.post(fern, f"Notice {number}", at=village.clock.now() - number * HOUR)
        for number in range(6)
    ]
    village.scan()
    for uri in uris:
        town.delete(uri)
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.status, read.recorded.gone) == (CoverageStatus.PARTIAL, 0)
    assert "vanished at once" in read.error


TROUBLES: list[tuple[str, Reply, Reason]] = [
    (FEED, Reply(status=500), Reason.TRANSIENT),
    (FEED, Reply(status=429, headers={"Retry-After": "60"}), Reason.RATE_LIMIT),
    (FEED, Reply(body="<html>sign in</html>"), Reason.TRANSIENT),
    (FEED, problem("AuthMissing", "Authentication Required", 401), Reason.FORBIDDEN),
    (FEED, Reply(body=b"x" * 11_000_000), Reason.CONTRACT),
    (POSTS, Reply(status=502), Reason.TRANSIENT),
    (RECORD, Reply(status=429), Reason.RATE_LIMIT),
    (PROFILE, problem("AccountTakedown", "x"), Reason.ACCOUNT_GONE),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_trouble_on_the_way_makes_a_deletion(
    village: Village,
    town: BlueskyTown,
    fern: Member,
    trouble: tuple[str, Reply, Reason],
) -> None:
    """A post is deleted and Bluesky fails at one of the questions: told when it is well again."""
    town.post(fern, CLEAN)
    lost = town.post(fern, "Bins are collected on Friday.")
    village.scan()
    town.delete(lost)
    method, reply, reason = trouble
    town.next(method, reply)
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.reason, read.recorded.gone) == (reason, 0)
    assert outcomes(village)[lost] is Outcome.PRESENT
    assert village.covered(after=2 * HOUR).recorded.gone == 1


def test_an_outage_is_filled_afterwards(village: Village, town: BlueskyTown, fern: Member) -> None:
    """What was posted meanwhile is read later, each once."""
    town.post(fern, CLEAN)
    village.scan()
    for number in range(3):
        village.clock.advance(2 * HOUR)
        town.post(fern, f"Notice {number}")
        town.next(FEED, Reply(status=503))
        town.next(PROFILE, Reply(status=503))
        assert village.covered(insist=True).status is CoverageStatus.FAILED
    town._coming.clear()
    read = village.covered(after=2 * HOUR)
    assert (read.status, counts(read)) == (CoverageStatus.READ, (3, 0, 0, 0))


def test_a_changed_handle_is_found_and_the_account_read_on(
    village: Village, town: BlueskyTown, fern: Member
) -> None:
    """The lasting id is the same; the profile gets a finding, also with a hyphen in the name."""
    town.post(fern, CLEAN)
    village.scan()
    rules = {found.finding.rule for one in village.versions() for found in one.known}
    assert "identification/handle-changed" not in rules
    fern.handle = "fernbeck-parish.example"
    read = village.covered(after=7 * HOUR)
    assert (read.status, counts(read)) == (CoverageStatus.READ, (0, 0, 0, 0))
    found = {
        found.finding.rule
        for one in village.versions()
        if one.subject_kind is SubjectKind.PROFILE
        for found in one.known
    }
    assert "identification/handle-changed" in found
