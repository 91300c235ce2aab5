"""The one HTTP door: every platform request goes through here.

What it sees to, for plain requests (`Door.get`) and for the SDKs alike (`Door.session`):

* a deadline for the whole exchange, besides connect and read time-outs;
* a limit for the body, counted after decompression;
* only http and https, no user information, no odd ports; private, loopback, link-local
  and metadata addresses only where the account's own ``api_base`` names that very host
  and port; the connection goes to the address that was judged;
* redirects followed by hand (plain requests) or not at all (SDKs);
* no proxy, netrc or cookie of the machine is used;
* no secret in an error, a log line or a stored answer.

Errors are always ours, also out of the middle of an SDK call: the session raises them
itself, and neither tweepy nor facebook-sdk catches them. Nobody needs to map requests'
or urllib3's exceptions. Answers of every status are handed back as they are; what a 404
or a 429 means is the platform file's business.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from config.errors import AccessError, ContractError, LaterError
from config.types import Reason
from connectors._addresses import Origin, Permit, RefusedError, look_up, origin_of
from connectors._asker import Part
from connectors._redact import Redactor
from connectors._session import DoorSession
from connectors._trouble import FAILURES, WireTroubleError, innermost, trouble
from connectors._wire import (
    Exchange,
    GuardedAdapter,
    TooLargeError,
    TooLateError,
    carry_out,
    target_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pydantic import SecretStr

    from config.errors import ReadError
    from config.register import Account
    from connectors._addresses import Lookup
    from connectors._asker import Asker

__all__ = ["Answer", "Door", "Part", "Redactor", "retry_after"]

USER_AGENT = "clerkwatch/0.1 (checks a council's own accounts)"
LARGEST_API_ANSWER = 10_000_000
_LONGEST_WAIT = timedelta(days=31)

_TRAVELS = frozenset({"accept", "accept-language", "if-none-match", "if-modified-since"})
_CREDENTIALS = frozenset({"authorization", "x-goog-api-key"})
Told: TypeAlias = "Callable[[str, datetime, datetime], None]"
"""(host, its time, ours at that moment), both aware UTC."""
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for a plain request.

    Attributes:
        status: HTTP status of the last hop.
        headers: Case-insensitive; of the last hop.
        body: Decompressed bytes.
        url: Where the answer came from, after redirects.
        redirects: Addresses that led there, the asked one first; empty without a redirect.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    redirects: tuple[str, ...] = ()


class Door:
    """Makes every request of the house. One door serves all threads; it keeps no state."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        user_agent: str = USER_AGENT,
        total_s: float = 60,
        allow_private: frozenset[str] = frozenset(),
        redactor: Redactor | None = None,
        lookup: Lookup = look_up,
        told: Told | None = None,
    ) -> None:
        """Set the limits.

        Args:
            clock: The present moment, aware UTC; for ``Retry-After``.
            monotonic: Seconds; for deadlines.
            user_agent: Sent with every request.
            total_s: Most seconds for one exchange, its redirects included.
            allow_private: ``host:port`` that any account may ask although the address is
                private; for tests and for a council's own simulator.
            redactor: Shared with the log set-up, so that one list of secrets serves both.
            lookup: (host, port) to addresses; the system's resolver.
            told: Hears what time each public server says it is.
        """
        self.redactor = redactor if redactor is not None else Redactor()
        self.redactor.install()
        self.clock = clock
        self._monotonic = monotonic
        self._user_agent = user_agent
        self._total_s = total_s
        self._allow_private = allow_private
        self._lookup = lookup
        self._told = told

    def session(
        self,
        account: Account,
        *,
        rewrite: Sequence[str] = (),
        secret: SecretStr | None = None,
        on_response: Callable[[requests.Response], None] | None = None,
        max_bytes: int = LARGEST_API_ANSWER,
    ) -> requests.Session:
        """Return a session for an SDK; use it for this account and run only.

        Args:
            account: Whose requests these are.
            rewrite: The SDK's own base addresses. They are the only servers that are
                asked; with ``api_base`` their requests go there instead, its path put
                before theirs.
            secret: The credential that the SDK sends: kept out of everything written.
            on_response: Called with each answer, its body read, before the SDK sees it:
                for rate-limit headers.
            max_bytes: Largest body after decompression.

        Returns:
            A session whose requests raise only ``AccessError`` (FORBIDDEN: an address
            that is not asked), ``LaterError`` (TRANSIENT: any trouble on the way) and
            ``ContractError`` (a redirect, or an answer too large). It never follows a
            redirect and ignores proxies, cookies and time-outs set on it.
        """
        self.redactor.add(secret)
        return DoorSession(
            door=self,
            account=account,
            bases=tuple(rewrite),
            on_response=on_response,
            max_bytes=max_bytes,
        )

    def get(
        self,
        url: str,
        *,
        account: Asker,
        headers: Mapping[str, str] = _NO_HEADERS,
        max_bytes: int = 5_000_000,
        max_redirects: int = 5,
        total_s: float | None = None,
    ) -> Answer:
        """Ask for one address and follow its redirects, each judged like the first.

        Args:
            url: Absolute; surrounding blanks are dropped, inner ones encoded.
            account: For whom; its ``api_base`` is the one private server it may ask.
            headers: Sent along. After a redirect to another server only those that carry
                no credential.
            max_bytes: Largest body after decompression.
            max_redirects: Hops allowed.
            total_s: Most seconds for it, redirects included; None: the door's own limit,
                which is never exceeded.

        Raises:
            AccessError: FORBIDDEN; an address, or one on the way, is not asked.
            LaterError: TRANSIENT; no connection, time-out, broken answer.
            ContractError: The answer is too large, or it redirects for ever.
        """
        limit = self._total_s if total_s is None else min(total_s, self._total_s)
        exchange = self._exchange(self.permit(account), limit)
        sent = CaseInsensitiveDict(headers)
        passed: list[str] = []
        url = url.strip().replace(" ", "%20")
        adapter = GuardedAdapter()
        try:
            while True:
                request = self._prepare(account, url, sent)
                answer = self.exchange(
                    adapter, request, account=account, exchange=exchange, max_bytes=max_bytes
                )
                target = target_of(answer)
                if target is None:
                    return Answer(
                        status=answer.status_code,
                        headers=answer.headers,
                        body=answer.content,
                        url=url,
                        redirects=tuple(passed),
                    )
                passed.append(url)
                if len(passed) > max_redirects:
                    raise ContractError(
                        f"{urlsplit(url).hostname} redirects more than {max_redirects} times",
                        account=account.id,
                    )
                sent = self._onward(account, url, target, sent)
                url = target
        finally:
            adapter.close()

    def post(
        self, url: str, *, account: Asker, form: Mapping[str, str], total_s: float, max_bytes: int
    ) -> Answer:
        """Send a form that holds a secret to one server, and follow no redirect.

        Args:
            url: Absolute; https, or a server on this machine that ``account`` names.
            account: For whom.
            form: Fields, sent as ``application/x-www-form-urlencoded``.
            total_s: Most seconds for the whole exchange.
            max_bytes: Largest body after decompression.

        Raises:
            AccessError: FORBIDDEN; the address is not asked.
            LaterError: TRANSIENT; no connection, time-out, broken answer.
            ContractError: The answer is too large.
        """
        self._origin(account, url)
        exchange = self._exchange(self.permit(account), min(total_s, self._total_s))
        request = requests.Request("POST", url, data=dict(form)).prepare()
        adapter = GuardedAdapter()
        try:
            answer = self.exchange(
                adapter,
                request,
                account=account,
                exchange=exchange,
                max_bytes=max_bytes,
                has_secret=True,
            )
        finally:
            adapter.close()
        return Answer(
            status=answer.status_code, headers=answer.headers, body=answer.content, url=url
        )

    def permit(self, account: Asker, bases: Sequence[str] = ()) -> Permit:
        """Return where requests for an account may go.

        Args:
            account: Its ``api_base`` and, if it is one, the address in its handle.
            bases: The only servers to ask; none: anywhere public.

        Raises:
            AccessError: ``api_base`` is no usable address.
        """
        named, private = set[Origin](), set(self._allow_private)
        if account.handle.startswith(("http://", "https://")):
            named.add(self._origin(account, account.handle))
        if account.api_base is not None:
            base = self._origin(account, account.api_base)
            named.add(base)
            private.add(f"{base.host}:{base.port}")
        only = frozenset(self._origin(account, each) for each in bases)
        return Permit(named=frozenset(named), private=frozenset(private), only=only)

    def _origin(self, account: Asker, url: str) -> Origin:
        try:
            return origin_of(url)
        except RefusedError as error:
            refused = self._refused(account, url, error)
        raise refused

    def _exchange(self, permit: Permit, total_s: float | None = None) -> Exchange:
        return Exchange(
            permit=permit,
            lookup=self._lookup,
            monotonic=self._monotonic,
            total_s=self._total_s if total_s is None else total_s,
        )

    def _prepare(
        self, account: Asker, url: str, headers: CaseInsensitiveDict[str]
    ) -> requests.PreparedRequest:
        self._origin(account, url)  # before requests makes a backslash look harmless
        try:
            return requests.Request("GET", url, headers=dict(headers)).prepare()
        except ValueError:  # requests' own errors about an address are ValueErrors
            error = self._refused(account, url, RefusedError("the address cannot be read"))
        raise error

    def exchange(
        self,
        adapter: GuardedAdapter,
        request: requests.PreparedRequest,
        *,
        account: Asker,
        exchange: Exchange | None = None,
        bases: Sequence[str] = (),
        max_bytes: int,
        has_secret: bool = False,
    ) -> requests.Response:
        """Carry out one prepared request, no redirect followed; for this package only.

        Returns:
            The answer with its body read, except that of a redirect, which is not.

        Raises:
            AccessError: FORBIDDEN.
            LaterError: TRANSIENT.
            ContractError: Too large.
        """
        permit = self.permit(account, bases)
        exchange = exchange if exchange is not None else self._exchange(permit)
        url = request.url or ""
        started = self._monotonic()
        has_secret |= not _CREDENTIALS.isdisjoint(each.lower() for each in request.headers)
        has_secret |= "access_token=" in url
        try:
            permit.check(url, has_secret=has_secret)
            request.headers["User-Agent"] = self._user_agent
            request.headers["Accept-Encoding"] = "gzip, deflate"
            response = carry_out(adapter, request, exchange, max_bytes)
        except (RefusedError, TooLateError, TooLargeError, *FAILURES) as error:
            # Cut in the middle of something, which then failed in its own words.
            told = TooLateError() if exchange.has_ended() else error
            problem = self._problem(account, url, told, exchange.total_s)
        else:
            response.elapsed = timedelta(seconds=self._monotonic() - started)
            self._hear(account, url, response.headers)
            return response
        # Outside the handler, so that the original, which holds the address with its
        # token, is not even the context of what is raised.
        raise problem

    def _problem(self, account: Asker, url: str, error: Exception, total_s: float) -> ReadError:
        """Return our error for whatever went wrong on the way."""
        host = urlsplit(url).hostname or "the server"
        if isinstance(error, RefusedError):
            return self._refused(account, url, error)
        if isinstance(error, TooLargeError):
            return ContractError(f"{host} sent more than is read of one answer", account=account.id)
        if isinstance(error, TooLateError):
            said = f"{host} took longer than {total_s:g} seconds in all"
            return LaterError(said, account=account.id, reason=Reason.TRANSIENT)
        said = f"{host} {trouble(error)}"
        problem = LaterError(said, account=account.id, reason=Reason.TRANSIENT)
        problem.__cause__ = WireTroubleError(self.redactor.exception(innermost(error)))
        return problem

    def _hear(self, account: Asker, url: str, headers: Mapping[str, str]) -> None:
        """Pass on what time a server says it is; not of simulators, nor out of a cache."""
        at = _date(headers.get("Date", ""))
        is_fresh = headers.get("Age", "0").strip() in {"", "0"}
        if self._told is not None and at is not None and is_fresh and account.api_base is None:
            self._told((urlsplit(url).hostname or "").lower(), at, self.clock())

    def _refused(self, account: Asker, url: str, error: RefusedError) -> AccessError:
        shown = self.redactor.redact(url.split("?", 1)[0])[:200]
        return AccessError(
            self.redactor.redact(f"the address {shown!r} is not asked: {error}"),
            account=account.id,
            reason=Reason.FORBIDDEN,
            remedy=error.remedy,
        )

    def _onward(
        self, account: Asker, url: str, target: str, headers: CaseInsensitiveDict[str]
    ) -> CaseInsensitiveDict[str]:
        """Return the headers for the next hop, refusing a step from https to http."""
        left, reached = self._origin(account, url), self._origin(account, target)
        if left.scheme == "https" and reached.scheme == "http":
            error = RefusedError("it leads from https back to plain http")
            raise self._refused(account, target, error)
        if left == reached:
            return headers
        return CaseInsensitiveDict(
            {name: value for name, value in headers.items() if name.lower() in _TRAVELS}
        )


def _date(said: str) -> datetime | None:
    """Return the instant of an HTTP date; None for what is none."""
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, OverflowError, TypeError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def retry_after(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    """Read ``Retry-After``: seconds, or an HTTP date.

    Args:
        headers: Of the answer, in any spelling of the name.
        now: The present moment, aware UTC.

    Returns:
        Aware UTC, never before ``now`` and at most 31 days on; None if there is none or it
        says nothing.
    """
    folded = {name.lower(): value for name, value in headers.items()}
    said = folded.get("retry-after", "").strip()
    if not said:
        return None
    if said.isascii() and said.replace(".", "", 1).isdigit():
        return now + timedelta(seconds=min(float(said), _LONGEST_WAIT.total_seconds()))
    at = _date(said)
    if at is None:
        return None
    return min(max(at, now), now + _LONGEST_WAIT)
