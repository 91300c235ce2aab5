"""Tokens for logging in to Microsoft 365's mail servers: OAuth 2.0 client credentials.

One form goes to the authority, one JSON answer comes back (RFC 6749 section 4.4). A token is
kept in memory only, until shortly before it ends or a mail server refuses it. Neither the
secret nor a token ever stands in an error: of a refusal only its code is told.
"""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr

from config.errors import MailError, ReadError
from config.settings import secret
from connectors.door import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from config.settings import Settings
    from connectors.door import Answer, Door

_WITHIN_S = 8.0
_LARGEST = 64_000
_SPARE_S = 300.0
_LONGEST_S = 86_400.0
_LONGEST_TOKEN = 16_000
_NO_ANSWER = 500
_OK = 200
_REFUSED = frozenset({400, 401, 403})
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")  # RFC 6750 section 2.1
_ERROR = re.compile(r"[a-z_]{1,40}")
_CODE = re.compile(r"AADSTS\d{3,9}")
_REMEDY = {
    "invalid_client": "make a new client secret in Microsoft Entra and put it into the secret "
    "mail_client_secret",
    "unauthorized_client": "check client_id, and that the application was given consent",
    "invalid_request": "check tenant and client_id",
    "invalid_scope": "check scope",
}


class Tokens(Protocol):
    """Gives tokens for a login."""

    def token(self, *, within_s: float = _WITHIN_S) -> SecretStr:
        """Return a token that is good for some minutes.

        Args:
            within_s: Most seconds it may take.

        Raises:
            MailError: There is none now; never ``permanent``, without secrets.
        """
        ...

    def forget(self) -> None:
        """Ask for another one next time: a mail server has refused the present one."""
        ...


@dataclass(slots=True, kw_only=True)
class ClientCredentials:
    """Tokens of an application that is registered with Microsoft Entra; safe in any thread.

    Attributes:
        door: Through which the authority is asked.
        authority: Such as ``https://login.microsoftonline.com``; plain http only on loopback.
        tenant: Directory id.
        client_id: Application id.
        client_secret: Its secret.
        scope: What the token is for.
        monotonic: Seconds; how old a token is.
    """

    door: Door
    authority: str
    tenant: str
    client_id: str
    client_secret: SecretStr
    scope: str
    monotonic: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock, repr=False)
    _held: SecretStr | None = field(init=False, default=None, repr=False)
    _fresh_until: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        """Keep the secret out of everything that is written."""
        self.door.redactor.add(self.client_secret)

    def token(self, *, within_s: float = _WITHIN_S) -> SecretStr:
        """Return the kept token, or a new one; see `Tokens.token`."""
        with self._lock:
            if self._held is not None and self.monotonic() < self._fresh_until:
                return self._held
            asked_at = self.monotonic()
            self._held, lasts_s = self._read(self._ask(min(within_s, _WITHIN_S)))
            self._fresh_until = asked_at + max(lasts_s - _SPARE_S, lasts_s / 2)
            return self._held

    def forget(self) -> None:
        """Throw the kept token away; see `Tokens.forget`."""
        with self._lock:
            self._held = None

    def _ask(self, within_s: float) -> Answer:
        base = self.authority.rstrip("/")
        near = base if base.startswith("http://") else None
        try:
            return self.door.post(
                f"{base}/{self.tenant}/oauth2/v2.0/token",
                account=Part(id="token for the mail server", api_base=near),
                form={
                    "grant_type": "client_credentials",
                    "client_id": self.client_id,
                    "client_secret": self.client_secret.get_secret_value(),
                    "scope": self.scope,
                },
                total_s=within_s,
                max_bytes=_LARGEST,
            )
        except ReadError as error:
            trouble = _failed(str(error))
        # Outside the handler: what the wire said is not even the context of what is raised.
        raise trouble

    def _read(self, answer: Answer) -> tuple[SecretStr, float]:
        """Return the token and for how many seconds it is good.

        Raises:
            MailError: The authority gave none, or not as the standard says.
        """
        said = _json(answer.body)
        if answer.status in _REFUSED:
            raise _failed(_refusal(said))
        if answer.status != _OK:
            busy = answer.status >= _NO_ANSWER or answer.status == 429  # noqa: PLR2004 - HTTP
            how = "it is asked again later" if busy else "check authority and tenant"
            raise _failed(f"the token server answered {answer.status}; {how}")
        token, kind, lasts_s = (
            said.get(name) for name in ("access_token", "token_type", "expires_in")
        )
        is_token = isinstance(token, str) and len(token) <= _LONGEST_TOKEN
        if not is_token or not _TOKEN.fullmatch(str(token)) or str(kind).lower() != "bearer":
            raise _failed("the token server's answer holds no usable token")
        seconds = _seconds(lasts_s)
        if seconds <= 0:
            raise _failed("the token server gave a token that has ended already")
        return SecretStr(str(token)), min(seconds, _LONGEST_S)


def tokens_of(settings: Settings, *, environ: Mapping[str, str], door: Door) -> Tokens | None:
    """Return where the configured logins get tokens, or None where none is needed.

    Raises:
        SettingsError: The secret ``mail_client_secret`` is missing.
    """
    mail = settings.mail
    if not mail.uses_token():
        return None
    return ClientCredentials(
        door=door,
        authority=mail.authority,
        tenant=mail.tenant,
        client_id=mail.client_id,
        client_secret=secret("mail_client_secret", environ=environ),
        scope=mail.scope,
    )


def xoauth2(username: str, token: SecretStr) -> str:
    """Return what the mechanism XOAUTH2 says first, before base64."""
    return f"user={username}\x01auth=Bearer {token.get_secret_value()}\x01\x01"


def _failed(what: str) -> MailError:
    return MailError(f"no token for the mail server: {what}", recipient="", permanent=False)


def _json(body: bytes) -> dict[str, object]:
    """Return an answer's fields; none for anything that is no JSON object."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _refusal(said: dict[str, object]) -> str:
    """Return a refusal in our own words, with the authority's code and nothing else of it."""
    error, words = said.get("error"), said.get("error_description")
    name = error if isinstance(error, str) and _ERROR.fullmatch(error) else "no reason given"
    code = _CODE.search(words) if isinstance(words, str) else None
    shown = f"{name}, {code[0]}" if code else name
    remedy = _REMEDY.get(name, "check tenant, client_id and the secret mail_client_secret")
    return f"the token server refused ({shown}); {remedy}"


def _seconds(value: object) -> float:
    """Return ``expires_in``, which some servers write as text; 0 for what is no number."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0.0
    return float(value) if 0 < value < float("inf") else 0.0
