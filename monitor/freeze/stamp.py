"""The windows' part of ``judged_under``: when it changes, everything is judged again."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from monitor.freeze.rules import acts_digest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from monitor.freeze.windows import Window

_DIGITS = 16


def _phase(window: Window, as_of: datetime) -> str:
    if as_of < window.start:
        return "before"
    return "open" if as_of < window.end else "over"


def windows_digest(windows: Iterable[Window], as_of: datetime) -> str:
    """Return what changes exactly when judging by windows can change.

    That is: a window in force is added, moved, given another area or mode, taken away,
    opens or closes; or the rules of `monitor.freeze.rules` change. It does not change with
    the words of ``why``, the order, a computed start that is merely called ``presumed``
    from its day on, or from one moment to the next.

    Args:
        windows: Of all polls; those not in force are left out.
        as_of: The present moment, aware UTC.

    Returns:
        16 hexadecimal digits.
    """
    stated = sorted(
        [
            window.poll,
            window.poll_type.value,
            window.mode.value,
            window.area,
            window.start.isoformat(),
            window.end.isoformat(),
            _phase(window, as_of),
        ]
        for window in windows
        if window.in_force
    )
    packed = json.dumps([acts_digest(), stated])
    return hashlib.sha256(packed.encode()).hexdigest()[:_DIGITS]
