"""Who and what a text names: candidates, a ward, the words of a permitted notice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from config import rules
from config.rules.parse import parse_list
from config.types import Standing
from monitor.checks.normalise import Normaliser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.values import Candidate

_plain = Normaliser()
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Where names stand in a text: code points of the original, ordered."""

    spans: tuple[tuple[int, int], ...] = ()


def names_in(text: str, names: tuple[str, ...]) -> Naming:
    """Find names and handles in a text, whatever their case, look-alikes or blanks.

    Args:
        text: As published.
        names: ``Jane Doe`` or ``@janedoe``; a handle is found with or without its sign.

    Returns:
        Every place at which one of them stands as whole words.
    """
    if not names:
        return Naming()
    normal = _plain(text)
    return Naming(
        spans=tuple(normal.span(*match.span()) for match in _pattern(names).finditer(normal.text))
    )


_TITLES = ("Cllr", "Councillor", "Mr", "Mrs", "Ms", "Miss", "Dr", "Sir")
_CHEERS = ("Well done", "Good luck", "Congratulations", "Bravo", "Vote")


def standing_names(candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """Return how those who stand can be named: names, titles with surnames, and handles.

    A given name alone is too common to count, but for cheers that end with it ("Well done
    Desmond!"). Of parties handles only.

    A party's name is common words as often as not ("Labour", "Green"); the rules on party
    politics judge those by what is said beside them.
    """
    named: dict[str, None] = {}
    for one in candidates:
        if one.role is not Standing.PARTY:
            named[one.name] = None
            given, *_, surname = one.name.split()
            named.update(dict.fromkeys(f"{title} {surname}" for title in _TITLES))
            named.update(dict.fromkeys(f"{cheer} {given}!" for cheer in _CHEERS))
        named.update(dict.fromkeys(one.handles))
    return tuple(named)


def speaks_of(text: str, what: str, *, is_list: bool = False) -> bool:
    """Return whether a text holds a name, or any word of a list of the rules.

    Args:
        text: As published.
        what: A name, for example a ward's; with ``is_list`` the name of a word list.
        is_list: ``what`` names a list in ``config/rules/lists``.

    Raises:
        RuleError: The list cannot be used.
    """
    return bool(names_in(text, words_of(what) if is_list else (what,)).spans)


def is_political(name: str, groups: Iterable[str] = ()) -> bool:
    """Return whether an account's name says that it speaks for a party, group or politician.

    Args:
        name: A handle or a page's name.
        groups: The town's own political groups.
    """
    joined = _joined(name)
    parts = (*words_of("political-handles"), *map(_joined, groups))
    return any(part in joined for part in parts if part)


def _joined(name: str) -> str:
    return "".join(letter for letter in _plain(name).text if letter.isalnum())


@lru_cache(maxsize=8)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a list that is shipped with the rules.

    Raises:
        RuleError: The list cannot be used.
    """
    file = resources.files(rules).joinpath("lists", f"{name}.toml")
    return parse_list(file.read_bytes(), file=str(file)).words


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Compile names to one alternation of literals, the longest first: linear time."""
    plain = {" ".join(_plain(name).text.lstrip("@").split()) for name in names}
    parts = [
        r"\s+".join(re.escape(word) for word in name.split())
        for name in sorted(plain, key=lambda name: (-len(name), name))
        if name
    ]
    if not parts:
        return _NOTHING
    return re.compile(rf"(?<![\w@])@?(?:{'|'.join(parts)})(?!\w)")
