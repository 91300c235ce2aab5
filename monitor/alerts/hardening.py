"""Hostile text made harmless for a mail, with everything a reader can see left exact.

Posts, names and server answers may carry escape sequences, invisible characters and
direction overrides that make a mail show other words than it holds (law 10). HTML is no
matter here: the templates escape it.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

# CSI, OSC (ended by BEL or ST) and the two-character sequences of ECMA-48.
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_JOINER = "\u200d"
_BLACK_FLAG = "\U0001f3f4"
_TAGS = range(0xE0020, 0xE0080)
# More marks on one letter than any script needs, so that they cannot cover other lines.
_MOST_MARKS = 4
_MOST_URL = 160


def plain(text: str) -> str:
    """Return text on several lines without anything invisible or commanding.

    Args:
        text: Any text, trusted or not.

    Returns:
        The same words: escape sequences, control characters, direction overrides,
        zero-width characters and lone surrogates are gone, every line end is one line feed, tabs
        are spaces. Joiners inside emoji and the tags of regional flags stay: they are visible.
    """
    text = _LINE_ENDS.sub("\n", _ANSI.sub("", text)).replace("\t", " ")
    # Most of what a mail says is plain ASCII: nothing in it can be hidden or pile up.
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for place, char in enumerate(text):
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks <= _MOST_MARKS and _is_visible(text, place, kept):
            kept.append(char)
    return "".join(kept)


def one_line(text: str, *, most: int = 200) -> str:
    """Return text as one line of at most ``most`` characters, hardened like `plain`."""
    joined = " ".join(plain(text).split())
    return joined if len(joined) <= most else joined[: most - 1].rstrip() + "…"


def hidden_count(text: str) -> int:
    """Return how many characters `plain` leaves out of a text.

    Line ends written as two characters count as one; they are nothing hidden.
    """
    return len(_LINE_ENDS.sub("\n", text)) - len(plain(text))


def inert(url: str) -> str:
    """Return an address as plain words: no scheme, no user name, nothing to click.

    Args:
        url: A permalink as the platform gave it.

    Returns:
        For example ``facebook.com/12/posts/34``; a host outside ASCII in its ``xn--``
        form, so that look-alike letters show; cut with "…" after 160 characters. Empty
        for anything that is no http address.
    """
    try:
        parts = urlsplit(plain(url).strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    tail = f"?{parts.query}" if parts.query else ""
    said = one_line(host.removeprefix("www.") + port + parts.path + tail, most=_MOST_URL)
    return said.removesuffix("/")


def _is_visible(text: str, place: int, kept: list[str]) -> bool:
    """Return whether the character at a place is one that a reader can see."""
    char = text[place]
    if char == "\n":
        return True
    if char == _JOINER:
        return bool(kept) and _is_emoji(kept[-1]) and _is_emoji(text[place + 1 : place + 2])
    if ord(char) in _TAGS:
        return bool(kept) and (kept[-1] == _BLACK_FLAG or ord(kept[-1]) in _TAGS)
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs"}


def _is_emoji(char: str) -> bool:
    """Return whether a character can stand beside a joiner in an emoji."""
    return bool(char) and (
        unicodedata.category(char) in {"So", "Sk"} or char in {"\ufe0f", "♂", "♀"}
    )
