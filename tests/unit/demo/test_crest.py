"""The demo's small pictures."""

from __future__ import annotations

import io

from PIL import Image

from monitor.demo.crest import crest, pumpkin


def test_pictures_are_real_and_unlike() -> None:
    """Both are valid pictures of one size, and most of their pixels differ."""
    shield, gourd = (Image.open(io.BytesIO(data)) for data in (crest(), pumpkin()))
    pairs = zip(shield.tobytes(), gourd.tobytes(), strict=True)

    assert shield.size == gourd.size == (128, 128)
    assert sum(one != other for one, other in pairs) > 0.6 * len(shield.tobytes())


def test_pictures_never_change() -> None:
    """The same bytes come each time, so that a picture that changed is a picture that changed."""
    assert crest() == crest()
