"""The bill of materials: complete, valid, the same for the same lock, and of no index."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "sbom.py"
PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def _made(lock: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(lock)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_it_names_every_locked_package_with_its_version_and_hashes(name: str) -> None:
    """What stands in the lock stands in the bill, and nothing else; it is valid CycloneDX."""
    lock = ROOT / name
    written = _made(lock).stdout
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    bill = json.loads(written)
    named = [(one["name"], one["version"]) for one in bill["components"]]
    assert sorted(named) == sorted(PINNED.findall(lock.read_text(encoding="utf-8")))
    hashes = re.findall(r"sha256:([0-9a-f]{64})", lock.read_text(encoding="utf-8"))
    stated = [each["content"] for one in bill["components"] for each in one["hashes"]]
    assert sorted(stated) == sorted(set(hashes)) == sorted(hashes)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert bill["metadata"]["component"]["version"] == project["version"]
    (root,) = [one for one in bill["dependencies"] if one["ref"] == "clerkwatch"]
    assert len(root["dependsOn"]) == len(named)


def test_it_has_no_address_of_an_index_and_is_the_same_each_time() -> None:
    """The only address in it is that of the schema; two runs give the same bytes."""
    once, again = (_made(ROOT / "requirements.lock").stdout for _ in range(2))
    assert once == again
    assert set(re.findall(r"https?://[^\s\"]+", once)) == {
        "http://cyclonedx.org/schema/bom-1.6.schema.json"
    }


@pytest.mark.parametrize("line", ["requests>=2", "requests==2.33.0", "", "<html>"])
def test_what_is_not_a_lock_is_refused(line: str, tmp_path: Path) -> None:
    """No version, no hash, nothing at all, a web page: no bill, and an error that says so."""
    lock = tmp_path / "some.lock"
    lock.write_text(f"{line}\n", encoding="utf-8")
    done = _made(lock)
    assert (done.returncode, done.stdout) == (1, "")
    assert "some.lock" in done.stderr
