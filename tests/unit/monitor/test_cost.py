"""What reading costs, worked out beforehand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

import connectors
from connectors.base import Asking
from monitor.cost import Kinds, Traffic, days_again, share_again, yearly
from monitor.plan import readings

HALF_AN_HOUR, DAY = timedelta(minutes=30), timedelta(days=1)


def test_the_plan_reads_a_post_thirteen_times_in_thirty_days() -> None:
    """Three times on the first day, daily for a week, then weekly."""
    ages = readings(30 * DAY)
    assert [age // DAY for age in ages] == [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 14, 21, 28]
    assert readings(DAY)[-1] == DAY
    assert readings(timedelta(minutes=10)) == ()


def test_reading_twice_on_a_day_costs_once() -> None:
    """The marks of the first hours lie on the day of publishing, or on that of the first day."""
    again = days_again(HALF_AN_HOUR, 30 * DAY)
    assert Decimal(10) <= again < Decimal("10.1")
    assert days_again(DAY, 30 * DAY) <= again


def test_a_year_of_the_example_council() -> None:
    """Four accounts, 15 posts a week each, at the full price."""
    asking = connectors.find("x").asking
    one = yearly(
        asking,
        Traffic(posts_a_week=Decimal(15)),
        pull_every=HALF_AN_HOUR,
        look_back=30 * DAY,
    )
    year = one.times(4)
    assert year.usd.new == pytest.approx(Decimal(15) / 7 * 365 * 4 * Decimal("0.005"))
    assert year.usd.profile == 4 * 365 * Decimal("0.01")
    assert Decimal(186) < year.usd.all < Decimal(188)
    assert year.usd_owned.all == pytest.approx(year.usd.all - year.usd.new * Decimal("0.8"))
    assert one.requests.new == 365 * 48


def test_an_open_case_is_read_every_time_and_paid_once_a_day() -> None:
    """Money by the day, requests by the reading."""
    asking = connectors.find("x").asking
    quiet, case = (
        yearly(
            asking,
            Traffic(posts_a_week=Decimal(0), open_cases=cases),
            pull_every=HALF_AN_HOUR,
            look_back=30 * DAY,
        )
        for cases in (0, 1)
    )
    assert case.usd.again - quiet.usd.again == 365 * Decimal("0.005")
    assert case.requests.again == 365 * 48


def test_what_is_listed_each_time_is_not_asked_for_again() -> None:
    """A feed shows its posts with every reading, and costs nothing."""
    feed = yearly(
        Asking(pull=1),
        Traffic(posts_a_week=Decimal(15)),
        pull_every=HALF_AN_HOUR,
        look_back=30 * DAY,
    )
    assert feed.requests.again == feed.usd.all == feed.units == 0


def test_quota_units_are_those_of_all_requests() -> None:
    """Two requests a reading and four profiles a day."""
    tube = yearly(
        connectors.find("youtube").asking,
        Traffic(posts_a_week=Decimal(1)),
        pull_every=HALF_AN_HOUR,
        look_back=30 * DAY,
    )
    assert tube.units == pytest.approx(100)


def test_a_budget_pays_for_what_is_new_first() -> None:
    """Then for a share of reading again, at most all of it."""
    need = Kinds(new=Decimal(1), profile=Decimal(1), again=Decimal(10))
    assert share_again(need, Decimal(7)) == Decimal("0.5")
    assert share_again(need, Decimal(99)) == 1
    assert share_again(need, Decimal("1.99")) == -1
