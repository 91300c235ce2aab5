"""After a change of the polls: what is stored is judged again, and the difference printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.cli.common import harmless, note, opened_app, say, send_urgent

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.apply import Found, Outcome
    from monitor.cli.common import Workplace

_MOST = 10


def judge_again(place: Workplace, moment: datetime) -> Outcome:
    """Judge again what a change of the polls touches, and try to send what follows.

    The change itself is committed by then: if this fails, the next scan does it.
    """
    from monitor.elections.changing import judge_now

    with opened_app(place) as app:
        outcome = judge_now(app, at=moment)
        for warning in send_urgent(app):
            note(warning)
        return outcome


def judged_shape(outcome: Outcome) -> dict[str, Any]:
    """Return the difference as JSON, in the shape that a run has."""
    from monitor.cli import shapes

    shape = shapes.run(None, [], outcome)
    wanted = ("findings", "cases_opened", "mails_queued", "judged", "not_judged")
    return {name: shape[name] for name in wanted}


def tell(outcome: Outcome) -> None:
    """Print the difference: how much, and the first of it."""
    from monitor.elections.changing import in_words

    say()
    say(f"Judged again: {outcome.judged:,}. {' '.join(in_words(outcome))}")
    for sign, found in (("+", outcome.added), ("-", outcome.withdrawn)):
        for one in found[:_MOST]:
            say(f"  {sign} {_line(one)}")
        if len(found) > _MOST:
            say(f"  {sign} and {len(found) - _MOST:,} more")
    if outcome.mails_queued:
        say(f"Mails queued: {outcome.mails_queued}.")


def _line(found: Found) -> str:
    why = f" ({found.why})" if found.why else ""
    where = found.url or found.platform_id
    return harmless(f"{found.account}: {found.finding.rule}, {where}{why}")
