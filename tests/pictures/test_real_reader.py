"""The real reader on drawn posters and on hostile pictures: run by `make test-pictures`."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from benchmarks.posters import drawn, noise
from monitor.pictures.child import MOST_MEMORY
from monitor.pictures.process import CHILD, ChildReader, is_installed
from monitor.pictures.reader import Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(
    not os.environ.get("CLERKWATCH_PICTURES"), reason="needs the extra: make test-pictures"
)
WORDS = ("Vote for Alex Marlowe", "on Thursday 6 May", "Cakes from £4.99")
Read = "Callable[[bytes], str | Unread]"


@pytest.fixture(scope="module")
def reader() -> ChildReader:
    """The reader as the daemon has it."""
    assert is_installed()
    return ChildReader(each_s=120, load_s=120)


@pytest.fixture(scope="module")
def read(reader: ChildReader) -> Iterator[Callable[[bytes], str | Unread]]:
    """What reads one picture."""
    with reader.session() as reading:
        yield reading


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """Return a picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def poster() -> Image.Image:
    """Return a plain poster."""
    return drawn(WORDS, size=(900, 500))


def flat(words: str | Unread) -> str:
    """Return what was read in one line; a failure is told by the test."""
    assert isinstance(words, str), words
    return " ".join(words.split())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_every_kind_of_picture_is_read(read: Callable[[bytes], str | Unread], kind: str) -> None:
    """The words are those that stand there, prices too."""
    assert flat(read(saved(poster(), kind))) == " ".join(WORDS)


def test_a_picture_lying_on_its_side_is_read_as_it_is_shown(
    read: Callable[[bytes], str | Unread],
) -> None:
    """Telephones write down how the picture is to be turned."""
    turned = poster().rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert flat(read(saved(turned, "JPEG", exif=exif))) == " ".join(WORDS)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_mode_of_colour_is_taken(read: Callable[[bytes], str | Unread], mode: str) -> None:
    """Bilevel, grey, a palette, see-through, for print, sixteen bits: words, and no crash."""
    picture = poster().convert("L" if mode == "I;16" else mode)
    kind = "TIFF" if mode == "I;16" else "JPEG" if mode == "CMYK" else "PNG"
    data = saved(picture.convert("I").convert("I;16") if mode == "I;16" else picture, kind)
    said = read(data)
    if kind == "TIFF":
        assert isinstance(said, Unread)  # a kind that no platform shows
    else:
        assert "Marlowe" in flat(said)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "a page": lambda: b"<!doctype html><p>Please log in",
    "a bomb of 400 million pixels": lambda: saved(Image.new("1", (20_000, 20_000))),
    "a line of 60,000 pixels": lambda: saved(Image.new("1", (60_000, 1), 1)),
    "one pixel": lambda: saved(Image.new("RGB", (1, 1))),
    "cut off": lambda: saved(poster(), "JPEG")[:4_000],
    "a lying header": lambda: b"\x89PNG\r\n\x1a\n" + bytes(5_000),
    "a promise of huge size": lambda: (
        saved(poster())[:16] + b"\x7f\xff\xff\xff\x7f\xff\xff\xff" + saved(poster())[24:]
    ),
    "an animation": lambda: saved(
        Image.new("RGB", (8, 8), "red"),
        "GIF",
        save_all=True,
        append_images=[Image.new("RGB", (8, 8), "blue")],
    ),
    "a document": lambda: b"%PDF-1.7\n" + bytes(100),
    "a film": lambda: b"\x00\x00\x00\x18ftypmp42" + bytes(100),
    "24 million pixels": lambda: saved(Image.new("L", (6_000, 4_000), 255), "JPEG"),
    "noise": lambda: noise((2_000, 2_000)),
}
_READ_EMPTY = frozenset({"a line of 60,000 pixels", "one pixel", "24 million pixels"})


@pytest.mark.parametrize("name", HOSTILE)
def test_no_picture_hurts(
    reader: ChildReader, read: Callable[[bytes], str | Unread], name: str
) -> None:
    """Each is read or refused, the next one is read, and neither process grows."""
    data = HOSTILE[name]()
    before = resident(os.getpid())
    said = read(data)
    if name in _READ_EMPTY:
        assert said == ""
    elif name != "noise":
        assert isinstance(said, Unread)
        assert said.is_final
    assert resident(os.getpid()) - before < 30_000_000
    assert reader._child is not None
    assert peak(reader._child.pid) < MOST_MEMORY / 2
    assert "Marlowe" in flat(read(saved(poster())))


def resident(process: int) -> int:
    """Return the memory that a process holds now, in bytes."""
    return _status(process, "VmRSS")


def peak(process: int) -> int:
    """Return the most memory that a process ever held, in bytes."""
    return _status(process, "VmHWM")


def _status(process: int, name: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def test_nothing_is_asked_of_any_network() -> None:
    """In a namespace without one, posters are read all the same: the models lie in the wheel."""
    cut_off = ("unshare", "--map-root-user", "--net")
    if subprocess.run([*cut_off, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine gives no network namespace away")
    with ChildReader((*cut_off, *CHILD), each_s=120, load_s=120).session() as alone:
        assert flat(alone(saved(poster()))) == " ".join(WORDS)
