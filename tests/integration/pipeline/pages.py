"""A Facebook page on which others write, what befalls it, and what was recorded of it.

The truth is kept beside what the platform shows; at the end what was recorded is held against it:
each post, comment and visitor's post once under its own id, none called gone that stood, and
``accounts show`` without a contradiction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from config.types import AccountId, CoverageStatus, Outcome, SubjectKind
from connectors._graph_comments import COMMENT
from monitor.demo.world import Condition, Site
from tests.integration.pipeline.stages import told_well
from tests.integration.pipeline.village import CLEAN, DAY

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from monitor.demo.server import Answer, Request
    from storage.values import Coverage, VersionToJudge
    from tests.integration.pipeline.village import Village

HALF, HOUR, MINUTE = timedelta(minutes=30), timedelta(hours=1), timedelta(minutes=1)
BOTH = {"comments", "visitors' posts"}


@dataclass
class Page:
    """One page of the village, with ``comments = true``.

    Attributes:
        stood: Our id of everything that some reading could see, in the order in which it came.
        down: What of it was really taken down, and is not back.
        deletions: How often something was taken down that the public had seen.
        unseen: Blind spots that are named at the end beside those of every page.
    """

    village: Village
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    label: str = ""
    stood: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    deletions: int = 0
    unseen: set[str] = field(default_factory=set)
    read: list[Coverage] = field(default_factory=list)
    _plans: list[tuple[str, Callable[[], object]]] = field(default_factory=list)

    def open(self) -> None:
        """Register the page with three harmless posts of the days before, and listen."""
        self.label = self.village.account(Site.FACEBOOK, more="comments = true\n")
        for number in range(3):
            self.post(f"{CLEAN} Week {number}.", ago=(number + 1) * DAY)
        platform: Any = self.village.servers[Site.FACEBOOK].platform
        answer = platform.answer

        def listened(request: Request, *, empty: bool) -> Answer:
            for plan in [each for each in self._plans if request.path.endswith(each[0])][:1]:
                self._plans.remove(plan)
                plan[1]()
            given: Answer = answer(request, empty=empty)
            return given

        self.monkeypatch.setattr(platform, "answer", listened)

    # --- what befalls it ---------------------------------------------------------------------

    @property
    def world(self) -> Any:
        """Return the town."""
        return self.village.world

    def post(self, text: str, *, ago: timedelta = timedelta()) -> str:
        """Publish something as the page; return its id."""
        return self._stands(self.village.publish(self.label, text, ago=ago))

    def visit(self, text: str, *, by: str = "Rowan Marsh") -> str:
        """Let a visitor post something; return its id."""
        return self._stands(self.world.visit(self.label, self._now(), text, by=by))

    def comment(self, under: str, text: str, *, by: str = "Rowan Marsh") -> str:
        """Let somebody write below a post or a comment; empty ``by``: the page itself."""
        number = self.world.comment(under.removeprefix(COMMENT), self._now(), text, by=by)
        return self._stands(f"{COMMENT}{number}")

    def schedule(self, text: str, *, ahead: timedelta) -> str:
        """Schedule something; return its id."""
        at = self._now()
        return self._stands(self.world.schedule(self.label, at, text, appears_at=at + ahead))

    def edit(self, name: str, text: str) -> None:
        """Let it say something else, now."""
        self.world.edit(name.removeprefix(COMMENT), self._now(), text)

    def delete(self, name: str, *, was_public: bool = True) -> None:
        """Take something down, now."""
        self.world.delete(name.removeprefix(COMMENT), self._now())
        self.down.add(name)
        self.deletions += was_public

    def restore(self, name: str) -> None:
        """Let it stand again under its old id."""
        self.village.restore(name.removeprefix(COMMENT))
        self.down.discard(name)

    def hide(self, name: str) -> None:
        """Let the page hide something."""
        self.world.hide(name.removeprefix(COMMENT), self._now())

    def suffer(self, condition: Condition, *, holds: bool = True) -> None:
        """Begin or end a condition, now."""
        self.world.set_condition(self.label, condition, self._now(), holds=holds)

    def when_asked(self, end_of_path: str, happens: Callable[[], object]) -> None:
        """Let something happen, once, when something is asked for, before it is answered."""
        self._plans.append((end_of_path, happens))

    def _stands(self, name: str) -> str:
        self.stood.append(name)
        return name

    def _now(self) -> Any:
        return self.village.clock.now()

    # --- reading it --------------------------------------------------------------------------

    def scan(self, after: timedelta = HALF, *, insist: bool = False) -> Coverage:
        """Let time pass and read it."""
        read = self.village.covered(after=after, insist=insist)
        self.read.append(read)
        return read

    def counts(self, after: timedelta = HALF) -> tuple[int, int, int, int]:
        """Read it whole; return how many were new, edited, gone, and not to be told."""
        read = self.scan(after)
        assert read.status is CoverageStatus.READ, read.error
        one = read.recorded
        return one.new, one.edited, one.gone, one.cannot_tell

    def asked(self) -> int:
        """Return how many requests were made so far."""
        return self.village.asked(self.label)

    def versions(self, name: str) -> list[VersionToJudge]:
        """Return what is stored of one, the present version first."""
        found = [one for one in self._all() if one.subject_platform_id == name]
        return sorted(found, key=lambda one: not one.is_current)

    def texts(self, name: str) -> list[str]:
        """Return the words of its versions, the present one first."""
        return [one.words.text for one in self.versions(name)]

    def outcome(self, name: str) -> Outcome | None:
        """Return what was last read of one; None if it is no longer looked after."""
        due = self.village.store.due_posts(
            AccountId(self.label), as_of=self._now(), look_back=60 * DAY
        )
        return next((one.last_outcome for one in due if one.platform_id == name), None)

    def _all(self) -> list[VersionToJudge]:
        kind = SubjectKind.POST
        return [one for one in self.village.versions(self.label) if one.subject_kind is kind]

    # --- the end -----------------------------------------------------------------------------

    def ends_well(self) -> None:
        """Hold what was recorded against the truth, and ``accounts show`` against both."""
        assert self.read[-1].status is CoverageStatus.READ, self.read[-1]
        known = sorted({one.subject_platform_id for one in self._all()})
        assert known == sorted(set(self.stood))
        assert len([one for one in self._all() if one.is_first]) == len(known)
        # What has a case is read again after it went, and is gone at each of these readings.
        assert any(read.recorded.gone for read in self.read) is (self.deletions > 0)
        lasting = {name: self.outcome(name) for name in known}
        assert {name for name, seen in lasting.items() if seen is Outcome.GONE} <= self.down
        standing = [seen for name, seen in lasting.items() if name not in self.down]
        assert set(standing) <= {Outcome.PRESENT, Outcome.EDITED}
        by_others = {one.subject_platform_id for one in self._all() if one.author}
        assert all(name.startswith(COMMENT) or self._is_visit(name) for name in by_others)
        assert self.village.store.verify_ledger().faults == ()
        told = told_well(self.village, self.label, self.read, self.monkeypatch, self.capsys)
        spots = {*BOTH, "scheduled posts"} & set(told["blind_spots"])
        assert spots == self.unseen

    def _is_visit(self, name: str) -> bool:
        return bool(self.world._posts[name].by)
