"""The child process that reads pictures: it is given bytes, and answers with words.

Nothing but this file imports the extra's libraries. The process limits itself before it loads
them: memory, time a picture, no file written, no connection made, no programme started. It
catches nothing that goes wrong in a library: it ends, and its parent says that the picture
was not read. On its standard input come a picture's length (four bytes, big-endian) and its
bytes; for each it writes one line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
from typing import TYPE_CHECKING, Any

from monitor.checks.picture import PictureError, opened
from monitor.pictures.lines import Piece, as_text
from monitor.pictures.reader import MOST_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from PIL.Image import Image

MOST_MEMORY = 2_000_000_000
"""Bytes of address space; what is really used is a quarter of it."""
LONGEST_S = 40
"""Seconds for one picture: for the case that no parent is left to wait for it."""
LONGEST_SIDE = 2_000
"""Pixels; a larger picture is made smaller before it is read."""
LEAST_SIDE = 8
"""Pixels; no letter is lower, and the library takes its time over a line of a few."""
_FOUND_AT = 960
"""Pixels of the longest side at which words are looked for: memory and time grow with it."""
_LENGTH = struct.Struct(">I")
_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
)


def main() -> None:
    """Read pictures until the parent closes its end."""
    answers = _own_output()
    _confine()
    read = _load()
    _say(answers, {"ready": True})
    while True:
        lead = sys.stdin.buffer.read(_LENGTH.size)
        if len(lead) < _LENGTH.size:
            return
        data = sys.stdin.buffer.read(_LENGTH.unpack(lead)[0])
        signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
        _say(answers, _read_one(read, data))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _own_output() -> BinaryIO:
    """Keep the way to the parent to ourselves: libraries print where they like."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def _confine() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = resource.getrlimit(limit)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (allowed, allowed))
    os.nice(10)
    sys.addaudithook(_refuse)


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise RuntimeError(f"{event}: whoever reads pictures does nothing else")


def _load() -> Callable[[Any], Any]:
    from rapidocr import RapidOCR  # noqa: PLC0415 - only here: it takes seconds and 75 MB

    reads: Callable[[Any], Any] = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": LONGEST_SIDE,
            "Det.limit_type": "max",
            "Det.limit_side_len": _FOUND_AT,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    return reads


def _read_one(read: Callable[[Any], Any], data: bytes) -> dict[str, Any]:
    try:
        with opened(data) as picture:
            small = _on_white(picture)
    except PictureError as error:
        return {"why": str(error)}
    if min(small.size) < LEAST_SIDE:
        return {"words": ""}
    found = read(small)
    if not found.txts:
        return {"words": ""}
    pieces = [
        Piece.of(text, corners) for text, corners in zip(found.txts, found.boxes, strict=True)
    ]
    return {"words": as_text(pieces, most=MOST_WORDS)}


def _on_white(picture: Image) -> Image:
    """Return a picture as it is shown, no larger than it is read."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - as above

    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    flat = Image.new("RGBA", upright.size, "white")
    flat.alpha_composite(upright)
    return flat.convert("RGB")


def _say(answers: BinaryIO, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what).encode() + b"\n")
    answers.flush()
