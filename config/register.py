"""The register: the official accounts that are watched, and nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from config.types import AccountId, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """That the council has decided that a platform's terms let it be read.

    Attributes:
        by: Who decided ("Finance Committee").
        on: When.
        minute: Where that is written down ("minute 2026/114").
    """

    by: str
    on: date
    minute: str

    def words(self) -> str:
        """Return it in a line: who, when, and where it is written down."""
        return f"{self.by}, {self.on.isoformat()}, {self.minute}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One registered account, as the configuration states it.

    Attributes:
        id: Label; the identity is ``platform`` plus the platform's own numeric id,
            which `storage` learns at the first reading.
        platform: Name of the connector's file: ``x``, ``facebook``, ``feed``, ``manual`` …
        handle: User name, page id, channel id or URL, as the platform knows it.
        owner_email: Who is asked to take something down; empty if nobody is.
        told_on: When those who post were told of the monitoring; None: not yet.
        agreed_on: A member's written agreement; required for kind ``member``.
        credential: Name of the secret; None where reading needs none.
        api_base: Another server to talk to (tests, demo); None for the real platform.
        area: Ward, or ``whole``.
        handed_over: Poll ids for whose period all administration of a partner's account
            was handed over.
        api_version: Graph version asked for, for example ``v25.0``; empty: the connector's own.
        time_zone: IANA zone of a feed's dates that carry none.
        comments: Whether what others write on it is read too: comments under its posts, and
            on Facebook visitors' posts.
        owned_reads: Whether X bills its list of posts at the price of owned reads.
        terms_accepted: The council's decision on the platform's terms, where these speak of
            public bodies; None: not yet decided, so a person looks.
        review_every_days: Where a person looks: how often.
    """

    id: AccountId
    platform: str
    handle: str
    kind: Kind
    owner: str
    owner_email: str = ""
    told_on: date | None = None
    agreed_on: date | None = None
    credential: str | None = None
    api_base: str | None = None
    area: str = "whole"
    handed_over: tuple[str, ...] = ()
    api_version: str = ""
    time_zone: str = "Europe/London"
    comments: bool = False
    review_every_days: int = 14
    owned_reads: bool = False
    terms_accepted: Decision | None = None

    def digest(self) -> str:
        """Return what identifies this entry's content, so that a change of it is noticed.

        Returns:
            64 hexadecimal digits over every field that a person may change; `api_base`
            and `credential` are left out, they are plumbing.
        """
        told = self.told_on.isoformat() if self.told_on else None
        agreed = self.agreed_on.isoformat() if self.agreed_on else None
        stated = {
            "agreed_on": agreed,
            "area": self.area,
            "handed_over": list(self.handed_over),
            "handle": self.handle,
            "id": self.id,
            "kind": self.kind.value,
            "owner": self.owner,
            "platform": self.platform,
            "told_on": told,
            **({"comments": True} if self.comments else {}),
            **({"terms_accepted": self.terms_accepted.words()} if self.terms_accepted else {}),
        }
        return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()
