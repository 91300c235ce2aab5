"""What befalls an account: dead tokens, limits, budgets, cut and empty lists, faults of ours."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest

import connectors
from config.types import AccountId, CoverageStatus, Reason
from connectors.base import Batch, Content, FetchedPost, Platform
from monitor.checks.judge import Judge
from monitor.demo.faults import Fault, FaultKind
from monitor.demo.world import Site
from monitor.pipeline import scan
from tests.integration.pipeline.village import CLEAN, DAY, HALF_AN_HOUR, SALE, START, THREAT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors.base import Absence, Circumstances, FetchedProfile, KnownPost, Reread
    from monitor.checks.base import Context, Material
    from monitor.checks.judge import Matches
    from tests.integration.pipeline.village import Village

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


# --- dead tokens and rate limits -------------------------------------------------------------


@pytest.mark.parametrize("site", [Site.X, Site.FACEBOOK])
def test_a_dead_token_costs_one_request_an_hour(village: Village, site: Site) -> None:
    """Between two probes nothing is asked, and each run says why and since when."""
    label = village.account(site)
    village.publish(label, CLEAN, ago=DAY)
    village.scan()
    village.world.kill_token(label, START + MINUTE)
    first = village.covered(after=HALF_AN_HOUR)
    asked = village.asked(label)
    waiting = village.covered(after=HOUR - MINUTE)
    assert village.asked(label) == asked
    probe = village.covered(after=2 * MINUTE)
    assert village.asked(label) == asked + 1
    for read in (first, waiting, probe):
        assert (read.status, read.reason) == (CoverageStatus.FAILED, Reason.AUTH_EXPIRED)
        assert read.gaps[0].start == START
        assert read.recorded.gone == 0


@pytest.mark.parametrize("site", [Site.X, Site.FACEBOOK])
def test_before_a_digest_a_dead_token_is_tried_all_the_same(village: Village, site: Site) -> None:
    """Revived in the meantime, it reads what came since, and each overdue post once."""
    label = village.account(site)
    village.publish(label, CLEAN, ago=HOUR)
    village.scan()
    village.world.kill_token(label, START + MINUTE)
    village.scan(after=HALF_AN_HOUR)
    for hours in (1, 20, 30, 40):
        village.world.publish(label, START + hours * HOUR, f"News number {hours} of the hall.")
    village.world.publish(label, START + 10 * HOUR, THREAT)
    for _ in range(3):
        village.scan(after=HOUR)
    village.clock.move_to(START + 2 * DAY)
    village.scan()
    village.world.revive_token(label, START + 2 * DAY)
    read = village.covered(after=2 * MINUTE, insist=True)
    asked = village.asked(label)
    village.scan(after=MINUTE)
    assert read.status is CoverageStatus.READ
    assert (read.recorded.new, read.recorded.posts) == (5, 6)
    assert len(village.urgent()) == 1
    # A second run asks no post again but the one with a case (X), or lists once (Facebook).
    assert village.asked(label) - asked <= 2
    assert village.store.account_state(village.app.register[0].id).failing_since is None


def test_after_a_long_outage_the_listing_reaches_back_to_the_last_reading(
    village: Village,
) -> None:
    """Six weeks without a token: posts from before the look-back are read all the same."""
    label = village.account(Site.FACEBOOK)
    village.scan()
    village.world.kill_token(label, START + MINUTE)
    village.scan(after=HALF_AN_HOUR)
    village.world.publish(label, START + 2 * DAY, SALE)
    village.world.revive_token(label, START + 40 * DAY)
    read = village.covered(after=42 * DAY)
    assert (read.status, read.recorded.new) == (CoverageStatus.READ, 1)


@pytest.mark.parametrize("site", [Site.X, Site.FACEBOOK, Site.FEED])
def test_after_forty_days_switched_off_the_listing_reaches_back_to_the_last_reading(
    village: Village, site: Site
) -> None:
    """Nothing had failed, nobody had asked: what came in the first of those days is read, too."""
    label = village.account(site)
    village.publish(label, CLEAN, ago=DAY)
    village.scan()
    village.clock.advance(40 * DAY)
    village.publish(label, SALE, ago=38 * DAY)
    village.publish(label, "The hall is closed on Monday.", ago=DAY)
    read = village.covered()
    assert (read.status, read.recorded.new) == (CoverageStatus.READ, 2)
    assert village.store.open_gaps() == []


def test_a_rate_limit_is_obeyed_even_before_a_digest_and_over_a_restart(village: Village) -> None:
    """X says when: nobody asks earlier, not after a restart, not however pressing it is."""
    label = village.account(Site.X)
    village.scan()
    reset = START + HALF_AN_HOUR + timedelta(minutes=40)
    headers = {"x-rate-limit-reset": str(int(reset.timestamp()))}
    village.script.next_answers(label, Fault(kind=FaultKind.RATE_LIMIT, headers=headers))
    refused = village.covered(after=HALF_AN_HOUR)
    asked = village.asked(label)
    village.restart()
    early = village.covered(after=timedelta(minutes=39), insist=True)
    assert (refused.reason, early.reason) == (Reason.RATE_LIMIT, Reason.RATE_LIMIT)
    assert village.asked(label) == asked
    assert village.covered(after=2 * MINUTE).status is CoverageStatus.READ


def test_a_limit_without_a_time_is_waited_out_longer_each_time_and_over_restarts(
    village: Village,
) -> None:
    """Facebook names no time: an hour, two, four, six; nobody asks in between, and it heals."""
    label = village.account(Site.FACEBOOK)
    village.scan()
    name = village.app.register[0].id
    for hours in (1, 2, 4, 6, 6):
        village.script.next_answers(label, Fault(kind=FaultKind.RATE_LIMIT))
        refused = village.covered(after=MINUTE)
        asked, at = village.asked(label), village.clock.now()
        assert (refused.reason, refused.recorded.gone) == (Reason.RATE_LIMIT, 0)
        assert village.store.account_state(name).retry_at == at + timedelta(hours=hours)
        village.restart()
        early = village.covered(after=timedelta(hours=hours) - MINUTE, insist=True)
        assert (early.reason, village.asked(label)) == (Reason.RATE_LIMIT, asked)
        assert "not asked again before" in early.error
    assert village.covered(after=MINUTE).status is CoverageStatus.READ
    village.script.next_answers(label, Fault(kind=FaultKind.RATE_LIMIT))
    village.scan(after=HALF_AN_HOUR)
    state = village.store.account_state(name)
    assert state.retry_at == village.clock.now() + timedelta(hours=1)


def test_a_missing_secret_fails_for_its_account_alone_and_until_it_is_there(
    village: Village,
) -> None:
    """The other account is read; once the secret is there the next run reads, without waiting."""
    village.account(Site.FACEBOOK, label="page")
    village.account(Site.X, label="tweets")
    kept = village.environ.pop("CLERKWATCH_SECRET_PAGE")
    page, tweets = village.scan().coverage
    assert (page.status, page.reason) == (CoverageStatus.FAILED, Reason.AUTH_EXPIRED)
    assert "CLERKWATCH_SECRET_PAGE" in page.error
    assert tweets.status is CoverageStatus.READ
    village.environ["CLERKWATCH_SECRET_PAGE"] = kept
    village.restart()
    assert village.covered("page", after=MINUTE).status is CoverageStatus.READ


# --- money -----------------------------------------------------------------------------------


def test_a_budget_stops_reading_before_it_is_exceeded_and_loses_nothing(village: Village) -> None:
    """The cut is said with its gap; what lay between is read when there is money again."""
    label = village.account(Site.X)
    village.add("\n[budget.x]\nusd_per_month = 1.00\n")
    village.publish(label, CLEAN, ago=HOUR)
    village.scan()
    credential = village.app.register[0].credential or ""
    month = START.date()
    for number in range(400):
        village.world.publish(label, START + number * MINUTE + MINUTE, f"Notice {number}.")
    village.world.publish(label, START + MINUTE / 2, THREAT)
    cut = village.covered(after=8 * HOUR)
    spent = village.store.spend(credential, month=month).amount
    assert cut.status is CoverageStatus.PARTIAL
    assert "budget" in cut.error
    assert cut.gaps
    assert cut.gaps[0].start <= START + MINUTE / 2 <= cut.gaps[0].end
    assert spent <= Decimal("1.00")
    village.clock.move_to(START.replace(month=12, day=1, hour=1))
    village.amend("usd_per_month = 1.00", "usd_per_month = 9.00")
    filled = village.covered()
    stored = {one.words.text for one in village.versions(label)}
    assert filled.status is CoverageStatus.READ
    assert {f"Notice {number}." for number in range(400)} <= stored
    assert THREAT in stored


# --- cut, empty and moved lists ---------------------------------------------------------------


@pytest.mark.parametrize("site", [Site.X, Site.FACEBOOK])
def test_a_page_that_fails_in_the_middle_is_read_the_next_time(
    village: Village, site: Site
) -> None:
    """What came before the failure is kept, and nothing behind it is lost."""
    label = village.account(site)
    village.publish(label, CLEAN, ago=HOUR)
    village.scan()
    for number in range(250):
        village.world.publish(label, START + number * MINUTE / 10, f"Notice {number}.")
    village.clock.advance(HOUR)
    faults = iter([None, Fault(kind=FaultKind.SERVER_ERROR)])
    take = village.script.take
    village.script.take = lambda account: next(faults, None) or take(account)  # type: ignore[method-assign] # the second answer fails
    cut = village.covered()
    assert cut.status is CoverageStatus.PARTIAL
    assert 0 < cut.recorded.new < 250
    assert cut.gaps
    whole = village.covered(after=HALF_AN_HOUR)
    assert whole.status is CoverageStatus.READ
    assert cut.recorded.new + whole.recorded.new == 250


@pytest.mark.parametrize("site", [Site.FACEBOOK, Site.FEED])
def test_a_suddenly_empty_list_is_no_deletion(village: Village, site: Site) -> None:
    """The reading counts as partial; no post is called gone, and nothing is closed."""
    label = village.account(site)
    for hours in range(1, 6):
        village.publish(label, f"Notice {hours} of the parish.", ago=hours * HOUR)
    village.publish(label, SALE, ago=7 * HOUR)
    village.scan()
    village.script.next_answers(label, Fault(kind=FaultKind.EMPTY))
    read = village.covered(after=HALF_AN_HOUR)
    while village.script.take(label):
        pass
    assert (read.status, read.reason) == (CoverageStatus.PARTIAL, Reason.PARTIAL)
    assert read.recorded.gone == 0
    assert "empty" in read.error
    assert village.covered(after=HALF_AN_HOUR).status is CoverageStatus.READ


@pytest.mark.parametrize("site", [Site.FACEBOOK, Site.FEED])
def test_a_quiet_account_whose_posts_are_all_old_is_read_in_full(
    village: Village, site: Site
) -> None:
    """Nothing was posted for longer than the look-back: an empty list is right then."""
    label = village.account(site)
    village.publish(label, CLEAN, ago=DAY)
    village.scan()
    assert village.covered(after=32 * DAY).status is CoverageStatus.READ


def test_posts_that_all_vanish_at_once_are_not_called_gone(village: Village) -> None:
    """Each is asked and none is there, others stand in their place: nobody can tell."""
    label = village.account(Site.FACEBOOK)
    posts = [
        village.publish(label, f"Notice {n} of the parish.", ago=n * HOUR) for n in range(1, 6)
    ]
    village.publish(label, SALE, ago=40 * DAY)  # older than the look-back: never asked about
    village.scan()
    for post in posts:
        village.world.delete(post, START + MINUTE)
    for number in range(1, 6):
        village.world.publish(label, START - number * HOUR, f"Moved notice {number} of the parish.")
    read = village.covered(after=HALF_AN_HOUR)
    assert read.recorded.gone == 0
    assert read.recorded.cannot_tell == 5
    assert (read.status, read.reason) == (CoverageStatus.PARTIAL, Reason.PARTIAL)


def test_two_of_five_posts_that_vanish_are_gone(village: Village) -> None:
    """While others stand there, a post that the platform no longer shows is gone."""
    label = village.account(Site.FACEBOOK)
    posts = [
        village.publish(label, f"Notice {n} of the parish.", ago=n * HOUR) for n in range(1, 6)
    ]
    village.scan()
    for post in posts[:2]:
        village.world.delete(post, START + MINUTE)
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.recorded.gone, read.status) == (2, CoverageStatus.READ)


# --- an account that can never be read in full -----------------------------------------------


class Scripted:
    """A connector whose readings are written down by the test."""

    def __init__(
        self, readings: list[Callable[[], Sequence[Batch]]], circumstances: Circumstances
    ) -> None:
        """Take the next reading."""
        self._next = readings.pop(0) if readings else list

    def profile(self) -> FetchedProfile | None:
        """Show none."""
        return None

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = 3200
    ) -> Iterator[Batch]:
        """Give the scripted pages."""
        yield from self._next()

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Say nothing about single posts."""
        yield from ()

    def probe(self) -> None:
        """Be alive."""

    def absence(self) -> Absence | None:
        """Tell nothing."""
        return None

    def validators(self) -> Mapping[str, str]:
        """Need nothing."""
        return {}


