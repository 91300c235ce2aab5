"""Makes a browser's picture small: cut to its width and to what is on it, in few colours."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

_COLOURS = 96
_ROOM = 24
MOST_BYTES = 150_000


def trim(file: Path, *, width: int) -> int:
    """Cut a picture to a width, leave out the empty rows at its end, and save it small.

    Returns:
        Its size in bytes.
    """
    picture = Image.open(file).convert("RGB")
    picture = picture.crop((0, 0, width, picture.height))
    end = picture.height
    last = picture.crop((0, end - 1, width, end)).tobytes()
    while end > 1 and picture.crop((0, end - 1, width, end)).tobytes() == last:
        end -= 1
    picture = picture.crop((0, 0, width, min(picture.height, end + _ROOM)))
    picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    size = file.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{file.name} has {size} bytes, more than {MOST_BYTES}")
    return size


if __name__ == "__main__":
    sys.stdout.write(f"{sys.argv[1]} {trim(Path(sys.argv[1]), width=int(sys.argv[2]))}\n")
