"""More programmes that people answer with, and what stands around their words on the way.

Beside `reply_shapes`: each client writes a body from what a person typed; each wrapping puts
something around the words of a body as gateways, lists and signing programmes do.
"""

from __future__ import annotations

import base64
import html
import quopri
from typing import TYPE_CHECKING

from tests.lib.reply_shapes import (
    QUOTED,
    both,
    headings,
    html_part,
    marked,
    plain_quote,
    shown,
    shown_quote,
    text_part,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lib.reply_shapes import Body, Tongue


def yahoo(said: str, tongue: Tongue) -> Body:
    """Write as Yahoo does: a signature line of its app, the quotation in a div of its own."""
    page = (
        f'<div class="yahoo-style-wrap"><div dir="ltr" data-setdir="false">{shown(said)}</div>'
        '<div><br></div></div><div id="ydp1yahoo_quoted_1" class="yahoo_quoted"><div>'
        f"{html.escape(tongue.wrote)}</div><div>{shown_quote()}</div></div>"
    )
    plain = f" {said}\n\n    {tongue.wrote}  \n \n {plain_quote()}\n"
    return both(plain.replace(plain_quote(), marked()), page)


def proton(said: str, tongue: Tongue) -> Body:
    """Write as Proton does: a signature of its own, the quotation in a blockquote."""
    page = (
        f'<div style="font-family: Arial; font-size: 14px;">{shown(said)}</div>'
        '<div class="protonmail_signature_block"><div>Sent with Proton Mail secure email.</div>'
        f'</div><div class="protonmail_quote">{html.escape(tongue.wrote)}<br>'
        f'<blockquote class="protonmail_quote" type="cite">{shown_quote()}</blockquote></div>'
    )
    plain = f"{said}\n\nSent with Proton Mail secure email.\n\n{tongue.wrote}\n\n{marked()}\n"
    return both(plain, page)


def samsung(said: str, tongue: Tongue) -> Body:
    """Write as Samsung's telephones do: dashes around the title of the quoted mail."""
    title = tongue.original.strip("-").strip()
    page = (
        f'<div dir="auto">{shown(said)}</div><div><br></div><div align="left" dir="auto" '
        'style="font-size:100%;color:#000000"><div>-------- '
        f"{html.escape(title)} --------</div><div>{headings(tongue, '<span>', '</span>')}</div>"
        f"</div><div>{shown_quote()}</div>"
    )
    plain = (
        f"{said}\n\n\nSent from my Galaxy\n\n\n-------- {title} --------\n"
        f"{headings(tongue)}\n\n{plain_quote()}"
    )
    return both(plain, page)


def gmail_app(said: str, tongue: Tongue) -> Body:
    """Write as Gmail's app does: everything in quoted-printable, dir=auto."""
    plain = f"{said}\n\n{tongue.wrote}\n\n{marked()}\n"
    page = (
        f'<div dir="auto">{shown(said)}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{html.escape(tongue.wrote)}<br></div><blockquote '
        f'class="gmail_quote" style="margin:0 0 0 .8ex">{shown_quote()}</blockquote></div>'
    )
    return both(plain, page)


def outlook_app(said: str, tongue: Tongue) -> Body:
    """Write as Outlook's app does: HTML only, with the line that advertises it."""
    page = (
        '<html><head><meta charset="utf-8"></head><body><div dir="ltr">'
        f'{shown(said)}</div><div id="ms-outlook-mobile-signature" dir="ltr"><div><br></div>Get '
        '<a href="https://aka.ms/o0ukef">Outlook for Android</a></div><hr style="display:'
        'inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">'
        f"{headings(tongue, '<b>', '</b>')}</font></div><div>{shown_quote()}</div></body></html>"
    )
    return html_part(page, encoding="base64")


def outlook_mac(said: str, tongue: Tongue) -> Body:
    """Write as Outlook for Mac does: a border above the headings, words in a span."""
    page = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang="EN-GB"><div '
        f'class="WordSection1"><p class="MsoNormal"><span style="font-size:11.0pt">{shown(said)}'
        "</span></p><p class=MsoNormal><span>&nbsp;</span></p><div id="
        '"mail-editor-reference-message-container"><div style="border:none;border-top:solid '
        f'#B5C4DF 1.0pt"><p>{headings(tongue, "<b>", "</b>")}</p></div>{shown_quote()}</div>'
        "</div></body></html>"
    )
    return both(f"{said}\n \n{headings(tongue)}\n\n{plain_quote()}", page)


def flowed(said: str, tongue: Tongue) -> Body:
    """Write as programmes with format=flowed do: soft line ends carry a space."""
    lines = [f"{line} " if len(line) > 60 else line for line in marked().split("\n")]
    quote = "\n".join(lines)
    return text_part(f"{said}\n\n{tongue.wrote}\n{quote}\n")


def inline(said: str, tongue: Tongue) -> Body:
    """Write between the quoted lines."""
    first, rest = marked().split("\n")[:2], marked().split("\n")[2:]
    upper, lower = "\n".join(first), "\n".join(rest)
    return text_part(f"{tongue.wrote}\n{upper}\n\n{said}\n\n{lower}\n")


