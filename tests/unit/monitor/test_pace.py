"""Keeping within a month's budget: what is read again today, and what waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.types import Outcome
from connectors.base import Tariff
from monitor.pace import Month, chosen, daily_cost, is_free
from storage.values import DuePost

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TARIFF = Tariff(post=Decimal("0.005"), profile=Decimal("0.01"), owned=Decimal("0.001"), smallest=15)


def post(
    name: str,
    *,
    age: timedelta,
    read: timedelta,
    has_open_case: bool = False,
    outcome: Outcome = Outcome.PRESENT,
) -> DuePost:
    """Return a post of some age that was last read some time ago."""
    return DuePost(
        platform_id=name,
        current_id=None,
        url="",
        published_at=NOON - age,
        last_read_at=NOON - read,
        last_outcome=outcome,
        has_open_case=has_open_case,
    )


def month(
    budget: str, *, spent: str = "0", today: str = "0", daily: str = "0.08", at: datetime = NOON
) -> Month:
    """Return how a budget stands."""
    return Month(
        budget=Decimal(budget),
        spent=Decimal(spent),
        today=Decimal(today),
        daily=Decimal(daily),
        tariff=TARIFF,
        as_of=at,
    )


def test_the_month_is_shared_evenly_among_its_days() -> None:
    """At the first midnight a thirtieth of what is not put aside may be spent."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    left = Decimal("5.00") - 30 * Decimal("0.08") - 15 * Decimal("0.005")
    assert month("5.00", at=start).for_again() == pytest.approx(left / 30)
    assert month("5.00", at=start).may_read_again() == 16


def test_what_was_spent_today_is_taken_off_todays_share() -> None:
    """A pull right after another has nothing left; at midnight there is a new share."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    share = month("5.00", at=start).for_again()
    spent = str(share)
    assert month("5.00", spent=spent, today=spent, at=start).may_read_again() == 0
    assert month("5.00", spent=spent, today="0", at=start + DAY).may_read_again() > 0


def test_the_last_day_may_use_what_is_left_but_not_what_a_list_needs() -> None:
    """A new post can be asked for until midnight."""
    last = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    left = month("5.00", spent="4.50", today="0", at=last).for_again()
    assert Decimal("0.4") < left <= Decimal("0.5") - 15 * TARIFF.post


def test_a_budget_that_does_not_pay_for_new_posts_is_short() -> None:
    """Then nothing is read again, and the profile seldom."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    assert month("2.39", at=start).is_short
    assert not month("2.40", at=start).is_short
    assert month("2.39", at=start).may_read_again() == 0


def test_what_was_paid_for_today_and_what_is_gone_costs_nothing() -> None:
    """X bills once a UTC day, and only what it returns."""
    assert is_free(post("1", age=2 * DAY, read=timedelta(hours=11)), as_of=NOON)
    assert not is_free(post("1", age=2 * DAY, read=timedelta(hours=13)), as_of=NOON)
    assert is_free(post("1", age=2 * DAY, read=DAY, outcome=Outcome.GONE), as_of=NOON)


def test_a_case_comes_first_then_what_missed_most_readings() -> None:
    """A day late is much for a young post and little for an old one."""
    young = post("young", age=3 * DAY, read=2 * DAY)
    old = post("old", age=20 * DAY, read=6 * DAY)
    case = post("case", age=20 * DAY, read=DAY, has_open_case=True)
    order = [
        [each.platform_id for each in chosen([young, old, case], beside=(), month=one_of)]
        for one_of in _months_for(1, 2, 3)
    ]
    assert order == [["case"], ["young", "case"], ["young", "old", "case"]]


def _months_for(*counts: int) -> list[Month]:
    """Return budgets that pay for just so many posts now."""
    found: list[Month] = []
    for cents in range(1000):
        made = month(str(Decimal(cents) / 1000), daily="0")
        if len(found) < len(counts) and made.may_read_again() == counts[len(found)]:
            found.append(made)
    assert len(found) == len(counts)
    return found


def test_other_accounts_on_the_budget_have_the_same_right() -> None:
    """Whoever is read first does not take the money of the next one."""
    (one,) = _months_for(1)
    mine, later = post("mine", age=3 * DAY, read=2 * DAY), post("later", age=3 * DAY, read=3 * DAY)
    assert chosen([mine], beside=[later], month=one) == ()
    assert chosen([later], beside=[mine], month=one) == (later,)


@given(
    budget=st.decimals("0", "50", places=2),
    daily=st.decimals("0", "2", places=3),
    dues=st.lists(st.integers(0, 12), min_size=30, max_size=30),
)
def test_a_month_never_costs_more_than_its_budget(
    budget: Decimal, daily: Decimal, dues: list[int]
) -> None:
    """Where each day's new posts cost what was expected, and they alone may be paid for."""
    spent = Decimal(0)
    for number, due in enumerate(dues):
        start = datetime(2026, 11, 1, tzinfo=UTC) + number * DAY
        today = Decimal(0)
        for hour in (0, 12, 23):
            now = month(
                str(budget),
                spent=str(spent),
                today=str(today),
                daily=str(daily),
                at=start + timedelta(hours=hour),
            )
            again = min(due, now.may_read_again()) * TARIFF.post
            new = min(daily / 3, max(Decimal(0), budget - spent - again))
            spent, today = spent + again + new, today + again + new
    assert spent <= budget
    if daily * 30 <= budget:
        assert spent >= daily * 30 - Decimal("0.0001")


def test_the_day_is_paid_for_posts_and_one_profile_an_account() -> None:
    """At the full price, in UTC days."""
    assert daily_cost(TARIFF, posts_a_day=Decimal(10), accounts=4) == Decimal("0.09")
