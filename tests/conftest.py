"""What holds for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# No test is timed: a busy machine is no fault of the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _no_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks a name server beyond this machine."""
    monkeypatch.setenv("CLERKWATCH_DNS", "none")


@pytest.fixture(autouse=True)
def _logs_of_its_own() -> Iterator[None]:
    """Undo what a command run inside a test has set up: its log goes to that test's output."""
    yield
    structlog.reset_defaults()
