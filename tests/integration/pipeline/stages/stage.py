"""The stage: one account, what befalls it, and what was recorded of it."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from config.types import CoverageStatus, Outcome, SubjectKind
from monitor.cli import main
from monitor.demo.faults import Fault
from monitor.demo.server import Answer
from monitor.plan import is_due
from tests.integration.pipeline.stages.face import DAY, DOWN, HALF, HALVED, HEADLINE, HOUR
from tests.lib.http_server import Reply
from tests.lib.schemas import SCHEMAS, problems

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    import pytest

    from storage.values import Coverage
    from tests.integration.pipeline.stages.face import Face, Trouble
    from tests.integration.pipeline.village import Village


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
        return self.face.opened()

    def register(self) -> None:
        """Register the account, and listen to what is asked."""
        face, label = self.face, self.label
        face.join()
        named = ""
        if face.secret:
            self.village.environ["CLERKWATCH_SECRET_IT"] = face.secret
            self.monkeypatch.setenv("CLERKWATCH_SECRET_IT", face.secret)
            named = 'credential = "it"\n'
        self.village.register(
            f'id = "{label}"\nplatform = "{face.platform}"\nhandle = "{face.handle}"\n'
            f'kind = "council"\nowner = "Jo"\napi_base = "{face.url()}"\n{named}'
        )
        face.listen(self.monkeypatch, self._turned)

    def _turned(self) -> Trouble | None:
        """Count a page of the list, and let happen what was planned for it."""
        self._page += 1
        planned = self._plans.get(self._page, lambda: None)()
        return planned if isinstance(planned, (Reply, Answer, Fault)) else None

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
        """Publish so much that the list has this many pages, a minute apart, since yesterday.

        What a list of one page no longer holds was never to be had.
        """
        count = self.face.page * (pages - 1) + 5
        each = timedelta(minutes=1)
        posts = [self.post(f"Notice {n}.", ago=HOUR + each * (count - n)) for n in range(count)]
        if not self.face.differs.is_one_document:
            return posts
        self.missed.update(posts[: -self.face.page])
        return posts[-self.face.page :]

    def delete(self, post: str) -> Callable[[], None]:
        """Take a post down; return what puts it back."""
        self.deletions += 1
        self.down.add(post)
        if pushed_out := [each for each in self.posts if each in self.missed]:
            self.missed.discard(pushed_out[-1])  # there is room for it again
        put_back = self.face.delete(post)

        def restore() -> None:
            self.down.discard(post)
            put_back()

        return restore

    def between_pages(self, happens: Callable[[], object]) -> None:
        """Let something happen after the first page of the next list was made."""
        self._on_page(2, happens)

    def breaks_off(self) -> None:
        """Let the next list end after a part of it."""
        self._on_page(2, lambda: HALVED if self.face.differs.is_one_document else DOWN)

    def breaks_on(self, number: int, reply: Trouble) -> None:
        """Let a page of the next list, from 1, be answered so."""
        self._on_page(number, lambda: reply)

    def _on_page(self, number: int, happens: Callable[[], object]) -> None:
        """Let something happen when a page is asked for; what it returns is answered."""
        differs = self.face.differs
        is_one = differs.is_one_document or (differs.lists_only_new and self.read)
        of = 1 if is_one else number
        self._plans[self._page + of] = happens

    def refuses(self, reply: Trouble, *, readings: int = 1) -> None:
        """Let the first page of so many readings be answered so."""
        for number in range(1, readings + 1):
            self._plans[self._page + number] = lambda: reply

    def shows_nothing(self) -> None:
        """Let every list of the next reading be empty, for that reading only."""
        for number in range(1, self.face.differs.empty_lists + 1):
            self._plans[self._page + number] = self.face.empty

    # --- reading it --------------------------------------------------------------------------

    def scan(self, after: timedelta = timedelta(), *, insist: bool = False) -> Coverage:
        """Let time pass and read it."""
        read = self.village.covered(after=after, insist=insist)
        self.read.append(read)
        return read

    def wait_for(self, post: str) -> None:
        """Let time pass until a post is read again, where that is not at every reading."""
        if not self.face.differs.lists_only_new:
            return
        account, month = self.village.app.register[0].id, 30 * DAY
        known = self.village.store.due_posts(account, as_of=self.now(), look_back=month)
        mine = next(each for each in known if each.platform_id == post)
        while not is_due(mine, as_of=self.now()):
            self.village.clock.advance(HALF)

    def counts(self, after: timedelta = timedelta()) -> tuple[int, int, int, int]:
        """Read it; return how many posts were new, edited, gone, and not to be told."""
        one = self.scan(after).recorded
        return one.new, one.edited, one.gone, one.cannot_tell

    def texts(self, post: str) -> list[str]:
        """Return the versions of a post, the present one first."""
        found = [one for one in self._versions() if one.subject_platform_id == post]
        found.sort(key=lambda one: not one.is_current)
        return [
            one.words.text[: one.words.own_length].removeprefix(HEADLINE).strip() for one in found
        ]

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
