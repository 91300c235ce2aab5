"""Words of a Bluesky record as a reader sees them, and where their links lead: pure.

Bluesky marks links, mentions and tags beside the text, as ranges of its UTF-8 bytes. What is
shown of a link is often cut short, and may be something else than the address behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors._json import inner, objects, whole, words
from connectors.base import nfc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors._json import JSON

_CUT = ("…", "...")
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_SITE = re.compile(
    r"(?<![\w@./:-])(?:(?P<whole>https?://[^\s<>\"']+)|"
    r"(?P<bare>(?:[a-z0-9-]{1,63}\.){1,5}(?:uk|com|org|net|info|eu|wales|scot|cymru|london)\b"
    r"(?:/[^\s<>\"']*)?))",
    re.IGNORECASE,
)
_MOST_SITES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a record says.

    Attributes:
        text: NFC; links that are shown cut short are written out.
        links: Targets of all marked links, http and https, each once.
        behind: Those of them that the text does not show, because it shows other words.
    """

    text: str
    links: tuple[str, ...]
    behind: tuple[str, ...]


def said_in(record: JSON) -> Said:
    """Return a record's text with its links written out."""
    text = whole(record.get("text"))
    packed = text.encode("utf-8")
    links: list[str] = []
    behind: list[str] = []
    written: list[tuple[int, int, str]] = []
    for start, end, link in _links(record):
        links.append(link)
        shown = _slice(packed, start, end)
        if shown is None or not _stands_for(shown, link):
            behind.append(link)
        elif shown.rstrip().endswith(_CUT):
            written.append((start, end, link))
    return Said(
        text=nfc(_write(packed, written)).strip(),
        links=tuple(dict.fromkeys(links)),
        behind=tuple(dict.fromkeys(behind)),
    )


def _links(record: JSON) -> Iterator[tuple[int, int, str]]:
    for facet in objects(record.get("facets")):
        index = inner(facet, "index")
        start, end = _offset(index.get("byteStart")), _offset(index.get("byteEnd"))
        for feature in objects(facet.get("features")):
            link = words(feature.get("uri")).strip()
            if link.startswith(("http://", "https://")):
                yield start, end, link


def _offset(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _slice(packed: bytes, start: int, end: int) -> str | None:
    """Return the marked words; None if the range is none of this text."""
    if not 0 <= start < end <= len(packed):
        return None
    try:
        # What stands before must be whole too, or the range begins within a character.
        packed[:start].decode("utf-8")
        return packed[start:end].decode("utf-8")
    except UnicodeDecodeError:
        return None


def _stands_for(shown: str, link: str) -> bool:
    """Tell whether the words show the address itself, whole or cut short."""
    stem = _bare(shown)
    for mark in _CUT:
        stem = stem.removesuffix(mark)
    is_cut = stem != _bare(shown)
    target = _bare(link)
    return bool(stem) and (target.startswith(stem) if is_cut else target == stem)


def _bare(address: str) -> str:
    return _SCHEME.sub("", address.strip(), count=1).rstrip("/").casefold()


def _write(packed: bytes, written: list[tuple[int, int, str]]) -> str:
    """Return the text with ranges replaced, the first of those that overlap."""
    pieces: list[bytes] = []
    reached = 0
    for start, end, link in sorted(written):
        if start >= reached:
            pieces += [packed[reached:start], link.encode("utf-8", "replace")]
            reached = end
    return b"".join([*pieces, packed[reached:]]).decode("utf-8", "replace")


def sites_in(text: str) -> list[str]:
    """Return the addresses in plain text that apps show as links; bare ones with https."""
    found = []
    for match in _SITE.finditer(text):
        address = match["whole"] or f"https://{match['bare']}"
        found.append(address.rstrip(".,;:!?)]}"))
        if len(found) >= _MOST_SITES:
            break
    return found
