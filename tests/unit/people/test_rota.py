"""Who is told and asked at an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from config.types import Role, Severity
from monitor.people.rota import Rota
from storage.values import Absence
from tests.unit.alerts.people import CLERK, DEPUTY, EVERYBODY, LEAD, SUPPLIER, Somebody

TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
MONTH = (date(2026, 11, 20), date(2026, 12, 18))


def away(
    person: Somebody, cover: Somebody | None = None, days: tuple[date, date] = MONTH
) -> Absence:
    """Return that somebody is away."""
    return Absence(
        person=person.email,
        from_on=days[0],
        until_on=days[1],
        cover=cover.email if cover else "",
        entered_at=TUESDAY,
    )


def rota(*absences: Absence, people: tuple[Somebody, ...] = EVERYBODY, **more: object) -> Rota:
    """Return who is there in an English town."""
    return Rota(
        people=people,
        zone="Europe/London",
        nation="England",
        absences=absences,
        **more,  # type: ignore[arg-type]  # keys are its own
    )


@pytest.mark.parametrize(
    ("absences", "asked", "beside"),
    [
        ((), (CLERK,), (DEPUTY,)),
        ((away(CLERK),), (DEPUTY,), (LEAD,)),
        ((away(CLERK, LEAD),), (LEAD,), (DEPUTY,)),
        ((away(CLERK, DEPUTY), away(DEPUTY)), (LEAD,), ()),
        ((away(CLERK, DEPUTY), away(DEPUTY, LEAD)), (LEAD,), ()),
        ((away(CLERK, DEPUTY), away(DEPUTY, CLERK)), (LEAD,), ()),
        ((away(DEPUTY),), (CLERK,), (LEAD,)),
        ((away(CLERK), away(DEPUTY), away(LEAD)), (CLERK,), ()),
    ],
)
def test_whoever_is_there_is_asked(
    absences: tuple[Absence, ...], asked: tuple[Somebody, ...], beside: tuple[Somebody, ...]
) -> None:
    """The Clerk, whom they named, the deputy, the safeguarding lead; the Clerk if all are away."""
    found = rota(*absences)
    assert found.who_decides(TUESDAY) == asked
    assert found.cover(TUESDAY) == beside


def test_an_absence_holds_from_its_first_day_to_its_last() -> None:
    """Days are the council's: 23:30 UTC in summer is the next day."""
    summer = rota(away(CLERK, days=(date(2026, 7, 2), date(2026, 7, 3))))
    said = {
        at: summer.who_decides(at) == (DEPUTY,)
        for at in (
            datetime(2026, 7, 1, 22, 59, tzinfo=UTC),
            datetime(2026, 7, 1, 23, 0, tzinfo=UTC),
            datetime(2026, 7, 3, 22, 59, tzinfo=UTC),
            datetime(2026, 7, 3, 23, 0, tzinfo=UTC),
        )
    }
    assert list(said.values()) == [False, True, True, False]


def test_two_who_share_the_post_stand_side_by_side() -> None:
    """One of two Clerks is away: the other is asked, and whom the first one named."""
    other = Somebody(role=Role.CLERK, name="Second Clerk", email="second@ashcombe-tc.example")
    people = (CLERK, other, DEPUTY)
    assert rota(people=people).who_decides(TUESDAY) == (CLERK, other)
    assert rota(away(CLERK), people=people).who_decides(TUESDAY) == (other,)
    assert rota(away(CLERK, DEPUTY), people=people).who_decides(TUESDAY) == (DEPUTY, other)


def test_nobody_is_asked_about_their_own_account() -> None:
    """Who owns the account is passed over; only if there is nobody else are they asked."""
    found = rota()
    assert found.who_decides(TUESDAY, barred=[CLERK.email.upper()]) == (DEPUTY,)
    assert rota(away(DEPUTY)).who_decides(TUESDAY, barred=[CLERK.email]) == (LEAD,)
    alone = rota(people=(CLERK, SUPPLIER))
    assert alone.who_decides(TUESDAY, barred=[CLERK.email]) == (CLERK,)


