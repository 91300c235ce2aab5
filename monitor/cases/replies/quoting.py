"""The first words of a reply that are its writer's own.

No list of languages: programmes write what they quote in few shapes, in all languages alike.
A line that ends in a colon before quoted lines introduces them; a run of short headings with
colons ("Von: … Gesendet: … An: …") begins a quoted mail that goes to the end.
"""

from __future__ import annotations

import re

from monitor.cases.replies.banners import is_banner, without_banners
from monitor.cases.replies.words import begins_order

_MOST_LINES = 5000
_QUOTED = re.compile(r"\s*(?:>|\|\s|»)")
_HEADING = re.compile(r"[*_]?\w[\w .'-]{0,20}[*_]?\s?[:\uff1a][*_]?(?:\s|$)")
_RULE = re.compile(
    r"\s*(?:-{2,}\s?\w[^-]{2,60}-{2,}|_{10,}|-{20,}|={20,}|\*{3,}[^*]{3,60}\*{3,})\s*"
)
_SIGNATURE = re.compile(
    r"--\s?|(?:sent|get|gesendet|von meine[mn]?|envoyé|envoyée|télécharge[zr]|inviato|scarica|"
    r"enviado|obtén|verzonden|verstuurd|skickat|sendt|sendt fra|lähetetty|wysłane|odesláno|"
    r"отправлено|надіслано|从我的|發自|iphoneから)\b.{0,60}(?:iphone|ipad|android|samsung|galaxy|outlook|"
    r"mobile|mobil|mail|telefon|phone|blackberry|huawei|gerät|blackberry).{0,40}",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"\s*-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\r?\n(?:Hash:[^\n]*\r?\n)*\s*?\r?\n(?P<said>.*?)"
    r"^-----BEGIN PGP SIGNATURE-----",
    re.DOTALL | re.MULTILINE,
)
_SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000\t]")
# A mark of byte order or a zero-width space at an end of a line is a programme's, not a person's.
_MARKS = "\ufeff\u200b"
_HEADINGS_OF_A_MAIL = 3
_INTRODUCES = re.compile(r"begin forwarded message:|forwarded message:?", re.IGNORECASE)
_MOST_INTRODUCTION = 4


def first_said(text: str) -> tuple[tuple[str, ...], str]:
    """Return the first unquoted lines and all unquoted words.

    Args:
        text: A mail's words, quoted lines included.

    Returns:
        The first line with those right below it (up to an empty line, a signature, a
        quotation or another order); and all that is unquoted. Both are empty for a reply
        without words of its own.
    """
    own = _own([_SPACES.sub(" ", line).strip(_MARKS).strip() for line in _lines(unsigned(text))])
    own = without_banners(own)
    first: list[str] = []
    for line in own:
        if not line or (first and begins_order(line)):
            break
        first.append(line)
    return tuple(first), "\n".join(own).strip()


def unsigned(text: str) -> str:
    """Return what a text signed in line says (RFC 9580 section 7); any other text as it is."""
    match = _SIGNED.match(text)
    return text if match is None else re.sub(r"(?m)^- ", "", match["said"])


def without_headings(text: str) -> str:
    """Return a forwarded mail's words without the headings and rules above them."""
    lines = [_SPACES.sub(" ", line).strip(_MARKS).strip() for line in _lines(text)]
    kept: list[str] = []
    in_headings = False
    for place, line in enumerate(lines):
        in_headings = bool(line) and (
            _begins_mail(lines, place) or (in_headings and _HEADING.match(line) is not None)
        )
        if not in_headings and not _RULE.fullmatch(line) and not _INTRODUCES.fullmatch(line):
            kept.append(line)
    return "\n".join(kept).strip()


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|[\r\n\u2028\u2029\u0085\v\f]", text)[:_MOST_LINES]


def _own(lines: list[str]) -> list[str]:
    """Return the lines before a signature or a quoted mail, without those that are quoted."""
    own: list[str] = []
    for place, line in enumerate(lines):
        if _QUOTED.match(line):
            _drop_introduction(own)
            continue
        if _ends_here(lines, place):
            break
        own.append(line)
    return own


def _ends_here(lines: list[str], place: int) -> bool:
    """Return whether from this line on nothing is the writer's own."""
    line = lines[place]
    if (_RULE.fullmatch(line) and not is_banner(line, line)) or _begins_mail(lines, place):
        return True
    # Above a quotation a signature ends nothing: people also write below.
    is_signature = _SIGNATURE.fullmatch(line) is not None
    return is_signature and not any(_QUOTED.match(later) for later in lines[place + 1 :])


def _begins_mail(lines: list[str], place: int) -> bool:
    """Return whether a quoted mail's own headings begin here, in whatever language."""
    run = [line for line in lines[place : place + 8] if line][:_HEADINGS_OF_A_MAIL]
    if len(run) < _HEADINGS_OF_A_MAIL or not lines[place]:
        return False
    return all(_HEADING.match(line) for line in run) and "@" in " ".join(lines[place : place + 8])


def _drop_introduction(own: list[str]) -> None:
    """Take away the lines that introduce a quotation: the last of them ends in a colon."""
    while own and not own[-1]:
        own.pop()
    if not own or not own[-1].endswith((":", "\uff1a")):
        own.append("")
        return
    for _ in range(_MOST_INTRODUCTION):
        if own and own[-1]:
            own.pop()
    own.append("")
