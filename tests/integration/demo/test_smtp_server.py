"""The demo's mail server, driven with smtplib and with bare sockets."""

from __future__ import annotations

import smtplib
import socket
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from monitor.demo.smtp_server import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """A mail server that takes messages of up to 20,000 bytes."""
    with SmtpServer(largest=20_000) as running:
        yield running


@pytest.fixture
def client(server: SmtpServer) -> Iterator[smtplib.SMTP]:
    """A client that has said EHLO."""
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as connected:
        connected.ehlo("quarrington.example")
        yield connected


def _mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Quiet day — Tue 24 Nov"
    message["From"] = "watch@quarrington.example"
    message["To"] = "clerk@quarrington.example, deputy@quarrington.example"
    message.set_content(".\n..two dots\n.one dot\nTickets: £2.50\n")
    message.add_alternative("<p>Nothing</p>", subtype="html")
    return message


def test_mail_is_kept_as_sent(server: SmtpServer, client: smtplib.SMTP) -> None:
    """A mail comes out as it went in: envelope, subject, dots and both parts."""
    client.send_message(_mail())
    kept = server.mails[0]
    message = kept.message()
    plain = message.get_body(preferencelist=("plain",))
    rich = message.get_body(preferencelist=("html",))

    assert kept.sender == "watch@quarrington.example"
    assert kept.recipients == ("clerk@quarrington.example", "deputy@quarrington.example")
    assert message["Subject"] == "Quiet day — Tue 24 Nov"
    assert plain is not None
    assert rich is not None
    assert plain.get_content() == ".\n..two dots\n.one dot\nTickets: £2.50\n"
    assert rich.get_content() == "<p>Nothing</p>\n"


def test_bytes_are_kept_exactly(server: SmtpServer, client: smtplib.SMTP) -> None:
    """The very bytes arrive, however often they are sent, even lines far too long."""
    data = b"Subject: x\r\n\r\n.a\r\n.\r\n" + b"y" * 9000 + b".\r\nend\r\n"
    for _ in range(2):
        client.sendmail("a@x.example", ["b@y.example"], data)

    assert [mail.data for mail in server.mails] == [data, data]


def test_extensions_are_offered(client: smtplib.SMTP) -> None:
    """EHLO offers 8BITMIME, SMTPUTF8 and the largest size."""
    assert client.has_extn("8bitmime")
    assert client.has_extn("smtputf8")
    assert client.esmtp_features["size"] == "20000"


def test_addresses_may_be_unicode(server: SmtpServer, client: smtplib.SMTP) -> None:
    """With SMTPUTF8 an address outside ASCII is taken."""
    client.sendmail(
        "zoë@quarrington.example",
        ["clerk@quarrington.example"],
        b"Subject: x\r\n\r\ny\r\n",
        mail_options=["SMTPUTF8"],
    )

    assert server.mails[0].sender == "zoë@quarrington.example"


def test_one_recipient_refused(server: SmtpServer, client: smtplib.SMTP) -> None:
    """A refused recipient is named, and the others have the mail."""
    server.refuse("Deputy@quarrington.example")
    refused = client.send_message(_mail())

    assert refused == {
        "deputy@quarrington.example": (550, b"deputy@quarrington.example is not taken here")
    }
    assert server.mails[0].recipients == ("clerk@quarrington.example",)


def test_refusal_for_a_while_ends(server: SmtpServer, client: smtplib.SMTP) -> None:
    """A recipient refused with 450 can be taken later."""
    server.refuse("b@y.example", code=450)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail("a@x.example", ["b@y.example"], b"Subject: x\r\n\r\ny\r\n")
    server.refuse("b@y.example", code=250)

    assert refused.value.recipients["b@y.example"][0] == 450
    assert client.sendmail("a@x.example", ["b@y.example"], b"Subject: x\r\n\r\ny\r\n") == {}


def test_server_that_is_down(server: SmtpServer) -> None:
    """A server that is down says 421, and works again afterwards."""
    server.go_down()
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        smtplib.SMTP("127.0.0.1", server.port, timeout=5)
    server.go_down(is_down=False)
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as connected:
        answer = connected.noop()

    assert refused.value.smtp_code == 421
    assert answer == (250, b"OK")


def test_too_big_is_refused(server: SmtpServer, client: smtplib.SMTP) -> None:
    """A mail beyond the size is refused, whether it announced the size or not."""
    data = b"Subject: x\r\n\r\n" + b"line of words\r\n" * 2000
    with pytest.raises(smtplib.SMTPSenderRefused) as announced:
        client.sendmail("a@x.example", ["b@y.example"], data)
    client.mail("a@x.example")
    client.rcpt("b@y.example")
    silent = client.data(data)

    assert announced.value.smtp_code == 552
    assert silent[0] == 552
    assert server.mails == ()


def test_reset_forgets_the_envelope(server: SmtpServer, client: smtplib.SMTP) -> None:
    """After RSET sender and recipients must be said again."""
    client.mail("a@x.example")
    client.rcpt("b@y.example")
    client.rset()

    assert client.docmd("DATA")[0] == 503
    assert client.docmd("RCPT", "TO:<b@y.example>")[0] == 503
    assert server.mails == ()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("MAIL FROM:<a@x.example>", 503),
        ("EHLO", 501),
        ("STARTTLS", 502),
        ("VRFY clerk", 252),
        ("NOOP", 250),
        ("", 502),
        ("x" * 2000, 500),
    ],
)
def test_bare_lines(server: SmtpServer, line: str, code: int) -> None:
    """Commands out of order, unknown or too long each have their answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as bare:
        lines = bare.makefile("rb")
        with lines:
            lines.readline()
            bare.sendall(line.encode() + b"\r\n")
            answer = lines.readline()

    assert answer.startswith(str(code).encode())


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("MAIL FROM: a@x.example", 501),
        ("MAIL TO:<a@x.example>", 501),
        ("MAIL FROM:<a@x.example> SIZE=999999999", 552),
        ("MAIL FROM:<>", 250),
    ],
)
def test_senders(client: smtplib.SMTP, command: str, code: int) -> None:
    """A sender stands in angle brackets; an empty one is a bounce's."""
    assert client.docmd(command)[0] == code


def test_client_that_vanishes_leaves_nothing(server: SmtpServer) -> None:
    """A mail cut off in the middle was never accepted."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as bare:
        lines = bare.makefile("rb")
        with lines:
            lines.readline()
            for line in (b"HELO x", b"MAIL FROM:<a@x>", b"RCPT TO:<b@y>", b"DATA"):
                bare.sendall(line + b"\r\n")
                lines.readline()
            bare.sendall(b"Subject: half")

    assert server.mails == ()
