"""The scored tables: n-grams with small whole weights for each topic, in one automaton.

::

    plain text | laid out (`monitor.checks.grams`) | automaton, overlapping -> n-grams, once each
    n-grams    | weights added up, all topics in one addition                -> sums
    sum        | by the length of the text | a rising curve                  -> 0 to 1
    0 to 1     | at least the topic's floor                                  -> words that did it

A table is two files: ``posts.toml`` says what it is (topics, curves, thresholds, the hash of
the other) and ``posts.xz`` holds the n-grams and their weights. A wrong hash is an error.
"""

from __future__ import annotations

import hashlib
import lzma
import math
import tomllib
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ahocorasick_rs import AhoCorasick, Implementation

from config.errors import TableError
from config.types import Kind, RuleId, TopicId
from monitor.checks.grams import bundled_swaps, joined, laid_out, places
from monitor.checks.score import Score, ScoredModel, Thresholds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

    from monitor.checks.normalise import Normal
    from monitor.checks.patterns import Span

NAME = "words"
"""The scorer's name: a finding's rule is ``topic/words``."""
_FOLDER = files("monitor.checks.tables")
_FIELD = 32
_HALF = 1 << (_FIELD - 1)
_MASK = (1 << _FIELD) - 1
_LEAST = 20
"""Texts with fewer n-grams than this are weighed as if they had so many."""
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One topic's part of a table.

    Attributes:
        topic: Which.
        scale: What a weight of 1 is worth.
        base: The sum of a text without any n-gram.
        slope: Of the curve that makes a sum a share.
        shift: Of the same curve.
        thresholds: When a score counts.
        kinds: The same for kinds of account where it differs.
        window: The upper threshold inside an election window; None: as outside.
        window_only: It counts nowhere else.
    """

    topic: TopicId
    scale: float
    base: float
    slope: float
    shift: float
    thresholds: Thresholds
    kinds: Mapping[Kind, Thresholds]
    window: float | None = None
    window_only: bool = False

    def value(self, total: int, count: int) -> float:
        """Return the score of a text: 0 to 1, rising with the sum of its weights."""
        weighed = total * self.scale / math.sqrt(max(count, _LEAST)) + self.base
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.slope * weighed + self.shift))))

    def floor(self) -> float:
        """Return the lowest score that counts anywhere."""
        lowers = [self.thresholds.lower, *(limits.lower for limits in self.kinds.values())]
        return min(*lowers, 1.0 if self.window is None else self.window)


class TableScorer:
    """Every topic's table in one automaton; immutable, safe in any thread."""

    def __init__(self, columns: Iterable[Column], entries: Mapping[str, tuple[int, ...]]) -> None:
        """Build the automaton.

        Args:
            columns: The topics, in the order of the weights.
            entries: For each n-gram its weights, -127 to 127, one for each topic.
        """
        self.columns = tuple(columns)
        self.entries = tuple(entries)
        self._automaton = AhoCorasick(list(entries), implementation=Implementation.ContiguousNFA)
        self._weights = list(entries.values())
        shifts = [_FIELD * number for number in range(len(self.columns))]
        # All topics' weights as one whole number: one addition adds them all up.
        packed: dict[tuple[int, ...], int] = {}
        for weights in self._weights:
            if weights not in packed:
                packed[weights] = sum(
                    weight << shift for weight, shift in zip(weights, shifts, strict=True)
                )
        self._packed = [packed[weights] for weights in self._weights]
        self._bias = sum(_HALF << shift for shift in shifts)
        self._swaps = bundled_swaps()
        self._floors = [column.floor() for column in self.columns]
        self._digest = hashlib.sha256(
            repr((self._swaps.digest, self.columns, list(entries.items()))).encode()
        ).hexdigest()[:16]

    @property
    def name(self) -> str:
        """Short name; the finding's rule is ``topic/name``."""
        return NAME

    @property
    def digest(self) -> str:
        """16 hexadecimal digits over everything that can change a score."""
        return self._digest

    def found(self, laid: str) -> set[str]:
        """Return the n-grams that stand in a laid-out text."""
        matches = self._automaton.find_matches_as_indexes(laid, overlapping=True)
        return {self.entries[number] for number, _, _ in matches}

    def score(self, normal: Normal) -> dict[TopicId, Score]:
        """Score a text on every topic; spans only where the score counts anywhere."""
        laid = laid_out(normal.text, self._swaps)
        found = {
            number
            for number, _, _ in self._automaton.find_matches_as_indexes(laid, overlapping=True)
        }
        total = sum(map(self._packed.__getitem__, found), self._bias)
        count = len(found)
        scores = {}
        for column, floor in zip(self.columns, self._floors, strict=True):
            value = column.value((total & _MASK) - _HALF, count)
            total >>= _FIELD
            spans = self._explained(column, normal, laid) if value >= floor else ()
            scores[column.topic] = Score(value=value, spans=spans)
        return scores

    def _explained(self, column: Column, normal: Normal, laid: str) -> tuple[Span, ...]:
        """Return the words that raised a score most, in code points of the original."""
        number = self.columns.index(column)
        words = places(normal.text, self._swaps)
        by_place = [0.0] * len(words)
        starts = [start for start, _, _, _ in words]
        for entry, start, end in self._automaton.find_matches_as_indexes(laid, overlapping=True):
            weight = self._weights[entry][number]
            if not weight:
                continue
            first = bisect_right(starts, start + 1) - 1
            last = bisect_right(starts, max(start, end - 2)) - 1
            for at in range(max(first, 0), last + 1):
                by_place[at] += weight / (last - max(first, 0) + 1)
        best = sorted((-weight, at) for at, weight in enumerate(by_place) if weight > 0)
        chosen = [words[at] for _, at in best[:_MOST_SHOWN]]
        return joined(normal.span(start, end) for _, _, start, end in chosen)


