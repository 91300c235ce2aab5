"""`accounts list --cost`: what reading each account costs in requests and money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from monitor.cli.common import count, say
from monitor.cost import MONTHS, YEAR, Kinds, Traffic, Yearly, share_again, yearly

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from config.register import Account
    from connectors.base import Asking, Platform
    from monitor.cli.common import Workplace
    from storage.repository import Repository

ASSUMED_A_WEEK = 15
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Costing:
    """What one account costs.

    Attributes:
        spent: On its platform this month so far; None: nothing is remembered.
        budget: Of its platform, for a month; None: none is set.
    """

    account: Account
    platform: Platform
    traffic: Traffic
    year: Yearly
    budget: Decimal | None
    spent: Decimal | None

    @property
    def asking(self) -> Asking:
        """Return what the platform takes."""
        return self.platform.asking

    def as_json(self, together: Kinds) -> dict[str, Any]:
        """Return the contract's shape; ``together`` is what all on this budget need a year."""
        priced = self.asking.tariff is not None
        return {
            "posts_a_week": float(round(self.traffic.posts_a_week, 1)),
            "assumed": self.traffic.is_assumed,
            "requests": {
                "day": _counts(self.year.requests, Decimal(1) / YEAR),
                "month": _counts(self.year.requests, Decimal(1) / MONTHS),
                "year": _counts(self.year.requests, Decimal(1)),
            },
            "units_a_day": float(round(self.year.units, 1)) if self.asking.units else None,
            "usd": _money(self.year.usd) if priced else None,
            "usd_full_price": _money(self.year.usd_full) if priced else None,
            "usd_owned_reads": _money(self.year.usd_owned) if priced else None,
            "budget": _budget(self, together) if priced else None,
        }


def _counts(kinds: Kinds, factor: Decimal) -> dict[str, float]:
    said = kinds.times(factor)
    return {
        "pull": float(round(said.new, 1)),
        "profile": float(round(said.profile, 1)),
        "again": float(round(said.again, 1)),
        "all": float(round(said.all, 1)),
    }


def _money(kinds: Kinds) -> dict[str, dict[str, str]]:
    parts = {"day": Decimal(1) / YEAR, "month": Decimal(1) / MONTHS, "year": Decimal(1)}
    return {
        name: {
            "new": usd(kinds.new * factor),
            "profile": usd(kinds.profile * factor),
            "again": usd(kinds.again * factor),
            "all": usd(kinds.all * factor),
        }
        for name, factor in parts.items()
    }


def _budget(one: Costing, together: Kinds) -> dict[str, Any]:
    month = together.times(Decimal(1) / MONTHS)
    share = None if one.budget is None else share_again(month, one.budget)
    return {
        "platform": one.account.platform,
        "needs_usd_per_month": usd(month.all),
        "usd_per_month": None if one.budget is None else usd(one.budget),
        "spent_usd_this_month": None if one.spent is None else usd(one.spent),
        "pays_for_new": share is None or share >= 0,
        "share_read_again": None if share is None else float(round(max(share, Decimal(0)), 3)),
    }


def usd(amount: Decimal) -> str:
    """Return US dollars to the cent."""
    return str(amount.quantize(_CENT))


def costings(
    place: Workplace,
    repository: Repository | None,
    *,
    posts_a_week: int | None,
    as_of: datetime,
) -> list[Costing]:
    """Return what each account costs that is read by a programme.

    Args:
        place: The settings.
        repository: What is remembered; None: nothing yet.
        posts_a_week: Instead of what the record knows of each account.
        as_of: The present moment; aware UTC.
    """
    import connectors

    found = []
    for account in place.settings.register():
        try:
            platform = connectors.find(account.platform)
        except LookupError:
            continue  # the list itself says what is wrong with it
        if platform.by_hand:
            continue
        schedule, budget = place.settings.schedule, place.settings.budget.get(account.platform)
        traffic = _traffic(place, repository, account, posts_a_week=posts_a_week, as_of=as_of)
        found.append(
            Costing(
                account=account,
                platform=platform,
                traffic=traffic,
                year=yearly(
                    platform.asking.of(account),
                    traffic,
                    pull_every=schedule.pull_every,
                    look_back=schedule.look_back,
                    is_owned=account.owned_reads,
                ),
                budget=budget.usd_per_month if budget is not None else None,
                spent=_spent(place, repository, account.platform, as_of=as_of),
            )
        )
    return found


