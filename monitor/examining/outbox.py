"""What `doctor` examines of the outbox: mails that wait, and mails that a server refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.alerts.hardening import one_line
from monitor.diagnosis import Check
from monitor.lock import holder
from monitor.work import waiting_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from config.settings import Settings
    from storage.repository import Repository

_SERVER = "They go out by themselves once the server takes them: see the check of [mail] above"
_BUSY = (
    "A server that lets strangers wait is tried again by itself; if it lasts, ask whoever keeps it "
    "to take mails from this machine"
)


def check_outbox(settings: Settings, repository: Repository, *, now: datetime) -> Iterator[Check]:
    """Examine what lies in the outbox.

    Args:
        settings: The configuration.
        repository: May be read-only.
        now: The present moment; aware UTC.
    """
    found = waiting_of(repository, now=now)
    if found.since is not None and repository.standstill() is None:
        since = found.since.astimezone(settings.zone())
        what = f"{_count(found.mails)} since {since:%d %B %Y, %H:%M}"
        remedy = _SERVER
        if found.said:
            what += f"; at last: {one_line(found.said, most=300)}"
            remedy = _BUSY if "the mail server said 4" in found.said else _SERVER
        elif holder(settings.storage.url) is None:
            remedy = "Nobody sends them: systemctl start clerkwatch, or clerkwatch digest --send"
        yield Check(
            name="outbox",
            state="fault" if found.is_overdue(now=now) else "look",
            what=what,
            remedy=remedy,
        )
    if found.refused:
        yield Check(
            name="outbox",
            state="look",
            what=f"a server refused {_mails(found.refused)} for good",
            remedy="Correct the address (people, or the account's owner_email); what they told "
            "stands in the next morning's mail and in: clerkwatch cases list",
        )


def _count(number: int) -> str:
    return f"{_mails(number)} {'waits' if number == 1 else 'wait'}"


def _mails(number: int) -> str:
    return "1 mail" if number == 1 else f"{number} mails"
