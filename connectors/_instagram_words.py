"""Instagram's JSON, as Graph gives it, turned into our values: pure.

Nothing that changes by itself goes into the content: no address of a picture (signed anew with
each answer), no count. Graph tells no time of an edit: it is a changed content hash. What is not
of the documented type counts as absent.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectors import _html
from connectors._graph_posts import JSON, id_of, inner, instant, words
from connectors.base import Content, Extra, FetchedPost, FetchedProfile, Still

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors._redact import Redactor

STORY = "story "
"""Before the number of a story: it is asked for by that number, and ends by itself."""
_CHILD = "id,media_type,media_url,thumbnail_url"
_MEDIA = (
    "id,caption,media_type,media_product_type,permalink,timestamp,username,media_url,"
    "thumbnail_url,video_title"
)
PROFILE_FIELDS = "id,username,name,biography,website,profile_picture_url"


def media_fields(*, with_alt: bool) -> str:
    """Return what is asked of each post; not every version of Graph knows ``alt_text``."""
    alt = ",alt_text" if with_alt else ""
    return f"{_MEDIA}{alt},children{{{_CHILD}{alt}}}"


def number_of(platform_id: str) -> str:
    """Return Graph's number of one of our ids; empty if it holds none."""
    number = platform_id.removeprefix(STORY)
    return number if number.isascii() and number.isdigit() and len(number) <= 40 else ""  # noqa: PLR2004


def post_of(
    raw: JSON, *, username: str, redactor: Redactor, is_story: bool = False
) -> FetchedPost | None:
    """Return one post or story; None if it has no number.

    Args:
        raw: As Graph gives it.
        username: The account's own; another one's name makes it another's post.
        redactor: For the kept answer.
        is_story: It came from the list of stories.
    """
    number = number_of(id_of(raw.get("id")))
    if not number:
        return None
    writer = words(raw.get("username"))
    is_other = bool(username) and bool(writer) and writer.casefold() != username.casefold()
    is_story = is_story or words(raw.get("media_product_type")).upper() == "STORY"
    packed = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return FetchedPost(
        platform_id=f"{STORY}{number}" if is_story else number,
        url=_html.web_address(words(raw.get("permalink"))) or "",
        published_at=instant(raw.get("timestamp")),
        author=writer if is_other else "",
        content=_content(raw, number),
        raw=redactor.redact(packed.encode("utf-8", "replace")),
        stills=_stills(raw),
    )


def _content(raw: JSON, number: str) -> Content:
    own = words(raw.get("caption"))
    title = words(raw.get("video_title"))
    extras = [Extra(kind="title", text=title)] if title and title not in own else []
    parts = [raw, *_children(raw)]
    extras += [
        Extra(kind="alt", text=alt) for part in parts if (alt := words(part.get("alt_text")))
    ]
    pictures = [number_of(id_of(part.get("id"))) for part in _children(raw)] or [number]
    return Content(
        own=own,
        extras=tuple(dict.fromkeys(extras)),
        links=_html.addresses_in(own),
        pictures=_html.once(pictures),
    )


def _children(raw: JSON) -> Iterator[JSON]:
    """Yield the pictures and films of a carousel, in order."""
    listed = inner(raw, "children").get("data")
    yield from (
        each for each in (listed if isinstance(listed, list) else []) if isinstance(each, dict)
    )


def _stills(raw: JSON) -> tuple[Still, ...]:
    """Return where photographs lie, and the frames that stand for films."""
    found = []
    for part in list(_children(raw)) or [raw]:
        is_film = words(part.get("media_type")).upper() == "VIDEO"
        place = _html.web_address(words(part.get("thumbnail_url" if is_film else "media_url")))
        name = number_of(id_of(part.get("id")))
        if name and place:
            found.append(Still(name=name, address=place))
    return tuple(found)


def picture_address(raw: JSON) -> str:
    """Return where the account's picture lies now; empty if it shows none."""
    return _html.web_address(words(raw.get("profile_picture_url"))) or ""


def profile_of(
    raw: JSON, *, is_named: bool, picture: bytes | None, picture_hash: str
) -> FetchedProfile | None:
    """Return the account's face; None if the answer has no number.

    Args:
        raw: As Graph gives it.
        is_named: The register knows the account by its name, not by its number.
        picture: Bytes of its picture, if fetched.
        picture_hash: SHA-256 of the picture, or what was known of it before.
    """
    number = number_of(id_of(raw.get("id")))
    if not number:
        return None
    name, username = words(raw.get("name")), words(raw.get("username"))
    biography = words(raw.get("biography"))
    site = words(raw.get("website"))
    address = _html.web_address(site if "://" in site or not site else f"https://{site}")
    links = _html.once([*([address] if address else []), *_html.addresses_in(biography)])
    place = picture_address(raw)
    return FetchedProfile(
        platform_id=number,
        handle=username,
        url=f"https://www.instagram.com/{username}/" if username else "",
        content=Content(
            own=biography,
            extras=(Extra(kind="title", text=name),) if name else (),
            links=links,
            fields={
                "name": name,
                "handle": username if is_named else "",
                "description": biography,
                "links": "\n".join(links),
                "picture": picture_hash,
            },
        ),
        picture=picture,
        stills=(Still(name="picture", address=place),) if place else (),
    )
