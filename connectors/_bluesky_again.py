"""Reading known Bluesky posts again: shown, edited, or said by Bluesky itself to be missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.errors import LaterError
from config.types import Outcome, Reason
from connectors import _bluesky_words as b
from connectors._bluesky_calls import MOST_IDS, Record
from connectors._json import objects, words
from connectors.base import Reread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectors._bluesky_calls import Calls
    from connectors._bluesky_words import Place
    from connectors._json import JSON
    from connectors._redact import Redactor
    from connectors.base import FetchedPost, KnownPost

_MOST_RECORDS = 40
_MOST_FAILURES = 2
_NOT_SHOWN = "Bluesky does not show it, but does not say that it is gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doubt:
    """A post that Bluesky did not show: what is asked about it next.

    Attributes:
        platform_id: Which post.
        place: The record whose absence decides.
        why: What it means for the Clerk if that record is not there.
    """

    platform_id: str
    place: Place
    why: str


class Again:
    """Looks for posts of one account in one run."""

    def __init__(self, calls: Calls, *, did: str, redactor: Redactor) -> None:
        """Keep what asks, the account's lasting id, and what takes secrets out."""
        self._calls = calls
        self._did = did
        self._redactor = redactor

    def look(
        self, known: Sequence[KnownPost], *, seen: Mapping[str, FetchedPost]
    ) -> Iterator[Reread]:
        """Say of each post whether it stands.

        Args:
            known: What to look for.
            seen: What the listing of this run has shown; not asked for again.

        Raises:
            AccessError: The whole account is gone: no post is called gone for that.
            LaterError, ContractError: As `Calls.profile` does.
        """
        own: dict[str, Place] = {}
        shared: dict[str, tuple[Place, Place | None]] = {}
        for post in known:
            place, original = b.place_of(post.platform_id), b.original_of(post.platform_id)
            if post.platform_id in seen:
                yield _shown(post.platform_id, seen[post.platform_id])
            elif original is not None:
                shared[post.platform_id] = (original, b.place_of(post.current_id))
            elif place is not None and (place.did, place.kind) == (self._did, b.POSTS):
                own[post.platform_id] = place
            else:
                said = "its id is none of this account on Bluesky"
                yield _cannot_tell(post.platform_id, Reason.CONTRACT, said)
        doubts: list[_Doubt] = []
        yield from self._look_up(own, doubts)
        yield from self._look_up_shared(shared, doubts)
        yield from self._settle(doubts)

    def _look_up(self, own: Mapping[str, Place], doubts: list[_Doubt]) -> Iterator[Reread]:
        """Yield which posts of the account are shown; collect the others in ``doubts``."""
        for lot in _lots(list(own)):
            found = _by_uri(self._calls.posts(lot))
            for uri in lot:
                view = found.get(uri)
                if view is None:
                    why = "Bluesky says that there is no such post"
                    doubts.append(_Doubt(platform_id=uri, place=own[uri], why=why))
                    continue
                post = b.post_of(view, did=self._did, redactor=self._redactor)
                yield _shown(uri, post)

    def _look_up_shared(
        self, shared: Mapping[str, tuple[Place, Place | None]], doubts: list[_Doubt]
    ) -> Iterator[Reread]:
        """Do the same for reposts: the other's post must stand, and the sharing of it too.

        They are asked for apart from the account's own: one post of somebody suspended has
        been seen to break the answer for all that were asked with it.
        """
        for lot in _lots(list(shared)):
            try:
                answer = self._calls.posts([shared[name][0].uri for name in lot])
            except LaterError as error:
                if error.reason is not Reason.TRANSIENT:
                    raise
                for name in lot:
                    said = "the posts that are shared could not be read just now"
                    yield _cannot_tell(name, Reason.TRANSIENT, said)
                continue
            found = _by_uri(answer)
            for name in lot:
                original, record = shared[name]
                view = found.get(original.uri)
                if view is None:
                    why = "Bluesky says that the shared post is no longer there"
                    doubts.append(_Doubt(platform_id=name, place=original, why=why))
                elif record is None:
                    said = "Bluesky does not say whether it is still shared"
                    yield _cannot_tell(name, Reason.PARTIAL, said)
                else:
                    yield from self._sharing(name, view, record, doubts)

    def _sharing(
        self, name: str, view: JSON, record: Place, doubts: list[_Doubt]
    ) -> Iterator[Reread]:
        """Yield whether a post that stands is still shared."""
        said = self._calls.record(record)
        if said is Record.STANDS:
            post = b.shared_of(view, record=record, at=None, did=self._did, redactor=self._redactor)
            yield _shown(name, post)
        elif said is Record.MISSING:
            why = "the account no longer shares it"
            doubts.append(_Doubt(platform_id=name, place=record, why=why))
        else:
            yield _cannot_tell(name, Reason.PARTIAL, _NOT_SHOWN)

    def _settle(self, doubts: Sequence[_Doubt]) -> Iterator[Reread]:
        """Ask for each record that was not shown, and let the account prove itself alive."""
        missing: list[_Doubt] = []
        failures = 0
        for index, doubt in enumerate(doubts):
            if index >= _MOST_RECORDS or failures >= _MOST_FAILURES:
                said = "not shown in the list; whether it is gone was not asked in this run"
                yield _cannot_tell(doubt.platform_id, Reason.PARTIAL, said)
                continue
            try:
                said_of_it = self._calls.record(doubt.place)
            except LaterError as error:
                if error.reason is not Reason.TRANSIENT:
                    raise
                failures += 1
                yield _cannot_tell(doubt.platform_id, Reason.TRANSIENT, _NOT_SHOWN)
                continue
            if said_of_it is Record.MISSING:
                missing.append(doubt)
                continue
            if said_of_it is Record.UNSAID:
                self._probe_quietly()
            yield _cannot_tell(doubt.platform_id, Reason.PARTIAL, _NOT_SHOWN)
        yield from self._confirm(missing)

    def _probe_quietly(self) -> LaterError | None:
        """Prove the account alive; return why that cannot be told just now, if so.

        Raises:
            AccessError, ContractError: As `Calls.profile` does.
        """
        try:
            self._calls.profile()
        except LaterError as error:
            return error
        return None

    def _confirm(self, missing: Sequence[_Doubt]) -> Iterator[Reread]:
        """Yield ``gone`` for what Bluesky calls missing, once the account has proved alive."""
        if not missing:
            return
        trouble = self._probe_quietly()
        for doubt in missing:
            if trouble is not None:
                said = "Bluesky does not show it, but whether the account is well is not known"
                yield _cannot_tell(doubt.platform_id, trouble.reason, said)
                continue
            yield Reread(
                platform_id=doubt.platform_id,
                outcome=Outcome.GONE,
                reason=Reason.GONE_OR_HIDDEN,
                detail=doubt.why,
            )


def _lots(names: list[str]) -> Iterator[list[str]]:
    return (names[start : start + MOST_IDS] for start in range(0, len(names), MOST_IDS))


def _by_uri(answer: JSON) -> dict[str, JSON]:
    return {words(view.get("uri")): view for view in objects(answer["posts"])}


def _shown(platform_id: str, post: FetchedPost | None) -> Reread:
    if post is None:
        said = "Bluesky gave something about it that is no post of the account"
        return _cannot_tell(platform_id, Reason.PARTIAL, said)
    return Reread(platform_id=platform_id, outcome=Outcome.PRESENT, post=post)


def _cannot_tell(platform_id: str, reason: Reason, why: str) -> Reread:
    return Reread(platform_id=platform_id, outcome=Outcome.CANNOT_TELL, reason=reason, detail=why)
