"""What the loopback platforms share: an HTTP server in a thread, on 127.0.0.1 only."""

from __future__ import annotations

import dataclasses
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from monitor.demo.faults import LONGEST_HANG_S, Fault, FaultKind, Script, Seen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

_LONGEST_IDLE_S = 30.0
"""A kept-alive connection without a request is closed after this."""

_LARGEST_FORM = 65_536
_PAGE = b"""<!doctype html><html lang="en"><head><title>Sorry</title></head>
<body><h1>Something went wrong</h1><p>Please try again in a few minutes.</p></body></html>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, decoded.

    Attributes:
        method: ``GET``, ``HEAD`` or ``POST``.
        path: Decoded path without the query.
        query: Decoded parameters; the last one wins where a name came twice.
        headers: Names in lower case.
        base: Scheme, host and port under which the server was reached.
        form: Decoded fields of a form in the body; never written down.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    base: str
    form: Mapping[str, str] = field(default_factory=dict)

    def bearer(self) -> str:
        """Return the token of the Authorization header; empty if there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.casefold() == "bearer" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; ``body`` is sent as it is."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(
    stated: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """Return an answer whose body is JSON in UTF-8."""
    body = json.dumps(stated, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Answer(status=status, body=body, headers=headers or {})


class Platform(Protocol):
    """How one platform answers; knows nothing of sockets."""

    def account_of(self, request: Request) -> str:
        """Return the label of the account a request is for; empty if it names none."""
        ...

    def answer(self, request: Request, *, empty: bool) -> Answer:
        """Answer a request; with ``empty`` a listing shows nothing."""
        ...

    def trouble(self, fault: Fault) -> Answer:
        """Answer a ``rate_limit`` or ``server_error`` in the platform's own words."""
        ...


class LoopbackServer:
    """Serves one platform on a free port of 127.0.0.1 while it is entered."""

    def __init__(
        self, platform: Platform, *, script: Script | None = None, wait_s: float = 0
    ) -> None:
        """Prepare the server; the port is taken on entering.

        Args:
            platform: What answers.
            script: Faults and record; an own one if none is given.
            wait_s: How long every answer takes.
        """
        self.platform = platform
        self._wait_s = wait_s
        self.script = script or Script()
        self._stopping = threading.Event()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Return scheme, host and port without a slash at the end.

        Raises:
            RuntimeError: The server has not been entered.
        """
        if self._server is None:
            message = "the server is not running"
            raise RuntimeError(message)
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Take a port and start to serve."""
        self._stopping.clear()
        self._server = _Server(self.platform, self.script, self._stopping, self._wait_s)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving, end hangs, and close every connection."""
        self._stopping.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.close_connections()
            self._server.server_close()
            self._thread.join()
        self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self, platform: Platform, script: Script, stopping: threading.Event, wait_s: float
    ) -> None:
        self.platform = platform
        self.wait_s = wait_s
        self.script = script
        self.stopping = stopping
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet: a client that hangs up, or a hang that is cut short, is expected here."""

    def close_connections(self) -> None:
        """Wake the threads that wait on kept-alive connections."""
        with self._open_lock:
            waiting = list(self._open)
        for each in waiting:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was quicker


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _LONGEST_IDLE_S
    server_version = "town"
    sys_version = ""
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Say nothing: requests are kept in the script, tokens must not reach a terminal."""

    def _serve(self) -> None:
        began = time.perf_counter()
        request = self._decode()
        account = self.server.platform.account_of(request)
        fault = self.server.script.take(account)
        answer = self._spoilt(request, fault)
        if self.server.wait_s:
            self.server.stopping.wait(self.server.wait_s)
        # Written down before the client can have the answer, so that a test which has it
        # also finds its request in the record.
        self.server.script.note(
            Seen(
                account=account,
                method=request.method,
                path=request.path,
                query=request.query,
                headers=request.headers,
                status=answer.status if answer is not None else 0,
                took_s=time.perf_counter() - began,
            )
        )
        if answer is None:
            seconds = fault.seconds if fault is not None else 0.0
            self.server.stopping.wait(min(seconds, LONGEST_HANG_S))
            self.close_connection = True
        else:
            self._send(answer, cut=fault is not None and fault.kind is FaultKind.CUT)

    def _decode(self) -> Request:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        host = headers.get("host") or f"127.0.0.1:{self.server.server_address[1]}"
        return Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=headers,
            base=f"http://{host}",
            form=self._form(headers),
        )

    def _form(self, headers: Mapping[str, str]) -> dict[str, str]:
        length = headers.get("content-length", "0")
        size = int(length) if length.isdecimal() else 0
        body = self.rfile.read(min(size, _LARGEST_FORM)) if self.command == "POST" else b""
        return dict(parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True))

    def _spoilt(self, request: Request, fault: Fault | None) -> Answer | None:
        """Return the platform's answer, spoilt as the fault says; None for no answer at all."""
        platform = self.server.platform
        if fault is None:
            return platform.answer(request, empty=False)
        if fault.kind is FaultKind.HANG:
            return None
        if fault.kind is FaultKind.HTML:
            answer = Answer(body=_PAGE, content_type="text/html; charset=utf-8")
        elif fault.kind in {FaultKind.RATE_LIMIT, FaultKind.SERVER_ERROR}:
            answer = platform.trouble(fault)
        else:
            answer = platform.answer(request, empty=fault.kind is FaultKind.EMPTY)
        half = len(answer.body) // 2
        body = answer.body[:half] if fault.kind is FaultKind.HALF else answer.body
        return dataclasses.replace(answer, body=body, headers={**answer.headers, **fault.headers})

    def _send(self, answer: Answer, *, cut: bool) -> None:
        """Send the answer; ``cut`` breaks off in the middle of the body."""
        has_body = answer.status != HTTPStatus.NOT_MODIFIED
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if has_body:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if has_body and self.command != "HEAD":
            self.wfile.write(answer.body[: len(answer.body) // 2] if cut else answer.body)
        self.close_connection = self.close_connection or cut
