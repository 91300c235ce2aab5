"""What mails ask and say of who can log in to the accounts (requirement 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from config.types import Kind
from monitor.alerts.hardening import one_line
from monitor.alerts.wording import listed
from monitor.attesting import due_at, outside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from config.types import AccountId
    from monitor.alerts.house import House
    from storage.repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """What has been attested of the accounts' logins, and what has not.

    Attributes:
        due: Accounts to be asked about, and since when; None: never attested.
        outside: Titles of accounts with a login whose address is nobody's that may be.
    """

    due: Mapping[AccountId, datetime | None]
    outside: tuple[str, ...]

    @classmethod
    def of(cls, repository: Repository, house: House, *, as_of: datetime) -> Self:
        """Look up what was attested last.

        A member's own page is the member's: requirement 1 speaks of officers' accounts.
        """
        asked = [one for one in house.watched if one.account.kind is not Kind.MEMBER]
        last = {one.account.id: repository.last_attestation(one.account.id) for one in asked}
        since = {name: due_at(said) if said is not None else None for name, said in last.items()}
        return cls(
            due={name: at for name, at in since.items() if at is None or at <= as_of},
            outside=tuple(
                one.title
                for one in asked
                if (said := last[one.account.id]) is not None and outside(said, house.email_domain)
            ),
        )

    def question(self, *, since: datetime | None, is_monday: bool) -> tuple[str, ...]:
        """Return the question on the one morning on which it falls due again.

        After that, and for what was never attested, it stands in Mondays' mails.

        Args:
            since: When the mail before this one was made; None: there was none.
            is_monday: Whether the mail says what is said once a week.
        """
        if is_monday or since is None:
            return ()
        due = [name for name, at in self.due.items() if at is not None and at > since]
        return (attest_words(due),) if due else ()


def attest_words(accounts: Sequence[AccountId]) -> str:
    """Return the question of twice a year, for accounts that are due."""
    names = listed([one_line(name) for name in accounts])
    return (
        "Twice a year, please say who can log in to each account and with which address "
        "(requirement 1), whose login was taken away, and which contractors are among them: "
        f"{names}. For each: clerkwatch accounts attest {one_line(accounts[0])} "
        '--login "NAME, ADDRESS"'
    )


def outside_words(titles: Sequence[str]) -> str:
    """Return that logins have addresses that are neither the council's nor an organisation's."""
    return (
        f"On {listed([one_line(title) for title in titles])} somebody logs in with an address "
        "that is not the council's, and no organisation is named (requirement 1)."
    )
