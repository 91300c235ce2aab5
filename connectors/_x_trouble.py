"""What X says when it does not answer, sorted into our classes of failure.

X says the same thing in several ways, and different things in the same way: a suspended
user has the type of a missing one, an empty purse is a 402 or a 403. So the last part of
a problem's type is read together with its title and detail.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.errors import AccessError, ContractError, LaterError
from config.types import Reason
from connectors._json import JSON, load, objects, words
from connectors.door import retry_after

if TYPE_CHECKING:
    import requests

    from config.errors import ReadError
    from connectors._redact import Redactor

NOT_FOUND = "resource-not-found"
HIDDEN = "not-authorized-for-resource"
BESIDE = frozenset({NOT_FOUND, HIDDEN})
"""In a listing these are about something beside a post (a quoted one): the post is whole."""


class WrongLoginError(AccessError):
    """X answers this question to another kind of login only."""


class NoSuchUserError(AccessError):
    """X knows no user by that id or name: neither suspended nor protected."""


_DEFAULT_WAIT = timedelta(minutes=15)  # X counts in windows of 15 minutes
_LONGEST_WAIT = timedelta(days=1)
_NO_MONEY = ("creditsdepleted", "any credits", "spend cap", "spending limit", "usage cap")
_NO_MONEY_TYPES = frozenset({"credits", "usage-capped"})
_OTHER_LOGIN = "unsupported-authentication"
_FORBIDDEN_TYPES = frozenset(
    {"client-forbidden", "client-disconnected", "unsupported-authentication", "disallowed-resource"}
)
_PASSING = frozenset({408, 425})
_PASSING_TYPES = frozenset(
    {"resource-unavailable", "operational-disconnect", "field-hydration-failure"}
)
_OK, _DEAD, _UNPAID, _DENIED, _MISSING, _TOO_MANY, _SERVER = 200, 401, 402, 403, 404, 429, 500


def kind_of(problem: JSON) -> str:
    """Return the last part of a problem's type; its host has changed before."""
    return words(problem.get("type")).rstrip("/").rsplit("/", 1)[-1]


