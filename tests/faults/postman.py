"""Sends what is due as a process of its own, which a test may kill at any instant.

Run as ``postman.py DATABASE PORT CA_FILE HOUR``: goes on from the given hour, an hour a
round, until nothing is due any more. Each third round speaks TLS.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.alerts.outbox import deliver_due
from monitor.alerts.transport import SmtpTransport
from storage.open import open_repository

if TYPE_CHECKING:
    from collections.abc import Callable

BEGIN = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
SENDER = "clerkwatch@fernbeck-tc.gov.uk"
_MOST_IN_TLS = 30


def _after(mails: int) -> Callable[[], bool]:
    """Return what ends a round after some mails: a handshake each is much work."""
    left = iter(range(mails))
    return lambda: next(left, None) is None


def main() -> None:
    """Send until nothing is due."""
    database, port, ca_file, hour = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    store = open_repository(f"sqlite:///{database}")
    plain = SmtpTransport(host="127.0.0.1", port=port, security="none", deadline_s=2)
    secure = SmtpTransport(host="127.0.0.1", port=port, ca_file=ca_file, deadline_s=5)
    number, far = int(hour), datetime.max.replace(tzinfo=UTC)
    while store.mails(due_at=far, limit=1):
        is_secure = number % 3 == 0
        deliver_due(
            store,
            secure if is_secure else plain,
            sender=SENDER,
            now=BEGIN + timedelta(hours=number),
            stop=_after(_MOST_IN_TLS) if is_secure else lambda: False,
        )
        number += 1
    store.close()


if __name__ == "__main__":
    main()