def scripted(
    village: Village,
    monkeypatch: pytest.MonkeyPatch,
    *readings: Callable[[], Sequence[Batch]],
    label: str = "odd",
) -> AccountId:
    """Register an account of a made-up platform with the given readings."""
    find = connectors.find
    odd = Platform(
        name="odd",
        title="Odd",
        open=partial(Scripted, list(readings)),
        needs_credential=False,
    )
    monkeypatch.setattr(connectors, "find", lambda name: odd if name == "odd" else find(name))
    village.register(
        f'id = "{label}"\nplatform = "manual"\nhandle = "x"\nkind = "council"\nowner = "A"'
    )
    app = village.app
    village._app = replace(
        app,
        register=tuple(
            replace(one, platform="odd") if one.id == label else one for one in app.register
        ),
    )
    return AccountId(label)


def page(*posts: tuple[str, str, datetime | None], complete: bool = False) -> list[Batch]:
    """Return one page of posts: id, text, published at."""
    return [
        Batch(
            posts=tuple(
                FetchedPost(
                    platform_id=name,
                    url=f"https://odd.example/{name}",
                    published_at=at,
                    content=Content(own=text),
                )
                for name, text, at in posts
            ),
            complete=complete,
            lists_window=True,
            note="" if complete else "the list is always cut",
        )
    ]


