"""What Graph's error answers and usage headers mean: pure.

Codes: developers.facebook.com/docs/graph-api/guides/error-handling and
/overview/rate-limiting.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from config.errors import AccessError, ContractError, LaterError
from config.types import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.errors import ReadError

_DEAD_TOKEN = frozenset({102, 104, 190})
# App, user, page, application, custom; from 80000 on the limits of one use of one business.
_THROTTLED = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
_PASSING = frozenset({1, 2})
_NO_PERMISSION = frozenset({3, 10, *range(200, 300)})
_BLOCKED = 368
_PARAMETER, _NOT_SHOWN, _NO_ALIAS = 100, 33, 803
_MIXED = 2500
_OLD_VERSION = 2635
_LONGEST_WAIT = timedelta(days=2)
FIRST_WAIT = timedelta(hours=1)
"""After a limit without a time: the counts of an app and of a person run over an hour."""
LONGEST_UNTOLD_WAIT = timedelta(hours=6)
"""Twice as long after each further one, and at most so long: those of a page run over a day."""
_USAGE = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
_COUNTS = ("call_count", "total_time", "total_cputime")

DEATHS = {
    458: "the app was removed by the person who made the token",
    459: "that person's account is held at a Facebook check-point",
    460: "that person's password was changed",
    463: "it has run out",
    467: "it is no longer valid",
    492: "that person no longer has a role on the page",
}
"""Why a token died, by Graph's finer number."""
_RENEW = "Make a new page token: docs/connectors/facebook.md"


class NotShownError(Exception):
    """Graph's one answer for deleted, hidden, never existed and no longer permitted."""


class TooMuchError(LaterError):
    """Graph asks for fewer posts a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One error answer.

    Attributes:
        status: HTTP status; 0 if there was none.
        code: Graph's number; None if the answer holds none.
        subcode: Its finer number; None if there is none.
        message: Its words, redacted.
        is_transient: Graph says that trying again helps.
        headers: Of the answer.
    """

    status: int
    code: int | None = None
    subcode: int | None = None
    message: str = ""
    is_transient: bool = False
    headers: Mapping[str, str]


def problem_of(result: Any, *, status: int, headers: Mapping[str, str], message: str) -> Problem:
    """Read the body of an error answer, whatever its shape.

    Args:
        result: The body as far as it was JSON.
        status: HTTP status.
        headers: Of the answer.
        message: Its words, already redacted.
    """
    stated = result.get("error") if isinstance(result, dict) else None
    stated = stated if isinstance(stated, dict) else {}
    return Problem(
        status=status,
        code=_number(stated.get("code")),
        subcode=_number(stated.get("error_subcode")),
        message=message,
        is_transient=stated.get("is_transient") is True,
        headers=headers,
    )


def explain(
    problem: Problem,
    *,
    account: str,
    now: datetime,
    permissions: str = "pages_read_engagement",
    waited: timedelta | None = None,
) -> ReadError | NotShownError:
    """Return the error to raise for an error answer.

    Args:
        problem: The answer.
        account: Label of the account.
        now: The present moment, aware UTC.
        permissions: What the token needs, in words.
        waited: How long the limit before this one was waited for; None: it is the first.
    """
    code, said = problem.code, _said(problem)
    if _is_dead_token(problem):
        why = DEATHS.get(problem.subcode or 0, said)
        return AccessError(
            f"Facebook no longer accepts the token: {why}",
            account=account,
            reason=Reason.AUTH_EXPIRED,
            remedy=_RENEW,
        )
    if code in _NO_PERMISSION or code == _BLOCKED:
        return AccessError(
            f"Facebook does not allow this reading: {said}",
            account=account,
            reason=Reason.FORBIDDEN,
            remedy=f"Give the token {permissions}, by somebody with a role on the page",
        )
    if code in _THROTTLED or (code is None and problem.status == HTTPStatus.TOO_MANY_REQUESTS):
        return LaterError(
            f"Facebook's limit of requests is reached: {said}",
            account=account,
            reason=Reason.RATE_LIMIT,
            retry_at=regained_at(problem.headers, now=now) or now + untold_wait(waited),
        )
    if code == _NO_ALIAS or (code == _PARAMETER and problem.subcode == _NOT_SHOWN):
        return NotShownError(said)
    return _passing_or_contract(problem, said, account=account)


def _passing_or_contract(problem: Problem, said: str, *, account: str) -> ReadError:
    code = problem.code
    if code in _PASSING and "reduce the amount of data" in problem.message.lower():
        return TooMuchError(
            "Facebook asks for fewer posts at a time", account=account, reason=Reason.TRANSIENT
        )
    is_server = problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if code in _PASSING or problem.is_transient or is_server or code is None:
        return LaterError(
            f"Facebook is out of order for the moment: {said}",
            account=account,
            reason=Reason.TRANSIENT,
        )
    remedy = "Set api_version to one that is live" if code == _OLD_VERSION else ""
    return ContractError(
        f"Facebook refuses the question: {said}",
        account=account,
        sample=problem.message,
        remedy=remedy,
    )


def _is_dead_token(problem: Problem) -> bool:
    if problem.code in _DEAD_TOKEN:
        return True
    if problem.code == _MIXED:  # stands for a missing token and for a mistyped question
        return "token" in problem.message.lower()
    return problem.code is None and problem.status == HTTPStatus.UNAUTHORIZED


def _said(problem: Problem) -> str:
    number = f"code {problem.code}" if problem.code is not None else f"HTTP {problem.status}"
    fine = f"/{problem.subcode}" if problem.subcode is not None else ""
    words = " ".join(problem.message.split())[:200]
    return f"{number}{fine}, {words!r}" if words else f"{number}{fine}"


def usage_percent(headers: Mapping[str, str]) -> int:
    """Return how much of the allowance is used, 0 to 100 and more; 0 if nothing is said."""
    counts = (_number(each.get(name)) or 0 for each in _usages(headers) for name in _COUNTS)
    return max(counts, default=0)


def regained_at(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    """Return when reading is allowed again; None if the answer does not say.

    Args:
        headers: ``X-Business-Use-Case-Usage`` holds minutes.
        now: The present moment, aware UTC.
    """
    told = (each.get("estimated_time_to_regain_access") for each in _usages(headers))
    minutes = max((_number(each) or 0 for each in told), default=0)
    if minutes <= 0:
        return None
    return now + min(timedelta(minutes=min(minutes, 100_000)), _LONGEST_WAIT)


def untold_wait(waited: timedelta | None) -> timedelta:
    """Return how long to wait after a limit that names no time.

    Args:
        waited: How long the limit before this one was waited for; None: it is the first.
    """
    longer = FIRST_WAIT if waited is None else 2 * min(waited, LONGEST_UNTOLD_WAIT)
    return min(max(longer, FIRST_WAIT), LONGEST_UNTOLD_WAIT)


def _usages(headers: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield every usage object of the headers; odd ones are left out."""
    folded = {name.lower(): value for name, value in headers.items()}
    for name in _USAGE:
        try:
            stated = json.loads(folded.get(name) or "{}")
        except (ValueError, RecursionError):
            continue
        if not isinstance(stated, dict):
            continue
        yield stated
        for each in stated.values():
            listed = each if isinstance(each, list) else [each]
            yield from (one for one in listed if isinstance(one, dict))


def _number(value: Any) -> int | None:
    """Return a whole number, also one written as text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:  # noqa: PLR2004
        return int(value)
    if isinstance(value, float):
        return int(value) if abs(value) < 1e9 else None  # noqa: PLR2004  # also NaN and infinity
    return value if isinstance(value, int) else None
