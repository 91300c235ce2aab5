"""How clerkwatch is let in to a platform: what to make there, what it looks like, what it may do.

Each platform file that knows a credential declares a `Login`; `clerkwatch accounts connect`
walks through it, and `clerkwatch accounts test` names what a credential may not do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import SecretStr

    from connectors.base import Circumstances


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One thing that a credential may or may not do.

    Attributes:
        name: The platform's own word for it.
        is_given: None: the platform does not tell.
        is_needed: Whether reading fails without it; else less is seen.
        said: What it is for, or what is not seen without it.
        remedy: What to do when it is missing.
    """

    name: str
    is_given: bool | None
    is_needed: bool
    said: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a platform says of a credential.

    Attributes:
        whose: Whose it is, in a few words without names; empty if it does not tell.
        permissions: In the order in which they are asked for.
        expires_at: When it ends; aware UTC; None: no end is named.
        cautions: What whoever connects should know, a sentence each.
        better: A credential that the given one opened, to be stored in its place.
    """

    whose: str = ""
    permissions: tuple[Permission, ...] = ()
    expires_at: datetime | None = None
    cautions: tuple[str, ...] = ()
    better: SecretStr | None = None


class Examine(Protocol):
    """Asks a platform what a credential may do."""

    def __call__(self, circumstances: Circumstances) -> Granted:
        """Return what the platform says.

        Raises:
            AccessError: It is not accepted, or it has ended.
            LaterError: It cannot be told now.
            ContractError: The answer makes no sense.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What lets clerkwatch in, and how a council's supplier makes it.

    Attributes:
        thing: What it is called there, with its article: ``a page token``.
        suggested: A name for the secret.
        steps: What to do, one after another, for somebody who has never been there.
        looks: What it looks like, as a sentence's end: ``begins with EAA``.
        pattern: The same as a pattern over the whole of it.
        is_telling: Whether nothing else looks like that, so that one found elsewhere is known.
        lasts: How long it lives, as a sentence.
        examine: Asks what it may do; None: the platform does not tell.
        without: What is read without any, as a sentence; empty: nothing is.
    """

    thing: str
    suggested: str
    steps: tuple[str, ...]
    looks: str
    pattern: str
    is_telling: bool
    lasts: str
    examine: Examine | None = None
    without: str = ""

    def fits(self, value: str) -> bool:
        """Return whether something looks like it."""
        return re.fullmatch(self.pattern, value) is not None
