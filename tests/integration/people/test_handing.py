"""Who is told when the Clerk is away, and when nobody decides."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.types import CaseState, MailKind, Resolution
from monitor import morning
from monitor.cases import decisions
from monitor.cases.request import request_removal
from monitor.demo.world import Site
from monitor.people.absences import cover
from monitor.people.handing import COVERED, hand_over
from storage.open import open_repository
from tests.integration.pipeline.village import SALE, THREAT, Village

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from config.types import CaseId
    from storage.values import OutboxMail

CLERK, DEPUTY = "clerk@fernbeck-tc.gov.uk", "deputy@fernbeck-tc.gov.uk"
LEAD, SUPPLIER = "lead@fernbeck-tc.gov.uk", "support@it.example"
PEOPLE = "".join(
    f'\n[[people]]\nrole = "{role}"\nname = "{name}"\nemail = "{address}"\n'
    for role, name, address in (
        ("deputy", "Deputy Clerk", DEPUTY),
        ("safeguarding", "Lead", LEAD),
        ("technical", "Supplier", SUPPLIER),
    )
)


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Return a village that was read once, on Monday 2 November 2026, 09:00."""
    with Village(tmp_path) as village:
        village.account(Site.FACEBOOK, label="page", more='owner_email = "jo@x.example"\n')
        village.account(Site.X, label="short", more=f'owner_email = "{CLERK}"\n')
        village.add(PEOPLE)
        village.scan()
        yield village


def flagged(village: Village, words: str = SALE, label: str = "page") -> CaseId:
    """Let something be posted and found; return its case."""
    village.publish(label, words, ago=-timedelta(minutes=1))
    village.clock.advance(timedelta(minutes=30))
    village.scan()
    return max(case.id for case in village.app.repository.cases())


def digest(village: Village, at: datetime) -> tuple[tuple[str, ...], str, str]:
    """Write the digest of a moment; return who gets it, and both its parts as plain words."""
    village.clock.move_to(at)
    morning.send(village.app, by="test")
    kept = village.app.repository.mail(f"digest:{at.date().isoformat()}")
    assert kept is not None
    message = email.message_from_bytes(kept.body, policy=email.policy.default)
    parts = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (" ".join(part.get_content().split()) if part else "" for part in parts)
    return tuple(one.address for one in kept.recipients), text, html


def subject(village: Village, at: datetime) -> str:
    """Return the subject of the digest of a day."""
    kept = village.app.repository.mail(f"digest:{at.date().isoformat()}")
    return kept.subject if kept is not None else ""


def urgent(village: Village) -> OutboxMail:
    """Return the newest urgent mail."""
    return village.app.repository.mails(kind=MailKind.URGENT)[-1]


def test_an_undecided_case_goes_to_the_cover_once(village: Village) -> None:
    """Due on Thursday noon; on Tuesday noon the deputy is asked too, in the mail of both."""
    number = flagged(village)
    app = village.app
    tuesday = datetime(2026, 11, 10, 7, 0, tzinfo=UTC)
    told, text, _ = digest(village, tuesday)
    assert told == (CLERK,)
    assert "A decision was due by Thursday 5 November, 12:00." in text

    told, text, html = digest(village, tuesday + timedelta(days=1))
    assert told == (CLERK, DEPUTY)
    for part in (text, html):
        assert f"Case {number}, Facebook" in part
        assert "nobody had decided by Thursday 5 November, 12:00" in part
        assert "also with the Deputy Clerk since Wednesday 11 November" in part
    (case,) = app.repository.cases_of([number])
    names = [event.because for event in case.events if event.what == COVERED]
    assert names == ["the Deputy Clerk"]
    assert hand_over(app, at=app.clock.now()) == ()

    told, text, _ = digest(village, tuesday + timedelta(days=2))
    assert told == (CLERK, DEPUTY)
    assert "nobody had decided by" not in text
    assert "also with the Deputy Clerk since Wednesday 11 November" in text
    decisions.dismiss(
        app.repository, number, by="Deputy Clerk", because="A church fair", at=app.clock.now()
    )
    told, text, _ = digest(village, tuesday + timedelta(days=3))
    assert told == (CLERK,)
    assert app.repository.verify_ledger().faults == ()


def test_a_case_that_is_open_again_may_go_to_the_cover_again(village: Village) -> None:
    """A new deadline, a new chance: three working days later the deputy is asked again."""
    number = flagged(village)
    app = village.app
    first = datetime(2026, 11, 11, 7, 0, tzinfo=UTC)
    assert hand_over(app, at=first) == (number,)
    decisions.leave(app.repository, number, by="Clerk", because="for now", at=first)
    decisions.reopen(
        app.repository,
        number,
        by="Clerk",
        because="once more",
        at=first,
        due_at=first + timedelta(days=2, hours=5),
    )
    assert hand_over(app, at=first + timedelta(days=2, hours=6)) == ()
    assert hand_over(app, at=first + timedelta(days=7, hours=6)) == (number,)


