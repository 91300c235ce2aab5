"""Whether two pictures look alike: a difference hash of 64 bits, and its distance.

The hash says for each of 8 x 8 places whether the picture grows darker to the right, so it
stays the same when a platform scales, recompresses or re-encodes a picture. Bytes come from
platforms and are hostile: the picture's size is judged before anything is decoded.
"""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

MOST_PIXELS = 25_000_000
"""A larger picture is not decoded; a profile picture has at most a few million pixels."""
LOOKS_ALIKE = 10
"""Distances up to this are the same picture, scaled or recompressed."""
LOOKS_DIFFERENT = 18
"""Distances from this on are another picture; between the two nothing is said."""

_DAMAGED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Pillow raises on damaged files, beside its own errors about bombs."""
_BITS = 64
_SIDE = 8
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a still picture is, by its own bytes.

    Attributes:
        media_type: ``image/png``, ``image/jpeg``, ``image/gif``, ``image/webp``, ``image/bmp``.
        width: In pixels.
        height: In pixels.
        hash: Its difference hash: 16 hexadecimal digits.
    """

    media_type: str
    width: int
    height: int
    hash: str


class PictureError(Exception):
    """Bytes that are no still picture, or one that is not looked at; says why."""

    def __init__(self, why: str, *, is_page: bool = False) -> None:
        """Keep why, in plain words, and whether a page came where a picture was due."""
        super().__init__(why)
        self.is_page = is_page


def look_at(data: bytes) -> Picture:
    """Return what a still picture is, judged by its bytes alone.

    Args:
        data: Anything. Its size in pixels is judged before anything is unpacked.

    Raises:
        PictureError: A page, sound, film, animation, another kind of file, damaged bytes, or
            more than `MOST_PIXELS`.
    """
    from PIL import Image  # noqa: PLC0415 - heavy, and needed only when a picture was fetched

    with opened(data) as picture:
        return Picture(
            media_type=Image.MIME["JPEG" if _is_telephone(picture) else picture.format or ""],
            width=picture.width,
            height=picture.height,
            hash=_hash(picture),
        )


@contextmanager
def opened(data: bytes) -> Iterator[Image]:
    """Open a still picture, not yet unpacked; what turns out while it is unpacked is said too.

    Args:
        data: As for `look_at`.

    Raises:
        PictureError: As `look_at` does, also out of the block.
    """
    from PIL import Image  # noqa: PLC0415 - heavy, and needed only when a picture was fetched

    other = _other_kind(data)
    if other:
        raise PictureError(other, is_page=other == _PAGE)
    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureError(_BOMB)
            if getattr(picture, "is_animated", False) and not _is_telephone(picture):
                raise PictureError("it is an animation, and films are not kept")
            yield picture
    except bombs as error:
        raise PictureError(_BOMB) from error
    except _DAMAGED as error:
        raise PictureError("it is no picture that can be shown, or is damaged") from error


def _is_telephone(picture: Image) -> bool:
    """Return whether it may hold a second, smaller picture, which makes it no animation."""
    return picture.format == "MPO"


_PAGE = "a page came where a picture was due"
_BOMB = f"it would unpack to more than {MOST_PIXELS // 1_000_000} million pixels"
_FILM, _SOUND = "it is a film, and films are not kept", "it is sound, and sound is not kept"
_LEADS = (
    (b"\x1aE\xdf\xa3", _FILM),
    (b"FLV", _FILM),
    (b"\x00\x00\x01\xba", _FILM),
    (b"ID3", _SOUND),
    (b"OggS", _SOUND),
    (b"fLaC", _SOUND),
    (b"%PDF", "it is a document and no picture"),
)
_STILL_BRANDS = frozenset({b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"})
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<svg", b"<rss", b"{", b"[")


def _other_kind(data: bytes) -> str:
    """Return what else the bytes are, if their beginning tells; empty if it does not."""
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        return _PAGE
    for lead, kind in _LEADS:
        if data.startswith(lead):
            return kind
    if data[4:8] == b"ftyp":
        return "it is a kind of picture that is not kept" if data[8:12] in _STILL_BRANDS else _FILM
    if data[:4] == b"RIFF" and data[8:12] != b"WEBP":
        return _SOUND if data[8:12] == b"WAVE" else _FILM
    return ""


def picture_hash(data: bytes) -> str | None:
    """Return the difference hash of a picture.

    Args:
        data: A PNG, JPEG, GIF (its first frame), WebP or BMP file.

    Returns:
        16 hexadecimal digits, or None if it is no such picture, is damaged, or has more
        than `MOST_PIXELS`.
    """
    from PIL import Image  # noqa: PLC0415 - heavy, and needed only when a picture was fetched

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            return _hash(picture)
    except (*bombs, *_DAMAGED):
        # Its warning about bombs comes as an error where warnings are errors.
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
