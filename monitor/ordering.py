"""Carries out what a reply orders: the same functions as the commands."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import CaseState, Origin, PollStatus
from monitor.alerts.house import House
from monitor.alerts.wording import Calendar
from monitor.cases import decisions
from monitor.cases.replies.words import Word
from monitor.cases.request import due_again, owners_of, request_removal, withdrawal_of
from monitor.freeze.objections import Weight, check_poll
from monitor.judging import polls_of
from storage.values import Review

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from config.types import CaseId
    from monitor.app import App
    from monitor.cases.replies.words import Order
    from storage.repository import Transaction
    from storage.values import PollRow

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY = re.compile(
    r"(?:(?P<poll>\S*[a-z]\S*)\s+)?"
    r"(?:(?P<iso>\d{4}-\d{2}-\d{2})|(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month>[a-z]{3,9})"
    r"(?:\s+(?P<year>\d{4}))?)",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """What came of an order, for the mail that confirms it.

    Attributes:
        subject: In a few words.
        said: In sentences, the first the most important.
    """

    subject: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerking:
    """One person's orders at one moment.

    Attributes:
        app: The wired application.
        by: Who orders.
        at: When; aware UTC.
    """

    app: App
    by: str
    at: datetime

    def case(self, order: Order, number: CaseId) -> Ordered:
        """Carry out an order about a case.

        Raises:
            OperatorError: It is refused; the message says why and what is possible.
            MailError: The owner's address is not usable.
        """
        steps: dict[Word, Callable[[CaseId, str], Ordered]] = {
            Word.KEEP: self._keep,
            Word.LEAVE: self._leave,
            Word.MINE: self._mine,
            Word.REMOVE: self._ask,
            Word.CORRECT: partial(self._ask, correct=True),
            Word.UNDO: self._undo,
            Word.ESCALATE: self._escalate,
            Word.NOTE: self._note,
        }
        return steps[order.word](number, order.said)

    def town(self, order: Order, transaction: Transaction) -> Ordered:
        """Carry out an order about no case.

        Raises:
            OperatorError: What it names is not known, or is refused.
        """
        if order.word is Word.REVIEWED:
            return self._reviewed(order.said, transaction)
        return self._notice(order.said, transaction)

    def _keep(self, number: CaseId, because: str) -> Ordered:
        decisions.dismiss(
            self.app.repository,
            number,
            by=self.by,
            because=because,
            at=self.at,
            owners=owners_of(self.app),
            withdrawal=partial(withdrawal_of, self.app, at=self.at),
        )
        return Ordered(
            subject=f"Case {number} is closed: not a breach",
            said=(
                f"Case {number} is closed: not a breach.",
                f"Your reason is kept with it: {because}",
                "The same rule stays quiet on the same words on that account.",
            ),
        )

    def _leave(self, number: CaseId, because: str) -> Ordered:
        decisions.leave(
            self.app.repository,
            number,
            by=self.by,
            because=because,
            at=self.at,
            owners=owners_of(self.app),
            withdrawal=partial(withdrawal_of, self.app, at=self.at),
        )
        return Ordered(
            subject=f"Case {number} is closed: left",
            said=(
                f"Case {number} is closed: it may be a breach, and stays up.",
                f"Your reason is kept with it: {because}",
            ),
        )

    def _mine(self, number: CaseId, because: str) -> Ordered:
        decisions.acknowledge(
            self.app.repository,
            number,
            by=self.by,
            because=because,
            at=self.at,
            owners=owners_of(self.app),
        )
        said = f"Case {number} is yours: the morning mail lists it as being dealt with."
        return Ordered(subject=f"Case {number} is yours", said=(said,))

    def _ask(self, number: CaseId, because: str, *, correct: bool = False) -> Ordered:
        requested = request_removal(
            self.app, number, by=self.by, because=because, at=self.at, correct=correct
        )
        case, calendar = requested.case, self._calendar()
        owner = next(
            (one.owner for one in self.app.register if one.id == case.account), "the owner"
        )
        what = "correct" if correct else "take down"
        leaves, by = calendar.moment(requested.leaves_at), calendar.moment(case.due_at)
        return Ordered(
            subject=f"Case {number}: the owner is asked to {what} the post",
            said=(
                f"{owner or 'The owner'} is asked by mail to {what} it, by {by}.",
                f"The mail leaves on {leaves} at the earliest. Until then UNDO stops it.",
            ),
        )

    def _undo(self, number: CaseId, because: str) -> Ordered:
        case = decisions.undo(
            self.app.repository,
            number,
            by=self.by,
            because=because,
            at=self.at,
            owners=owners_of(self.app),
            due_at=due_again(self.app, number, at=self.at),
        )
        stands = "is open again" if case.state is CaseState.OPEN else "stands as before"
        return Ordered(
            subject=f"Case {number}: the request was stopped",
            said=(f"The request was stopped before it left. Case {number} {stands}.",),
        )

    def _escalate(self, number: CaseId, because: str) -> Ordered:
        decisions.escalate(
            self.app.repository,
            number,
            by=self.by,
            because=because,
            at=self.at,
            owners=owners_of(self.app),
        )
        return Ordered(
            subject=f"Case {number} is escalated",
            said=(
                f"Case {number} waits for somebody above or outside to decide.",
                f"Your reason is kept with it: {because}",
            ),
        )

    def _note(self, number: CaseId, words: str) -> Ordered:
        decisions.note(self.app.repository, number, by=self.by, because=words, at=self.at)
        return Ordered(
            subject=f"Case {number}: your note is kept",
            said=(f"Your note is kept with case {number}. It decides nothing.",),
        )

    def _reviewed(self, named: str, transaction: Transaction) -> Ordered:
        house = House.of_app(self.app)
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
            Review(account=account.account.id, at=self.at, by=self.by, note="by reply")
        )
        said = f"It is recorded that you looked at {account.title} by hand today."
        return Ordered(subject=f"{account.title} was looked at", said=(said,))

    def _notice(self, written: str, transaction: Transaction) -> Ordered:
        poll, day = self._noticed(written)
        chosen = replace(
            poll,
            notice_on=day,
            notice_origin=Origin.COMMAND,
            entered_at=self.at,
            entered_by=self.by,
        )
        council = self.app.settings.council
        for objection in check_poll(
            chosen,
            wards=council.wards,
            nation=council.nation,
            as_of=self.at,
            zone=self.app.settings.zone(),
        ):
            # By reply nobody can be asked back: what would have to be confirmed is refused.
            if objection.severity in {Weight.ERROR, Weight.CONFIRM}:
                raise OperatorError(f"{poll.id}: {objection.what}", remedy=objection.remedy)
        transaction.set_notice(chosen, day, by=self.by, at=self.at)
        calendar = self._calendar()
        return Ordered(
            subject=f"The notice of election is entered: {calendar.day(day)}",
            said=(
                f"The notice for {poll.id} is entered as published on {calendar.day(day)}.",
                f"The poll is on {calendar.day(poll.held_on)}.",
                "The pre-election period starts with the notice.",
            ),
        )

    def _noticed(self, written: str) -> tuple[PollRow, date]:
        """Return which poll's notice was published when."""
        match = _DAY.fullmatch(written.strip())
        if match is None:
            raise OperatorError(
                f"“{written}” is no day",
                remedy="Write for example NOTICE 22 March",
            )
        today = self.at.astimezone(self.app.settings.zone()).date()
        polls = [
            poll
            for poll in polls_of(self.app.settings, self.app.repository)
            if poll.status is PollStatus.SCHEDULED and poll.held_on >= today
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
        return polls[0], _day(match, before=polls[0].held_on)

    def _calendar(self) -> Calendar:
        return Calendar(zone=self.app.settings.council.timezone, as_of=self.at)


def _day(match: re.Match[str], *, before: date) -> date:
    """Return the day that was written; without a year the last one before the poll."""
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        named = match["month"].lower()
        month = {place for place, whole in enumerate(_MONTHS, 1) if whole.startswith(named)}
        # Two months or none make no date.
        number = month.pop() if len(month) == 1 else 0
        day = int(match["day"])
        if match["year"]:
            return date(int(match["year"]), number, day)
        this = date(before.year, number, day)
        return this if this <= before else date(before.year - 1, number, day)
    except ValueError as error:
        raise OperatorError(
            "there is no such day", remedy="Write for example NOTICE 22 March"
        ) from error
