"""Connecting an account: which one, whether what was given may be sent, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import connectors
from config.errors import OperatorError, ReadError
from config.settings import variable_of
from connectors.base import Circumstances
from monitor.trial import Check, permission_check, remedy_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pydantic import SecretStr

    from config.register import Account
    from connectors.base import Meter, Platform, ReaderState
    from connectors.door import Door
    from connectors.login import Granted, Login

_LONGEST = 4096
_SHORTEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How a credential fared.

    Attributes:
        checks: Each step, as in `monitor.trial`.
        secret: What is to be stored: what was given, or what it opened.
        granted: What the platform says of it; None: nothing.
    """

    checks: tuple[Check, ...]
    secret: SecretStr
    granted: Granted | None = None

    @property
    def is_well(self) -> bool:
        """Whether the account can be read with it."""
        return all(check.is_well is True for check in self.checks)


def choose(register: Sequence[Account], platform: str, name: str | None, login: Login) -> Account:
    """Return the account that is to be connected.

    Args:
        register: The registered accounts.
        platform: The word of the configuration.
        name: Its id, where several are registered; None: the only one there is.
        login: What it needs.

    Raises:
        OperatorError: There is none, or not one only, or it names no credential; the remedy
            has the lines to enter.
    """
    found = [one for one in register if one.platform == platform and name in {None, one.id}]
    if not found:
        other = f"no account {name!r} on {platform} is registered" if name else ""
        raise OperatorError(
            other or f"no account on {platform} is registered",
            remedy="Add it to the configuration first, then type this again:\n"
            + _entry(platform, login),
        )
    if len(found) > 1 and len({one.credential for one in found}) > 1:
        listed = ", ".join(one.id for one in found)
        raise OperatorError(
            f"several accounts on {platform} are registered",
            remedy=f"Say which: --account, one of {listed}",
        )
    account = found[0]
    if account.credential is None:
        raise OperatorError(
            f"{account.id} names no credential in the configuration",
            remedy=f'Add the line credential = "{login.suggested}" to it, then type this again',
        )
    return account


def _entry(platform: str, login: Login) -> str:
    return (
        f'[[accounts]]\nid = "council-{platform}"\nplatform = "{platform}"\n'
        f'handle = "…"\nkind = "council"\nowner = "…"\ncredential = "{login.suggested}"'
    )


def cleaned(given: str) -> str:
    """Return what was given without what is often copied along: quotes, spaces, ``Bearer``."""
    said = given.strip().strip("\"'").strip()
    head, _, rest = said.partition(" ")
    return rest.strip() if head.casefold() == "bearer" and rest else said


def check_given(value: str, *, platform: Platform, login: Login) -> None:
    """Look at what was given before it is sent anywhere.

    Raises:
        OperatorError: It is empty, cannot be one, or is another platform's; its words are not
            repeated.
    """
    again = f"Copy {login.thing} again; it {login.looks}"
    if not value:
        raise OperatorError("nothing was given", remedy=f"{again}. Nothing was stored")
    if "\n" in value or not value.isprintable():
        raise OperatorError(
            "more than one line, or signs that cannot be printed, were given",
            remedy=f"{again}. Give that line only. Nothing was stored",
        )
    if not _SHORTEST <= len(value) <= _LONGEST:
        raise OperatorError(
            f"{len(value)} signs were given, which is none", remedy=f"{again}. Nothing was stored"
        )
    if login.fits(value):
        return
    for name in connectors.names():
        other = connectors.find(name).login if name != platform.name else None
        if other is not None and other.is_telling and other.fits(value):
            raise OperatorError(
                f"this looks like {other.thing}, not like {login.thing}",
                remedy=f"{again}. It was sent nowhere and not stored",
            )


def try_credential(
    account: Account,
    secret: SecretStr,
    *,
    login: Login,
    door: Door,
    state: ReaderState,
    meter: Meter,
    as_of: datetime,
) -> Tried:
    """Try to read an account with a credential that is not stored yet.

    Args:
        account: Which account.
        secret: What was given; the door keeps it out of everything written.
        login: How the platform lets one in.
        door: The one HTTP door.
        state: What earlier runs left.
        meter: The budget.
        as_of: The present moment; aware UTC.
    """
    door.redactor.add(secret)
    told: list[Granted] = []
    if login.examine is not None:
        its = Circumstances(
            account=account, door=door, secret=secret, state=state, meter=meter, as_of=as_of
        )
        try:
            told.append(login.examine(its))
        except ReadError as error:
            refused = (_refused(account, error, door),)
            return Tried(checks=_hinted(refused, secret, login), secret=secret)
        secret = told[-1].better or secret
    checks = walk(
        account,
        door=door,
        environ={variable_of(account.credential or ""): secret.get_secret_value()},
        state=state,
        meter=meter,
        as_of=as_of,
        told=told.append,
    )
    done = tuple(checks)
    if told:
        done = (*_of_giver(told[0], done), *done)
    return Tried(checks=_hinted(done, secret, login), secret=secret, granted=_both(told))


def _of_giver(granted: Granted, checks: Sequence[Check]) -> Iterator[Check]:
    """Yield what only the one that was given could be asked, not what it opened.

    Where the account is read all the same, something that is missing is told and no fault.
    """
    names = {check.name for check in checks}
    is_read = all(check.is_well for check in checks)
    for check in map(permission_check, granted.permissions):
        if check.name in names:
            continue
        if check.is_well is False and is_read:
            said = f"{check.said}; the account is read all the same"
            yield replace(check, is_well=True, said=said, remedy="")
        else:
            yield check


def _both(told: Sequence[Granted]) -> Granted | None:
    """Return what was told: whose the one was that was given, and of the rest what is stored."""
    if not told:
        return None
    return replace(told[-1], whose=told[0].whose, cautions=told[0].cautions)


def _refused(account: Account, error: ReadError, door: Door) -> Check:
    said = door.redactor.redact(error.what.removeprefix(f"{account.id}: "))
    return Check(name="credential", is_well=False, said=said, remedy=remedy_of(error))


def _hinted(checks: tuple[Check, ...], secret: SecretStr, login: Login) -> tuple[Check, ...]:
    """Say of one that was refused what it should look like, if it looks otherwise."""
    if login.fits(secret.get_secret_value()):
        return checks
    hint = f"What was given does not look like {login.thing}, which {login.looks}"
    return tuple(
        replace(one, remedy=f"{one.remedy}. {hint}".lstrip(". ")) if one.is_well is False else one
        for one in checks
    )
