"""What platforms have said of how long things last, and when their field names were looked at.

No request tells it in time: an expired version of Graph is silently answered as a newer one, and
a field that X renames is missing from one day to the next. Raised with each look at the
platforms' own pages; `monitor.sellby` tells of each date before it comes.
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

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
