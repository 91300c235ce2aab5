"""The demo's town after its two mornings, with one decision by a person."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.types import CaseState, Resolution
from storage.open import open_repository
from tests.lib import records

COMMAND = Path(sys.executable).with_name("clerkwatch")
CLERK = "Marjorie Fenwick-Hale"
WHY = "Agreed with Mrs Gammage of 14 Mill Lane, WD6 1AA, on 07700 900123."


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo's folder; tests share it and leave its record alone."""
    folder = tmp_path_factory.mktemp("town")
    done = subprocess.run(
        [COMMAND, "demo", "--folder", folder, "--json"],
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    repository = open_repository(f"sqlite:///{folder / 'clerkwatch.db'}")
    try:
        case = repository.cases()[-1]
        with repository.writing() as transaction:
            transaction.step_case(
                case.id,
                to=CaseState.CLOSED,
                resolution=Resolution.DISMISSED,
                by=CLERK,
                because=WHY,
                what="closed as not a breach",
                at=records.at(days=30),
            )
    finally:
        repository.close()
    return folder
