# ruff: noqa: INP001 - a script that is run by path, not a package
"""Writes the bill of materials (CycloneDX 1.6, JSON) of what runs: ``sbom.py LOCK > FILE``.

It names every package of the lock with its version, the SHA-256 of each file that may be
installed, and the condition under which it is. The same lock gives the same bytes, and no
index's address is in it: a package is named by its package URL. What is written was checked
against the library's own copy of the schema.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from pip_requirements_parser import RequirementsFile

_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def sbom(lock: Path, project: Path = _PROJECT) -> str:
    """Return the bill of materials of a lock.

    Args:
        lock: Requirements, each with an exact version and its hashes.
        project: The ``pyproject.toml`` that the lock was resolved from.

    Raises:
        ValueError: The lock cannot be read, or what was made of it is not valid.
    """
    stated = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    root = Component(
        name=stated["name"],
        version=stated["version"],
        type=ComponentType.APPLICATION,
        bom_ref=stated["name"],
    )
    components = _components(lock)
    digest = "".join(f"{one.bom_ref.value}\n" for one in components)
    bom = Bom(
        components=components,
        serial_number=uuid5(NAMESPACE_URL, f"{root.name}@{root.version}\n{digest}"),
    )
    bom.metadata.component = root
    bom.metadata.timestamp = None  # type: ignore[assignment] # the same lock, the same bytes
    bom.register_dependency(root, components)
    written = JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(written)
    if error is not None:
        raise ValueError(f"{lock}: not valid as CycloneDX 1.6: {str(error.data)[:500]}")
    return written


def _components(lock: Path) -> list[Component]:
    read = RequirementsFile.from_file(str(lock))
    if read.invalid_lines or not read.requirements:
        raise ValueError(f"{lock}: not a lock: {[each.line for each in read.invalid_lines][:3]}")
    found = []
    for each in read.requirements:
        version = each.get_pinned_version
        if each.name is None or version is None or not each.hash_options:
            raise ValueError(f"{lock}: {each.line}: no exact version, or no hash")
        purl = PackageURL(type="pypi", name=each.name, version=version)
        marker = [Property(name="marker", value=str(each.marker))] if each.marker else []
        found.append(
            Component(
                name=each.name,
                version=version,
                type=ComponentType.LIBRARY,
                bom_ref=str(purl),
                purl=purl,
                hashes=[
                    HashType(alg=HashAlgorithm.SHA_256, content=digest.partition(":")[2])
                    for digest in each.hash_options
                ],
                properties=marker,
            )
        )
    return found


if __name__ == "__main__":
    sys.stdout.write(sbom(Path(sys.argv[1])))
