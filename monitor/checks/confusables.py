"""What each character means for matching: one plain lower-case character, several, or none.

Compatibility forms (full-width, mathematical, circled, superscript letters) come from the
Unicode character database through `unicodedata` (NFKD). Look-alikes from other scripts do
not: `LOOKALIKES` lists those in use to dodge filters, by the shape a reader sees, in the
sense of Unicode Technical Standard 39, section 4 (https://www.unicode.org/reports/tr39/).
It is our own table, written from the letters' shapes, not a copy of its data file.
"""

from __future__ import annotations

import unicodedata
from functools import cached_property

ODD = "\x00"
"""Stands in the one-to-one table for a character that becomes none or several."""

MOST_KEPT = 20_000
"""Most characters that a table remembers; posts made of all of Unicode must not fill memory."""

LOOKALIKES = {
    "a": "\u0430\u0410\u03b1\u0391\u0251\u1d00\u13aa\u237a\u2c6f",
    "b": "\u0432\u0412\u042c\u044c\u03b2\u0392\u0299\u13f4\u0253",
    "c": "\u0441\u0421\u03f2\u03f9\u1d04\u13df\u00a2",
    "d": "\u0501\u0500\u0111\u0110\u00f0\u00d0\u1d05\u13a0\u0256\u0257",
    "e": "\u0435\u0415\u03b5\u0395\u0454\u0404\u1d07\u13ac\u0259\u0258\u025b",
    "f": "\u0192\u03dc\u03dd\ua730\u0584",
    "g": "\u0261\u0581\u0262\u13c0\u0260",
    "h": "\u04bb\u04ba\u043d\u041d\u0397\u0570\u0127\u0126\u029c\u13bb\u210f",
    "i": "\u0456\u0406\u03b9\u0399\u0131\u0269\u026a\u04cf\u04c0\u13a5\u0268",
    "j": "\u0458\u0408\u03f3\u0575\u1d0a\u13ab\u0249",
    "k": "\u043a\u041a\u03ba\u039a\u1d0b\u13e6\u0199",
    "l": "\u0142\u0141\u029f\u13de\u026b\u2113",
    "m": "\u043c\u041c\u039c\u1d0d\u13b7\u20a5",
    "n": "\u043f\u03b7\u039d\u0274\u0578\u057c\u014b\u20a6",
    "o": "\u043e\u041e\u03bf\u039f\u03c3\u00f8\u00d8\u0585\u0555\u1d0f\u13be\u0275",
    "p": "\u0440\u0420\u03c1\u03a1\u1d18\u13e2\u03f1\u20b1",
    "q": "\u051b\u051a\u0566",
    "r": "\u0433\u0280\u13a1\u13d2\u027d",
    "s": "\u0455\u0405\u03c2\ua731\u13da\u10bd",
    "t": "\u0442\u0422\u03c4\u03a4\u0167\u0166\u1d1b\u13a2\u20ae",
    "u": "\u03c5\u057d\u03bc\u00b5\u1d1c\u028b",
    "v": "\u0475\u0474\u03bd\u1d20\u13d9\u2c7d",
    "w": "\u051d\u051c\u0461\u0460\u03c9\u1d21\u13b3\u20a9",
    "x": "\u0445\u0425\u03c7\u03a7\u2179",
    "y": "\u0443\u0423\u04af\u04ae\u03b3\u03a5\u028f\u13a9\u01b4\u00a5",
    "z": "\u0396\u1d22\u13c3\u01b6\u01b5",
    "ae": "\u00e6\u00c6",
    "oe": "\u0153\u0152",
    "th": "\u00fe\u00de",
    "'": "\u2018\u2019\u201a\u201b\u02bc\u02b9\u2032\u00b4\u0060\uff07",
    '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043",
    ".": "\u2026\u2024\u3002",
    "/": "\u2044\u2215",
    " ": "\t\v\f\r\x1c\x1d\x1e\x1f",
    "\n": "\n\x85\u2028\u2029",
    "\ufffd": "\ufffd",
}
"""Plain text by the characters that look like it."""

