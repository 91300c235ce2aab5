"""Keys of an account's entry that not every platform takes: refused by name, key and line."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import connectors
from config.errors import SettingsError
from config.sample import sample
from config.settings import load, refusal
from monitor.cli.common import with_fitting_accounts, workplace
from monitor.fitting import PARTICULAR, misfits

if TYPE_CHECKING:
    from pathlib import Path

DECIDED = 'terms_accepted = { by = "Committee", on = 2026-11-01, minute = "2026/114" }'


def written(folder: Path, *entries: tuple[str, str]) -> Path:
    """Write a configuration with accounts, each of a platform and with a line more."""
    file = folder / "clerkwatch.toml"
    accounts = [
        f'\n[[accounts]]\nid = "a{number}"\nplatform = "{platform}"\nhandle = "h{number}"\n'
        f'kind = "council"\nowner = "Jo Marsh"\n{more}\n'
        for number, (platform, more) in enumerate(entries)
    ]
    file.write_text(sample({}) + "".join(accounts), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("platform", "more", "says"),
    [
        ("mastodon", "comments = true", r"comments is only for .*facebook, .* and \w+"),
        ("manual", "comments = true", r"comments is only for .*wordpress .*and \w+"),
        ("facebook", "owned_reads = true", "owned_reads is only for x"),
        ("mastodon", DECIDED, "terms_accepted is only for x"),
    ],
)
def test_a_key_that_a_platform_does_not_take_is_refused(
    tmp_path: Path, platform: str, more: str, says: str
) -> None:
    """The message names file, key and line, and for which platforms it is."""
    file = written(tmp_path, ("feed", ""), (platform, more))
    with pytest.raises(SettingsError) as caught:
        with_fitting_accounts(workplace(file))
    line = file.read_text("utf-8").splitlines().index(more) + 1
    key = f"accounts[1].{more.partition(' ')[0]}"
    assert (caught.value.key, caught.value.line) == (key, line)
    assert re.search(says, str(caught.value))
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    ("platform", "more"),
    [
        ("facebook", "comments = true"),
        ("wordpress", "comments = true"),
        ("youtube", "comments = true"),
        ("x", "owned_reads = true"),
        ("x", DECIDED),
        ("mastodon", "comments = false"),
    ],
)
def test_what_a_platform_takes_fits(tmp_path: Path, platform: str, more: str) -> None:
    """A key that says what holds anyway is no fault."""
    place = workplace(written(tmp_path, (platform, more)))
    assert with_fitting_accounts(place) is place


def test_several_are_told_together(tmp_path: Path) -> None:
    """The first in full, the others with line and key."""
    file = written(tmp_path, ("feed", "comments = true"), ("manual", "owned_reads = true"))
    found = misfits(load(file, environ={}))
    said = str(refusal(found, file=file, environ={}))
    assert "accounts[0].comments" in said
    assert "accounts[1].owned_reads: owned_reads is only for x" in said


def test_what_the_environment_says_is_called_by_its_variable(tmp_path: Path) -> None:
    """A key that does not stand in the file is looked for where it stands."""
    file = written(tmp_path, ("feed", "comments = true"))
    variable = "CLERKWATCH_ACCOUNTS__0__COMMENTS"
    error = refusal(misfits(load(file, environ={})), file=file, environ={variable: "true"})
    assert (error.key, error.line) == (variable, None)


def test_a_platform_that_cannot_be_imported_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own reading says why; a key that only it takes is for nobody meanwhile."""
    monkeypatch.setitem(sys.modules, "connectors.x", None)
    settings = load(written(tmp_path, ("x", "owned_reads = true"), ("feed", DECIDED)), environ={})
    assert [(one.key, one.what) for one in misfits(settings)] == [
        ("accounts[1].terms_accepted", "terms_accepted is for no platform that can be read here")
    ]


@pytest.mark.parametrize("name", connectors.names())
def test_a_platform_takes_only_keys_that_are_asked_about(name: str) -> None:
    """Another word would never be looked at; and who reads comments says what they cost."""
    platform = connectors.find(name)
    assert platform.takes <= set(PARTICULAR)
    assert ("terms_accepted" in platform.takes) == bool(platform.undecided)
    assert not platform.asking.others or "comments" in platform.takes


def test_whoever_judges_a_text_waits_for_no_platform(tmp_path: Path) -> None:
    """`check` imports neither a platform's file nor its SDK, whatever the entries say."""
    file = written(tmp_path, ("x", DECIDED), ("facebook", "comments = true"))
    script = (
        "import sys; from monitor.cli import main\n"
        f"try: main(['check', '--config', {str(file)!r}])\n"
        "except SystemExit as end: assert not end.code\n"
        "print({'connectors.x', 'connectors.facebook', 'tweepy', 'facebook'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        input="The market is on Friday.",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["1: nothing found", "set()"]
