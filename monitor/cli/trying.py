"""`accounts test`: whether an account can be read, step by step, before anything is recorded."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import (
    ConfigOption,
    Exit,
    JsonOption,
    database_exists,
    emit,
    harmless,
    opened_repository,
    say,
    with_fitting_accounts,
    workplace,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from decimal import Decimal

    from connectors.base import Meter, ReaderState
    from monitor.cli.common import Workplace
    from monitor.trial import Check

_MARKS = {True: "well", False: "NOT WELL", None: "-"}


class _NoMeter:
    """Where nothing is remembered yet, nothing was spent, and there is nowhere to note it."""

    def hold(
        self, *, credential: str, price: Decimal, wanted: int, least: int
    ) -> AbstractContextManager[int | None]:
        """Return no limit."""
        del credential, price, wanted, least
        return nullcontext()

    def charge(self, *, credential: str, price: Decimal, ids: Sequence[str]) -> None:
        """Note nothing."""


def try_account(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Try one account step by step; nothing is recorded."""
    from connectors.base import ReaderState

    place = with_fitting_accounts(workplace(config))
    chosen = place.account(account)
    if database_exists(place.settings):
        from monitor.clock import SystemClock
        from monitor.meter import BudgetMeter, purses_of

        with opened_repository(place) as repository:
            kept = repository.account_state(chosen.id)
            state = ReaderState(
                platform_id=kept.platform_id, cursor=kept.cursor, validators=kept.validators
            )
            budget = place.settings.budget.get(chosen.platform)
            meter = BudgetMeter(
                repository=repository,
                clock=SystemClock(),
                usd_per_month=budget.usd_per_month if budget is not None else None,
                purses=purses_of(place.settings.register(), chosen.platform),
            )
            checks = _tried(place, account, state, meter)
    else:
        checks = _tried(place, account, ReaderState(), _NoMeter())
    is_well = all(check.is_well is True for check in checks)
    if json:
        emit({"account": chosen.id, "ok": is_well, "checks": [as_json(each) for each in checks]})
    else:
        say_checks(checks)
        say("It can be read." if is_well else "It cannot be read as it is.")
    if not is_well:
        raise typer.Exit(Exit.PART)


def _tried(place: Workplace, name: str, state: ReaderState, meter: Meter) -> list[Check]:
    from connectors.door import Door
    from monitor.clock import SystemClock
    from monitor.trial import walk

    clock = SystemClock()
    return list(
        walk(
            place.account(name),
            door=Door(clock=clock.now),
            environ=place.environ,
            state=state,
            meter=meter,
            as_of=clock.now(),
        )
    )


def say_checks(checks: Sequence[Check]) -> None:
    """Print each step of a trial, with what to do."""
    width = max([11, *(len(each.name) for each in checks)])
    for each in checks:
        say(f"{each.name:{width}} {_MARKS[each.is_well]:9} {harmless(each.said)}")
        if each.remedy:
            say(f"{'':{width}} {'':9} {harmless(each.remedy)}")


def as_json(check: Check) -> dict[str, Any]:
    """Return the contract's shape of one step."""
    return {
        "check": check.name,
        "ok": check.is_well,
        "said": check.said,
        "remedy": check.remedy or None,
    }
