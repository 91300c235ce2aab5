"""What a platform is to the stories: how a post comes, changes and goes there, and what differs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, cast

from monitor.demo.faults import Fault
from monitor.demo.server import Answer
from tests.lib.http_server import Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    import pytest

    from tests.integration.pipeline.village import Village
    from tests.lib.http_server import Asked, ScriptedServer

Trouble: TypeAlias = Reply | Answer | Fault
"""What is answered instead of a page of the list."""

HEADLINE = "News"
"""Over every post, where posts have headlines."""
HALF, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)

DOWN = Reply(status=503)
WALL = Reply(body="<html><h1>Sign in</h1></html>", headers={"Content-Type": "text/html"})
CUT = Reply(json={"data": ["x" * 500]}, cut_at=100)
HALVED = Reply(body='{"data": [{"id": "1", "capt', headers={"Content-Type": "application/json"})
LIMITED = Reply(status=429, headers={"Retry-After": "3600"})


@dataclass(frozen=True, kw_only=True)
class Differs:
    """What a platform cannot tell as the others do; by default nothing.

    Attributes:
        empty_lists: So many lists show the account's posts, and all of them are empty when it
            is said that its list is.
        is_one_document: Its list has no second page: it is one document of the newest posts,
            and what newer ones have pushed out is listed no more. What else befalls a second
            page befalls the document; what happens between two pages, after it was made; and
            one that breaks off ends in the middle. A reading may ask for it twice.
        lists_only_new: Once it was read, its list shows only what has come since, on one page;
            what befalls a second page befalls that. What went is told when the post is due.
        edits_move_up: An edited post stands at the top of the list again.
    """

    empty_lists: int = 1
    is_one_document: bool = False
    lists_only_new: bool = False
    edits_move_up: bool = False

    @property
    def has_a_second_page(self) -> bool:
        """Return whether an account that was read before still has one."""
        return not (self.is_one_document or self.lists_only_new)


class Face(ABC):
    """One platform: the same words for what befalls the council's account on each.

    Attributes:
        platform: Its word in the configuration.
        handle: Of the council's account.
        page: Posts of one page of its list.
        secret: What lets one in; empty: nothing.
        refused: What is said to whoever is no longer let in.
        limited: What is said to whoever asks too often.
        differs: What cannot be told of it as of the others.
        town: The platform itself.
    """

    platform: ClassVar[str]
    handle: str
    page: ClassVar[int]
    secret: ClassVar[str] = ""
    refused: ClassVar[Trouble]
    limited: ClassVar[Trouble] = LIMITED
    differs: ClassVar[Differs] = Differs()
    town: Any

    def __init__(self, village: Village) -> None:
        """Prepare the platform in the village's time."""
        self.village = village

    # --- how it is reached -------------------------------------------------------------------

    @abstractmethod
    def opened(self) -> AbstractContextManager[Any]:
        """Return the platform, running once it is entered."""

    @abstractmethod
    def url(self) -> str:
        """Return where it answers."""

    @abstractmethod
    def asked(self) -> int:
        """Return how many requests were made so far."""

    @abstractmethod
    def wrong(self) -> list[str]:
        """Return which requests were none that the platform documents."""

    @abstractmethod
    def listen(
        self, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Trouble | None]
    ) -> None:
        """Let something happen whenever a page of the account's list is asked for.

        Args:
            monkeypatch: Undoes it.
            happens: Called before the answer; what it returns is answered instead.
        """

    # --- what befalls it ---------------------------------------------------------------------

    def join(self) -> None:  # noqa: B027 - some are open from the start
        """Open the council's account."""

    @abstractmethod
    def post(self, text: str, at: datetime) -> str:
        """Publish something; return its id."""

    @abstractmethod
    def edit(self, post: str, text: str) -> None:
        """Let a post say something else under its id."""

    @abstractmethod
    def delete(self, post: str) -> Callable[[], None]:
        """Take a post down; return what puts it back."""

    @abstractmethod
    def close(self, *, is_closed: bool) -> None:
        """Close the account, or open it again."""

    @abstractmethod
    def rename(self) -> None:
        """Give it another name."""

    @abstractmethod
    def empty(self) -> Trouble:
        """Return a list without posts."""


class ScriptedFace(Face):
    """A platform that is a server of its own, with what it shows written in the tests' library."""

    def opened(self) -> AbstractContextManager[Any]:
        """Run it."""
        return cast("AbstractContextManager[Any]", self.town)

    def url(self) -> str:
        """Return where it answers."""
        return str(self.town.server.url)

    def asked(self) -> int:
        """Count."""
        return len(self.town.server.requests)

    def wrong(self) -> list[str]:
        """Return what did not fit."""
        return list(self.town.wrong)

    def listen(
        self, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Trouble | None]
    ) -> None:
        """Look at each request before it is answered."""
        server: ScriptedServer = self.town.server
        answer = server.answer

        def listened(asked: Asked) -> Reply:
            planned = happens() if self.is_list(asked) else None
            assert planned is None or isinstance(planned, Reply)
            return answer(asked) if planned is None else planned

        monkeypatch.setattr(server, "answer", listened)

    @abstractmethod
    def is_list(self, asked: Asked) -> bool:
        """Return whether a request asks for a page of the account's list."""
