"""Posters as councils post them, drawn: for measuring how well words in pictures are read."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

FONTS = (
    "dejavu/DejaVuSans.ttf",
    "dejavu/DejaVuSans-Bold.ttf",
    "dejavu/DejaVuSerif-Bold.ttf",
    "dejavu/DejaVuSansMono.ttf",
    "liberation/LiberationSans-Regular.ttf",
    "liberation/LiberationSans-Bold.ttf",
    "liberation/LiberationSansNarrow-Bold.ttf",
    "liberation/LiberationSerif-Regular.ttf",
    "liberation/LiberationSerif-Italic.ttf",
)
_FOLDER = Path("/usr/share/fonts/truetype")


def fonts() -> list[str]:
    """Return the fonts of the list that this machine has."""
    return [name for name in FONTS if (_FOLDER / name).is_file()]


def drawn(
    lines: Sequence[str],
    *,
    size: tuple[int, int] = (1080, 1080),
    font: str = "",
    height: int = 44,
    ink: str = "black",
    paper: str = "white",
    angle: float = 0,
    blur: float = 0,
) -> Image.Image:
    """Draw lines of text.

    Args:
        lines: What stands there, from the top.
        size: Width and height in pixels.
        font: Of `FONTS`; empty: the one that comes with Pillow.
        height: Of the letters, in pixels.
        ink: Colour of the letters.
        paper: Colour behind them.
        angle: Degrees by which it is turned, the corners filled with the paper's colour.
        blur: Radius, as of a poor photograph.
    """
    picture = Image.new("RGB", size, paper)
    face = (
        ImageFont.truetype(str(_FOLDER / font), height) if font else ImageFont.load_default(height)
    )
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((40, 40 + number * height * 1.5), line, font=face, fill=ink)
    if angle:
        picture = picture.rotate(
            angle, expand=True, fillcolor=paper, resample=Image.Resampling.BICUBIC
        )
    return picture.filter(ImageFilter.GaussianBlur(blur)) if blur else picture


def photograph_of(picture: Image.Image, *, quality: int = 70) -> bytes:
    """Return it as a platform serves it: a JPEG that was compressed before."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def noise(size: tuple[int, int], seed: int = 7) -> bytes:
    """Return a picture of nothing but coloured dots."""
    dots = random.Random(seed).randbytes(size[0] * size[1] * 3)  # noqa: S311 - dots, no secret
    return photograph_of(Image.frombytes("RGB", size, dots))
