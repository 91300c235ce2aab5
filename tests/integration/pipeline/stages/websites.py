"""Websites: WordPress by its interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.pipeline.stages.face import HEADLINE, Differs, ScriptedFace
from tests.lib import wordpress_server as press
from tests.lib.http_server import Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.integration.pipeline.village import Village
    from tests.lib.http_server import Asked


class WordPress(ScriptedFace):
    """A website of WordPress, with an application password."""

    platform, handle, page, secret = "wordpress", "https://news.example", 100, press.LOGIN
    refused = press.problem("incorrect_password", 401)
    # What was published, which pages and which posts were changed.
    differs = Differs(empty_lists=3)
    town: press.WordPressTown

    def __init__(self, village: Village) -> None:
        super().__init__(village)
        self.town = press.WordPressTown(village.clock.now)

    def post(self, text: str, at: datetime) -> str:
        """Publish an article."""
        return self._name(self.town.post(HEADLINE, f"<p>{text}</p>", at=at))

    def edit(self, post: str, text: str) -> None:
        """Save it with other words."""
        self.town.edit(self._number(post), content=f"<p>{text}</p>")

    def delete(self, post: str) -> Callable[[], None]:
        """Delete it for good, as far as strangers can tell."""
        number = self._number(post)
        kept = self.town._posts[number]
        self.town.delete(number)
        return lambda: self.town._posts.__setitem__(number, kept)

    def close(self, *, is_closed: bool) -> None:
        """Take the site off its server."""
        self.town.is_there = not is_closed

    def rename(self) -> None:
        """Give the site another title: its address is what it is."""
        self.town.name = "Fernbeck Parish Council"

    def empty(self) -> Reply:
        """Return a list without posts."""
        return Reply(json=[], headers={"X-WP-Total": "0", "X-WP-TotalPages": "0"})

    def is_list(self, asked: Asked) -> bool:
        """Tell the lists of posts and pages, not what is asked for by its number."""
        return asked.path.startswith("/wp-json/wp/v2/p") and asked.param("orderby") is not None

    def _name(self, number: int) -> str:
        return f"{self.url()}/?p={number}"

    def _number(self, post: str) -> int:
        return int(post.rpartition("=")[2])
