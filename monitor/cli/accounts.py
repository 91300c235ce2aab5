"""`accounts`: the register with its last readings."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.attesting import attest
from monitor.cli.common import (
    ByOption,
    ConfigOption,
    JsonOption,
    count,
    database_exists,
    emit,
    harmless,
    opened_repository,
    person,
    say,
    with_fitting_accounts,
    workplace,
)
from monitor.cli.connecting import connect
from monitor.cli.trying import try_account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from config.register import Account
    from config.types import AccountId
    from monitor.cli.common import Workplace
    from monitor.cli.costs import Costing
    from storage.repository import Repository
    from storage.values import AccountState, Attestation, Grant, LastingGap, Review

AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    group = typer.Typer(no_args_is_help=True, help="Look at the registered accounts.")
    group.command("list")(list_accounts)
    group.command("show")(show)
    group.command("reviewed")(reviewed)
    group.command("test")(try_account)
    group.command("connect")(connect)
    group.command("attest")(attest)
    app.add_typer(group, name="accounts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One account as it is listed.

    Attributes:
        status: ``read``, ``failed``, ``partial``, ``by hand`` or ``never read``.
        gaps: What cannot be read any more and nobody has looked at.
    """

    account: Account
    status: str
    state: AccountState | None
    review: Review | None
    grant: Grant | None
    attestation: Attestation | None
    blind_spots: tuple[str, ...]
    error: str
    gaps: tuple[LastingGap, ...] = ()

    @property
    def retry_at(self) -> datetime | None:
        """When it is asked again, if the last reading failed with a time; else None."""
        return self.state.retry_at if self.state is not None else None

    def as_json(self, domain: str) -> dict[str, Any]:
        """Return the contract's shape.

        Args:
            domain: The council's own, for which logins lie outside of it.
        """
        from monitor.cli.logins import attestation_json, grant_json
        from monitor.readings import gaps_json

        last = self.state.last_read_at if self.state is not None else None
        return {
            "id": self.account.id,
            "platform": self.account.platform,
            "handle": self.account.handle,
            "kind": self.account.kind.value,
            "owner": self.account.owner,
            "last_read": last.isoformat() if last is not None else None,
            "status": self.status,
            "blind_spots": list(self.blind_spots),
            "platform_id": self.state.platform_id if self.state is not None else None,
            "reviewed_at": self.review.at.isoformat() if self.review is not None else None,
            "error": self.error or None,
            "retry_at": self.retry_at.isoformat() if self.retry_at is not None else None,
            "granted": grant_json(self.grant),
            "attested": attestation_json(self.attestation, domain),
            "gaps": gaps_json(self.gaps),
        }


def _lines(place: Workplace, repository: Repository | None) -> list[Line]:
    from monitor.readings import gaps_by_account

    errors: dict[str, str] = {}
    gaps: dict[AccountId, tuple[LastingGap, ...]] = {}
    if repository is not None:
        gaps = gaps_by_account(repository)
        for run in reversed(repository.runs(limit=50)):
            errors.update({line.account: line.error for line in run.coverage})
    return [
        replace(_line(account, repository, errors), gaps=gaps.get(account.id, ()))
        for account in place.settings.register()
    ]


def _line(account: Account, repository: Repository | None, errors: dict[str, str]) -> Line:
    import connectors
    from monitor.cases.closing import closing_of
    from monitor.readings import word_of

    by_hand, error = False, ""
    blind: tuple[str, ...] = ()
    state = repository.account_state(account.id) if repository is not None else None
    try:
        platform = connectors.of(account)
        by_hand = platform.by_hand
        blind = platform.unseen(account, state.validators if state is not None else {})
        error = platform.undecided
    except LookupError as missing:
        error = str(missing)
    review = repository.last_review(account.id) if repository is not None else None
    attestation = repository.last_attestation(account.id) if repository is not None else None
    name = account.credential
    grant = repository.last_grant(name) if repository is not None and name else None
    if by_hand:
        status = "by hand"
    elif repository is not None and closing_of(repository, account.id).is_expected_gone:
        status = "closed"
    else:
        status = word_of(state)
    return Line(
        account=account,
        status=status,
        state=state,
        review=review,
        grant=grant,
        attestation=attestation,
        blind_spots=tuple(blind),
        error=error or (errors.get(account.id, "") if status in ("partial", "failed") else ""),
    )