_PLAIN = {char: plain for plain, chars in LOOKALIKES.items() for char in chars}
# Negative circled and squared capitals have no decomposition of their own.
_PLAIN |= {
    chr(first + number): chr(ord("a") + number)
    for first in (0x1F150, 0x1F170)
    for number in range(26)
}
_ASCII = 0x80
_ALL_ASCII = bytes(range(_ASCII))
_MANY = 12  # above so many different ones, asking for each character of the text is quicker
_STRETCH = 500
_ANY = "surrogatepass"
_MARKS = frozenset({"Mn", "Me"})
_UNSEEN = frozenset({"Cf", "Cc"})
_BRAILLE_BLANK = "\u2800"
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5")


def plain(char: str) -> str:
    """Return what one character means for matching.

    Args:
        char: One code point, surrogates too.

    Returns:
        Lower-case text: one character as a rule, several for ligatures and fractions, none
        for what a reader does not see (zero-width and bidirectional characters, controls,
        combining marks over Latin, variation selectors).
    """
    known = _PLAIN.get(char)
    if known is not None:
        return known
    if char < "\x80":
        return "" if unicodedata.category(char) in _UNSEEN else char.lower()
    category = unicodedata.category(char)
    if category in _UNSEEN or char in _FILLERS or _is_loose_mark(char, category):
        return ""
    if category == "Cs":
        return "\ufffd"
    if char.isspace() or char == _BRAILLE_BLANK:
        return " "
    return _decomposed(char)


def _is_loose_mark(char: str, category: str) -> bool:
    """Marks of living scripts spell words there; the general ones only decorate or dodge."""
    if category not in _MARKS:
        return False
    name = unicodedata.name(char, "")
    return name.startswith(("COMBINING", "VARIATION SELECTOR", "CYRILLIC", "COMBINING GREEK"))


def _decomposed(char: str) -> str:
    parts = [
        _PLAIN.get(part, part)
        for part in unicodedata.normalize("NFKD", char)
        if unicodedata.category(part) not in _MARKS
    ]
    folded = "".join(_PLAIN.get(part, part) for part in "".join(parts).casefold())
    if folded.isascii() and folded.strip():
        return folded
    lower = char.lower()
    return lower if len(lower) == 1 else char


class Characters(dict[int, str]):
    """What becomes of each character; filled as characters come up.

    A table of all of Unicode would cost the start. For `translated` the ASCII half is kept as
    bytes beside it: one plain character for each.
    """

    def __missing__(self, code: int) -> str:
        """Say what becomes of it, and remember that of so many."""
        found = self.becomes(code)
        if len(self) < MOST_KEPT:
            self[code] = found
        return found

    def becomes(self, code: int) -> str:
        """Return what becomes of one code point."""
        raise NotImplementedError

    @cached_property
    def by_byte(self) -> bytes:
        """What becomes of each ASCII character, for `bytes.translate`; all else stays."""
        plain_half = bytes(ord(self.becomes(code)) for code in range(_ASCII))
        return plain_half + bytes(range(_ASCII, 2 * _ASCII))


class _Fold(Characters):
    """Plain text for each character."""

    def becomes(self, code: int) -> str:
        return plain(chr(code))


class _FoldOne(Characters):
    """The same, one character each: `ODD` where `plain` gives none or several."""

    def becomes(self, code: int) -> str:
        found = FOLD[code]
        return found if len(found) == 1 else ODD


FOLD: dict[int, str] = _Fold()
"""Plain text by code point, for the slow way."""
FOLD_ONE: Characters = _FoldOne()
"""One character by code point, for `translated`."""


def translated(text: str, table: Characters) -> str:
    """Return what `str.translate` returns, sooner: bytes are quick where nearly all is ASCII.

    The few other characters, an emoji and a dash in most posts, are then put in one by one.

    Args:
        text: Any.
        table: A character or more by code point; for each ASCII character exactly one.
    """
    if text.isascii():
        return text.encode("ascii").translate(table.by_byte).decode("ascii")
    encoded = text.encode("utf-8", _ANY)
    wide = set(encoded.translate(None, _ALL_ASCII).decode("utf-8", _ANY))
    if len(wide) > _MANY:
        if len(text) <= _STRETCH:
            return text.translate(table)
        # Of a long text each stretch has but a few of them.
        return "".join(
            translated(text[at : at + _STRETCH], table) for at in range(0, len(text), _STRETCH)
        )
    done = encoded.translate(table.by_byte).decode("utf-8", _ANY)
    for char in wide:
        found = table[ord(char)]
        if found != char:
            # What stands for one must not be taken for another.
            if not found.isascii() and found.strip() != char:
                return text.translate(table)
            done = done.replace(char, found)
    return done
