"""Replies as people's programmes write them, by hand: clients and languages.

Each client is a function from what a person typed, and the mail that is quoted, to the body's
headers and bytes. Each language has its own words for "on … wrote", for the headings of a
quoted mail, for a telephone's signature, and for "Re:".
"""

from __future__ import annotations

import base64
import html
import quopri
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

QUOTED = (
    "2 posts need a decision.",
    "",
    "Please decide by Friday 27 November, 12:00. Reply with one line:",
    "  REMOVE                 ask the owner to take it down",
    "  KEEP because …         it is not a breach",
    "  MINE",
)
"""The mail that is answered, as far as it is quoted: full of commands."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """How programmes speak in one language.

    Attributes:
        re: Prefix of a subject.
        wrote: What introduces a quotation.
        headings: Of a quoted mail: from, sent, to, subject.
        original: The line above a quoted mail.
        phone: A telephone's signature.
        away: Subject of an out-of-office answer.
    """

    re: str
    wrote: str
    headings: tuple[str, str, str, str]
    original: str
    phone: str
    away: str


TONGUES = {
    "en": Tongue(
        "Re:",
        "On Tue, 24 Nov 2026 at 07:00, clerkwatch <watch@town.example> wrote:",
        ("From", "Sent", "To", "Subject"),
        "-----Original Message-----",
        "Sent from my iPhone",
        "Automatic reply: 2 posts need a decision",
    ),
    "cy": Tongue(
        "Ateb:",
        "Ar ddydd Maw, 24 Tach 2026 am 07:00, clerkwatch <watch@town.example> ysgrifennodd:",
        ("Oddi wrth", "Anfonwyd", "At", "Pwnc"),
        "-----Neges Wreiddiol-----",
        "Sent from my iPad",
        "Out of office: Allan o'r swyddfa",
    ),
    "de": Tongue(
        "AW:",
        "Am 24.11.2026 um 07:00 schrieb clerkwatch <watch@town.example>:",
        ("Von", "Gesendet", "An", "Betreff"),
        "-----Ursprüngliche Nachricht-----",
        "Von meinem iPhone gesendet",
        "Automatische Antwort: 2 Beiträge",
    ),
    "fr": Tongue(
        "RE :",
        "Le mar. 24 nov. 2026 à 07:00, clerkwatch <watch@town.example> a écrit\u00a0:",
        ("De", "Envoyé", "À", "Objet"),
        "-----Message d'origine-----",
        "Envoyé de mon iPhone",
        "Réponse automatique : 2 publications",
    ),
    "es": Tongue(
        "RV: Re:",
        "El mar, 24 nov 2026 a las 7:00, clerkwatch (<watch@town.example>) escribió:",
        ("De", "Enviado", "Para", "Asunto"),
        "-----Mensaje original-----",
        "Enviado desde mi iPhone",
        "Respuesta automática: 2 publicaciones",
    ),
    "it": Tongue(
        "R:",
        "Il giorno mar 24 nov 2026 alle ore 07:00 clerkwatch <watch@town.example> ha scritto:",
        ("Da", "Inviato", "A", "Oggetto"),
        "-----Messaggio originale-----",
        "Inviato da iPhone",
        "Risposta automatica: 2 post",
    ),
    "nl": Tongue(
        "Antw:",
        "Op di 24 nov 2026 om 07:00 schreef clerkwatch <watch@town.example>:",
        ("Van", "Verzonden", "Aan", "Onderwerp"),
        "-----Oorspronkelijk bericht-----",
        "Verzonden vanaf mijn iPhone",
        "Automatisch antwoord: 2 berichten",
    ),
    "sv": Tongue(
        "SV:",
        "Den tis 24 nov. 2026 kl 07:00 skrev clerkwatch <watch@town.example>:",
        ("Från", "Skickat", "Till", "Ämne"),
        "-----Ursprungligt meddelande-----",
        "Skickat från min iPhone",
        "Autosvar: 2 inlägg",
    ),
    "pl": Tongue(
        "Odp:",
        "wt., 24 lis 2026 o 07:00 clerkwatch <watch@town.example> napisał(a):",
        ("Od", "Wysłano", "Do", "Temat"),
        "-----Wiadomość oryginalna-----",
        "Wysłane z iPhone'a",
        "Odpowiedź automatyczna: 2 posty",
    ),
    "ja": Tongue(
        "Re:",
        "2026年11月24日(火) 7:00 clerkwatch <watch@town.example>:",
        ("差出人", "送信日時", "宛先", "件名"),
        "-----元のメッセージ-----",
        "iPhoneから送信",
        "Automatic reply: 不在",
    ),
}
Body = tuple[str, bytes]
"""Content headers without the last line end, and the encoded body."""


def gmail(said: str, tongue: Tongue) -> Body:
    """Write as Gmail does in a browser: two forms, the quotation in a div of its own."""
    plain = f"{said}\n\n{tongue.wrote}\n\n{marked()}\n"
    page = (
        f'<div dir="ltr">{shown(said)}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{html.escape(tongue.wrote)}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">{shown_quote()}'
        "</blockquote></div>"
    )
    return both(plain, page)


def gmail_below(said: str, tongue: Tongue) -> Body:
    """Write below the quotation, introduction broken over two lines."""
    first, _, rest = tongue.wrote.rpartition(" ")
    return text_part(f"{first}\n{rest}\n\n{marked()}\n\n{said}\n")


def outlook(said: str, tongue: Tongue) -> Body:
    """Write as Outlook for Windows does: nothing marks the quotation but its headings."""
    page = (
        "<html><head><style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt} --></style></head>"
        f"<body lang=EN-GB><div class=WordSection1><p class=MsoNormal>{shown(said)}<o:p></o:p></p>"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p><div style='border:none;border-top:solid #E1E1E1 "
        f"1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>{headings(tongue, '<b>', '</b>')}"
        f"</p></div>{shown_quote()}</div></body></html>"
    )
    return both(f"{said}\r\n\r\n{headings(tongue)}\r\n\r\n{plain_quote()}", page)


def outlook_old(said: str, tongue: Tongue) -> Body:
    """Write as older programmes of Microsoft do: a line of dashes, then headings."""
    return text_part(f"{said}\n\n{tongue.original}\n{headings(tongue)}\n\n{plain_quote()}")


def outlook_web(said: str, tongue: Tongue) -> Body:
    """Write as Outlook on the web does: HTML only."""
    page = (
        f'<html><body><div class="elementToProof">{shown(said)}</div><div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr">'
        f"{headings(tongue, '<b>', '</b>')}</div><div>{shown_quote()}</div></body></html>"
    )
    return html_part(page)


def outlook_phone(said: str, tongue: Tongue) -> Body:
    """Write as Outlook for telephones does: a signature, a rule, headings."""
    sign = tongue.phone.replace("iPhone", "Outlook")
    return text_part(f"{said}\n\n{sign}\n{'_' * 32}\n{headings(tongue)}\n\n{plain_quote()}")


def apple(said: str, tongue: Tongue) -> Body:
    """Write as Apple Mail does on a computer."""
    page = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
        f'<body style="overflow-wrap: break-word;">{shown(said)}<br><div><br>'
        f'<blockquote type="cite"><div>{html.escape(tongue.wrote)}</div><br>'
        f"<div>{shown_quote()}</div></blockquote></div></body></html>"
    )
    return both(f"{said}\n\n> {tongue.wrote}\n> \n{marked()}\n", page)


def iphone(said: str, tongue: Tongue) -> Body:
    """Write as a telephone of Apple does: signature above the quotation."""
    return text_part(f"{said}\n\n{tongue.phone}\n\n> {tongue.wrote}\n> \n> \ufeff\n{marked()}\n")


def android(said: str, tongue: Tongue) -> Body:
    """Write as a telephone with Android does: base64, a quotation without angle brackets."""
    page = (
        f'<p dir="ltr">{shown(said)}</p><br><div class="gmail_quote"><div dir="auto">'
        f"{html.escape(tongue.wrote)}</div><blockquote>{shown_quote()}</blockquote></div>"
    )
    return html_part(page, encoding="base64")


def thunderbird(said: str, tongue: Tongue) -> Body:
    """Write as Thunderbird does: below the quotation, then a signature after dashes."""
    return text_part(f"{tongue.wrote}\n{marked()}\n\n{said}\n\n-- \nJane Clerk\nREMOVE\n")


def latin(said: str, tongue: Tongue) -> Body:
    """Write in the charset of old Windows, quoted-printable."""
    words = f"{said}\n\n{tongue.wrote}\n{marked()}\n"
    raw = words.encode("windows-1252", errors="replace")
    kind = "Content-Type: text/plain; charset=Windows-1252\r\n"
    return f"{kind}Content-Transfer-Encoding: quoted-printable", quopri.encodestring(raw)


def wide(said: str, tongue: Tongue) -> Body:
    """Write in UTF-16, base64, as some appliances do."""
    raw = f"{said}\n\n{tongue.wrote}\n{marked()}\n".encode("utf-16")
    kind = "Content-Type: text/plain; charset=utf-16\r\n"
    return f"{kind}Content-Transfer-Encoding: base64", base64.encodebytes(raw)


def spaced(said: str, tongue: Tongue) -> Body:
    """Write with hard spaces, empty lines and stars for bold before the words."""
    words = said.replace(" ", "\u00a0", 1)
    return text_part(f"\n\u200b\n*{words}*\n\n{tongue.phone}\n\n{tongue.wrote}\n{marked()}\n")


CLIENTS: dict[str, Callable[[str, Tongue], Body]] = {
    one.__name__: one
    for one in (
        gmail,
        gmail_below,
        outlook,
        outlook_old,
        outlook_web,
        outlook_phone,
        apple,
        iphone,
        android,
        thunderbird,
        latin,
        wide,
        spaced,
    )
}


def mail(
    body: Body,
    *,
    sender: str = "Jane Clerk <clerk@town.example>",
    to: str = "watch@town.example",
    subject: str = "Re: a post",
    more: str = "",
) -> bytes:
    """Return a whole mail.

    Args:
        body: As a client wrote it.
        sender: The From header.
        to: The To header.
        subject: The Subject header, as it goes over the line.
        more: Further headers, each with its line end, at the top.
    """
    kind, content = body
    head = (
        f"{more}From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Message-ID: <1@phone.example>\r\nMIME-Version: 1.0\r\n{kind}\r\n\r\n"
    )
    return head.encode("utf-8") + content


def marked() -> str:
    """Return the quoted mail with angle brackets."""
    return "\n".join(f"> {line}".rstrip() for line in QUOTED)


def plain_quote() -> str:
    """Return the quoted mail as it was."""
    return "\r\n".join(QUOTED)


def shown_quote() -> str:
    """Return the quoted mail as HTML."""
    return "".join(f"<p>{html.escape(line) or '&nbsp;'}</p>" for line in QUOTED)


def shown(said: str) -> str:
    """Return words as HTML."""
    return "<br>".join(html.escape(line) for line in said.split("\n"))


def headings(tongue: Tongue, start: str = "", end: str = "") -> str:
    """Return the headings of a quoted mail, one a line."""
    values = (
        "clerkwatch <watch@town.example>",
        "24 November 2026 07:00",
        "Clerk",
        "2 posts need a decision",
    )
    pairs = zip(tongue.headings, values, strict=True)
    if start:
        return "<br>".join(f"{start}{name}:{end} {html.escape(value)}" for name, value in pairs)
    return "\r\n".join(f"{name}: {value}" for name, value in pairs)


def text_part(text: str) -> Body:
    """Return a plain body."""
    return "Content-Type: text/plain; charset=utf-8; format=flowed", text.encode()


def html_part(page: str, *, encoding: str = "quoted-printable") -> Body:
    """Return a body of HTML only."""
    pack = base64.encodebytes if encoding == "base64" else quopri.encodestring
    kind = "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: "
    return f"{kind}{encoding}", pack(page.encode())


def both(plain: str, page: str) -> Body:
    """Return a body in two forms."""
    parts = b""
    for part in (("Content-Type: text/plain; charset=utf-8", plain.encode()), html_part(page)):
        parts += b"--=b=\r\n" + part[0].encode() + b"\r\n\r\n" + part[1] + b"\r\n"
    return 'Content-Type: multipart/alternative; boundary="=b="', parts + b"--=b=--\r\n"
