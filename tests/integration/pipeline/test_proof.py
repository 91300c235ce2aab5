"""What verifying concludes from real platforms: stories with and without a true ending.

Each story is told on every platform that can tell it. A case is closed only where the post
truly went or was truly put right.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, MailKind, Outcome, Resolution
from monitor.alerts.outbox import deliver_due
from monitor.cases.decisions import leave
from monitor.cases.proof import verify
from monitor.demo.faults import FaultKind
from monitor.demo.world import Condition, Site
from monitor.due import Due
from tests.integration.pipeline.tales import OTHER_SALE, OWNER, Tale, begin
from tests.integration.pipeline.village import DAY, HALF_AN_HOUR, SALE, THREAT, Village

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from config.errors import MailError

# --- what befalls it ---------------------------------------------------------------------


def nothing(tale: Tale) -> None:
    """It stays."""
    assert tale.look().seen is Outcome.PRESENT
    assert tale.look().seen is Outcome.PRESENT


def gone(tale: Tale) -> None:
    """It goes for good."""
    tale.delete()
    assert tale.look().case.state is CaseState.VERIFYING
    tale.look()


def gone_by_scans(tale: Tale) -> None:
    """It goes, and two ordinary readings see it."""
    tale.delete()
    tale.scan()
    tale.scan()


def gone_a_moment_ago(tale: Tale) -> None:
    """Two readings within ten minutes are one."""
    tale.delete()
    tale.look()
    tale.look(timedelta(minutes=5))


def missed_once(tale: Tale) -> None:
    """One reading does not find it, the next one does."""
    tale.delete()
    tale.look()
    tale.village.restore(tale.post)
    tale.look()


def missed_twice_apart(tale: Tale) -> None:
    """Missed, seen, missed: only what follows the last sight counts."""
    missed_once(tale)
    tale.delete()
    tale.look()


def back(tale: Tale) -> None:
    """It goes, the case is closed, and it is shown again days later."""
    gone(tale)
    tale.village.restore(tale.post)
    tale.scan(2 * DAY)


def corrected(tale: Tale) -> None:
    """It is edited within the hour in which every platform allows it; nothing is found any more."""
    tale.village.edit(tale.post, "Our hall is open on Saturday.")
    assert tale.look().case.edited


def still_wrong(tale: Tale) -> None:
    """It is edited, and the new words breach the same clause."""
    tale.village.edit(tale.post, OTHER_SALE)
    tale.look()
    tale.look()


def worse(tale: Tale) -> None:
    """It is edited into something worse."""
    tale.village.edit(tale.post, THREAT)
    tale.look()


def corrected_and_back(tale: Tale) -> None:
    """It is corrected, and then the old words are put back."""
    corrected(tale)
    tale.village.edit(tale.post, SALE)
    tale.scan()
    tale.scan(DAY)


def dead_token(tale: Tale) -> None:
    """The login dies, and nobody knows anything."""
    tale.suffer(Condition.TOKEN_DEAD)
    for _ in range(3):
        proof = tale.look(timedelta(hours=2))
        assert (proof.seen, "token" in proof.detail.casefold()) == (Outcome.CANNOT_TELL, True)


def gone_with_a_dead_token(tale: Tale) -> None:
    """It goes, but the login died before: this cannot be told until the login is repaired."""
    tale.suffer(Condition.TOKEN_DEAD)
    tale.delete()
    tale.look(timedelta(hours=2))
    tale.look(timedelta(hours=2))


def gone_and_repaired(tale: Tale) -> None:
    """The login is repaired, and two readings see that it went."""
    gone_with_a_dead_token(tale)
    assert tale.case().state is CaseState.REMOVAL_REQUESTED
    tale.suffer(Condition.TOKEN_DEAD, holds=False)
    tale.look()
    tale.look()


def in_trouble(kind: FaultKind) -> Callable[[Tale], None]:
    """Return the story of a platform that is in trouble three times while the post stands."""

    def story(tale: Tale) -> None:
        for _ in range(3):
            tale.trouble(kind)
            assert tale.case().state is not CaseState.CLOSED

    return story


def gone_in_trouble(kind: FaultKind) -> Callable[[Tale], None]:
    """Return the story of a removal during which the platform is in trouble."""

    def story(tale: Tale) -> None:
        tale.delete()
        tale.trouble(kind)
        tale.trouble(kind)
        tale.wait_out()
        tale.scan()
        tale.scan()

    return story


def suffering(condition: Condition) -> Callable[[Tale], None]:
    """Return the story of an account that suffers something while the post stands."""

    def story(tale: Tale) -> None:
        tale.suffer(condition)
        for _ in range(3):
            assert tale.look(timedelta(hours=2)).seen is not Outcome.GONE

    return story


def all_at_once(tale: Tale) -> None:
    """Everything vanishes at the same time, which is rarely a deletion."""
    for post in tale.village.world.timeline(tale.label):
        tale.village.world.delete(post.root_id, tale.village.clock.now() + timedelta(minutes=1))
    tale.look()
    tale.look()


ASKED, OPEN = (CaseState.REMOVAL_REQUESTED, None), (CaseState.OPEN, None)
VERIFYING = (CaseState.VERIFYING, None)
REMOVED = (CaseState.CLOSED, Resolution.REMOVED)
CORRECTED = (CaseState.CLOSED, Resolution.CORRECTED)
X, FACEBOOK, FEED = Site.X, Site.FACEBOOK, Site.FEED
EVERYWHERE, WITH_LOGIN = (X, FACEBOOK, FEED), (X, FACEBOOK)
BAD = (FaultKind.SERVER_ERROR, FaultKind.HTML, FaultKind.CUT, FaultKind.RATE_LIMIT, FaultKind.HALF)

STORIES: list[tuple[str, Callable[[Tale], None], Sequence[Site], tuple[object, object]]] = [
    ("it stays", nothing, EVERYWHERE, ASKED),
    ("it goes", gone, EVERYWHERE, REMOVED),
    ("it goes, seen by scans", gone_by_scans, EVERYWHERE, REMOVED),
    ("it went a moment ago", gone_a_moment_ago, EVERYWHERE, VERIFYING),
    ("missed once", missed_once, EVERYWHERE, ASKED),
    ("missed, seen, missed", missed_twice_apart, EVERYWHERE, VERIFYING),
    ("it comes back", back, EVERYWHERE, OPEN),
    ("it is corrected", corrected, EVERYWHERE, CORRECTED),
    ("it is still wrong", still_wrong, EVERYWHERE, ASKED),
    ("it is worse", worse, EVERYWHERE, ASKED),
    ("the old words come back", corrected_and_back, EVERYWHERE, OPEN),
    ("the login dies", dead_token, WITH_LOGIN, ASKED),
    ("it goes unseen", gone_with_a_dead_token, WITH_LOGIN, ASKED),
    ("the login is repaired", gone_and_repaired, WITH_LOGIN, REMOVED),
    *((f"in trouble: {kind}", in_trouble(kind), EVERYWHERE, ASKED) for kind in BAD),
    *((f"gone in trouble: {kind}", gone_in_trouble(kind), EVERYWHERE, REMOVED) for kind in BAD),
    ("an empty list", in_trouble(FaultKind.EMPTY), (FACEBOOK, FEED), ASKED),
    ("suspended", suffering(Condition.SUSPENDED), (X,), ASKED),
    ("protected", suffering(Condition.PROTECTED), (X,), ASKED),
    ("no credit", suffering(Condition.NO_CREDIT), (X,), ASKED),
    ("forbidden", suffering(Condition.FORBIDDEN), WITH_LOGIN, ASKED),
    ("all at once", all_at_once, (FACEBOOK, FEED), ASKED),
]
TOLD = [(name, story, site, end) for name, story, sites, end in STORIES for site in sites]


def test_there_are_enough_stories() -> None:
    """At least sixty, so that none is dropped unseen."""
    assert len(TOLD) >= 60


@pytest.mark.parametrize(
    ("story", "site", "end"),
    [pytest.param(*one[1:], id=f"{one[0]} on {one[2]}") for one in TOLD],
)
def test_a_case_ends_as_its_story_does(
    village: Village,
    story: Callable[[Tale], None],
    site: Site,
    end: tuple[CaseState, Resolution | None],
) -> None:
    """Closed only where the post truly went or was put right; the ledger holds."""
    tale = begin(village, site)
    story(tale)
    case = tale.case()
    assert (case.state, case.resolution) == end
    assert village.store.verify_ledger().faults == ()


@pytest.mark.parametrize("site", EVERYWHERE)
def test_the_only_post_of_an_account(village: Village, site: Site) -> None:
    """An empty account proves nothing by itself; asked by its id the post is found missing."""
    tale = begin(village, site, others=0)
    gone(tale)
    assert tale.case().resolution is Resolution.REMOVED


def test_the_time_to_removal_is_recorded(village: Village) -> None:
    """From the request to the reading that first missed it: both instants stand in the case."""
    tale = begin(village, Site.FACEBOOK)
    asked_at = village.clock.now()
    gone(tale)
    events = {event.what: event for event in tale.case().events}
    assert events["removal asked for"].at == asked_at
    assert events["not found once"].at == asked_at + HALF_AN_HOUR
    assert events["no longer visible"].at == asked_at + 2 * HALF_AN_HOUR
    assert "last seen" in events["no longer visible"].because


# --- reminders -----------------------------------------------------------------------------


class Taking:
    """A mail server that takes everything."""

    def send(
        self, message: bytes, sender: str, recipients: Sequence[str]
    ) -> Mapping[str, MailError | None]:
        """Take a mail for everybody."""
        del message, sender
        return dict.fromkeys(recipients)


def send(village: Village) -> None:
    """Send what is due."""
    deliver_due(village.store, Taking(), sender="c@x.example", now=village.clock.now())


def reminders(village: Village) -> list[str]:
    """Return the keys of the reminders so far."""
    return [mail.key for mail in village.store.mails(kind=MailKind.REMINDER)]


MOMENTS = [
    # day of November 2026, hour: is the owner reminded then?
    (4, 10, False),
    (5, 11, False),  # Thursday: due at noon
    (5, 13, True),
    (5, 16, False),
    (6, 8, False),  # before the office opens
    (6, 10, True),
    (7, 12, False),  # the weekend
    (8, 12, False),
    (9, 10, True),
]


def test_an_owner_who_is_late_is_reminded_once_a_working_day(village: Village) -> None:
    """After the time is over; not twice, not at night, not at the weekend."""
    tale = begin(village, Site.FACEBOOK)
    village.clock.advance(HALF_AN_HOUR)
    send(village)
    for day, hour, is_reminded in MOMENTS:
        village.clock.move_to(village.clock.now().replace(day=day, hour=hour))
        proof = tale.look(timedelta(minutes=1))
        assert (day, hour, proof.is_reminded) == (day, hour, is_reminded)
        assert proof.is_overdue is ((day, hour) >= (5, 13))
    assert [key.rpartition(":")[2][-2:] for key in reminders(village)] == ["05", "06", "09"]
    mail = village.store.mail(reminders(village)[0])
    assert mail is not None
    assert b"In-Reply-To: <" in mail.body


def test_who_never_had_the_request_is_not_reminded(village: Village) -> None:
    """No server has taken the request: the morning mail says so, the owner gets nothing."""
    tale = begin(village, Site.FACEBOOK)
    proof = tale.look(timedelta(days=4))
    assert (proof.is_overdue, proof.is_reminded) == (True, False)
    assert reminders(village) == []


def test_nothing_is_read_when_nothing_should_be_gone(village: Village) -> None:
    """No request, no run."""
    village.account(Site.X, more=OWNER)
    village.scan()
    runs = len(village.store.runs())
    assert verify(village.app, by="test").proofs == ()
    assert len(village.store.runs()) == runs


def test_the_daemon_verifies_as_often_as_it_is_told(village: Village) -> None:
    """At once after a start, then every `verify_every`; never when nothing should be gone."""
    tale = begin(village, Site.FACEBOOK)
    due = Due(app=village.app, random=Random(1))  # noqa: S311  # spreads pulls, guards nothing
    work = dict(due.units(frozenset()))["verify"]
    work()
    village.clock.advance(timedelta(minutes=59))
    assert "verify" not in dict(due.units(frozenset()))
    village.clock.advance(timedelta(minutes=1))
    assert "verify" in dict(due.units(frozenset()))
    assert "verify" not in dict(due.units({"verify"}))
    at = village.clock.now()
    leave(village.store, tale.number, by="Clerk", because="After the fair", at=at)
    assert "verify" not in dict(due.units(frozenset()))
