"""The scored tables: n-grams with small whole weights for each topic.

::

    plain text | laid out (`monitor.checks.grams`)                           -> words
    words      | n-grams, all topics in one addition (`weighing`)        -> sums
    sum        | with what breaches of all clauses have in common            -> sum
    sum        | by the length of the text                                   -> sum
    sum        | less what the best of its rivals leads by (`behind`)        -> sum
    sum        | a rising curve                                              -> 0 to 1
    0 to 1     | at least the topic's floor                                  -> words that did it

A table is two files: ``posts.toml`` says what it is (topics, curves, thresholds, the hash of
the other) and ``posts.gz`` holds the n-grams and their weights. A wrong hash is an error.
"""

from __future__ import annotations

import hashlib
import math
from array import array
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import tomli

from config.errors import TableError
from config.types import Kind, RuleId, TopicId
from monitor.checks.explained import Explained
from monitor.checks.grams import bundled_swaps, own_words
from monitor.checks.packing import pack, unpack
from monitor.checks.score import Score, ScoredModel, Thresholds
from monitor.checks.weighing import Grams

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from monitor.checks.normalise import Normal

NAME = "words"
"""The scorer's name: a finding's rule is ``topic/words``."""
_FOLDER = files("monitor.checks.tables")
POWER = 0.65
"""A sum of weights is divided by the length to this power: a long text needs more."""
_FARTHEST = 30.0
_FEWEST_RIVALS = 2


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
        own_base: The same without what it has of ``common``; None: it is no rival of others.
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
    own_base: float | None = None
    window_only: bool = False
    doubt: float | None = None

    def own(self, total: int, divisor: float) -> float | None:
        """Return what a text comes to on the topic alone, to be held against its rivals.

        Args:
            total: The sum of its n-grams' weights on the topic.
            divisor: `divisor_of` its length, with this column's ``least``.

        Returns:
            None: It has no rivals.
        """
        return None if self.own_base is None else total * self.scale / divisor + self.own_base

    def value(self, total: int, common: int, divisor: float, behind: float = 0.0) -> float:
        """Return the score of a text: 0 to 1, rising with the sums of its weights.

        Args:
            total: The sum of its n-grams' weights on the topic.
            common: The sum of their weights as breaches of any clause.
            divisor: `divisor_of` its length, with this column's ``least``.
            behind: How far a rival leads; see `behind`.
        """
        whole = total * self.scale + common * self.common
        odds = self.slope * (whole / divisor + self.base - behind) + self.shift
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
            (
                number,
                column.own,
                column.value,
                column.topic,
                column.floor(),
                self._leasts.index(column.least),
            )
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
        read: Explained | None = None
        scores = {}
        *totals, common = self.grams.sums(words)
        far = behind(
            own(total, divisors[at])
            for (_, own, _, _, _, at), total in zip(self._asked, totals, strict=True)
        )
        for (number, _, value_of, topic, floor, at), total, led in zip(
            self._asked, totals, far, strict=True
        ):
            value = value_of(total, common, divisors[at], led)
            alone = value_of(total, common, divisors[at]) if led else value
            if value < floor:
                scores[topic] = Score(value, alone=alone)
            else:
                read = read or Explained(self, normal, words)
                scores[topic] = Score(value, partial(read.strongest, number), alone=alone)
        return scores


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


def behind(owns: Iterable[float | None]) -> list[float]:
    """Return for each topic how far the best of its rivals leads; 0: it leads, or has none.

    What breaches of any clause have in common says that something is wrong, not under which clause.
    Topics that share it would all rise together, and one breach be a case under each; so what
    another topic explains better counts the less.

    Args:
        owns: As `Column.own` gives them.
    """
    owns = list(owns)
    ordered = sorted(own for own in owns if own is not None)
    if len(ordered) < _FEWEST_RIVALS:
        return [0.0] * len(owns)
    *_, second, best = ordered
    return [
        0.0 if own is None else max(0.0, (second if own == best else best) - own) for own in owns
    ]


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
        own_base=entry.get("own_base"),
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
