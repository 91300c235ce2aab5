"""A made-up town and its cases, for the tests of the mails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

from config.types import (
    AccountId,
    CaseId,
    CaseState,
    ClauseId,
    FindingId,
    Kind,
    Outcome,
    Reason,
    Resolution,
    RuleId,
    Severity,
    SubjectId,
    SubjectKind,
    TopicId,
    VersionId,
)
from monitor.alerts.deadline import decide_by
from monitor.alerts.facts import AccountFacts, DigestFacts, PolicyWords, Stamp
from storage.values import Case, CaseEvent, Finding, StoredFinding

AS_OF = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
YESTERDAY = AS_OF - timedelta(days=1)
COUNCIL = "Ashcombe Town Council"

TERMS_5 = (
    "official Council and Mayoral profiles and pages must not be used for party political "
    "purposes or specific campaigning purposes as the Council is not permitted to publish "
    "material which 'in whole or part appears to affect public support for a political party' "
    "(LGA 1986)"
)
TERMS_7 = (
    "official Council profiles and pages must not be used for the promotion of commercial "
    "ventures. Where individuals, including those from partner organisations and other "
    "volunteers, are involved and are acting on behalf of the Council, they will also be "
    "expected to comply with the relevant Council policies."
)
TERMS_4 = "must not breach the Council's Equal Opportunities or Safeguarding policies."
COMING = (
    "Thursday 6 May 2027, town council election. The notice of election must be published by "
    "Wednesday 31 March; the pre-election period starts on the day it is published. When you "
    "know the day: clerkwatch elections notice parish.2027-05-06 2027-03-22"
)
POLICY = PolicyWords(
    titles={
        ClauseId("terms.4"): "Terms of Use 4",
        ClauseId("terms.5"): "Terms of Use 5",
        ClauseId("terms.7"): "Terms of Use 7",
        ClauseId("requirements.2"): "requirement 2",
    },
    clauses={
        ClauseId("terms.4"): TERMS_4,
        ClauseId("terms.5"): TERMS_5,
        ClauseId("terms.7"): TERMS_7,
        ClauseId("requirements.2"): "appropriate feedback and complaints information must be "
        "published in a prominent place",
    },
    topics={
        TopicId("party-politics"): "official Council and Mayoral profiles and pages must not be "
        "used for party political purposes or specific campaigning purposes",
    },
)
HARMLESS = {
    RuleId("party-politics/endorsement"): "It may be fine if it quotes somebody else and says so.",
    RuleId("commerce/discount"): "It may be fine if the council itself sells it.",
}
STAMP = Stamp(version="0.1.0", run=812, entries=4021, head="9f" * 32, rules="c0ffee00c0ffee00")


def finding(
    text: str,
    *words: str,
    clause: str = "terms.5",
    rule: str = "party-politics/endorsement",
    severity: Severity = Severity.REVIEW,
    reason: str = "It names a political group and asks for support.",
    is_masked: bool = False,
) -> Finding:
    """Return a finding whose spans are the given words in the text."""
    spans = tuple((text.index(word), text.index(word) + len(word)) for word in words)
    return Finding(
        clause=ClauseId(clause),
        topic=TopicId(rule.partition("/")[0]),
        rule=RuleId(rule),
        digest="0123456789abcdef",
        severity=severity,
        spans=spans,
        quote=words[0] if words else None,
        reason=reason,
        matched=words,
        is_masked=is_masked,
    )


def case(
    number: int,
    *findings: Finding,
    text: str,
    account: str = "council-facebook",
    **changes: object,
) -> Case:
    """Return an open case on a post of yesterday evening, still visible this morning."""
    values: dict[str, object] = {
        "id": CaseId(number),
        "state": CaseState.OPEN,
        "resolution": None,
        "severity": findings[0].severity if findings else Severity.REVIEW,
        "account": AccountId(account),
        "subject": SubjectId(number),
        "subject_kind": SubjectKind.POST,
        "platform_id": f"110_{number}",
        "url": f"https://www.facebook.com/ashcombetc/posts/{number}0042",
        "text": text,
        "published_at": datetime(2026, 11, 23, 18, 42, tzinfo=UTC),
        "edited": False,
        "visible": True,
        "last_outcome": Outcome.PRESENT,
        "last_read_at": datetime(2026, 11, 24, 6, 58, tzinfo=UTC),
        "history": False,
        "opened_at": datetime(2026, 11, 23, 18, 58, tzinfo=UTC),
        "due_at": datetime(2026, 11, 27, 12, 0, tzinfo=UTC),
        "closed_at": None,
        "findings": tuple(
            StoredFinding(
                id=FindingId(number * 10 + place),
                version=VersionId(number),
                finding=found,
                found_at=datetime(2026, 11, 23, 18, 58, tzinfo=UTC),
            )
            for place, found in enumerate(findings)
        ),
    }
    return Case(**{**values, **changes})  # type: ignore[arg-type]  # the keys are Case's own


def account(label: str, title: str, short: str, **changes: object) -> AccountFacts:
    """Return a council account that was read two minutes ago."""
    values: dict[str, object] = {
        "id": AccountId(label),
        "title": title,
        "short": short,
        "kind": Kind.COUNCIL,
        "owner": "Communications Officer",
        "last_read_at": datetime(2026, 11, 24, 6, 58, tzinfo=UTC),
    }
    return AccountFacts(**{**values, **changes})  # type: ignore[arg-type]  # keys are its own


FACEBOOK = account(
    "council-facebook",
    'Facebook page "Ashcombe Town Council"',
    "Facebook page",
    is_owner_reachable=True,
    blind_spots=("Reels", "stories", "text in pictures"),
)
X = account("council-x", "X @AshcombeTC", "X", blind_spots=("Spaces", "text in pictures"))
BLOG = account(
    "events-blog",
    'Blog "What\'s on in Ashcombe"',
    "blog",
    owner="Events Team",
    blind_spots=("sound and film", "text in pictures"),
)
MAYOR = account(
    "mayor-facebook",
    'Facebook page "Mayor of Ashcombe"',
    "Facebook page",
    kind=Kind.MAYORAL,
    blind_spots=("Reels", "stories", "text in pictures"),
)
NEXTDOOR = account(
    "nextdoor",
    "Nextdoor",
    "Nextdoor",
    by_hand=True,
    last_read_at=None,
    looked_at=datetime(2026, 11, 2, 11, 0, tzinfo=UTC),
)
BLIND_X = account(
    "council-x",
    "X @AshcombeTC",
    "X",
    last_read_at=datetime(2026, 11, 22, 13, 30, tzinfo=UTC),
    failing_since=datetime(2026, 11, 22, 14, 0, tzinfo=UTC),
    reason=Reason.AUTH_EXPIRED,
    blind_spots=("Spaces", "text in pictures"),
)

_PARTY = (
    "Only the Ashcombe Independents kept the library open. Give them your support on Thursday! "
    "More at https://ashcombe-independents.example/join"
)
PARTY = case(42, finding(_PARTY, "Ashcombe Independents", "Give them your support"), text=_PARTY)
_SHOP = (
    "Treat yourself this weekend 🎄\n\nHartley's Coffee on the High Street: 20% off with the "
    "code TOWN20 until Sunday. Book now!"
)
SHOP = case(
    43,
    finding(
        _SHOP,
        "20% off",
        "TOWN20",
        "Book now",
        clause="terms.7",
        rule="commerce/discount",
        reason="It offers a private firm's discount and asks readers to book.",
    ),
    text=_SHOP,
    account="events-blog",
    url="https://events.ashcombe-tc.example/2026/11/treat-yourself",
    pictures=2,
    published_at=datetime(2026, 11, 23, 9, 5, tzinfo=UTC),
)
_CHILD = "Well done Milly Hargreave (7) of Oakfield Primary, who won the painting competition!"
CHILD = case(
    44,
    finding(
        _CHILD,
        "Milly Hargreave (7)",
        clause="terms.4",
        rule="safeguarding/child-and-school",
        severity=Severity.URGENT,
        reason="It gives a child's name and a school.",
        is_masked=True,
    ),
    text=_CHILD,
    due_at=datetime(2026, 11, 25, 12, 0, tzinfo=UTC),
)
ACKNOWLEDGED = case(
    38,
    finding(_PARTY, "Ashcombe Independents"),
    text=_PARTY,
    state=CaseState.ACKNOWLEDGED,
    events=(
        CaseEvent(
            at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
            by="Clerk",
            what="acknowledged",
            from_state=CaseState.OPEN,
            to_state=CaseState.ACKNOWLEDGED,
        ),
    ),
)
REMOVED = case(
    35,
    finding(_SHOP, "20% off", clause="terms.7", rule="commerce/discount"),
    text=_SHOP,
    account="events-blog",
    state=CaseState.CLOSED,
    resolution=Resolution.REMOVED,
    visible=False,
    last_outcome=Outcome.GONE,
    closed_at=datetime(2026, 11, 23, 11, 35, tzinfo=UTC),
    last_visible_at=datetime(2026, 11, 23, 10, 35, tzinfo=UTC),
    gone_since=datetime(2026, 11, 23, 11, 5, tzinfo=UTC),
)


def facts(**changes: object) -> DigestFacts:
    """Return a quiet Tuesday: four accounts read, nothing flagged."""
    values: dict[str, object] = {
        "council": COUNCIL,
        "zone": "Europe/London",
        "as_of": AS_OF,
        "wait_until": decide_by(
            cast("datetime", changes.get("as_of", AS_OF)),
            Severity.REVIEW,
            zone="Europe/London",
            nation="England",
        ),
        "covered_from": YESTERDAY,
        "pull_every": timedelta(minutes=30),
        "accounts": (FACEBOOK, X, BLOG, MAYOR),
        "policy": POLICY,
        "stamp": STAMP,
        "posts_checked": 24,
        "harmless": HARMLESS,
        "next_poll": "Next election: Thursday 6 May 2027; nothing to do until 3 March.",
    }
    return DigestFacts(**{**values, **changes})  # type: ignore[arg-type]  # keys are its own


def working_day() -> DigestFacts:
    """Return a Tuesday with work, a blind account, something waiting and something closed."""
    return facts(
        accounts=(FACEBOOK, BLIND_X, BLOG, MAYOR, NEXTDOOR),
        cases=(PARTY, SHOP, CHILD),
        waiting=(ACKNOWLEDGED,),
        closed=(REMOVED,),
        posts_checked=31,
        technical_told=True,
        coming=(COMING,),
    )
