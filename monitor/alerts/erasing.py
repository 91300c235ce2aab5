"""What the morning mail says of evidence that is soon erased by the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.alerts.hardening import one_line
from monitor.alerts.wording import count, listed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from monitor.alerts.wording import Calendar
    from storage.values import PurgeNotice

_MOST = 10


def erasing_words(
    notices: Sequence[PurgeNotice], *, calendar: Calendar, has_inbox: bool
) -> tuple[str, ...]:
    """Return a sentence for each day and limit by which evidence of cases goes.

    Args:
        notices: What was announced.
        calendar: The council's.
        has_inbox: Whether a reply can hold it.
    """
    together: dict[tuple[date, str], list[int]] = {}
    for notice in notices:
        day = calendar.local(notice.due_at).date()
        together.setdefault((day, notice.why), []).extend(notice.cases)
    said = []
    for (day, why), cases in together.items():
        numbers = sorted(set(cases))
        shown = listed([str(number) for number in numbers[:_MOST]])
        more = len(numbers) - _MOST
        which = f"case {shown}" if len(numbers) == 1 else f"cases {shown}"
        which += f" and {count(more, 'more')}".replace("mores", "more") if more > 0 else ""
        keep = (
            "reply to a mail about it with HOLD and why"
            if has_inbox
            else "put a hold: clerkwatch hold add"
        )
        said.append(
            f"On {calendar.day(day)} the words, pictures and mails kept of {which} are erased: "
            f"{one_line(why)}. If they are needed (a request, a complaint, the police), {keep}."
        )
    return tuple(said)
