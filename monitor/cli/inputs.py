"""What `check` is given: one text, or JSON lines, read a line at a time and never trusted."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from config.errors import OperatorError
from config.types import Kind
from monitor.checks.base import Material
from storage.values import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 4_000_000
"""Bytes of one line, or of one text; no platform has a post of that length."""

_MARK = b"\xef\xbb\xbf"
_YEARS = range(1970, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One text to check.

    Attributes:
        id: As given, else its number from 1.
        material: What the checks see; None if it could not be read.
        fault: Why it could not be read.
    """

    id: Any
    material: Material | None = None
    fault: str = ""


@contextmanager
def opened(file: str) -> Iterator[Iterator[bytes]]:
    """Open a file, or standard input for ``-``, as lines of at most `LONGEST` + 1 bytes.

    Raises:
        OperatorError: It cannot be read.
    """
    if file == "-":
        yield _lines(sys.stdin.buffer)
        return
    try:
        with Path(file).open("rb") as handle:
            yield _lines(handle)
    except OSError as error:
        if isinstance(error, BrokenPipeError):  # our own output, not the file
            raise
        raise OperatorError(f"{file} cannot be read: {error.strerror}") from error


def _lines(handle: BinaryIO) -> Iterator[bytes]:
    """Return lines; of one that is too long its beginning, the rest is passed over."""
    while line := handle.readline(LONGEST + 1):
        yield line
        while len(line) > LONGEST and not line.endswith(b"\n"):
            line = handle.readline(LONGEST + 1)
            if not line:
                return


def read(lines: Iterator[bytes], *, kind: str, as_lines: bool = False) -> Iterator[Input]:
    """Return what is to be judged, in order, one line at a time.

    The first line that is not blank decides: a JSON object means JSON lines, anything else
    is one text.

    Args:
        lines: As `opened` gives them.
        kind: Kind of account where a line does not say.
        as_lines: JSON lines whatever the first line looks like.

    Raises:
        OperatorError: ``kind`` is no kind of account.
    """
    _kind(kind)
    before = []
    for line in lines:
        before.append(line)
        if line.removeprefix(_MARK).strip():
            break
    first = before[-1].removeprefix(_MARK).lstrip() if before else b""
    if not (as_lines or first.startswith(b"{")):
        yield _whole(before, lines, kind)
        return
    number = 0
    for line in _again(before, lines):
        if line.removeprefix(_MARK).strip():
            number += 1
            yield _read_line(line, number, kind)


def _again(before: list[bytes], lines: Iterator[bytes]) -> Iterator[bytes]:
    yield from before
    yield from lines


def _whole(before: list[bytes], lines: Iterator[bytes], kind: str) -> Input:
    """Return everything as one text."""
    said, size = [], 0
    for line in _again(before, lines):
        said.append(line)
        size += len(line)
        if size > LONGEST:
            return Input(id="1", fault="the text is longer than 4 MB")
    try:
        text = b"".join(said).decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError:
        return Input(id="1", fault="this is not UTF-8 text")
    return Input(id="1", material=_material({"text": text}, kind))


def _read_line(line: bytes, number: int, kind: str) -> Input:
    if len(line) > LONGEST:
        return Input(id=number, fault=f"line {number} is longer than 4 MB")
    try:
        entry = json.loads(line.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        return Input(id=number, fault=f"line {number} is not JSON: {error}")
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
        return Input(id=number, fault=f'line {number} has no "text"')
    identity = entry.get("id", number)
    try:
        return Input(id=identity, material=_material(entry, kind))
    except (OperatorError, ValueError) as error:
        return Input(id=identity, fault=f"line {number}: {error}")


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")


def _material(entry: dict[str, Any], kind: str) -> Material:
    named, at = entry.get("kind"), entry.get("published_at")
    published = None if at in (None, "") else _moment(at)
    # Half of a surrogate pair is no character: what judges and prints must never meet one.
    text = entry["text"].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Material(
        words=Words(text=text, own_length=len(text)),
        kind=_kind(kind if named in (None, "") else named),
        published_at=published,
        shown_from=published,
        shown_by=published,
        is_visible=False,
    )


def _kind(named: object) -> Kind:
    if not isinstance(named, str) or named not in set(Kind):
        raise OperatorError(
            f"{named!r} is no kind of account", remedy=f"Kinds are: {', '.join(Kind)}"
        )
    return Kind(named)


def _moment(text: object) -> datetime:
    """Read ``published_at``; without an offset it counts as UTC."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise ValueError(
            "published_at is no instant; write for example 2027-04-10T09:00:00+01:00"
        ) from None
    if at.year not in _YEARS:
        raise ValueError(f"published_at lies outside {_YEARS.start} to {_YEARS.stop - 1}")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
