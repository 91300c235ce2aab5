"""A third morning for the story: a period for the whole town opens, and history is swept.

The evening before, somebody pins an old post that thanks a councillor, and the council tells
where people vote. In the morning the notice of a county by-election is published.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.types import Origin, PollId, PollType
from monitor.demo.cast import ZONE
from monitor.demo.world import Body
from monitor.elections import sweep, upkeep
from monitor.elections.changing import judge_now
from storage.values import Candidate, PollRow

if TYPE_CHECKING:
    from monitor.app import App
    from monitor.demo.run import DemoTown

PAGE = "council-facebook"
STATIONS = (
    "The polling stations for the by-election are at Fairway Hall, the library and the scout hut, "
    "open from 7am to 10pm. Bring photo ID."
)
"""What may be said, and is quiet."""
LAST_SPRING = (
    "Thank you to Cllr Rosalind Thackeray, who secured record investment for the playground.",
    "Our council has delivered the biggest park programme in its history.",
)
"""What stood on the page long before; older than the look-back."""


def open_window(app: App, town: DemoTown) -> PollRow:
    """Move to the third morning, and enter the poll whose notice is published on it."""
    evening = town.second_day + timedelta(hours=11)
    for months, text in enumerate(LAST_SPRING, start=5):
        town.world.publish(PAGE, evening - timedelta(days=30 * months), body=Body(text=text))
    town.world.publish(PAGE, evening, body=Body(text=STATIONS))
    town.clock.move_to(town.second_day + timedelta(days=1))
    now = town.clock.now()
    held_on = town.story.poll + timedelta(days=28)
    row = PollRow(
        id=PollId(f"county-{held_on.isoformat()}"),
        type=PollType.COUNTY,
        by_election=True,
        held_on=held_on,
        notice_on=now.astimezone(ZONE).date(),
        notice_origin=Origin.COMMAND,
        origin=Origin.COMMAND,
        candidates=(Candidate(name="Rosalind Thackeray"), Candidate(name="Barnaby Osgood")),
        entered_at=now,
        entered_by="Clerk",
    )
    with app.repository.writing() as transaction:
        transaction.put_poll(row, at=now)
    judge_now(app, at=now)
    return row


def read_older(app: App) -> None:
    """Do what the daemon does when a window is open: the briefing, and the older posts."""
    upkeep.put_due(app, now=app.clock.now())
    for account in sweep.to_read(app, now=app.clock.now()):
        sweep.read(app, account, by="demo")
