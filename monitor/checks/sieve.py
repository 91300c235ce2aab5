"""Texts and patterns as their words are compared: the *sieved* text.

Every digit is ``0``, all that is neither letter nor digit is a blank, there is a blank at either
end, and the symbols that patterns name (as control bytes, see `monitor.checks.patterns`) come
once more at the end.
"""

from __future__ import annotations

SYMBOLS = frozenset(chr(byte) for byte in range(1, 0x20) if not chr(byte).isspace())
"""Stand for the wide characters that patterns name."""


def sieved(narrowed: bytes) -> bytes:
    """Return a text as the words are sought in it."""
    return b" %b %b" % (without_symbols(narrowed), narrowed.translate(None, _NOT_SYMBOLS))


def without_symbols(narrowed: bytes) -> bytes:
    """Return a stretch of text as it stands in the sieved one; its symbols are blanks there."""
    return narrowed.translate(_SIEVE)


def sieved_char(char: str) -> str:
    """Return what becomes of one character of a pattern."""
    if char in SYMBOLS:
        return char
    if not char.isascii() or not char.isalnum():
        return " "
    return "0" if char.isdigit() else char.lower()


_SIEVE = bytes(32 if chr(byte) in SYMBOLS else ord(sieved_char(chr(byte))) for byte in range(256))
SIEVED = {code: sieved_char(chr(code)) for code in range(256)}
"""Makes of a pattern's plain characters what `sieved_char` makes of each, for ``str.translate``."""
WITHOUT_SYMBOLS = {ord(char): " " for char in SYMBOLS}
"""Makes blanks of a pattern's symbols, for ``str.translate``."""
_NOT_SYMBOLS = bytes(byte for byte in range(256) if chr(byte) not in SYMBOLS)
