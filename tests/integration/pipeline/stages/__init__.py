"""One story, told on several platforms: the same words for what befalls an account on each.

A stage keeps the truth beside what the platform shows, and at the end holds against it what was
recorded: each post once, none missed that was to be had, no deletion that was none, and
``accounts show`` without a contradiction. What differs from platform to platform says its face.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.pipeline.stages.face import (
    CUT,
    DAY,
    DOWN,
    HALF,
    HALVED,
    HOUR,
    WALL,
    Differs,
    Face,
    Trouble,
)
from tests.integration.pipeline.stages.networks import Bluesky, Instagram, Mastodon, YouTube
from tests.integration.pipeline.stages.stage import Stage, told_well
from tests.integration.pipeline.stages.towns import Facebook, Feed, X
from tests.integration.pipeline.stages.websites import WordPress

if TYPE_CHECKING:
    from collections.abc import Sequence

FACES: Sequence[type[Face]] = (Bluesky, Mastodon, YouTube, Instagram, WordPress, Feed, Facebook, X)

__all__ = [
    "CUT",
    "DAY",
    "DOWN",
    "FACES",
    "HALF",
    "HALVED",
    "HOUR",
    "WALL",
    "Differs",
    "Face",
    "Stage",
    "Trouble",
    "told_well",
]
