"""Words in pictures: which are still to be read, and what was read.

The rules for every method are those of `storage.repository`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from config.types import AccountId
    from storage.values import PictureAddress, PictureRead


class PictureSteps(Protocol):
    """Writes about pictures that were read, or were not."""

    def add_picture(self, picture: PictureRead, *, at: datetime) -> bool:
        """Note what came of reading a picture, with its ledger entry once it is final.

        Its words are added at the end of its version's text, as an extra of their own, and the
        version is to be judged again as news.

        Returns:
            False, and nothing is written, if it was read before, or its version's words were
            purged or its copying stopped meanwhile.
        """
        ...


class Pictures(Protocol):
    """Pictures as they stand."""

    def pictures_to_read(
        self, account: AccountId, *, since: datetime, as_of: datetime, limit: int = 20
    ) -> list[PictureAddress]:
        """Return pictures of an account's posts that may be read now, newest post first.

        Args:
            account: Whose posts.
            since: Only pictures that a reading gave an address for since then; aware UTC.
            as_of: The present moment, for those that wait to be tried again; aware UTC.
            limit: Most pictures.
        """
        ...

    def picture_words(self, account: AccountId, sha256: str) -> str | None:
        """Return what was read before in the same bytes on an account; None: they are new."""
        ...

    def unread_pictures(
        self, accounts: Collection[AccountId], *, since: datetime | None = None
    ) -> int:
        """Return how many pictures were not read, of versions of posts first seen since then.

        Args:
            accounts: Whose posts.
            since: Exclusive; aware UTC. None: of all posts.
        """
        ...
