"""The post itself: mails that came back, what works and what does not, what is folded.

The rules for every method are those of `storage.repository`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from config.types import CaseId, Sign
    from storage.values import Bounced, Folded, NewBounce, OutboxMail, SignOfLife


class PostSteps(Protocol):
    """Writes about the post."""

    def add_bounce(self, bounce: NewBounce, *, at: datetime) -> bool:
        """Note that a mail came back or is late; False if this was noted before."""
        ...

    def put_sign(self, name: Sign, *, is_good: bool, at: datetime, what: str = "") -> None:
        """Note that something the house leans on works, or does not; no ledger entry.

        Args:
            name: What.
            is_good: It has just worked.
            at: When.
            what: What was said, without secrets.
        """
        ...

    def fold(self, key: str, case: CaseId, *, at: datetime) -> bool:
        """Keep something urgent for the mail that lists it; False if it is kept or was told."""
        ...

    def unfold(self, keys: Sequence[str], *, told_by: str) -> None:
        """Note which mail lists what was folded; empty: nothing about it is urgent any more."""
        ...


class Post(Protocol):
    """The post as it stands."""

    def mail_named(self, message_id: str) -> OutboxMail | None:
        """Return the mail with a Message-ID (angle brackets included), or None."""
        ...

    def bounces(self, *, since: datetime | None = None, limit: int = 100) -> list[Bounced]:
        """Return what came back or is late after an instant, oldest first."""
        ...

    def signs(self) -> dict[Sign, SignOfLife]:
        """Return what the house leans on, as far as it was ever tried."""
        ...

    def folded(self) -> list[Folded]:
        """Return what waits for the mail that lists it, oldest first."""
        ...

    def is_folded(self, key: str) -> bool:
        """Return whether something urgent was ever folded under this key."""
        ...

    def urgent_keys(self, *, since: datetime, until: datetime) -> tuple[str, ...]:
        """Return the keys of the urgent mails made after one instant and up to another."""
        ...
