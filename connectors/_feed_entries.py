"""Items of a feed turned into posts: what each is called, and what it says.

A post's own words begin with its title, on a line of its own, because that is how a reader
meets it and because a title alone may be the breach; the body follows. The title is left
out where the body begins with it (sites without titles repeat the first words there).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from connectors import _html
from connectors._feed_parse import words_of
from connectors.base import Content, Extra, FetchedPost, Still

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors._feed_parse import Item

_LONGEST_ID = 500
_NO_STILLS = (".mp3", ".m4a", ".ogg", ".oga", ".wav", ".mp4", ".m4v", ".mov", ".webm", ".pdf")
_NUMBERED = re.compile(r"(https?://[^?#]+/)(\d{5,})\.[^/?#]*/?(?:[?#].*)?")
_MORE = re.compile(r"\s*(?:\[(?:…|\.\.\.|&hellip;)\]|…|\.\.\.)\s*$")
_APPEARED = re.compile(r"\n?The post [^\n]{1,300} appeared first on [^\n]{1,200}\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post with the marks by which it is known again elsewhere.

    Attributes:
        post: The post.
        words: Print of everything it says; the same after a move to another address.
        title: Print of its title; empty if it has none.
    """

    post: FetchedPost
    words: str
    title: str


def entries_of(items: Sequence[Item]) -> tuple[Entry, ...]:
    """Return one entry for each id, in the feed's order.

    An id that stands at two different posts identifies neither (some systems write the
    same one everywhere): these are told apart by link, else by title and date.
    """
    items = [item for item in items if _says_anything(item)]
    places: dict[str, set[tuple[str, str]]] = {}
    for item in items:
        places.setdefault(_id_of(item), set()).add(_place(item))
    links = Counter(item.link for item in items)
    found: dict[str, Entry] = {}
    for item in items:
        name = _id_of(item)
        if len(places[name]) > 1:
            is_apart = item.link and links[item.link] == 1
            name = _short(item.link) if is_apart else _hash_of(item)
        if name not in found:
            post = _post_of(item, name)
            title = print_of(_title_of(item))
            found[name] = Entry(post=post, words=print_of(post.content.own), title=title)
    return tuple(found.values())


def print_of(text: str) -> str:
    """Return 12 digits for words, whatever their case and punctuation; empty for no words."""
    words = _html.folded(text)
    return hashlib.sha256(words.encode()).hexdigest()[:12] if words else ""


def _title_of(item: Item) -> str:
    return " ".join(words_of(item.title).text.split()) if item.title is not None else ""


def _says_anything(item: Item) -> bool:
    return bool(item.id or item.link or item.title or item.bodies or item.excerpt)


def _place(item: Item) -> tuple[str, str]:
    return (item.link, "") if item.link else (_words(item), item.date)


def _words(item: Item) -> str:
    return item.title.text if item.title is not None else ""


def _id_of(item: Item) -> str:
    """Return the publisher's id, else the link, else a hash.

    A newspaper's address holds a lasting number and a slug that is rewritten with the
    headline: only the number counts.
    """
    name = _html.clean(item.id).strip() or item.link
    if not name:
        return _hash_of(item)
    numbered = _NUMBERED.fullmatch(name)
    return _short(numbered[1] + numbered[2] if numbered else name)


def _short(name: str) -> str:
    if len(name) <= _LONGEST_ID:
        return name
    return "sha256:" + hashlib.sha256(name.encode()).hexdigest()


def _hash_of(item: Item) -> str:
    words = _words(item) or next((each.text for each in item.bodies), "")
    if not words and item.excerpt is not None:
        words = item.excerpt.text
    return (
        "sha256:" + hashlib.sha256(f"{words}\n{item.date}".encode("utf-8", "replace")).hexdigest()
    )


def _post_of(item: Item, name: str) -> FetchedPost:
    content = content_of(item)
    edited = item.updated_at
    is_edited = edited is not None and item.published_at is not None and edited > item.published_at
    kept = {
        "id": item.id,
        "link": item.link,
        "date": item.date,
        "title": _words(item),
        "bodies": [each.text for each in item.bodies],
        "excerpt": item.excerpt.text if item.excerpt is not None else None,
    }
    return FetchedPost(
        platform_id=name,
        url=item.link or (name if name.startswith(("http://", "https://")) else ""),
        published_at=item.published_at,
        edited_at=edited if is_edited else None,
        content=content,
        raw=json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace"),
        stills=stills_of(item),
    )


def stills_of(item: Item) -> tuple[Still, ...]:
    """Return where an item's pictures lie; what is enclosed may be sound, which is left out."""
    pieces = [*item.bodies, *([item.excerpt] if item.excerpt is not None else [])]
    places = [place for piece in pieces for place in words_of(piece).pictures]
    found: dict[str, str] = {}
    for place in [*places, *item.pictures]:
        name = _picture_name(place)
        if name and not name.lower().endswith(_NO_STILLS):
            found.setdefault(name, place)
    return tuple(Still(name=name, address=place) for name, place in found.items())


def content_of(item: Item) -> Content:
    """Return what an item says: title and body as own words, the rest as extras."""
    title = _title_of(item)
    pieces = list(item.bodies) or ([item.excerpt] if item.excerpt is not None else [])
    read = [words_of(piece) for piece in pieces]
    bodies = _html.once(prose.text for prose in read)
    own = _with_title(title, "\n".join(bodies))
    extras = [Extra(kind="alt", text=alt) for prose in read for alt in prose.alts]
    links = [link for prose in read for link in prose.links]
    pictures = [place for prose in read for place in prose.pictures]
    if item.bodies and item.excerpt is not None:
        teaser = words_of(item.excerpt)
        said = _APPEARED.sub("", _MORE.sub("", teaser.text))
        if _html.folded(said) not in _html.folded(own):
            extras.append(Extra(kind="attachment", text=teaser.text))
        links += teaser.links
        pictures += teaser.pictures
    extras += [Extra(kind="tag", text=tag) for tag in item.tags]
    return Content(
        own=own,
        extras=tuple(dict.fromkeys(extras)),
        links=_html.once(links),
        pictures=_html.once(_picture_name(each) for each in [*pictures, *item.pictures]),
    )


def _with_title(title: str, body: str) -> str:
    """Put the title first, unless the body begins with it."""
    cut = _MORE.sub("", title)
    start = _html.folded(cut)
    if not body or not start:
        return body or title
    said = _html.folded(body)
    is_repeated = said == start or said.startswith(start if cut != title else f"{start} ")
    return body if is_repeated else f"{title}\n{body}"


def _picture_name(address: str) -> str:
    """Return what stays the same of a picture's address: hosts and signatures rotate."""
    try:
        return urlsplit(address).path[:300]
    except ValueError:
        return ""
