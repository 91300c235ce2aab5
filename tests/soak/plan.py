"""What will happen in the month, drawn from one seed before anything is lived: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from config.types import Severity
from monitor.demo.world import Site
from monitor.plan import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from tests.soak.words import Vocabulary

ZONE = ZoneInfo("Europe/London")
MINUTE = timedelta(minutes=1)
_EDITABLE = timedelta(minutes=50)
_EVENING = timedelta(hours=5)
"""So long before the end nothing new begins, so that the last thing that happens is told too."""


class Trouble(StrEnum):
    """What can be wrong for a while."""

    DOWN = "platform down"
    CUT = "answers cut off"
    PAGE = "web page in place of data"
    HALF = "half a document"
    EMPTY = "list suddenly empty"
    LIMIT = "rate limit"
    TOKEN = "token dead"
    MAIL_DOWN = "mail server down"
    GREYLIST = "mail greylisted"
    DROP = "line lost after the mail"
    KILL = "kill -9"
    KILL_LONG = "kill -9, off for hours"


MAIL = frozenset({Trouble.MAIL_DOWN, Trouble.GREYLIST, Trouble.DROP})
KILLS = frozenset({Trouble.KILL, Trouble.KILL_LONG})
_LASTS = {
    Trouble.DOWN: (20, 420),
    Trouble.CUT: (10, 120),
    Trouble.PAGE: (10, 120),
    Trouble.HALF: (10, 90),
    Trouble.EMPTY: (10, 90),
    Trouble.LIMIT: (15, 90),
    Trouble.TOKEN: (60, 1300),
    Trouble.MAIL_DOWN: (60, 600),
    Trouble.GREYLIST: (10, 120),
    Trouble.DROP: (20, 120),
    Trouble.KILL: (0, 0),
    Trouble.KILL_LONG: (20, 400),
}
"""Shortest and longest, in minutes."""
_WEIGHTS = (3, 1, 1, 1, 2, 3, 2, 2, 3, 2, 5, 1)
_A_DAY = 2.2
"""Faults a day, besides one of each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One account that the plan may post on."""

    label: str
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an edit makes of a post; weight None: nothing that opens a case."""

    at: datetime
    text: str
    weight: Severity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPost:
    """One post with what happens to it; instants are aware UTC."""

    account: str
    at: datetime
    title: str
    text: str
    weight: Severity | None
    edit: Change | None = None
    deleted_at: datetime | None = None

    def appearances(self) -> list[tuple[datetime, Severity | None]]:
        """Return from when each content is to be found: an edit, at the next re-reading."""
        found = [(self.at, self.weight)]
        if self.edit is not None:
            mark = next(mark for mark in MARKS if self.at + mark > self.edit.at)
            found.append((self.at + mark, self.edit.weight))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; ``label`` is empty where it concerns no single account."""

    what: Trouble
    label: str
    begin: datetime
    end: datetime

    def holds(self, now: datetime) -> bool:
        """Return whether it is on at an instant."""
        return self.begin <= now < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole month; ``begin`` and ``end`` are aware UTC, ``days`` council dates."""

    begin: datetime
    end: datetime
    days: tuple[date, ...]
    posts: tuple[PlannedPost, ...]
    faults: tuple[Fault, ...]


def draw(
    random: Random, words: Vocabulary, *, first: date, days: int, places: Sequence[Place]
) -> Plan:
    """Draw a month.

    Args:
        random: Draws.
        words: Gives the texts.
        first: The first council date.
        days: How many council dates.
        places: The accounts.
    """
    dates = tuple(first + timedelta(days=number) for number in range(days))
    begin = datetime.combine(first, time(6, 30), ZONE).astimezone(UTC)
    end = datetime.combine(dates[-1] + timedelta(days=1), time(), ZONE).astimezone(UTC)
    posts = [
        *_history(random, words, begin, places),
        *(
            post
            for on in dates
            for place in places
            for post in _day(random, words, on, place, begin=begin, latest=end - _EVENING)
        ),
    ]
    faults = _faults(random, begin=begin, latest=end - _EVENING, days=days, places=places)
    return Plan(begin=begin, end=end, days=dates, posts=tuple(posts), faults=tuple(faults))


