"""Where copies go and for whom: what is accepted, and what is refused with the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.errors import SettingsError
from config.sample import sample
from config.settings import parse

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings.backup import Backup

HOST_KEY = "ssh-ed25519 " + "A" * 68


def stated(folder: Path, **answers: object) -> Backup:
    """Return the section as a file with these answers gives it."""
    text = sample({f"backup.{key}": value for key, value in answers.items()})
    return parse(text, file=folder / "clerkwatch.toml", environ={}).backup


def test_a_folder_and_a_key_are_found_beside_the_configuration(tmp_path: Path) -> None:
    """Relative paths: the folder from the state directory, the key from the file's folder."""
    backup = stated(tmp_path, to="share", recipient="clerk.asc")
    assert backup.to == str(tmp_path / "share")
    assert backup.key_file() == tmp_path / "clerk.asc"
    assert (backup.ssh(), backup.is_for_age()) == (None, False)


@pytest.mark.parametrize(
    ("to", "port", "folder"),
    [
        ("sftp://backup@nas.example/clerkwatch", 22, "clerkwatch"),
        ("sftp://backup@nas.example:2222//srv/copies/", 2222, "/srv/copies"),
        ("sftp://backup@[2001:db8::1]/x", 22, "x"),
    ],
)
def test_a_folder_on_another_machine(tmp_path: Path, to: str, port: int, folder: str) -> None:
    """One slash begins where the login does, two at the root."""
    ssh = stated(tmp_path, to=to, host_key=HOST_KEY).ssh()
    assert ssh is not None
    assert (ssh.user, ssh.port, ssh.folder) == ("backup", port, folder)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"to": "sftp://nas.example/x", "host_key": HOST_KEY}, "write sftp://user@host"),
        ({"to": "sftp://-oProxyCommand=x@h/x", "host_key": HOST_KEY}, "write sftp://user@host"),
        ({"to": "sftp://u@-oProxy/x", "host_key": HOST_KEY}, "write sftp://user@host"),
        ({"to": 'sftp://u@h/x"; rm', "host_key": HOST_KEY}, "write sftp://user@host"),
        ({"to": "sftp://u@h:70000/x", "host_key": HOST_KEY}, "write sftp://user@host"),
        ({"to": "sftp://u@h/a/../../x", "host_key": HOST_KEY}, "upwards"),
        ({"to": "ftp://u@h/x"}, "write sftp://user@host"),
        ({"to": "sftp://u@h/x"}, "host_key is missing"),
        ({"host_key": "nas.example " + HOST_KEY}, "the kind and the key"),
        ({"recipient": "age1short"}, "no age recipient"),
        ({"recipient": "AGE-SECRET-KEY-1XYZ"}, "secret key"),
        ({"keep": 0}, "greater than or equal to 1"),
        ({"at": "01:30"}, "01:00 to 01:59"),
    ],
)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path, answers: dict[str, object], said: str
) -> None:
    """With the key, the line, and what to write instead; an option of ssh is no host."""
    with pytest.raises(SettingsError, match=said) as told:
        stated(tmp_path, **answers)
    assert told.value.key.startswith("backup")
