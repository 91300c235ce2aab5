"""XOAUTH2 for SMTP and IMAP: a token server on loopback, right, wrong, late and lying."""

from __future__ import annotations

import base64
import json
import ssl
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
import trustme
from aiosmtpd.smtp import MISSING, SMTP, AuthResult
from pydantic import SecretStr
from structlog.testing import capture_logs

from config.errors import MailError, SettingsError
from config.settings import parse
from connectors.door import Door
from monitor.alerts.inbox import ImapInbox
from monitor.alerts.tokens import ClientCredentials, tokens_of
from monitor.alerts.transport import SmtpTransport
from monitor.clock import SystemClock
from tests.integration.alerts.servers import Mailbox, mail_server
from tests.lib.dovecot import PROGRAM, dovecot
from tests.lib.http_server import Reply, ScriptedServer
from tests.lib.jwt import signed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLERK = "clerk@ashcombe-tc.example"
SENDER = "clerkwatch@ashcombe-tc.example"
PATH = "/ashcombe.example/oauth2/v2.0/token"
SECRET = "canary-client-secret"
CANARY = "canary-token-0123456789"
BODY = b"Subject: A mail\r\n\r\nWords.\r\n"
GOOD = {"token_type": "Bearer", "expires_in": 3599, "access_token": CANARY}
needs_dovecot = pytest.mark.skipif(not PROGRAM, reason="dovecot-imapd is not installed")


