"""Graph's JSON turned into our values: pure.

Nothing that changes by itself goes into the content: no signed picture address, no count,
no ``updated_time`` (which moves with every comment). An edit is a changed content hash.
What is not of the documented type counts as absent.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from connectors import _html
from connectors.base import Content, Extra, FetchedPost, FetchedProfile, Still

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connectors._redact import Redactor

JSON: TypeAlias = dict[str, Any]

ATTACHED = "media_type,type,title,description,url,unshimmed_url,target,media"
POST_FIELDS = (
    "id,message,story,created_time,permalink_url,from{id,name},status_type,is_published,"
    "is_hidden,is_expired,privacy,parent_id,shares,scheduled_publish_time,"
    f"attachments{{{ATTACHED},subattachments}}"
)
PAGE_FIELDS = (
    "id,name,username,about,description,bio,website,emails,phone,link,single_line_address,"
    "cover,picture.type(large){url,is_silhouette}"
)

UNNAMED = "unknown"
"""Stands for another author whom Graph does not name."""
_PICTURES = frozenset({"photo", "album", "video", "video_inline", "video_autoplay"})
_DEEPEST = 4
_SHIMS = frozenset({"l.facebook.com", "lm.facebook.com"})
_TRACKERS = frozenset({"fbclid", "__tn__", "__cft__[0]", "h"})
_SITE = re.compile(r"[^\s,;]+\.[^\s,;]+")


def page_key(handle: str) -> str:
    """Return the page's number or user name from a handle, which may be its address."""
    handle = handle.strip()
    if "://" not in handle:
        return handle.strip("@/ ")
    try:
        split = urlsplit(handle)
    except ValueError:
        return ""
    numbers = parse_qs(split.query).get("id", [])
    parts = [part for part in split.path.split("/") if part]
    if parts[:1] == ["profile.php"]:
        return numbers[0] if numbers else ""
    return parts[-1] if parts else ""


def words(value: Any) -> str:
    """Return text as stored; not text: empty."""
    return _html.clean(value).strip() if isinstance(value, str) else ""


def id_of(value: Any) -> str:
    """Return an id as text; empty if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:200]


def inner(raw: JSON, name: str) -> JSON:
    """Return an object inside another; empty if it is none."""
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def instant(value: Any) -> datetime | None:
    """Return Graph's time as aware UTC; None if it cannot be read.

    Graph writes times out, and as seconds since 1970, which came as text, too.
    """
    try:
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:  # noqa: PLR2004
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, tz=UTC)
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError, OSError):
        return None


def is_visible(raw: JSON) -> bool:
    """Tell whether the public can open a post.

    A post hidden from the timeline (``is_hidden``) still opens by its address; one that
    is not published, has run out, or is kept to the page's own people does not.
    """
    if raw.get("is_published") is False or raw.get("is_expired") is True:
        return False
    return words(inner(raw, "privacy").get("value")).upper() != "SELF"


def waits_until(raw: JSON) -> datetime | None:
    """Return when a scheduled post is to appear; None if a post is not scheduled."""
    is_waiting = raw.get("is_published") is False
    return instant(raw.get("scheduled_publish_time")) if is_waiting else None


def post_of(raw: JSON, *, redactor: Redactor, of: str = "") -> FetchedPost | None:
    """Return one post; None if it has no id.

    Of what is in a list of others' posts, the answer as it came and the addresses of pictures are
    not kept.

    Args:
        raw: The post as Graph gives it.
        redactor: For the kept answer.
        of: What it is called if it comes from a list of others' posts; empty: the page's own
            list, where it is the page's if nobody is named.
    """
    post_id = id_of(raw.get("id"))
    if not post_id:
        return None
    packed = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    permalink = _html.web_address(words(raw.get("permalink_url"))) or ""
    waits = waits_until(raw)
    author = author_of(raw, post_id, default=UNNAMED if of else "")
    is_others = bool(of and author)
    return FetchedPost(
        platform_id=post_id,
        url=permalink or f"https://www.facebook.com/{post_id}",
        # What is scheduled was created long before: it counts from when it appears.
        published_at=waits or instant(raw.get("created_time")),
        is_scheduled=waits is not None,
        author=author,
        current_id=of if is_others else None,
        content=content_of(raw),
        raw=None if is_others else redactor.redact(packed.encode("utf-8", "replace")),
        stills=() if is_others else stills_of(raw),
    )


def stills_of(raw: JSON) -> tuple[Still, ...]:
    """Return where a post's photographs lie, and the frames that stand for its films."""
    found: dict[str, str] = {}
    for attached in _attachments(raw):
        name = _picture(attached)
        address = _html.web_address(words(inner(inner(attached, "media"), "image").get("src")))
        if name and address is not None:
            found.setdefault(name, address)
    return tuple(Still(name=name, address=address) for name, address in found.items())


