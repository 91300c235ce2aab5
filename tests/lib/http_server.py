"""A real HTTP server on loopback that answers from a script; for every connector's tests.

::

    with ScriptedServer() as server:
        server.on("/2/users/1/tweets", Reply(json={"meta": {"result_count": 0}}))
        server.on("/slow", Reply(body=b"x" * 100, drip_s=0.05))
        ...
        assert server.paths() == ["/2/users/1/tweets"]

Each route holds a list of answers, given one after the other; the last one repeats. An
answer may also be a function of the request. What was asked is kept in `requests`.
Hanging and dripping end as soon as the server is left, so that no test waits for them.
"""

from __future__ import annotations

import contextlib
import gzip
import json as json_module
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from email.message import Message
    from types import TracebackType
    from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as the server received it.

    Attributes:
        path: Decoded, without the query.
        query: Each parameter with its values, blank ones too.
        target: Path and query as they came over the wire.
        headers: Names in lower case.
        connection: Number of the TCP connection it came over, from 0.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    def param(self, name: str) -> str | None:
        """Return the first value of a query parameter; None if it was not sent."""
        values = self.query.get(name)
        return values[0] if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer.

    Attributes:
        status: HTTP status.
        headers: Sent as they are; ``Content-Length`` and ``Content-Type`` are added
            unless they are here.
        body: Bytes, text (as UTF-8), or pieces sent one by one in chunks.
        json: Sent as the body, if given.
        gzip: Pack the body and say so.
        hang: Take the request and never answer.
        drip_s: Seconds between single bytes of the body; 0: all at once.
        drip_headers_s: The same for the status line and the headers.
        cut_at: Close the connection after so many bytes of the body, having announced
            all of them.
        raw: Written instead of everything else, status line included; then closed.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | str | Iterable[bytes] = b""
    json: Any = None
    gzip: bool = False
    hang: bool = False
    drip_s: float = 0
    drip_headers_s: float = 0
    cut_at: int | None = None
    raw: bytes | None = None


Answering: TypeAlias = Reply | Callable[[Asked], Reply]


def redirect(to: str, status: int = 302) -> Reply:
    """Return an answer that leads elsewhere."""
    return Reply(status=status, headers={"Location": to})


class ScriptedServer:
    """The server; a context manager. Unknown paths are answered 404 ``no such route``."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        """Bind a free port at once, so that `url` can be used before the start.

        Args:
            host: ``127.0.0.1`` or another loopback address.
        """
        self.requests: list[Asked] = []
        self.wait_s = 0.0  # how long every answer takes
        self.connections = 0
        self._routes: dict[tuple[str, str], list[Answering]] = {}
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        server = self

        class Handler(_Handler):
            scripted = server

        self._http = _Server((host, 0), Handler)
        self.host = host
        self.port = int(self._http.server_address[1])
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        """``http://host:port`` without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    def on(self, path: str, *answers: Answering, method: str = "GET") -> None:
        """Set the answers of a path, replacing earlier ones.

        Args:
            path: Decoded, without query; a path that ends in ``*`` serves every path
                that begins so and has no route of its own.
            answers: In order; the last one repeats.
            method: HTTP method.
        """
        with self._lock:
            self._routes[method, path] = list(answers)

    def only(self, path: str, *answers: Answering) -> None:
        """Set the answers of a path, and forget those of all others."""
        with self._lock:
            self._routes = {("GET", path): list(answers)}

    def paths(self) -> list[str]:
        """Return the paths that were asked, in order."""
        with self._lock:
            return [asked.path for asked in self.requests]

    def __enter__(self) -> Self:
        """Start serving."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop: hanging answers end, connections are closed, threads have ended."""
        self.stopping.set()
        self._http.shutdown()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._http.server_close()
        self._thread.join()

    def opened(self, connection: socket.socket) -> int:
        """Note a new connection; return its number."""
        with self._lock:
            self._open.add(connection)
            self.connections += 1
            return self.connections - 1

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    def answer(self, asked: Asked) -> Reply:
        """Return the next answer for a request, which is kept."""
        with self._lock:
            self.requests.append(asked)
            answers = self._find(asked)
            chosen = answers.pop(0) if len(answers) > 1 else answers[0]
        return chosen(asked) if callable(chosen) else chosen

    def _find(self, asked: Asked) -> list[Answering]:
        exact = self._routes.get((asked.method, asked.path))
        if exact:
            return exact
        stems = [
            (len(path), answers)
            for (method, path), answers in self._routes.items()
            if method == asked.method and path.endswith("*") and asked.path.startswith(path[:-1])
        ]
        if stems:
            return max(stems, key=lambda stem: stem[0])[1]
        return [Reply(status=404, body="no such route")]


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close waits for them: no thread outlives its test
    request_queue_size = 64


class _Handler(BaseHTTPRequestHandler):
    scripted: ScriptedServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: 40 ms each otherwise
    number = 0

    def setup(self) -> None:
        super().setup()
        self.number = self.scripted.opened(self.connection)

    def finish(self) -> None:
        self.scripted.closed(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # the other side went away: often the point
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing."""

    def _serve(self) -> None:
        split = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            method=self.command,
            path=unquote(split.path),
            query=parse_qs(split.query, keep_blank_values=True),
            target=self.path,
            headers=_folded(self.headers),
            body=self.rfile.read(length),
            connection=self.number,
        )
        reply = self.scripted.answer(asked)
        if self.scripted.wait_s:
            self.scripted.stopping.wait(self.scripted.wait_s)
        if reply.hang:
            self.scripted.stopping.wait()
            self.close_connection = True
        elif reply.raw is not None:
            self.wfile.write(reply.raw)
            self.close_connection = True
        else:
            self._send(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - the base class's names

    def _send(self, reply: Reply) -> None:
        headers = dict(reply.headers)
        named = {name.lower() for name in headers}
        body = _body(reply)
        if reply.gzip:
            headers["Content-Encoding"] = "gzip"
        if "content-type" not in named:
            kind = "application/json" if reply.json is not None else "text/plain"
            headers["Content-Type"] = f"{kind}; charset=utf-8"
        if isinstance(body, bytes) and "content-length" not in named:
            headers["Content-Length"] = str(len(body))
        if not isinstance(body, bytes):
            headers["Transfer-Encoding"] = "chunked"
        head = [f"HTTP/1.1 {reply.status} Scripted"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        self._write("\r\n".join([*head, "", ""]).encode("utf-8"), reply.drip_headers_s)
        if self.command == "HEAD":
            return
        if isinstance(body, bytes):
            self._write(body[: reply.cut_at], reply.drip_s)
        else:
            for piece in body:
                self._write(b"%x\r\n%b\r\n" % (len(piece), piece), 0)
            self._write(b"0\r\n\r\n", 0)
        if reply.cut_at is not None:
            self.close_connection = True

    def _write(self, data: bytes, drip_s: float) -> None:
        if not drip_s:
            self.wfile.write(data)
            return
        for index in range(len(data)):
            self.wfile.write(data[index : index + 1])
            if self.scripted.stopping.wait(drip_s):
                return


def _folded(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _body(reply: Reply) -> bytes | Iterable[bytes]:
    body = reply.body
    if reply.json is not None:
        body = json_module.dumps(reply.json)
    if isinstance(body, str):
        body = body.encode("utf-8")
    if reply.gzip and isinstance(body, bytes):
        return gzip.compress(body)
    return body
