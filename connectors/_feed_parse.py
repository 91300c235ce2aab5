"""Bytes of a feed turned into items: RSS, Atom, RDF and JSON Feed; pure and bounded.

feedparser gets bytes in memory only: given a string it would open addresses and local
files. It promises nothing about what it raises on hostile input, and tells truncation and
error pages only by side signs, so both are judged here.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any
from xml.sax import SAXParseException

import feedparser

from connectors import _html
from connectors._feed_dates import instant, iso_instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

_DEEPEST = 500
_MOST_TAGS = 300_000
_MOST_ITEMS = 20_000
_NUL = b"\x00"
_XML_TAG = re.compile(rb"<(/?)([a-zA-Z_][^\s<>/]{0,100})([^<>]*)>")
_NOT_IN_XML = bytes(code for code in range(32) if code not in (9, 10, 13))
_JSON_FEED = "https://jsonfeed.org/version/"
_CUT_NOTE = "the feed breaks off in the middle"
_UGLY_NOTE = "the feed is not well-formed, so parts of it may not have been read"
_PLAIN_TITLE = "text/plain"

_ANYTHING = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError, RecursionError)
"""What feedparser and json raise on hostile input; there is no common base to name."""


class NotAFeedError(Exception):
    """The bytes are no feed, or none that may be read; ``str()`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of an item's words.

    Attributes:
        text: As published.
        is_html: Whether it is markup.
        base: Address that its relative links start from.
    """

    text: str
    is_html: bool
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed.

    Attributes:
        id: The publisher's own id; empty if there is none.
        link: Permalink, absolute http or https; empty if there is none.
        title: As published.
        bodies: The full text, as far as the feed carries it.
        excerpt: The summary; None if there is none.
        published_at: Aware UTC; None if the feed gives no usable time.
        updated_at: The same for the newest version.
        tags: Categories.
        pictures: Addresses of enclosed pictures, sounds and films.
        date: The publishing date as written.
    """

    id: str = ""
    link: str = ""
    title: Piece | None = None
    bodies: tuple[Piece, ...] = ()
    excerpt: Piece | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    tags: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as read.

    Attributes:
        name: Its title.
        description: Its subtitle.
        link: Address of the site; empty if it gives none.
        items: In the feed's order.
        note: Why it was not read whole; empty if it was.
    """

    name: str = ""
    description: str = ""
    link: str = ""
    items: tuple[Item, ...] = ()
    note: str = ""


def parse(body: bytes, headers: Mapping[str, str], *, url: str, zone: ZoneInfo) -> Feed:
    """Read a feed.

    Args:
        body: At most a few megabytes.
        headers: The answer's; case-insensitive.
        url: Where it came from.
        zone: For dates that carry none.

    Raises:
        NotAFeedError: A web page, JSON of another kind, nothing at all, or something that
            is built to be expensive.
    """
    content_type = headers.get("content-type", "")
    try:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return _json_feed(body, url, zone)
        return _xml_feed(body, content_type, url, zone)
    except _ANYTHING as error:
        raise NotAFeedError(f"it cannot be read as a feed ({type(error).__name__})") from error


# --- XML ------------------------------------------------------------------------------------


def _xml_feed(body: bytes, content_type: str, url: str, zone: ZoneInfo) -> Feed:
    if _NUL not in body:  # with NUL it is UTF-16 or UTF-32, where these bytes are letters
        body = body.translate(None, _NOT_IN_XML)
    refuse_expensive(body)
    # Not told the address: it would make ids out of it, which change when the feed moves.
    headers = {"content-type": content_type or "application/xml"}
    # No sanitising: nothing of this is ever shown as HTML, and it would parse it once more.
    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not _own(parsed, "version"):
        raise NotAFeedError(_looks_like(body))
    entries = list(parsed.entries)
    note = ""
    if parsed.bozo and isinstance(parsed.bozo_exception, SAXParseException):
        is_cut = not is_closed(body)
        note = _CUT_NOTE if is_cut else _UGLY_NOTE
        entries = entries[:-1] if is_cut else entries
    feed = parsed.feed
    return Feed(
        name=_title_of(feed),
        description=_plain(_html_or_text(_own(feed, "subtitle"), is_html=True)),
        link=_html.web_address(_text(_own(feed, "link")), url) or "",
        items=tuple(_xml_item(entry, url, zone) for entry in entries),
        note=note,
    )


def refuse_expensive(body: bytes) -> None:
    """Look, in one linear pass, for what would make an XML parser work without end.

    Raises:
        NotAFeedError: Own entities, very deep nesting, or very many tags.
    """
    flat = body.replace(_NUL, b"")
    if re.search(rb"<!ENTITY", flat, re.IGNORECASE):
        raise NotAFeedError("it declares entities of its own, which no feed needs")
    counts: dict[bytes, int] = {}
    depth = items = 0
    for tags, found in enumerate(_XML_TAG.finditer(_without_cdata(flat))):
        name = found[2].lower()
        if name in {b"item", b"entry"}:
            items += 1
        if found[1]:
            if counts.get(name):
                counts[name] -= 1
                depth -= 1
        elif not found[3].endswith(b"/"):
            counts[name] = counts.get(name, 0) + 1
            depth += 1
        if depth > _DEEPEST or tags > _MOST_TAGS or items > 2 * _MOST_ITEMS:
            raise NotAFeedError("it is nested deeper, or has more parts, than any real feed")


def _without_cdata(body: bytes) -> bytes:
    """Leave out closed CDATA sections; one that is never closed is kept, to be counted."""
    kept: list[bytes] = []
    at = 0
    while True:
        start = body.find(b"<![CDATA[", at)
        end = body.find(b"]]>", start) if start >= 0 else -1
        if end < 0:
            kept.append(body[at:])
            return b"".join(kept)
        kept.append(body[at:start])
        at = end + 3


def is_closed(body: bytes) -> bool:
    """Tell whether the document ends with the end tag of a feed."""
    tail = body.replace(_NUL, b"")[-2000:].lower().rstrip()
    return re.search(rb"</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>", tail) is not None


def _looks_like(body: bytes) -> str:
    start = body.replace(_NUL, b"")[:2000].lower()
    if not start.strip():
        return "it is empty"
    if b"<html" in start or b"<!doctype html" in start:
        return "it is a web page, not a feed"
    return "it is no feed of a kind that is known"


def _own(values: Any, name: str) -> Any:
    """Return a value under exactly this name: feedparser's own look-up warns and guesses."""
    return dict.get(values, name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _title_of(values: Any) -> str:
    detail = _own(values, "title_detail")
    return _plain(_detail_piece(detail) if isinstance(detail, dict) else None)


def _xml_item(entry: Any, url: str, zone: ZoneInfo) -> Item:
    link = _permalink(entry, url)
    home = link or url
    title, summary = _own(entry, "title_detail"), _own(entry, "summary_detail")
    bodies = [_detail_piece(each, home) for each in _list(_own(entry, "content"))]
    published, updated = (_date(entry, name, zone) for name in ("published", "updated"))
    tags = (_text(_own(each, "term")) for each in _list(_own(entry, "tags")))
    return Item(
        id=_text(_own(entry, "id")).strip(),
        link=link,
        title=_detail_piece(title) if isinstance(title, dict) else None,
        bodies=tuple(each for each in bodies if each),
        excerpt=_detail_piece(summary, home) if isinstance(summary, dict) else None,
        published_at=published or updated,
        updated_at=updated,
        tags=_html.once(" ".join(_html.clean(each).split()) for each in tags),
        pictures=_enclosed(entry, url),
        date=_text(_own(entry, "published")) or _text(_own(entry, "updated")),
    )


def _permalink(entry: Any, url: str) -> str:
    """Return the entry's own link; feedparser gives its id for one where there is none."""
    link = _text(_own(entry, "link"))
    is_real = bool(_list(_own(entry, "links")))
    return _html.web_address(link, url if is_real else "") or ""


def _date(entry: Any, name: str, zone: ZoneInfo) -> datetime | None:
    return instant(_text(_own(entry, name)), _own(entry, f"{name}_parsed"), zone=zone)


def _detail_piece(detail: Any, home: str = "") -> Piece | None:
    """Return feedparser's ``title_detail`` and the like; None for pictures and nothing.

    Args:
        detail: With ``type``, ``value`` and ``base``.
        home: Address that relative links start from, if the feed does not say another.
    """
    kind, value = _text(_own(detail, "type")).lower(), _text(_own(detail, "value"))
    if not value.strip() or not (kind.startswith("text/") or "html" in kind or not kind):
        return None
    return _html_or_text(
        value,
        is_html="html" in kind,
        base=_html.web_address(_text(_own(detail, "base")), home) or home,
    )


def _html_or_text(value: Any, *, is_html: bool, base: str = "") -> Piece:
    """Return a piece; what is called HTML but has no tag keeps its own lines."""
    text = _text(value)
    has_tag = re.search(r"<[a-zA-Z/!]", text) is not None
    return Piece(text=text, is_html=is_html and has_tag, base=base)


def _plain(piece: Piece | None) -> str:
    """Return the words of a piece on one line."""
    return " ".join(words_of(piece).text.split()) if piece is not None else ""


def words_of(piece: Piece) -> _html.Prose:
    """Read a piece: markup through the parser, plain text with its entities resolved."""
    if piece.is_html:
        return _html.read(piece.text, base=piece.base, strip_statistics=True)
    text = _html.tidy(unescape(piece.text))
    return _html.Prose(text=text, links=_html.addresses_in(text))


def _enclosed(entry: Any, url: str) -> tuple[str, ...]:
    places = [
        _own(each, "href")
        for each in _list(_own(entry, "links"))
        if _own(each, "rel") == "enclosure"
    ]
    for name in ("media_content", "media_thumbnail"):
        places += [_own(each, "url") for each in _list(_own(entry, name))]
    found = (_html.web_address(_text(place), url) for place in places)
    return _html.once(each for each in found if each)


# --- JSON Feed ------------------------------------------------------------------------------


def _json_feed(body: bytes, url: str, zone: ZoneInfo) -> Feed:
    stated = json.loads(body.decode("utf-8-sig", "replace"))
    version = _text(stated.get("version"))
    if not version.startswith(_JSON_FEED):
        raise NotAFeedError("it is JSON, but no JSON Feed")
    items = _list(stated.get("items"))
    if len(items) > _MOST_ITEMS:
        raise NotAFeedError("it has more parts than any real feed")
    return Feed(
        name=" ".join(_html.clean(_text(stated.get("title"))).split()),
        description=" ".join(_html.clean(_text(stated.get("description"))).split()),
        link=_html.web_address(_text(stated.get("home_page_url")), url) or "",
        items=tuple(_json_item(each, url, zone) for each in items if isinstance(each, dict)),
        note="" if all(isinstance(each, dict) for each in items) else _UGLY_NOTE,
    )


def _json_item(stated: dict[str, Any], url: str, zone: ZoneInfo) -> Item:
    number = stated.get("id")
    has_number = isinstance(number, int | float) and not isinstance(number, bool)
    place = _text(stated.get("url")) or _text(stated.get("external_url"))
    link = _html.web_address(place, url) or ""
    bodies = [
        Piece(text=_text(stated.get(name)), is_html=name == "content_html", base=link or url)
        for name in ("content_html", "content_text")
        if _text(stated.get(name)).strip()
    ]
    title, summary, date = (_text(stated.get(n)) for n in ("title", "summary", "date_published"))
    places = [stated.get("image"), stated.get("banner_image")]
    places += [
        each.get("url") for each in _list(stated.get("attachments")) if isinstance(each, dict)
    ]
    pictures = (_html.web_address(_text(place), url) for place in places)
    modified = iso_instant(_text(stated.get("date_modified")), zone=zone)
    return Item(
        id=str(number) if has_number else _text(number).strip(),
        link=link,
        title=Piece(text=title, is_html=False) if title.strip() else None,
        bodies=tuple(bodies[:1]),
        excerpt=Piece(text=summary, is_html=False) if summary.strip() else None,
        published_at=iso_instant(date, zone=zone) or modified,
        updated_at=modified,
        tags=_html.once(
            " ".join(_html.clean(_text(each)).split()) for each in _list(stated.get("tags"))
        ),
        pictures=_html.once(each for each in pictures if each),
        date=date,
    )