def _traffic(
    place: Workplace,
    repository: Repository | None,
    account: Account,
    *,
    posts_a_week: int | None,
    as_of: datetime,
) -> Traffic:
    from config.types import CaseState, SubjectKind
    from monitor.thinning import SPAN

    span = min(SPAN, place.settings.schedule.look_back)
    known = repository is not None and repository.account_state(account.id).first_complete_at
    if repository is None or not known:
        number = Decimal(ASSUMED_A_WEEK if posts_a_week is None else posts_a_week)
        return Traffic(posts_a_week=number, is_assumed=posts_a_week is None)
    posts = Decimal(repository.visible_count(account.id, since=as_of - span))
    weeks = Decimal(span.total_seconds()) / (7 * 86_400)
    states = [state for state in CaseState if state is not CaseState.CLOSED]
    cases = repository.cases(states=states, account=account.id, subject=SubjectKind.POST)
    return Traffic(
        posts_a_week=posts / weeks if posts_a_week is None else Decimal(posts_a_week),
        open_cases=len(cases),
    )


def _spent(
    place: Workplace, repository: Repository | None, platform: str, *, as_of: datetime
) -> Decimal | None:
    from monitor.meter import month_of, purses_of

    if repository is None:
        return None
    first, following = month_of(as_of.date())
    purses = purses_of(place.settings.register(), platform)
    return repository.spent(purses, since=first, until=following)


def together(found: Sequence[Costing], platform: str) -> Kinds:
    """Return what all accounts of a platform need a year; US dollars."""
    total = Kinds(new=Decimal(0), profile=Decimal(0), again=Decimal(0))
    for one in found:
        if one.account.platform == platform:
            total += one.year.usd
    return total


def say_cost(one: Costing) -> None:
    """Print what one account costs, below its line."""
    day, year = one.year.requests.times(Decimal(1) / YEAR), one.year.requests
    assumed = ", assumed" if one.traffic.is_assumed else ""
    say(f"    {one.traffic.posts_a_week:.1f} posts a week{assumed}")
    again = (
        "read again with the list"
        if one.asking.lists_window
        else f"{day.again:.0f} for reading again"
    )
    say(
        f"    requests a day: {day.new:.0f} for what is new, {day.profile:.0f} for the profile, "
        f"{again}; {day.all:.0f} a day, {year.all / MONTHS:,.0f} a month, {year.all:,.0f} a year"
    )
    if one.asking.units:
        say(f"    quota: {one.year.units:,.0f} of {one.asking.units_a_day:,} units a day")
    if one.asking.tariff is None:
        return
    _say_money("at the full price", one.year.usd_full)
    _say_money("if X bills owned reads", one.year.usd_owned)


def _say_money(name: str, kinds: Kinds) -> None:
    say(
        f"    US dollars a year {name}: {usd(kinds.new)} for new posts, {usd(kinds.profile)} for "
        f"the profile, {usd(kinds.again)} for reading again: {usd(kinds.all)} "
        f"({usd(kinds.all / MONTHS)} a month, {usd(kinds.all / YEAR)} a day)"
    )


def say_budgets(found: Sequence[Costing]) -> None:
    """Print for each platform that costs money whether its budget pays for it."""
    for platform in dict.fromkeys(one.account.platform for one in found if one.asking.tariff):
        those = [one for one in found if one.account.platform == platform]
        need, one = together(those, platform), those[0]
        month = need.times(Decimal(1) / MONTHS)
        say(
            f"{one.platform.title}, {count(len(those), 'account')}: {usd(need.all)} US dollars a "
            f"year, {usd(month.all)} a month, each post paid once a UTC day however often it is "
            f"read."
        )
        if one.spent is not None:
            say(f"    spent this month so far: {usd(one.spent)}")
        say(f"    {_verdict(month, one.budget, platform)}")


def _verdict(month: Kinds, budget: Decimal | None, platform: str) -> str:
    if budget is None:
        return f"No budget is set, so nothing limits it: add usd_per_month to [budget.{platform}]."
    share = share_again(month, budget)
    start = f"The budget of {usd(budget)} a month"
    if share >= 1:
        return f"{start} pays for all of it."
    if share < 0:
        return (
            f"{start} does not pay for what is new ({usd(month.new + month.profile)}): reading "
            "stops when it is used up, and coverage says so."
        )
    return (
        f"{start} pays for all that is new and for {share:.0%} of reading again: older posts are "
        "read less often, and coverage says so. The bill never passes the budget."
    )
