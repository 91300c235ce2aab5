"""YouTube's JSON turned into our values: pure, no request, nothing remembered.

Nothing here raises on odd input: what is not of the documented type counts as absent. Counts,
the state of a broadcast, and addresses of thumbnails change by themselves and stay out of the
content; a thumbnail is named by the hash of its bytes.

The answer itself is not kept: YouTube's terms want data that is not refreshed deleted after
thirty days, and it holds nothing that the words do not hold.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from connectors import _html
from connectors._json import JSON, inner, instant, words
from connectors.base import Content, Extra, FetchedPost, Still

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

VIDEO, COMMENT = "yt:video:", "yt:comment:"
"""How YouTube's own feed names a video; comments are named after it."""
WATCH = "https://www.youtube.com/watch?v="

_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_COMMENT_ID = re.compile(r"[A-Za-z0-9_.-]{10,120}")
_SIZES = ("maxres", "standard", "high", "medium", "default")
_TAKEN_DOWN = {"deleted": "it was deleted", "rejected": "YouTube has taken it down"}
_MOST_LANGUAGES = 20


def video_id(value: Any) -> str | None:
    """Return a video's id; None if it is none."""
    return value if isinstance(value, str) and _VIDEO_ID.fullmatch(value) else None


def asked_id(platform_id: str) -> tuple[str, str] | None:
    """Return ``(kind, YouTube's own id)`` of one of our ids; None if it is none of YouTube's."""
    for kind, shape in ((VIDEO, _VIDEO_ID), (COMMENT, _COMMENT_ID)):
        own = platform_id.removeprefix(kind)
        if own != platform_id and shape.fullmatch(own):
            return kind, own
    return None


def listed(item: JSON) -> tuple[str | None, datetime | None]:
    """Return which video a list names and when that was published; None: it does not say."""
    details = inner(item, "contentDetails")
    return video_id(details.get("videoId")), instant(details.get("videoPublishedAt"))


def taken_down(video: JSON) -> str:
    """Return why a video that is still told of is no longer shown; empty if it is shown."""
    return _TAKEN_DOWN.get(words(inner(video, "status").get("uploadStatus")), "")


def is_unlisted(video: JSON) -> bool:
    """Tell whether a video opens by its address only."""
    return inner(video, "status").get("privacyStatus") == "unlisted"


def thumbnail(video: JSON) -> str:
    """Return where the largest thumbnail lies; empty if none is told."""
    told = inner(video, "snippet", "thumbnails")
    places = (_html.web_address(words(inner(told, size).get("url"))) for size in _SIZES)
    return next((place for place in places if place), "")


def video_of(video: JSON, *, channel: str, picture: str) -> FetchedPost | None:
    """Return a video of the channel; None if it is another's, private, or none at all.

    Args:
        video: As YouTube gives it.
        channel: The channel's lasting id.
        picture: Hash of its thumbnail; empty if that is not known.
    """
    own, snippet = video_id(video.get("id")), inner(video, "snippet")
    is_private = inner(video, "status").get("privacyStatus") == "private"
    if own is None or snippet.get("channelId") != channel or is_private:
        return None
    description = _html.clean(words(snippet.get("description"))).strip()
    place = thumbnail(video)
    return FetchedPost(
        platform_id=f"{VIDEO}{own}",
        url=f"{WATCH}{own}",
        published_at=instant(snippet.get("publishedAt")),
        content=Content(
            own=description,
            extras=tuple(_extras(video, description)),
            links=_html.addresses_in(description),
            pictures=(picture,) if picture else (),
        ),
        stills=(Still(name=picture, address=place),) if picture and place else (),
    )


def _extras(video: JSON, description: str) -> Iterator[Extra]:
    snippet = inner(video, "snippet")
    title = _html.clean(words(snippet.get("title"))).strip()
    if title:
        yield Extra(kind="title", text=title)
    for text in _translations(video, {title, description}):
        yield Extra(kind="title", text=text)
    told = snippet.get("tags")
    for tag in told if isinstance(told, list) else []:
        if text := words(tag).strip():
            yield Extra(kind="tag", text=text)


