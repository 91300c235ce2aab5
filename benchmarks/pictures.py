"""How well, how fast and at what cost words in pictures are read: needs the extra.

Run by ``make test-pictures``, which installs it; nothing of it is imported otherwise. A word
counts as read if it stands in the result exactly as in the picture, in its place in the order.
"""

from __future__ import annotations

import difflib
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.posters import drawn, fonts, photograph_of
from monitor.pictures.process import ChildReader, is_installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from monitor.pictures.reader import Unread

SAID = (
    ("Grand Summer Sale", "20% off all kitchens at Harper's", "Use code SUMMER20 before Sunday"),
    ("Vote for Alex Marlowe", "on Thursday 6 May", "Only he kept our library open"),
    ("Save Fernbeck Green!", "Sign the petition today:", "www.elm.example/green"),
    ("Lunch club, Tuesdays at 12.30", "Soup £2.50, pudding £1.75", "Call Una on 01632 960123"),
    ("WANTED: VOLUNTEERS", "Litter pick, Saturday 14 March", "Gloves and bags provided"),
)
WAYS: dict[str, dict[str, float | str]] = {
    "plain, letters of 44 pixels": {"height": 44},
    "small, letters of 18 pixels": {"height": 18},
    "tiny, letters of 12 pixels": {"height": 12},
    "white on dark blue": {"ink": "white", "paper": "navy"},
    "yellow on red": {"ink": "yellow", "paper": "#b00000"},
    "faint, grey on grey": {"ink": "#9a9a9a", "paper": "#c4c4c4"},
    "turned by 12 degrees": {"angle": 12},
    "turned by 30 degrees": {"angle": 30},
    "upside down": {"angle": 180},
    "blurred, radius 2": {"blur": 2},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many words of pictures of one kind were read."""

    way: str
    read: int
    there: int

    @property
    def said(self) -> str:
        """A line of the table."""
        return f"| {self.way} | {self.read} of {self.there} | {self.read / self.there:.1%} |"


def shares(read: Callable[[bytes], str | Unread], names: list[str]) -> Iterator[Share]:
    """Yield what was read in each kind of picture."""
    for number, (way, options) in enumerate(WAYS.items()):
        found = there = 0
        for place, lines in enumerate(SAID):
            font = names[(number + place) % len(names)]
            data = photograph_of(drawn(lines, font=font, **options))  # type: ignore[arg-type] # by name
            words, got = " ".join(lines).split(), str(read(data)).split()
            same = difflib.SequenceMatcher(None, words, got, autojunk=False)
            found += sum(block.size for block in same.get_matching_blocks())
            there += len(words)
        yield Share(way=way, read=found, there=there)


def main() -> None:
    """Print the table."""
    if not is_installed():
        sys.exit("The extra is not installed: make test-pictures")
    reader, names = ChildReader(each_s=120, load_s=120), fonts() or [""]
    with reader.session() as read:
        first = photograph_of(drawn(SAID[0]))
        began = time.perf_counter()
        read(first)
        started_s = time.perf_counter() - began
        rows: list[Share] = []
        began = time.perf_counter()
        for row in shares(read, names):
            rows.append(row)
            print(row.said, flush=True)
        each_s = (time.perf_counter() - began) / (len(WAYS) * len(SAID))
        whole = Share(
            way="all", read=sum(row.read for row in rows), there=sum(row.there for row in rows)
        )
        print(whole.said)
        child = reader._child  # noqa: SLF001 - whose memory is measured
        peak = _status(child.pid, "VmHWM") if child is not None else 0
    print(
        f"Fonts: {', '.join(Path(name).stem or 'the one that comes with Pillow' for name in names)}"
    )
    print(f"{1 / each_s:.2f} pictures/s of 1080 x 1080, first one {started_s:.1f} s with loading")
    print(f"peak memory of the child {peak / 1e6:,.0f} MB")


def _status(process: int, name: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
