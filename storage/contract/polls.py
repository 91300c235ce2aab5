"""Polls.

The rules for every method are those of `storage.repository`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date, datetime

    from storage.values import (
        PollRow,
    )


class PollSteps(Protocol):
    """Writes about polls."""

    def put_poll(self, poll: PollRow, *, at: datetime) -> None:
        """Enter or replace a poll by command; every change is a dated ledger entry."""
        ...

    def set_notice(self, poll: PollRow, day: date | None, *, by: str, at: datetime) -> None:
        """Enter the notice of election of a poll (one from the configuration too)."""
        ...


class Polls(Protocol):
    """Polls as entered."""

    def polls(self) -> list[PollRow]:
        """Return the polls entered by command, and notices entered for others, by id.

        A notice for a poll of the configuration is a row with ``origin`` configuration
        and ``notice_origin`` command.
        """
        ...
