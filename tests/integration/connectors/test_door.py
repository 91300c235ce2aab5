"""The door against a real server on loopback that misbehaves in every known way."""

from __future__ import annotations

import gc
import gzip
import logging
import socket
import threading
import time
import traceback
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import requests
from pydantic import SecretStr

from config.errors import AccessError, ContractError, LaterError, ReadError
from config.register import Account
from config.types import AccountId, Kind, Reason
from connectors.door import Door, Redactor
from tests.lib.http_server import Reply, ScriptedServer, redirect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CANARY = "canary-7f3a9b-secret"
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
SDK_BASE = "https://api.platform.example"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Run a server for one test."""
    with ScriptedServer() as running:
        yield running


def account(server: ScriptedServer, **changed: str | None) -> Account:
    """Return an account whose `api_base` is the server."""
    stated: dict[str, str | None] = {"api_base": server.url, "handle": "town", **changed}
    return Account(
        id=AccountId("blog"),
        platform="feed",
        handle=stated["handle"] or "",
        kind=Kind.COUNCIL,
        owner="Clerk",
        api_base=stated["api_base"],
    )


def door(
    total_s: float = 20,
    lookup: Callable[[str, int], list[str]] | None = None,
    redactor: Redactor | None = None,
) -> Door:
    """Return a door with the real clock for deadlines."""
    if lookup is None:
        return Door(clock=lambda: NOW, total_s=total_s, redactor=redactor)
    return Door(clock=lambda: NOW, total_s=total_s, redactor=redactor, lookup=lookup)


def test_a_plain_request_gives_status_headers_body_and_address(server: ScriptedServer) -> None:
    """What the server said arrives whole, headers in any spelling of their names."""
    server.on("/feed", Reply(body="Pétanque", headers={"ETag": '"1"'}))
    answer = door().get(server.url + "/feed?a=b", account=account(server), headers={"X-A": "1"})
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, "Pétanque".encode(), '"1"')
    assert (answer.url, answer.redirects) == (server.url + "/feed?a=b", ())
    asked = server.requests[0]
    assert asked.headers["x-a"] == "1"
    assert asked.headers["accept-encoding"] == "gzip, deflate"
    assert asked.headers["user-agent"].startswith("clerkwatch/")


@pytest.mark.parametrize("status", [304, 401, 403, 404, 410, 429, 500, 503])
def test_a_status_is_an_answer_and_no_error(server: ScriptedServer, status: int) -> None:
    """What a status means is the platform file's business."""
    server.on("/", Reply(status=status, body=b"" if status == 304 else b"no"))
    assert door().get(server.url + "/", account=account(server)).status == status


def test_a_body_larger_than_the_limit_is_refused_before_it_is_read(server: ScriptedServer) -> None:
    """An announced length over the limit ends the matter."""
    server.on("/", Reply(headers={"Content-Length": "50000000"}, body=b"x", cut_at=1))
    with pytest.raises(ContractError, match="more than is read"):
        door().get(server.url + "/", account=account(server))


def test_fifty_megabytes_without_a_length_are_cut_at_the_limit(server: ScriptedServer) -> None:
    """A body that announces nothing is read up to the limit and not beyond."""
    sent: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(800):
            sent.append(number)
            yield b"x" * 65536

    server.on("/", Reply(body=pieces()))
    with pytest.raises(ContractError, match="more than is read"):
        door().get(server.url + "/", account=account(server), max_bytes=1_000_000)
    assert len(sent) < 400


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_stopped_by_what_comes_out_of_it(server: ScriptedServer, coding: str) -> None:
    """Two hundred kilobytes that unpack to 200 MB are refused without unpacking them all."""
    packed = gzip.compress if coding == "gzip" else zlib.compress
    bomb = packed(bytes(200_000_000))
    server.on("/", Reply(body=bomb, headers={"Content-Encoding": coding}))
    with pytest.raises(ContractError, match="more than is read"):
        door().get(server.url + "/", account=account(server))