def table_model(columns: Iterable[Column], scorer: TableScorer) -> ScoredModel:
    """Return a scorer with its columns' thresholds, as the judge takes it."""
    columns = tuple(columns)
    return ScoredModel(
        scorer=scorer,
        thresholds={column.topic: column.thresholds for column in columns},
        kinds={
            (column.topic, kind): limits
            for column in columns
            for kind, limits in column.kinds.items()
        },
        window={column.topic: column.window for column in columns if column.window is not None},
        window_only=frozenset(column.topic for column in columns if column.window_only),
    )


def load_table(folder: Traversable | None = None) -> ScoredModel:
    """Load a table and check that it is whole.

    Args:
        folder: Holds ``posts.toml`` and ``posts.xz``; None: the bundled table.

    Raises:
        TableError: A file is missing, damaged, or not the one that was trained.
    """
    folder = folder or _FOLDER
    stated, weights = folder.joinpath("posts.toml"), folder.joinpath("posts.xz")
    try:
        head = tomllib.loads(stated.read_text(encoding="utf-8"))
        packed = weights.read_bytes()
        if hashlib.sha256(packed).hexdigest() != head["sha256"]:
            raise TableError("it is not the table that posts.toml speaks of", file=str(weights))
        if head["swaps"] != bundled_swaps().digest:
            raise TableError(
                "the table was trained with other classes than swaps.toml holds", file=str(stated)
            )
        columns = tuple(_column(entry) for entry in head["topics"])
        entries = unpacked(packed, len(columns))
    except (OSError, KeyError, TypeError, ValueError, lzma.LZMAError) as cause:
        raise TableError("the table cannot be read", file=str(stated)) from cause
    return table_model(columns, TableScorer(columns, entries))


@lru_cache(maxsize=1)
def bundled_model() -> ScoredModel:
    """Return the bundled table, loaded once a process.

    Raises:
        TableError: It is damaged.
    """
    return load_table()


@lru_cache(maxsize=1)
def harmless_words() -> dict[RuleId, str]:
    """Return for each rule id of the bundled table why what it finds may be fine."""
    head = tomllib.loads(_FOLDER.joinpath("posts.toml").read_text(encoding="utf-8"))
    return {RuleId(f"{entry['topic']}/{NAME}"): entry["harmless"] for entry in head["topics"]}


def packed(entries: Mapping[str, tuple[int, ...]]) -> bytes:
    """Return n-grams and weights as one compressed block; the same input, the same bytes."""
    names = sorted(entries)
    width = len(entries[names[0]]) if names else 0
    rows = bytes(entries[name][number] & 0xFF for number in range(width) for name in names)
    body = "\n".join(names).encode() + b"\n\n" + rows
    return lzma.compress(body, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, preset=9)


def unpacked(block: bytes, width: int) -> dict[str, tuple[int, ...]]:
    """Return what `packed` was given.

    Raises:
        ValueError: It holds other than ``width`` weights for each n-gram.
    """
    written, _, rows = lzma.decompress(block).partition(b"\n\n")
    names = written.decode().split("\n")
    signed = array("b", rows)
    count = len(names)
    if len(signed) != count * width:
        raise ValueError(f"{len(signed)} weights for {count} n-grams of {width} topics")
    by_topic = [signed[at * count : (at + 1) * count] for at in range(width)]
    return dict(zip(names, zip(*by_topic, strict=True), strict=True))


def _column(entry: dict[str, Any]) -> Column:
    own = _thresholds(entry, entry)
    return Column(
        topic=TopicId(entry["topic"]),
        scale=float(entry["scale"]),
        base=float(entry["base"]),
        slope=float(entry["slope"]),
        shift=float(entry["shift"]),
        thresholds=own,
        kinds={
            Kind(kind): _thresholds(limits, entry)
            for kind, limits in entry.get("kinds", {}).items()
        },
        window=entry.get("window"),
        window_only=bool(entry.get("window_only", False)),
    )


def _thresholds(limits: Mapping[str, Any], entry: Mapping[str, Any]) -> Thresholds:
    return Thresholds(
        lower=float(limits["lower"]),
        upper=float(limits["upper"]),
        reason=entry["reason"],
        masked=bool(entry.get("masked", False)),
        others=bool(entry.get("others", False)),
        harmless=entry["harmless"],
    )
