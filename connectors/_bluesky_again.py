"""Reading known Bluesky posts again: shown, edited, or said by Bluesky itself to be missing."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from config.errors import LaterError
from config.types import Reason
from connectors import _bluesky_words as b
from connectors._bluesky_calls import MOST_IDS, Record
from connectors._json import objects, words
from connectors._settling import Doubt, Said, cannot_tell, settle, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectors._bluesky_calls import Calls
    from connectors._bluesky_words import Place
    from connectors._json import JSON
    from connectors._redact import Redactor
    from connectors.base import FetchedPost, KnownPost, Reread

_NOT_SHOWN = "Bluesky does not show it, but does not say that it is gone"


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
                yield cannot_tell(post.platform_id, Reason.CONTRACT, said)
        doubts: list[Doubt] = []
        yield from self._look_up(own, doubts)
        yield from self._look_up_shared(shared, doubts)
        yield from settle(doubts, title="Bluesky", ask=self._ask, probe=self._probe)

    def _look_up(self, own: Mapping[str, Place], doubts: list[Doubt]) -> Iterator[Reread]:
        """Yield which posts of the account are shown; collect the others in ``doubts``."""
        for lot in _lots(list(own)):
            found = _by_uri(self._calls.posts(lot))
            for uri in lot:
                view = found.get(uri)
                if view is None:
                    why = "Bluesky says that there is no such post"
                    doubts.append(Doubt(platform_id=uri, asked=own[uri].uri, why=why))
                    continue
                post = b.post_of(view, did=self._did, redactor=self._redactor)
                yield _shown(uri, post)

    def _look_up_shared(
        self, shared: Mapping[str, tuple[Place, Place | None]], doubts: list[Doubt]
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
                    yield cannot_tell(name, Reason.TRANSIENT, said)
                continue
            found = _by_uri(answer)
            for name in lot:
                original, record = shared[name]
                view = found.get(original.uri)
                if view is None:
                    why = "Bluesky says that the shared post is no longer there"
                    doubts.append(Doubt(platform_id=name, asked=original.uri, why=why))
                elif record is None:
                    said = "Bluesky does not say whether it is still shared"
                    yield cannot_tell(name, Reason.PARTIAL, said)
                else:
                    yield from self._sharing(name, view, record, doubts)

    def _sharing(
        self, name: str, view: JSON, record: Place, doubts: list[Doubt]
    ) -> Iterator[Reread]:
        """Yield whether a post that stands is still shared."""
        said = self._calls.record(record)
        if said is Record.STANDS:
            post = b.shared_of(view, record=record, at=None, did=self._did, redactor=self._redactor)
            yield _shown(name, post)
        elif said is Record.MISSING:
            why = "the account no longer shares it"
            doubts.append(Doubt(platform_id=name, asked=record.uri, why=why))
        else:
            yield cannot_tell(name, Reason.PARTIAL, _NOT_SHOWN)

    def _ask(self, doubt: Doubt) -> Said:
        """Ask for a record that was not shown.

        One that stands is hidden by moderators, or the index lags: that is no proof of either.
        """
        place = b.place_of(doubt.asked)
        said = self._calls.record(place) if place is not None else Record.UNSAID
        if said is Record.MISSING:
            return Said.MISSING
        if said is Record.UNSAID:
            with suppress(LaterError):  # an account that is gone ends the reading
                self._calls.profile()
        return Said.UNSAID

    def _probe(self) -> None:
        self._calls.profile()


def _lots(names: list[str]) -> Iterator[list[str]]:
    return (names[start : start + MOST_IDS] for start in range(0, len(names), MOST_IDS))


def _by_uri(answer: JSON) -> dict[str, JSON]:
    return {words(view.get("uri")): view for view in objects(answer["posts"])}


def _shown(platform_id: str, post: FetchedPost | None) -> Reread:
    if post is None:
        said = "Bluesky gave something about it that is no post of the account"
        return cannot_tell(platform_id, Reason.PARTIAL, said)
    return shown(platform_id, post)
