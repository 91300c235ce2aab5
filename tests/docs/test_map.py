"""The map of the house does not drift."""

from __future__ import annotations

from tests.docs.map import PAGE, ROOMS, ROOT, first_sentence, page


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    """A file without a first sentence could not be put on the map."""
    silent = [
        str(file.relative_to(ROOT))
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        if not first_sentence(file)
    ]
    assert silent == []


def test_the_map_shows_every_file_as_it_is() -> None:
    """docs/architecture.md is what scripts/write-map.sh writes."""
    assert page() == PAGE.read_text(encoding="utf-8"), "run scripts/write-map.sh"
