"""Purging: what may go, and taking it away so that nothing of it can be read any more.

The rules for every method are those of `storage.repository`. Whether something may go is
decided elsewhere (`monitor.retention`), in the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from config.types import AccountId, SubjectId, VersionId
    from storage.values import OldMail, Purgeable, PurgeNotice, Subjected


class PurgeSteps(Protocol):
    """Writes that take away."""

    def purge_versions(
        self,
        subject: SubjectId,
        versions: Sequence[VersionId],
        *,
        why: str,
        with_papers: bool,
        forget_author: bool,
        at: datetime,
    ) -> tuple[str, ...]:
        """Take away the words of versions of one post, with all that repeats them.

        Text, extras, the platform's answer, addresses of pictures, quotes, kept files (once no
        version of the post is left), and the salts of their commitments: the chain stays whole
        and says nothing about them any more. One ledger entry.

        Args:
            subject: The post.
            versions: Of it.
            why: By which limit, in plain words; for the ledger.
            with_papers: Reasons of decisions on its cases go too.
            forget_author: Author and address too, and that these words were ever known.
            at: When.

        Returns:
            Names of kept files that no record names any more: the caller removes them.
        """
        ...

    def purge_mail(self, key: str, *, why: str, at: datetime) -> bool:
        """Take away the bytes of a mail that no recipient waits for; False: it was not one."""
        ...

    def announce_purge(
        self, subject: SubjectId, *, why: str, due_at: datetime, at: datetime
    ) -> bool:
        """Note that a post's words go on a day; False if it was announced before."""
        ...

    def withdraw_announcement(self, subject: SubjectId) -> None:
        """Forget that a post's words were to go: they stay, or have gone."""
        ...

    def tell_purges(self, *, upto: datetime, at: datetime) -> None:
        """Note that a mail has told what was announced up to then."""
        ...

    def call_author(self, name: str, pseudonym: str, *, platform: str, at: datetime) -> int:
        """Call another author by a pseudonym from now on, wherever the name was kept.

        The platform's answers go, which name them too. One ledger entry, without either name.

        Args:
            name: As it is kept.
            pseudonym: In its place.
            platform: On whose accounts.
            at: When.

        Returns:
            Of how many posts.
        """
        ...


class Purging(Protocol):
    """What purging reads."""

    def purgeable(self, *, seen_before: datetime) -> Iterator[list[Purgeable]]:
        """Go through versions that are kept and were last seen before, in lots, by id."""
        ...

    def purge_notices(self) -> list[PurgeNotice]:
        """Return what was announced and has not gone yet, soonest first."""
        ...

    def old_mails(self, *, before: datetime, limit: int = 500) -> list[OldMail]:
        """Return mails without a waiting recipient that are older, or tell of words since purged.

        A paper without a case may quote any post: it goes with whatever is purged after it.
        """
        ...

    def count_purged(
        self,
        *,
        accounts: Sequence[AccountId] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Return how many versions of a part of history are purged and cannot be judged."""
        ...

    def by_author(self, *names: str) -> list[Subjected]:
        """Return the posts of another author, by what they are called in the record."""
        ...

    def authors(self) -> list[tuple[str, str]]:
        """Return what other authors are called in the record, and on which platform, each once."""
        ...

    def scrub(self) -> bool:
        """Write the database anew, so that nothing of what was purged is left in its files.

        Returns:
            Whether the journal could be emptied too; False: a reader held it, try again.
        """
        ...
