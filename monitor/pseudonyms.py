"""What members of the public are called here who write on the council's accounts: never by name.

A pseudonym is a keyed hash of the platform and the name that the platform shows. The key lies in
a file of its own beside the database, so that the database alone, or its copy, tells nobody who
wrote what; and whoever asks what is held about them is found by the name that they give. Each
pseudonym carries which key it was made with: under another one it cannot be found by name, and
that is said instead of "nothing is held".
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.ownsecret import own_secret, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from config.settings import Settings
    from storage.repository import Repository

FILE = "author-key"
_FORM = re.compile(r"~(?P<key>[0-9a-f]{8})-[0-9a-f]{24}")
_KEY_DIGITS, _DIGITS = 8, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonyms:
    """Makes pseudonyms with the key of this installation.

    Attributes:
        file: Where the key lies; made when the first name has to be hidden.
    """

    file: Path

    @classmethod
    def of_settings(cls, settings: Settings) -> Pseudonyms:
        """Return what makes those of an installation; nothing is made yet."""
        return cls(file=place_of(settings, FILE))

    def of(self, name: str, *, platform: str) -> str:
        """Return what somebody is called here; a pseudonym stays what it is.

        Capitals, spaces and an ``@`` before the name make no other person of anybody.

        Args:
            name: As the platform shows it.
            platform: So that the same name elsewhere is somebody else.

        Raises:
            SettingsError: The key cannot be read or made.
        """
        if not name or is_pseudonym(name):
            return name
        key = own_secret(
            self.file,
            what="pseudonyms",
            loss="those who wrote before cannot be found by their name any more",
        )
        return _made(key, name, platform=platform)

    def known_as(self, name: str, *, platforms: Iterable[str]) -> tuple[str, ...]:
        """Return under what somebody may be kept: each platform's pseudonym, and the plain name.

        An older version kept the name as it was. Nothing is made.

        Args:
            name: As they give it.
            platforms: Where they may have written.

        Raises:
            SettingsError: The key is there and cannot be read.
        """
        if not self.file.exists():
            return (name,)
        return (name, *(self.of(name, platform=one) for one in sorted(set(platforms))))

    def is_ours(self, pseudonym: str) -> bool:
        """Return whether a pseudonym was made with the key that lies here.

        Raises:
            SettingsError: The key is there and cannot be read.
        """
        found = _FORM.fullmatch(pseudonym)
        if found is None or not self.file.exists():
            return False
        key = own_secret(self.file, what="pseudonyms", loss="nobody is found by name any more")
        return hmac.compare_digest(found["key"], _name_of(key))


def is_pseudonym(name: str) -> bool:
    """Return whether this is what we call somebody, and not what they are called."""
    return _FORM.fullmatch(name) is not None


def names_of(
    pseudonyms: Pseudonyms, settings: Settings, repository: Repository, *, author: str
) -> tuple[str, ...]:
    """Return under what somebody may be kept in a record, by the name that they give.

    Raises:
        SettingsError: The key is there and cannot be read.
        StorageError: The database cannot be read.
    """
    platforms = {account.platform for account in settings.register()}
    platforms |= {row.platform for row in repository.accounts()}
    return pseudonyms.known_as(author, platforms=platforms)


def strangers(pseudonyms: Pseudonyms, repository: Repository) -> int:
    """Return how many people are kept under a key that is not here: no name finds them.

    Raises:
        SettingsError: The key is there and cannot be read.
        StorageError: The database cannot be read.
    """
    kept = {one for one, _ in repository.authors() if is_pseudonym(one)}
    return sum(not pseudonyms.is_ours(one) for one in kept)


def hide_names(pseudonyms: Pseudonyms, repository: Repository, *, at: datetime) -> int:
    """Give a pseudonym to everybody whom an older version kept by name; safe to repeat.

    Args:
        pseudonyms: What they are called from now on.
        repository: Where they are kept.
        at: When; aware UTC.

    Returns:
        How many people.

    Raises:
        SettingsError: The key cannot be read or made.
        StorageError: The database refused.
    """
    named = [(name, where) for name, where in repository.authors() if not is_pseudonym(name)]
    for name, platform in named:
        called = pseudonyms.of(name, platform=platform)
        with repository.writing() as steps:
            steps.call_author(name, called, platform=platform, at=at)
    return len(named)


def _made(key: bytes, name: str, *, platform: str) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split()).lstrip("@")
    said = f"{platform}\0{folded or name}".encode("utf-8", "surrogatepass")
    return f"~{_name_of(key)}-{hmac.new(key, said, hashlib.sha256).hexdigest()[:_DIGITS]}"


def _name_of(key: bytes) -> str:
    return hmac.new(key, b"which key", hashlib.sha256).hexdigest()[:_KEY_DIGITS]