class Hand:
    """A clock that stands where a test puts it."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        """Return where it stands."""
        return self.at


class TokenMailbox(Mailbox):
    """Takes mails from who shows a known token; refuses others as Exchange Online does."""

    def __init__(self, *good: str) -> None:
        super().__init__()
        self.good = set(good)
        self.shown: list[str] = []
        self.answers: list[bytes] = []

    async def auth_XOAUTH2(  # noqa: N802 - aiosmtpd finds mechanisms by this name
        self, server: SMTP, args: list[str]
    ) -> AuthResult:
        """Check the token; a wrong one is answered by 334 with JSON, then by 535."""
        said = base64.b64decode(args[1]).decode()
        self.shown.append(said)
        token = said.partition("auth=Bearer ")[2].rstrip("\x01")
        if token in self.good:
            return AuthResult(success=True, auth_data=b"x")
        trouble = {"status": "401", "schemes": "Bearer", "scope": f"repeats {token}"}
        answer = await server.challenge_auth(json.dumps(trouble))
        assert answer is not MISSING
        self.answers.append(bytes(answer))
        await server.push(f"535 5.7.3 Authentication unsuccessful {token}")
        return AuthResult(success=False, handled=True)


@pytest.fixture
def authority() -> Iterator[ScriptedServer]:
    """Run a token server that gives `CANARY`."""
    with ScriptedServer() as server:
        server.on(PATH, Reply(json=GOOD), method="POST")
        yield server


def credentials(server: ScriptedServer, **more: Any) -> ClientCredentials:
    """Return the client of a token server."""
    return ClientCredentials(
        door=Door(clock=SystemClock().now),
        authority=server.url,
        tenant="ashcombe.example",
        client_id="0a1b",
        client_secret=SecretStr(SECRET),
        scope="https://outlook.office365.com/.default",
        **more,
    )


def test_one_form_is_sent_and_the_token_kept_until_it_is_nearly_over(
    authority: ScriptedServer,
) -> None:
    """The authority is asked once for many logins, and again five minutes before the end."""
    hand = Hand()
    tokens = credentials(authority, monotonic=hand)
    assert {tokens.token().get_secret_value() for _ in range(3)} == {CANARY}
    hand.at += 3599 - 301
    tokens.token()
    assert len(authority.requests) == 1
    hand.at += 2
    tokens.token()
    assert len(authority.requests) == 2
    assert parse_qs(authority.requests[0].body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["0a1b"],
        "client_secret": [SECRET],
        "scope": ["https://outlook.office365.com/.default"],
    }


WRONG_SECRET = {
    "error": "invalid_client",
    "error_description": f"AADSTS7000215: Invalid client secret provided. {SECRET} {CANARY}",
}
LIES: list[tuple[Reply, str]] = [
    (Reply(status=401, json=WRONG_SECRET), "invalid_client, AADSTS7000215.*mail_client_secret"),
    (Reply(status=400, json={"error": "unauthorized_client"}), "consent"),
    (Reply(status=400, body="<html>"), "no reason given"),
    (Reply(status=400, json={"error": f"x {CANARY}"}), "no reason given"),
    (Reply(status=500, body=CANARY), "answered 500; it is asked again later"),
    (Reply(status=429), "answered 429; it is asked again later"),
    (Reply(status=404), "answered 404; check authority"),
    (Reply(body=b"not json"), "no usable token"),
    (Reply(json=[]), "no usable token"),
    (Reply(json=GOOD | {"access_token": 7}), "no usable token"),
    (Reply(json=GOOD | {"access_token": ""}), "no usable token"),
    (Reply(json=GOOD | {"access_token": f"{CANARY}\r\nMAIL FROM:<x>"}), "no usable token"),
    (Reply(json=GOOD | {"access_token": "x" * 20_000}), "no usable token"),
    (Reply(json=GOOD | {"token_type": "mac"}), "no usable token"),
    (Reply(json=GOOD | {"expires_in": 0}), "ended already"),
    (Reply(json=GOOD | {"expires_in": -5}), "ended already"),
    (Reply(json=GOOD | {"expires_in": True}), "ended already"),
    (Reply(json=GOOD | {"expires_in": None}), "ended already"),
    (Reply(body=b'{"access_token":"a","token_type":"Bearer","expires_in":1e999}'), "ended already"),
    (Reply(body=b"[" * 50_000), "no usable token"),
    (Reply(body=b"x" * 100_000), "more than is read"),
    (Reply(status=302, headers={"Location": "http://127.0.0.1:9/"}), "answered 302"),
    (Reply(raw=b"HTTP/1.1 999 what\r\n\r\n"), "answered 999"),
    (Reply(body=b"{}", cut_at=1), "no token for the mail server"),
]


@pytest.mark.parametrize(("reply", "said"), LIES)
def test_whatever_the_authority_says_the_mail_waits_and_no_secret_is_told(
    authority: ScriptedServer, reply: Reply, said: str
) -> None:
    """A refusal, a fault or a lie is one plain temporary error, and the next try asks again."""
    authority.on(PATH, reply, Reply(json=GOOD), method="POST")
    tokens = credentials(authority)
    with pytest.raises(MailError, match=said) as caught:
        tokens.token()
    shown = f"{caught.value}{caught.value!r}{caught.value.__cause__!r}{caught.value.__context__!r}"
    assert (caught.value.permanent, "canary" in shown) == (False, False)
    assert tokens.token().get_secret_value() == CANARY


def test_a_token_server_that_hangs_is_given_up_in_time(authority: ScriptedServer) -> None:
    """A token server that never answers costs the time that is left, not for ever."""
    authority.on(PATH, Reply(hang=True), method="POST")
    began = time.monotonic()
    with pytest.raises(MailError, match=r"took longer than 0\.3 seconds"):
        credentials(authority).token(within_s=0.3)
    assert time.monotonic() - began < 5


def test_expiry_as_text_is_understood(authority: ScriptedServer) -> None:
    """Some token servers write the seconds as text."""
    authority.on(PATH, Reply(json=GOOD | {"expires_in": "3599"}), method="POST")
    assert credentials(authority).token().get_secret_value() == CANARY


def test_the_authority_is_never_asked_in_clear_elsewhere() -> None:
    """Plain http to another machine is refused before anything is sent."""
    tokens = ClientCredentials(
        door=Door(clock=SystemClock().now, lookup=lambda *_: ["192.0.2.1"]),
        authority="http://login.example",
        tenant="t",
        client_id="c",
        client_secret=SecretStr(SECRET),
        scope="s",
    )
    with pytest.raises(MailError, match="a credential is not sent over plain http"):
        tokens.token()


def test_a_mail_goes_out_with_a_token_and_a_refused_one_is_replaced(
    authority: ScriptedServer, tmp_path: Path
) -> None:
    """The wrong token costs one try: it is thrown away, and the next mail has a new one."""
    authority.on(
        PATH, Reply(json=GOOD | {"access_token": "stale-canary"}), Reply(json=GOOD), method="POST"
    )
    mailbox = TokenMailbox(CANARY)
    vouching = trustme.CA()
    vouching.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    vouching.issue_cert("127.0.0.1").configure_cert(context)
    with (
        mail_server(mailbox, context=context, wants_login=True) as port,
        capture_logs() as logs,
    ):
        transport = SmtpTransport(
            host="127.0.0.1",
            port=port,
            ca_file=tmp_path / "ca.pem",
            username=SENDER,
            tokens=credentials(authority),
        )
        refused = transport.send(BODY, SENDER, [CLERK])[CLERK]
        greeted = transport.greet(SENDER)
        accepted = transport.send(BODY, SENDER, [CLERK])[CLERK]
    assert refused is not None
    said = f"{refused}{refused!r}{refused.__cause__!r}{refused.__context__!r}{logs}"
    assert ("refused the token" in said, refused.permanent, "canary" in said) == (
        True,
        False,
        False,
    )
    assert (greeted, accepted, mailbox.answers) == (None, None, [b""])
    assert mailbox.shown[-1] == f"user={SENDER}\x01auth=Bearer {CANARY}\x01\x01"
    assert mailbox.taken[CLERK] == [BODY]
    assert len(authority.requests) == 2


def test_without_a_token_no_line_is_opened() -> None:
    """While there is no token, every recipient waits and says what is wrong."""
    with ScriptedServer() as server:
        transport = SmtpTransport(
            host="127.0.0.1", port=1, security="none", username="u", tokens=credentials(server)
        )
        error = transport.send(BODY, SENDER, [CLERK])[CLERK]
    assert error is not None
    assert "no token for the mail server" in str(error)
    assert not error.permanent


@needs_dovecot
def test_a_real_imap_server_takes_a_good_token_and_refuses_others(
    tmp_path: Path, authority: ScriptedServer
) -> None:
    """Dovecot checks the token's signature and end; a refusal names the server, not the token."""
    ends = int(time.time()) + 3600
    authority.on(
        PATH,
        *(
            Reply(json=GOOD | {"access_token": token})
            for token in (
                signed("watch", expires=ends, key=b"another-key-another-key-another!"),
                signed("watch", expires=ends - 7200),
                signed("watch", expires=ends),
            )
        ),
        method="POST",
    )
    with dovecot(tmp_path / "imap", has_tokens=True) as port:
        inbox = ImapInbox(
            host="127.0.0.1",
            port=port,
            security="none",
            username="watch",
            tokens=credentials(authority),
        )
        for _ in range(2):
            with pytest.raises(MailError, match="refused the token") as caught, inbox.opened():
                pass
            shown = f"{caught.value!r}{caught.value.__cause__!r}{caught.value.__context__!r}"
            assert "eyJ" not in shown
        with inbox.opened() as session:
            assert list(session.arrived(after=None, is_known=lambda _: False)) == []
    assert len(authority.requests) == 3


