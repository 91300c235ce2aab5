"""Which addresses the door asks, judged without a network."""

from __future__ import annotations

import ipaddress
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._addresses import (
    Origin,
    Permit,
    RefusedError,
    is_public,
    look_up_within,
    origin_of,
)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - an address to refuse, nothing is bound to it
        "10.1.2.3",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_an_ordinary_one_is_not_public(address: str) -> None:
    """Private, local, reserved, metadata and wrapping addresses are told from public ones."""
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "104.244.42.2", "2606:4700::1111", "2a03:2880::1"])
def test_an_ordinary_address_is_public(address: str) -> None:
    """Addresses of real platforms are let through."""
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/relative",
        "//host/path",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "http://user@example.org/",
        "http://user:pass@example.org/",
        "http://example.org\\@internal/",
        "http://internal\\@example.org/",
        "http://exam ple.org/",
        "http://example.org/\r\nHost: internal",
        "http://example.org/\x00",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://example.org:port/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://ex%41mple.org/",
        "http://" + "a" * 70 + "\N{LATIN SMALL LETTER E WITH ACUTE}.org/",
        "http://example.org/" + "a" * 9000,
    ],
)
def test_an_address_that_could_be_misread_is_refused(url: str) -> None:
    """Whatever two parsers might read differently is not asked at all."""
    with pytest.raises(RefusedError):
        origin_of(url)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Example.ORG/a?b#c", Origin("https", "example.org", 443)),
        ("http://example.org:8080", Origin("http", "example.org", 8080)),
        ("http://[2606:4700::1111]/", Origin("http", "2606:4700::1111", 80)),
        (
            "https://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example/",
            Origin("https", "xn--bcher-kva.example", 443),
        ),
    ],
)
def test_an_origin_is_scheme_host_and_port_in_one_spelling(url: str, origin: Origin) -> None:
    """Two spellings of a server are the same origin."""
    assert origin == origin_of(url)


@given(st.text(max_size=60))
def test_no_text_is_too_odd_to_be_judged(text: str) -> None:
    """Any text is either refused or leads to http or https and a host in ASCII."""
    try:
        origin = origin_of("http://" + text)
    except RefusedError:
        return
    assert origin.scheme == "http"
    assert origin.host.isascii()
    assert 0 < origin.port < 65536


def test_a_permit_lets_a_private_address_in_only_at_its_own_host_and_port() -> None:
    """Naming 127.0.0.1:8701 opens no other port and no other name."""
    permit = Permit(private=frozenset({"127.0.0.1:8701"}))
    assert permit.allowed("127.0.0.1", 8701, ["127.0.0.1"]) == ["127.0.0.1"]
    with pytest.raises(RefusedError):
        permit.allowed("127.0.0.1", 8702, ["127.0.0.1"])
    with pytest.raises(RefusedError):
        permit.allowed("localhost", 8701, ["127.0.0.1"])


def test_of_several_addresses_only_the_public_ones_are_used() -> None:
    """A name with one public and one private address is reached at the public one."""
    assert Permit().allowed("host", 443, ["10.0.0.1", "8.8.8.8"]) == ["8.8.8.8"]


def test_a_credential_is_not_sent_in_clear_except_to_this_machine() -> None:
    """Plain http with a token is refused unless the host can only be loopback."""
    named = frozenset({Origin("http", "127.0.0.1", 8701)})
    Permit(named=named).check("http://127.0.0.1:8701/", has_secret=True)
    with pytest.raises(RefusedError, match="plain http"):
        Permit().check("http://example.org/", has_secret=True)


def test_an_odd_port_is_asked_only_where_the_account_names_it() -> None:
    """Ports other than 80 and 443 need to stand in the account's own entry."""
    named = frozenset({Origin("https", "blog.example", 8443)})
    Permit(named=named).check("https://blog.example:8443/feed", has_secret=False)
    with pytest.raises(RefusedError, match="port 22"):
        Permit(named=named).check("https://blog.example:22/", has_secret=False)


def test_a_look_up_that_hangs_is_given_up() -> None:
    """A resolver that does not answer ends in a time-out, not in a stuck thread of ours."""
    release = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        release.wait()
        return []

    with pytest.raises(TimeoutError):
        look_up_within(hang, "slow.example", 443, seconds=0.01)
    release.set()
