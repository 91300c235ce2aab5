"""The transport against real servers: TLS with a private authority, deadlines, refusals."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING

import pytest
import trustme
from pydantic import SecretStr

from config.errors import MailError, SettingsError
from monitor.alerts.transport import SmtpTransport
from tests.integration.alerts.servers import Mailbox, mail_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CLERK = "clerk@ashcombe-tc.example"
SENDER = "clerkwatch@ashcombe-tc.example"
BODY = b"Subject: A mail\r\n\r\nWords.\r\n"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Return a certificate authority that no system knows."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """Return the authority's certificate as a file."""
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return file


def context(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    """Return a server's TLS context with a certificate for a name."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(made)
    return made


def send(transport: SmtpTransport) -> MailError | None:
    """Send one mail to the Clerk and return what came of it."""
    return transport.send(BODY, SENDER, [CLERK])[CLERK]


def test_starttls_with_the_named_authority_is_secure(authority: trustme.CA, ca_file: Path) -> None:
    """With ``ca_file`` the mail goes out over TLS."""
    mailbox = Mailbox()
    with mail_server(mailbox, context=context(authority)) as port:
        error = send(SmtpTransport(host="127.0.0.1", port=port, ca_file=ca_file, deadline_s=5))
    assert (error, mailbox.was_secure) == (None, [True])


def test_a_certificate_nobody_vouches_for_is_refused(authority: trustme.CA) -> None:
    """Without ``ca_file`` the certificate does not count, on loopback neither; the mail waits."""
    mailbox = Mailbox()
    with mail_server(mailbox, context=context(authority)) as port:
        error = send(SmtpTransport(host="127.0.0.1", port=port, deadline_s=5))
    assert error is not None
    assert ("CERTIFICATE_VERIFY_FAILED" in str(error), error.permanent) == (True, False)
    assert mailbox.offered == []


def test_a_certificate_for_another_name_is_refused(authority: trustme.CA, ca_file: Path) -> None:
    """A good certificate of another server is not good enough."""
    mailbox = Mailbox()
    with mail_server(mailbox, context=context(authority, "other.example")) as port:
        error = send(SmtpTransport(host="127.0.0.1", port=port, ca_file=ca_file, deadline_s=5))
    assert error is not None
    assert mailbox.offered == []


def test_starttls_never_falls_back_to_clear_text() -> None:
    """A server (or somebody between) that offers no STARTTLS gets no mail."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        error = send(SmtpTransport(host="127.0.0.1", port=port, deadline_s=5))
    assert error is not None
    assert (error.permanent, mailbox.offered) == (False, [])


def test_tls_from_the_first_byte(authority: trustme.CA, ca_file: Path) -> None:
    """``tls`` speaks TLS before any SMTP."""
    mailbox = Mailbox()
    with mail_server(mailbox, context=context(authority), is_tls=True) as port:
        error = send(
            SmtpTransport(
                host="127.0.0.1", port=port, security="tls", ca_file=ca_file, deadline_s=5
            )
        )
    assert (error, len(mailbox.offered)) == (None, 1)


def test_a_login_that_the_server_does_not_know_is_temporary() -> None:
    """A server without logins gets no mail; the mail waits until somebody mends the settings."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        error = send(
            SmtpTransport(
                host="127.0.0.1",
                port=port,
                security="none",
                username="clerkwatch",
                password=SecretStr("canary-password"),
                deadline_s=5,
            )
        )
    assert error is not None
    assert (error.permanent, "canary" in f"{error!r}{error}") == (False, False)


def test_greeting_a_server_offers_no_mail(authority: trustme.CA, ca_file: Path) -> None:
    """``doctor`` can try name, TLS and login without sending anything."""
    mailbox = Mailbox()
    with mail_server(mailbox, context=context(authority)) as port:
        known = SmtpTransport(host="127.0.0.1", port=port, ca_file=ca_file, deadline_s=5)
        unknown = SmtpTransport(host="127.0.0.1", port=port, deadline_s=5)
        assert known.greet(SENDER) is None
        assert "CERTIFICATE_VERIFY_FAILED" in str(unknown.greet(SENDER))
    assert mailbox.offered == []


def test_a_password_never_crosses_a_network_in_clear() -> None:
    """A login without TLS is refused unless the server is this machine."""
    with pytest.raises(SettingsError, match="in clear"):
        SmtpTransport(
            host="mail.example", port=25, security="none", username="u", password=SecretStr("p")
        )


@contextlib.contextmanager
def raw_server(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """Run a server that says what it likes, on one connection."""
    done = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listener.accept()
        with line, contextlib.suppress(OSError):
            talk(line, done)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        done.set()
        thread.join()
        listener.close()


def test_a_server_that_trickles_is_cut_at_the_deadline() -> None:
    """A byte now and then renews no deadline: the whole conversation has one."""

    def trickle(line: socket.socket, done: threading.Event) -> None:
        while not done.wait(0.02):
            line.sendall(b"2")

    began = time.monotonic()
    with raw_server(trickle) as port:
        error = send(SmtpTransport(host="127.0.0.1", port=port, security="none", deadline_s=0.4))
    assert error is not None
    assert "in time" in str(error)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "greeting",
    [
        b"554 no service\r\n",
        b"\xff\xfe\x00garbage\r\n",
        b"220 " + b"x" * 20_000 + b"\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"",
    ],
)
def test_a_strange_greeting_is_a_temporary_error(greeting: bytes) -> None:
    """Whatever a server says first, nothing is raised and the mail waits."""

    def greet(line: socket.socket, done: threading.Event) -> None:
        line.sendall(greeting)

    with raw_server(greet) as port:
        error = send(SmtpTransport(host="127.0.0.1", port=port, security="none", deadline_s=2))
    assert error is not None
    assert error.permanent is False


def test_a_host_that_is_no_name_is_a_temporary_error() -> None:
    """A name that cannot even be asked for is an error of that mail, not of the daemon."""
    error = send(SmtpTransport(host=f"{'x' * 70}.example", port=25, deadline_s=1))
    assert error is not None
    assert error.permanent is False
