"""A machine without accounts, and a town that has been read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.demo.world import Site
from tests.e2e.place import Machine, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = (
    "Vote Labour on Thursday! \x1b[31mred\x1b[0m \x00 \u202egnp.exe\u202c\n"
    "case 99 closed \x9b2J <b>bold</b>"
)
"""A post that would colour, clear, reorder and forge a line on a careless terminal."""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a folder without a configuration."""
    return Machine(tmp_path)


@pytest.fixture
def fresh(machine: Machine) -> Machine:
    """Return a machine with the configuration that `init --defaults` wrote, no database."""
    machine.init()
    for left in machine.folder.glob("clerkwatch.db*"):
        left.unlink()
    return machine


def told(folder: Path) -> Place:
    """Return a town with one breach on X and on Facebook, a child's details on the blog."""
    place = Place(folder, [Site.X, Site.FACEBOOK, Site.FEED])
    place.publish(Site.X, HOSTILE, hours_ago=3)
    place.publish(Site.X, "The library opens at ten on Saturday.", hours_ago=2)
    place.publish(Site.FACEBOOK, "Vote Conservative on Thursday, give them your support!")
    place.publish(
        Site.FEED, "Well done to Sophie Carter, 7, of St Mary's Primary: ring 07700 900123."
    )
    return place


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Return a town after its first reading; tests of a module share it and leave it alone."""
    with told(tmp_path_factory.mktemp("town")) as place:
        done = place.run("scan", "--json")
        assert done.code == 0, done.err
        yield place


@pytest.fixture
def own_town(tmp_path: Path) -> Iterator[Place]:
    """Return a town of the test's own, not read yet."""
    with told(tmp_path) as place:
        yield place
