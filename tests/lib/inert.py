"""What must not be in anything that goes out: for a terminal, a mail reader, a spreadsheet."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import re
import unicodedata
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from collections.abc import Collection
    from email.message import EmailMessage, MIMEPart

_ORDERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ACTIVE = (
    "script, iframe, object, embed, form, input, base, link, img, picture, video, audio, svg "
    "[onload], [http-equiv=refresh], frame, frameset, applet"
)
_SCHEMES = ("mailto:", "#")
_LOADS = re.compile(r"@import|url\s*\(|expression\s*\(", re.IGNORECASE)


def obeyed(text: str) -> set[str]:
    """Return what a terminal would obey: control characters, and orders of direction."""
    return {
        f"U+{ord(sign):04X}"
        for sign in text
        if (unicodedata.category(sign) in {"Cc", "Cs"} and sign != "\n") or sign in _ORDERS
    }


def active(page: str, *, schemes: Collection[str] = _SCHEMES) -> list[str]:
    """Return what a reader of a page would run, load or follow elsewhere."""
    tree = LexborHTMLParser(page)
    found = [str(node.tag) for node in tree.css(_ACTIVE)]
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            if name.startswith("on") or name in {"src", "srcset", "action", "formaction"}:
                found.append(f"{node.tag} {name}")
            if name in {"href", "xlink:href"} and not (value or "").startswith(tuple(schemes)):
                found.append(f"{node.tag} {name}={value}")
            if name == "style" and _LOADS.search(value or ""):
                found.append(f"{node.tag} style")
    found += ["style" for node in tree.css("style") if _LOADS.search(node.text())]
    return found


def formulas(table: str) -> list[str]:
    """Return the cells of a CSV file that a spreadsheet would compute."""
    rows = csv.reader(io.StringIO(table.removeprefix("\ufeff"), newline=""))
    return [
        cell
        for row in rows
        for cell in row
        if unicodedata.normalize("NFKC", cell).lstrip()[:1] in {"=", "+", "-", "@"}
        and not re.fullmatch(r"-?\d+(\.\d+)?", cell)
    ]


def parsed(body: bytes) -> EmailMessage:
    """Return a mail as a reader has it."""
    return email.message_from_bytes(body.replace(b"\r\n", b"\n"), policy=email.policy.default)


def _lines(part: MIMEPart) -> str:
    """Return a part's text; line ends in base64 are written as MIME wants them (RFC 2049, 4)."""
    return str(part.get_content()).replace("\r\n", "\n")


def wrong_in_mail(body: bytes, *, headers: Collection[str]) -> list[str]:
    """Return what is wrong with a finished mail.

    Args:
        body: As it goes to the server.
        headers: Lower-case names that it may not have.
    """
    mail = parsed(body)
    found = [f"header {name}" for name in mail if name.lower() in headers]
    found += [f"{defect!r}" for part in mail.walk() for defect in part.defects]
    for name, value in mail.items():
        found += [f"{name}: {sign}" for sign in obeyed(str(value))]
    if max(map(len, body.split(b"\r\n"))) > 998:
        found.append("a line that is too long")
    plain = mail.get_body(("plain",))
    if plain is not None:
        found += [f"text: {sign}" for sign in obeyed(_lines(plain))]
    page = mail.get_body(("html",))
    if page is not None:
        found += [f"page: {what}" for what in active(page.get_content())]
        found += [f"page: {sign}" for sign in obeyed(_lines(page))]
    return found
