"""Who answers for which account: nobody decides a case on an account they own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.register import Account
    from config.types import AccountId, Role


class Person(Protocol):
    """Somebody who may decide; `config.settings.Person` is one."""

    @property
    def name(self) -> str:
        """As addressed in mails."""
        ...

    @property
    def email(self) -> str:
        """Where mails go."""
        ...


class Listed(Person, Protocol):
    """Somebody who is listed under a role; `config.settings.Person` is one."""

    @property
    def role(self) -> Role:
        """What they are told of."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Who answers for which account, as far as it can be told from the configuration.

    Attributes:
        register: The accounts that are watched.
        people: Those who decide, by whose addresses an owner is recognised under another name.
    """

    register: Sequence[Account] = ()
    people: Sequence[Person] = ()

    def account(self, label: AccountId) -> Account | None:
        """Return the registered account with a label, or None."""
        return next((one for one in self.register if one.id == label), None)

    def owns(self, by: str, label: AccountId) -> bool:
        """Return whether who acts answers for an account: by name, by address, or as a person.

        Args:
            by: Who acts, as given: a name or a mail address.
            label: Which account.
        """
        account = self.account(label)
        if account is None:
            return False
        owner = {_folded(account.owner), _folded(account.owner_email)} - {""}
        said = {_folded(by)}
        for person in self.people:
            names = {_folded(person.name), _folded(person.email)}
            said |= names if said & names else set()
        return bool(said & owner)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