def test_a_packed_answer_is_unpacked(server: ScriptedServer) -> None:
    """Gzip within the limit is read as what it stands for."""
    server.on("/", Reply(body=b"hello " * 1000, gzip=True))
    assert door().get(server.url + "/", account=account(server)).body == b"hello " * 1000


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(body=b"x" * 1000, cut_at=10), id="cut"),
        pytest.param(Reply(raw=b""), id="closed at once"),
        pytest.param(Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n"), id="no http"),
        pytest.param(
            Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab"),
            id="broken chunk",
        ),
        pytest.param(
            Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 500 + b"\r\n"), id="500 headers"
        ),
        pytest.param(
            Reply(raw=b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\n"), id="long header"
        ),
        pytest.param(Reply(body=b"not gzip", headers={"Content-Encoding": "gzip"}), id="not gzip"),
        pytest.param(Reply(body=b"?", headers={"Content-Encoding": "br"}), id="brotli"),
    ],
)
def test_a_broken_answer_is_trouble_that_may_pass(server: ScriptedServer, reply: Reply) -> None:
    """Cut, garbled or wrongly packed: LaterError with the class TRANSIENT."""
    server.on("/", reply)
    with pytest.raises(LaterError) as caught:
        door().get(server.url + "/", account=account(server))
    assert caught.value.reason is Reason.TRANSIENT
    assert caught.value.account == "blog"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(hang=True), id="hang"),
        pytest.param(Reply(body=b"x" * 10_000, drip_s=0.02), id="drip"),
        pytest.param(Reply(body=b"x" * 10, drip_headers_s=0.02), id="drip in headers"),
        pytest.param(
            Reply(body=(b"x" for _ in iter(lambda: threading.Event().wait(0.02), None))),
            id="drip in chunks",
        ),
    ],
)
def test_a_slow_server_is_cut_at_the_total_deadline(server: ScriptedServer, reply: Reply) -> None:
    """Every byte may come in time: it is the whole that takes too long."""
    server.on("/", reply)
    started = time.monotonic()
    with pytest.raises(LaterError, match=r"longer than 0\.3 seconds") as caught:
        door(total_s=0.3).get(server.url + "/", account=account(server))
    assert caught.value.reason is Reason.TRANSIENT
    assert time.monotonic() - started < 5


