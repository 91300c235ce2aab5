"""Logs: JSON in ASCII for the journal, readable on a terminal, at the level that was asked for."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest
import structlog

from config.logs import configure

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        """Say that it is a terminal."""
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave logging as other tests expect it."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


def test_the_journal_gets_one_ascii_json_object_a_line() -> None:
    """Words in other scripts, and what a terminal would obey, come out escaped."""
    stream = io.StringIO()
    configure(environ={}, default="info", stream=stream)
    structlog.get_logger().info("account done", account="caf\u00e9 \x1b[31m")
    line = stream.getvalue()

    assert line.isascii()
    assert "\x1b" not in line
    assert json.loads(line)["account"] == "caf\u00e9 \x1b[31m"
    assert json.loads(line)["timestamp"].endswith("Z")


def test_a_traceback_is_part_of_its_line() -> None:
    """One event is one line, however deep it failed."""
    stream = io.StringIO()
    configure(environ={}, stream=stream)
    try:
        raise LookupError("gone")  # noqa: TRY301  # the traceback is what is looked at
    except LookupError:
        structlog.get_logger().exception("account failed")

    assert json.loads(stream.getvalue())["exception"][0]["exc_type"] == "LookupError"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ["warned"]),
        ({"CLERKWATCH_LOG": "debug"}, ["detail", "told", "warned"]),
        ({"CLERKWATCH_LOG": "INFO"}, ["told", "warned"]),
        ({"CLERKWATCH_LOG": "everything"}, ["warned"]),
    ],
)
def test_the_level_comes_from_the_environment(environ: dict[str, str], expected: list[str]) -> None:
    """An unknown level is the default, not an error."""
    stream = io.StringIO()
    configure(environ=environ, stream=stream)
    log = structlog.get_logger()
    log.debug("detail")
    log.info("told")
    log.warning("warned")

    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == expected


def test_a_person_at_a_terminal_gets_words_and_the_journal_never_colour() -> None:
    """Under systemd it is JSON even if a terminal is attached."""
    seen, journal = Terminal(), Terminal()
    configure(environ={}, stream=seen)
    structlog.get_logger().warning("mail waits")
    configure(environ={"INVOCATION_ID": "1"}, stream=journal)
    structlog.get_logger().warning("mail waits")

    assert "mail waits" in seen.getvalue()
    assert not seen.getvalue().startswith("{")
    assert json.loads(journal.getvalue())["event"] == "mail waits"


def test_further_processors_see_every_event_before_it_is_written() -> None:
    """The door's redaction stands before the renderer."""
    stream = io.StringIO()

    def redact(
        _log: object, _name: str, event: MutableMapping[str, object]
    ) -> MutableMapping[str, object]:
        return {key: str(value).replace("canary", "***") for key, value in event.items()}

    configure(environ={}, extra=[redact], stream=stream)
    structlog.get_logger().error("refused", why="canary-token")

    assert "canary" not in stream.getvalue()
