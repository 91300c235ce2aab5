"""Whether other mail servers can tell that our mails are the council's: SPF, DKIM and DMARC.

Published in the DNS of the sender's domain. Where the DNS cannot be asked nothing is concluded:
that is said, and is never a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import dns.exception
import dns.resolver

from monitor.diagnosis import Check

Texts: TypeAlias = Callable[[str], list[str]]
"""Name to its TXT records, each joined; empty if there are none. Raises `OSError`: no answer."""

VARIABLE = "CLERKWATCH_DNS"
"""Another server to ask, as ``address:port``, or ``none``; unset: the system's."""
COMMON = ("selector1", "selector2", "google", "default", "dkim", "mail", "k1", "s1", "s2")
"""Names under which keys usually stand; the first two are Microsoft 365's."""
_WITHIN_S = 5.0
_PORT = 53


def check_domain(domain: str, *, selector: str, texts: Texts) -> Iterator[Check]:
    """Examine a sender's domain.

    Args:
        domain: Of the sender's address.
        selector: Name of the DKIM key; empty: the common ones are tried.
        texts: Asks the DNS.
    """
    looks: dict[str, Callable[[], Check]] = {
        "SPF": lambda: _spf(domain, texts),
        "DKIM": lambda: _dkim(domain, selector, texts),
        "DMARC": lambda: _dmarc(domain, texts),
    }
    for name, look in looks.items():
        try:
            yield look()
        except OSError:
            yield Check(
                name=f"{name} of {domain}",
                state="look",
                what="could not be checked: the DNS did not answer",
                remedy="Try again later, or from a machine whose DNS answers",
            )


def dns_texts(environ: Mapping[str, str]) -> Texts:
    """Return what asks the DNS for TXT records.

    Args:
        environ: `VARIABLE` names another server, or none.
    """
    named = environ.get(VARIABLE, "").strip()

    def ask(name: str) -> list[str]:
        if named == "none":
            raise OSError("the DNS is not to be asked")
        try:
            resolver = dns.resolver.Resolver(configure=not named)
            if named:
                host, _, port = named.rpartition(":")
                resolver.nameservers, resolver.port = [host], int(port or _PORT)
            answer = resolver.resolve(name, "TXT", lifetime=_WITHIN_S)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, ValueError) as error:
            raise OSError(type(error).__name__) from error
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    return ask


def _spf(domain: str, texts: Texts) -> Check:
    """Which servers may send for the domain (RFC 7208)."""
    name = f"SPF of {domain}"
    found = [text for text in texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
    if not found:
        return Check(
            name=name,
            state="look",
            what="no entry says which servers may send mails for the domain",
            remedy="Ask whoever keeps the domain's DNS for a TXT record that begins with v=spf1 "
            "and names your mail server; without it mails may land in spam",
        )
    if len(found) > 1:
        return Check(
            name=name,
            state="look",
            what=f"{len(found)} entries stand there, so none of them counts",
            remedy="Ask whoever keeps the domain's DNS to join them into one",
        )
    words = found[0].lower().split()
    if "+all" in words or "all" in words:
        return Check(
            name=name,
            state="look",
            what="the entry lets every server in the world send for the domain",
            remedy='Ask whoever keeps the domain\'s DNS to end it with "-all" or "~all"',
        )
    return Check(
        name=name,
        state="well",
        what="one entry; whether your server is in it shows "
        "when a mail arrives: clerkwatch doctor --mail",
    )


def _dkim(domain: str, selector: str, texts: Texts) -> Check:
    """Where the key stands with which mails are signed (RFC 6376)."""
    name = f"DKIM of {domain}"
    tried = (selector,) if selector else COMMON
    for one in tried:
        for text in texts(f"{one}._domainkey.{domain}"):
            tags = _tags(text)
            if tags.get("v", "DKIM1").upper() == "DKIM1" and tags.get("p"):
                return Check(name=name, state="well", what=f"a key stands under {one!r}")
    if selector:
        return Check(
            name=name,
            state="look",
            what=f"no key stands under the selector {selector!r}",
            remedy="Correct [mail] dkim_selector, or ask your mail provider to publish the key",
        )
    return Check(
        name=name,
        state="look",
        what="could not be looked for: under what name the key stands is not known, and it is "
        "none of the usual ones",
        remedy="Ask your mail provider for the selector and enter it as [mail] dkim_selector; if "
        "mails are not signed at all, ask for that",
    )


def _dmarc(domain: str, texts: Texts) -> Check:
    """What other servers shall do with mails that only pretend to be ours (RFC 7489)."""
    found: list[str] = []
    labels = domain.split(".")
    for at in range(max(1, len(labels) - 1)):
        parent = ".".join(labels[at:])
        found = [
            text
            for text in texts(f"_dmarc.{parent}")
            if text.replace(" ", "").lower().startswith("v=dmarc1")
        ]
        if len(found) == 1:
            policy = _tags(found[0]).get("p", "none")[:20]
            return Check(
                name=f"DMARC of {domain}",
                state="well",
                what=f"one entry, at {parent} (p={policy})",
            )
        if found:
            break
    what = "several entries stand there, so none counts" if found else "there is no entry"
    return Check(
        name=f"DMARC of {domain}",
        state="look",
        what=what,
        remedy="Ask whoever keeps the domain's DNS for one TXT record at _dmarc that begins with "
        "v=DMARC1; with it forged mails in the council's name are turned away",
    )


def _tags(text: str) -> dict[str, str]:
    """Return ``tag=value`` pairs of an entry."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}
