"""Small pictures made from nothing: the town's crest, and one that is not the crest."""
# ruff: noqa: PLR2004  # the numbers are coordinates of a drawing, in pixels

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SIDE = 128
_Colour = tuple[int, int, int]
_WHITE, _NAVY, _GOLD = (255, 255, 255), (16, 42, 99), (214, 166, 40)
_ORANGE, _BLACK, _GREEN = (236, 120, 20), (20, 16, 12), (40, 110, 50)


def crest() -> bytes:
    """Return the made-up crest of the town as PNG: a shield with a chevron and a sun."""
    return _png(_crest_at)


def pumpkin() -> bytes:
    """Return a pumpkin as PNG: what a page shows whose picture was never changed back."""
    return _png(_pumpkin_at)


def photograph(name: str) -> bytes:
    """Return a made-up picture as PNG: the same for the same name, another for another."""
    seed = hashlib.sha256(name.encode("utf-8", "replace")).digest()

    def colour_at(x: int, y: int) -> _Colour:
        patch = seed[(x // 16 + y // 16 * 8) % len(seed)]
        return (patch, (patch * 3 + x) % 256, (patch * 5 + y) % 256)

    return _png(colour_at)


def _crest_at(x: int, y: int) -> _Colour:
    half = 52 if y < 70 else 52 - (y - 70)  # where the shield begins to narrow
    if not 10 <= y < 122 or abs(x - 64) >= half:
        return _WHITE
    if (x - 64) ** 2 + (y - 34) ** 2 < 16**2:
        return _GOLD
    on_chevron = 0 <= y - 62 - abs(x - 64) // 2 < 18
    return _WHITE if on_chevron else _NAVY


def _pumpkin_at(x: int, y: int) -> _Colour:
    if 56 < x < 72 and 6 < y < 34:
        return _GREEN
    if (x - 64) ** 2 * 0.8 + (y - 76) ** 2 >= 46**2:
        return _BLACK
    eyes = abs(abs(x - 64) - 20) + abs(y - 64) < 11
    mouth = 92 < y < 104 and abs(x - 64) < 28
    return _GOLD if eyes or mouth else _ORANGE


def _png(colour_at: Callable[[int, int], _Colour]) -> bytes:
    rows = b"".join(
        b"\x00" + b"".join(bytes(colour_at(x, y)) for x in range(_SIDE)) for y in range(_SIDE)
    )
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
