"""The schedule by platform, author and state: until when, by which limit, and what keeps it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings.retention import Retention
from config.types import AccountId, CaseId, HoldId, HoldReason, SubjectId, SubjectKind, VersionId
from monitor.retention.schedule import WARNING, announced_for, is_held, limit_of, may_go
from storage.values import Hold, Purgeable

SEEN = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BASIS = Retention(evidence_basis="Full council, 4 November 2026, minute 112")


def version(platform: str = "feed", **options: object) -> Purgeable:
    """Return a version of an own post that still stands, without a case."""
    stated: dict[str, object] = {
        "version": VersionId(1),
        "subject": SubjectId(1),
        "subject_kind": SubjectKind.POST,
        "account": AccountId("council-x"),
        "platform": platform,
        "author": "",
        "url": "",
        "published_at": SEEN - DAY,
        "seen_until": SEEN,
        "is_current": True,
    }
    return Purgeable(**{**stated, **options})  # type: ignore[arg-type]  # passed through


OPEN: dict[str, Any] = {"cases": (CaseId(1),), "is_decided": False}
CLOSED: dict[str, Any] = {"cases": (CaseId(1),), "is_decided": True, "closed_at": SEEN + 5 * DAY}


@pytest.mark.parametrize(
    ("one", "retention", "days"),
    [
        # by state and author, where the platform has no limit
        (version(), Retention(), 180),
        (version(author="a resident"), Retention(), 30),
        (version(**OPEN), Retention(), None),
        (version(**CLOSED), Retention(), 5 + 2190),
        (version(gone_since=SEEN + DAY), Retention(), 180),
        (version("bluesky", gone_since=SEEN + DAY), Retention(), 180),
        (version("mastodon", is_current=False), Retention(), 180),
        # what platforms ask of what is gone, or was changed
        (version("x", gone_since=SEEN + DAY), Retention(), 15),
        (version("facebook", gone_since=SEEN + DAY), Retention(), 31),
        (version("instagram", gone_since=SEEN + DAY), Retention(), 31),
        (version("x", is_current=False), Retention(), 14),
        (version("x"), Retention(), 180),
        (version("youtube"), Retention(), 28),
        (version("youtube", gone_since=SEEN + DAY), Retention(), 28),
        # also under an open case, unless the council has decided otherwise
        (version("x", gone_since=SEEN + DAY, **OPEN), Retention(), 15),
        (version("x", gone_since=SEEN + DAY, **OPEN), BASIS, None),
        (version("youtube", **OPEN), Retention(), 28),
        (version("youtube", **OPEN), BASIS, None),
        (version("x", gone_since=SEEN + DAY, **CLOSED), BASIS, 5 + 2190),
        # the decision is about evidence of cases, and nothing else
        (version("x", gone_since=SEEN + DAY), BASIS, 15),
        # the council's own figures
        (version("x", gone_since=SEEN + DAY), Retention(gone={"x": "3d"}), 4),
        (version("wordpress", gone_since=SEEN), Retention(gone={"wordpress": "9d"}), 9),
        (version(), Retention(clean="20d"), 20),
    ],
)
def test_until_when_words_are_kept(one: Purgeable, retention: Retention, days: int | None) -> None:
    """Days after the post was last seen; none: they stay as things stand."""
    limit = limit_of(one, retention=retention)
    assert (limit and (limit.due_at - SEEN).days) == days
    assert limit is None or limit.why


def test_evidence_of_a_case_goes_seven_days_after_it_was_told_at_the_earliest() -> None:
    """Not before the day that the mail named either; without a case at once."""
    plain = version("x", gone_since=SEEN)
    limit = limit_of(plain, retention=Retention())
    assert limit is not None
    now = limit.due_at
    assert not may_go(plain, limit, now=now - timedelta(seconds=1))
    assert may_go(plain, limit, now=now)

    untold = version("x", gone_since=SEEN, **OPEN)
    assert not may_go(untold, limit, now=now + 400 * DAY)
    named = announced_for(limit, now=now)
    assert named == now + WARNING
    told = version("x", gone_since=SEEN, told_at=now, due_at=named, **OPEN)
    assert not may_go(told, limit, now=named - timedelta(seconds=1))
    assert may_go(told, limit, now=named)
    late = version("x", gone_since=SEEN, told_at=now + DAY, due_at=named, **OPEN)
    assert not may_go(late, limit, now=named)


@given(
    platform=st.sampled_from(["x", "facebook", "youtube", "feed", "bluesky"]),
    gone=st.booleans(),
    case=st.booleans(),
)
def test_any_hold_that_concerns_it_keeps_it(platform: str, gone: bool, case: bool) -> None:  # noqa: FBT001  # hypothesis gives them
    """On everything, on the account, on its days, on its case; a released one does not."""
    one = version(platform, gone_since=SEEN if gone else None, cases=(CaseId(7),) if case else ())

    def hold(**options: object) -> Hold:
        stated = {
            "id": HoldId(1),
            "reason": HoldReason.FOI,
            "case": None,
            "account": None,
            "since": None,
            "until": None,
            "because": "FOI request",
            "by": "Jo Marsh",
            "at": SEEN,
        }
        return Hold(**{**stated, **options})  # type: ignore[arg-type]  # passed through

    assert is_held(one, [hold()])
    assert is_held(one, [hold(account=AccountId("council-x"))])
    assert is_held(one, [hold(since=SEEN - 2 * DAY, until=SEEN)])
    assert is_held(one, [hold(case=CaseId(7))]) == case
    assert not is_held(one, [hold(account=AccountId("mayor"))])
    assert not is_held(one, [hold(since=SEEN + DAY)])
    assert not is_held(one, [hold(released_at=SEEN)])
    assert not is_held(one, [])
