# ruff: noqa: INP001 - a script that is run by path, not a package
"""Asks an advisory service about every package of the locks: ``audit.py LOCK…``.

pip-audit ends with 1 both when it finds an advisory and when it could not ask, so what it
wrote is read, and only an answer about every package counts. Exit codes:

* 0: the service answered for every package, and knows no advisory against any
* 1: there are advisories; each is printed
* 2: wrong use: a lock is missing or is not one
* 4: not audited: no service could be reached, or it did not answer for every package

``$CLERKWATCH_OSV_URL`` names another service that speaks OSV, such as a mirror; empty: the
public one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pip_requirements_parser import RequirementsFile

CLEAN, ADVISORIES, WRONG_USE, NOT_AUDITED = 0, 1, 2, 4
_LONGEST_S = 300
_TOOL = str(Path(sys.executable).with_name("pip-audit"))


def audit(lock: Path, *, url: str) -> int:
    """Audit one lock, say what came of it, and return the exit code for it."""
    if not lock.is_file():
        return _say(f"{lock}: there is no such lock", WRONG_USE)
    read = RequirementsFile.from_file(str(lock))
    wanted = {str(each.name).lower() for each in read.requirements if each.name}
    if read.invalid_lines or not wanted:
        return _say(f"{lock}: not a lock", WRONG_USE)
    answer, trouble = _ask(lock, url=url)
    asked = {each["name"].lower(): each for each in answer if "skip_reason" not in each}
    missed = sorted(wanted - set(asked))
    advisories = [(each, one) for each in asked.values() for one in each.get("vulns", ())]
    for each, one in advisories:
        fixed = ", ".join(one.get("fix_versions", ())) or "none yet"
        _say(f"{lock}: {each['name']} {each['version']}: {one['id']}; fixed in: {fixed}", 0)
    if missed:
        what = f"{len(missed)} of {len(wanted)} packages were not asked about"
        why = f" ({trouble})" if trouble else ""
        said = f"NOT AUDITED: {lock}: {what}{why}. This says nothing about their safety."
        return _say(said, ADVISORIES if advisories else NOT_AUDITED)
    if advisories:
        return ADVISORIES
    return _say(f"{lock}: {len(wanted)} packages, no known advisory", CLEAN)


def _ask(lock: Path, *, url: str) -> tuple[list[dict[str, Any]], str]:
    """Return what the service says of each package, and why if it says nothing."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "answer.json"
        command = [_TOOL, "-r", str(lock), "--disable-pip", "--progress-spinner", "off"]
        command += ["-s", "osv", "-f", "json", "-o", str(written)]
        command += ["--osv-url", url] if url else []
        try:
            done = subprocess.run(  # noqa: S603 - our own arguments, no shell
                command, capture_output=True, text=True, timeout=_LONGEST_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return [], f"pip-audit: {type(error).__name__}"
        try:
            answer = json.loads(written.read_text(encoding="utf-8"))["dependencies"]
        except (OSError, ValueError, KeyError):
            last = done.stderr.strip().splitlines()[-1:] or ["no answer"]
            return [], f"no advisory service could be reached: {last[0][:200]}"
    return list(answer), ""


def _say(what: str, code: int) -> int:
    sys.stdout.write(f"{what}\n")
    return code


def main(locks: list[str]) -> int:
    """Audit every lock; the worst code counts, an advisory before what was not audited."""
    if not locks:
        return _say("which lock? audit.py LOCK…", WRONG_USE)
    url = os.environ.get("CLERKWATCH_OSV_URL", "")
    codes = {audit(Path(lock), url=url) for lock in locks}
    return next((one for one in (WRONG_USE, ADVISORIES, NOT_AUDITED) if one in codes), CLEAN)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
