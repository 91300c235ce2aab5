"""Orders about no case that there is: what was looked at, the notice of election, history."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import Origin, PollStatus
from monitor.alerts.house import House
from monitor.alerts.wording import count
from monitor.cases.bulk import Verdict, decide_history
from monitor.cases.replies.dates import day_in
from monitor.cases.request import owners_of
from monitor.freeze.objections import Weight, check_poll
from monitor.judging import polls_of
from monitor.ordering.values import Clerking, Ordered
from monitor.people import absences
from monitor.people.rota import folded
from storage.values import Review

if TYPE_CHECKING:
    from datetime import date

    from monitor.cases.replies.words import Order
    from storage.repository import Transaction
    from storage.values import PollRow


_NOTICED = re.compile(r"(?:(?P<poll>\S*[a-z]\S*)\s+)?(?P<day>\d.*)", re.ASCII | re.IGNORECASE)
_NOTICE = "NOTICE 22 March"
_OLDER = "older than 1 January 2026 because it is history"


def reviewed(desk: Clerking, order: Order, transaction: Transaction) -> Ordered:
    """Note that a person looked at an account that no programme reads, or at a gap."""
    named = order.said
    house = House.of_app(desk.app)
    wanted = " ".join(named.casefold().split())
    found = [
        one
        for one in house.watched
        if wanted in {one.account.id.casefold(), one.title.casefold(), one.short.casefold()}
    ]
    if len(found) != 1:
        known = ", ".join(one.account.id for one in house.watched)
        raise OperatorError(
            f"no single account is called “{named}”",
            remedy=f"Write REVIEWED and one of: {known}",
        )
    account = found[0]
    transaction.add_review(
        Review(account=account.account.id, at=desk.at, by=desk.by, note="by reply")
    )
    said = f"It is recorded that you looked at {account.title} by hand today."
    return Ordered(subject=f"{account.title} was looked at", said=(said,))


def notice(desk: Clerking, order: Order, transaction: Transaction) -> Ordered:
    """Enter the day on which the notice of election was published."""
    poll, day = _noticed(desk, order.named)
    chosen = replace(
        poll,
        notice_on=day,
        notice_origin=Origin.COMMAND,
        entered_at=desk.at,
        entered_by=desk.by,
    )
    council = desk.app.settings.council
    for objection in check_poll(
        chosen,
        wards=council.wards,
        nation=council.nation,
        as_of=desk.at,
        zone=desk.app.settings.zone(),
        extra_holidays=council.holidays,
    ):
        # By reply nobody can be asked back: what would have to be confirmed is refused.
        if objection.severity in {Weight.ERROR, Weight.CONFIRM}:
            raise OperatorError(f"{poll.id}: {objection.what}", remedy=objection.remedy)
    transaction.set_notice(chosen, day, by=desk.by, at=desk.at)
    calendar = desk.calendar()
    return Ordered(
        subject=f"The notice of election is entered: {calendar.day(day)}",
        said=(
            f"The notice for {poll.id} is entered as published on {calendar.day(day)}.",
            f"The poll is on {calendar.day(poll.held_on)}.",
            (
                "The pre-election period starts with the notice. What is stored is judged again "
                "now; if something published since then is flagged, a mail of its own tells you."
            ),
        ),
        changes_polls=True,
    )


def _noticed(desk: Clerking, written: str) -> tuple[PollRow, date]:
    """Return which poll's notice was published when."""
    match = _NOTICED.fullmatch(written.strip())
    if match is None:
        raise OperatorError(f"“{written}” is no day", remedy=f"Write for example {_NOTICE}")
    polls = [
        poll
        for poll in polls_of(desk.app.settings, desk.app.repository)
        if poll.status is PollStatus.SCHEDULED and poll.held_on >= desk.today
    ]
    if match["poll"]:
        polls = [poll for poll in polls if poll.id == match["poll"].lower()]
    first = min((poll.held_on for poll in polls), default=None)
    polls = [poll for poll in polls if poll.held_on == first]
    if len(polls) != 1:
        names = ", ".join(poll.id for poll in polls)
        raise OperatorError(
            "it cannot be told which poll's notice is meant",
            remedy=f"Write for example NOTICE {polls[0].id} 22 March; entered are: {names}"
            if polls
            else "No poll to come is entered under that name: see the morning mail",
        )
    # Without a year it is the last such day before the poll.
    day = day_in(match["day"], near=polls[0].held_on, later=False, example=_NOTICE)
    return polls[0], day


def keep_all(desk: Clerking, order: Order, transaction: Transaction) -> Ordered:
    """Close every undecided case of an older post as not a breach, each with the reason."""
    del transaction  # each case is a decision of its own, in the same transaction
    return _all_of_history(desk, order, Verdict.DISMISS, "not a breach")


def leave_all(desk: Clerking, order: Order, transaction: Transaction) -> Ordered:
    """Close every undecided case of an older post as left, each with the reason."""
    del transaction  # as above
    return _all_of_history(desk, order, Verdict.LEAVE, "may be a breach, and stays up")


def _all_of_history(desk: Clerking, order: Order, verdict: Verdict, how: str) -> Ordered:
    day = day_in(order.named, near=desk.today, later=False, example=f"{order.word.value} {_OLDER}")
    closed = decide_history(
        desk.app.repository,
        verdict,
        before=datetime.combine(day, time.min, tzinfo=desk.app.settings.zone()),
        by=desk.by,
        because=order.said,
        at=desk.at,
        owners=owners_of(desk.app),
    )
    if not closed:
        raise OperatorError(
            f"no older post from before {desk.calendar().day(day)} waits for a decision",
            remedy="Only posts that stood there before the account was registered are meant",
        )
    said = f"{count(len(closed), 'older case')} closed: {how}"
    return Ordered(
        subject=said,
        said=(
            f"{said}.",
            f"Your reason is kept with each: {order.said}",
            "Cases on accounts that you answer for, if there are any, are left for somebody else.",
        ),
    )


def cover(desk: Clerking, order: Order, transaction: Transaction) -> Ordered:
    """Enter that who orders is away, and who stands in."""
    del transaction  # what is entered takes part in it by itself
    named, _, day = order.named.rpartition(" until ")
    until = day_in(day, near=desk.today, later=True, example="COVER deputy until 18 August")
    absence = absences.cover(
        desk.app, named, until=until, by=desk.by, at=desk.at, absent=desk.person.email
    )
    people = desk.app.settings.people
    stands_in = next((one.name for one in people if folded(one.email) == absence.cover), named)
    last = desk.calendar().day(absence.until_on)
    return Ordered(
        subject=f"{stands_in} stands in until {last}",
        said=(
            f"{stands_in} is told and asked instead of you until {last}.",
            "You may still decide: a reply of yours counts as before.",
            "Back earlier? Your supplier enters it: clerkwatch people back.",
        ),
    )
