"""How the loopback Graph writes things down: pages, posts, attachments, errors."""

from __future__ import annotations

import zlib
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from monitor.demo import graph_fields
from monitor.demo.graph_fields import COMMENT_FIELDS, Field
from monitor.demo.server import Answer, json_answer

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.demo.world import TownAccount, TownPost

TRACE = "AbCdEfGhIjKlMnOpQrStUvW"
"""Stands for the trace id that every answer of Graph carries."""


def page_stated(page: TownAccount, base: str) -> dict[str, Any]:
    """Return a Page with every field it has."""
    stated: dict[str, Any] = {
        "id": page.platform_id,
        "name": page.name,
        "username": page.handle,
        "about": page.description,
        "website": page.website,
        "emails": [page.email] if page.email else None,
        "phone": page.phone,
        "link": f"https://www.facebook.com/{page.handle}",
        "category": "Government organisation",
        "is_published": True,
        "verification_status": "not_verified",
        "picture": {
            "data": {
                "url": f"{base}/pictures/{page.platform_id}.png",
                "is_silhouette": not page.picture,
                "height": 200,
                "width": 200,
            }
        },
    }
    return {key: value for key, value in stated.items() if value not in ("", None)}


def post_stated(page: TownAccount, post: TownPost, base: str, *, now: datetime) -> dict[str, Any]:
    """Return a post on a Page with every field it has, but its comments.

    Args:
        page: Where it stands.
        post: The post.
        base: Of the server, for addresses of pictures.
        now: The present moment, at which a post that is scheduled still waits.
    """
    newest = post.newest
    awaits = post.appears_at is not None and now < post.appears_at
    made_at = post.versions[0].at if awaits else post.published_at
    number = post.root_id.partition("_")[2]
    stated: dict[str, Any] = {
        "id": post.root_id,
        "created_time": written(made_at),
        "updated_time": written(newest.at),
        "permalink_url": f"https://www.facebook.com/{page.platform_id}/posts/{number}",
        "from": writer(page, post),
        "status_type": "added_photos" if newest.body.pictures else "mobile_status_update",
        "is_published": not awaits,
        "is_hidden": post.hidden_at is not None,
        "is_expired": False,
        "privacy": {"value": "EVERYONE", "description": "Public", "allow": "", "deny": ""},
        "shares": {"count": 1},
    }
    if awaits:
        stated["scheduled_publish_time"] = int(post.published_at.timestamp())
    if newest.body.text:
        stated["message"] = newest.body.text
    attachments = _attachments(post, base)
    if attachments:
        stated["attachments"] = {"data": attachments}
    return stated


def writer(page: TownAccount, post: TownPost) -> dict[str, str]:
    """Return who wrote something: the page, or a person by a number that lasts."""
    if not post.by:
        return {"id": page.platform_id, "name": page.name}
    return {"id": f"77{zlib.crc32(post.by.encode()):010d}", "name": post.by}


def _attachments(post: TownPost, base: str) -> list[dict[str, Any]]:
    """Return links and pictures as attachments; several pictures are one album."""
    body, number = post.newest.body, post.root_id.partition("_")[2]
    title, description = body.preview
    found: list[dict[str, Any]] = [
        {
            "media_type": "link",
            "type": "share",
            "url": f"https://l.facebook.com/l.php?{urlencode({'u': link})}",
            "unshimmed_url": link,
            **({"title": title} if title else {}),
            **({"description": description} if description else {}),
        }
        for link in body.links
    ]
    photos = [
        {
            "media_type": "photo",
            "type": "photo",
            "target": {
                "id": f"{number}{index}",
                "url": f"https://www.facebook.com/{number}{index}",
            },
            "media": {
                "image": {
                    "height": 720,
                    "width": 960,
                    "src": f"{base}/pictures/posts/{number}{index}.jpg",
                }
            },
            **({"description": words} if words else {}),
        }
        for index, words in enumerate(body.pictures)
    ]
    if len(photos) == 1:
        found.extend(photos)
    elif photos:
        album = {"media_type": "album", "type": "album", "subattachments": {"data": photos}}
        found.append(album)
    return found


def shown(stated: dict[str, Any], wanted: tuple[Field, ...]) -> dict[str, Any]:
    """Return the wanted fields of a node; its id always."""
    picked = {
        field.name: graph_fields.picked(stated[field.name], field.inside)
        for field in wanted
        if field.name in stated
    }
    return {**picked, "id": stated["id"]}


def unknown_field(wanted: tuple[Field, ...], known: frozenset[str], node: str) -> Answer | None:
    """Return the error for the first field that the node does not have, or None."""
    for field in wanted:
        wrong = field.name not in known or (
            field.name == "comments"
            and any(inner.name not in COMMENT_FIELDS for inner in field.inside)
        )
        if wrong:
            said = f"(#100) Tried accessing nonexisting field ({field.name}) on node type ({node})"
            return error(said, "OAuthException", 100)
    return None


def error(
    said: str, kind: str, code: int, *, status: int = 400, subcode: int = 0, **more: Any
) -> Answer:
    """Return an error body as every call of Graph gives it."""
    stated = {"message": said, "type": kind, "code": code, **more, "fbtrace_id": TRACE}
    if subcode:
        stated["error_subcode"] = subcode
    challenge = f'OAuth "Facebook Platform" "invalid_request" "{said}"'
    headers = {"WWW-Authenticate": challenge} if kind == "OAuthException" else {}
    return json_answer({"error": stated}, status=status, headers=headers)


def gone(key: str) -> Answer:
    """Return the one answer for deleted, never existed and not permitted."""
    said = (
        f"Unsupported get request. Object with ID '{_printable(key)}' does not exist, cannot be "
        "loaded due to missing permissions, or does not support this operation. Please read the "
        "Graph API documentation at https://developers.facebook.com/docs/graph-api"
    )
    return error(said, "GraphMethodException", 100, subcode=33)


def _printable(key: str) -> str:
    return "".join(sign for sign in key[:80] if sign.isprintable())


def written(at: datetime) -> str:
    """Return an instant as Graph writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
