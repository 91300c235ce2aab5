"""Dates, numbers and lists as a Clerk reads them; English names, whatever the machine's locale."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.alerts.hardening import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_OFFICES = ("clerk", "deputy", "officer", "manager", "mayor")


class Calendar:
    """Says instants in the council's zone, as seen from one moment."""

    def __init__(self, *, zone: str, as_of: datetime) -> None:
        """Keep the zone and the moment of the mail.

        Args:
            zone: IANA zone of the council.
            as_of: The present moment, aware; decides "yesterday" and when a year is said.
        """
        self._zone = ZoneInfo(zone)
        self._as_of = as_of
        self.today = as_of.astimezone(self._zone).date()

    def local(self, at: datetime) -> datetime:
        """Return an instant in the council's zone."""
        return at.astimezone(self._zone)

    def day(self, on: date) -> str:
        """Return ``Tuesday 24 November``, with the year where it is not the present one."""
        said = f"{_DAYS[on.weekday()]} {on.day} {_MONTHS[on.month - 1]}"
        return said if on.year == self.today.year else f"{said} {on.year}"

    def day_of(self, at: datetime) -> str:
        """Return the day of an instant like `day`."""
        return self.day(self.local(at).date())

    def short_day(self, on: date) -> str:
        """Return ``Tue 24 Nov``, for subjects."""
        return f"{_DAYS[on.weekday()][:3]} {on.day} {_MONTHS[on.month - 1][:3]}"

    def clock(self, at: datetime) -> str:
        """Return ``07:00``."""
        return f"{self.local(at):%H:%M}"

    def moment(self, at: datetime) -> str:
        """Return ``Tuesday 24 November, 07:00``."""
        return f"{self.day_of(at)}, {self.clock(at)}"

    def recent(self, at: datetime) -> str:
        """Return ``at 06:58`` for today, else ``on Sunday 22 November, 06:58``."""
        if self.local(at).date() == self.today:
            return f"at {self.clock(at)}"
        return f"on {self.moment(at)}"

    def is_past(self, at: datetime) -> bool:
        """Return whether an instant lies before the moment of the mail."""
        return at < self._as_of

    def since(self, at: datetime | None) -> str:
        """Return ``since yesterday 07:00``; None: since the watch began."""
        if at is None:
            return "since the watch began"
        on = self.local(at).date()
        if on == self.today:
            return f"since {self.clock(at)} today"
        if on == self.today - timedelta(days=1):
            return f"since yesterday {self.clock(at)}"
        return f"since {self.moment(at)}"

    def between(self, start: datetime, end: datetime) -> str:
        """Return ``since Saturday 21 November, between 10:05 and 11:05``."""
        if self.local(start).date() == self.local(end).date():
            clocks = f"between {self.clock(start)} and {self.clock(end)}"
            return f"since {self.day_of(end)}, {clocks}"
        return f"since some time between {self.moment(start)} and {self.moment(end)}"


def count(number: int, one: str, many: str = "") -> str:
    """Return ``1 post`` or ``2 posts``; ``many`` where an ``s`` is not enough."""
    noun = one if number == 1 else many or f"{one}s"
    return f"{number:,} {noun}"


def listed(words: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def place(short: str) -> str:
    """Return ``the Facebook page``, ``X`` or ``events.example``: where a post stands."""
    words = " ".join(plain(short).split())
    last = words.rpartition(" ")[2]
    return f"the {words}" if last.isalpha() and last.islower() else words


def capital(text: str) -> str:
    """Return a sentence with its first letter large and the rest untouched."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Return text that ends like a sentence."""
    return text if not text or text[-1] in ".!?…" else f"{text}."


def the(name: str) -> str:
    """Return how a person is spoken of: ``the Clerk`` where an office stands for a name."""
    is_office = name.casefold().endswith(_OFFICES) and not name.casefold().startswith("the ")
    return f"the {name}" if is_office else name


def abridged(words: str, *, most: int = 170) -> str:
    """Return words cut after a whole word, with " …" in place of the rest.

    Args:
        words: The policy's own words.
        most: Longest result, in characters.
    """
    words = " ".join(words.split())
    if len(words) <= most:
        return words
    cut = words[: most - 2]
    if " " in cut:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:-") + " …"
