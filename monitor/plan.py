"""Which posts are read again now: often when young, rarely when old, always with a case.

On X each re-reading costs money and the platform allows edits for at most an hour, so
the first two marks lie just after the two ways an edit can still come (platforms' own
figures: 30 minutes in the app, one hour by API). Later marks catch deletions. Where the
month's budget does not pay for all of them, `monitor.pace` says which wait.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from storage.values import DuePost

MARKS = (
    timedelta(minutes=35),
    timedelta(minutes=65),
    timedelta(hours=6),
    *(timedelta(days=day) for day in range(1, 8)),
)
"""Ages at which every post is read once more; after the last one, once a week."""
_WEEK = timedelta(days=7)


def newest_mark(age: timedelta) -> timedelta | None:
    """Return the newest mark that a post of this age has passed; None before the first."""
    if age < MARKS[0]:
        return None
    if age >= MARKS[-1] + _WEEK:
        return MARKS[-1] + _WEEK * ((age - MARKS[-1]) // _WEEK)
    return max(mark for mark in MARKS if mark <= age)


def readings(look_back: timedelta) -> tuple[timedelta, ...]:
    """Return the ages at which a post is read again while it is looked after."""
    ages = [mark for mark in MARKS if mark <= look_back]
    while ages and MARKS[-1] <= ages[-1] and ages[-1] + _WEEK <= look_back:
        ages.append(ages[-1] + _WEEK)
    return tuple(ages)


def is_due(post: DuePost, *, as_of: datetime) -> bool:
    """Return whether a post should be read again now.

    A post is due when it has passed a mark since it was last read, so that a reading
    missed during an outage is made up once, not once for every mark that went by.
    """
    if post.has_open_case:
        return True
    mark = newest_mark(as_of - post.published_at)
    return mark is not None and post.last_read_at < post.published_at + mark


def missed(post: DuePost, *, as_of: datetime) -> int:
    """Return how many planned readings have passed since a post was last read."""
    read_at, age = post.last_read_at - post.published_at, as_of - post.published_at
    return sum(mark > read_at for mark in readings(age))
