"""The unit, the user and the admin wrapper, by systemd's own tools; no systemd need run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "systemd"
MOST_EXPOSED = 1.3


def _tool(name: str) -> str:
    """Return a tool's path; a machine without it fails and is told what to install."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is missing; on Debian: apt-get install systemd")
    return found


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """Return the unit with a command that exists on every machine."""
    text = (FOLDER / "clerkwatch.service").read_text(encoding="utf-8")
    file = tmp_path / "clerkwatch.service"
    changed = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
    file.write_text(changed, encoding="utf-8")
    return file


def test_systemd_understands_every_line_of_the_unit(unit: Path) -> None:
    """`systemd-analyze verify` finds nothing; without the option it would forgive typos."""
    done = _run(_tool("systemd-analyze"), "verify", "--recursive-errors=no", unit)

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_a_typo_in_the_unit_would_be_found(unit: Path) -> None:
    """The check above can fail."""
    unit.write_text(unit.read_text(encoding="utf-8").replace("WatchdogSec", "WatchdogSecs"))

    done = _run(_tool("systemd-analyze"), "verify", "--recursive-errors=no", unit)

    assert done.returncode != 0


def test_the_sandbox_leaves_little_exposed(unit: Path) -> None:
    """The exposure by systemd's own reckoning is 1.3 or less."""
    done = _run(
        _tool("systemd-analyze"), "security", "--offline=true", "--threshold=20", "--no-pager", unit
    )

    score = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert done.returncode == 0, done.stderr
    assert score is not None
    assert float(score[1]) <= MOST_EXPOSED


def test_the_user_can_be_made() -> None:
    """systemd-sysusers understands the file and would make the user and its group."""
    done = _run(_tool("systemd-sysusers"), "--dry-run", FOLDER / "clerkwatch.sysusers")

    assert done.returncode == 0, done.stderr
    assert "clerkwatch" in done.stdout + done.stderr


def test_the_unit_and_the_wrapper_agree_on_where_things_are() -> None:
    """Both name the same command, configuration, credentials and state."""
    unit = (FOLDER / "clerkwatch.service").read_text(encoding="utf-8")
    wrapper = (FOLDER / "clerkwatch-admin").read_text(encoding="utf-8")

    for shared in (
        "/opt/clerkwatch/.venv/bin/clerkwatch",
        "/etc/clerkwatch/clerkwatch.toml",
        "LoadCredential=secrets:/etc/clerkwatch/secrets",
        "StateDirectory=clerkwatch",
        "StateDirectoryMode=0700",
    ):
        assert shared in unit
        assert shared in wrapper


def test_the_wrapper_is_for_root_alone(tmp_path: Path) -> None:
    """Anybody else is told so, with exit code 2, and nothing is started."""
    folder = _bin(tmp_path, uid="1000")

    done = _wrapper(folder, "scan")

    assert done.returncode == 2
    assert "root" in done.stderr
    assert done.stdout == ""


def test_the_wrapper_hands_every_word_on_as_it_was_given(tmp_path: Path) -> None:
    """Blanks and quotes in arguments arrive whole; the person is named."""
    folder = _bin(tmp_path, uid="0")

    done = _wrapper(folder, "cases", "dismiss", "7", "--because", 'a "near" miss; no $more')

    words = done.stdout.splitlines()
    told = words[words.index("/opt/clerkwatch/.venv/bin/clerkwatch") :]
    assert done.returncode == 0, done.stderr
    assert told[1:] == ["cases", "dismiss", "7", "--because", 'a "near" miss; no $more']
    assert "--setenv=CLERKWATCH_BY=a.clerk" in words
    assert "--pipe" in words


def test_a_credential_is_stored_by_root_and_by_nobody_else(tmp_path: Path) -> None:
    """Only `accounts connect` may write the secrets, in the same sandbox; the rest as ever."""
    folder = _bin(tmp_path, uid="0")

    connecting = _wrapper(folder, "accounts", "connect", "facebook").stdout.splitlines()
    listing = _wrapper(folder, "accounts", "list").stdout.splitlines()

    writes = "--property=ReadWritePaths=/etc/clerkwatch/secrets /var/lib/clerkwatch"
    assert writes in connecting
    assert "--setenv=STATE_DIRECTORY=/var/lib/clerkwatch" in connecting
    assert "--property=User=clerkwatch" not in connecting
    assert "--property=ProtectSystem=strict" in connecting
    assert connecting[-3:] == ["accounts", "connect", "facebook"]
    assert "--property=User=clerkwatch" in listing
    assert writes not in listing


def test_the_wrapper_is_plain_sh() -> None:
    """A shell that knows only POSIX can read it."""
    assert _run("sh", "-n", FOLDER / "clerkwatch-admin").returncode == 0


def _bin(folder: Path, *, uid: str) -> Path:
    """Return a folder with an `id` and a `systemd-run` that prints what it was given."""
    for name, body in (("id", f"echo {uid}"), ("systemd-run", "printf '%s\\n' \"$@\"")):
        file = folder / name
        file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        file.chmod(0o755)
    return folder


def _wrapper(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(FOLDER / "clerkwatch-admin"), *words],
        env={"PATH": f"{folder}:{os.environ['PATH']}", "SUDO_USER": "a.clerk"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
