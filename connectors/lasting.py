"""What platforms have said of how long things last, and when their field names were looked at.

No request tells it in time: an expired version of Graph is silently answered as a newer one, and
a field that X renames is missing from one day to the next. Raised with each look at the
platforms' own pages; `monitor.sellby` tells of each date before it comes.
"""

from __future__ import annotations

from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from connectors.base import Lasting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.register import Account

GRAPH_VERSION = "v25.0"
"""Asked for when the register names none."""
GRAPH_ENDS: Mapping[str, date] = MappingProxyType(
    {
        "v21.0": date(2027, 1, 21),
        "v24.0": date(2028, 2, 18),
        "v25.0": date(2028, 7, 29),
    }
)
"""Last day of each version that Meta has named one for: its changelog, November 2026."""
FIELDS_LOOKED_AT: Mapping[str, date] = MappingProxyType({"x": date(2026, 11, 23)})
"""When the names of fields were last compared with the platform's own pages."""
_YEAR = timedelta(days=365)


def graph_lasts(account: Account) -> tuple[Lasting, ...]:
    """Return the end of the version of Graph that an account asks for, if Meta has named one."""
    number = f"v{(account.api_version.strip() or GRAPH_VERSION).removeprefix('v')}"
    if number not in GRAPH_ENDS:
        return ()
    return (
        Lasting(
            id=f"graph-{number}",
            what=f"Version {number} of the interface of Facebook and Instagram",
            on=GRAPH_ENDS[number],
            remedy="Upgrade clerkwatch, or set api_version of these accounts to a newer one.",
        ),
    )


def fields_last(account: Account) -> tuple[Lasting, ...]:
    """Return until when what is known of a platform's names of fields may be relied on: a year."""
    return (
        Lasting(
            id=f"{account.platform}-fields",
            what=f"What is known of the names that {account.platform.upper()} gives its fields",
            on=FIELDS_LOOKED_AT[account.platform] + _YEAR,
            remedy="Upgrade clerkwatch, or ask for a version with newer ones. A changed name ends "
            "in readings that fail, and says so.",
        ),
    )
