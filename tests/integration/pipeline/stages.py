"""One story, told on four platforms: the same words for what befalls an account on each.

A stage keeps the truth beside what the platform shows, and at the end holds against it what was
recorded: each post once, none missed that was to be had, no deletion that was none, and
``accounts show`` without a contradiction.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from config.types import CoverageStatus, Outcome, SubjectKind
from connectors._youtube_words import VIDEO
from monitor.cli import main
from tests.lib import bluesky_server as sky
from tests.lib import instagram_server as gram
from tests.lib import mastodon_server as masto
from tests.lib import youtube_server as tube
from tests.lib.http_server import Reply
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    import pytest

    from storage.values import Coverage
    from tests.integration.pipeline.village import Village
    from tests.lib.http_server import Asked, ScriptedServer

LIMITED = Reply(status=429, headers={"Retry-After": "3600"})
USED_UP = {
    "X-Business-Use-Case-Usage": json.dumps(
        {"1": [{"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": 60}]}
    )
}
HALF, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)


class Face(Protocol):
    """What differs from platform to platform.

    Attributes:
        platform: Its word in the configuration.
        handle: Of the council's account.
        page: Posts of one page of its list.
        secret: What lets one in; empty: nothing.
        refused: What is said to whoever is no longer let in.
        limited: What is said to whoever asks too often.
        town: The platform itself.
    """

    platform: str
    handle: str
    page: int
    secret: str
    refused: Reply
    limited: Reply
    town: Any

    def join(self) -> None:
        """Open the council's account."""
        ...

    def post(self, text: str, at: datetime) -> str:
        """Publish something; return its id."""
        ...

    def edit(self, post: str, text: str) -> None:
        """Let a post say something else under its id."""
        ...

    def delete(self, post: str) -> Callable[[], None]:
        """Take a post down; return what puts it back."""
        ...

    def close(self, *, is_closed: bool) -> None:
        """Close the account, or open it again."""
        ...

    def rename(self) -> None:
        """Give it another name."""
        ...

    def empty(self) -> Reply:
        """Return a list without posts."""
        ...

    def is_list(self, asked: Asked) -> bool:
        """Return whether a request asks for a page of the account's list."""
        ...


class Bluesky:
    """Bluesky, where whoever is not signed in reads."""

    platform, handle, page, secret = "bluesky", "fernbeck-tc.example", 100, ""
    refused = sky.problem("AuthMissing", "Authentication Required", 401)
    limited = LIMITED

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.town = sky.BlueskyTown(clock)

    def join(self) -> None:
        """Join."""
        self.member = self.town.account(self.handle, displayName="Fernbeck")

    def post(self, text: str, at: datetime) -> str:
        """Post."""
        return self.town.post(self.member, text, at=at)

    def edit(self, post: str, text: str) -> None:
        """Write it anew under its address."""
        self.town.put(post, text)

    def delete(self, post: str) -> Callable[[], None]:
        """Delete the record."""
        kept = self.town._records[post]
        self.town.delete(post)
        return lambda: self.town._records.__setitem__(post, kept)

    def close(self, *, is_closed: bool) -> None:
        """Deactivate it."""
        self.member.state = "deactivated" if is_closed else "active"

    def rename(self) -> None:
        """Take another handle."""
        self.member.handle = "fernbeck-parish.example"

    def empty(self) -> Reply:
        """Return a feed without posts."""
        return Reply(json={"feed": []})

    def is_list(self, asked: Asked) -> bool:
        """Tell the author's feed."""
        return asked.path.endswith(sky.FEED)


class Mastodon:
    """Mastodon, with a token."""

    platform, handle, page = "mastodon", "@fernbeck@social.example", 40
    secret = "canary-of-fernbeck-on-mastodon"
    refused = masto.problem("The access token was revoked", 401)
    limited = LIMITED

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.town = masto.MastodonTown(clock)
        self.town.token = self.secret

    def join(self) -> None:
        """Join."""
        self.member = self.town.account("fernbeck", display_name="Fernbeck")

    def post(self, text: str, at: datetime) -> str:
        """Post."""
        return self.town.post(self.member, f"<p>{text}</p>", at=at)

    def edit(self, post: str, text: str) -> None:
        """Edit it."""
        self.town.edit(post, f"<p>{text}</p>")

    def delete(self, post: str) -> Callable[[], None]:
        """Delete it."""
        kept = self.town._statuses[post]
        self.town.delete(post)
        return lambda: self.town._statuses.__setitem__(post, kept)

    def close(self, *, is_closed: bool) -> None:
        """Have it suspended."""
        self.member.state = "suspended" if is_closed else "active"

    def rename(self) -> None:
        """Take another display name: the name itself cannot be changed there."""
        self.member.face["display_name"] = "Fernbeck Parish"

    def empty(self) -> Reply:
        """Return a list without posts."""
        return Reply(json=[])

    def is_list(self, asked: Asked) -> bool:
        """Tell the account's list, not what is pinned."""
        return (
            asked.path.endswith("/statuses")
            and asked.path.count("/") > 3
            and (asked.param("pinned") is None)
        )