SETTINGS = """
[council]
name = "Ashcombe Town Council"
email_domain = "ashcombe-tc.example"
[mail]
host = "smtp.office365.com"
port = 587
auth = "xoauth2"
username = "clerkwatch@ashcombe-tc.example"
sender = "clerkwatch@ashcombe-tc.example"
{more}
[[people]]
role = "clerk"
name = "Clerk"
email = "clerk@ashcombe-tc.example"
"""
IDS = 'tenant = "ashcombe.example"\nclient_id = "0a1b"'


def test_the_settings_name_the_secret_and_the_missing_keys(tmp_path: Path) -> None:
    """Tenant and client id are asked for, the secret is found by its name or missed aloud."""
    file = tmp_path / "clerkwatch.toml"
    with pytest.raises(SettingsError, match="tenant and client_id"):
        parse(SETTINGS.format(more=""), file=file, environ={})
    with pytest.raises(SettingsError, match="https://"):
        parse(SETTINGS.format(more=f'{IDS}\nauthority = "http://x.example"'), file=file, environ={})
    settings = parse(SETTINGS.format(more=IDS), file=file, environ={})
    door = Door(clock=SystemClock().now)
    with pytest.raises(SettingsError, match="mail_client_secret"):
        tokens_of(settings, environ={}, door=door)
    found = tokens_of(settings, environ={"CLERKWATCH_SECRET_MAIL_CLIENT_SECRET": SECRET}, door=door)
    assert isinstance(found, ClientCredentials)
    assert SECRET not in repr(found)
