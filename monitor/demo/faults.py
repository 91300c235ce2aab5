"""Scripted trouble and the record of what was asked.

A test says what the next answers to one account shall be; the server gives them in that
order and then behaves again. Every request is written down with the account it was for.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_HANG_S = 30.0
"""No scripted hang lasts longer, so that a forgotten one ends by itself."""


class FaultKind(StrEnum):
    """What goes wrong with one answer."""

    RATE_LIMIT = "rate_limit"
    SERVER_ERROR = "server_error"
    HANG = "hang"
    HTML = "html"
    CUT = "cut"
    HALF = "half"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One scripted answer.

    Attributes:
        kind: ``rate_limit`` and ``server_error`` answer in the platform's own words;
            ``hang`` says nothing and then closes; ``html`` is a web page with status 200;
            ``cut`` breaks the connection in the middle of the body; ``half`` sends half of
            the document as if it were all; ``empty`` is a listing without entries.
        headers: Sent besides the platform's own, for example ``x-rate-limit-reset``.
        status: Status of a ``server_error``; 500 to 599.
        seconds: How long a ``hang`` lasts, at most `LONGEST_HANG_S`.
    """

    kind: FaultKind
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 500
    seconds: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request that was answered.

    Attributes:
        account: Label of the account it was for; empty if it named none.
        method: ``GET``, ``HEAD`` or another verb.
        path: Path without the query.
        query: Decoded parameters; the last one wins where a name came twice.
        headers: Names in lower case.
        status: Status of the answer; 0 if the connection was closed without one.
        took_s: Seconds from the request's last byte to the answer's last byte.
    """

    account: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    status: int
    took_s: float


class Script:
    """The faults to come and the requests that came; safe to use from many threads."""

    def __init__(self) -> None:
        """Start without faults."""
        self._lock = threading.Lock()
        self._coming: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._seen: list[Seen] = []

    def next_answers(self, account: str, *faults: Fault) -> None:
        """Let the next answers to an account fail, in this order."""
        with self._lock:
            self._coming[account].extend(faults)

    def take(self, account: str) -> Fault | None:
        """Return the fault for the answer being made, and cross it off; None if none."""
        with self._lock:
            waiting = self._coming[account]
            return waiting.popleft() if waiting else None

    def note(self, seen: Seen) -> None:
        """Write one request down."""
        with self._lock:
            self._seen.append(seen)

    def forget(self) -> None:
        """Forget the requests so far, in a story that makes very many."""
        with self._lock:
            self._seen.clear()

    def requests(self, account: str | None = None) -> tuple[Seen, ...]:
        """Return the requests so far, oldest first, of one account or of all."""
        with self._lock:
            return tuple(seen for seen in self._seen if account is None or seen.account == account)