def test_nobody_listening_is_trouble_that_may_pass() -> None:
    """A refused connection says which server could not be reached."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    entry = Account(
        id=AccountId("a"),
        platform="feed",
        handle="h",
        kind=Kind.COUNCIL,
        owner="o",
        api_base=base,
    )
    with pytest.raises(LaterError, match=r"127\.0\.0\.1 could not be reached"):
        door().get(base + "/", account=entry)


def test_a_server_without_a_certificate_is_not_believed(server: ScriptedServer) -> None:
    """Https to a server that speaks plain http ends as trouble, not as an answer."""
    base = server.url.replace("http:", "https:")
    with pytest.raises(LaterError, match=r"TLS|reached"):
        door().get(base + "/", account=account(server, api_base=base))


# --- where it goes ---------------------------------------------------------------------------


def test_redirects_are_followed_by_hand_and_told(server: ScriptedServer) -> None:
    """Each step is remembered; the answer says where it came from in the end."""
    server.on("/old", redirect("/new é?x=1", 301))
    server.on("/new é", redirect(server.url + "/newest#part", 307))
    server.on("/newest", Reply(body=b"here"))
    answer = door().get(server.url + "/old", account=account(server))
    assert (answer.body, answer.url) == (b"here", server.url + "/newest")
    assert answer.redirects[0] == server.url + "/old"
    assert len(answer.redirects) == 2


def test_a_redirect_that_never_ends_is_given_up(server: ScriptedServer) -> None:
    """Five steps are enough for anybody."""
    server.on("/", redirect("/"))
    with pytest.raises(ContractError, match="more than 5 times"):
        door().get(server.url + "/", account=account(server))
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://localhost/",
        "http://localhost:22/",
        "//127.0.0.2/",
        "http://user@127.0.0.1/",
        "http://example.org\\@127.0.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "javascript:alert(1)",
        "http://[broken/",
    ],
)
def test_a_redirect_inwards_is_refused(server: ScriptedServer, target: str) -> None:
    """No answer can send the daemon to this machine, this network or another protocol."""
    server.on("/", redirect(target))
    with pytest.raises(AccessError, match="is not asked") as caught:
        door().get(server.url + "/", account=account(server))
    assert caught.value.reason is Reason.FORBIDDEN


def test_another_port_of_the_same_machine_is_refused(server: ScriptedServer) -> None:
    """`api_base` names one server; its neighbour on the next port is not meant."""
    with ScriptedServer() as neighbour:
        server.on("/", redirect(neighbour.url + "/"))
        with pytest.raises(AccessError):
            door().get(server.url + "/", account=account(server))
        assert neighbour.requests == []


def test_without_api_base_this_machine_is_not_asked(server: ScriptedServer) -> None:
    """A handle alone, loopback or not, opens no private address."""
    entry = account(server, api_base=None, handle=server.url + "/feed")
    with pytest.raises(AccessError, match="inside this network or machine"):
        door().get(server.url + "/feed", account=entry)
    assert server.requests == []


def test_what_the_operator_allows_for_the_house_is_asked(server: ScriptedServer) -> None:
    """`allow_private` opens exactly one host and port for every account."""
    server.on("/", Reply(body=b"ok"))
    allowing = Door(clock=lambda: NOW, allow_private=frozenset({f"127.0.0.1:{server.port}"}))
    assert allowing.get(server.url + "/", account=account(server, api_base=None)).body == b"ok"


def test_a_name_that_leads_inwards_is_refused_at_the_connection(server: ScriptedServer) -> None:
    """The look-up that is judged is the one that is used; there is no second one to lie to."""
    answers = iter([["127.0.0.1"], ["8.8.8.8"]])
    asked: list[str] = []

    def lookup(host: str, port: int) -> list[str]:
        asked.append(f"{host}:{port}")
        return next(answers)

    with pytest.raises(AccessError, match="inside this network"):
        door(lookup=lookup).get("http://rebind.example/", account=account(server))
    assert asked == ["rebind.example:80"]


def test_the_connection_goes_to_the_address_that_was_judged(server: ScriptedServer) -> None:
    """A named private server is reached at the looked-up address, under its own name."""
    server.on("/", Reply(body=b"ok"))
    base = f"http://simulator.example:{server.port}"
    entry = account(server, api_base=base)
    looked_up = door(lookup=lambda _host, _port: ["127.0.0.1"])
    assert looked_up.get(base + "/", account=entry).body == b"ok"
    assert server.requests[0].headers["host"] == f"simulator.example:{server.port}"


def test_an_unknown_name_is_trouble_that_may_pass(server: ScriptedServer) -> None:
    """No such name: told apart from a server that is down, in the resolver's words too."""

    def lookup(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    said = r"could not be reached, because its name cannot be resolved .*Name or service not known"
    with pytest.raises(LaterError, match=said):
        door(lookup=lookup).get("http://nowhere.example/", account=account(server))


def test_headers_that_carry_a_credential_do_not_travel(server: ScriptedServer) -> None:
    """After a step to another server only harmless headers are sent; on the same one, all."""
    with ScriptedServer() as other:
        both = frozenset({f"127.0.0.1:{other.port}", f"127.0.0.1:{server.port}"})
        server.on("/", redirect("/next"))
        server.on("/next", redirect(other.url + "/"))
        other.on("/", Reply(body=b"ok"))
        Door(clock=lambda: NOW, allow_private=both).get(
            server.url + "/",
            account=account(server),
            headers={
                "Authorization": f"Bearer {CANARY}",
                "Cookie": f"s={CANARY}",
                "X-Api-Key": CANARY,
                "If-None-Match": '"1"',
            },
        )
        assert server.requests[1].headers["authorization"] == f"Bearer {CANARY}"
        assert CANARY not in str(other.requests[0].headers)
        assert other.requests[0].headers["if-none-match"] == '"1"'


def test_from_https_the_door_does_not_step_down_to_http(server: ScriptedServer) -> None:
    """The step is refused by the addresses alone, before anything is asked."""
    its = door()
    with pytest.raises(AccessError, match="back to plain http"):
        its._onward(
            account(server),
            "https://blog.example/",
            "http://blog.example/",
            requests.structures.CaseInsensitiveDict(),
        )


def test_the_machines_proxy_and_netrc_are_not_used(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    """Environment variables that steer requests elsewhere change nothing."""
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w", encoding="utf-8") as file:  # noqa: PTH123 - the path is a string here
        file.write(f"machine 127.0.0.1 login someone password {CANARY}\n")
        file.write(f"machine api.platform.example login someone password {CANARY}\n")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", netrc)
    server.on("/", Reply(body=b"ok"))
    assert door().get(server.url + "/", account=account(server)).body == b"ok"
    session = door().session(account(server), rewrite=[SDK_BASE])
    assert session.get(SDK_BASE + "/").content == b"ok"
    assert all("authorization" not in asked.headers for asked in server.requests)


# --- sessions for SDKs -----------------------------------------------------------------------


def test_a_session_sends_the_sdks_base_to_api_base(server: ScriptedServer) -> None:
    """Scheme, host, port and path prefix come from `api_base`, the rest from the SDK."""
    server.on("/stub/2/users", Reply(json={"data": 1}, headers={"Set-Cookie": "a=b"}))
    entry = account(server, api_base=server.url + "/stub/")
    session = door().session(entry, rewrite=[SDK_BASE, "https://other.example/"])
    assert session.get(SDK_BASE + "/2/users", params={"ids": "1,2"}).json() == {"data": 1}
    session.get("https://other.example/2/users")
    assert [asked.target for asked in server.requests] == [
        "/stub/2/users?ids=1%2C2",
        "/stub/2/users",
    ]
    assert "cookie" not in server.requests[1].headers
    assert server.connections == 1


def test_a_session_asks_nobody_but_the_platform(server: ScriptedServer) -> None:
    """An address in an answer cannot take the token to another server."""
    session = door().session(account(server), rewrite=[SDK_BASE])
    for url in ("https://evil.example/", f"{SDK_BASE}.evil.example/", "http://127.0.0.1:9/"):
        with pytest.raises(AccessError, match="is not asked"):
            session.get(url)
    real = door(lookup=lambda _host, _port: ["127.0.0.1"]).session(
        account(server, api_base=None), rewrite=[SDK_BASE]
    )
    with pytest.raises(AccessError, match="not the platform's own server"):
        real.get("https://evil.example/")
    with pytest.raises(AccessError, match="inside this network"):
        real.get(SDK_BASE + "/")


def test_a_session_follows_no_redirect(server: ScriptedServer) -> None:
    """An interface that redirects has changed, or somebody stands in between."""
    server.on("/", redirect("http://169.254.169.254/"))
    session = door().session(account(server), rewrite=[SDK_BASE])
    with pytest.raises(ContractError, match="is not followed"):
        session.get(SDK_BASE + "/", allow_redirects=True)


def test_a_session_has_deadline_and_limit_though_the_sdk_sets_none(server: ScriptedServer) -> None:
    """Whatever the SDK passes, the door's own limits hold."""
    server.on("/drip", Reply(body=b"x" * 900, drip_s=0.02))
    server.on("/big", Reply(body=b"x" * 2000))
    session = door(total_s=0.3).session(account(server), rewrite=[SDK_BASE], max_bytes=1000)
    with pytest.raises(LaterError, match="longer than"):
        session.get(SDK_BASE + "/drip", timeout=None)
    with pytest.raises(ContractError, match="more than is read"):
        session.get(SDK_BASE + "/big", stream=True)


def test_each_answer_is_shown_to_the_platform_file(server: ScriptedServer) -> None:
    """`on_response` sees status, headers and body of errors too, in order."""
    server.on("/", Reply(status=429, headers={"x-rate-limit-reset": "9"}, body=b"wait"), Reply())
    seen: list[tuple[int, str | None, bytes]] = []
    session = door().session(
        account(server),
        rewrite=[SDK_BASE],
        on_response=lambda answer: seen.append(
            (answer.status_code, answer.headers.get("X-Rate-Limit-Reset"), answer.content)
        ),
    )
    session.get(SDK_BASE + "/")
    session.get(SDK_BASE + "/")
    assert seen == [(429, "9", b"wait"), (200, None, b"")]


def test_a_dropped_session_leaves_no_open_socket(server: ScriptedServer) -> None:
    """Warnings are errors here: an unclosed socket would fail the test."""
    session = door().session(account(server), rewrite=[SDK_BASE])
    session.get(SDK_BASE + "/")
    del session
    gc.collect()
    assert server.connections == 1


# --- secrets ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        Reply(raw=b""),
        Reply(raw=f"HTTP/1.1 {CANARY}\r\n\r\n".encode()),
        Reply(body=b"x" * 100, cut_at=1),
        Reply(hang=True),
        redirect(f"http://169.254.169.254/{CANARY}?access_token={CANARY}"),
        redirect("/again"),
    ],
)
def test_no_secret_stands_in_any_error_or_log_line(
    server: ScriptedServer, reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    """Message, cause, context, traceback and log are searched for the planted token."""
    caplog.set_level(logging.DEBUG)
    server.on("/v25.0/1/posts", reply)
    session = door(total_s=0.3).session(
        account(server), rewrite=[SDK_BASE], secret=SecretStr(CANARY)
    )
    with pytest.raises(ReadError) as caught:
        session.get(
            SDK_BASE + "/v25.0/1/posts",
            params={"access_token": CANARY},
            headers={"Authorization": f"Bearer {CANARY}"},
        )
    assert server.requests[0].param("access_token") == CANARY
    told = [str(caught.value), repr(caught.value), caplog.text]
    told += traceback.format_exception(caught.value)
    error: BaseException | None = caught.value
    while error is not None:
        told += [str(error), repr(error), repr(vars(error))]
        assert error.__context__ is None or error.__context__ is error.__cause__
        error = error.__cause__
    assert CANARY not in "\n".join(told)


def test_a_thread_of_its_own_watches_nothing_after_the_answer(server: ScriptedServer) -> None:
    """The timer that would cut the connection is gone once the answer is there."""
    server.on("/", Reply(body=b"ok"))
    before = threading.active_count()
    its = door()
    for _ in range(5):
        its.get(server.url + "/", account=account(server))
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for timer in timers:
        timer.join(1)
    assert threading.active_count() <= before + server.connections
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
