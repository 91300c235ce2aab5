"""What hangs on a Bluesky post: pictures, films, link previews, and posts that it quotes: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors._bluesky_text import said_in
from connectors._json import inner, objects, words
from connectors.base import Extra, Still

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors._json import JSON

UNCONFIRMED = "handle.invalid"
"""What Bluesky shows while an account's domain does not confirm its handle."""

_DEEPEST = 2
"""A quoted post that quotes another one shows that one too; nothing shows more."""


def _kind(value: JSON) -> str:
    """Return the last part of what an object says it is: ``images``, ``viewRecord``."""
    kind = words(value.get("$type"))
    return kind.removesuffix("#view").rsplit(".", 1)[-1].rsplit("#", 1)[-1]


def _media(embed: JSON) -> JSON:
    """Return the part of an embed that holds pictures, a film or a preview."""
    return inner(embed, "media") if _kind(embed) == "recordWithMedia" else embed


def _pictured(embed: JSON) -> list[JSON]:
    """Return the pictures of an embed, in a record or in a view."""
    media = _media(embed)
    return objects(media.get("images")) or objects(media.get("items"))


def pictures_of(record: JSON) -> list[str]:
    """Return the lasting names of a record's pictures and film: the hashes of their bytes."""
    return [name for name in _names(record) if name]


def _names(record: JSON) -> list[str]:
    embed = inner(record, "embed")
    blobs = [inner(each, "image") for each in _pictured(embed)]
    if _kind(_media(embed)) == "video":
        blobs.append(inner(_media(embed), "video"))
    return [_blob(each) for each in blobs]


def _blob(blob: JSON) -> str:
    return words(inner(blob, "ref").get("$link")) or words(blob.get("cid"))


def stills_of(record: JSON, post: JSON) -> tuple[Still, ...]:
    """Return where the pictures lie, and the frame that stands for a film."""
    view = inner(post, "embed")
    addresses = [words(each.get("fullsize")) for each in _pictured(view)]
    if _kind(_media(view)) == "video":
        addresses.append(words(_media(view).get("thumbnail")))
    pairs = zip(_names(record), addresses, strict=False)
    return tuple(
        Still(name=name, address=address)
        for name, address in pairs
        if name and address.startswith(("http://", "https://"))
    )


def links_of(record: JSON) -> tuple[str, ...]:
    """Return where a link preview leads."""
    link = words(inner(_media(inner(record, "embed")), "external").get("uri"))
    return (link,) if link.startswith(("http://", "https://")) else ()


def extras_of(record: JSON) -> list[Extra]:
    """Return what the writer gave with the pictures, the film or the link."""
    media = _media(inner(record, "embed"))
    described: list[Any] = [each.get("alt") for each in _pictured(media)]
    if _kind(media) == "video":
        described.append(media.get("alt"))
    extras = [Extra(kind="alt", text=text) for text in map(words, described) if text]
    preview = _joined(inner(media, "external"), "title", "description")
    return [*extras, *([Extra(kind="attachment", text=preview)] if preview else [])]


def _joined(value: JSON, *names: str) -> str:
    return "\n".join(part for part in (words(value.get(name)) for name in names) if part)


def quoted(post: JSON, *, did: str, depth: int = 0) -> Iterator[Extra]:
    """Yield the full words of what a post quotes, each with whose they are.

    Args:
        post: A view: of a post, or of one that is quoted.
        did: The account's lasting id: its own words carry no author.
        depth: How many posts lie above.
    """
    # A post's view holds one embed; that of a quoted one a list of them.
    for embed in [inner(post, "embed"), *objects(post.get("embeds"))]:
        target = inner(embed, "record")
        if _kind(embed) == "recordWithMedia":
            target = inner(target, "record")
        if inner(target, "value"):
            yield from _words_of(target, inner(target, "value"), did=did)
            if depth + 1 < _DEEPEST:
                yield from quoted(target, did=did, depth=depth + 1)
        elif other := _described(target):
            yield Extra(kind="attachment", text=other)


def _described(target: JSON) -> str:
    """Return name and description of a list, a feed or a starter pack that is shared."""
    named = _joined(target, "displayName", "name", "description")
    return named or _joined(inner(target, "record"), "name", "description")


def referenced(post: JSON, *, did: str) -> Iterator[Extra]:
    """Yield the full words of a post that is shared, and of what it quotes itself."""
    yield from _words_of(post, inner(post, "record"), did=did)
    yield from quoted(post, did=did, depth=1)


def _words_of(view: JSON, record: JSON, *, did: str) -> Iterator[Extra]:
    author = inner(view, "author")
    named = words(author.get("handle"))
    by = words(author.get("did")) if named in {"", UNCONFIRMED} else named
    by = "" if author.get("did") == did else by or "unknown"
    said = said_in(record)
    texts = [said.text, *said.behind, *(extra.text for extra in extras_of(record))]
    for text in texts:
        if text:
            yield Extra(kind="referenced", text=text, by=by)