def test_urgent_matters_reach_clerk_deputy_and_whom_they_concern() -> None:
    """The safeguarding lead is told of children and of personal details, the absent of nothing."""
    assert rota().called(["hate"], as_of=TUESDAY) == (CLERK, DEPUTY)
    assert rota().called(["safeguarding"], as_of=TUESDAY) == (CLERK, DEPUTY, LEAD)
    assert rota(away(CLERK)).called(["hate"], as_of=TUESDAY) == (DEPUTY,)
    assert rota(away(CLERK, LEAD)).called(["hate"], as_of=TUESDAY) == (LEAD, DEPUTY)
    both = rota(away(CLERK), away(DEPUTY))
    assert both.called(["hate"], as_of=TUESDAY) == (LEAD,)


def test_a_matter_of_the_clerks_own_account_reaches_somebody_who_may_decide() -> None:
    """Where there is no deputy, the safeguarding lead is told of the Clerk's own account."""
    found = rota(people=(CLERK, LEAD, SUPPLIER))
    assert found.called(["hate"], as_of=TUESDAY, barred=[CLERK.email]) == (CLERK, LEAD)


def test_the_technical_person_is_never_asked() -> None:
    """Not as cover, not when all others are away; one who is the Clerk too is the Clerk."""
    assert rota(away(CLERK, SUPPLIER)).who_decides(TUESDAY) == (DEPUTY,)
    alone = rota(away(CLERK), people=(CLERK, SUPPLIER))
    assert alone.who_decides(TUESDAY) == (CLERK,)
    assert alone.technicians(TUESDAY) == (SUPPLIER,)
    both = Somebody(role=Role.TECHNICAL, name="Clerk", email=CLERK.email)
    assert rota(people=(CLERK, both)).called(["hate"], as_of=TUESDAY) == (CLERK,)


def test_deadlines_count_the_days_of_whoever_decides() -> None:
    """While a Clerk of Tuesdays and Thursdays is away, the days are those of who stands in."""
    part = Somebody(role=Role.CLERK, name="Clerk", email=CLERK.email, working=frozenset({1, 3}))
    people = (part, DEPUTY)
    own = rota(people=people)
    assert own.decide_by(TUESDAY, Severity.REVIEW) == datetime(2026, 12, 3, 12, tzinfo=UTC)
    covered = rota(away(CLERK), people=people)
    assert covered.decide_by(TUESDAY, Severity.REVIEW) == datetime(2026, 11, 27, 12, tzinfo=UTC)
    shut = rota(people=people, closed=frozenset({date(2026, 11, 26)}))
    assert shut.decide_by(TUESDAY, Severity.URGENT) == datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_a_case_goes_to_cover_at_noon_on_a_working_day() -> None:
    """Three working days after Friday's deadline is Wednesday; over Christmas it is later."""
    friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert rota().goes_to_cover_at(friday) == datetime(2026, 12, 2, 12, tzinfo=UTC)
    christmas = datetime(2026, 12, 23, 12, tzinfo=UTC)
    assert rota().goes_to_cover_at(christmas) == datetime(2026, 12, 30, 12, tzinfo=UTC)


def test_a_calendar_without_any_working_day_still_gives_a_deadline() -> None:
    """Everybody away for a year, or an office that is always closed: no case is left without."""
    year = (date(2026, 11, 1), date(2027, 10, 31))
    gone = rota(*(away(one, days=year) for one in (CLERK, DEPUTY, LEAD)))
    assert gone.decide_by(TUESDAY, Severity.URGENT) == datetime(2026, 11, 25, 12, tzinfo=UTC)
    days = frozenset(date.fromordinal(n) for n in range(739_900, 740_300))
    assert rota(closed=days).decide_by(TUESDAY, Severity.URGENT) == datetime(
        2026, 11, 25, 12, tzinfo=UTC
    )
