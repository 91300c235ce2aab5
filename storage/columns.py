"""How values are kept in columns; the same on every database.

Instants are whole microseconds since 1970-01-01T00:00Z in a 64-bit integer: they compare,
sort and index exactly as the instants do, on any database, without the one text form that
every writer would have to keep to (offsets, fractions of changing length), and without
SQLite's lack of a type for them. Amounts of money are whole 10⁻⁹ units, so that sums made
by the database are exact. Text is what UTF-8 can hold.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Dialect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NANO = Decimal(1_000_000_000)
_SURROGATE = re.compile("[\ud800-\udfff]")


def to_microseconds(instant: datetime) -> int:
    """Return microseconds since the epoch, exactly.

    Raises:
        ValueError: The instant has no zone, so that nobody knows when it is.
    """
    if instant.tzinfo is None:
        message = f"{instant.isoformat()} has no time zone"
        raise ValueError(message)
    return (instant - EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the aware UTC instant of a count of microseconds."""
    return EPOCH + timedelta(microseconds=count)


def plain(text: str) -> str:
    """Return text that every database holds: lone surrogates and NUL become U+FFFD.

    One code point stays one code point, so spans of findings keep their places.
    """
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's values with every text made `plain`, as the database will hold it."""
    return {name: plain(one) if isinstance(one, str) else one for name, one in values.items()}


def canonical(value: Any) -> str:
    """Return JSON with sorted keys, no spaces and everything beyond ASCII escaped."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant as microseconds since the epoch."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse instants without a zone; keep the others exactly."""
        del dialect
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Give the instant back in UTC."""
        del dialect
        return None if value is None else from_microseconds(value)


class Money(TypeDecorator[Decimal]):
    """An amount as whole 10⁻⁹ units of its currency."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Keep nine places after the point."""
        del dialect
        return None if value is None else int((value * _NANO).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Give the amount back without an exponent or trailing noughts."""
        del dialect
        return None if value is None else Decimal(value) / _NANO


class PlainText(TypeDecorator[str]):
    """Text of any length; what UTF-8 cannot hold becomes U+FFFD (see `plain`)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make text safe to keep."""
        del dialect
        return None if value is None else plain(value)


class Json(TypeDecorator[Any]):
    """A small structure as canonical JSON text; it is never searched inside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write canonical JSON; None stays null."""
        del dialect
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read it back; lists stay lists."""
        del dialect
        return None if value is None else json.loads(value)
