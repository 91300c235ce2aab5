"""Mastodon through the whole way of a post: read, recorded, judged, verified, told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, CoverageStatus, Outcome, Reason, Resolution, SubjectKind
from tests.integration.pipeline.village import CLEAN, DAY, HALF_AN_HOUR, KITCHENS, SALE, THREAT
from tests.lib.http_server import Reply
from tests.lib.mastodon_server import ACCOUNT, BATCH, LIST, SINGLE, MastodonTown, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.values import Coverage
    from tests.integration.pipeline.village import Village
    from tests.lib.mastodon_server import Member

LABEL, NAME = "council-mastodon", "fernbeck"
HOUR = timedelta(hours=1)
TOKEN = "canary-of-fernbeck-on-mastodon"


@pytest.fixture
def town(village: Village) -> Iterator[MastodonTown]:
    """Run Mastodon by the village's clock and register the council's account there."""
    with MastodonTown(village.clock.now) as running:
        running.token = TOKEN
        village.environ["CLERKWATCH_SECRET_MASTODON"] = TOKEN
        village.register(
            f'id = "{LABEL}"\nplatform = "mastodon"\nhandle = "@{NAME}@social.example"\n'
            f'kind = "council"\nowner = "Jo Marsh"\ncredential = "mastodon"\n'
            f'api_base = "{running.server.url}"\n'
        )
        yield running
    assert running.wrong == []


@pytest.fixture
def fern(town: MastodonTown) -> Member:
    """Let the council join."""
    return town.account(
        NAME, display_name="Fernbeck Town Council", note="<p>Complaints: 01632 960001</p>"
    )


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
    village: Village, town: MastodonTown, fern: Member
) -> None:
    """Two readings of the same list make no second post, case or mail."""
    town.post(fern, f"<p>{CLEAN}</p>")
    village.scan()
    village.clock.advance(HALF_AN_HOUR)
    town.post(fern, f"<p>{THREAT}</p>")
    assert counts(village.covered()) == (1, 0, 0, 0)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)
    assert len(village.urgent()) == 1


def test_nothing_new_costs_three_requests_at_most(
    village: Village, town: MastodonTown, fern: Member
) -> None:
    """One for the list; six hours on, the account and its pinned posts."""
    town.post(fern, f"<p>{CLEAN}</p>")
    village.scan()
    for hours, cost in ((1, 1), (7, 3)):
        before = len(town.asked())
        village.scan(after=hours * HOUR)
        assert len(town.asked()) - before == cost


def test_a_threat_that_was_edited_away_between_two_readings_is_found(
    village: Village, town: MastodonTown, fern: Member
) -> None:
    """Nobody read it while it stood there; the server's history still tells it."""
    number = town.post(fern, f"<p>{CLEAN}</p>")
    village.scan()
    town.edit(number, f"<p>{THREAT}</p>", at=village.clock.now() + timedelta(minutes=5))
    town.edit(number, f"<p>{CLEAN} Again.</p>", at=village.clock.now() + timedelta(minutes=9))
    read = village.covered(after=HALF_AN_HOUR)
    assert (counts(read), read.recorded.posts) == ((0, 2, 0, 0), 1)
    rules = {found.finding.rule.split("/")[0] for found in village.findings()}
    assert rules
    texts = [one.words.text for one in village.versions() if one.subject_kind is SubjectKind.POST]
    assert sorted(texts) == sorted([CLEAN, THREAT, f"{CLEAN} Again."])
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 0, 0)


def test_a_boost_is_judged_by_what_it_shares(
    village: Village, town: MastodonTown, fern: Member
) -> None:
    """Another's advertisement becomes a case of the council's, under the sharing."""
    village.scan()
    town.boost(fern, town.post(town.account("bradley"), f"<p>{KITCHENS}</p>"))
    village.scan(after=HALF_AN_HOUR)
    assert {found.finding.rule.split("/")[0] for found in village.findings()} == {"commerce"}
    assert village.case().url.endswith(next(iter(town._statuses)))


def test_a_deleted_breach_is_closed_after_two_readings(
    village: Village, town: MastodonTown, fern: Member
) -> None:
    """The server says that there is no such post and the account is well, twice."""
    town.post(fern, f"<p>{CLEAN}</p>")
    village.scan()
    number = town.post(fern, f"<p>{SALE}</p>")
    village.scan(after=HALF_AN_HOUR)
    town.delete(number)
    assert counts(village.covered(after=HALF_AN_HOUR)) == (0, 0, 1, 0)
    village.scan(after=HOUR)
    case = village.case()
    assert (case.state, case.resolution) == (CaseState.CLOSED, Resolution.REMOVED)