def _translations(video: JSON, known: set[str]) -> Iterator[str]:
    """Yield title and description in the other languages in which viewers see them."""
    told = inner(video, "localizations")
    for language in sorted(map(str, told))[:_MOST_LANGUAGES]:
        for name in ("title", "description"):
            text = _html.clean(words(inner(told, language).get(name))).strip()
            if text and text not in known:
                known.add(text)
                yield text


def comment_of(comment: JSON, *, channel: str, video: str = "") -> FetchedPost | None:
    """Return a comment under a video; by another author, unless the channel wrote it itself.

    Args:
        comment: As YouTube gives it.
        channel: The channel's lasting id.
        video: Under which video, where the comment itself does not say.
    """
    own, snippet = comment.get("id"), inner(comment, "snippet")
    if not isinstance(own, str) or not _COMMENT_ID.fullmatch(own) or not snippet:
        return None
    under = video_id(snippet.get("videoId")) or video_id(video)
    parent = words(snippet.get("parentId"))
    above = f"{COMMENT}{parent}" if _COMMENT_ID.fullmatch(parent) else None
    published, updated = instant(snippet.get("publishedAt")), instant(snippet.get("updatedAt"))
    is_edited = published is not None and updated is not None and updated > published
    is_own = inner(snippet, "authorChannelId").get("value") == channel
    text = _html.clean(words(snippet.get("textDisplay")) or words(snippet.get("textOriginal")))
    return FetchedPost(
        platform_id=f"{COMMENT}{own}",
        url=f"{WATCH}{under}&lc={own}" if under else "",
        published_at=published,
        edited_at=updated if is_edited else None,
        author="" if is_own else words(snippet.get("authorDisplayName")).strip() or "unknown",
        parent_id=above or (f"{VIDEO}{under}" if under else None),
        content=Content(own=text.strip(), links=_html.addresses_in(text)),
    )


# --- the channel -------------------------------------------------------------------------------


def uploads_of(channel: JSON) -> str:
    """Return the list of a channel's uploads; empty if it has none."""
    found = inner(channel, "contentDetails", "relatedPlaylists").get("uploads")
    return found if isinstance(found, str) and re.fullmatch(r"[A-Za-z0-9_-]{10,60}", found) else ""


def avatar(channel: JSON) -> str:
    """Return where the channel's picture lies; empty if none is told."""
    return thumbnail(channel)


def profile_content(channel: JSON, *, is_named: bool) -> Content:
    """Return the channel's face: its words as text too, so that a rule can quote them.

    Args:
        channel: As YouTube gives it.
        is_named: The register knows it by its name, not by its id.
    """
    snippet, branding = inner(channel, "snippet"), inner(channel, "brandingSettings")
    stated = inner(branding, "channel")
    name = words(snippet.get("title"))
    description = _html.clean(words(snippet.get("description"))).strip()
    links = _html.addresses_in(description)
    keywords = words(stated.get("keywords"))
    fields = {
        "name": name,
        "handle": words(snippet.get("customUrl")) if is_named else "",
        "description": description,
        "links": "\n".join(links),
        "keywords": keywords,
        "trailer": words(stated.get("unsubscribedTrailer")),
        "picture": picture_name(avatar(channel)),
        "banner": picture_name(words(inner(branding, "image").get("bannerExternalUrl"))),
    }
    extras = [Extra(kind="title", text=name)] if name else []
    extras += [Extra(kind="tag", text=keywords)] if keywords else []
    return Content(own=description, extras=tuple(extras), links=links, fields=fields)


def face_stills(channel: JSON) -> tuple[Still, ...]:
    """Return where the channel's picture and banner lie."""
    banner = words(inner(channel, "brandingSettings", "image").get("bannerExternalUrl"))
    places = {"picture": avatar(channel), "banner": _html.web_address(banner) or ""}
    return tuple(Still(name=name, address=place) for name, place in places.items() if place)


def picture_name(address: str) -> str:
    """Return a name for a picture: its address but for server and size, which may change."""
    path = address.partition("://")[2].partition("/")[2].partition("?")[0].partition("=")[0]
    return hashlib.sha256(path.encode()).hexdigest()[:32] if path else ""
