"""How Bluesky shows what hangs on a post: a record's embed turned into its view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

CDN = "https://cdn.bsky.example/img"


def iso(at: datetime) -> str:
    """Return an instant as Bluesky writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def blob(cid: str, kind: str = "image/jpeg") -> dict[str, Any]:
    """Return what a record holds of a picture or film."""
    return {"$type": "blob", "ref": {"$link": cid}, "mimeType": kind, "size": 1}


def images(*pictures: tuple[str, str]) -> dict[str, Any]:
    """Return an embed of pictures: alternative text and CID of each."""
    return {
        "$type": "app.bsky.embed.images",
        "images": [{"alt": alt, "image": blob(cid)} for alt, cid in pictures],
    }


def external(uri: str, title: str, description: str) -> dict[str, Any]:
    """Return an embed of a link preview."""
    stated = {"uri": uri, "title": title, "description": description}
    return {"$type": "app.bsky.embed.external", "external": stated}


def quote(ref: dict[str, str], media: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an embed of a quoted post, with pictures beside it if given."""
    record = {"$type": "app.bsky.embed.record", "record": ref}
    if media is None:
        return record
    return {"$type": "app.bsky.embed.recordWithMedia", "record": record, "media": media}


def link(text: str, shown: str, uri: str) -> dict[str, Any]:
    """Return the facet that makes the shown words of a text a link."""
    before = text[: text.index(shown)].encode()
    index = {"byteStart": len(before), "byteEnd": len(before) + len(shown.encode())}
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": uri}
    return {"index": index, "features": [feature]}


def embed_view(embed: dict[str, Any], quoted: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Return an embed as it is shown.

    Args:
        embed: As the record holds it.
        quoted: Makes the view of a quoted post from its address.
    """
    kind = embed["$type"]
    view: dict[str, Any] = {"$type": f"{kind}#view"}
    if kind.endswith(".images"):
        return view | {"images": [_picture(each, "thumb") for each in embed["images"]]}
    if kind.endswith(".gallery"):
        items = [
            {
                "$type": f"{kind}#viewImage",
                "aspectRatio": each["aspectRatio"],
                **_picture(each, "thumbnail"),
            }
            for each in embed["items"]
        ]
        return view | {"items": items}
    if kind.endswith(".video"):
        cid = embed["video"]["ref"]["$link"]
        place = f"https://video.bsky.example/{cid}"
        film = {"cid": cid, "playlist": f"{place}/playlist.m3u8", "alt": embed.get("alt", "")}
        return view | film | {"thumbnail": f"{place}/thumbnail.jpg"}
    if kind.endswith(".external"):
        return view | {"external": embed["external"]}
    if kind.endswith(".record"):
        return view | {"record": quoted(embed["record"]["uri"])}
    return view | {
        "media": embed_view(embed["media"], quoted),
        "record": embed_view(embed["record"], quoted),
    }


def _picture(each: dict[str, Any], thumb: str) -> dict[str, Any]:
    place = f"{CDN}/feed_fullsize/plain/did:plc:x/{each['image']['ref']['$link']}@jpeg"
    return {"alt": each["alt"], "fullsize": place, thumb: place}