def right_to_left(said: str, tongue: Tongue) -> Body:
    """Write in a programme set to a language that runs from right to left."""
    page = (
        f'<html dir="rtl"><body dir="rtl"><div dir="ltr">{shown(said)}</div><br>'
        f'<div class="gmail_quote"><div dir="rtl">{html.escape(tongue.wrote)}</div>'
        f"<blockquote>{shown_quote()}</blockquote></div></body></html>"
    )
    return both(f"{said}\n\n\u202b{tongue.wrote}\u202c\n\n{marked()}\n", page)


def one_line_base64(said: str, tongue: Tongue) -> Body:
    """Write plain text as one line of base64, as some gateways encode it again."""
    raw = base64.b64encode(f"{said}\r\n\r\n{tongue.wrote}\r\n{marked()}\r\n".encode())
    kind = "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64"
    return kind, raw + b"\r\n"


def groupware(said: str, tongue: Tongue) -> Body:
    """Write as old groupware does: bars before quoted lines."""
    quote = "\n".join(f"| {line}" for line in QUOTED)
    return text_part(f"{said}\n\n{tongue.wrote}\n{quote}\n")


def smime(said: str, tongue: Tongue) -> Body:
    """Write plain text with a detached S/MIME signature."""
    words = f"{said}\r\n\r\n{tongue.wrote}\r\n{marked()}\r\n".encode()
    parts = (
        b"--s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + words
        + b"\r\n--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n"
        b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; "
        b"filename=smime.p7s\r\n\r\nTUlJQw==\r\n--s--\r\n"
    )
    kind = 'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="s"'
    return kind, parts


def pgp_inline(said: str, tongue: Tongue) -> Body:
    """Write plain text signed in line."""
    dashed = marked().replace("\n-", "\n- -")
    return text_part(
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{said}\n\n{tongue.wrote}\n{dashed}\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCgAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n"
    )


def pgp_mime(said: str, tongue: Tongue) -> Body:
    """Write quoted-printable text with a PGP signature as a part of its own."""
    words = quopri.encodestring(f"{said}\n\n{tongue.wrote}\n{marked()}\n".encode())
    parts = (
        b"--p\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        + words
        + b"\r\n--p\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\n"
        b"-----BEGIN PGP SIGNATURE-----\r\nx\r\n-----END PGP SIGNATURE-----\r\n--p--\r\n"
    )
    kind = 'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary="p"'
    return kind, parts


CLIENTS: dict[str, Callable[[str, Tongue], Body]] = {
    one.__name__: one
    for one in (
        yahoo,
        proton,
        samsung,
        gmail_app,
        outlook_app,
        outlook_mac,
        flowed,
        inline,
        right_to_left,
        one_line_base64,
        groupware,
        smime,
        pgp_inline,
        pgp_mime,
    )
}

BANNERS = (
    (
        "CAUTION: This email originated from outside of the organisation. Do not click links or\n"
        "open attachments unless you recognise the sender and know the content is safe."
    ),
    (
        "[EXTERNAL EMAIL] DO NOT CLICK links or attachments unless you recognize the sender and\n"
        "know the content is safe."
    ),
    "[EXTERNAL]",
    "EXTERNAL EMAIL",
    "*** External message ***",
    "WARNING: This message came from outside the council.",
    (
        "You don't often get email from clerk@town.example. Learn why this is important\n"
        "<https://aka.ms/LearnAboutSenderIdentification>"
    ),
    "Some people who received this message don't often get email from clerk@town.example.",
    (
        "ZjQcmQRYFpfptBannerStart\nThis Message Is From an External Sender\n"
        "This message came from outside your organization.\nReport Suspicious\n\n"
        "ZjQcmQRYFpfptBannerEnd"
    ),
    "OFFICIAL",
    "OFFICIAL - SENSITIVE",
    "Classification: OFFICIAL",
    "Sensitivity: Internal",
    "NOTE: This email comes from outside our organisation. OPEN attachments with care.",
    "NOTICE: This email originated from outside the council.\nDO NOT OPEN attachments",
    "Caution - this email is from an external sender",
    "ACHTUNG: Diese E-Mail kommt von außerhalb. Klicken Sie nicht auf Links.",
    "ATTENTION : ce courriel provient de l'extérieur. Ne cliquez sur aucun lien.",
    "LET OP: dit bericht komt van buiten de organisatie.",
    "RHYBUDD: Daeth yr e-bost hwn o'r tu allan i'r sefydliad.",
    "注意\uff1aこの電子メールは外部から送信されました。メールのリンクに注意",
    (
        "This email was sent from outside of your organisation. Never open attachments from\n"
        "people whom you do not know. If in doubt, REPORT it to the service desk."
    ),
)
"""What gateways and marking programmes put above somebody's words."""

FOOTERS = (
    "_______________________________________________\nclerks mailing list\nREMOVE yourself here",
    "-- \nJane Clerk, Clerk to the Council\nTel. 01234 567890",
    (
        "This email and any attachments are confidential. If you are not the intended recipient,\n"
        "REMOVE it at once and tell the sender."
    ),
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Sent from my Galaxy S23, an AT&T 5G smartphone",
    "Virus-free. www.avast.example\n\nDO NOT COPY",
)
"""What stands below."""
