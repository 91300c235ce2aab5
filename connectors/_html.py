"""HTML and plain text from strangers turned into the words a reader sees: pure, bounded.

The parser's time grows with the square of the nesting and of the attributes of one tag;
two hundred thousand open ``<div>`` would keep it busy for a minute and a half. What looks
like that is not parsed at all: its tags are cut away by one pass of a linear pattern.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from connectors.base import nfc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from selectolax.lexbor import LexborNode

_LONGEST_HTML = 500_000
_DEEPEST = 250
_MOST_ATTRIBUTES = 500
_BEGINNING = 20_000
_LONGEST_ADDRESS = 2_000

_SKIPPED = frozenset({"script", "style", "template", "head", "title", "noembed", "svg", "math"})
_BLOCKS = frozenset(
    [
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "div", "dl"),
        *("dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4"),
        *("h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table"),
        *("td", "th", "tr", "ul", "video", "audio", "option", "details", "summary"),
    ]
)
_CLOSE_THEMSELVES = frozenset(
    [
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
        *("source", "track", "wbr", "p", "li", "td", "th", "tr", "dt", "dd", "option"),
    ]
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)[^<>]*>")
_ANY_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
_OPENING = re.compile(r"<[a-zA-Z][^\s/>]*")
_ATTRIBUTE = re.compile(
    r"""[\s/]*[^\s/>][^\s/>=]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"'][^\s>]*)?)?"""
)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\^`{|}]{1,2000}", re.IGNORECASE)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]{1,40})""")
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([a-zA-Z0-9_.:-]{1,40})""", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """What a piece of HTML says.

    Attributes:
        text: Words as a reader sees them, one line a block.
        alts: Descriptions of pictures, and labels and titles that a screen reader reads.
        links: Targets of links, http and https only.
        pictures: Addresses of pictures, http and https only.
    """

    text: str
    alts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


def clean(text: str) -> str:
    """Return text as stored: NFC, no control characters, no half of a surrogate pair.

    Tabs and line feeds stay; a carriage return becomes a line feed.
    """
    text = nfc(_LONE_SURROGATE.sub("\ufffd", text)).replace("\r", "\n").replace("\x85", "\n")
    return _CONTROL.sub("", text)


def tidy(text: str) -> str:
    """Return clean text without blanks at the ends of lines and without empty lines."""
    lines = (line.strip(" \t") for line in clean(text).split("\n"))
    return "\n".join(line for line in lines if line)


def folded(text: str) -> str:
    """Return words only, in lower case, one blank between: for telling whether texts agree."""
    kept = "".join(
        sign if sign.isalnum() else " "
        for sign in unicodedata.normalize("NFKC", _LONE_SURROGATE.sub(" ", text)).casefold()
    )
    return " ".join(kept.split())


def web_address(target: str, base: str = "") -> str | None:
    """Return an absolute http or https address; None for anything else.

    Args:
        target: As written, may be relative.
        base: Where it was written.
    """
    target = clean(target).strip().replace("\n", "").replace("\t", "")
    if not target:
        return None
    try:
        joined = urljoin(base, target) if base else target
        split = urlsplit(joined)
        host = split.hostname
    except ValueError:
        return None
    if split.scheme.lower() not in {"http", "https"} or not host:
        return None
    return joined if len(joined) <= _LONGEST_ADDRESS else None


def addresses_in(text: str) -> tuple[str, ...]:
    """Return the web addresses written out in a text, without the punctuation after them."""
    found = (web_address(each.rstrip(".,;:!?)]}*_~")) for each in _ADDRESS.findall(text))
    return once(each for each in found if each)


def once(items: Iterable[str]) -> tuple[str, ...]:
    """Return the items that are not empty, each once, in order."""
    return tuple(dict.fromkeys(item for item in items if item))


def decode(body: bytes, content_type: str) -> str:
    """Return a page as text: byte-order mark, HTTP charset, ``meta``, else UTF-8.

    Never raises: what cannot be decoded becomes U+FFFD.
    """
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(codec, "replace").removeprefix("\ufeff")
    said = _HEADER_CHARSET.search(content_type)
    inside = _META_CHARSET.search(body[:4096])
    for name in (said and said[1], inside and inside[1].decode("ascii")):
        if name and _is_text_codec(name):
            return body.decode(name, "replace")
    return body.decode("utf-8", "replace")


def _is_text_codec(name: str) -> bool:
    """Tell whether a charset is known, harmless and contains ASCII."""
    try:
        return b"<a>".decode(name) == "<a>" and name.lower() not in {"utf-7", "utf7"}
    except (LookupError, ValueError, TypeError):
        return False


def is_tame(markup: str) -> bool:
    """Tell whether a parser can take this in reasonable time."""
    is_short = len(markup) <= _LONGEST_HTML
    return is_short and nesting(markup) <= _DEEPEST and not _has_endless_tag(markup)


def _has_endless_tag(markup: str) -> bool:
    """Tell whether a tag has more attributes than any real one, in one linear pass.

    A stray ``<b`` in plain text, which would swallow the words after it, counts as one.
    """
    found = _OPENING.search(markup)
    while found:
        at, count = found.end(), 0
        while (attribute := _ATTRIBUTE.match(markup, at)) is not None:
            at, count = attribute.end(), count + 1
            if count > _MOST_ATTRIBUTES:
                return True
        found = _OPENING.search(markup, at)
    return False


def _without_scripts(markup: str) -> str:
    """Leave out closed scripts and styles: they hold no words, and ``<`` in every sense."""
    for name in ("script", "style"):
        opening, closing = re.compile(f"<{name}\\b", re.IGNORECASE), f"</{name}"
        folded_markup = markup.lower()
        if len(folded_markup) != len(markup):  # a letter that grows when folded: rare, kept
            continue
        kept, at = [], 0
        while (found := opening.search(markup, at)) is not None:
            end = folded_markup.find(closing, found.end())
            if end < 0:
                break
            kept.append(markup[at : found.start()])
            at = end + len(closing)
            at = markup.find(">", at) + 1 or len(markup)
        markup = "".join([*kept, markup[at:]])
    return markup


def nesting(markup: str) -> int:
    """Return how deep tags may be nested at most, in one linear pass.

    A closing tag takes back only an opening one of its own name, so that mismatched tags
    count as nesting; tags that close themselves do not count.
    """
    still_open: dict[str, int] = {}
    depth = deepest = 0
    for found in _TAG.finditer(markup):
        name = found[2].lower()
        if name in _CLOSE_THEMSELVES or found[0].endswith("/>"):
            continue
        if not found[1]:
            still_open[name] = still_open.get(name, 0) + 1
            depth += 1
            deepest = max(deepest, depth)
        elif still_open.get(name):
            still_open[name] -= 1
            depth -= 1
    return deepest


def read(markup: str, *, base: str = "", strip_statistics: bool = False) -> Prose:
    """Read a piece of HTML.

    Args:
        markup: A fragment or a whole page.
        base: Address that relative links start from.
        strip_statistics: Leave out phpBB's closing paragraph of views and replies, which
            would make every view look like an edit.
    """
    markup = _without_scripts(_LONE_SURROGATE.sub("\ufffd", markup).replace("\x00", ""))
    last = markup.rfind("<")
    if last > markup.rfind(">"):  # never closed: a parser would swallow the words after it
        markup = f"{markup[:last]}&lt;{markup[last + 1 :]}"
    if not is_tame(markup):
        return Prose(text=tidy(html.unescape(_ANY_TAG.sub("\n", markup))))
    tree = LexborHTMLParser(markup)
    root = tree.root
    if root is None:
        return Prose(text="")
    if strip_statistics:
        _drop_statistics(tree)
    alts: list[str] = []
    links: list[str | None] = []
    pictures: list[str | None] = []
    for node in root.traverse():
        name, attributes = node.tag or "", node.attributes
        alts += [_words(attributes.get(each)) for each in ("alt", "aria-label", "title")]
        if name == "a":
            links.append(web_address(attributes.get("href") or "", base))
        if name in {"img", "source", "video"}:
            shown = attributes.get("src") or attributes.get("data-src") or ""
            pictures.append(web_address(shown, base))
    return Prose(
        text=_text_of(root),
        alts=once(alts),
        links=once(each for each in links if each),
        pictures=once(each for each in pictures if each),
    )


def _words(value: str | None) -> str:
    return " ".join(clean(value or "").split())


def _text_of(root: LexborNode) -> str:
    """Return the visible words; walks with a stack of its own, however deep the tree."""
    return tidy("".join(_pieces(root)))


def _pieces(root: LexborNode) -> Iterator[str]:
    waiting: list[LexborNode | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
            continue
        name = node.tag or ""
        if name == "-text":
            yield _SPACES.sub(" ", node.text_content or "")
        elif name not in _SKIPPED and name != "-comment":
            edge = "\n" if name in _BLOCKS else ""
            yield edge
            waiting.append(edge)
            waiting.extend(reversed(list(node.iter(include_text=True))))


def _drop_statistics(tree: LexborHTMLParser) -> None:
    body = tree.body
    parts = [] if body is None else list(body.iter())
    if parts and parts[-1].tag == "hr":
        parts.pop()
        if parts and parts[-1].tag == "p" and parts[-1].text().lstrip().startswith("Statistics:"):
            parts[-1].decompose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a page says it is.

    Attributes:
        names: Title, first-rank headings and what the page calls itself for sharing.
        canonical: The address the page gives itself, absolute; None if it gives none.
    """

    names: tuple[str, ...] = ()
    canonical: str | None = None


def head_of(markup: str, *, url: str) -> Head:
    """Read what a page says it is.

    Args:
        markup: The whole page.
        url: Where it came from.
    """
    markup = _without_scripts(_LONE_SURROGATE.sub("\ufffd", markup).replace("\x00", ""))
    if not is_tame(markup):
        markup = markup[:_BEGINNING]
        if not is_tame(markup):
            return Head()
    tree = LexborHTMLParser(markup)
    names = [node.text() for node in tree.css("title, h1")]
    names += [
        node.attributes.get("content") or "" for node in tree.css('meta[property="og:title"]')
    ]
    names += [node.text() for node in tree.css("h2 > a, h2.topic-title, h2.entry-title")]
    places = [node.attributes.get("href") for node in tree.css('link[rel="canonical"]')]
    places += [node.attributes.get("content") for node in tree.css('meta[property="og:url"]')]
    found = [web_address(place, url) for place in places if place]
    return Head(
        names=once(_words(name) for name in names),
        canonical=next((each for each in found if each), None),
    )
