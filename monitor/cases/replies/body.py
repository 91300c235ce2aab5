"""The words of a mail: its plain part, its HTML part as a reader would see it, or both.

In HTML what a person cannot see says nothing, and where a style sheet hides by class, what can
be seen is a guess: the mail is then doubtful and decides nothing by its HTML alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from monitor.cases.replies.parts import content, inner

if TYPE_CHECKING:
    from email.message import Message

    from selectolax.lexbor import LexborNode

_MOST_TEXT = 200_000
_MOST_NODES = 50_000
# Charsets that people's programmes write. Python knows more, some of them no text at all
# (rot13, idna), some with states in which one text hides another (UTF-7).
_CHARSETS = re.compile(
    r"utf-?8|utf-?16(?:-?[bl]e)?|us-ascii|ascii|iso-?8859-?\d{1,2}(?:-[ei])?|latin-?1|"
    r"windows-?125\d|cp125\d|koi8-[ru]|gb2312|gbk|gb18030|big5|shift_jis|euc-(?:jp|kr)|iso-2022-jp",
    re.IGNORECASE,
)
_NESTS = re.compile(
    r"<(/?)(?:div|blockquote|span|font|table|section|article|center|[ou]l|dl|[abiu]|em|strong|big|"
    r"small|tt|code|s|strike|form|fieldset|details|main|header|footer|nav|aside|figure)\b",
    re.IGNORECASE,
)
_MOST_DEPTH = 500
_BREAK = "\ue000"
_BLOCKS = (
    "p,div,li,ul,ol,tr,table,h1,h2,h3,h4,h5,h6,pre,section,article,header,footer,address,hr,dd,dt"
)
_UNSEEN = "head,style,script,title,template,noscript,object,svg,math,textarea,select,[hidden]"
# Where the programmes of people put what they quote.
_QUOTES = (
    "blockquote,.gmail_quote,.gmail_extra,.yahoo_quoted,.protonmail_quote,.zmail_extra,"
    ".moz-cite-prefix,.moz-signature,.gmail_signature,.tutanota_quote"
)
_REST_IS_QUOTED = (
    "#divRplyFwdMsg,#appendonsend,#reply-intro,#mail-editor-reference-message-container"
)
_HIDES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?(?![.\d])|"
    r"font(?:-size)?\s*:[^;]*?(?<![\d.])[01](?:\.\d+)?(?:px|pt|em|rem|%)?\s*(?:[;!/]|$)|mso-hide|"
    r"(?:max-)?(?:height|width)\s*:\s*0|text-indent\s*:\s*-|position\s*:\s*(?:absolute|fixed)|"
    r"clip(?:-path)?\s*:|transform\s*:|(?<![-\w])color\s*:\s*(?:#f{3}(?:f{3})?\b|white|transparent|"
    r"rgba?\(\s*255\s*,\s*255\s*,\s*255)|(?:margin|left|right|top|bottom)[\w-]*\s*:\s*-\d{3}",
    re.IGNORECASE,
)
_PALE = re.compile(r"#?f{3}(?:f{3})?|white|transparent", re.IGNORECASE)
QUOTED = "> "
"""How a quoted stretch of HTML stands in its text."""
ENDS = "-----Original Message-----"
"""How the place after which everything is quoted stands in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a mail's writer sees as its words.

    Attributes:
        text: Lines.
        other: The same from the mail's other form; None if there is one form only.
        is_doubtful: What can be seen of ``text`` cannot be told.
    """

    text: str = ""
    other: str | None = None
    is_doubtful: bool = False


def body_of(message: Message, *, keeps_quotes: bool = False) -> Body:
    """Return the words of a mail; attachments and mails within it are not looked into.

    Args:
        message: The mail.
        keeps_quotes: What its HTML quotes stands in the text too, for what was forwarded.
    """
    plain = html = None
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "text/plain" and plain is None:
            plain = _decoded(part)
        elif kind == "text/html" and html is None:
            html = _decoded(part)
    if html is None:
        return Body(text=plain or "")
    seen, is_doubtful = seen_text(html, keeps_quotes=keeps_quotes)
    if plain is None or not plain.strip():
        return Body(text=seen, is_doubtful=is_doubtful)
    return Body(text=plain, other=None if is_doubtful else seen)


def seen_text(html: str, *, keeps_quotes: bool = False) -> tuple[str, bool]:
    """Return what a reader sees of HTML as lines, and whether that is a guess."""
    if _depth(html[:_MOST_TEXT]) > _MOST_DEPTH:
        return "", True  # no person's programme writes that, and it takes minutes to take apart
    tree = LexborHTMLParser(html.replace(_BREAK, " ")[:_MOST_TEXT])
    is_doubtful = any(_HIDES.search(sheet.text()) for sheet in tree.css("style"))
    for node in tree.css(_UNSEEN):
        node.decompose()
    body = tree.body
    if body is None:
        return "", is_doubtful
    hidden = [node for node in body.css("[style],[color],[size]") if _is_hidden(node)]
    for node in hidden:
        node.decompose()
    for node in body.css(_REST_IS_QUOTED):
        node.insert_before(f"{_BREAK}{ENDS}{_BREAK}")
    for node in body.css(_QUOTES):
        node.insert_before(f"{_BREAK}{QUOTED}{_BREAK}")
        if keeps_quotes:
            node.insert_after(_BREAK)
        else:
            node.decompose()
    for node in body.css("br"):
        node.replace_with(_BREAK)
    for node in body.css(_BLOCKS)[:_MOST_NODES]:
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    text = " ".join(body.text().split())
    return "\n".join(line.strip() for line in text.split(_BREAK)), is_doubtful


def _depth(html: str) -> int:
    """Return about how deep a page's elements stand within one another."""
    depth = deepest = 0
    for match in _NESTS.finditer(html):
        depth += -1 if match[1] else 1
        deepest = max(deepest, depth)
    return deepest


def _is_hidden(node: LexborNode) -> bool:
    """Return whether an element's own attributes keep it from being seen."""
    said = node.attributes
    if _HIDES.search(said.get("style") or ""):
        return True
    if node.tag != "font":
        return False
    return bool(_PALE.fullmatch(said.get("color") or "")) or (said.get("size") or "") == "0"


def _parts(message: Message) -> list[Message]:
    """Return the mail's own leaves in order: no attachments, nothing of mails within it."""
    waiting, leaves = [message], []
    while waiting:
        part = waiting.pop()
        if part.get_content_disposition() == "attachment" or part.get_filename():
            continue
        if part.get_content_maintype() == "multipart":
            waiting += reversed(inner(part))
        elif part.get_content_maintype() == "text":
            leaves.append(part)
    return leaves


def _decoded(part: Message) -> str:
    """Return a part's text; what its charset does not know is a replacement character."""
    payload = content(part)
    charset = part.get_content_charset() or "utf-8"
    known = charset if _CHARSETS.fullmatch(charset) else "utf-8"
    try:
        return payload.decode(known, errors="replace")[:_MOST_TEXT]
    except LookupError:  # iso-8859-12 fits the pattern and does not exist
        return payload.decode("utf-8", errors="replace")[:_MOST_TEXT]
