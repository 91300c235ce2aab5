"""Bluesky, Mastodon, YouTube and Instagram, each on a scripted server."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from connectors._youtube_words import VIDEO
from tests.integration.pipeline.stages.face import HEADLINE, ScriptedFace
from tests.lib import bluesky_server as sky
from tests.lib import instagram_server as gram
from tests.lib import mastodon_server as masto
from tests.lib import youtube_server as tube
from tests.lib.http_server import Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.integration.pipeline.village import Village
    from tests.lib.http_server import Asked

USED_UP = {
    "X-Business-Use-Case-Usage": json.dumps(
        {"1": [{"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": 60}]}
    )
}


class Bluesky(ScriptedFace):
    """Bluesky, where whoever is not signed in reads."""

    platform, handle, page, secret = "bluesky", "fernbeck-tc.example", 100, ""
    refused = sky.problem("AuthMissing", "Authentication Required", 401)
    town: sky.BlueskyTown

    def __init__(self, village: Village) -> None:
        super().__init__(village)
        self.town = sky.BlueskyTown(village.clock.now)

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


class Mastodon(ScriptedFace):
    """Mastodon, with a token."""

    platform, handle, page = "mastodon", "@fernbeck@social.example", 40
    secret = "canary-of-fernbeck-on-mastodon"
    refused = masto.problem("The access token was revoked", 401)
    town: masto.MastodonTown

    def __init__(self, village: Village) -> None:
        super().__init__(village)
        self.town = masto.MastodonTown(village.clock.now)
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


class YouTube(ScriptedFace):
    """YouTube, with a key."""

    platform, handle, page, secret = "youtube", "@fernbeck", 50, tube.KEY
    refused = tube.refusal(400, "keyInvalid")
    limited = tube.refusal(403, "rateLimitExceeded")
    town: tube.YouTubeTown

    def __init__(self, village: Village) -> None:
        super().__init__(village)
        self.town = tube.YouTubeTown(village.clock.now)

    def join(self) -> None:
        """Open the channel."""
        self.channel = self.town.channel("Fernbeck", "fernbeck")

    def post(self, text: str, at: datetime) -> str:
        """Upload a video with these words."""
        return VIDEO + self.town.upload(self.channel, HEADLINE, text, at=at)

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


class Instagram(ScriptedFace):
    """Instagram, with the page's token."""

    platform, handle, page, secret = "instagram", "elmtown", 50, gram.TOKEN
    refused = gram.problem(190, "x", subcode=460)
    limited = replace(gram.problem(4, "limit"), headers=USED_UP)
    town: gram.InstagramTown

    def __init__(self, village: Village) -> None:
        super().__init__(village)
        self.town = gram.InstagramTown(village.clock.now)

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
