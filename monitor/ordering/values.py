"""What carrying out an order takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.alerts.wording import Calendar

if TYPE_CHECKING:
    from datetime import date, datetime

    from config.settings import Person
    from monitor.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """What came of an order, for the mail that confirms it.

    Attributes:
        subject: In a few words.
        said: In sentences, the first the most important; not needed where ``is_answered``.
        is_answered: A mail that answers it is in the outbox already.
        changes_polls: What is stored is to be judged again once it is committed.
    """

    subject: str
    said: tuple[str, ...]
    is_answered: bool = False
    changes_polls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerking:
    """One person's orders at one moment.

    Attributes:
        app: The wired application.
        person: Who orders.
        at: When; aware UTC.
        reply: Digest of the mail that orders: the natural key of what comes of it.
        raw: That mail's bytes, for what was forwarded with it.
        follows: That mail's Message-ID; empty if it has none.
        prepared: What had to be done before, in sentences; see `prepare`.
    """

    app: App
    person: Person
    at: datetime
    reply: str = ""
    raw: bytes = b""
    follows: str = ""
    prepared: tuple[str, ...] = ()

    @property
    def by(self) -> str:
        """Who orders, by name."""
        return self.person.name

    @property
    def today(self) -> date:
        """Return the council's day."""
        return self.at.astimezone(self.app.settings.zone()).date()

    def calendar(self) -> Calendar:
        """Return how days and moments are written."""
        return Calendar(zone=self.app.settings.council.timezone, as_of=self.at)
