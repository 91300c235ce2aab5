"""What is kept of a case beside its words, and what must not be purged.

The rules for every method are those of `storage.repository`. Files themselves lie in
`storage.evidence`; here is what each is, committed to in the ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from config.types import AccountId, CaseId, EvidenceId, HoldId, VersionId
    from storage.values import (
        Face,
        Hold,
        KeptFile,
        NewEvidence,
        NewHold,
        NoCopying,
        PictureAddress,
        Preserved,
        ToPreserve,
        Unkept,
        UnseenPicture,
    )


class EvidenceSteps(Protocol):
    """Writes about evidence and holds."""

    def add_evidence(
        self, case: CaseId, evidence: NewEvidence, *, at: datetime
    ) -> EvidenceId | None:
        """Record a file that was kept, with its ledger entry; a second call changes nothing.

        Returns:
            Its id; None if copying was stopped meanwhile: the caller takes the file away.
        """
        ...

    def add_unkept(self, case: CaseId, unkept: Unkept) -> None:
        """Note what was refused (then it is a ledger entry), or is to be tried again."""
        ...

    def stop_copying(self, case: CaseId, *, by: str, because: str, at: datetime) -> bool:
        """Say that keeping copies of a case's subject is unlawful; False if it was said before.

        Where its pictures lie is forgotten at once. The files are taken away afterwards; until
        `forget_evidence` was called the database says that they are due.
        """
        ...

    def forget_evidence(self, case: CaseId, *, at: datetime) -> int:
        """Take away what stands about the media of a subject whose copying was stopped.

        Rows and salts go, also those of other cases that kept the same bytes: the chain stays
        whole, and its commitments say nothing any more.

        Returns:
            How many rows went.
        """
        ...

    def add_look(self, address: PictureAddress, picture_hash: str, *, at: datetime) -> None:
        """Note that a picture was compared; a second call changes nothing.

        ``picture_hash`` is empty where it was no picture, or was not to be had.
        """
        ...

    def add_hold(self, hold: NewHold, *, at: datetime) -> HoldId:
        """Put a hold; the same one again, while it holds, is the one that is there."""
        ...

    def release_hold(self, hold: HoldId, *, by: str, because: str, at: datetime) -> bool:
        """Release a hold; False if it was released before.

        Raises:
            StorageError: There is no such hold.
        """
        ...


class Evidence(Protocol):
    """Evidence and holds as they stand."""

    def preserved(self, case: CaseId) -> Preserved:
        """Return what is kept of a case's subject, for whichever of its cases it was kept."""
        ...

    def to_preserve(
        self, *, as_of: datetime, case: CaseId | None = None, limit: int = 100
    ) -> list[ToPreserve]:
        """Return cases that are not closed and of which something may be kept now.

        The most severe first, what is history last. What was refused for good, and anything
        of a subject whose copying was stopped, is not among it.
        """
        ...

    def answer(self, version: VersionId) -> bytes | None:
        """Return the platform's own answer for a version; None if it is not kept."""
        ...

    def face(self, case: CaseId) -> Face | None:
        """Return the profile of a case's account as it was when the case was opened.

        Where none had been read by then, the first that was read afterwards; None if none
        was ever read.
        """
        ...

    def standing_face(self, account: AccountId, *, as_of: datetime) -> Face | None:
        """Return the profile of an account as it was last shown by then; None: never read."""
        ...

    def kept_files(self) -> Iterator[list[KeptFile]]:
        """Go through every kept file in lots, by id."""
        ...

    def pictures_of_removed(self) -> list[KeptFile]:
        """Return the pictures with a hash of cases that were closed as removed, newest first."""
        ...

    def unseen_pictures(
        self, account: AccountId, *, since: datetime, limit: int = 20
    ) -> list[UnseenPicture]:
        """Return pictures of an account's posts that were not compared yet, newest first.

        Args:
            account: Whose posts.
            since: Only pictures that a reading gave an address for since then; aware UTC.
            limit: Most pictures.
        """
        ...

    def to_purge(self) -> list[tuple[NoCopying, tuple[KeptFile, ...]]]:
        """Return each stopped subject of which media are still recorded, with all its files.

        Files with the same bytes that other cases keep are among them.
        """
        ...

    def holds(self, *, released: bool = False) -> list[Hold]:
        """Return the holds that hold, oldest first; with ``released`` also those that did."""
        ...
