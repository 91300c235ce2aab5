"""The scored tables: n-grams with small whole weights for each topic.

::

    plain text | laid out (`monitor.checks.grams`)                           -> words
    words      | n-grams, all topics in one addition (`weighing`)        -> sums
    sum        | with what breaches of all clauses have in common            -> sum
    sum        | by the length of the text | a rising curve                  -> 0 to 1
    0 to 1     | at least the topic's floor                                  -> words that did it

A table is two files: ``posts.toml`` says what it is (topics, curves, thresholds, the hash of
the other) and ``posts.gz`` holds the n-grams and their weights. A wrong hash is an error.
"""

from __future__ import annotations

import hashlib
import math
from array import array
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import tomli

from config.errors import TableError
from config.types import Kind, RuleId, TopicId
from monitor.checks.grams import bundled_swaps, joined, own_words, places
from monitor.checks.packing import pack, unpack
from monitor.checks.score import Score, ScoredModel, Thresholds
from monitor.checks.weighing import Grams

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from monitor.checks.normalise import Normal
    from monitor.checks.patterns import Span

NAME = "words"
"""The scorer's name: a finding's rule is ``topic/words``."""
_FOLDER = files("monitor.checks.tables")
POWER = 0.65
"""A sum of weights is divided by the length to this power: a long text needs more."""
_FARTHEST = 30.0
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One topic's part of a table.

    Attributes:
        topic: Which.
        least: Texts shorter than this, as laid out, are weighed as if they were so long.
        scale: What a weight of 1 is worth.
        common: What a weight of 1 is worth of those that tell breaches of any clause from
            harmless posts.
        base: The sum of a text without any n-gram.
        slope: Of the curve that makes a sum a share.
        shift: Of the same curve.
        thresholds: When a score counts.
        kinds: The same for kinds of account where it differs.
        window: The upper threshold inside an election window; None: as outside.
        window_only: It counts nowhere else.
        doubt: A rule's finding is doubted below this; None: never.
    """

    topic: TopicId
    least: int
    scale: float
    common: float
    base: float
    slope: float
    shift: float
    thresholds: Thresholds
    kinds: Mapping[Kind, Thresholds]
    window: float | None = None
    window_only: bool = False
    doubt: float | None = None

    def value(self, total: int, common: int, divisor: float) -> float:
        """Return the score of a text: 0 to 1, rising with the sums of its weights.

        Args:
            total: The sum of its n-grams' weights on the topic.
            common: The sum of their weights as breaches of any clause.
            divisor: `divisor_of` its length, with this column's ``least``.
        """
        whole = total * self.scale + common * self.common
        odds = self.slope * (whole / divisor + self.base) + self.shift
        return 1 / (1 + math.exp(-odds)) if -_FARTHEST < odds < _FARTHEST else float(odds > 0)

    def floor(self) -> float:
        """Return the lowest score that counts anywhere."""
        lowers = [self.thresholds.lower, *(limits.lower for limits in self.kinds.values())]
        return min(*lowers, 1.0 if self.window is None else self.window)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """N-grams and what each weighs on every topic.

    Attributes:
        names: The n-grams, sorted.
        by_topic: For each topic one byte, -127 to 127, for each n-gram; see `weighing.worth`.
        common: The same for what breaches of any clause have in common.
    """

    names: Sequence[str]
    by_topic: Sequence[array[int]]
    common: array[int]

    def columns(self) -> list[array[int]]:
        """Return the topics' bytes, and last those that all have in common."""
        return [*self.by_topic, self.common]

    def digest(self) -> str:
        """Return 16 hexadecimal digits over all of it."""
        whole = hashlib.sha256("\n".join(self.names).encode())
        for column in self.columns():
            whole.update(column.tobytes())
        return whole.hexdigest()[:16]


class TableScorer:
    """Every topic's table; immutable but for what it keeps of words, safe in any thread.

    Nothing here keeps an n-gram as text, and weights stay bytes: a daemon holds them for
    months.
    """

    def __init__(self, columns: Iterable[Column], weights: Weights) -> None:
        """Build the automata.

        Args:
            columns: The topics, in the order of the weights.
            weights: The n-grams with what they weigh.
        """
        self.columns = tuple(columns)
        self.grams = Grams(weights.names, weights.columns())
        self.swaps = bundled_swaps()
        self._leasts = sorted({column.least for column in self.columns})
        self._asked = [
            (number, column.value, column.topic, column.floor(), self._leasts.index(column.least))
            for number, column in enumerate(self.columns)
        ]
        self._digest = hashlib.sha256(
            repr((POWER, self.swaps.digest, self.columns, weights.digest())).encode()
        ).hexdigest()[:16]

    @property
    def name(self) -> str:
        """Short name; the finding's rule is ``topic/name``."""
        return NAME

    @property
    def digest(self) -> str:
        """16 hexadecimal digits over everything that can change a score."""
        return self._digest

    def forget(self) -> None:
        """Let go of what was worked out for words."""
        self.grams.forget()

    def score(self, normal: Normal) -> dict[TopicId, Score]:
        """Score a text on every topic; spans only where the score counts anywhere."""
        words = own_words(normal.text, self.swaps)
        length = len(" ".join(words)) + 2 if words else 1  # with the blanks around it
        divisors = [divisor_of(length, least) for least in self._leasts]
        read: _Read | None = None
        scores = {}
        *totals, common = self.grams.sums(words)
        for (number, value_of, topic, floor, at), total in zip(self._asked, totals, strict=True):
            value = value_of(total, common, divisors[at])
            if value < floor:
                scores[topic] = Score(value)
            else:
                read = read or _Read(self, normal, words)
                scores[topic] = Score(value, partial(read.strongest, number))
        return scores


