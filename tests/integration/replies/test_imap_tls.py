"""The inbox over TLS: a real Dovecot with a private authority, and one that hangs."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Literal

import pytest
import trustme
from pydantic import SecretStr

from config.errors import MailError
from monitor.alerts.inbox import ImapInbox
from tests.lib.dovecot import PASSWORD, PROGRAM, dovecot, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

needs_dovecot = pytest.mark.skipif(not PROGRAM, reason="dovecot-imapd is not installed")


def inbox(
    port: int,
    *,
    security: Literal["none", "starttls", "tls"],
    ca_file: Path | None = None,
    deadline_s: float = 20.0,
) -> ImapInbox:
    """Return an inbox on a loopback server."""
    return ImapInbox(
        host="127.0.0.1",
        port=port,
        security=security,
        username="watch",
        password=SecretStr(PASSWORD),
        ca_file=ca_file,
        deadline_s=deadline_s,
    )


@needs_dovecot
def test_a_real_server_over_both_kinds_of_tls(tmp_path: Path) -> None:
    """With the named authority the mailbox opens; with none, or another one, it never does."""
    vouching, another = trustme.CA(), trustme.CA()
    good, wrong = tmp_path / "ca.pem", tmp_path / "another.pem"
    vouching.cert_pem.write_to_path(good)
    another.cert_pem.write_to_path(wrong)
    tls_port = free_port()
    with dovecot(tmp_path / "imap", authority=vouching, tls_port=tls_port) as port:
        kinds: tuple[tuple[Literal["starttls", "tls"], int], ...] = (
            ("starttls", port),
            ("tls", tls_port),
        )
        for security, at in kinds:
            with inbox(at, security=security, ca_file=good).opened() as session:
                assert session.mailbox.startswith("imap:127.0.0.1:watch:INBOX:")
            for ca_file in (None, wrong):
                refused = inbox(at, security=security, ca_file=ca_file)
                with pytest.raises(MailError, match="CERTIFICATE_VERIFY_FAILED"), refused.opened():
                    pass


@needs_dovecot
def test_starttls_never_falls_back_to_clear_text(tmp_path: Path) -> None:
    """A server (or somebody between) that offers no STARTTLS never sees the password."""
    with dovecot(tmp_path / "imap") as port:
        asking = inbox(port, security="starttls")
        with pytest.raises(MailError, match="connecting"), asking.opened():
            pass


@contextlib.contextmanager
def server_that_says(greeting: bytes, *, drips: bool = False) -> Iterator[int]:
    """Run a server that says one thing to one caller, and then nothing, or drips for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line, contextlib.suppress(OSError):
                line.sendall(greeting)
                line.settimeout(0.05)
                while True:
                    try:
                        if not line.recv(4096):
                            return
                    except TimeoutError:
                        line.sendall(b"x" if drips else b"")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=5)


@pytest.mark.parametrize(
    "greeting", [b"", b"* OK hi\r\n", b"* OK hi\r\n* CAPABILITY IMAP4rev1\r\n"]
)
def test_a_mailbox_that_hangs_is_given_up_at_the_deadline(greeting: bytes) -> None:
    """A server that says nothing more costs the deadline, and the error names the server."""
    began = time.monotonic()
    with server_that_says(greeting) as port:
        asking = inbox(port, security="none", deadline_s=0.4)
        with pytest.raises(MailError, match=f"127.0.0.1:{port}"), asking.opened():
            pass
    assert time.monotonic() - began < 5


def test_a_server_that_drips_its_greeting_is_cut_off() -> None:
    """A byte now and then holds nobody: the deadline is of the whole session."""
    began = time.monotonic()
    with server_that_says(b"* OK ", drips=True) as port:
        asking = inbox(port, security="none", deadline_s=0.5)
        with pytest.raises(MailError, match="connecting"), asking.opened():
            pass
    assert time.monotonic() - began < 5
