"""Pictures of posts on the whole way: what is said when nobody reads them, and when we do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor import morning
from monitor.demo.world import Body, Site

if TYPE_CHECKING:
    from tests.integration.pipeline.village import Village

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def show(town: Village, label: str, *pictures: str, text: str = "See you on Friday.") -> str:
    """Publish a post with pictures a minute from now; return its id."""
    body = Body(text=text, title="News", pictures=pictures)
    return town.world.publish(label, town.clock.now() + timedelta(minutes=1), body=body)


def digest(town: Village) -> str:
    """Return the digest as it would be now, in one line."""
    return " ".join(morning.compose(town.app, now=town.clock.now()).text.split())


def asked(town: Village) -> int:
    """Return how often a picture was asked for."""
    return sum(".jpg" in one.path for one in town.script.requests())


def test_without_the_extra_the_digest_says_how_many_were_not_read(village: Village) -> None:
    """No picture is fetched for it, and the next digest counts only what is new since."""
    village.account(Site.FEED, label="blog")
    show(village, "blog", "A poster", "A hall")
    show(village, "blog", "A fair")
    village.scan(after=HOUR)
    assert "text in 3 pictures." in digest(village)
    assert asked(village) == 0
