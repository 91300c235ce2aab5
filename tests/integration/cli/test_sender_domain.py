"""SPF, DKIM and DMARC, asked of a real DNS server on loopback."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from monitor.senderdomain import VARIABLE, check_domain, dns_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from monitor.diagnosis import Check

DOMAIN = "fernbeck-tc.gov.uk"
KEY = "v=DKIM1; k=rsa; p=" + "A" * 400
GOOD = {
    DOMAIN: ["hello=1", "v=spf1 include:spf.protection.outlook.com -all"],
    f"selector1._domainkey.{DOMAIN}": [KEY],
    f"_dmarc.{DOMAIN}": ["v=DMARC1; p=quarantine"],
}


class _Asked(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        """Answer one question."""
        raw, line = self.request
        zone: Mapping[str, list[str]] = self.server.zone  # type: ignore[attr-defined]
        query = dns.message.from_wire(raw)
        answer = dns.message.make_response(query)
        name = query.question[0].name
        found = zone.get(name.to_text(omit_final_dot=True).lower(), [])
        if found == ["SERVFAIL"]:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            pieces = [" ".join(f'"{t[i : i + 200]}"' for i in range(0, len(t), 200)) for t in found]
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *pieces))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        line.sendto(answer.to_wire(), self.client_address)


@contextmanager
def dns_server(zone: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    """Run a DNS server; yields the environment that names it."""
    with socketserver.UDPServer(("127.0.0.1", 0), _Asked) as server:
        server.zone = zone  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield {VARIABLE: f"127.0.0.1:{server.server_address[1]}"}
        finally:
            server.shutdown()
            thread.join(timeout=5)


def checked(zone: Mapping[str, list[str]], *, selector: str = "") -> dict[str, Check]:
    """Return what is found in a zone, by the first word of its name."""
    with dns_server(zone) as environ:
        found = list(check_domain(DOMAIN, selector=selector, texts=dns_texts(environ)))
    assert [check.name.split()[0] for check in found] == ["SPF", "DKIM", "DMARC"]
    return {check.name.split()[0]: check for check in found}


def test_a_domain_in_order_is_well() -> None:
    """With one entry of each kind nothing is to be done; long keys come in pieces."""
    found = checked(GOOD)
    assert {check.state for check in found.values()} == {"well"}
    assert found["DMARC"].what == f"one entry, at {DOMAIN} (p=quarantine)"


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("SPF", {DOMAIN: []}, "no entry says which servers"),
        ("SPF", {DOMAIN: ["v=spf1 -all", "v=spf1 ~all"]}, "2 entries"),
        ("SPF", {DOMAIN: ["v=spf1 +all"]}, "every server in the world"),
        ("DKIM", {f"selector1._domainkey.{DOMAIN}": []}, "could not be looked for"),
        ("DKIM", {f"selector1._domainkey.{DOMAIN}": ["v=DKIM1; p="]}, "could not be looked for"),
        ("DMARC", {f"_dmarc.{DOMAIN}": []}, "there is no entry"),
        ("DMARC", {f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none", "v=DMARC1"]}, "several entries"),
        ("SPF", {DOMAIN: ["SERVFAIL"]}, "could not be checked"),
        ("DMARC", {f"_dmarc.{DOMAIN}": ["SERVFAIL"]}, "could not be checked"),
    ],
)
def test_what_is_missing_or_cannot_be_asked_is_never_well(
    kind: str, change: dict[str, list[str]], says: str
) -> None:
    """Each lack is a warning with a remedy for whoever keeps the DNS."""
    check = checked({**GOOD, **change})[kind]
    assert check.state == "look"
    assert says in check.what
    assert check.remedy


def test_a_configured_selector_is_the_only_one_that_counts() -> None:
    """A key under another name does not help."""
    assert checked(GOOD, selector="other")["DKIM"].what == (
        "no key stands under the selector 'other'"
    )


def test_the_parent_domains_policy_counts() -> None:
    """DMARC is looked for at the domain and above it."""
    zone = {**GOOD, f"_dmarc.{DOMAIN}": [], "_dmarc.gov.uk": ["v=DMARC1; p=reject"]}
    assert checked(zone)["DMARC"].what == "one entry, at gov.uk (p=reject)"


@pytest.mark.parametrize("named", ["none", "127.0.0.1:notaport"])
def test_a_dns_that_is_not_asked_is_said(named: str) -> None:
    """Without an answer nothing passes."""
    found = list(check_domain(DOMAIN, selector="", texts=dns_texts({VARIABLE: named})))
    assert {check.what for check in found} == {"could not be checked: the DNS did not answer"}
    assert {check.state for check in found} == {"look"}
