"""When two pictures are the same one: recompressed, scaled, and not merely similar."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw

from config.types import CaseId, EvidenceId, EvidenceKind, SubjectId
from monitor.cases.again import is_flat, same_as
from monitor.checks.picture import look_at
from monitor.demo.crest import crest, photograph, pumpkin
from storage.values import KeptFile
from tests.lib.records import START

if TYPE_CHECKING:
    from collections.abc import Callable


def kept(data: bytes) -> KeptFile:
    """Return a picture as it is kept of a case that was closed as removed."""
    seen = look_at(data)
    return KeptFile(
        id=EvidenceId(1),
        case=CaseId(7),
        subject=SubjectId(3),
        version=None,
        kind=EvidenceKind.PICTURE,
        place="1/0",
        name="picture",
        sha256="0" * 64,
        size=len(data),
        media_type=seen.media_type,
        width=seen.width,
        height=seen.height,
        picture_hash=seen.hash,
        origin="",
        by="clerkwatch",
        at=START,
        entry=1,
    )


def found(data: bytes, removed: bytes) -> bool:
    """Return whether one picture is taken for the other."""
    seen = look_at(data)
    return same_as(seen.hash, (seen.width, seen.height), [kept(removed)]) is not None


def saved(picture: Image.Image, form: str, **how: int) -> bytes:
    """Return a picture as a file."""
    file = io.BytesIO()
    picture.convert("RGB").save(file, form, **how)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    """Return a file as a picture."""
    return Image.open(io.BytesIO(data)).convert("RGB")


def poster(line: str) -> bytes:
    """Return one of a series: the same frame, other words in the middle."""
    made = Image.new("RGB", (600, 400), (240, 240, 250))
    draw = ImageDraw.Draw(made)
    draw.rectangle((20, 20, 580, 90), fill=(20, 60, 120))
    draw.rectangle((20, 320, 580, 380), fill=(200, 160, 40))
    for place, letter in enumerate(line):
        left = 30 + place * 45
        draw.rectangle((left, 150, left + 6 + ord(letter) % 32, 260), fill=(10, 10, 10))
    return saved(made, "PNG")


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: saved(picture, "JPEG", quality=60),
        lambda picture: saved(picture.resize((400, 400)), "PNG"),
        lambda picture: saved(picture.resize((96, 96)), "JPEG", quality=75),
        lambda picture: saved(picture, "WEBP", quality=50),
    ],
    ids=["recompressed", "larger", "smaller", "another format"],
)
@pytest.mark.parametrize("name", ["fair", "council offices", "carnival"])
def test_a_copy_is_the_same_picture(name: str, change: Callable[[Image.Image], bytes]) -> None:
    """As platforms change pictures on their way."""
    original = photograph(name)
    assert found(change(opened(original)), original)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (photograph("fair"), photograph("market")),
        (crest(), pumpkin()),
        (poster("MARKET"), poster("SWIM GALA")),
    ],
    ids=["photographs", "crest and pumpkin", "two posters of a series"],
)
def test_another_picture_is_not(one: bytes, other: bytes) -> None:
    """Also where the frame is the same and the words are not."""
    assert not found(one, other)


def test_a_cropped_copy_is_another_picture() -> None:
    """What was cut off may be what mattered; a person would have to look."""
    original = photograph("fair")
    assert not found(saved(opened(original).crop((0, 0, 128, 100)), "PNG"), original)


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (200, 30, 30)])
def test_a_plain_colour_is_like_nothing(colour: tuple[int, int, int]) -> None:
    """Pictures of hardly anything are all alike, so none of them counts."""
    plain = saved(Image.new("RGB", (300, 200), colour), "PNG")
    assert is_flat(look_at(plain).hash)
    assert not found(plain, plain)


def test_without_a_hash_nothing_is_the_same() -> None:
    """What could not be fetched or is no picture."""
    assert same_as("", (10, 10), [kept(photograph("fair"))]) is None
