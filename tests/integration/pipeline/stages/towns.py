"""The plain feed, Facebook and X, on the village's own platforms."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from monitor.demo.faults import Fault, FaultKind
from monitor.demo.graph_words import error
from monitor.demo.server import Answer
from monitor.demo.world import Body, Condition, Site, TownAccount
from monitor.demo.x_words import problem
from tests.integration.pipeline.stages.face import (
    CUT,
    DOWN,
    HALVED,
    HEADLINE,
    WALL,
    Differs,
    Face,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    import pytest

    from monitor.demo.server import Request
    from tests.integration.pipeline.stages.face import Trouble
    from tests.integration.pipeline.village import Village

LIMITED = Fault(kind=FaultKind.RATE_LIMIT, headers={"Retry-After": "3600"})
_AS_TOLD = (
    (DOWN, Fault(kind=FaultKind.SERVER_ERROR, status=503)),
    (WALL, Fault(kind=FaultKind.HTML)),
    (CUT, Fault(kind=FaultKind.CUT)),
    (HALVED, Fault(kind=FaultKind.HALF)),
)


class _Listening:
    """A platform of the village, and somebody who hears each request before it does."""

    def __init__(
        self, face: TownFace, platform: Any, happens: Callable[[], Trouble | None]
    ) -> None:
        self._face, self._platform, self._happens = face, platform, happens
        self._instead: Answer | None = None
        self.trouble = platform.trouble

    def account_of(self, request: Request) -> str:
        """Let happen what was planned; the server asks for this first."""
        label: str = self._platform.account_of(request)
        if self._face.is_list(request):
            is_made_before = self._face.differs.is_one_document
            made = self._platform.answer(request, empty=False) if is_made_before else None
            planned = _as_told(self._happens())
            self._instead = planned if isinstance(planned, Answer) else made
            if isinstance(planned, Fault):
                self._face.village.script.next_answers(label, planned)
        return label

    def answer(self, request: Request, *, empty: bool) -> Answer:
        """Answer as the platform does, or as was planned."""
        made, self._instead = self._instead, None
        given: Answer = (
            self._platform.answer(request, empty=empty) if empty or made is None else made
        )
        return given


class TownFace(Face):
    """A platform of the village's world.

    The world's clock is the platform's own: it never goes back, and may be ahead of ours.
    """

    site: ClassVar[Site]
    headline: ClassVar[str] = ""
    limited: ClassVar[Trouble] = LIMITED

    def __init__(self, village: Village) -> None:
        super().__init__(village)
        self.label = f"council-{self.platform}"
        self.town = village.servers[self.site]
        self.handle = "fernbeck"
        self._ahead = timedelta()
        self._latest = village.clock.now()

    # --- how it is reached -------------------------------------------------------------------

    def opened(self) -> AbstractContextManager[Any]:
        """It runs already."""
        return nullcontext()

    def url(self) -> str:
        """Return where it answers."""
        return str(self.town.url)

    def asked(self) -> int:
        """Count."""
        return len(self.village.script.requests())

    def wrong(self) -> list[str]:
        """Return nothing: what is asked of Graph the village itself looks at in the end."""
        return []

    def listen(
        self, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Trouble | None]
    ) -> None:
        """Stand between the server and the platform."""
        running: Any = self.town._server
        monkeypatch.setattr(running, "platform", _Listening(self, running.platform, happens))

    @abstractmethod
    def is_list(self, request: Request) -> bool:
        """Return whether a request asks for a page of the account's list."""

    # --- what befalls it ---------------------------------------------------------------------

    def now(self) -> datetime:
        """Return what time it is there."""
        self._latest = max(self._latest, self.village.clock.now() + self._ahead)
        return self._latest

    def join(self) -> None:
        """Open the account."""
        self.village.world._clock = self.now
        self.village.world.add_account(
            TownAccount(
                label=self.label,
                site=self.site,
                platform_id="1000",
                handle="fernbeck",
                name="Fernbeck Town Council",
                description="The official page of Fernbeck Town Council. Complaints: 01632 960001",
                token=self.secret,
            )
        )

    def post(self, text: str, at: datetime) -> str:
        """Publish it; what is dated ahead of our time was dated by a clock that is ahead."""
        self._ahead = max(self._ahead, at - self.village.clock.now())
        self.now()
        body = Body(text=text, title=self.headline)
        return self.named(self.village.world.publish(self.label, at, body=body))

    def edit(self, post: str, text: str) -> None:
        """Let it say something else, now."""
        body = Body(text=text, title=self.headline)
        self.village.world.edit(self.root(post), self.now(), body=body)

    def delete(self, post: str) -> Callable[[], None]:
        """Delete it, now."""
        root = self.root(post)
        self.village.world.delete(root, self.now())
        return lambda: self.village.restore(root)

    def close(self, *, is_closed: bool) -> None:
        """Have it suspended."""
        world = self.village.world
        world.set_condition(self.label, Condition.SUSPENDED, self.now(), holds=is_closed)

    def rename(self) -> None:
        """Take another name."""
        known = self.village.world.account(self.label)
        self.village.world.change_profile(dataclasses.replace(known, name="Fernbeck Parish"))

    def empty(self) -> Trouble:
        """Return a list without posts."""
        return Fault(kind=FaultKind.EMPTY)

    def named(self, root: str) -> str:
        """Return our id of a post of the world."""
        return root

    def root(self, post: str) -> str:
        """Return the world's id of one of ours."""
        return post


