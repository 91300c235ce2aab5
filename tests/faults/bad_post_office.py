"""A mail server on loopback that fails in every way a seed draws, and keeps exact books."""

from __future__ import annotations

import hashlib
import random
import re
import socketserver
import threading
from collections import Counter, defaultdict
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterator

GONE = "gone@"
"""Recipients that begin so are refused for good."""
FAULTS = {
    "well": 60.0,
    "refuse the line": 3,
    "421 greeting": 3,
    "no TLS now": 3,
    "break the handshake": 3,
    "451 sender": 3,
    "450 greylisted": 6,
    "421 in the recipients": 3,
    "451 before the words": 3,
    "hang up in the words": 4,
    "451 after the words": 4,
    "accept and hang up": 6,
    "hang": 0.5,
}
"""What a conversation meets, with its weight."""
_HANG_S = 3.0
_MESSAGE_ID = re.compile(rb"^Message-ID: (<[^>]+>)\r$", re.MULTILINE)


class Books:
    """What the server has seen.

    Attributes:
        heard: For (Message-ID, recipient): how often the server said yes and was heard.
        unheard: For the same: how often it took the mail and the line broke before its yes.
        bodies: For each Message-ID the digests of all bytes that ever came under it.
        met: How often each fault was met.
        on_taken: Called when a mail was taken, before the answer; True: the caller is dead.
    """

    def __init__(self, seed: int) -> None:
        self.heard: Counter[tuple[str, str]] = Counter()
        self.unheard: Counter[tuple[str, str]] = Counter()
        self.bodies: dict[str, set[str]] = defaultdict(set)
        self.met: Counter[str] = Counter()
        self.on_taken: Callable[[], bool] = lambda: False
        self.lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def draw(self) -> str:
        """Draw what the next conversation meets."""
        with self.lock:
            fault = self._random.choices(list(FAULTS), weights=list(FAULTS.values()))[0]
            self.met[fault] += 1
            return fault

    def take(self, body: bytes, recipients: list[str], *, is_heard: bool) -> None:
        """Write down a mail that was taken."""
        match = _MESSAGE_ID.search(body)
        name = match[1].decode() if match else "none"
        with self.lock:
            self.bodies[name].add(hashlib.sha256(body).hexdigest())
            for recipient in recipients:
                (self.heard if is_heard else self.unheard)[name, recipient] += 1


class _HangUpError(Exception):
    """The line is closed now."""


class _Conversation(socketserver.StreamRequestHandler):
    """One conversation."""

    server: _Server
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Speak until one side has enough."""
        self.fault = self.server.books.draw()
        self.secured = False
        with suppress(OSError, _HangUpError, ValueError):
            if self.fault == "refuse the line":
                raise _HangUpError
            self.say("421 busy" if self.fault == "421 greeting" else "220 bad.example ESMTP")
            self.recipients: list[str] = []
            while line := self.rfile.readline(2000):
                verb = line[:4].decode("latin-1").upper().strip()
                getattr(self, f"on_{verb.lower()}", self.on_other)(line.decode("latin-1").strip())

    def finish(self) -> None:
        """Let go of the line, also where it has become one of TLS."""
        with suppress(OSError):
            super().finish()
        self.connection.close()

    def say(self, *lines: str) -> None:
        """Send an answer."""
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def on_ehlo(self, _line: str) -> None:
        """Offer TLS."""
        self.say("250-bad.example", "250 STARTTLS" if not self.secured else "250 8BITMIME")

    def on_star(self, _line: str) -> None:
        """Begin TLS, or fail to."""
        if self.fault == "no TLS now":
            self.say("454 TLS not available")
            return
        self.say("220 go")
        if self.fault == "break the handshake":
            raise _HangUpError
        self.request = self.server.context.wrap_socket(self.connection, server_side=True)
        self.connection = self.request
        self.secured = True
        self.setup()

    def on_mail(self, _line: str) -> None:
        """Take a sender."""
        self.say("451 later" if self.fault == "451 sender" else "250 OK")

    def on_rcpt(self, line: str) -> None:
        """Take a recipient, or not."""
        address = line.partition("<")[2].partition(">")[0]
        if address.startswith(GONE):
            self.say("550 5.1.1 no such user")
        elif self.fault == "450 greylisted" and not self.recipients:
            # Of several recipients the first is taken and the others wait.
            self.fault = "450 from now on" if hash(line) % 2 else "450 for one"
            self.say("450 4.2.0 greylisted")
        elif self.fault == "450 from now on":
            self.say("450 4.2.0 greylisted")
        elif self.fault == "421 in the recipients":
            self.say("421 closing")
            raise _HangUpError
        else:
            self.recipients.append(address)
            self.say("250 OK")

    def on_data(self, _line: str) -> None:
        """Take the words, and answer or not."""
        if self.fault == "451 before the words":
            self.say("451 later")
            return
        self.say("354 go on")
        if self.fault == "hang up in the words":
            self.rfile.readline()
            raise _HangUpError
        words: list[bytes] = []
        while (line := self.rfile.readline()) and line != b".\r\n":
            words.append(line[1:] if line.startswith(b"..") else line)
        if not line:
            raise _HangUpError
        self.finish_mail(b"".join(words))

    def finish_mail(self, body: bytes) -> None:
        """Answer for words that have come whole."""
        books = self.server.books
        if self.fault == "451 after the words":
            self.say("451 later")
            return
        is_dead = books.on_taken()
        if self.fault == "hang":
            self.server.ending.wait(_HANG_S)
        heard = b""
        if not is_dead and self.fault not in {"accept and hang up", "hang"}:
            # Only who goes on speaking has heard it: on a busy machine a deadline may pass too.
            with suppress(OSError):
                self.say("250 OK")
                heard = self.rfile.readline(2000)
        books.take(body, self.recipients, is_heard=bool(heard))
        raise _HangUpError

    def on_quit(self, _line: str) -> None:
        """Say goodbye."""
        self.say("221 bye")
        raise _HangUpError

    def on_other(self, _line: str) -> None:
        """Know no other word."""
        self.say("502 what")


class _Server(socketserver.ThreadingTCPServer):
    """The server; each conversation has a thread."""

    daemon_threads = True
    request_queue_size = 64
    allow_reuse_address = True

    def __init__(self, books: Books, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.books = books
        self.context = context
        self.ending = threading.Event()

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], _: Any) -> None:
        """Say nothing of conversations that broke: that is what they are for."""


@contextmanager
def bad_post_office(books: Books, context: ssl.SSLContext) -> Iterator[int]:
    """Run the server until the block ends; yields its port."""
    server = _Server(books, context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.ending.set()
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
