"""The last day for the notice of election, by type of poll, with its statute.

Two computations stand beside each other. What counts is the statute's own arithmetic (the
number of days, the days that do not count, a table of bank holidays from the `holidays`
package). `library_day` asks uk-election-timetables; where the two differ, `compare`
returns a `Disagreement` that ``doctor`` and ``elections show`` print. Nothing is chosen
silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from config.errors import SettingsError
from config.types import PollType
from monitor.freeze import days

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.freeze.days import Uncounted


class Regime(StrEnum):
    """What kind of rule fixes the start; the three are never merged."""

    NOTICE = "notice"
    """The Publicity Code's period: from the notice of election to the close of the poll."""
    FIXED = "fixed"
    """A number of calendar days before a referendum, whenever its notice is published."""
    ASKED = "asked"
    """Nothing can be computed from the day of the poll; the Clerk is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statute:
    """What the law says for one type of poll.

    Attributes:
        days: Days to count back; 0 where the Clerk is asked.
        law: The instrument, as cited.
        source: Address where it, or a report of it, was read.
        ask: What is not known and must be asked; empty if nothing.
        ends_at_midnight: The period ends with the day of the poll, not at 22:00.
        all_parts: A bank holiday in any part of the United Kingdom does not count.
    """

    regime: Regime
    law: str
    source: str
    days: int = 0
    ask: str = ""
    ends_at_midnight: bool = False
    all_parts: bool = False


_LOCAL = "https://legislation.gov.uk/uksi/2006/3304/schedule/3/part/1/made"
STATUTES: dict[PollType, Statute] = {
    PollType.PARISH: Statute(
        regime=Regime.NOTICE,
        days=25,
        law="Local Elections (Parishes and Communities) (England and Wales) Rules 2006, "
        "SI 2006/3305, Schedule 2, rules 1 and 2",
        source="https://www.legislation.gov.uk/uksi/2014/492/article/3/made/data.html",
    ),
    PollType.BOROUGH: Statute(
        regime=Regime.NOTICE,
        days=25,
        law="Local Elections (Principal Areas) (England and Wales) Rules 2006, SI 2006/3304",
        source=_LOCAL,
    ),
    PollType.COUNTY: Statute(
        regime=Regime.NOTICE,
        days=25,
        law="Local Elections (Principal Areas) (England and Wales) Rules 2006, SI 2006/3304",
        source=_LOCAL,
    ),
    PollType.MAYOR: Statute(
        regime=Regime.NOTICE,
        days=25,
        law="Combined Authorities (Mayoral Elections) Order 2017, SI 2017/67",
        source="https://www.legislation.gov.uk/uksi/2017/67/made",
    ),
    PollType.PCC: Statute(
        regime=Regime.NOTICE,
        days=25,
        law="Police and Crime Commissioner Elections Order 2012, SI 2012/1917, as amended by "
        "SI 2014/921",
        source="https://www.legislation.gov.uk/uksi/2014/921/article/31/made",
    ),
    PollType.PARLIAMENT: Statute(
        regime=Regime.NOTICE,
        days=22,
        law="parliamentary election timetable: Dissolution and Calling of Parliament Act 2022, "
        "Schedule, paragraph 5",
        source="https://legislation.gov.uk/cy/ukpga/2022/11/schedule",
        all_parts=True,
    ),
    PollType.REFERENDUM_NATIONAL: Statute(
        regime=Regime.FIXED,
        days=27,
        law="Political Parties, Elections and Referendums Act 2000, section 125",
        source="https://publications.parliament.uk/pa/cm201617/cmselect/cmpubadm/496/49606.htm",
        ends_at_midnight=True,
    ),
    PollType.REFERENDUM_GOVERNANCE: Statute(
        regime=Regime.FIXED,
        days=28,
        law="Local Authorities (Conduct of Referendums) (England) Regulations 2012, "
        "SI 2012/323, regulation 5",
        source="https://legislation.gov.uk/uksi/2012/323/note/2022-12-29?timeline=false",
        ask="the regulations bind the council whose governance is voted on, a county or "
        "district; ask its returning officer whether and from which day this town council "
        "is asked to keep to them",
    ),
    PollType.REFERENDUM_COUNCIL_TAX: Statute(
        regime=Regime.FIXED,
        days=28,
        law="Local Authorities (Conduct of Referendums) (Council Tax Increases) (England) "
        "Regulations 2012, SI 2012/444, regulation 4",
        source="https://www.legislation.gov.uk/uksi/2012/444/body/made",
        ask="only the 28 days for the notice of the referendum were checked in the "
        "regulations; ask the billing authority from which day this town council is bound",
    ),
    PollType.NEIGHBOURHOOD_PLAN: Statute(
        regime=Regime.ASKED,
        law="Neighbourhood Planning (Referendums) Regulations 2012, SI 2012/2031, regulation 5",
        source="http://www.legislation.gov.uk./uksi/2012/2031/note/data.html",
        ask="the regulations bind the relevant council and the local planning authority, not a "
        "town council, which stays under the Publicity Code; if this council wants to keep "
        "the referendum period, enter the day of the information statement as the notice",
    ),
}

# Wales has rules of its own for polls from 5 May 2022 on; the count and the days are the same.
_WALES_FROM = date(2022, 5, 5)
_WELSH: dict[PollType, Statute] = {
    PollType.PARISH: Statute(
        regime=Regime.NOTICE,
        days=25,
        law="Local Elections (Communities) (Wales) Rules 2021, SI 2021/1460",
        source="https://www.legislation.gov.uk/wsi/2021/1460/body/data.html",
    ),
    PollType.COUNTY: Statute(
        regime=Regime.NOTICE,
        days=25,
        law="Local Elections (Principal Areas) (Wales) Rules 2021, SI 2021/1459",
        source="https://legislation.gov.uk/wsi/2021/1459/note",
    ),
}
_WELSH[PollType.BOROUGH] = _WELSH[PollType.COUNTY]

_BY_ELECTION_TO_PARLIAMENT = Statute(
    regime=Regime.ASKED,
    law="parliamentary by-election: the notice hangs on the writ, not on the day of the poll",
    source="https://erskinemay.parliament.uk/section/4910/the-electoral-timetable-and-holding-of-elections/",
    ask="ask the returning officer for the day on which the notice of election is published, "
    "and enter it",
)
# Until the longer timetable of the Electoral Registration and Administration Act 2013 applied,
# Parliament was dissolved 17 days before the poll, not 25: the notice came eight days later.
_OLD_PARLIAMENT_DAYS, _LONGER_TIMETABLE_FROM = 14, date(2014, 4, 6)
_NATIONS = {
    "england": days.ENGLAND_AND_WALES,
    "wales": days.ENGLAND_AND_WALES,
    "scotland": days.SCOTLAND,
    "northern ireland": days.NORTHERN_IRELAND,
}
_UK_WIDE = frozenset({PollType.PARLIAMENT, PollType.REFERENDUM_NATIONAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDay:
    """The day by which the period must have begun.

    Attributes:
        day: Last day for the notice (regime ``notice``), first day of the period
            (``fixed``), or None where the Clerk is asked.
        statute: The rule applied.
        days_back: Days counted back from the poll; 0 where nothing was counted.
        uncounted: Weekdays that were left out, with their names.
        is_provisional: Rests on holidays that are not proclaimed yet.
        ask: What the Clerk must find out; empty if nothing.
    """

    day: date | None
    statute: Statute
    days_back: int = 0
    uncounted: tuple[Uncounted, ...] = ()
    is_provisional: bool = False
    ask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """The two computations differ; both are shown, ``ours`` is used."""

    held_on: date
    poll_type: PollType
    ours: date
    library: date
    likely_cause: str


def part_of(nation: str) -> str:
    """Return whose bank holidays a nation keeps.

    Raises:
        SettingsError: The nation is not one of the four.
    """
    part = _NATIONS.get(nation.strip().lower())
    if part is None:
        raise SettingsError(
            f"unknown nation {nation!r}",
            key="council.nation",
            remedy="Write England, Wales, Scotland or Northern Ireland.",
        )
    return part


def statute_for(
    poll_type: PollType,
    *,
    by_election: bool = False,
    nation: str = "England",
    held_on: date | None = None,
) -> Statute:
    """Return the rule for a type of poll.

    Args:
        poll_type: Type of the poll.
        by_election: A single seat.
        nation: England, Wales, Scotland or Northern Ireland.
        held_on: Day of the poll, for rules that hold from a day on; None: the newest.
    """
    if poll_type is PollType.PARLIAMENT and by_election:
        return _BY_ELECTION_TO_PARLIAMENT
    is_welsh = nation.strip().lower() == "wales" and (held_on is None or held_on >= _WALES_FROM)
    return (_WELSH if is_welsh else STATUTES).get(poll_type, STATUTES[poll_type])


def _unknown_because(statute: Statute, poll_type: PollType, held_on: date, part: str) -> str:
    """Return why no day can be computed; empty if it can."""
    if statute.regime is Regime.ASKED:
        return statute.ask
    if statute.regime is Regime.FIXED:
        return ""
    if part != days.ENGLAND_AND_WALES and poll_type not in _UK_WIDE:
        return (
            "local elections outside England and Wales have timetables of their own, which are "
            "not built in; enter the day on which the notice of election is published"
        )
    if not days.covers(held_on):
        table = days.bank_holidays()
        return (
            f"the table of bank holidays covers {table.covers_from.year} to "
            f"{table.covers_to.year}; enter the day on which the notice is published"
        )
    return ""


def last_day(
    poll_type: PollType,
    held_on: date,
    *,
    nation: str = "England",
    by_election: bool = False,
    extra_holidays: Iterable[date] = (),
    ordinary_only: bool = False,
) -> LastDay:
    """Compute the last day for the notice by the statute's own arithmetic.

    Args:
        poll_type: Type of the poll.
        held_on: Day of the poll, in the council's zone.
        nation: England, Wales, Scotland or Northern Ireland.
        by_election: A single seat; only for Parliament this changes the rule.
        extra_holidays: Days of mourning, thanksgiving or late bank holidays to add.
        ordinary_only: Leave out holidays proclaimed for one occasion, so that a late
            proclamation never makes a notice that was in time look late.

    Raises:
        SettingsError: The nation is unknown.
    """
    part = part_of(nation)
    statute = statute_for(poll_type, by_election=by_election, nation=nation, held_on=held_on)
    ask = _unknown_because(statute, poll_type, held_on, part)
    if ask:
        return LastDay(day=None, statute=statute, ask=ask)
    if statute.regime is Regime.FIXED:
        first = held_on - timedelta(days=statute.days)
        return LastDay(day=first, statute=statute, days_back=statute.days, ask=statute.ask)
    days_back = _days_back(statute, poll_type, held_on)
    count = days.count_back(
        held_on,
        days_back,
        days.ALL_PARTS if statute.all_parts else (part,),
        extra=extra_holidays,
        ordinary_only=ordinary_only,
    )
    return LastDay(
        day=count.day,
        statute=statute,
        days_back=days_back,
        uncounted=count.uncounted,
        is_provisional=count.is_provisional,
    )


def _days_back(statute: Statute, poll_type: PollType, held_on: date) -> int:
    if poll_type is PollType.PARLIAMENT and held_on < _LONGER_TIMETABLE_FROM:
        return _OLD_PARLIAMENT_DAYS
    return statute.days


def uncounted_on(day: date, poll_type: PollType, *, nation: str, extra: Iterable[date] = ()) -> str:
    """Return why a day does not count for a type of poll; empty if it counts."""
    parts = days.ALL_PARTS if STATUTES[poll_type].all_parts else (part_of(nation),)
    return days.why_uncounted(day, parts, extra=extra)


def library_day(
    poll_type: PollType, held_on: date, *, nation: str = "England", by_election: bool = False
) -> date | None:
    """Return what uk-election-timetables answers; None where it has no such type.

    It is imported here, on use: it reads its holiday file when imported. For Parliament it
    is asked without a country, which takes the earliest of three calendars (with one, it
    counts by that calendar alone). A by-election to Parliament is not asked: its answer
    does not know the writ. Its ``is_before`` takes today in UTC and is never called.

    Raises:
        SettingsError: The nation is unknown.
    """
    part_of(nation)
    if statute_for(poll_type, by_election=by_election).regime is not Regime.NOTICE:
        return None
    from uk_election_timetables import elections  # noqa: PLC0415 - heavy, only for comparing
    from uk_election_timetables.calendars import Country  # noqa: PLC0415 - the same

    country = Country[nation.strip().upper().replace(" ", "_")]
    made = {
        PollType.PARISH: lambda: elections.LocalElection(held_on, country),
        PollType.BOROUGH: lambda: elections.LocalElection(held_on, country),
        PollType.COUNTY: lambda: elections.LocalElection(held_on, country),
        PollType.MAYOR: lambda: elections.MayoralElection(held_on),
        PollType.PCC: lambda: elections.PoliceAndCrimeCommissionerElection(held_on),
        PollType.PARLIAMENT: lambda: elections.UKParliamentElection(held_on),
    }[poll_type]()
    found: date = made.notice_of_election_deadline
    return found


def library_holidays_end() -> tuple[date, date]:
    """Return the first and last bank holiday that uk-election-timetables knows."""
    from uk_election_timetables.calendars import (  # noqa: PLC0415 - heavy, only for comparing
        UnitedKingdomBankHolidays,
    )

    known = [
        date(matcher.year, matcher.month, matcher.day)
        for matcher in UnitedKingdomBankHolidays().england_and_wales().exempted_dates()
    ]
    return min(known), max(known)


def compare(
    poll_type: PollType,
    held_on: date,
    *,
    nation: str = "England",
    by_election: bool = False,
    extra_holidays: Iterable[date] = (),
) -> Disagreement | None:
    """Return how the two computations differ, or None if they agree or only one answers.

    Raises:
        SettingsError: The nation is unknown.
    """
    extra = frozenset(extra_holidays)
    ours = last_day(
        poll_type, held_on, nation=nation, by_election=by_election, extra_holidays=extra
    ).day
    theirs = library_day(poll_type, held_on, nation=nation, by_election=by_election)
    if ours is None or theirs is None or ours == theirs:
        return None
    return Disagreement(
        held_on=held_on,
        poll_type=poll_type,
        ours=ours,
        library=theirs,
        likely_cause=_likely_cause(poll_type, held_on, ours, extra),
    )


def _likely_cause(poll_type: PollType, held_on: date, ours: date, extra: frozenset[date]) -> str:
    """Say in one sentence why the library differs, as far as it can be told."""
    if poll_type is PollType.PARLIAMENT and held_on < _LONGER_TIMETABLE_FROM:
        return (
            "the library counts 22 days for every year; before 2014 Parliament was dissolved later"
        )
    first, last = library_holidays_end()
    if held_on > last or ours < first:
        return (
            f"the library's bank holidays run from {days.in_words(first)} to "
            f"{days.in_words(last)}; others silently count as working days there"
        )
    if any(ours <= day < held_on for day in extra):
        return "days were added in the configuration, which the library does not know"
    if poll_type is PollType.PARLIAMENT:
        return (
            "a bank holiday in any part of the United Kingdom does not count; the library "
            "counts by one part at a time"
        )
    return "unknown; ask the returning officer, and report it to whoever keeps this software"
