"""At every instant somebody who may decide is told, and nobody who need not be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from config.types import Role, Severity
from monitor.people.rota import Rota, folded
from storage.values import Absence
from tests.unit.alerts.people import Somebody

FIRST = date(2026, 9, 1)
NATIONS = ("England", "Wales", "Scotland", "Northern Ireland")
NAMES = ("ann", "Bo", "cy", "di", "Eve")
ADDRESSES = tuple(f"{name}@ashcombe-tc.example" for name in NAMES)
WEEKS = st.frozensets(st.integers(0, 6), min_size=1)
INSTANTS = st.datetimes(datetime(2026, 9, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC)
)


@st.composite
def peoples(draw: st.DrawFn) -> tuple[Somebody, ...]:
    """Draw people with at least one Clerk; an address may stand for several roles."""
    roles = [Role.CLERK, *draw(st.lists(st.sampled_from(Role), max_size=5))]
    return tuple(
        Somebody(
            role=role,
            name="Somebody",
            email=draw(st.sampled_from(ADDRESSES)),
            working=draw(WEEKS),
        )
        for role in roles
    )


@st.composite
def absences(draw: st.DrawFn) -> Absence:
    """Draw an absence of anybody, covered by anybody, known or not."""
    start = FIRST + timedelta(days=draw(st.integers(0, 480)))
    return Absence(
        person=folded(draw(st.sampled_from(ADDRESSES))),
        from_on=start,
        until_on=start + timedelta(days=draw(st.integers(0, 120))),
        cover=draw(st.sampled_from(["", "nobody@x.example", *map(folded, ADDRESSES)])),
        entered_at=datetime(2026, 9, 1, tzinfo=UTC),
    )


@st.composite
def rotas(draw: st.DrawFn) -> Rota:
    """Draw a town's people with whatever was entered about them."""
    return Rota(
        people=draw(peoples()),
        zone=draw(st.sampled_from(["Europe/London", "Atlantic/Stanley", "Pacific/Apia"])),
        nation=draw(st.sampled_from(NATIONS)),
        absences=tuple(draw(st.lists(absences(), max_size=6))),
        closed=draw(st.frozensets(st.dates(FIRST, date(2027, 12, 31)), max_size=20)),
        cover_after=draw(st.integers(1, 30)),
    )


def may_decide(rota: Rota) -> set[str]:
    """Return the addresses of those who may decide."""
    return {folded(one.email) for one in rota.people if one.role is not Role.TECHNICAL}


@given(rotas(), INSTANTS, st.lists(st.sampled_from(ADDRESSES), max_size=3))
def test_somebody_who_may_decide_is_always_told(
    rota: Rota, at: datetime, barred: list[str]
) -> None:
    """Whoever is away, whatever is entered: somebody who may decide is asked and told at once."""
    able = may_decide(rota)
    shut = {folded(one) for one in barred}
    asked = {folded(one.email) for one in rota.who_decides(at, barred=barred)}
    told = {folded(one.email) for one in rota.called(["hate"], as_of=at, barred=barred)}
    assert asked
    assert asked <= able
    assert asked <= told
    assert told <= able
    if able - shut:
        assert asked.isdisjoint(shut)


@given(rotas(), INSTANTS)
def test_nobody_who_is_away_is_told_unless_nobody_else_is_there(rota: Rota, at: datetime) -> None:
    """One who is away is told only where all who may decide are away."""
    on = rota.day(at)
    there = [one for one in rota.people if one.role is not Role.TECHNICAL]
    there = [one for one in there if rota.absence(one, on) is None]
    for told in (
        rota.who_decides(at),
        rota.cover(at),
        rota.called(["safeguarding"], as_of=at),
    ):
        assert not there or all(rota.absence(one, on) is None for one in told)


@given(rotas(), INSTANTS)
def test_cover_is_somebody_else(rota: Rota, at: datetime) -> None:
    """A case goes to somebody who is not asked already, if there is anybody."""
    asked = {folded(one.email) for one in rota.who_decides(at)}
    beside = {folded(one.email) for one in rota.cover(at)}
    assert asked.isdisjoint(beside)
    assert beside <= may_decide(rota)


@given(rotas(), INSTANTS, st.sampled_from(Severity))
def test_a_deadline_is_noon_on_a_later_day(rota: Rota, at: datetime, severity: Severity) -> None:
    """Over summer time, bank holidays, closures and absences: 12:00 there, after today."""
    for found in (rota.decide_by(at, severity), rota.goes_to_cover_at(at)):
        local = found.astimezone(ZoneInfo(rota.zone))
        assert (local.hour, local.minute) == (12, 0)
        assert local.date() > rota.day(at)


@given(rotas(), INSTANTS)
def test_an_urgent_deadline_is_the_first_day_on_which_who_decides_works(
    rota: Rota, at: datetime
) -> None:
    """No working day lies between today and the deadline, so no day is lost."""
    due = rota.day(rota.decide_by(at, Severity.URGENT))
    between = (due - rota.day(at)).days
    days = [rota.day(at) + timedelta(days=ahead) for ahead in range(1, between)]
    assert not any(rota.is_working_day(day) for day in days)
