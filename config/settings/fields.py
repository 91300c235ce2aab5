"""Kinds of values in the configuration: spans, times of day, addresses, and their checks."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
)

NATIONS = ("England", "Wales", "Scotland", "Northern Ireland")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
LOOPBACK = ("127.", "localhost", "[::1]", "::1")


def duration(value: object) -> object:
    """Turn ``30m``, ``1h``, ``30d`` into a time span.

    Raises:
        ValueError: Not a text of a whole number followed by one of s, m, h, d, w.
    """
    text = value if isinstance(value, str) else ""
    number, unit = text[:-1], text[-1:]
    if not number.isascii() or not number.isdigit() or unit not in _UNITS:
        raise ValueError('write a whole number and a unit, for example "30m", "1h" or "30d"')
    try:
        return timedelta(seconds=int(number) * _UNITS[unit])
    except OverflowError:
        raise ValueError("this is longer than any calendar") from None


def time_of_day(value: object) -> object:
    """Turn ``07:00`` into a time, refusing the hour that some days have twice or not at all.

    Raises:
        ValueError: Not HH:MM, with an offset, or from 01:00 to 01:59.
    """
    if isinstance(value, str):
        try:
            value = time.fromisoformat(value)
        except ValueError:
            raise ValueError('write hours and minutes, for example "07:00"') from None
    if isinstance(value, time) and value.tzinfo is not None:
        raise ValueError("leave the offset out: times are the council's own (council.timezone)")
    if isinstance(value, time) and value.hour == 1:
        raise ValueError(
            "times from 01:00 to 01:59 are refused: on one night a year they do not exist, "
            "on another they come twice"
        )
    return value


def mail_address(value: str) -> str:
    """Check a bare mail address.

    Raises:
        ValueError: It has no single @, or a space, control character or angle bracket.
    """
    local, _, domain = value.partition("@")
    bad = any(character.isspace() or character in '<>,;:"\\()' for character in value)
    if not local or "." not in f"{domain}." or not domain or "@" in domain or bad:
        raise ValueError('write one bare address, for example "clerk@example.gov.uk"')
    if not value.isprintable():
        raise ValueError("the address has a character that cannot be printed")
    return value


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = get_args(Weekday)
"""The words that ``working_days`` may hold, in the order of the week."""
Day = date  # a poll has a field of the same name
Duration = Annotated[timedelta, BeforeValidator(duration)]
TimeOfDay = Annotated[time, BeforeValidator(time_of_day)]
Email = Annotated[str, AfterValidator(mail_address)]
OptionalEmail = Annotated[str, AfterValidator(lambda text: mail_address(text) if text else text)]


class Section(BaseModel):
    """A table of the file: frozen, and closed to keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
