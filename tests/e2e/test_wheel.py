"""What is handed out: the built wheel, installed somewhere else, and the locks."""

from __future__ import annotations

import re
import site
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from config import platforms

ROOT = Path(__file__).parents[2]
ROOMS = ("monitor", "connectors", "storage", "config")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the build tool of the lock; no index is asked."""
    folder = tmp_path_factory.mktemp("dist")
    script = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment of its own; return its console script.

    The dependencies are those of this environment, lent by a path file behind the wheel's own
    packages; the editable install's own path file is not among them.
    """
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    uv = Path(sys.executable).with_name("uv")
    pip = [str(uv), "pip"] if uv.exists() else [sys.executable, "-m", "pip"]
    done = subprocess.run(
        [*pip, "install", "--python", str(home / "bin" / "python"), "--no-deps", "--offline", wheel]
        if uv.exists()
        else [*pip, "--python", str(home / "bin" / "python"), "install", "--no-deps", wheel],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    packages = next((home / "lib").glob("python*/site-packages"))
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home / "bin" / "clerkwatch"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--version",), "clerkwatch 0."),
        (("check",), "terms.5"),
        (("rules", "test"), "all hold"),
        (("init", "--defaults"), "Wrote clerkwatch.toml"),
        (("elections", "list", "--json"), "[]"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_installed_wheel_works_beside_stray_modules_of_the_same_names(
    installed: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    """Its data files are in it, and a config.py in the working directory changes nothing."""
    for room in ROOMS:
        (tmp_path / f"{room}.py").write_text("raise SystemExit('a stray module was imported')\n")
    environ = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    if arguments[0] == "elections":
        subprocess.run(
            [installed, "init", "--defaults"],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            check=True,
        )
    done = subprocess.run(
        [installed, *arguments],
        cwd=tmp_path,
        env=environ,
        input="Vote Labour on Thursday!",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert says in done.stdout


def test_the_wheel_runs_its_own_code_and_not_the_repositorys(installed: Path) -> None:
    """The environment that the tests make really tests the wheel."""
    done = subprocess.run(
        [installed.with_name("python"), "-P", "-c", "import monitor; print(monitor.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert Path(done.stdout.strip()).is_relative_to(installed.parents[1])


def test_the_wheel_knows_every_platform_by_its_file(installed: Path) -> None:
    """The words of the configuration are those of the source, and no platform was imported."""
    script = (
        "import sys; from config import platforms; print(*platforms.words()); "
        "print('connectors' in sys.modules)"
    )
    done = subprocess.run(
        [installed.with_name("python"), "-P", "-c", script],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines() == [" ".join(platforms.words()), "False"]


def test_the_wheel_holds_the_four_rooms_with_their_data_and_nothing_else(wheel: Path) -> None:
    """Policy, rules, tables, templates, migrations, the story; no tests, benchmarks, training."""
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(ROOMS)
    tracked = subprocess.run(
        ["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    training = "monitor/checks/training/"
    assert sorted(name for name in set(tracked) - set(names) if training not in name) == []
    assert not any(training in name for name in names)


def test_no_other_distribution_owns_one_of_our_names() -> None:
    """Another package called `config` would silently take the place of ours."""
    owners = packages_distributions()
    for room in ROOMS:
        assert set(owners.get(room, [])) <= {"clerkwatch"}, room
    assert site.ENABLE_USER_SITE is not True


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_every_direct_dependency_by_hash_and_names_no_index(name: str) -> None:
    """The locks agree with pyproject.toml and say nothing about where they were made."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = list(project["project"]["dependencies"])
    if "dev" in name:
        wanted += project["dependency-groups"]["dev"]
    text = (ROOT / name).read_text("utf-8")
    pinned = dict(re.findall(r"^([a-z0-9._-]+)==([^ \\\n;]+)", text, re.MULTILINE))
    direct = {re.match(r"[A-Za-z0-9._-]+", line)[0].lower() for line in wanted}  # type: ignore[index]  # every requirement begins with a name

    assert sorted(direct - set(pinned)) == []
    assert "://" not in text
    assert "index-url" not in text
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    assert [block for block in blocks if "==" in block and "--hash=sha256:" not in block] == []
