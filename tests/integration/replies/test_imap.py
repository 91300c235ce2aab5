"""The inbox by IMAP: a real Dovecot, and servers that do not behave."""

from __future__ import annotations

import imaplib
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from config.errors import MailError
from config.types import CaseState
from monitor.alerts.inbox import MOST_BYTES, ImapInbox
from tests.integration.replies.desk import ClerksDesk
from tests.lib.dovecot import PASSWORD, PROGRAM, dovecot

if TYPE_CHECKING:
    from pathlib import Path

needs_dovecot = pytest.mark.skipif(not PROGRAM, reason="dovecot-imapd is not installed")


def inbox(port: int, *, password: str = PASSWORD, deadline_s: float = 20.0) -> ImapInbox:
    """Return an inbox on a loopback server."""
    return ImapInbox(
        host="127.0.0.1",
        port=port,
        security="none",
        username="watch",
        password=SecretStr(password),
        deadline_s=deadline_s,
    )


def put(port: int, *raws: bytes) -> None:
    """Deliver mails to the server."""
    line = imaplib.IMAP4("127.0.0.1", port)
    line.login("watch", PASSWORD)
    for raw in raws:
        assert line.append("INBOX", "", "", raw)[0] == "OK"
    line.logout()


def flags(port: int) -> list[bytes]:
    """Return what the server says of the flags of every mail."""
    line = imaplib.IMAP4("127.0.0.1", port)
    line.login("watch", PASSWORD)
    line.select("INBOX", readonly=True)
    _, data = line.uid("FETCH", "1:*", "(FLAGS)")
    line.logout()
    return [part for part in data if isinstance(part, bytes)]


@needs_dovecot
def test_a_reply_read_by_imap_decides_once(tmp_path: Path) -> None:
    """A reply decides, is marked as seen and never read again; other mail is left unseen."""
    with dovecot(tmp_path / "imap") as port, ClerksDesk(tmp_path / "t", inbox=inbox(port)) as desk:
        urgent = desk.newest("urgent")
        number = desk.about(urgent)
        stranger = desk.answer(urgent, "REMOVE", sender="evil@evil.example")
        put(port, stranger, desk.answer(urgent, "KEEP because it is a quotation"))
        first, second = desk.look(), desk.look()
        assert (first.decided, first.ignored) == (1, 1)
        assert (second.decided, second.answered, second.ignored) == (0, 0, 0)
        assert desk.case(number).state is CaseState.CLOSED
        assert [b"\\Seen" in said for said in flags(port)] == [False, True]


@needs_dovecot
def test_a_very_long_mail_is_not_fetched(tmp_path: Path) -> None:
    """A mail beyond the limit is passed over without its bytes, and those behind it are read."""
    with dovecot(tmp_path / "imap") as port:
        put(
            port, b"Subject: long\r\n\r\n" + b"x" * (MOST_BYTES + 1), b"Subject: short\r\n\r\nx\r\n"
        )
        with inbox(port).opened() as session:
            found = [
                (one.raw == b"", one.size > MOST_BYTES)
                for one in session.arrived(after=None, is_known=lambda _uid: False)
            ]
        assert found == [(True, True), (False, False)]


@needs_dovecot
def test_a_wrong_password_is_said_without_the_password(tmp_path: Path) -> None:
    """A login that is refused is an error that names the server, never the password."""
    with dovecot(tmp_path / "imap") as port:
        with pytest.raises(MailError) as caught, inbox(port, password="wrong-one").opened():
            pass
        assert "127.0.0.1" in str(caught.value)
        assert "wrong-one" not in str(caught.value)


@pytest.mark.parametrize(
    "greeting", [b"", b"* BYE go away\r\n", b"220 smtp here\r\n", b"\xff" * 200, b"* OK hi\r\n"]
)
def test_a_server_that_does_not_behave_is_an_error_in_time(greeting: bytes) -> None:
    """Whatever a server says before it hangs up, the inbox fails as a MailError."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(greeting)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(MailError), inbox(server.getsockname()[1], deadline_s=5).opened():
            pass
        thread.join(timeout=5)


def test_a_server_that_is_not_there_is_an_error() -> None:
    """No server at all is a MailError too."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(MailError), inbox(port).opened():
        pass
