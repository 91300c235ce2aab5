"""Which addresses the door may ask: what a URL may look like, and where it may lead.

A name is looked up once, every address it has is judged, and the connection is made to
an address that was judged: nobody can answer one address to the check and another to
the connection.
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS = {"http": 80, "https": 443}
_LONGEST_URL = 8192
_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\]")

# IPv6 that is given out to hosts at all; everything else (NAT64, mapped, compatible,
# translated, site-local, segment routing, loopback, link-local, multicast) is not.
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_REFUSED = tuple(
    ipaddress.ip_network(block)
    for block in (
        "100.64.0.0/10",  # carrier-grade NAT, also clouds' own services
        "168.63.129.16/32",  # a cloud's metadata service on a public-looking address
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relay
        "2001::/23",  # Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",
    )
)


class RefusedError(Exception):
    """An address that the door does not ask; ``str()`` says why, in plain words."""

    def __init__(self, why: str, *, remedy: str = "") -> None:
        """Keep why, and what a person may do if the address is really meant."""
        super().__init__(why)
        self.remedy = remedy


_NAME_IT = "If it is really meant, name its server in the account's api_base"


class Origin(NamedTuple):
    """Scheme, host and port: what two addresses must share to be the same server."""

    scheme: str
    host: str
    port: int

    def is_loopback(self) -> bool:
        """Tell whether the name itself can only mean this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def origin_of(url: str) -> Origin:
    """Return where a URL leads, refusing what two parsers might read differently.

    Args:
        url: An absolute address.

    Raises:
        RefusedError: Not http or https, no host, user information, a backslash, a control
            character or a blank, a host that is no name, or an impossible port.
    """
    if len(url) > _LONGEST_URL:
        raise RefusedError("the address is longer than 8,192 characters")
    if _ODD.search(url):
        raise RefusedError("the address holds a backslash, a blank or a control character")
    try:
        split = urlsplit(url)
        host, port = split.hostname, split.port
        other = parse_url(url)
    except (ValueError, LocationParseError) as error:
        raise RefusedError("the address cannot be read") from error
    scheme = split.scheme.lower()
    if scheme not in _PORTS:
        raise RefusedError(f"only http and https are asked, not {scheme or 'no scheme'!r}")
    if "@" in split.netloc:
        raise RefusedError("the address holds a user name or password")
    name = _ascii_host(host or "")
    if _ascii_host((other.host or "").strip("[]")) != name or port == 0:
        raise RefusedError("the address can be read in two ways")
    return Origin(scheme, name, port or _PORTS[scheme])


def _ascii_host(host: str) -> str:
    """Return the host in lower-case ASCII, as it is looked up."""
    if not host or "%" in host or "/" in host:
        raise RefusedError("the address has no usable host")
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise RefusedError("the host is no valid name") from error


def is_public(address: IPAddress) -> bool:
    """Tell whether an address is an ordinary one on the internet.

    False for private, loopback, link-local, multicast, reserved, documentation and
    metadata addresses, and for every IPv6 form that wraps an IPv4 address.
    """
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    if any(address in block for block in _REFUSED if block.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class LookUpTooLongError(TimeoutError):
    """Whoever resolves names gave no answer in time."""


Lookup: TypeAlias = "Callable[[str, int], list[str]]"
"""(host, port) -> every address of the host, as text; raises OSError."""


def look_up(host: str, port: int) -> list[str]:
    """Ask the system's resolver; addresses in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def look_up_within(lookup: Lookup, host: str, port: int, *, seconds: float) -> list[str]:
    """Look a name up, but wait no longer than ``seconds``.

    The resolver itself cannot be interrupted: it finishes in a thread of its own that
    nobody waits for (the system's own limit ends it).

    Raises:
        OSError: There is no such name.
        LookUpTooLongError: No answer in time.
    """
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(lookup(host, port))
        except OSError as error:
            answers.put(error)
        except UnicodeError:  # a label that is empty or too long
            answers.put(OSError(f"{host} is no valid name"))

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0.001))
    except queue.Empty:
        raise LookUpTooLongError(f"the look-up of {host} took too long") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Where requests for one account may go.

    Attributes:
        named: Origins that the account's own entry names: their port may be any.
        private: ``host:port`` whose address may be private or loopback: the account's
            ``api_base``, and what the operator allowed for the whole house.
        only: Origins outside which nothing is asked; empty: anywhere public.
    """

    named: frozenset[Origin] = frozenset()
    private: frozenset[str] = frozenset()
    only: frozenset[Origin] = field(default_factory=frozenset)

    def check(self, url: str, *, has_secret: bool) -> Origin:
        """Judge a URL by its looks, before any look-up.

        Args:
            url: The address about to be asked.
            has_secret: The request carries a credential, which must not travel in clear.

        Raises:
            RefusedError: With the reason in plain words.
        """
        origin = origin_of(url)
        if self.only and origin not in self.only:
            raise RefusedError(f"{origin.host} is not the platform's own server")
        if origin.port not in _PORTS.values() and not self._names(origin):
            raise RefusedError(f"port {origin.port} is not asked, only 80 and 443", remedy=_NAME_IT)
        if has_secret and origin.scheme != "https" and not origin.is_loopback():
            raise RefusedError("a credential is not sent over plain http")
        return origin

    def _names(self, origin: Origin) -> bool:
        return origin in self.named or f"{origin.host}:{origin.port}" in self.private

    def allowed(self, host: str, port: int, addresses: list[str]) -> list[str]:
        """Return the addresses that may be connected to, in the given order.

        Raises:
            RefusedError: None of them may.
        """
        if f"{host.rstrip('.')}:{port}" in self.private:
            return addresses
        public = [each for each in addresses if is_public(ipaddress.ip_address(each.split("%")[0]))]
        if not public:
            raise RefusedError(
                f"{host} is an address inside this network or machine", remedy=_NAME_IT
            )
        return public
