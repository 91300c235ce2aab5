"""JSON answers broken at random: parts replaced, cut off, or a byte changed."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

ODD: list[Any] = [
    None, True, -1, 0, 10**30, 1.5, "", "x", "\ud800", "http://[", [], {}, [None], {"": None},
    ["2"], [["a"]], {"id": {}}, "9" * 400,
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every part of a JSON value."""
    yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from places(each, (*path, index))


@st.composite
def broken(draw: st.DrawFn, answer: dict[str, Any] | list[Any]) -> bytes:
    """Return an answer with up to three parts replaced, or cut, or with a byte changed."""
    whole: Any = copy.deepcopy(answer)
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(list(places(whole))))
        odd = copy.deepcopy(draw(st.sampled_from(ODD)))
        if not path:
            whole = odd
            continue
        inner = whole
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = odd
    packed = json.dumps(whole).encode()
    how = draw(st.sampled_from(["whole", "whole", "cut", "byte"]))
    place = draw(st.integers(0, len(packed) - 1))
    if how == "cut":
        return packed[:place]
    if how == "byte":
        return packed[:place] + bytes([draw(st.integers(0, 255))]) + packed[place + 1 :]
    return packed
