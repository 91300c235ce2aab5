"""A platform's plain JSON interface, asked through the door: what a refusal means, said once.

Every platform that is read without an SDK has the same ways to fail; what differs is its
name, its login and a few words of its own, which its own file looks at before it asks here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from config.errors import AccessError, ContractError, LaterError
from config.types import Reason
from connectors._json import JSON, instant, load
from connectors.door import retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests

    from config.errors import ReadError
    from connectors.base import Circumstances

_LONGEST_WAIT = timedelta(days=1)
_UNIX_SINCE = 1_000_000_000  # a smaller number is a span, as the draft standard has it
_LOCKED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS})
_SOON = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})


class NotThereError(AccessError):
    """The platform says that the account itself is not there."""


class Service:
    """Asks one platform for one account and one run."""

    def __init__(
        self,
        circumstances: Circumstances,
        *,
        title: str,
        base: str,
        headers: Mapping[str, str],
        default_wait: timedelta = timedelta(minutes=5),
    ) -> None:
        """Open a session of the door; nothing is asked yet.

        Args:
            circumstances: Of the account.
            title: The platform's name in sentences.
            base: Its own address; with an ``api_base``, that is asked instead.
            headers: Sent with every request; a login among them is the account's secret.
            default_wait: After "too many requests" without a time.
        """
        self._its = circumstances
        self._account = circumstances.account.id
        self._title = title
        self._base = base.rstrip("/")
        self._headers = {"Accept": "application/json", **headers}
        self._default_wait = default_wait
        self._busy_until: datetime | None = None
        self._session = circumstances.door.session(
            circumstances.account, rewrite=(base,), secret=circumstances.secret
        )

    def get(
        self, path: str, params: Mapping[str, str | Sequence[str]] | None = None
    ) -> requests.Response:
        """Ask once; any status comes back.

        Raises:
            LaterError: Trouble on the way, or the platform said that nothing is left to ask.
            AccessError, ContractError: As the door says.
        """
        if self._busy_until is not None and self._busy_until > self._its.as_of:
            raise self.later(
                f"{self._title} asks to wait: no request is left",
                Reason.RATE_LIMIT,
                self._busy_until,
            )
        answer = self._session.get(
            f"{self._base}{path}", params=dict(params or {}), headers=self._headers
        )
        if _header(answer, "remaining") == "0":
            self._busy_until = self._reset_of(answer)
        return answer

    def _reset_of(self, answer: requests.Response) -> datetime | None:
        """Return when the present limit ends; None if the header is missing or odd."""
        said, now = _header(answer, "reset"), self._its.as_of
        at = instant(said)
        if at is None and said.isascii() and said.isdigit() and len(said) <= 12:  # noqa: PLR2004
            number = int(said)
            if number < _UNIX_SINCE:
                at = now + timedelta(seconds=number)
            else:
                at = datetime.fromtimestamp(min(number, 32_503_680_000), UTC)
        return min(at, now + _LONGEST_WAIT) if at is not None and at > now else None

    # --- refusals --------------------------------------------------------------------------

    def refused(self, answer: requests.Response, told: str = "") -> ReadError:
        """Return what a status means that no platform means otherwise.

        Args:
            answer: Whose status is not 200.
            told: The platform's own words, as far as they are known.
        """
        status, quoted = answer.status_code, f"{self._title} answered {answer.status_code}"
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return self.limited(answer)
        if status == HTTPStatus.UNAUTHORIZED:
            return self.walled()
        if status in _LOCKED:
            return self.forbidden(f"{quoted}: it does not let this machine read")
        is_unknown = status == HTTPStatus.NOT_IMPLEMENTED
        if (status >= HTTPStatus.INTERNAL_SERVER_ERROR and not is_unknown) or status in _SOON:
            at = retry_after(answer.headers, now=self._its.as_of)
            return self.later(quoted, Reason.TRANSIENT, at)
        told = " ".join(told.split())[:200]
        return self.broken(f"{quoted}: {told}" if told else quoted, answer.content)

    def limited(self, answer: requests.Response) -> LaterError:
        """Return what "too many requests" means: not before the time that is named."""
        now = self._its.as_of
        at = retry_after(answer.headers, now=now) or self._reset_of(answer)
        at = at if at is not None and at > now else now + self._default_wait
        return self.later(
            f"{self._title} asks to wait: too many requests",
            Reason.RATE_LIMIT,
            min(at, now + _LONGEST_WAIT),
        )

    def walled(self) -> AccessError:
        """Return what it means that a login is wanted, or that ours is not accepted."""
        if self._its.secret is not None:
            return AccessError(
                f"{self._title} no longer accepts the login",
                account=self._account,
                reason=Reason.AUTH_EXPIRED,
                remedy=f"Make a new one: docs/connectors/{self._its.account.platform}.md",
            )
        return self.forbidden(f"{self._title} shows nothing without a login")

    def forbidden(self, what: str, remedy: str = "") -> AccessError:
        """Return that this may not be read, and what to look at."""
        return AccessError(
            what,
            account=self._account,
            reason=Reason.FORBIDDEN,
            remedy=remedy
            or "Look at the account's credential and api_base, and whether a firewall is between",
        )

    def not_there(self, what: str, remedy: str) -> NotThereError:
        """Return that the account itself is not there."""
        return NotThereError(what, account=self._account, reason=Reason.ACCOUNT_GONE, remedy=remedy)

    def account_gone(self, what: str, remedy: str) -> AccessError:
        """Return that the account is not shown, which is no word that it is gone for good."""
        return AccessError(what, account=self._account, reason=Reason.ACCOUNT_GONE, remedy=remedy)

    def later(
        self, what: str, reason: Reason = Reason.TRANSIENT, at: datetime | None = None
    ) -> LaterError:
        """Return that it cannot be told now."""
        return LaterError(what, account=self._account, reason=reason, retry_at=at)

    def broken(self, what: str, sample: Any, remedy: str = "") -> ContractError:
        """Return that an answer is not what the platform documents."""
        redact = self._its.door.redactor.redact
        packed = sample if isinstance(sample, bytes) else repr(sample)[:2000].encode()
        return ContractError(
            redact(what),
            account=self._account,
            sample=redact(packed[:2000].decode("utf-8", "replace")),
            remedy=remedy
            or f"{self._title} may have changed its interface: look for a newer clerkwatch",
        )


def said_in(answer: requests.Response) -> JSON:
    """Return the JSON object of an answer; empty if it is none."""
    said = load(answer.content)
    return said if isinstance(said, dict) else {}


def _header(answer: requests.Response, name: str) -> str:
    """Return a header of the limit, in either of its two spellings."""
    found = answer.headers.get(f"x-ratelimit-{name}") or answer.headers.get(f"ratelimit-{name}")
    return (found or "").strip()
