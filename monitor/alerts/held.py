"""What the morning mail says of a rule that found far more than usual."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from monitor.alerts.hardening import one_line
from monitor.alerts.wording import count, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.alerts.wording import Calendar
    from monitor.breaker import Held


def held_lines(held: Sequence[Held], *, calendar: Calendar) -> tuple[str, ...]:
    """Return a paragraph for each burst: what, how far above usual, and what follows."""
    return tuple(_line(one, calendar=calendar) for one in held)


def _line(held: Held, *, calendar: Calendar) -> str:
    burst = held.burst
    day = calendar.day_of(datetime.combine(burst.on, time(12), tzinfo=UTC))
    usual = max(2, round(1 / burst.usual)) if burst.usual else 0
    said = one_line(sentence(held.reason), most=200)
    theirs = "Its case is" if held.cases == 1 else f"Its {count(held.cases, 'case')} are"
    return (
        f"One rule found far more than usual on {day}: {burst.found} of "
        f"{count(burst.judged, 'post')}, where about 1 in {usual:,} is usual. "
        f"It says: \u201c{said}\u201d That may be a fault of the rule. {theirs} kept, and not "
        "listed here one by one; what is urgent comes in one mail an hour at most. See them: "
        f"clerkwatch cases list --rule {burst.rule}"
    )
