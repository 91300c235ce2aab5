"""The law of YouTube's thirty days: erased in time whenever it was last read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from config.settings.retention import Retention
from config.types import AccountId, CaseId, SubjectId, SubjectKind, VersionId
from monitor.retention.schedule import announced_for, limit_of, may_go
from storage.values import Purgeable

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 2, tzinfo=UTC)


def kept(shown_at: datetime, *, has_case: bool) -> Purgeable:
    """Return a version on YouTube as last shown at a moment, with an open case or none."""
    return Purgeable(
        version=VersionId(1),
        subject=SubjectId(1),
        subject_kind=SubjectKind.POST,
        account=AccountId("council-youtube"),
        platform="youtube",
        author="",
        url="",
        published_at=shown_at,
        seen_until=shown_at,
        is_current=True,
        gone_since=None,
        cases=(CaseId(1),) if has_case else (),
        is_decided=False,
        closed_at=None,
        told_at=None,
        due_at=None,
    )


@given(
    minute=st.integers(0, 24 * 60 - 1),
    night=st.integers(0, 24 * 60 - 1),
    morning=st.integers(0, 24 * 60 - 1),
    has_case=st.booleans(),
)
def test_it_is_gone_within_thirty_days_and_told_a_week_before(
    *, minute: int, night: int, morning: int, has_case: bool
) -> None:
    """At whatever minute it was read, erasing is done and the morning mail leaves."""
    one = kept(MIDNIGHT + timedelta(minutes=minute), has_case=has_case)
    events = sorted(
        (MIDNIGHT + number * DAY + timedelta(minutes=at), kind)
        for number in range(32)
        for kind, at in (("erase", night), ("mail", morning))
    )
    for now, kind in events:
        limit = limit_of(one, retention=Retention())
        assert limit is not None
        if kind == "mail" and one.due_at is not None:
            one = replace(one, told_at=one.told_at or now)
        elif kind == "erase" and may_go(one, limit, now=now):
            assert now - one.seen_until <= 30 * DAY
            assert not has_case or (one.told_at and now - one.told_at >= 7 * DAY)
            return
        elif kind == "erase" and has_case and limit.due_at - 7 * DAY <= now:
            one = replace(one, due_at=one.due_at or announced_for(limit, now=now))
    raise AssertionError("it was never erased")
