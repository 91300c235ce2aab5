"""What is concluded about an account whose owner was asked to close it.

Closed only where the platform says so twice to a login that it lets in. Suspended,
protected, moved, out of order or behind a dead login is something else.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, CoverageStatus, MailKind, Resolution
from monitor import morning
from monitor.cases.byhand import open_account_case, seen_gone
from monitor.cases.request import request_closure
from monitor.demo.faults import FaultKind
from monitor.demo.world import Condition, Site
from tests.integration.pipeline.tales import OWNER, Tale, begin, begin_closing
from tests.integration.pipeline.village import DAY, HALF_AN_HOUR, Village

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

X, FACEBOOK, FEED = Site.X, Site.FACEBOOK, Site.FEED
EVERYWHERE = (X, FACEBOOK, FEED)
ASKED, OPEN = (CaseState.REMOVAL_REQUESTED, None), (CaseState.OPEN, None)
VERIFYING = (CaseState.VERIFYING, None)
CLOSED = (CaseState.CLOSED, Resolution.REMOVED)
BAD = (FaultKind.SERVER_ERROR, FaultKind.HTML, FaultKind.CUT, FaultKind.RATE_LIMIT, FaultKind.HALF)


def close(tale: Tale) -> None:
    """Let the owner close the account."""
    tale.suffer(Condition.CLOSED)


def nothing(tale: Tale) -> None:
    """It stays."""
    assert tale.look().detail == "the account is still there"
    tale.look()


def closed(tale: Tale) -> None:
    """It is closed, and two readings see it."""
    close(tale)
    assert tale.look().case.state is CaseState.VERIFYING
    tale.look()


def closed_a_moment_ago(tale: Tale) -> None:
    """Two readings within ten minutes are one."""
    close(tale)
    tale.look()
    tale.look(timedelta(minutes=5))


def missed_once(tale: Tale) -> None:
    """One reading does not find it, the next one does."""
    close(tale)
    tale.look()
    tale.suffer(Condition.CLOSED, holds=False)
    tale.look()


def opened_again(tale: Tale) -> None:
    """It is closed, the case ends, and it is visible again days later."""
    closed(tale)
    tale.suffer(Condition.CLOSED, holds=False)
    tale.scan(2 * DAY)


def only_the_post(tale: Tale) -> None:
    """The post goes, the account stays: not what was asked for."""
    tale.delete()
    tale.look()
    tale.look()


def suffering(condition: Condition) -> Callable[[Tale], None]:
    """Return the story of an account that suffers something, which is no closing."""

    def story(tale: Tale) -> None:
        tale.suffer(condition)
        for _ in range(3):
            tale.look(timedelta(hours=2))

    return story


def closed_behind(condition: Condition) -> Callable[[Tale], None]:
    """Return the story of a closing that nothing can see."""

    def story(tale: Tale) -> None:
        tale.suffer(condition)
        close(tale)
        for _ in range(3):
            tale.look(timedelta(hours=2))

    return story


def closed_and_repaired(tale: Tale) -> None:
    """The login is repaired, and two readings see that the account was closed."""
    closed_behind(Condition.TOKEN_DEAD)(tale)
    assert tale.case().state is CaseState.REMOVAL_REQUESTED
    tale.suffer(Condition.TOKEN_DEAD, holds=False)
    tale.look()
    tale.look()


def in_trouble(kind: FaultKind) -> Callable[[Tale], None]:
    """Return the story of a platform in trouble while the account stands."""

    def story(tale: Tale) -> None:
        for _ in range(3):
            tale.trouble(kind)

    return story


def closed_in_trouble(kind: FaultKind) -> Callable[[Tale], None]:
    """Return the story of a closing during which the platform is in trouble."""

    def story(tale: Tale) -> None:
        close(tale)
        tale.trouble(kind)
        tale.wait_out()
        tale.insist()
        tale.insist()

    return story


STORIES: list[tuple[str, Callable[[Tale], None], Sequence[Site], tuple[object, object]]] = [
    ("it stays", nothing, EVERYWHERE, ASKED),
    ("it is closed", closed, EVERYWHERE, CLOSED),
    ("it was closed a moment ago", closed_a_moment_ago, EVERYWHERE, VERIFYING),
    ("missed once", missed_once, EVERYWHERE, ASKED),
    ("it is opened again", opened_again, EVERYWHERE, OPEN),
    ("only the post goes", only_the_post, EVERYWHERE, ASKED),
    ("suspended", suffering(Condition.SUSPENDED), (X,), ASKED),
    ("protected", suffering(Condition.PROTECTED), (X,), ASKED),
    ("no credit", suffering(Condition.NO_CREDIT), (X,), ASKED),
    ("forbidden", suffering(Condition.FORBIDDEN), (X, FACEBOOK), ASKED),
    ("the login dies", suffering(Condition.TOKEN_DEAD), (X, FACEBOOK), ASKED),
    ("only the feed is off", suffering(Condition.NO_FEED), (FEED,), ASKED),
    ("closed behind a dead login", closed_behind(Condition.TOKEN_DEAD), (X, FACEBOOK), ASKED),
    ("closed without credit", closed_behind(Condition.NO_CREDIT), (X,), ASKED),
    ("closed and forbidden", closed_behind(Condition.FORBIDDEN), (X, FACEBOOK), ASKED),
    ("the login is repaired", closed_and_repaired, (X, FACEBOOK), CLOSED),
    *((f"in trouble: {kind}", in_trouble(kind), EVERYWHERE, ASKED) for kind in BAD),
    *((f"closed in trouble: {kind}", closed_in_trouble(kind), EVERYWHERE, CLOSED) for kind in BAD),
    ("an empty list", in_trouble(FaultKind.EMPTY), (FACEBOOK, FEED), ASKED),
]
TOLD = [(name, story, site, end) for name, story, sites, end in STORIES for site in sites]


@pytest.mark.parametrize(
    ("story", "site", "end"),
    [pytest.param(*one[1:], id=f"{one[0]} on {one[2]}") for one in TOLD],
)
def test_an_account_is_closed_only_where_it_is(
    village: Village,
    story: Callable[[Tale], None],
    site: Site,
    end: tuple[CaseState, Resolution | None],
) -> None:
    """By two answers to a login that works, or by the site's own page; the ledger holds."""
    tale = begin_closing(village, site)
    story(tale)
    case = tale.case()
    assert (case.state, case.resolution) == end
    assert village.store.verify_ledger().faults == ()


