"""Whose files they are and who else may write them: `doctor` names each fault with its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.sample import sample
from config.settings import load
from monitor.permissions import check_permissions
from storage.open import open_repository

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings

ME = 1000


def machine(folder: Path) -> tuple[Settings, Path]:
    """Return a configuration with own rules and a database, private to one user."""
    file = folder / "clerkwatch.toml"
    (folder / "rules").mkdir(mode=0o755)
    (folder / "rules" / "own.toml").touch(mode=0o644)
    file.write_text(sample({"rules.folder": "rules"}), encoding="utf-8")
    file.chmod(0o640)
    settings = load(file, environ={})
    open_repository(settings.storage.url, create=True).close()
    return settings, file


def test_a_tidy_machine_has_no_fault(tmp_path: Path) -> None:
    """Nothing is said where nothing is wrong."""
    settings, file = machine(tmp_path)
    owner = file.stat().st_uid
    assert list(check_permissions(settings, file, user=owner)) == []
    assert list(check_permissions(settings, None, user=owner)) == []


@pytest.mark.parametrize("name", ["clerkwatch.toml", "rules", "rules/own.toml"])
@pytest.mark.parametrize("mode", [0o020, 0o002])
def test_what_others_can_write_is_a_fault(tmp_path: Path, name: str, mode: int) -> None:
    """Configuration and rules decide what is watched, and who is told."""
    settings, file = machine(tmp_path)
    place = tmp_path / name
    place.chmod(place.stat().st_mode | mode)
    found = list(check_permissions(settings, file, user=file.stat().st_uid))
    assert {check.state for check in found} == {"fault"}
    assert f"chmod go-w {place}" in {check.remedy for check in found}


def test_a_folder_in_which_anybody_can_replace_the_file_is_a_fault(tmp_path: Path) -> None:
    """Unless, as in /tmp, only the owner can."""
    settings, file = machine(tmp_path)
    tmp_path.chmod(0o777)
    assert list(check_permissions(settings, file, user=file.stat().st_uid))
    tmp_path.chmod(0o1777)
    assert list(check_permissions(settings, file, user=file.stat().st_uid)) == []


def test_a_database_that_others_can_read_is_a_fault(tmp_path: Path) -> None:
    """It holds names and posts."""
    settings, file = machine(tmp_path)
    (tmp_path / "clerkwatch.db").chmod(0o644)
    (check,) = check_permissions(settings, file, user=file.stat().st_uid)
    assert (check.state, "chmod go-rwx" in check.remedy) == ("fault", True)


def test_a_database_of_another_user_is_a_fault(tmp_path: Path) -> None:
    """A root shell's or a stranger's file: commands run as the service's user; root may look."""
    settings, file = machine(tmp_path)
    owner = file.stat().st_uid
    (check,) = check_permissions(settings, file, user=owner + ME)
    assert (check.state, "another user" in check.what) == ("fault", True)
    assert "clerkwatch-admin" in check.remedy