class Feed(TownFace):
    """A blog by its feed: the newest twenty posts in one document, and each post's own page."""

    platform, page, site, headline = "feed", 20, Site.FEED, HEADLINE
    refused = Answer(status=403, body=b"<html>Forbidden", content_type="text/html")
    differs = Differs(is_one_document=True)

    def __init__(self, village: Village) -> None:
        super().__init__(village)
        platform: Any = self.town.platform
        platform._window = self.page
        self.handle = f"{self.url()}/fernbeck/feed.xml"

    def is_list(self, request: Request) -> bool:
        """Tell the feed."""
        return request.path.endswith("/feed.xml")

    def named(self, root: str) -> str:
        """Return its permalink."""
        return f"{self.url()}/{root}/"

    def root(self, post: str) -> str:
        """Return its place."""
        return post.removeprefix(f"{self.url()}/").rstrip("/")


class Facebook(TownFace):
    """A Facebook page by its own token; registered by its user name."""

    platform, page, site, secret = "facebook", 100, Site.FACEBOOK, "canary-of-fernbeck-on-facebook"
    refused = error("The session has been invalidated", "OAuthException", 190, subcode=460)

    def is_list(self, request: Request) -> bool:
        """Tell the list of published posts."""
        return request.path.endswith("/published_posts")

    def rename(self) -> None:
        """Take another name and user name."""
        super().rename()
        known = self.village.world.account(self.label)
        other = dataclasses.replace(known, handle="fernbeckparish")
        self.village.world.change_profile(other)


class X(TownFace):
    """X by an app's token."""

    platform, page, site, secret = "x", 100, Site.X, "canary-of-fernbeck-on-x"
    refused = problem(401, "Unauthorized", "Unauthorized", "about:blank")
    differs = Differs(lists_only_new=True, edits_move_up=True)

    def wrong(self) -> list[str]:
        """Return what X refused as undocumented."""
        return [seen.path for seen in self.village.script.requests() if seen.status == 400]

    def is_list(self, request: Request) -> bool:
        """Tell the account's timeline."""
        return request.path.endswith("/tweets") and "/users/" in request.path

    def rename(self) -> None:
        """Take another name and user name."""
        super().rename()
        known = self.village.world.account(self.label)
        other = dataclasses.replace(known, handle="fernbeckparish")
        self.village.world.change_profile(other)


def _as_told(planned: Trouble | None) -> Answer | Fault | None:
    """Return a trouble in the words of the village's platforms."""
    told: Any = next((fault for reply, fault in _AS_TOLD if reply is planned), planned)
    assert told is None or isinstance(told, (Answer, Fault))
    return told