class _Read:
    """One text laid out, with what all topics' explanations have in common."""

    def __init__(self, scorer: TableScorer, normal: Normal, laid: Sequence[str]) -> None:
        self._scorer = scorer
        self._normal = normal
        self._laid = laid

    @cached_property
    def _words(self) -> list[tuple[int, int, int, int]]:
        return places(self._normal.text, self._scorer.swaps)

    @cached_property
    def _common(self) -> list[float]:
        return self._scorer.grams.by_place(self._laid, len(self._scorer.columns))

    def strongest(self, topic: int) -> tuple[Span, ...]:
        """Return the words that raised a topic's score most, in code points of the original.

        Args:
            topic: The topic's number.
        """
        column = self._scorer.columns[topic]
        own = self._scorer.grams.by_place(self._laid, topic)
        added = [
            mine * column.scale + shared * column.common
            for mine, shared in zip(own, self._common, strict=True)
        ]
        best = sorted((-weight, at) for at, weight in enumerate(added) if weight > 0)
        chosen = [self._words[at] for _, at in best[:_MOST_SHOWN]]
        return joined(self._normal.span(start, end) for _, _, start, end in chosen)


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
        doubt={column.topic: column.doubt for column in columns if column.doubt is not None},
    )


def load_table(folder: Traversable | None = None) -> ScoredModel:
    """Load a table and check that it is whole.

    Args:
        folder: Holds ``posts.toml`` and ``posts.gz``; None: the bundled table.

    Raises:
        TableError: A file is missing, damaged, or not the one that was trained.
    """
    folder = folder or _FOLDER
    stated, weights = folder.joinpath("posts.toml"), folder.joinpath("posts.gz")
    try:
        head = tomli.loads(stated.read_text(encoding="utf-8"))
        packed = weights.read_bytes()
        if hashlib.sha256(packed).hexdigest() != head["sha256"]:
            raise TableError("it is not the table that posts.toml speaks of", file=str(weights))
        if head["swaps"] != bundled_swaps().digest:
            raise TableError(
                "the table was trained with other classes than swaps.toml holds", file=str(stated)
            )
        columns = tuple(_column(entry) for entry in head["topics"])
        grams = unpacked(packed, len(columns))
    except (OSError, KeyError, TypeError, ValueError) as cause:
        raise TableError("the table cannot be read", file=str(stated)) from cause
    return table_model(columns, TableScorer(columns, grams))


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
    head = tomli.loads(_FOLDER.joinpath("posts.toml").read_text(encoding="utf-8"))
    return {RuleId(f"{entry['topic']}/{NAME}"): entry["harmless"] for entry in head["topics"]}


def divisor_of(length: int, least: int) -> float:
    """Return what a sum of weights is divided by, for a laid-out text of a length."""
    return float(max(length, least) ** POWER)


def packed(weights: Weights) -> bytes:
    """Return n-grams and weights as one compressed block; the same input, the same bytes."""
    body = "\n".join(weights.names).encode() + b"\n\n"
    body += b"".join(column.tobytes() for column in weights.columns())
    return pack(body)


def unpacked(block: bytes, topics: int) -> Weights:
    """Return what `packed` was given.

    Args:
        block: As packed.
        topics: How many topics it is said to weigh.

    Raises:
        ValueError: It holds other than ``topics`` weights and one more for each n-gram.
    """
    written, _, rows = unpack(block).partition(b"\n\n")
    names = written.decode().split("\n")
    count = len(names)
    if len(rows) != count * (topics + 1):
        raise ValueError(f"{len(rows)} weights for {count} n-grams of {topics} topics")
    *by_topic, common = (array("b", rows[at : at + count]) for at in range(0, len(rows), count))
    return Weights(names=names, by_topic=by_topic, common=common)


def _column(entry: dict[str, Any]) -> Column:
    own = _thresholds(entry, entry)
    return Column(
        topic=TopicId(entry["topic"]),
        least=int(entry["least"]),
        scale=float(entry["scale"]),
        common=float(entry["common"]),
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
        doubt=entry.get("doubt"),
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