def author_of(raw: JSON, post_id: str, *, default: str) -> str:
    """Return another author's name; empty when the page itself wrote it.

    Args:
        raw: A post, or a comment.
        post_id: Of the post, which begins with the id of the page on which it stands.
        default: Where nobody is named.
    """
    writer = inner(raw, "from")
    number, page = id_of(writer.get("id")), post_id.partition("_")[0]
    if not number or "_" not in post_id:
        return default
    return "" if number == page else words(writer.get("name")) or number


def content_of(raw: JSON) -> Content:
    """Return what a post says.

    The page's own words are ``message``; Facebook's line over the post, link previews,
    descriptions of pictures and the words of a shared post are extras.
    """
    own = words(raw.get("message"))
    attached = list(_attachments(raw))
    owner = _shared_from(raw)
    story = words(raw.get("story"))
    extras = [Extra(kind="title", text=story)] if story else []
    for each in attached:
        text = _attached_words(each, own)
        if text:
            extras.append(Extra(kind=_kind(each, owner), text=text, by=owner))
        extras += [Extra(kind="alt", text=alt) for alt in _alts(each) if alt not in own]
    return Content(
        own=own,
        extras=tuple(dict.fromkeys(extras)),
        links=_html.once([*_html.addresses_in(own), *map(_target, attached)]),
        pictures=_html.once(map(_picture, attached)),
        is_repost=bool(owner) and not own,
    )


def _shared_from(raw: JSON) -> str:
    """Return the page whose post is shared here; empty if none is."""
    parent, post = id_of(raw.get("parent_id")), id_of(raw.get("id"))
    owner = parent.partition("_")[0] if "_" in parent else ""
    return "" if owner == post.partition("_")[0] else owner


def _kind(attached: JSON, owner: str) -> str:
    if owner:
        return "referenced"
    return "alt" if _media_type(attached) in _PICTURES else "attachment"


def _media_type(attached: JSON) -> str:
    return words(attached.get("media_type") or attached.get("type")).lower()


def _attachments(raw: JSON, name: str = "attachments", depth: int = 0) -> Iterator[JSON]:
    """Yield attachments and what is inside them, in order, to a bounded depth."""
    listed = inner(raw, name).get("data")
    if depth >= _DEEPEST or not isinstance(listed, list):
        return
    for each in listed:
        if isinstance(each, dict):
            yield each
            yield from _attachments(each, "subattachments", depth + 1)


def _attached_words(attached: JSON, own: str) -> str:
    """Return title and description, as far as they do not repeat the post's own words."""
    said = (words(attached.get(name)) for name in ("title", "description"))
    return "\n".join(_html.once(each for each in said if each not in own))


def _alts(attached: JSON) -> tuple[str, ...]:
    """Return a picture's description wherever Graph may put it."""
    media = inner(attached, "media")
    places = (attached, media, inner(media, "image"), inner(attached, "target"))
    names = ("alt_text_custom", "alt_text")
    return _html.once(words(place.get(name)) for place in places for name in names)


def _target(attached: JSON) -> str:
    """Return where a link leads, without Facebook's own detour; empty for a picture's page."""
    if _media_type(attached) in _PICTURES:
        return ""
    address = _html.web_address(words(attached.get("unshimmed_url")))
    return unshimmed(address or _html.web_address(words(attached.get("url"))) or "")


