"""The scored tables: sums, spans, thresholds, damaged files, even-handedness, training twice."""

from __future__ import annotations

import shutil
from array import array
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import TableError
from config.types import Kind, TopicId
from monitor.checks.grams import bundled_swaps, grams, laid_out
from monitor.checks.normalise import Normaliser
from monitor.checks.score import Thresholds
from monitor.checks.table import (
    Column,
    TableScorer,
    Weights,
    behind,
    bundled_model,
    divisor_of,
    harmless_words,
    load_table,
    packed,
    unpacked,
)
from monitor.checks.weighing import Grams, worth

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = Normaliser()
WEIGHTS = Weights(
    names=[" fool ", " old fool ", "fete"],
    by_topic=[array("b", [100, 50, -80]), array("b", [0, -3, 7])],
    common=array("b", [2, 1, 0]),
)
BUNDLED = bundled_model()
_BLOCK = files("monitor.checks.tables").joinpath("posts.gz").read_bytes()
_WEIGHTS = unpacked(_BLOCK, len(BUNDLED.thresholds))
NAMES, COLUMNS = _WEIGHTS.names, _WEIGHTS.columns()
NUMBERS = {name: number for number, name in enumerate(NAMES)}


def column(topic: str = "abuse", lower: float = 0.6) -> Column:
    """Make a column whose curve is the plain logistic one."""
    limits = Thresholds(lower=lower, upper=0.9, reason="It insults.")
    return Column(
        topic=TopicId(topic),
        least=40,
        scale=0.001,
        common=0.0,
        base=0.0,
        slope=1.0,
        shift=0.0,
        thresholds=limits,
        kinds={},
    )


def scorer() -> TableScorer:
    """Make a scorer of two topics and three n-grams."""
    return TableScorer([column(), column("commerce")], WEIGHTS)


def test_sums() -> None:
    """Each n-gram counts once for every topic, by the length of the text."""
    scores = scorer().score(PLAIN("You old fool, old fool!"))
    short = divisor_of(24, column().least)
    wanted = column().value(12_500, 5, short), column().value(-9, 5, short)
    assert (scores[TopicId("abuse")].value, scores[TopicId("commerce")].value) == wanted


def test_explains_itself() -> None:
    """The words that raised a score are quoted from the text as published."""
    text = "See you at the fête. You OLD fool!"
    (span,) = scorer().score(PLAIN(text))[TopicId("abuse")].spans
    assert text[slice(*span)] == "OLD fool"


def test_what_breaches_have_in_common() -> None:
    """It is added to each topic as much as the topic says, and to none that says nothing."""
    plain, moved = column(), replace(column("commerce"), common=0.5)
    scores = TableScorer([plain, moved], WEIGHTS).score(PLAIN("You old fool, old fool!"))
    short = divisor_of(24, plain.least)
    assert scores[TopicId("abuse")].value == plain.value(12_500, 0, short)
    assert scores[TopicId("commerce")].value == moved.value(-9, 5, short)
    assert moved.value(-9, 5, short) > plain.value(-9, 0, short)


def test_what_another_topic_explains_better() -> None:
    """Of topics that share what breaches have in common, one behind loses what it is behind by."""
    leader, follower, other = (
        replace(column(name), common=0.5, own_base=base)
        for name, base in (("abuse", -1.0), ("commerce", -2.0), ("conduct", None))
    )
    weights = replace(WEIGHTS, by_topic=[*WEIGHTS.by_topic, array("b", [0, 0, 0])])
    scores = TableScorer([leader, follower, other], weights).score(PLAIN("You old fool, old fool!"))
    short = divisor_of(24, leader.least)
    led_by = 1.0 + (12_500 + 9) * 0.001 / short
    behind_it = scores[TopicId("commerce")]
    assert scores[TopicId("abuse")].value == leader.value(12_500, 5, short)
    assert behind_it.value == pytest.approx(follower.value(-9, 5, short, led_by))
    assert behind_it.alone == follower.value(-9, 5, short) > behind_it.value
    assert scores[TopicId("conduct")].value == other.value(0, 5, short)


@pytest.mark.parametrize(
    ("owns", "wanted"),
    [
        ([], []),
        ([None, 3.0], [0.0, 0.0]),
        ([1.0, None, 4.0, 2.5], [3.0, 0.0, 0.0, 1.5]),
        ([2.0, 2.0, 1.0], [0.0, 0.0, 1.0]),
    ],
)
def test_behind(owns: list[float | None], wanted: list[float]) -> None:
    """The best yields to nobody, two alike neither to the other, one without rivals to none."""
    assert behind(owns) == wanted


