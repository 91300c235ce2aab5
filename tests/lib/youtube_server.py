"""A YouTube on loopback: channels, videos and comments that change as a story says.

::

    with YouTubeTown(clock) as town:
        elm = town.channel("Elm Town Council", "elmtown")
        video = town.upload(elm, "The library opens at ten")
        town.edit(video, title="The library opens at nine")
        town.remove(video)

Each request and each answer is held against Google's discovery document; what does not fit
stands in `wrong`, and the fixture of the tests looks at it. A key in an address is wrong, too.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from tests.lib.http_server import Asked, Reply, ScriptedServer
from tests.lib.youtube_contract import wrong_in_answer, wrong_in_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

CHANNELS, UPLOADS, VIDEOS = "channels", "playlistItems", "videos"
THREADS, COMMENTS, EMBED = "commentThreads", "comments", "oembed"
KEY = "canary-youtube-key-42"
PNG = {"Content-Type": "image/png"}


def iso(at: datetime) -> str:
    """Return an instant as YouTube writes it."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _name(text: str, length: int) -> str:
    packed = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return packed[:length].replace("=", "x")


@dataclass
class Channel:
    """One channel.

    Attributes:
        is_open: False: closed, by whomever.
        has_uploads: Whether it has a list of uploads at all.
        face: More of its snippet.
    """

    id: str
    title: str
    name: str
    is_open: bool = True
    has_uploads: bool = True
    face: dict[str, Any] = field(default_factory=dict)


@dataclass
class Video:
    """One video.

    Attributes:
        at: When it was published.
        place: Where it stands in the list of uploads; larger is nearer to the top.
        state: ``public``, ``unlisted`` or ``private``.
        picture: Bytes of its thumbnail.
        embedding: Status of the embedding service; None: as the state says.
    """

    id: str
    by: Channel
    at: datetime
    place: float
    title: str
    description: str
    tags: list[str]
    state: str = "public"
    picture: bytes = b"first"
    more: dict[str, Any] = field(default_factory=dict)
    embedding: int | None = None


@dataclass
class Comment:
    """One comment, or an answer to one."""

    id: str
    video: str
    author: str
    text: str
    at: datetime
    updated_at: datetime
    parent: str | None = None