@pytest.mark.parametrize("state", ["suspended", "deleted", "erased"])
def test_a_closed_account_is_one_trouble_and_no_deletion(
    village: Village, town: MastodonTown, fern: Member, state: str
) -> None:
    """Every post stays what it was; when the account is back, reading goes on."""
    for number in range(5):
        town.post(fern, f"<p>Notice {number}</p>", at=village.clock.now() - number * HOUR)
    village.scan()
    fern.state = state
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.reason, counts(read)) == (Reason.ACCOUNT_GONE, (0, 0, 0, 0))
    assert set(outcomes(village).values()) == {Outcome.PRESENT}
    fern.state = "active"
    town.post(fern, "<p>We are back.</p>", at=village.clock.now() + HOUR)
    back = village.covered(after=2 * HOUR)
    assert (back.status, counts(back)) == (CoverageStatus.READ, (1, 0, 0, 0))


def test_a_list_that_is_suddenly_empty_is_suspicious_and_nothing_is_gone(
    village: Village, town: MastodonTown, fern: Member
) -> None:
    """The posts still answer one by one: the list is wrong, and coverage says so."""
    for number in range(5):
        town.post(fern, f"<p>Notice {number}</p>", at=village.clock.now() - number * HOUR)
    village.scan()
    town.next(LIST, Reply(json=[]))
    read = village.covered(after=HALF_AN_HOUR)
    assert read.status is CoverageStatus.PARTIAL
    assert "empty although there were posts" in read.error
    assert set(outcomes(village).values()) == {Outcome.PRESENT}


def test_all_posts_missing_at_once_are_not_believed(
    village: Village, town: MastodonTown, fern: Member
) -> None:
    """Even posts that are said to be missing: all at once is rarely a deletion."""
    ids = [
        town.post(fern, f"<p>Notice {number}</p>", at=village.clock.now() - number * HOUR)
        for number in range(6)
    ]
    village.scan()
    for each in ids:
        town.delete(each)
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.status, read.recorded.gone) == (CoverageStatus.PARTIAL, 0)
    assert "vanished at once" in read.error


TROUBLES: list[tuple[str, Reply, Reason]] = [
    (LIST, Reply(status=500), Reason.TRANSIENT),
    (LIST, Reply(status=429, headers={"Retry-After": "60"}), Reason.RATE_LIMIT),
    (LIST, Reply(body="<html>sign in</html>"), Reason.TRANSIENT),
    (LIST, problem("The access token was revoked", 401), Reason.AUTH_EXPIRED),
    (LIST, problem("This action is not allowed", 403), Reason.FORBIDDEN),
    (LIST, Reply(body=b"x" * 11_000_000), Reason.CONTRACT),
    (BATCH, Reply(status=502), Reason.TRANSIENT),
    (SINGLE, Reply(status=429), Reason.RATE_LIMIT),
    (ACCOUNT, problem("The access token is invalid", 401), Reason.AUTH_EXPIRED),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_trouble_on_the_way_makes_a_deletion(
    village: Village,
    town: MastodonTown,
    fern: Member,
    trouble: tuple[str, Reply, Reason],
) -> None:
    """A post is deleted and the server fails at one question: told when it is well again."""
    town.post(fern, f"<p>{CLEAN}</p>")
    lost = town.post(fern, "<p>Bins are collected on Friday.</p>")
    village.scan()
    town.delete(lost)
    call, reply, reason = trouble
    town.next(call, reply)
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.reason, read.recorded.gone) == (reason, 0)
    assert TOKEN not in read.error
    assert outcomes(village)[lost] is Outcome.PRESENT
    assert village.covered(after=2 * HOUR).recorded.gone == 1


def test_an_outage_is_filled_afterwards(village: Village, town: MastodonTown, fern: Member) -> None:
    """What was posted meanwhile is read later, each once."""
    town.post(fern, f"<p>{CLEAN}</p>")
    village.scan()
    for number in range(3):
        village.clock.advance(2 * HOUR)
        town.post(fern, f"<p>Notice {number}</p>")
        town.next(LIST, Reply(status=503))
        town.next(ACCOUNT, Reply(status=503))
        assert village.covered(insist=True).status is CoverageStatus.FAILED
    town.forget_troubles()
    read = village.covered(after=2 * HOUR)
    assert (read.status, counts(read)) == (CoverageStatus.READ, (3, 0, 0, 0))


def test_its_own_name_is_no_changed_handle(
    village: Village, town: MastodonTown, fern: Member
) -> None:
    """The register names server and name, the profile the name alone: no finding."""
    town.post(fern, f"<p>{CLEAN}</p>")
    village.scan()
    rules = {found.finding.rule for one in village.versions() for found in one.known}
    assert "identification/handle-changed" not in rules
