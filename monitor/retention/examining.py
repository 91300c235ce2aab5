"""What `doctor` examines of retention: whether it works, and whose decision it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import OperatorError
from config.types import Sign
from monitor.diagnosis import Check
from monitor.pseudonyms import Pseudonyms, strangers
from monitor.retention.schedule import terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.settings import Settings
    from storage.repository import Repository


def check_names_hidden(settings: Settings, repository: Repository) -> Iterator[Check]:
    """Examine whether everybody who wrote a comment can be found when they ask.

    Args:
        settings: The configuration.
        repository: May be read-only.
    """
    pseudonyms = Pseudonyms.of_settings(settings)
    try:
        number = strangers(pseudonyms, repository)
    except OperatorError as error:
        yield Check(name="pseudonyms", state="fault", what=error.what, remedy=error.remedy)
        return
    if number:
        yield Check(
            name="pseudonyms",
            state="fault",
            what=f"{number} who wrote comments cannot be found by name: their key is not here",
            remedy=f"Put {pseudonyms.file} back from the machine or the copy that the record "
            "comes from (docs/operators/retention.md)",
        )


def check_retention(settings: Settings, repository: Repository | None) -> Iterator[Check]:
    """Examine what decides how long things are kept.

    Args:
        settings: The configuration.
        repository: May be read-only; None: there is none yet.
    """
    retention = settings.retention
    if not retention.purge:
        yield Check(
            name="retention",
            state="look",
            what="nothing is erased by itself: [retention] purge is off",
            remedy="Adopt a schedule (docs/clerks/before-you-start.md), then set purge = true",
        )
    limited = sorted({one.platform for one in settings.accounts if terms_of(one.platform).gone})
    if limited and not retention.evidence_basis:
        yield Check(
            name="retention",
            state="look",
            what="evidence of cases on " + ", ".join(limited) + " goes by the platform's own limit",
            remedy="If the council decides in writing to keep it longer, enter that decision: "
            "[retention] evidence_basis",
        )
    sign = repository.signs().get(Sign.PURGE) if repository is not None else None
    if sign is not None and sign.failing_since is not None:
        since = sign.failing_since.astimezone(settings.zone())
        yield Check(
            name="retention",
            state="fault",
            what=f"erasing fails since {since:%d %B %Y, %H:%M}: {sign.what}",
            remedy="Put it right, then: clerkwatch purge",
        )