def asked(village: Village, *, on: datetime) -> CaseId:
    """Let something be found and its owner be asked to take it down."""
    number = flagged(village)
    village.clock.move_to(on)
    request_removal(village.app, number, by="Clerk", because="", at=on)
    return number


def test_what_still_stands_long_after_its_owner_was_asked_goes_to_the_cover(
    village: Village,
) -> None:
    """Due on Friday noon: the owner is reminded, the Clerk told, on Wednesday the deputy too."""
    number = asked(village, on=datetime(2026, 11, 3, 8, 0, tzinfo=UTC))
    friday = datetime(2026, 11, 6, 12, 0, tzinfo=UTC)
    (case,) = village.app.repository.cases_of([number])
    assert case.due_at == friday
    text = ""
    for days, told in ((1, (CLERK,)), (4, (CLERK,)), (6, (CLERK, DEPUTY))):
        at = datetime(2026, 11, 6, 7, 0, tzinfo=UTC) + timedelta(days=days)
        addresses, text, _ = digest(village, at)
        assert told == addresses, at
        assert "1 removal overdue" in text or "overdue" in subject(village, at)
    assert "it still stood after Friday 6 November, 12:00" in text
    assert "also with the Deputy Clerk" in text


def test_what_is_gone_in_time_goes_to_nobody_else(village: Village) -> None:
    """Taken down before the deadline: whoever stands in never hears of it."""
    number = asked(village, on=datetime(2026, 11, 3, 8, 0, tzinfo=UTC))
    village.delete("page", SALE)
    village.scan()
    village.scan(after=timedelta(minutes=15))
    told, _, _ = digest(village, datetime(2026, 11, 12, 7, 0, tzinfo=UTC))
    assert told == (CLERK,)
    (case,) = village.app.repository.cases_of([number])
    assert case.resolution is Resolution.REMOVED


def test_two_processes_hand_a_case_over_once(village: Village) -> None:
    """The second one finds it done, whatever both had seen before."""
    number = flagged(village)
    at = datetime(2026, 11, 11, 7, 0, tzinfo=UTC)
    first = village.app
    other = open_repository(first.settings.storage.url)
    second = replace(first, repository=other)
    # Both looked before either wrote: the second one's list still holds the case.
    late = other.outlines(states=(CaseState.OPEN,))
    assert [one.id for one in late] == [number]
    assert [hand_over(app, at=at) for app in (first, second)] == [(number,), ()]
    other.close()


def test_while_the_clerk_is_away_whoever_stands_in_is_told(village: Village) -> None:
    """Urgent mail and digest reach the deputy, not the Clerk, and both say who is away."""
    app = village.app
    cover(app, "deputy", until=date(2026, 11, 13), by=CLERK, at=village.clock.now())
    flagged(village, THREAT)
    assert [one.address for one in urgent(village).recipients] == [DEPUTY]
    told, text, html = digest(village, datetime(2026, 11, 3, 7, 0, tzinfo=UTC))
    assert told == (DEPUTY,)
    said = "The Clerk is away until Friday 13 November; the Deputy Clerk is asked instead."
    assert said in text
    assert said in html

    told, text, _ = digest(village, datetime(2026, 11, 16, 7, 0, tzinfo=UTC))
    assert told == (CLERK, DEPUTY)
    assert "is away" not in text


def test_a_coming_absence_is_told_before(village: Village) -> None:
    """A fortnight before, the digest says who will be away and who will be asked."""
    app = village.app
    cover(
        app,
        "deputy",
        until=date(2026, 11, 20),
        since=date(2026, 11, 16),
        by=CLERK,
        at=village.clock.now(),
    )
    told, text, _ = digest(village, datetime(2026, 11, 3, 7, 0, tzinfo=UTC))
    assert told == (CLERK,)
    assert (
        "The Clerk is away from Monday 16 November to Friday 20 November; the Deputy Clerk is "
        "asked instead." in text
    )


def test_what_is_about_the_clerks_own_account_goes_to_somebody_else(village: Village) -> None:
    """Without a deputy there, the lead is told at once, because the Clerk may not decide it."""
    app = village.app
    cover(app, "lead", absent="deputy", until=date(2026, 11, 13), by=CLERK, at=village.clock.now())
    flagged(village, THREAT, "short")
    assert [one.address for one in urgent(village).recipients] == [CLERK, LEAD]


def test_the_supplier_is_never_told_of_a_post(village: Village) -> None:
    """Whoever is away, no mail with words of a post goes to the technical person."""
    app = village.app
    for who in ("clerk", "deputy", "lead"):
        cover_of = "lead" if who != "lead" else "clerk"
        cover(app, cover_of, absent=who, until=date(2026, 12, 13), by=CLERK, at=village.clock.now())
    flagged(village, THREAT)
    digest(village, datetime(2026, 11, 20, 7, 0, tzinfo=UTC))
    for mail in app.repository.mails(limit=1000):
        addresses = [one.address for one in mail.recipients]
        assert (SUPPLIER in addresses) == (mail.kind is MailKind.TECHNICAL)
        assert addresses
