"""The configuration as a copy holds it: every file it is made of, and no secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.backup.manifest import CONFIGURATION, CONFIGURATION_FILE, ELSEWHERE, is_ours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.settings import Settings

TAKEN_OUT = "taken out of the backup"
_PING = re.compile(r'^(\s*ping\s*=\s*)"(?!none")[^"\n]+".*$', re.MULTILINE)
_SHORTEST = 6
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def without_secrets(text: str, *, environ: Mapping[str, str]) -> str:
    """Return a configuration's text without anything that is a secret.

    Secrets never belong there; one that was pasted all the same does not leave this machine.
    The ping's address is one too: who knows it can pretend that this machine is alive.

    Args:
        text: The TOML file.
        environ: Where secrets are looked up.
    """
    text = _PING.sub(rf'\1""  # {TAKEN_OUT}: enter it again', text)
    for value in sorted(_secrets(environ), key=len, reverse=True):
        text = text.replace(value, TAKEN_OUT)
    return text


def files_of(settings: Settings, file: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """Return the files that the configuration names beside itself.

    Args:
        settings: As loaded: paths are absolute.
        file: The configuration's file.

    Returns:
        By name within the copy: where each lies; and for those outside the configuration's
        own folder, where they stood. What is not there is left out: doctor names it.
    """
    inside: dict[str, Path] = {}
    elsewhere: dict[str, str] = {}
    folder = file.parent.absolute()
    for one in _named(settings):
        name = _name_within(one, folder)
        if name is None or not is_ours(name) or name == CONFIGURATION_FILE:
            plain = _UNSAFE.sub("-", one.name).strip("-.") or "file"
            name = f"{ELSEWHERE}{len(elsewhere)}-{plain}"
            elsewhere[name] = str(one)
        inside[name] = one
    return inside, elsewhere


def _named(settings: Settings) -> list[Path]:
    """Return every file that the settings name and that is there."""
    council = settings.council
    named = [council.logo, settings.mail.ca_file, settings.backup.key_file()]
    if "/" in council.policy or council.policy.endswith(".toml"):
        named.append(Path(council.policy))
    rules = settings.rules.folder
    if rules is not None and rules.is_dir():
        named += sorted(one for one in rules.rglob("*") if not one.name.startswith("."))
    return [one for one in dict.fromkeys(named) if one is not None and one.is_file()]


def _name_within(file: Path, folder: Path) -> str | None:
    try:
        return CONFIGURATION + file.absolute().relative_to(folder).as_posix()
    except ValueError:
        return None


def _secrets(environ: Mapping[str, str]) -> set[str]:
    """Return every secret's value that this process can see."""
    found = {value for name, value in environ.items() if name.startswith("CLERKWATCH_SECRET_")}
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if folder and Path(folder).is_dir():
        for one in Path(folder).iterdir():
            if one.is_file():
                found.add(one.read_text(encoding="utf-8", errors="replace"))
    return {value.strip() for value in found if len(value.strip()) >= _SHORTEST}