def _history(
    random: Random, words: Vocabulary, begin: datetime, places: Sequence[Place]
) -> Iterator[PlannedPost]:
    """Yield what stood there before: some of it flagged, all of it quiet."""
    for place in places:
        for number in range(1, 6):
            title, text = words.draw(
                Severity.REVIEW if number == 1 else None, title=place.site is Site.FEED
            )
            at = begin - timedelta(hours=30 * number + random.randrange(24))
            yield PlannedPost(account=place.label, at=at, title=title, text=text, weight=None)


def _day(
    random: Random,
    words: Vocabulary,
    on: date,
    place: Place,
    *,
    begin: datetime,
    latest: datetime,
) -> Iterator[PlannedPost]:
    for _ in range(random.choice((1, 2, 3, 3, 4, 5))):
        minute = random.randrange(5 * 60, 24 * 60)
        local = datetime.combine(on, time(minute // 60, minute % 60), ZONE)
        at = local.astimezone(UTC) + timedelta(seconds=random.randrange(60))
        if not begin + MINUTE * 5 < at < latest:
            continue
        weight = random.choices((None, Severity.REVIEW, Severity.URGENT), (82, 13, 5))[0]
        title, text = words.draw(weight, title=place.site is Site.FEED)
        edit, deleted_at = None, None
        fate = random.random() if weight is None else 1.0
        if fate < 0.1:
            edit = _edit(random, words, at, latest, title=title)
        elif fate < 0.2:
            deleted_at = at + timedelta(minutes=random.choice((3, 45, 300, 3000, 6000)))
        yield PlannedPost(
            account=place.label,
            at=at,
            title=title,
            text=text,
            weight=weight,
            edit=edit,
            deleted_at=deleted_at,
        )


def _edit(
    random: Random, words: Vocabulary, at: datetime, latest: datetime, *, title: str
) -> Change | None:
    """Change the words of a post; its headline stays, and counts when they are judged."""
    edited = at + timedelta(seconds=random.randrange(60, int(_EDITABLE.total_seconds())))
    if edited + timedelta(hours=6) > latest:
        return None
    weight = random.choice((None, Severity.REVIEW, Severity.URGENT))
    return Change(at=edited, text=words.draw(weight, under=title)[1], weight=weight)


def _faults(
    random: Random, *, begin: datetime, latest: datetime, days: int, places: Sequence[Place]
) -> list[Fault]:
    """Return one fault of each kind, more for each day, and no two kills within an hour."""
    kinds = [*Trouble, *random.choices(list(Trouble), _WEIGHTS, k=round(days * _A_DAY))]
    faults: list[Fault] = []
    for what in kinds:
        shortest, longest = _LASTS[what]
        span = timedelta(minutes=random.randint(shortest, longest))
        room = int((latest - begin - span) / MINUTE) - 60
        start = begin + MINUTE * (60 + random.randrange(max(room, 1)))
        label = "" if what in MAIL | KILLS else _whose(random, what, places)
        fault = Fault(what=what, label=label, begin=start, end=start + span)
        if what not in KILLS or not _is_near(fault, faults):
            faults.append(fault)
    return sorted(faults, key=lambda one: (one.begin, one.what, one.label))


def _whose(random: Random, what: Trouble, places: Sequence[Place]) -> str:
    with_token = [place for place in places if place.site is not Site.FEED]
    return random.choice(with_token if what is Trouble.TOKEN else places).label


def _is_near(fault: Fault, faults: Sequence[Fault]) -> bool:
    gap = timedelta(hours=1)
    return any(
        other.what in KILLS and fault.begin < other.end + gap and other.begin < fault.end + gap
        for other in faults
    )
