"""What `doctor` examines of names: whether this machine can find the servers it has to ask.

A name that cannot be resolved looks like a server that is down, and is put right elsewhere.
"""

from __future__ import annotations

import ipaddress
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import connectors
from connectors._addresses import look_up, look_up_within
from monitor.diagnosis import Check
from monitor.senderdomain import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.register import Account
    from config.settings import Settings
    from connectors._addresses import Lookup

_WITHIN_S = 5.0
_AT_ONCE = 8
_HTTPS = 443
_DNS = (
    "This machine's DNS does not answer: see resolvectl status, or /etc/resolv.conf, and whether "
    "the network is up; until then nothing is read and no mail leaves"
)
_NAME = "Correct the name in the configuration; if it is right, ask whoever keeps that server"


def check_names(
    settings: Settings, *, environ: Mapping[str, str], lookup: Lookup | None = None
) -> Iterator[Check]:
    """Examine whether each server that the configuration leads to can be found.

    Args:
        settings: The configuration.
        environ: `VARIABLE` may say that the DNS is not to be asked.
        lookup: Takes the place of the system's resolver in tests.
    """
    names = names_of(settings)
    if not names or environ.get(VARIABLE, "").strip() == "none":
        return
    ask = lookup or look_up

    def is_found(name: str) -> bool:
        try:
            return bool(look_up_within(ask, name, _HTTPS, seconds=_WITHIN_S))
        except OSError:
            return False

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="names") as pool:
        found = dict(zip(names, pool.map(is_found, names), strict=True))
    missing = [name for name, is_there in found.items() if not is_there]
    if not missing:
        yield Check(name="names", state="well", what=f"{_count(len(names))} can be resolved")
    elif len(missing) == len(names):
        what = f"none of {_count(len(names))} can be resolved, such as {names[0]}"
        yield Check(name="names", state="fault", what=what, remedy=_DNS)
    else:
        for name in missing:
            what = f"{name} ({', '.join(names_of(settings, only=name))}) cannot be resolved"
            yield Check(name="names", state="fault", what=what, remedy=_NAME)


def names_of(settings: Settings, *, only: str = "") -> list[str]:
    """Return the names of servers that the configuration leads to, each once.

    Args:
        settings: The configuration.
        only: Return what leads to this name instead.
    """
    mail, inbox = settings.mail, settings.mail.inbox
    leading = {"[mail] host": mail.host, "[mail.inbox] host": inbox.host if inbox else ""}
    leading["[mail] authority"] = _host(mail.authority) if mail.uses_token() else ""
    leading["[watch] ping"] = _host(settings.watch.ping) if settings.watch.has_ping() else ""
    leading |= {f"account {one.id}": _server(one) for one in settings.register()}
    named = {place: name for place, name in leading.items() if _is_name(name)}
    if only:
        return [place for place, name in named.items() if name == only]
    return list(dict.fromkeys(named.values()))


def _server(account: Account) -> str:
    """Return the name of the server that reading an account asks; empty: none is known."""
    try:
        platform = connectors.of(account)
    except LookupError:
        return ""
    if platform.by_hand:
        return ""
    for address in (account.api_base or "", account.handle):
        if address.startswith(("http://", "https://")):
            return _host(address)
    return platform.host or _host(f"https://{account.handle.rpartition('@')[2]}")


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _is_name(host: str) -> bool:
    """Return whether it has to be looked up: addresses and this machine's own name have not."""
    if "." not in host.strip("."):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


def _count(number: int) -> str:
    return "1 name of a server" if number == 1 else f"{number} names of servers"
