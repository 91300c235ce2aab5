"""What could not be read, in the Clerk's words: since when, why, and whether it can wait."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.types import Reason
from connectors.base import TEXT_IN_PICTURES
from monitor.alerts.hardening import one_line
from monitor.alerts.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.alerts.facts import AccountFacts
    from monitor.alerts.wording import Calendar

WHY = {
    Reason.AUTH_EXPIRED: "the login is no longer accepted",
    Reason.FORBIDDEN: "the platform refuses to show it",
    Reason.QUOTA_MONEY: "this month's budget for reading it is used up",
    Reason.RATE_LIMIT: "the platform has asked clerkwatch to wait",
    Reason.GONE_OR_HIDDEN: "the platform shows nothing there",
    Reason.ACCOUNT_GONE: "the platform says that there is no such account",
    Reason.PARTIAL: "only a part of it could be read",
    Reason.TRANSIENT: "the platform does not answer properly",
    Reason.CONTRACT: "the platform's answers could not be understood",
}
_NOT_READ_IN_TIME = "no complete reading has ended in time"
_BY_ITSELF = frozenset({Reason.RATE_LIMIT, Reason.TRANSIENT, Reason.PARTIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """One account that was not read; finished words."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What is needed to write about coverage.

    Attributes:
        wait_until: By when a person is asked to act; aware UTC.
        has_inbox: Replies are read.
    """

    calendar: Calendar
    as_of: datetime
    wait_until: datetime
    technical_told: bool
    has_inbox: bool = False

    def unread(self, account: AccountFacts) -> Unread:
        """Return what is said about one account that was not read."""
        title = one_line(account.title)
        since = account.failing_since or account.last_read_at
        when = f", {self.calendar.since(since)}" if since else ", never read so far"
        why = WHY[account.reason] if account.reason else _NOT_READ_IN_TIME
        said = [f"{why}.", *self._meaning(account), self._wait(account)]
        if self.technical_told and account.reason is not Reason.QUOTA_MONEY:
            said.append("The details have gone to your technical contact.")
        return Unread(heading=f"{title}{when}", text=" ".join(said))

    def missed(self, account: AccountFacts) -> Unread:
        """Return what is said of what cannot be read any more at an account, in one sentence.

        Args:
            account: One with a gap that nobody has looked at.
        """
        gaps = account.gaps
        start, end = min(gap.start for gap in gaps), max(gap.end for gap in gaps)
        between = f"between {self.calendar.moment(start)} and {self.calendar.moment(end)}"
        times = f"{len(gaps)} times " if len(gaps) > 1 else ""
        why = "; ".join(dict.fromkeys(one_line(gap.why, most=200) for gap in gaps))
        done = done_words(has_inbox=self.has_inbox)
        return Unread(
            heading=f"{one_line(account.title)}, {times}{between}",
            text=(
                f"posts of that time may be missing and cannot be read any more ({why}). "
                f"When you have looked: {done} {account.id}"
            ),
        )

    def _meaning(self, account: AccountFacts) -> list[str]:
        """Return what this means for the posts there."""
        if account.last_read_at is None:
            return ["None of its posts have been checked."]
        if account.reason is Reason.ACCOUNT_GONE:
            return ["It may have been renamed, closed or taken over."]
        since = self.calendar.moment(account.last_read_at)
        unchecked = f"Posts since {since} are unchecked and will be read when it works;"
        missed = "posts put up and taken down in between will not have been seen."
        return [unchecked, missed]

    def _wait(self, account: AccountFacts) -> str:
        """Return whether it can wait, and until when."""
        if account.reason is Reason.ACCOUNT_GONE:
            return "Please look at it today."
        if account.reason is None or account.reason in _BY_ITSELF:
            return "It is tried again without you: nothing to do unless it is still here tomorrow."
        if account.reason is Reason.QUOTA_MONEY:
            return "Reading starts again next month, or when the budget is raised."
        return f"It can wait until {self.calendar.day_of(self.wait_until)}."


def read_line(accounts: Sequence[AccountFacts], *, among: Sequence[AccountFacts]) -> str:
    """Return the line of what was read, for example ``Read: Facebook page, X.``.

    Args:
        accounts: Those that were read.
        among: All that are read by programme; those that share a short name are named in full.
    """
    shorts = [account.short for account in among]
    names = [
        one_line(account.title if shorts.count(account.short) > 1 else account.short)
        for account in accounts
    ]
    return f"Read: {', '.join(names)}." if names else ""


def closed_accounts_line(accounts: Sequence[AccountFacts]) -> str:
    """Return which accounts are missing because they were asked to be closed; or empty."""
    names = [
        f"{one_line(account.title)} (case {account.closed_by})"
        for account in accounts
        if account.closed_by is not None
    ]
    return f"Closed on request, nothing to read: {', '.join(names)}." if names else ""


def unseen_line(accounts: Sequence[AccountFacts], *, pictures: int | None = None) -> str:
    """Return the line of what was not seen: ``Not seen: Reels, stories, text in 4 pictures``.

    What is unseen on most accounts stands first; where each thing is not seen, the pages on
    the platforms say.

    Args:
        accounts: Those that are read by programme, whether they were read or not.
        pictures: How many pictures of new posts were not read; None: nobody counted, and what
            the platforms say of it stands.
    """
    spots = Counter(one_line(spot) for one in accounts for spot in dict.fromkeys(one.blind_spots))
    said = [spot for spot, _ in spots.most_common() if pictures is None or spot != TEXT_IN_PICTURES]
    if pictures:
        said.append(f"text in {count(pictures, 'picture')}")
    return f"Not seen: {', '.join(said)}." if said else ""


def done_words(*, has_inbox: bool) -> str:
    """Return how a person says that they have looked at an account; its id follows."""
    return "reply REVIEWED" if has_inbox else "clerkwatch accounts reviewed"


def by_hand_lines(
    accounts: Sequence[AccountFacts],
    *,
    calendar: Calendar,
    as_of: datetime,
    has_inbox: bool = False,
) -> tuple[str, ...]:
    """Return a line for each account that a person looks at, the due ones with what to do.

    Args:
        accounts: Those accounts.
        calendar: How days are written.
        as_of: The present moment; aware UTC.
        has_inbox: Replies are read.
    """
    lines = []
    for account in accounts:
        looked = (
            f"last looked at on {calendar.day_of(account.looked_at)}"
            if account.looked_at
            else "not looked at yet"
        )
        due = account.is_due(as_of=as_of)
        done = done_words(has_inbox=has_inbox)
        todo = f" (due). When you have looked: {done} {account.id}" if due else "."
        why = f", {account.undecided}" if account.undecided else ""
        lines.append(f"By hand: {one_line(account.title)}{why}, {looked}{todo}")
    return tuple(lines)
