"""A village with a poll, lived in for a while before anybody knew of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.demo.world import Site
from tests.integration.pipeline.village import Village

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Return a village with one account of the council, not read yet."""
    with Village(tmp_path) as made:
        made.account(Site.FACEBOOK)
        yield made
