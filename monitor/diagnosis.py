"""One thing that `doctor` examined, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["well", "look", "fault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was examined.

    Attributes:
        name: What.
        state: ``well``, ``look`` (a person should, nothing is broken) or ``fault``.
        what: What was found, in one sentence.
        remedy: What to do; empty when all is well.
    """

    name: str
    state: State
    what: str
    remedy: str = ""
