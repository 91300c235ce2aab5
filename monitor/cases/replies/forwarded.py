"""What somebody reported, in a mail that was forwarded: addresses, words, pictures.

All of it is text and bytes from strangers: it is evidence of what was reported, never an order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.cases.replies.body import body_of
from monitor.cases.replies.parse import is_bounded
from monitor.cases.replies.parts import content, inner
from monitor.cases.replies.quoting import first_said, unsigned, without_headings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

_MOST_ADDRESSES = 20
_MOST_WORDS = 5000
_MOST_PICTURES = 5
_MOST_PARTS = 200
_LEAST_QUOTE = 20
_ADDRESS = re.compile(r"https?://[^\s<>\"“”'`|\\^{}\[\]]{4,2000}", re.IGNORECASE)
_QUOTE = re.compile(r"[“„«\"]([^“”„«»\"]{20,4000})[”“»\"]")
_MARK = re.compile(r"^(?:\s*>)+ ?", re.MULTILINE)
_PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "image/heic"})
# Gateways and platforms put their own address around a link.
_WRAPPED = re.compile(r"(?:^|\.)(?:safelinks\.protection\.outlook\.com|l\.facebook\.com)$")
_DEFENSE = re.compile(r"https://urldefense\.(?:com|us)/v3/__(.*?)__;", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that came with the mail.

    Attributes:
        name: As the mail calls it; from a stranger, perhaps empty.
        content: Its bytes; they need not be what they claim.
    """

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """What was reported.

    Attributes:
        addresses: Web addresses, without what gateways put around them, each once, in order.
        words: The post's words as they were reported: what the person wrote below the order, else
            what is quoted in the forwarded mail, else all it says; at most 5,000 characters.
        pictures: At most five.
    """

    addresses: tuple[str, ...] = ()
    words: str = ""
    pictures: tuple[Picture, ...] = ()


def forwarded_in(raw: bytes) -> Forwarded:
    """Return what a mail reports; never raises, whatever the bytes are."""
    if not is_bounded(raw):
        return Forwarded()
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(raw)
        return _read(message)
    except RecursionError:
        return Forwarded()


def unwrapped(address: str) -> str:
    """Return an address without what a gateway or platform put around it."""
    defended = _DEFENSE.match(address)
    if defended is not None:
        return defended[1]
    try:
        parts = urlsplit(address)
        if not _WRAPPED.search(parts.hostname or ""):
            return address
        query = parse_qs(parts.query, max_num_fields=30)
    except ValueError:
        return address
    inner = (query.get("url") or query.get("u") or [""])[0]
    return unquote(inner) if not inner.startswith("http") else inner


def _read(message: Message) -> Forwarded:
    texts = [unsigned(body_of(message, keeps_quotes=True).text)]
    pictures: list[Picture] = []
    for part in _parts(message):
        if part.get_content_type() == "message/rfc822":
            texts += [body_of(mail, keeps_quotes=True).text for mail in inner(part)[:1]]
        is_wanted = part.get_content_type() in _PICTURES and len(pictures) < _MOST_PICTURES
        if is_wanted and (picture := content(part)):
            pictures.append(Picture(name=str(part.get_filename() or ""), content=picture))
    links = [link for part in _parts(message) for link in _links(part)]
    said = "\n".join(texts)
    found = [*_ADDRESS.findall(_MARK.sub("", said)), *links]
    addresses = [unwrapped(one.rstrip(".,;:!?)>*_")) for one in found]
    return Forwarded(
        addresses=tuple(dict.fromkeys(addresses))[:_MOST_ADDRESSES],
        words=_words(texts),
        pictures=tuple(pictures),
    )


def _parts(message: Message) -> Iterator[Message]:
    """Go through a mail's parts, those of mails within it too."""
    for place, part in enumerate(message.walk()):
        if place >= _MOST_PARTS:
            return
        yield part


def _links(part: Message) -> Iterator[str]:
    """Go through the addresses that a part's HTML links to."""
    if part.get_content_type() != "text/html":
        return
    page = content(part)[:400_000].decode("utf-8", "replace").replace("&amp;", "&")
    yield from re.findall(r"href\s*=\s*[\"']?(https?://[^\s\"'<>]{4,2000})", page)


def _words(texts: list[str]) -> str:
    """Return the words of the post, as far as they can be told from what was reported."""
    first, own = first_said(texts[0])
    below = "\n".join(own.split("\n")[len(first) :])
    written = _plain(below)
    if written:
        return written
    rest = _MARK.sub("", "\n".join([_behind(texts[0], own), *texts[1:]]))
    quoted = [said for said in _QUOTE.findall(rest) if len(said.strip()) >= _LEAST_QUOTE]
    return _plain("\n".join(quoted)) if quoted else _plain(without_headings(rest))


def _behind(text: str, own: str) -> str:
    """Return what stands behind the writer's own words."""
    last = own.strip().split("\n")[-1]
    return text.partition(last)[2] if last else text


def _plain(text: str) -> str:
    """Return words without addresses and empty lines."""
    bare = _ADDRESS.sub("", text)
    lines = [line.strip() for line in bare.split("\n")]
    return "\n".join(line for line in lines if any(map(str.isalnum, line)))[:_MOST_WORDS]
