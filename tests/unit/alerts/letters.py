"""The mails of the golden files: name, model and both parts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from config.types import AccountId, Basis, CaseId, Reason, Severity, SubjectKind
from monitor.alerts.digest import compose_digest
from monitor.alerts.facts import Cost, MondayFacts, Opening, RuleChange, UrgentFacts
from monitor.alerts.model import build_digest, build_urgent
from monitor.alerts.render import digest_html, digest_text, urgent_html, urgent_text
from storage.values import NewMail, RegisterChange
from tests.unit.alerts.builders import (
    ACKNOWLEDGED,
    BLIND_X,
    BLOG,
    CHILD,
    COUNCIL,
    FACEBOOK,
    HARMLESS,
    MAYOR,
    NEXTDOOR,
    PARTY,
    POLICY,
    SHOP,
    STAMP,
    X,
    account,
    case,
    facts,
    finding,
    working_day,
)
from tests.unit.alerts.people import CLERK, SENDER

if TYPE_CHECKING:
    from monitor.alerts.facts import DigestFacts
    from monitor.alerts.message import Person

HOSTILE_TEXT = (
    "Hello <b>all</b> <script>alert(1)</script> \x1b[31mred\x1b[0m\x07 "
    "\u202eVote\u202c for\u200b Party\u2066\nBcc: everybody@example.org\r\n.\r\n"
    "<a href='https://evil.example/'>click</a> {{ 7 * 7 }} {% raw %} &amp; \udce9"
)
HOSTILE = case(
    66,
    finding(
        HOSTILE_TEXT,
        "Vote",
        reason="It names\r\nBcc: a@b.example <img src=x onerror=alert(1)> a party",
    ),
    text=HOSTILE_TEXT,
    url="javascript:alert(1)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A mail as a person reads it."""

    subject: str
    text: str
    html: str


def digest(given: DigestFacts) -> Shown:
    """Return a digest as read."""
    built = build_digest(given)
    return Shown(subject=built.subject, text=digest_text(built), html=digest_html(built))


def urgent(given: UrgentFacts) -> Shown:
    """Return an urgent mail as read."""
    built = build_urgent(given)
    return Shown(subject=built.subject, text=urgent_text(built), html=urgent_html(built))


def finished(given: DigestFacts, *people: Person) -> NewMail:
    """Return a digest as it goes into the outbox."""
    return compose_digest(given, sender=SENDER, people=people or (CLERK,))


def urgent_facts() -> UrgentFacts:
    """Return the facts of the mail about a child's name."""
    return UrgentFacts(
        council=COUNCIL,
        zone="Europe/London",
        as_of=datetime(2026, 11, 23, 18, 58, tzinfo=UTC),
        case=dataclasses.replace(
            CHILD,
            last_read_at=datetime(2026, 11, 23, 18, 57, tzinfo=UTC),
            due_at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
        ),
        account=FACEBOOK,
        policy=POLICY,
        harmless=HARMLESS,
        stamp=STAMP,
    )


def monday() -> DigestFacts:
    """Return a Monday after a week-end without mails, in a month of costs."""
    as_of = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    fresh = as_of - timedelta(minutes=2)
    return facts(
        as_of=as_of,
        covered_from=datetime(2026, 11, 20, 7, 0, tzinfo=UTC),
        missed=(date(2026, 11, 21), date(2026, 11, 22)),
        accounts=tuple(
            dataclasses.replace(one, last_read_at=fresh) for one in (FACEBOOK, X, BLOG, MAYOR)
        ),
        cases=(
            case(
                12,
                finding(
                    "",
                    clause="requirements.2",
                    rule="complaints-route/missing",
                    reason="Neither the profile nor the page it links to says how to complain.",
                ),
                text="",
                account="council-x",
                subject_kind=SubjectKind.PROFILE,
                opened_at=datetime(2026, 10, 5, tzinfo=UTC),
                due_at=datetime(2026, 12, 1, 12, 0, tzinfo=UTC),
            ),
        ),
        register_changes=(
            RegisterChange(
                account=AccountId("council-x"), what="handle changed", at=as_of - timedelta(days=1)
            ),
        ),
        monday=MondayFacts(
            costs=(Cost(title="X", amount=Decimal("0.62"), budget=Decimal("5.00")),),
            policy_overdue="September/October 2020",
            untold=("events.ashcombe-tc.example",),
            unattested=(AccountId("council-x"), AccountId("mayor-page")),
        ),
    )


def first_morning() -> DigestFacts:
    """Return the first digest: 14 older posts, nothing new."""
    older = [
        dataclasses.replace(
            PARTY if number % 2 else SHOP,
            id=CaseId(number),
            history=True,
            published_at=datetime(2026, 10, number, 15, 0, tzinfo=UTC),
        )
        for number in range(1, 15)
    ]
    return facts(covered_from=None, history=tuple(older), posts_checked=212)


def blind_morning() -> DigestFacts:
    """Return a morning on which two of four accounts could not be read, one of them vanished."""
    gone = dataclasses.replace(
        BLOG,
        last_read_at=datetime(2026, 11, 23, 22, 0, tzinfo=UTC),
        failing_since=datetime(2026, 11, 23, 22, 30, tzinfo=UTC),
        reason=Reason.ACCOUNT_GONE,
    )
    return facts(accounts=(FACEBOOK, BLIND_X, gone, MAYOR, NEXTDOOR), posts_checked=1)


def opening_day() -> DigestFacts:
    """Return the day a pre-election period starts: an older post that stands is found."""
    standing = dataclasses.replace(
        PARTY.findings[0].finding, basis=Basis.STANDING, context="parish.2026-12-17"
    )
    stored = dataclasses.replace(PARTY.findings[0], finding=standing)
    return facts(
        cases=(dataclasses.replace(PARTY, findings=(stored,)),),
        opening=Opening(starts_on=date(2026, 11, 24)),
        rule_changes=(RuleChange(newly_flagged=3),),
    )


def hostile_morning() -> DigestFacts:
    """Return a morning whose every outside text tries to break out."""
    evil = account(
        "council-facebook",
        'Facebook page "Evil\r\nBcc: x@y.example</h3><script>alert(1)</script>"',
        "Facebook page",
        owner="<b>Owner</b>\x1b]0;title\x07",
        blind_spots=("<i>stories</i>",),
    )
    return facts(
        council="Ashcombe\r\nBcc: evil@example.org <script>",
        accounts=(evil,),
        cases=(HOSTILE,),
        waiting=(dataclasses.replace(ACKNOWLEDGED, severity=Severity.URGENT),),
        coming=("Poll\u202e <b>soon</b>",),
        next_poll="",
    )


SHOWN = {
    "working-day": digest(working_day()),
    "quiet-day": digest(facts()),
    "monday": digest(monday()),
    "first-morning": digest(first_morning()),
    "blind-morning": digest(blind_morning()),
    "opening-day": digest(opening_day()),
    "hostile": digest(hostile_morning()),
    "urgent": urgent(urgent_facts()),
}
