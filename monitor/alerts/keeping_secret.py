"""The secret of this installation's reply codes: a file beside the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.cases.replies.codes import Codes
from monitor.ownsecret import own_secret, place_of

if TYPE_CHECKING:
    from config.settings import Settings

FILE = "reply-secret"


def codes_of(settings: Settings) -> Codes | None:
    """Return what makes the codes of this installation; None where no inbox is read.

    The secret is for the database's owner only, and made when it is first asked for.
    Without it (a copy restored elsewhere) mails sent before cannot be answered any more;
    newer ones can.

    Raises:
        SettingsError: It cannot be read or made, or is too short to be one.
    """
    if settings.mail.inbox is None:
        return None
    held = own_secret(
        place_of(settings, FILE), what="reply codes", loss="mails sent before cannot be answered"
    )
    return Codes(secret=held, sender=settings.mail.sender)
