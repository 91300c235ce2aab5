"""The demo's town after its second day, once for all tests; they leave its record alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.replies.desk import ClerksDesk

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClerksDesk]:
    """Return a desk that the tests of one file share."""
    with ClerksDesk(tmp_path_factory.mktemp("town")) as made:
        yield made