class YouTube:
    """YouTube, with a key."""

    platform, handle, page, secret = "youtube", "@fernbeck", 50, tube.KEY
    refused = tube.refusal(400, "keyInvalid")
    limited = tube.refusal(403, "rateLimitExceeded")

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.town = tube.YouTubeTown(clock)

    def join(self) -> None:
        """Open the channel."""
        self.channel = self.town.channel("Fernbeck", "fernbeck")

    def post(self, text: str, at: datetime) -> str:
        """Upload a video with these words."""
        return VIDEO + self.town.upload(self.channel, "News", text, at=at)

    def edit(self, post: str, text: str) -> None:
        """Write another description."""
        self.town.edit(post.removeprefix(VIDEO), description=text)

    def delete(self, post: str) -> Callable[[], None]:
        """Make it private."""
        number = post.removeprefix(VIDEO)
        self.town.edit(number, state="private")
        return lambda: self.town.edit(number, state="public")

    def close(self, *, is_closed: bool) -> None:
        """Close the channel."""
        self.channel.is_open = not is_closed

    def rename(self) -> None:
        """Take another name."""
        self.channel.name = "fernbeckparish"

    def empty(self) -> Reply:
        """Return a list without videos."""
        info = {"totalResults": 0, "resultsPerPage": 50}
        kind = "youtube#playlistItemListResponse"
        return Reply(json={"kind": kind, "etag": "x", "items": [], "pageInfo": info})

    def is_list(self, asked: Asked) -> bool:
        """Tell the list of uploads."""
        return asked.path.endswith(tube.UPLOADS)


class Instagram:
    """Instagram, with the page's token."""

    platform, handle, page, secret = "instagram", "elmtown", 50, gram.TOKEN
    refused = gram.problem(190, "x", subcode=460)
    limited = replace(gram.problem(4, "limit"), headers=USED_UP)

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.town = gram.InstagramTown(clock)

    def join(self) -> None:
        """It is there."""

    def post(self, text: str, at: datetime) -> str:
        """Post."""
        return self.town.post(text, at=at)

    def edit(self, post: str, text: str) -> None:
        """Write another caption."""
        self.town.edit(post, caption=text)

    def delete(self, post: str) -> Callable[[], None]:
        """Delete it."""
        kept = self.town._posts[post]
        self.town.delete(post)
        return lambda: self.town._posts.__setitem__(post, kept)

    def close(self, *, is_closed: bool) -> None:
        """Close the account."""
        self.town.is_there = not is_closed

    def rename(self) -> None:
        """Take another name."""
        self.town.username = "elmparish"

    def empty(self) -> Reply:
        """Return a list without posts."""
        return Reply(json={"data": []})

    def is_list(self, asked: Asked) -> bool:
        """Tell the list of posts."""
        return asked.path.endswith("/media")


FACES: tuple[type[Any], ...] = (Bluesky, Mastodon, YouTube, Instagram)


