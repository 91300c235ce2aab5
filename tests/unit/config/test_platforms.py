"""Which platforms there are is said by their files, and by nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import connectors
from config import platforms
from config.errors import SettingsError
from config.sample import sample
from config.settings import parse

ROOM = Path(connectors.__file__).parent


def test_the_words_are_the_names_of_the_files() -> None:
    """What helps platforms, and the room's own files, are none."""
    assert platforms.words() == tuple(connectors.names())
    assert {"x", "facebook", "feed", "manual"} < set(platforms.words())
    assert {f"{word}.py" for word in platforms.words()} <= {file.name for file in ROOM.iterdir()}
    assert not {"base", "door", "login", "lasting", "__init__"} & set(platforms.words())
    assert [word for word in platforms.words() if word.startswith("_")] == []


def test_a_file_more_is_a_word_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is edited; without the file there is no such word."""
    before = platforms.words()
    (tmp_path / "gazette.py").touch()
    (tmp_path / "_gazette_words.py").touch()
    monkeypatch.setattr(
        connectors.__spec__, "submodule_search_locations", [str(ROOM), str(tmp_path)]
    )
    assert set(platforms.words()) - set(before) == {"gazette"}
    monkeypatch.undo()
    assert platforms.words() == before


def test_no_room_has_no_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever uses the configuration alone is refused each account, and nothing breaks."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert platforms.words() == ()


def test_asking_for_the_words_imports_no_platform() -> None:
    """Neither the room nor an SDK: `check` must be quick, and a missing SDK stops nothing."""
    script = (
        "import sys; import config.settings; from config import platforms; platforms.words(); "
        "print(*sorted({name.split('.')[0] for name in sys.modules} & {'connectors', 'tweepy', "
        "'facebook', 'feedparser', 'requests'}))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


ENTRY = """
[[accounts]]
id = "a"
platform = "twiter"
handle = "a"
kind = "council"
owner = "Jo Marsh"
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("", ENTRY, f"not a platform; write one of: {', '.join(platforms.words())}"),
        ("", "[budget.twiter]\nusd_per_month = 5\n", "'twiter' is not a platform"),
        ("[retention]\n", '[retention]\ngone.twiter = "3d"\n', "'twiter' is not a platform"),
    ],
)
def test_a_word_without_a_file_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    """Wherever the configuration names a platform; the words that there are, are listed."""
    text = sample({})
    text = text.replace(old, new, 1) if old else f"{text}\n{new}"
    with pytest.raises(SettingsError, match="not a platform") as caught:
        parse(text, file=tmp_path / "clerkwatch.toml", environ={})
    assert says in str(caught.value)