class YouTubeTown:
    """The channels, their videos, and the server; a context manager.

    Attributes:
        wrong: What did not fit the contract.
        units: How many units were used.
        told_replies: How many answers a thread holds at most.
        page_size: Most entries on a page, whatever is asked for.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Start empty.

        Args:
            clock: The present moment of the story; aware UTC.
        """
        self.server = ScriptedServer()
        self.wrong: list[str] = []
        self.units = 0
        self.told_replies = 5
        self.page_size = 50
        self._clock = clock
        self._channels: dict[str, Channel] = {}
        self._videos: dict[str, Video] = {}
        self._comments: dict[str, Comment] = {}
        self._coming: defaultdict[str, list[Reply]] = defaultdict(list)
        self._asked: list[str] = []
        self.server.on("/youtube/v3/*", self._serve)
        self.server.on("/oembed", self._embed)
        self.server.on("/vi/*", self._picture)

    def __enter__(self) -> Self:
        """Start serving."""
        self.server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self.server.__exit__(kind, error, trace)

    # --- the story ---------------------------------------------------------------------------

    def channel(self, title: str, name: str, **face: Any) -> Channel:
        """Open a channel."""
        channel = Channel(id=f"UC{_name(name, 22)}", title=title, name=name, face=face)
        self._channels[channel.id] = channel
        return channel

    def upload(
        self,
        channel: Channel,
        title: str,
        description: str = "",
        *,
        at: datetime | None = None,
        tags: list[str] | None = None,
        deeper: float = 0,
        **more: Any,
    ) -> str:
        """Publish a video; return its id.

        Args:
            channel: Whose.
            title: Its title.
            description: Its description.
            at: When; None: now.
            tags: Its tags.
            deeper: How many seconds deeper in the list than its time says.
            more: Further parts, as YouTube names them.
        """
        at = at or self._clock()
        number = _name(f"{channel.id} {len(self._videos)}", 11)
        self._videos[number] = Video(
            id=number,
            by=channel,
            at=at,
            place=at.timestamp() - deeper,
            title=title,
            description=description,
            tags=tags or [],
            more=more,
        )
        return number

    def edit(self, video: str, **parts: Any) -> None:
        """Change a video: ``title``, ``description``, ``tags``, ``picture``, ``state`` and more."""
        for name, value in parts.items():
            setattr(self._videos[video], name, value)

    def remove(self, video: str) -> None:
        """Delete a video."""
        del self._videos[video]

    def comment(
        self,
        video: str,
        author: str,
        text: str,
        *,
        at: datetime | None = None,
        parent: str | None = None,
    ) -> str:
        """Write a comment under a video, or an answer to one; return its id."""
        at = at or self._clock()
        stem = f"{parent}." if parent else "Ug"
        number = f"{stem}{_name(f'{video} {len(self._comments)}', 20)}"
        self._comments[number] = Comment(
            id=number, video=video, author=author, text=text, at=at, updated_at=at, parent=parent
        )
        return number

    def rewrite(self, comment: str, text: str) -> None:
        """Edit a comment."""
        found = self._comments[comment]
        found.text, found.updated_at = text, self._clock()

    def withdraw(self, comment: str) -> None:
        """Delete a comment."""
        del self._comments[comment]

    def next(self, call: str, *replies: Reply) -> None:
        """Let the next answers of a call be these; afterwards it behaves again."""
        self._coming[call].extend(replies)

    def forget_troubles(self) -> None:
        """Answer as usual from now on."""
        self._coming.clear()

    def asked(self) -> list[str]:
        """Return which calls were made, in order."""
        return list(self._asked)

    # --- the answers -------------------------------------------------------------------------

    def _serve(self, asked: Asked) -> Reply:
        call = asked.path.rsplit("/", 1)[1]
        self._asked.append(call)
        self.units += 1
        wrong = wrong_in_request(asked.path, asked.query)
        if "canary" in asked.target or "cookie" in asked.headers:
            wrong = "a key in the address, or a cookie"
        if wrong:
            self.wrong.append(f"{call}: {wrong}")
            return refusal(400, "invalidParameter", wrong)
        if self._coming[call]:
            return self._coming[call].pop(0)
        if asked.headers.get("x-goog-api-key") != KEY:
            return refusal(400, "badRequest", "API key not valid.", detail="API_KEY_INVALID")
        reply = self._answer(call, asked)
        if reply.status == 200 and (wrong := wrong_in_answer(asked.path, reply.json)):
            self.wrong.append(f"answer of {call}: {wrong}")
        return reply

    def _answer(self, call: str, asked: Asked) -> Reply:
        if call == CHANNELS:
            return self._listed("channel", self._channel(asked))
        if call == UPLOADS:
            return self._uploads(asked)
        if call == VIDEOS:
            ids = (asked.param("id") or "").split(",")
            found = [self._videos[each] for each in ids if self._shows(each)]
            return self._listed("video", [self.view(each) for each in found])
        if call == THREADS:
            return self._threads(asked)
        return self._listed("comment", self._told(asked))

    def _listed(self, kind: str, items: list[dict[str, Any]], **more: Any) -> Reply:
        body: dict[str, Any] = {
            "kind": f"youtube#{kind}ListResponse",
            "etag": "x",
            "pageInfo": {"totalResults": len(items), "resultsPerPage": self.page_size},
            **more,
        }
        if items or kind != "channel":  # an empty answer about channels has no list at all
            body["items"] = items
        return Reply(json=body)

    def _channel(self, asked: Asked) -> list[dict[str, Any]]:
        name = (asked.param("forHandle") or "").removeprefix("@").casefold()
        return [
            self.about(each)
            for each in self._channels.values()
            if each.is_open and (each.id == asked.param("id") or each.name.casefold() == name)
        ]

    def about(self, channel: Channel) -> dict[str, Any]:
        """Return a channel as it is told."""
        uploads = {"uploads": f"UU{channel.id[2:]}"} if channel.has_uploads else {}
        return {
            "kind": "youtube#channel",
            "etag": "x",
            "id": channel.id,
            "snippet": {
                "title": channel.title,
                "description": "",
                "customUrl": f"@{channel.name}",
                "publishedAt": "2020-01-01T00:00:00Z",
                "thumbnails": {"default": {"url": f"{self.server.url}/vi/face/{channel.name}=s88"}},
                **channel.face.get("snippet", {}),
            },
            "contentDetails": {"relatedPlaylists": {"likes": "", **uploads}},
            "brandingSettings": channel.face.get("brandingSettings", {}),
            "status": {"privacyStatus": "public"},
        }

    def _uploads(self, asked: Asked) -> Reply:
        owner = f"UC{(asked.param('playlistId') or '')[2:]}"
        channel = self._channels.get(owner)
        if channel is None or not channel.is_open or not channel.has_uploads:
            return refusal(404, "playlistNotFound", "The playlist cannot be found.")
        shown = [
            each for each in self._videos.values() if each.by is channel and each.state == "public"
        ]
        shown.sort(key=lambda each: each.place, reverse=True)
        start = int(asked.param("pageToken") or 0)
        size = min(int(asked.param("maxResults") or 5), self.page_size)
        items = [
            {
                "kind": "youtube#playlistItem",
                "etag": "x",
                "id": f"UU.{each.id}",
                "contentDetails": {"videoId": each.id, "videoPublishedAt": iso(each.at)},
            }
            for each in shown[start : start + size]
        ]
        more = {"nextPageToken": str(start + size)} if len(shown) > start + size else {}
        return self._listed("playlistItem", items, **more)

    def _shows(self, video: str) -> bool:
        found = self._videos.get(video)
        return found is not None and found.state != "private" and found.by.is_open

    def view(self, video: Video) -> dict[str, Any]:
        """Return a video as it is told."""
        tag = _name(repr((video.title, video.description, video.tags, video.picture)), 20)
        place = f"{self.server.url}/vi/{video.id}/high.png"
        shown: dict[str, Any] = {
            "kind": "youtube#video",
            "etag": tag,
            "id": video.id,
            "snippet": {
                "channelId": video.by.id,
                "channelTitle": video.by.title,
                "title": video.title,
                "description": video.description,
                "publishedAt": iso(video.at),
                "thumbnails": {"high": {"url": place, "width": 480, "height": 360}},
                "liveBroadcastContent": "none",
                **({"tags": video.tags} if video.tags else {}),
            },
            "status": {"privacyStatus": video.state, "uploadStatus": "processed"},
            "contentDetails": {"duration": "PT1M", "caption": "false"},
        }
        for name, part in video.more.items():
            shown[name] = {**shown.get(name, {}), **part}
        return shown

    def _threads(self, asked: Asked) -> Reply:
        channel = asked.param("allThreadsRelatedToChannelId")
        tops = [
            each
            for each in self._comments.values()
            if each.parent is None
            and self._shows(each.video)
            and self._videos[each.video].by.id == channel
        ]
        tops.sort(key=lambda each: each.at, reverse=True)
        start = int(asked.param("pageToken") or 0)
        size = min(int(asked.param("maxResults") or 20), self.page_size)
        page = tops[start : start + size]
        more = {"nextPageToken": str(start + size)} if len(tops) > start + size else {}
        return self._listed("commentThread", [self._thread(each) for each in page], **more)

    def _thread(self, top: Comment) -> dict[str, Any]:
        answers = [each for each in self._comments.values() if each.parent == top.id]
        told = [self.said(each) for each in answers[: self.told_replies]]
        return {
            "kind": "youtube#commentThread",
            "id": top.id,
            "snippet": {
                "channelId": self._videos[top.video].by.id,
                "videoId": top.video,
                "topLevelComment": self.said(top),
                "totalReplyCount": len(answers),
                "isPublic": True,
            },
            **({"replies": {"comments": told}} if told else {}),
        }

    def _told(self, asked: Asked) -> list[dict[str, Any]]:
        parent, ids = asked.param("parentId"), (asked.param("id") or "").split(",")
        return [
            self.said(each)
            for each in self._comments.values()
            if (each.parent == parent if parent else each.id in ids) and self._shows(each.video)
        ]

    def said(self, comment: Comment) -> dict[str, Any]:
        """Return a comment as it is told."""
        return {
            "kind": "youtube#comment",
            "id": comment.id,
            "snippet": {
                "videoId": comment.video,
                "textDisplay": comment.text,
                "authorDisplayName": f"@{comment.author}",
                "authorChannelId": {"value": f"UC{_name(comment.author, 22)}"},
                "publishedAt": iso(comment.at),
                "updatedAt": iso(comment.updated_at),
                "likeCount": self.units,
                **({"parentId": comment.parent} if comment.parent else {}),
            },
        }

    def _embed(self, asked: Asked) -> Reply:
        self._asked.append(EMBED)
        if self._coming[EMBED]:
            return self._coming[EMBED].pop(0)
        number = (asked.param("url") or "")[-11:]
        found = self._videos.get(number)
        if found is not None and found.embedding is not None:
            return Reply(status=found.embedding, body="no")
        if found is None or not found.by.is_open:
            return Reply(status=404, body="Not Found")
        if found.state == "private":
            return Reply(status=403, body="Forbidden")
        return Reply(json={"title": found.title})

    def _picture(self, asked: Asked) -> Reply:
        number = asked.path.split("/")[2]
        found = self._videos.get(number)
        return Reply(body=found.picture if found else b"face", headers=PNG)


def refusal(status: int, reason: str, message: str = "", *, detail: str = "") -> Reply:
    """Return an error in Google's form, its older and newer part."""
    error: dict[str, Any] = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": "youtube", "reason": reason}],
    }
    if detail:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": detail, "domain": "googleapis.com"}]
    return Reply(status=status, json={"error": error})
