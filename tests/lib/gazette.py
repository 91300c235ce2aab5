"""A town's gazette: one plain list of posts, read in one request; the smallest platform there is.

No part of clerkwatch: a test copies this file into the room and nothing else.
"""

from __future__ import annotations

from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING

from connectors._json import JSON, instant, load, objects, words
from connectors._listing import Listing
from connectors._service import Service
from connectors._settling import Doubt, Said, settle, shown
from connectors.base import Content, FetchedPost, FetchedProfile, Platform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors.base import Absence, Batch, Circumstances, KnownPost, Reread

BASE = "https://gazette.example"


class GazetteReader:
    """Reads one gazette in one run; a `connectors.base.Connector`."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Prepare; nothing is asked yet."""
        self._its, self._name = circumstances, circumstances.account.handle
        self._service = Service(circumstances, title="The gazette", base=BASE, headers={})
        self._seen: dict[str, FetchedPost] = {}

    def profile(self) -> FetchedProfile:
        """Return what the gazette says of itself."""
        fields = {key: words(self._paper.get(key)) for key in ("name", "description")}
        content = Content(own=fields["description"], fields=fields)
        url = f"{BASE}/{self._name}"
        return FetchedProfile(platform_id=self._name, handle=self._name, url=url, content=content)

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = 3200
    ) -> Iterator[Batch]:
        """Yield the one list of everything."""
        as_of = self._its.as_of
        listing = Listing(since=since, until=until, as_of=as_of, limit=limit, seen=self._seen)
        yield listing.last(listing.take(map(self._post, objects(self._paper.get("posts")))))

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Look for each in the list, then by itself; gone is what the gazette says it has not."""
        ids = [each.platform_id for each in known]
        yield from (shown(each, self._seen[each]) for each in ids if each in self._seen)
        doubts = [
            Doubt(platform_id=each, asked=each, why="taken out of the gazette") for each in ids
        ]
        missing = [doubt for doubt in doubts if doubt.platform_id not in self._seen]
        yield from settle(missing, title="The gazette", ask=self._single, probe=self.probe)

    def probe(self) -> None:
        """Prove that the gazette is there."""
        _ = self._paper

    def absence(self) -> Absence | None:
        """Return None: a gazette does not say that it has closed."""

    def validators(self) -> Mapping[str, str]:
        """Return nothing: each run asks for the whole."""
        return {}

    @cached_property
    def _paper(self) -> JSON:
        answer = self._service.get(f"/{self._name}.json")
        told = load(answer.content)
        if answer.status_code != HTTPStatus.OK or not isinstance(told, dict):
            raise self._service.refused(answer)
        return told

    def _post(self, told: JSON) -> FetchedPost:
        name = words(told.get("id"))
        return FetchedPost(
            platform_id=name,
            url=f"{BASE}/{self._name}/{name}",
            published_at=instant(told.get("at")),
            content=Content(own=words(told.get("text"))),
        )

    def _single(self, doubt: Doubt) -> FetchedPost | Said:
        answer = self._service.get(f"/{self._name}/{doubt.asked}.json")
        return Said.MISSING if answer.status_code == HTTPStatus.NOT_FOUND else Said.UNSAID


CONNECTOR = Platform(
    name="gazette",
    title="Town gazette",
    open=GazetteReader,
    needs_credential=False,
    blind_spots=("drafts", "comments"),
    removal_steps="Ask the editor to take the post out, and look at its address afterwards.",
)