def list_accounts(
    config: ConfigOption = None,
    cost: Annotated[
        bool, typer.Option("--cost", help="Also what reading costs, in requests and money.")
    ] = False,
    posts_a_week: Annotated[
        int | None,
        typer.Option(min=0, max=10_000, help="With --cost: instead of the record's number."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the register: readings, what is not seen, what it costs."""
    from monitor.cli import costs
    from monitor.clock import SystemClock

    place, now, found = with_fitting_accounts(workplace(config)), SystemClock().now(), []
    with ExitStack() as stack:
        repository = None
        if database_exists(place.settings):
            repository = stack.enter_context(opened_repository(place, read_only=True))
        lines = _lines(place, repository)
        if cost:
            found = costs.costings(place, repository, posts_a_week=posts_a_week, as_of=now)
    priced = {one.account.id: one for one in found}
    if json:
        domain = place.settings.council.email_domain
        emit(
            [
                line.as_json(domain) | ({"cost": _cost_json(line, priced, found)} if cost else {})
                for line in lines
            ]
        )
        return
    _say_lines(lines, place, priced)
    costs.say_budgets(found)
    say(f"{count(len(lines), 'account')}." if lines else "No account is registered yet.")


def _cost_json(
    line: Line, priced: Mapping[AccountId, Costing], found: Sequence[Costing]
) -> dict[str, Any] | None:
    """Return what an account costs; None: a person looks at it."""
    from monitor.cli.costs import together

    one = priced.get(line.account.id)
    return one.as_json(together(found, line.account.platform)) if one is not None else None


def _say_lines(
    lines: Sequence[Line], place: Workplace, priced: Mapping[AccountId, Costing]
) -> None:
    from monitor.cli.costs import say_cost
    from monitor.cli.logins import grant_line

    for line in lines:
        account = line.account
        last = line.state.last_read_at if line.state is not None else None
        when = _when(last, place) if last is not None else "never"
        if line.status == "by hand":
            when = _when(line.review.at, place) if line.review is not None else "never"
        say(
            f"{account.id:20} {account.platform:10} {account.kind.value:8} {line.status:11} "
            f"{when:22} {harmless(account.handle, most=60)}"
        )
        if line.error:
            say(f"    {harmless(line.error)}")
        if line.grant is not None:
            say(f"    login: {grant_line(line.grant, place.settings.zone())}")
        if line.gaps:
            say(f"    {count(len(line.gaps), 'gap')} to look at: accounts show {account.id}")
        if line.blind_spots:
            say(f"    not seen: {', '.join(line.blind_spots)}")
        if account.id in priced:
            say_cost(priced[account.id])


def _when(at: datetime, place: Workplace) -> str:
    return f"{at.astimezone(place.settings.zone()):%a %d %b %Y %H:%M}"


def show(account: AccountArgument, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Show one account: entry, last readings, gaps."""
    place = with_fitting_accounts(workplace(config))
    chosen = place.account(account)
    if not database_exists(place.settings):
        line, history = _line(chosen, None, {}), []
    else:
        with opened_repository(place, read_only=True) as repository:
            line = next(one for one in _lines(place, repository) if one.account.id == chosen.id)
            history = [
                (run, covered)
                for run in repository.runs(limit=200)
                for covered in run.coverage
                if covered.account == chosen.id
            ][:20]
    from monitor.cli import shapes

    if json:
        readings = [
            {"run": run.id, "at": run.started_at.isoformat()} | shapes.coverage(covered)
            for run, covered in history
        ]
        emit(line.as_json(place.settings.council.email_domain) | {"readings": readings})
        return
    say(f"{chosen.id}: {chosen.platform} {harmless(chosen.handle)}, {chosen.kind.value}")
    say(f"Owner      {chosen.owner} {chosen.owner_email}")
    say(f"Told on    {chosen.told_on or 'not yet: see docs/clerks/before-you-start.md'}")
    say(f"Status     {line.status}")
    _say_logins(line, place)
    if line.error:
        say(f"           {harmless(line.error, most=500)}")
    if line.retry_at is not None:
        say(f"Not before {_when(line.retry_at, place)}")
    if line.blind_spots:
        say(f"Not seen   {', '.join(line.blind_spots)}")
    _say_gaps(line, place)
    for run, covered in history:
        read = covered.recorded
        say(
            f"{_when(run.started_at, place)}  {covered.status.value:8} "
            f"{count(read.posts, 'post')}, "
            f"{read.new} new, {read.edited} edited, {read.gone} gone"
        )
        for gap in covered.gaps:
            say(f"    gap {_when(gap.start, place)} to {_when(gap.end, place)}")


def _say_gaps(line: Line, place: Workplace) -> None:
    for gap in line.gaps:
        say(f"Gap        {_when(gap.start, place)} to {_when(gap.end, place)}")
        say(f"           {harmless(gap.why, most=500)}")
    if line.gaps:
        say(f"           When you have looked: clerkwatch accounts reviewed {line.account.id}")


def _say_logins(line: Line, place: Workplace) -> None:
    from monitor.cli.logins import attestation_lines, grant_line

    zone, domain = place.settings.zone(), place.settings.council.email_domain
    if line.account.credential is not None:
        said = grant_line(line.grant, zone) if line.grant else "not connected by clerkwatch"
        say(f"Credential {said}")
    for number, said in enumerate(attestation_lines(line.attestation, domain, zone)):
        say(f"{'' if number else 'Logins':10} {said}")


def reviewed(
    account: AccountArgument,
    config: ConfigOption = None,
    by: ByOption = None,
    note: Annotated[str, typer.Option("--note", metavar="WORDS", help="What was seen.")] = "",
    json: JsonOption = False,
) -> None:
    """Say that a person looked at an account by hand.

    For accounts that no programme reads (platform = manual), and for what cannot be read any
    more of another one (a gap in accounts show): it is not told again.
    """
    from monitor.clock import SystemClock
    from monitor.opening import is_by_hand
    from monitor.readings import gaps_by_account
    from storage.values import Review

    place = with_fitting_accounts(workplace(config))
    chosen = place.account(account)
    review = Review(account=chosen.id, at=SystemClock().now(), by=person(by), note=note)
    with opened_repository(place) as repository:
        repository.sync_register(place.settings.register(), at=review.at)
        gaps = gaps_by_account(repository).get(chosen.id, ())
        with repository.writing() as transaction:
            transaction.add_review(review)
    if json:
        emit({"account": chosen.id, "at": review.at, "by": review.by, "note": note or None})
        return
    said = f"{chosen.id}: looked at by {harmless(review.by)}."
    if gaps:
        said += f" {count(len(gaps), 'gap')} will not be told again."
    if is_by_hand(chosen):
        following = review.at + timedelta(days=chosen.review_every_days)
        said += f" Next by {_when(following, place)}."
    say(said)