@dataclass
class Stage:
    """An account on one platform, what befalls it, and what was recorded of it.

    Attributes:
        posts: Every post that ever stood there at a reading that could see it.
        missed: Of them those that no reading can have seen.
    """

    village: Village
    face: Face
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    posts: list[str] = field(default_factory=list)
    missed: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    deletions: int = 0
    read: list[Coverage] = field(default_factory=list)
    _page: int = 0
    _plans: dict[int, Callable[[], object]] = field(default_factory=dict)

    def opened(self) -> AbstractContextManager[Any]:
        """Return the running platform, with the account registered once it is entered."""
        return self.face.town  # type: ignore[no-any-return]

    def register(self) -> None:
        """Register the account, and listen to what is asked."""
        face, label = self.face, self.label
        self.face.join()
        server: ScriptedServer = face.town.server
        named = ""
        if face.secret:
            self.village.environ["CLERKWATCH_SECRET_IT"] = face.secret
            self.monkeypatch.setenv("CLERKWATCH_SECRET_IT", face.secret)
            named = 'credential = "it"\n'
        self.village.register(
            f'id = "{label}"\nplatform = "{face.platform}"\nhandle = "{face.handle}"\n'
            f'kind = "council"\nowner = "Jo"\napi_base = "{server.url}"\n{named}'
        )
        answer = server.answer

        def listened(asked: Asked) -> Reply:
            if face.is_list(asked):
                self._page += 1
                planned = self._plans.get(self._page, lambda: None)()
                if isinstance(planned, Reply):
                    return planned
            return answer(asked)

        self.monkeypatch.setattr(server, "answer", listened)

    @property
    def label(self) -> str:
        """Return the account's id."""
        return f"council-{self.face.platform}"

    # --- what befalls it ---------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the present moment."""
        return self.village.clock.now()

    def post(self, text: str, *, ago: timedelta = timedelta()) -> str:
        """Publish something, now or some time ago."""
        number = self.face.post(text, self.now() - ago)
        self.posts.append(number)
        return number

    def fill(self, pages: int) -> list[str]:
        """Publish so much that the list has this many pages, a minute apart, since yesterday."""
        count = self.face.page * (pages - 1) + 5
        each = timedelta(minutes=1)
        return [self.post(f"Notice {n}.", ago=HOUR + each * (count - n)) for n in range(count)]

    def delete(self, post: str) -> Callable[[], None]:
        """Take a post down; return what puts it back."""
        self.deletions += 1
        self.down.add(post)
        put_back = self.face.delete(post)

        def restore() -> None:
            self.down.discard(post)
            put_back()

        return restore

    def on_page(self, number: int, happens: Callable[[], object]) -> None:
        """Let something happen when a page of the next list is asked for, from 1.

        A reply that it returns is what is answered.
        """
        self._plans[self._page + number] = happens

    def breaks_on(self, number: int, reply: Reply) -> None:
        """Let a page of the next list be answered so."""
        self.on_page(number, lambda: reply)

    def refuses(self, reply: Reply, *, readings: int = 1) -> None:
        """Let the first page of so many readings be answered so."""
        for number in range(1, readings + 1):
            self._plans[self._page + number] = lambda: reply

    # --- reading it --------------------------------------------------------------------------

    def scan(self, after: timedelta = timedelta(), *, insist: bool = False) -> Coverage:
        """Let time pass and read it."""
        read = self.village.covered(after=after, insist=insist)
        self.read.append(read)
        return read

    def counts(self, after: timedelta = timedelta()) -> tuple[int, int, int, int]:
        """Read it; return how many posts were new, edited, gone, and not to be told."""
        one = self.scan(after).recorded
        return one.new, one.edited, one.gone, one.cannot_tell

    def texts(self, post: str) -> list[str]:
        """Return the versions of a post, the present one first."""
        found = [one for one in self._versions() if one.subject_platform_id == post]
        found.sort(key=lambda one: not one.is_current)
        return [one.words.text.removesuffix("News").strip() for one in found]

    def _versions(self) -> list[Any]:
        kind = SubjectKind.POST
        return [one for one in self.village.versions(self.label) if one.subject_kind is kind]

    # --- the end -----------------------------------------------------------------------------

    def ends_well(self) -> None:
        """Hold what was recorded against the truth, and ``accounts show`` against both."""
        assert self.read[-1].status is CoverageStatus.READ, self.read[-1]
        known = [one.subject_platform_id for one in self._versions() if one.is_first]
        assert sorted(known) == sorted(set(self.posts) - self.missed)
        assert any(read.recorded.gone for read in self.read) is (self.deletions > 0)
        due = self.village.store.due_posts(
            self.village.app.register[0].id, as_of=self.now(), look_back=30 * DAY
        )
        lasting = {post.platform_id: post.last_outcome for post in due}
        standing = set(known) - self.down
        assert {post for post, seen in lasting.items() if seen is Outcome.GONE} <= self.down
        assert {lasting.get(post) for post in standing} <= {Outcome.PRESENT, Outcome.EDITED}
        assert self.village.store.verify_ledger().faults == ()
        self._is_told()

    def _is_told(self) -> None:
        """Hold ``accounts show`` against the readings, as words and as JSON."""
        told = told_well(self.village, self.label, self.read, self.monkeypatch, self.capsys)
        assert told["retry_at"] is None


def told_well(
    village: Village,
    label: str,
    read: list[Coverage],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> dict[str, Any]:
    """Hold ``accounts show`` against an account's readings, as words and as JSON; return that.

    Args:
        village: Where it is.
        label: Which account.
        read: Every reading of it, in order; the last one was whole.
        monkeypatch: For where the configuration is.
        capsys: For what is printed.
    """
    monkeypatch.setenv("CLERKWATCH_CONFIG", str(village.folder / "clerkwatch.toml"))

    def typed(*more: str) -> str:
        capsys.readouterr()
        with contextlib.suppress(SystemExit):
            main(["accounts", "show", label, *more])
        return capsys.readouterr().out

    told: dict[str, Any] = json.loads(typed("--json"))
    assert problems(SCHEMAS["accounts show"], told) == []
    at = village.clock.now()
    by_run = list(reversed(read))
    newest_first = sorted(by_run, key=lambda one: one.ended_at or at, reverse=True)[:20]
    shown = told["readings"]
    assert [each["status"] for each in shown] == [one.status.value for one in newest_first]
    for name in ("posts", "new", "edited", "gone"):
        assert [each[name] for each in shown] == [
            getattr(one.recorded, name) for one in newest_first
        ]
    assert [each["reason"] for each in shown] == [
        one.reason.value if one.reason else None for one in newest_first
    ]
    assert (told["status"], told["error"]) == ("read", None)
    failed = [each for each in shown if each["status"] == "failed"]
    assert all(each["gone"] == 0 and each["error"] for each in failed)
    words = typed()
    assert words.count(" new, ") == len(shown)
    assert f"Not seen   {', '.join(told['blind_spots'])}" in words
    assert "Not before" not in words
    return told