def test_an_account_that_is_always_cut_does_not_stay_history(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is new at the second reading that lists posts is told at once."""
    old = ("1", CLEAN, START - DAY)
    new = ("2", THREAT, START + MINUTE)
    scripted(village, monkeypatch, lambda: page(old), lambda: page(new, old))
    village.scan()
    read = village.covered(after=HALF_AN_HOUR)
    assert read.status is CoverageStatus.PARTIAL
    assert village.case().history is False
    assert len(village.urgent()) == 1


# --- strange posts ----------------------------------------------------------------------------


def test_strange_posts_are_read_judged_and_kept(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No text, no date, dates in the future, one id twice, 40,000 characters, HTML, controls."""
    long = "The hall is open. " * 2222 + SALE
    odd = page(
        ("empty", "", START - DAY),
        ("undated", SALE, None),
        ("future", SALE, START.replace(year=2999)),
        ("last", SALE, START.replace(year=9999, month=12, day=31)),
        ("twice", SALE, START - DAY),
        ("twice", SALE, START - DAY),
        ("long", long, START - DAY),
        ("html", f"<script>alert(1)</script>{SALE}", START - DAY),
        ("controls", f"\x1b[31m\u202e\x00{SALE}\x07\ud800", START - DAY),
        complete=True,
    )
    scripted(village, monkeypatch, lambda: odd, lambda: odd)
    first, second = village.covered(), village.covered(after=HALF_AN_HOUR)
    on = {case.platform_id for case in village.cases()}
    assert (first.status, first.recorded.new) == (CoverageStatus.READ, 8)
    assert (second.status, second.recorded.new, second.recorded.edited) == (
        CoverageStatus.READ,
        0,
        0,
    )
    assert on == {"undated", "future", "last", "twice", "long", "html", "controls"}


# --- one account's trouble is its own -----------------------------------------------------------


def test_a_connector_that_breaks_is_told_and_the_others_are_read(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours is coverage, is remembered for the digest and waits an hour."""

    def breaks() -> list[Batch]:
        raise ZeroDivisionError("so it goes")

    village.account(Site.FEED, label="blog")
    label = scripted(village, monkeypatch, breaks, lambda: page(("1", CLEAN, START), complete=True))
    coverage = {one.account: one for one in village.scan().coverage}
    state = village.store.account_state(village.app.register[1].id)
    assert coverage[AccountId("blog")].status is CoverageStatus.READ
    assert coverage[label].status is CoverageStatus.FAILED
    assert "ZeroDivisionError: so it goes" in coverage[label].error
    assert (state.failing_since, state.reason) == (START, Reason.CONTRACT)
    assert state.last_tried_at == START
    waiting = {one.account: one for one in village.scan(after=HALF_AN_HOUR).coverage}
    assert waiting[label].status is CoverageStatus.FAILED
    again = {one.account: one for one in village.scan(after=HOUR).coverage}
    assert again[label].status is CoverageStatus.READ


def test_a_platform_without_a_connector_is_said(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that this version cannot read fails with the remedy; the others are read."""
    monkeypatch.setattr(connectors, "names", lambda: ["feed"])
    village.account(Site.FEED, label="blog")
    village.register(
        'id = "tube"\nplatform = "bluesky"\nhandle = "x"\nkind = "council"\nowner = "A"'
    )
    blog, tube = village.scan().coverage
    assert blog.status is CoverageStatus.READ
    assert (tube.status, tube.reason) == (CoverageStatus.FAILED, Reason.CONTRACT)
    assert "platform = manual" in tube.error


def test_an_account_that_hangs_delays_no_other(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first account of the register hangs, the second's threat is judged and mailed."""
    settled = threading.Event()
    mails: list[str] = []

    def hangs() -> list[Batch]:
        assert settled.wait(20), "the other account was not settled while this one hung"
        mails.extend(village.urgent())
        return page(("1", CLEAN, START), complete=True)

    blog = village.account(Site.FEED)
    label = scripted(village, monkeypatch, lambda: page(complete=True), hangs)
    village.scan()
    village.publish(blog, THREAT, ago=-MINUTE)
    village.clock.advance(HALF_AN_HOUR)
    accounts = sorted(village.app.register, key=lambda account: account.id != label)
    done = scan(
        village.app, accounts, by="test", patience_s=0, progress=lambda _account: settled.set()
    )
    assert len(mails) == 1
    assert [one.account for one in done.coverage] == [label, blog]
    assert {one.status for one in done.coverage} == {CoverageStatus.READ}


def test_two_scans_at_once_read_an_account_once(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second finds the account taken, says so, and asks its platform nothing."""
    second: list[CoverageStatus] = []

    def reads() -> list[Batch]:
        other = replace(village.app, owner="another:1:process")
        second.extend(one.status for one in scan(other, other.register, by="other").coverage)
        return page(("1", CLEAN, START), complete=True)

    scripted(village, monkeypatch, reads)
    assert village.covered().status is CoverageStatus.READ
    assert second == [CoverageStatus.SKIPPED]


def test_an_abandoned_lease_ends_by_itself(village: Village) -> None:
    """A process that died elsewhere keeps an account for a quarter of an hour at most."""
    village.account(Site.FEED)
    account = village.app.register[0].id
    until = START + village.app.longest_reading
    assert village.store.lease(account, owner="elsewhere:1:x", until=until, now=START)
    assert village.covered(after=MINUTE).status is CoverageStatus.SKIPPED
    assert village.covered(after=timedelta(minutes=15)).status is CoverageStatus.READ


def test_a_stop_in_the_middle_keeps_what_was_read(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two pages the reading ends politely; the next start reads at once and gets the rest.

    It was no try: else the morning mail of that start would go out without this account.
    """
    first = page(("2", CLEAN, START - HOUR), complete=True)
    rest = page(("1", CLEAN, START - DAY), complete=True)

    def stopped() -> list[Batch]:
        village.app.stop.set()
        return [*first, *rest]

    scripted(village, monkeypatch, stopped, lambda: [*first, *rest])
    cut = village.covered()
    state = village.store.account_state(village.app.register[0].id)
    assert (state.last_tried_at, state.retry_at, state.reason) == (None, None, None)
    village.app.stop.clear()
    whole = village.covered(after=MINUTE)
    assert (cut.status, cut.recorded.new) == (CoverageStatus.PARTIAL, 1)
    assert (whole.status, whole.recorded.new) == (CoverageStatus.READ, 1)


class BrokenJudge(Judge):
    """A judge with a fault that no check foresees."""

    def matches(self, material: Material, context: Context) -> Matches:
        """Fail."""
        raise ZeroDivisionError("so it goes")


def test_judging_that_breaks_is_told_and_made_up_for(village: Village) -> None:
    """What was read stays recorded and unjudged; mended, the next run finds the threat loudly."""
    label = village.account(Site.FEED)
    village.scan()
    app = village.app
    broken = BrokenJudge(policy=app.policy, rules=app.judge.rules)
    village._app = replace(app, judge=broken)
    village.publish(label, THREAT, ago=-MINUTE)
    read = village.covered(after=HALF_AN_HOUR)
    assert (read.status, read.recorded.new) == (CoverageStatus.PARTIAL, 1)
    assert "could not all be judged (ZeroDivisionError: so it goes)" in read.error
    assert village.urgent() == []
    village._app = replace(village.app, judge=app.judge)
    assert village.covered(after=HALF_AN_HOUR).status is CoverageStatus.READ
    assert len(village.urgent()) == 1
