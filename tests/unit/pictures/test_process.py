"""The reader of pictures as a child process: whatever the child does, its parent is well."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from config.errors import PicturesError
from monitor.pictures.process import ChildReader
from monitor.pictures.reader import MOST_WORDS, Unread

READY = 'import sys, json, time, os, signal\nprint(json.dumps({"ready": True}), flush=True)\n'
TAKE = """
def take():
    lead = sys.stdin.buffer.read(4)
    if len(lead) < 4:
        sys.exit(0)
    return sys.stdin.buffer.read(int.from_bytes(lead, "big"))
def say(what):
    print(json.dumps(what), flush=True)
"""
ECHO = READY + TAKE + "while True:\n    say({'words': take().decode()})\n"
FAILED = Unread(why="reading it failed", is_final=False)


def reader(script: str, *, each_s: float = 20.0, load_s: float = 30.0) -> ChildReader:
    """Return a reader whose child is a script of a few lines."""
    return ChildReader((sys.executable, "-I", "-c", script), each_s=each_s, load_s=load_s)


def alive(number: int) -> bool:
    """Return whether a process runs."""
    return Path(f"/proc/{number}").exists()


def test_one_child_reads_many_and_ends_with_the_block() -> None:
    """Nothing runs before the first picture, nor after the last block."""
    made = reader(READY + TAKE + "while True:\n    take()\n    say({'words': str(os.getpid())})\n")
    with made.session() as read:
        assert made._child is None
        first = read(b"one")
        with made.session() as also:
            assert also(b"two") == first
        assert read(b"three") == first
        assert isinstance(first, str)
        assert alive(int(first))
    assert not alive(int(first))
    with made.session() as read:
        assert read(b"four") != first


def test_a_child_that_crashes_is_replaced() -> None:
    """The picture that did it is not read; the next one is."""
    script = (
        READY
        + TAKE
        + (
            "while True:\n"
            "    data = take()\n"
            "    if data == b'bad':\n"
            "        os.kill(os.getpid(), signal.SIGSEGV)\n"
            "    say({'words': 'well'})\n"
        )
    )
    with reader(script).session() as read:
        assert read(b"good") == "well"
        assert read(b"bad") == FAILED
        assert read(b"good") == "well"


def test_a_child_that_hangs_is_killed() -> None:
    """In time, also if it hangs before it has taken ten megabytes."""
    began = time.monotonic()
    with reader(READY + "time.sleep(600)\n", each_s=0.5).session() as read:
        for data in (b"small", bytes(10_000_000)):
            assert read(data) == Unread(why="reading it took longer than 0 seconds", is_final=False)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "answer",
    ["'no json'", "[]", "{}", "{'words': 5}", "{'why': None}", "{'words': 'x' * 10_000_000}"],
)
def test_an_answer_that_is_none_is_a_failure(answer: str) -> None:
    """Whoever reads hostile pictures is not believed."""
    script = READY + TAKE + f"while True:\n    take()\n    say({answer})\n"
    with reader(script).session() as read:
        assert read(b"x") == FAILED


def test_words_and_reasons_are_bounded() -> None:
    """A reason is one line that a mail can hold."""
    script = (
        READY + TAKE + "take()\nsay({'words': 'x' * 20_000})\ntake()\nsay({'why': 'a\\nb' * 200})\n"
    )
    with reader(script).session() as read:
        words = read(b"x")
        assert isinstance(words, str)
        assert len(words) == MOST_WORDS
        why = read(b"x")
        assert isinstance(why, Unread)
        assert "\n" not in why.why
        assert len(why.why) <= 200
        assert why.is_final


@pytest.mark.parametrize("script", ["import sys; sys.exit(3)", "import os; os.close(1)"])
def test_a_child_that_does_not_come_to_be_is_no_picture_s_fault(script: str) -> None:
    """A missing library is said with its remedy."""
    with reader(script).session() as read, pytest.raises(PicturesError, match="cannot be started"):
        read(b"x")


def test_a_programme_that_is_not_there_is_said_too() -> None:
    """As for any other start that fails."""
    made = ChildReader(("/nowhere/python",))
    with made.session() as read, pytest.raises(PicturesError, match="Install the extra again"):
        read(b"x")


def test_what_goes_in_comes_out() -> None:
    """Large and empty pictures, one after the other."""
    with reader(ECHO).session() as read:
        for data in (b"", b"a" * 9_000, b"", b"b"):
            assert read(data) == data.decode()