def test_a_pages_own_login_that_ends_with_it_proves_nothing(village: Village) -> None:
    """A dead login may mean anything; a person who looked may say that it was closed."""
    tale = begin_closing(village, FACEBOOK, login="")
    close(tale)
    tale.look()
    assert "token" in tale.look().detail
    assert tale.case().state is CaseState.REMOVAL_REQUESTED
    now = village.clock.now()
    seen_gone(village.app, tale.number, by="Clerk", because="its address says so", at=now)
    assert (tale.case().state, tale.case().resolution) == CLOSED


@pytest.mark.parametrize("site", EVERYWHERE)
def test_an_account_that_should_be_missing_is_neither_blind_nor_urgent(
    village: Village, site: Site
) -> None:
    """Its coverage is skipped, the subject counts the others, nobody technical is written to."""
    village.add('\n[[people]]\nrole = "technical"\nname = "Sam"\nemail = "sam@x.example"\n')
    other = village.account(Site.FEED, kind="partner", label="events-blog")
    village.publish(other, "The fete is on Sunday.", ago=DAY)
    tale = begin_closing(village, site)
    closed(tale)
    line = village.covered(tale.label, after=timedelta(hours=20))
    assert (line.status, line.error) == (CoverageStatus.SKIPPED, "closed on request (case 1)")
    assert village.store.account_state(line.account).failing_since is None
    village.scan(other)
    digest, technical = morning.write(village.app, now=village.clock.now())
    assert technical is None
    assert "not read" not in digest.subject
    text = morning.compose(village.app, now=village.clock.now()).text
    assert "1 of 1 account was read" in text
    assert "Closed on request, nothing to read:" in text
    assert "the account was closed: no longer visible" in " ".join(text.split())


def test_a_closed_account_takes_its_other_posts_with_it(village: Village) -> None:
    """What else stood there is no longer visible either, and says by which case."""
    tale = begin_closing(village, X)
    other = village.publish(tale.label, "15% off paint. Use code PAINT15.", ago=timedelta())
    village.scan(after=timedelta(minutes=1))
    numbers = {case.platform_id: case.id for case in village.cases()}
    closed(tale)
    case = village.store.case(numbers[other])
    assert case is not None
    assert case.resolution is Resolution.REMOVED
    assert case.events[-1].because.startswith(f"the account was closed (case {tale.number})")
    tale.suffer(Condition.CLOSED, holds=False)
    tale.scan(DAY)
    tale.scan(HALF_AN_HOUR)
    states = {one.id: one.state for one in village.cases() if one.platform_id}
    assert states[numbers[other]] is CaseState.OPEN


def test_what_was_closed_for_a_period_is_to_be_opened_again(village: Village) -> None:
    """The owner is told once when it is over, the Clerk's mail too; open again it is no breach."""
    until = date(2026, 11, 10)
    tale = begin_closing(village, X, until=until)
    closed(tale)
    for on, told in ((10, 0), (11, 1), (12, 1)):
        village.clock.move_to(village.clock.now().replace(day=on, hour=8))
        sent = morning.send(village.app, by="test")
        mails = [m for m in village.store.mails(kind=MailKind.REMINDER) if ":reopen" in m.key]
        assert (on, len(mails)) == (on, told)
        assert ("It may be opened again" in " ".join(sent.composed.text.split())) is (on == 11)
    tale.suffer(Condition.CLOSED, holds=False)
    line = village.covered(tale.label, after=DAY)
    assert line.status is CoverageStatus.READ
    assert (tale.case().state, tale.case().resolution) == CLOSED


def test_an_account_may_be_a_case_by_itself(village: Village) -> None:
    """By the Clerk's wish, on what was never flagged; two answers close it."""
    label = village.account(X, more=OWNER)
    village.scan()
    now = village.clock.now()
    (account,) = village.app.register
    case = open_account_case(village.app, account=account, by="Clerk", because="unused", at=now)
    again = open_account_case(village.app, account=account, by="Clerk", because="unused", at=now)
    assert again.id == case.id
    request_closure(village.app, case.id, by="Clerk", because="unused", at=now)
    tale = Tale(village, X, label, "", case.id)
    closed(tale)
    assert (tale.case().state, tale.case().resolution) == CLOSED


def test_a_vanished_account_that_nobody_asked_to_close_stays_a_failure(village: Village) -> None:
    """It may have been renamed, closed or taken over: that is blind, and nothing is closed."""
    tale = begin(village, X)
    close(tale)
    line = village.covered(tale.label, after=timedelta(hours=2))
    assert line.status is CoverageStatus.FAILED
    village.covered(tale.label, after=timedelta(hours=2))
    assert tale.case().state is CaseState.REMOVAL_REQUESTED
