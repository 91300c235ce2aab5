"""The words that ``platform`` may be: the names of the platforms' files, none of them imported.

A platform is one file in the room ``connectors``, and its word is that file's name. So no list of
them is written anywhere: whoever asks for the words is told which files there are.
"""

from __future__ import annotations

import functools
import importlib.util
import pkgutil

_NOT_PLATFORMS = frozenset({"base", "door", "lasting", "login"})
"""Files of that room that are no platform; nor is any whose name begins with an underscore."""


def words() -> tuple[str, ...]:
    """Return the word of every platform that has a file, by the alphabet."""
    # The file system says where the room is; finding it runs nothing of it.
    room = importlib.util.find_spec("connectors")
    return _within(tuple(room.submodule_search_locations or ()) if room is not None else ())


@functools.cache  # fifty accounts ask fifty times, and a folder of files stays as it is
def _within(folders: tuple[str, ...]) -> tuple[str, ...]:
    names = (module.name for module in pkgutil.iter_modules(folders))
    return tuple(sorted(name for name in names if name not in _NOT_PLATFORMS and name[0] != "_"))
