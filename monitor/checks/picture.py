"""Whether two pictures look alike: a difference hash of 64 bits, and its distance.

The hash says for each of 8 x 8 places whether the picture grows darker to the right, so it
stays the same when a platform scales, recompresses or re-encodes a picture. Bytes come from
platforms and are hostile: the picture's size is judged before anything is decoded.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 25_000_000
"""A larger picture is not decoded; a profile picture has at most a few million pixels."""
LOOKS_ALIKE = 10
"""Distances up to this are the same picture, scaled or recompressed."""
LOOKS_DIFFERENT = 18
"""Distances from this on are another picture; between the two nothing is said."""

_BITS = 64
_SIDE = 8
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


def picture_hash(data: bytes) -> str | None:
    """Return the difference hash of a picture.

    Args:
        data: A PNG, JPEG, GIF (its first frame), WebP or BMP file.

    Returns:
        16 hexadecimal digits, or None if it is no such picture, is damaged, or has more
        than `MOST_PIXELS`.
    """
    from PIL import Image  # noqa: PLC0415 - heavy, and needed only when a picture was fetched

    # What Pillow raises on damaged or oversized files; its bomb warning comes as an error
    # where warnings are errors.
    damaged = (
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        ArithmeticError,
        EOFError,
        LookupError,
        OSError,
        SyntaxError,
        TypeError,
        ValueError,
        struct.error,
    )
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            return _hash(picture)
    except damaged:
        return None


def _hash(picture: Image) -> str:
    from PIL import Image  # noqa: PLC0415 - as above

    # Transparent places are shown on white by every platform.
    flat = Image.new("RGBA", picture.size, "white")
    flat.alpha_composite(picture.convert("RGBA"))
    small = flat.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.LANCZOS)
    grey = small.tobytes()
    bits = 0
    for row in range(_SIDE):
        for column in range(_SIDE):
            at = row * (_SIDE + 1) + column
            bits = bits << 1 | (grey[at] > grey[at + 1])
    return f"{bits:016x}"


def distance(one: str, other: str) -> int | None:
    """Return in how many of 64 bits two hashes differ; None if either is no such hash."""
    if len(one) != _BITS // 4 or len(other) != _BITS // 4:
        return None
    try:
        return (int(one, 16) ^ int(other, 16)).bit_count()
    except ValueError:
        return None
