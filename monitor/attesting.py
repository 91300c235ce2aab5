"""Who can log in to an account: what a person attests twice a year (requirement 1). Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.settings.fields import mail_address
from storage.values import HeldLogin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.values import Attestation

EVERY = timedelta(days=182)
"""How long an attestation holds: twice a year."""
_PARTS = (2, 3)
_LONGEST = 120


def due_at(attestation: Attestation) -> datetime:
    """Return when it is to be asked again; aware UTC."""
    return attestation.at + EVERY


def login_of(said: str) -> HeldLogin:
    """Read one login: ``NAME, ADDRESS`` or ``NAME, ADDRESS, ORGANISATION``.

    Raises:
        OperatorError: It is neither, or the address is none.
    """
    parts = [" ".join(part.split()) for part in said.split(",", 2)]
    example = 'Write it as --login "Jo Marsh, jo@council.example" and for a contractor as '
    remedy = f'{example}--login "Sam Reed, sam@events.example, Reed Events"'
    if len(parts) not in _PARTS or not all(parts) or max(map(len, parts)) > _LONGEST:
        raise OperatorError(f"{said[:80]!r} is no login", remedy=remedy)
    try:
        address = mail_address(parts[1])
    except ValueError as error:
        raise OperatorError(f"{parts[1][:80]!r} is no mail address", remedy=remedy) from error
    return HeldLogin(name=parts[0], address=address, organisation=(parts[2:] or [""])[0])


def check_complete(
    logins: Sequence[HeldLogin], removed: Sequence[str], previous: Attestation | None
) -> None:
    """Make sure that nobody who could log in before is passed over.

    Args:
        logins: Who can now.
        removed: Who was taken away.
        previous: What was attested before; None: nothing.

    Raises:
        OperatorError: Nobody is named, somebody is named as both, or somebody is missing.
    """
    if not logins:
        raise OperatorError(
            "nobody is named who can log in",
            remedy='Name everybody: --login "NAME, ADDRESS", once for each; for a contractor '
            '--login "NAME, ADDRESS, ORGANISATION"',
        )
    now = {_key(one.name) for one in logins}
    gone = {_key(name) for name in removed}
    if both := [name for name in removed if _key(name) in now]:
        raise OperatorError(
            f"{both[0][:80]!r} is named as taken away and as somebody who can log in",
            remedy="Leave one of the two out",
        )
    before = previous.logins if previous is not None else ()
    missing = [one.name for one in before if _key(one.name) not in now | gone]
    if missing:
        raise OperatorError(
            f"{', '.join(missing)[:200]} could log in when it was last attested, and is not named",
            remedy="Look at the account. Who still can: --login; who was taken away: --removed "
            "NAME. If the login is still there, remove it and change the password first",
        )


def outside(attestation: Attestation, domain: str) -> tuple[HeldLogin, ...]:
    """Return the logins whose address is neither the council's nor a named organisation's."""
    own = domain.casefold().strip().lstrip("@")
    return tuple(
        one
        for one in attestation.logins
        if not one.organisation and not _is_within(one.address, own)
    )


def _is_within(address: str, own: str) -> bool:
    domain = address.casefold().rpartition("@")[2]
    return bool(own) and (domain == own or domain.endswith(f".{own}"))


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
