"""Accounts that no programme may read: a person looks, and says so.

For closed groups, WhatsApp, LinkedIn pages, Nextdoor and whatever else allows no reading
by machine. Nothing is asked of any server. The register says how often a person looks
(`review_every_days`); ``clerkwatch accounts reviewed ID`` notes that they did, and a
reminder comes when it is overdue. What they find wrong they report with
``clerkwatch cases open --url … --text …``.

Set-up: an entry in the register with ``platform = "manual"``; no credential.
Blind spots: everything between two looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.types import Outcome, Reason
from connectors.base import KnownBy, Platform, Reread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from connectors.base import Absence, Batch, Circumstances, FetchedProfile, KnownPost


class ManualConnector:
    """Reads nothing; exists so that every account has a connector."""

    def __init__(self, circumstances: Circumstances) -> None:
        """Keep nothing.

        Args:
            circumstances: The account; its door is never used.
        """
        del circumstances

    def profile(self) -> FetchedProfile | None:
        """Return None: no programme sees the account's face."""
        return None

    def posts(
        self, *, since: datetime, until: datetime | None = None, limit: int = 3200
    ) -> Iterator[Batch]:
        """Yield nothing: no programme sees the account's posts."""
        del since, until, limit
        return iter(())

    def reread(self, known: Sequence[KnownPost]) -> Iterator[Reread]:
        """Say of each post that only a person can tell."""
        for each in known:
            yield Reread(
                platform_id=each.platform_id,
                outcome=Outcome.CANNOT_TELL,
                reason=Reason.FORBIDDEN,
                detail="no programme reads this account: please look yourself",
            )

    def probe(self) -> None:
        """Return: there is no credential that could be dead."""

    def absence(self) -> Absence | None:
        """Return None: a person says whether the account is still there."""

    def validators(self) -> Mapping[str, str]:
        """Return nothing: no request is ever made."""
        return {}


CONNECTOR = Platform(
    name="manual",
    title="By hand",
    open=ManualConnector,
    needs_credential=False,
    blind_spots=("what vanishes between two looks",),
    by_hand=True,
    known_by=KnownBy.HANDLE,
    removal_steps=(
        "Ask whoever runs the group or page to delete the post, or do so as its administrator. "
        "Then look yourself and note it with: clerkwatch accounts reviewed."
    ),
    closing_steps=(
        "Ask whoever runs the group or page to close it, or do so as its administrator. "
        "Keep a copy of what should be kept first. Open its address in a private window: it must "
        "no longer be there."
    ),
    recovery_steps=(
        "Ask the platform for the account back by its form for hacked accounts. Set a new "
        "password and sign out everybody else. Take away every administrator you do not know."
    ),
)