class Trouble:
    """Makes our errors for one account. Nothing of X's own words goes in unredacted."""

    def __init__(self, *, account: str, as_of: datetime, redactor: Redactor) -> None:
        """Keep for whom, the present moment (aware UTC), and what takes secrets out."""
        self._account = account
        self._as_of = as_of
        self._redactor = redactor

    def of_response(self, response: requests.Response) -> ReadError | None:
        """Return the error that an answer's status means; None for 200."""
        status = response.status_code
        if status == _OK:
            return None
        body = load(response.content)
        problem = body if isinstance(body, dict) else {}
        if status in {_UNPAID, _DENIED, _TOO_MANY} and _is_money(status, problem):
            return self.money(problem)
        if status == _TOO_MANY:
            return self.rate_limit(response)
        if status == _DENIED and kind_of(problem) == _OTHER_LOGIN:
            return self.forbidden(problem, kind=WrongLoginError)
        if status in {_DEAD, _DENIED}:
            return self.dead(problem) if status == _DEAD else self.forbidden(problem)
        return self._of_other(response, problem)

    def _of_other(self, response: requests.Response, problem: JSON) -> ReadError:
        status = response.status_code
        if status == _MISSING and kind_of(problem) == NOT_FOUND:
            return self.of_account([problem])
        if status >= _SERVER or status in _PASSING:
            at = retry_after(response.headers, now=self._as_of)
            return self._later(f"X answered {status}", Reason.TRANSIENT, at)
        return self.contract(f"X answered {status}: {_said(problem)}", response.content)

    def of_account(self, problems: list[JSON]) -> ReadError:
        """Return the error for an answer about the account that holds only problems."""
        problem = problems[0] if problems else {}
        kind = kind_of(problem)
        if _is_money(_OK, problem):
            return self.money(problem)
        if kind in {NOT_FOUND, HIDDEN}:
            return self.hidden() if kind == HIDDEN else self._missing(problem)
        if kind in _FORBIDDEN_TYPES:
            return self.forbidden(problem)
        if kind == "rate-limit-exceeded":
            return self._later("X asks to wait", Reason.RATE_LIMIT, self._as_of + _DEFAULT_WAIT)
        if kind in _PASSING_TYPES:
            return self._later(f"X cannot say just now: {_said(problem)}", Reason.TRANSIENT)
        sample = json.dumps(problem).encode()
        return self.contract(f"X answered with a problem: {_said(problem)}", sample)

    def _missing(self, problem: JSON) -> AccessError:
        """Tell a suspended user from a missing one: both have the same type."""
        if "suspended" in words(problem.get("detail")).lower():
            return self._gone("X has suspended the account")
        return NoSuchUserError(
            "X knows no such account",
            account=self._account,
            reason=Reason.ACCOUNT_GONE,
            remedy="If it was renamed, write its new user name into the register",
        )

    def hidden(self) -> AccessError:
        """Return the error for an account that shows its posts to followers only."""
        return self._gone(
            "the account is protected or suspended: its posts cannot be seen",
            remedy="An official account should be public; the account's settings say "
            "'Protect your posts'",
        )

    def dead(self, problem: JSON) -> AccessError:
        """Return the error for a token that X does not take."""
        return AccessError(
            self._clean(f"X does not accept the token: {_said(problem) or 'Unauthorized'}"),
            account=self._account,
            reason=Reason.AUTH_EXPIRED,
            remedy="Make a new Bearer token (docs/connectors/x.md) and put it in place of the old",
        )

    def forbidden(self, problem: JSON, *, kind: type[AccessError] = AccessError) -> AccessError:
        """Return the error for a token that may not do this."""
        return kind(
            self._clean(f"X forbids it: {_said(problem) or 'Forbidden'}"),
            account=self._account,
            reason=Reason.FORBIDDEN,
            remedy="Look at the app's project and access level in X's developer console",
        )

    def money(self, problem: JSON) -> LaterError:
        """Return the error for a purse that is empty or capped."""
        return LaterError(
            self._clean(f"X wants money first: {_said(problem) or 'no credits left'}"),
            account=self._account,
            reason=Reason.QUOTA_MONEY,
            remedy="Buy credits or raise the spending limit in X's developer console",
        )

    def rate_limit(self, response: requests.Response) -> LaterError:
        """Return the error for too many requests, with the time X gives or 15 minutes."""
        at = reset_of(response) or retry_after(response.headers, now=self._as_of)
        if at is None or at <= self._as_of:
            at = self._as_of + _DEFAULT_WAIT
        return self._later(
            "X asks to wait: too many requests",
            Reason.RATE_LIMIT,
            min(at, self._as_of + _LONGEST_WAIT),
        )

    def unreadable(self) -> LaterError:
        """Return the error for an answer that is no JSON object."""
        return self._later("X answered with something that is no JSON object", Reason.TRANSIENT)

    def no_handle(self, name: str) -> ContractError:
        """Return the error for a registered handle that cannot be a user name."""
        return ContractError(
            f"{name[:50]!r} is no user name of X",
            account=self._account,
            remedy="Write the name after the @ as the account's handle, without blanks",
        )

    def contract(self, what: str, sample: bytes) -> ContractError:
        """Return the error for an answer that its documentation does not foresee."""
        text = self._clean(sample[:2000].decode("utf-8", "replace"))
        return ContractError(
            self._clean(what),
            account=self._account,
            sample=text,
            remedy="X may have changed its interface: look for a newer version of clerkwatch",
        )

    def _gone(self, what: str, remedy: str = "") -> AccessError:
        return AccessError(what, account=self._account, reason=Reason.ACCOUNT_GONE, remedy=remedy)

    def _later(self, what: str, reason: Reason, at: datetime | None = None) -> LaterError:
        return LaterError(self._clean(what), account=self._account, reason=reason, retry_at=at)

    def _clean(self, said: str) -> str:
        return self._redactor.redact(said)


def reset_of(response: requests.Response) -> datetime | None:
    """Return when the present rate limit ends; None if the header is missing or odd."""
    said = response.headers.get("x-rate-limit-reset", "").strip()
    if not (said.isascii() and said.isdigit()):
        return None
    try:
        return datetime.fromtimestamp(int(said), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def broken_in(answer: JSON) -> set[str]:
    """Return the ids of what X could not give whole; an empty id if it does not say of what."""
    problems = (each for each in objects(answer.get("errors")) if kind_of(each) not in BESIDE)
    return {_subject_of(each) for each in problems}


def kinds_by_id(answer: JSON) -> dict[str, str]:
    """Return the kind of each problem by the id it is about."""
    return {_subject_of(each): kind_of(each) for each in objects(answer.get("errors"))}


def _subject_of(problem: JSON) -> str:
    return str(problem.get("resource_id") or problem.get("value") or "")


def _is_money(status: int, problem: JSON) -> bool:
    if status == _UNPAID or kind_of(problem) in _NO_MONEY_TYPES:
        return True
    said = " ".join([words(problem.get("title")), _said(problem)]).lower()
    return any(phrase in said for phrase in _NO_MONEY)


def _said(problem: JSON) -> str:
    """Return X's own sentence about a problem, at most 200 characters."""
    parts = [words(problem.get("detail")) or words(problem.get("title"))]
    parts += [
        words(each.get("message")) or words(each.get("detail"))
        for each in objects(problem.get("errors"))[:2]
    ]
    return "; ".join(" ".join(part.split()) for part in parts if part)[:200]
