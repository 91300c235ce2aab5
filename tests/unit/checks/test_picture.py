"""Pictures: equal ones look alike after scaling, others do not, hostile ones are refused."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from monitor.checks.picture import (
    LOOKS_ALIKE,
    LOOKS_DIFFERENT,
    MOST_PIXELS,
    PictureError,
    distance,
    look_at,
    picture_hash,
)


def crest(size: int = 256, *, colour: str = "navy") -> Image.Image:
    """Draw a made-up coat of arms."""
    picture = Image.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((size * 0.1, size * 0.1, size * 0.9, size * 0.9), fill=colour)
    draw.rectangle((size * 0.3, size * 0.2, size * 0.45, size * 0.8), fill="gold")
    draw.polygon(
        [(size * 0.5, size * 0.3), (size * 0.8, size * 0.5), (size * 0.5, size * 0.6)], fill="white"
    )
    return picture


def market() -> Image.Image:
    """Draw another picture: stalls in a row."""
    picture = Image.new("RGB", (300, 200), "skyblue")
    draw = ImageDraw.Draw(picture)
    for stall in range(6):
        draw.rectangle((stall * 50, 80 + stall % 2 * 40, stall * 50 + 30, 200), fill="brown")
    return picture


def saved(picture: Image.Image, form: str = "PNG", **how: int) -> bytes:
    """Return a picture's bytes in a format."""
    out = io.BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()


def apart(one: bytes, other: bytes) -> int:
    """Return the distance of two pictures that both can be read."""
    hashes = picture_hash(one), picture_hash(other)
    assert hashes[0] is not None
    assert hashes[1] is not None
    found = distance(hashes[0], hashes[1])
    assert found is not None
    return found


@pytest.mark.parametrize(
    "other",
    [
        saved(crest(96)),
        saved(crest(400), "JPEG", quality=60),
        saved(crest().convert("P"), "GIF"),
        saved(crest().convert("RGBA"), "WEBP", quality=70),
        saved(crest().convert("L")),
    ],
)
def test_a_scaled_or_recompressed_picture_looks_alike(other: bytes) -> None:
    """What platforms do to a picture keeps it within the limit."""
    assert apart(saved(crest()), other) <= LOOKS_ALIKE


def test_another_picture_looks_different() -> None:
    """A market is no coat of arms."""
    assert apart(saved(crest()), saved(market())) >= LOOKS_DIFFERENT


def test_transparent_places_are_white() -> None:
    """A logo with a transparent ground looks like the same logo on white."""
    white = Image.new("RGB", crest().size, "white")
    mask = ImageChops.difference(crest(), white).convert("L").point([0] + [255] * 255)
    clear = Image.new("RGBA", crest().size, (0, 0, 0, 0))
    clear.paste(crest(), mask=mask)
    assert apart(saved(crest()), saved(clear)) <= LOOKS_ALIKE


def bomb(width: int, height: int) -> bytes:
    """Make the head of a PNG that claims a size, with almost nothing in it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64))


@pytest.mark.parametrize(
    "size", [(MOST_PIXELS, 2), (10_000, 10_000), (60_000, 60_000), (2_000_000_000, 2_000_000_000)]
)
def test_a_decompression_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    """A few bytes that claim to be a huge picture give None."""
    assert picture_hash(bomb(*size)) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        saved(crest())[:200],
        saved(crest(), "TIFF"),
        b"%PDF-1.4",
    ],
)
def test_what_is_no_such_picture_gives_none(data: bytes) -> None:
    """Damaged files, other formats and text are not pictures."""
    assert picture_hash(data) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(tail: bytes) -> None:
    """Whatever follows a picture's head, the answer is a hash or None."""
    for head in (
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"RIFF\x20\0\0\0WEBP",
        b"BM",
    ):
        found = picture_hash(head + tail)
        assert found is None or len(found) == 16


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("0000000000000000", "0000000000000000", 0),
        ("0000000000000000", "ffffffffffffffff", 64),
        ("0000000000000001", "0000000000000000", 1),
        ("", "0000000000000000", None),
        ("000000000000000g", "0000000000000000", None),
    ],
)
def test_the_distance_counts_bits(one: str, other: str, expected: int | None) -> None:
    """Differing bits; None where one of them is no hash."""
    assert distance(one, other) == expected


# --- what bytes are ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("BMP", "image/bmp"),
    ],
)
def test_a_picture_is_told_by_its_bytes(form: str, media_type: str) -> None:
    """Kind, size and hash of each kind that is kept."""
    shown = look_at(saved(crest(64), form))
    assert (shown.media_type, shown.width, shown.height) == (media_type, 64, 64)
    assert shown.hash == picture_hash(saved(crest(64), form))


def test_a_telephone_s_picture_is_a_picture() -> None:
    """A JPEG that holds a second, smaller one is kept as a still picture."""
    out = io.BytesIO()
    crest(64).save(out, "MPO", save_all=True, append_images=[crest(32)])
    assert look_at(out.getvalue()).media_type == "image/jpeg"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_picture_or_refused(data: bytes) -> None:
    """Nothing else comes out, whatever the beginning promises."""
    for lead in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x10\0\0\0WEBP"):
        assert told(lead + data)


def told(data: bytes) -> str:
    """Return what bytes are, or why they are refused."""
    try:
        return look_at(data).media_type
    except PictureError as error:
        return str(error)


def test_a_page_is_told_apart_from_other_refusals() -> None:
    """A log-in page may give way to the picture later; a film never does."""
    with pytest.raises(PictureError) as page:
        look_at(b"\xef\xbb\xbf  <!DOCTYPE html><html>")
    with pytest.raises(PictureError) as film:
        look_at(b"\x00\x00\x00\x18ftypmp42")
    assert (page.value.is_page, film.value.is_page) == (True, False)