def test_words_in_common_explain_a_score() -> None:
    """What raised a score as part of any breach is quoted as well."""
    moved = replace(column("commerce", lower=0.5), common=0.5)
    text = "See you at the fête. You OLD fool!"
    scores = TableScorer([column(), moved], WEIGHTS).score(PLAIN(text))
    spans = scores[TopicId("commerce")].spans
    assert [text[slice(*span)] for span in spans] == ["fête", "OLD fool"]


def test_particles_explain_last() -> None:
    """A word of one or two letters is quoted only where longer ones do not suffice."""
    names = [" no ", *(f" word{letter} " for letter in "abcdef")]
    weights = Weights(
        names=names, by_topic=[array("b", [90] + [80] * 6)], common=array("b", [0] * 7)
    )
    made = TableScorer([replace(column(lower=0.5), scale=1.0)], weights)
    for text, wanted in (
        ("no worda", ["no worda"]),
        ("no, worda, wordb, wordc, wordd, worde", ["worda", "wordb", "wordc", "wordd", "worde"]),
    ):
        spans = made.score(PLAIN(text))[TopicId("abuse")].spans
        assert [text[slice(*span)] for span in spans] == wanted


def test_quiet_text_has_no_spans() -> None:
    """A score that counts nowhere is not explained."""
    assert scorer().score(PLAIN("Nothing here"))[TopicId("abuse")].spans == ()


def test_packed_and_back() -> None:
    """What is written is what is read, and the same table gives the same bytes."""
    assert unpacked(packed(WEIGHTS), 2) == WEIGHTS
    assert packed(WEIGHTS) == packed(unpacked(packed(WEIGHTS), 2))


def test_wrong_number_of_topics() -> None:
    """Weights that do not fit the topics are refused."""
    with pytest.raises(ValueError, match="weights"):
        unpacked(packed(WEIGHTS), 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the bundled table."""
    from monitor.checks import tables  # noqa: PLC0415 - only for its folder

    for name in ("posts.toml", "posts.gz"):
        shutil.copy(f"{tables.__path__[0]}/{name}", tmp_path / name)
    return tmp_path


def test_wrong_hash(folder: Path) -> None:
    """A damaged table is a clear error, never a silent pass."""
    block = bytearray((folder / "posts.gz").read_bytes())
    block[100] ^= 1
    (folder / "posts.gz").write_bytes(block)
    with pytest.raises(TableError, match="not the table"):
        load_table(folder)


def test_other_classes(folder: Path) -> None:
    """A table trained with other classes of names is refused."""
    page = (folder / "posts.toml").read_text(encoding="utf-8")
    swaps = f'swaps = "{bundled_swaps().digest}"'
    (folder / "posts.toml").write_text(page.replace(swaps, 'swaps = "0"'), encoding="utf-8")
    with pytest.raises(TableError, match="other classes"):
        load_table(folder)


@pytest.mark.parametrize("name", ["posts.toml", "posts.gz"])
def test_missing_file(folder: Path, name: str) -> None:
    """A table without one of its files is refused by name."""
    (folder / name).unlink()
    with pytest.raises(TableError, match="cannot be read"):
        load_table(folder)


def test_bundled_table_is_small(folder: Path) -> None:
    """The bundled table is within its bounds: 1 MB, 100,000 n-grams."""
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 1_000_000
    assert len(NAMES) <= 100_000


def test_every_finding_has_its_words() -> None:
    """For each topic stands why it may be harmless."""
    assert set(harmless_words()) == {BUNDLED.rule(topic) for topic in BUNDLED.thresholds}


def test_kinds() -> None:
    """A topic that does not concern a kind of account opens no case there."""
    member = BUNDLED.at(TopicId("professional"), Kind.MEMBER)
    assert member is not None
    assert member.upper == 1.0


@given(st.text(alphabet="abcdefghilmnorstuvwy ,.!😀é", max_size=80))
def test_weighs_what_training_counted(text: str) -> None:
    """The bundled n-grams weigh at run time what training counts them as."""
    laid = laid_out(PLAIN(text).text, bundled_swaps())
    counted = [NUMBERS[name] for name in grams(laid) if name in NUMBERS]
    assert Grams(NAMES, COLUMNS).sums(laid.split()) == [
        sum(worth(column[number]) for number in counted) for column in COLUMNS
    ]


@given(st.sampled_from(sorted(bundled_swaps().classes)), st.data())
def test_even_handed(name: str, data: st.DataObject) -> None:
    """Exchanging one name for another of equal standing changes no score at all."""
    one, other = data.draw(st.permutations(bundled_swaps().classes[name]))[:2]
    sentence = data.draw(
        st.sampled_from(
            ("All {} should leave.", "Happy to welcome our {} visitors today!", "Vote {} now")
        )
    )
    first, second = (
        BUNDLED.scorer.score(PLAIN(sentence.format(member))) for member in (one, other)
    )
    assert {topic: score.value for topic, score in first.items()} == {
        topic: score.value for topic, score in second.items()
    }