def unshimmed(address: str) -> str:
    """Return the address behind Facebook's detour, without its changing marks."""
    split = urlsplit(address)
    if (split.hostname or "").lower() in _SHIMS:
        behind = parse_qs(split.query).get("u", [""])[0]
        address = _html.web_address(behind) or address
        split = urlsplit(address)
    if not any(f"{name}=" in split.query for name in ("fbclid", "__tn__", "__cft__")):
        return address
    kept = [
        (name, value)
        for name, value in parse_qsl(split.query, keep_blank_values=True)
        if name not in _TRACKERS
    ]
    return urlunsplit(split._replace(query=urlencode(kept)))


def _picture(attached: JSON) -> str:
    """Return a lasting name of a picture: its id, else its file's name."""
    media = inner(attached, "media")
    source = words(inner(media, "image").get("src"))
    if _media_type(attached) not in _PICTURES - {"album"} and not source:
        return ""
    number = id_of(inner(attached, "target").get("id")) or id_of(media.get("id"))
    if number and _media_type(attached) in _PICTURES:
        return number
    address = _html.web_address(source)
    if address is None or _media_type(attached) == "album":
        return ""  # an album shows its first picture, which comes again inside it
    if "safe_image.php" in address:  # a preview's copy: its address is signed anew each time
        return ""
    return urlsplit(address).path.rpartition("/")[2][:200]


def picture_address(raw: JSON) -> str:
    """Return where the page's picture can be fetched now; empty for the grey silhouette."""
    picture = inner(inner(raw, "picture"), "data")
    if picture.get("is_silhouette") is True:
        return ""
    return _html.web_address(words(picture.get("url"))) or ""


def profile_of(
    raw: JSON, *, handle: str, picture: bytes | None, picture_hash: str
) -> FetchedProfile | None:
    """Return the page's face; None if the answer has no id.

    Args:
        raw: The page as Graph gives it.
        handle: As registered, where Graph names none.
        picture: Its bytes, if fetched.
        picture_hash: SHA-256 of the picture, or what was known of it before.
    """
    page_id = id_of(raw.get("id"))
    if not page_id:
        return None
    name, username = words(raw.get("name")), words(raw.get("username"))
    about = _html.once(words(raw.get(key)) for key in ("about", "description", "bio"))
    emails = raw.get("emails")
    contact = [words(each) for each in emails] if isinstance(emails, list) else []
    contact += [words(raw.get("phone")), words(raw.get("single_line_address"))]
    sites = _sites(words(raw.get("website")))
    fields = {
        "name": name,
        "handle": username,
        "description": "\n".join(about),
        "links": "\n".join(sites),
        "contact": "\n".join(_html.once(contact)),
        "picture": picture_hash,
        "banner": id_of(inner(raw, "cover").get("id")),
    }
    return FetchedProfile(
        platform_id=page_id,
        handle=username or handle,
        url=_html.web_address(words(raw.get("link"))) or f"https://www.facebook.com/{page_id}",
        content=Content(
            own="\n".join(about),
            extras=(Extra(kind="title", text=name),) if name else (),
            links=_html.once([*sites, *_html.addresses_in("\n".join(about))]),
            fields=fields,
        ),
        picture=picture,
        stills=_face_stills(raw),
    )


def _face_stills(raw: JSON) -> tuple[Still, ...]:
    """Return where the page's picture and banner lie."""
    banner = _html.web_address(words(inner(raw, "cover").get("source"))) or ""
    places = {"picture": picture_address(raw), "banner": banner}
    return tuple(Still(name=name, address=place) for name, place in places.items() if place)


def _sites(said: str) -> tuple[str, ...]:
    """Return the web sites of a page, which people write with and without ``https://``."""
    found: Iterable[str] = _SITE.findall(said)
    full = (each if "://" in each else f"https://{each}" for each in found)
    return _html.once(address for each in full if (address := _html.web_address(each)))
