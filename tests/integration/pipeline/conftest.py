"""The village, ready to be lived in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.pipeline.village import Village

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Return an empty village with its platforms running."""
    with Village(tmp_path) as made:
        yield made
