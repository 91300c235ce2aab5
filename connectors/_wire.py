"""The wire under the door: connections made only to judged addresses, cut at a deadline.

requests' own adapter stays in charge of HTTP and TLS; what is ours is where a connection
may lead (`Permit`, asked after the look-up, in the place where the socket is made) and
how long one exchange may last in all. A read time-out alone does not do that: it starts
again with every byte, so a server that drips one byte a second would be read for days.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from connectors._addresses import look_up_within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import requests

    from connectors._addresses import Lookup, Permit

CONNECT_S = 10.0
READ_S = 30.0
_PIECE = 65536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNPACKED = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})


class TooLateError(Exception):
    """The whole exchange took longer than it may."""


class TooLargeError(Exception):
    """The body is larger than it may be, after decompression."""


class Exchange:
    """One request and its answer, from the look-up to the last byte, redirects included."""

    def __init__(
        self,
        *,
        permit: Permit,
        lookup: Lookup,
        monotonic: Callable[[], float],
        total_s: float,
    ) -> None:
        """Start the clock.

        Args:
            permit: Where connections may lead.
            lookup: Name look-up.
            monotonic: Clock of the deadline, in seconds.
            total_s: How long everything may take together.
        """
        self._permit = permit
        self._lookup = lookup
        self._monotonic = monotonic
        self.total_s = total_s
        self._ends = monotonic() + total_s
        self._lock = threading.Lock()
        self._connection: _Guarded | None = None
        self.is_over = False

    def left_s(self) -> float:
        """Return the seconds left, more than zero.

        Raises:
            TooLateError: There are none.
        """
        left = self._ends - self._monotonic()
        if left <= 0 or self.is_over:
            raise TooLateError
        return left

    def has_ended(self) -> bool:
        """Return whether the deadline has passed, also where its alarm has not rung yet."""
        return self.is_over or self._monotonic() >= self._ends

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Cut the connection at the deadline, whatever the thread is waiting for inside."""
        timer = threading.Timer(self.left_s(), self._cut)
        timer.daemon = True
        timer.start()
        token = _EXCHANGE.set(self)
        try:
            yield
        finally:
            _EXCHANGE.reset(token)
            timer.cancel()

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            live = self._connection.live if self._connection is not None else None
        if live is not None:
            # The plain method: SSLSocket.shutdown would drop its TLS state under a reader.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(live, socket.SHUT_RDWR)

    def hold(self, connection: _Guarded) -> None:
        """Remember which connection is to be cut."""
        with self._lock:
            self._connection = connection

    def connect(self, connection: _Guarded) -> socket.socket:
        """Look the host up, judge its addresses, connect to the first that answers.

        Raises:
            RefusedError: No address of it may be asked.
            OSError: No such name, or nobody answers.
        """
        host, port = connection.dns_host(), connection.port
        # Shorter than the whole exchange: a resolver that hangs is told from a server that does.
        found = look_up_within(self._lookup, host, port, seconds=min(CONNECT_S, self.left_s()))
        problem: OSError = OSError("the name has no address")
        for address in self._permit.allowed(host, port, found):
            seconds = min(CONNECT_S, self.left_s())
            try:
                return _dial(address, port, seconds)
            except OSError as error:
                problem = error
        raise problem


_EXCHANGE: ContextVar[Exchange] = ContextVar("exchange")


def _dial(address: str, port: int, seconds: float) -> socket.socket:
    """Connect to a literal address; nothing is looked up any more."""
    made = socket.create_connection((address, port), timeout=seconds)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


class _Guarded(HTTPConnection):
    """A connection whose socket is made by the exchange under way."""

    live: socket.socket | None = None

    def dns_host(self) -> str:
        """Return the name to look up, a trailing dot included."""
        return self._dns_host

    def _new_conn(self) -> socket.socket:
        try:
            return _EXCHANGE.get().connect(self)
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"no connection to {self.host} in time") from error
        except OSError as error:
            raise NewConnectionError(self, f"no connection to {self.host}: {error}") from error

    def connect(self) -> None:
        super().connect()
        self.live = self.sock
        _EXCHANGE.get().left_s()  # the deadline may have passed before there was a socket to cut

    def request(self, *args: Any, **kwargs: Any) -> None:
        _EXCHANGE.get().hold(self)
        super().request(*args, **kwargs)


class _GuardedTLS(_Guarded, HTTPSConnection):
    """The same with TLS; the certificate is checked against the name, not the address."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _GuardedTLS


class GuardedAdapter(HTTPAdapter):
    """requests' adapter on guarded connections. Use it only inside `Exchange.watched`."""

    def __init__(self) -> None:
        """Make a pool of its own: connections are never shared between accounts."""
        super().__init__(max_retries=0, pool_connections=4, pool_maxsize=2)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Replace the classes that make connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}


def read_body(response: requests.Response, exchange: Exchange, max_bytes: int) -> bytes:
    """Read the body in pieces, counting what comes out of the decompression.

    urllib3 (2.8 and later) hands out at most 64 KiB at a time however strongly the
    answer is packed, so a bomb is stopped one piece after the limit.

    Raises:
        TooLargeError: More than ``max_bytes``, said beforehand or found out.
        TooLateError: The deadline passed.
    """
    announced = response.headers.get("Content-Length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:18]) > max_bytes:
        raise TooLargeError
    body = bytearray()
    for piece in response.raw.stream(_PIECE, decode_content=True):
        body += piece
        if len(body) > max_bytes:
            raise TooLargeError
        exchange.left_s()
    exchange.left_s()
    return bytes(body)


def carry_out(
    adapter: GuardedAdapter,
    request: requests.PreparedRequest,
    exchange: Exchange,
    max_bytes: int,
) -> requests.Response:
    """Send, and read the body; the connection is given back or closed in every case."""
    with exchange.watched():
        left = exchange.left_s()
        times = (min(CONNECT_S, left), min(READ_S, left))
        response = adapter.send(request, stream=True, timeout=times)
        is_whole = False
        try:
            if target_of(response) is None:
                encoding = response.headers.get("Content-Encoding", "").strip().lower()
                if encoding not in _UNPACKED:
                    raise ValueError(f"packed as {encoding[:20]!r}, which nobody asked for")
                body = read_body(response, exchange, max_bytes)
                is_whole = True
            else:
                body = b""
        finally:
            if is_whole:
                response.raw.release_conn()
            else:
                response.raw.close()
    # requests has no public way to say "the body is already here".
    response._content = body  # noqa: SLF001
    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def target_of(response: requests.Response) -> str | None:
    """Return where a redirect leads, absolute; None if it is no redirect."""
    place = response.headers.get("Location")
    if response.status_code not in _REDIRECTS or not place:
        return None
    # Header bytes arrive as Latin-1; servers write UTF-8.
    place = place.encode("latin-1", "replace").decode("utf-8", "replace").strip()
    try:
        return urljoin(response.url or "", place.replace(" ", "%20")).split("#", 1)[0]
    except ValueError:
        return place  # refused when it is judged
