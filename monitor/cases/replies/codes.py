"""The codes that tie a reply to one mail and one case: derived, never stored.

A code is the start of an HMAC over the mail's natural key and the case's number, under a
secret that only this installation has. So the same mail has the same codes however often it
is composed, nobody can compute one, and there is no list of valid codes to steal. Which codes
have been used is remembered by the caller.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0 and O, no 1 and I: what is read aloud or typed again stays the same. 32 letters."""
LENGTH = 6
ABOUT_ALL = 0
"""Stands for a mail as a whole where a case's number would stand."""
_CODE = rf"[{ALPHABET}]{{{LENGTH}}}"
_IN_SUBJECT = re.compile(rf"\[(\d{{1,9}})-({_CODE})\]", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code as it was found in a mail.

    Attributes:
        number: The case, or `ABOUT_ALL`.
        letters: In capitals.
    """

    number: int
    letters: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Makes the codes of one installation.

    Attributes:
        secret: At least 32 random bytes; never shown.
        sender: Bare address that mails come from and replies go to.
    """

    secret: bytes = field(repr=False)
    sender: str

    def letters(self, mail: str, number: int) -> str:
        """Return the code of a case in a mail.

        Args:
            mail: The mail's natural key in the outbox.
            number: The case, or `ABOUT_ALL`.
        """
        named = f"reply code\x1f{mail}\x1f{number}".encode("utf-8", "surrogatepass")
        drawn = int.from_bytes(hmac.digest(self.secret, named, hashlib.sha256)[:8], "big")
        places = [drawn >> (5 * place) & 31 for place in range(LENGTH)]
        return "".join(ALPHABET[place] for place in places)

    def is_of(self, code: Code, mail: str) -> bool:
        """Return whether a code belongs to a mail."""
        return hmac.compare_digest(code.letters, self.letters(mail, code.number))

    def tag(self, mail: str, number: int) -> str:
        """Return the code as a subject carries it: ``[42-K7XPQ9]``."""
        return f"[{number}-{self.letters(mail, number)}]"

    def address(self, mail: str, number: int) -> str:
        """Return the address to which a reply about a case goes."""
        local, _, domain = self.sender.rpartition("@")
        return f"{local}+{number}.{self.letters(mail, number)}@{domain}"

    def link(self, mail: str, number: int, *, line: str) -> str:
        """Return a ``mailto:`` link that opens a reply with its first line filled in."""
        subject = quote(f"Decision {self.tag(mail, number)}", safe="")
        where = quote(self.address(mail, number), safe="@+.")
        return f"mailto:{where.replace('+', '%2B')}?subject={subject}&body={quote(line, safe='')}"


def codes_in_subject(subject: str) -> Iterator[Code]:
    """Go through the codes of a subject, in the order in which they stand there."""
    for number, letters in _IN_SUBJECT.findall(subject):
        yield Code(number=int(number), letters=letters.upper())


def codes_in_addresses(text: str, *, sender: str) -> Iterator[Code]:
    """Go through the codes of addresses at which ``sender`` receives replies.

    Args:
        text: Headers that name recipients.
        sender: Bare address that mails come from.
    """
    local, _, domain = sender.rpartition("@")
    known = re.compile(
        rf"(?<![\w.+-]){re.escape(local)}\+(\d{{1,9}})\.({_CODE})@{re.escape(domain)}(?![\w.-]*\w)",
        re.ASCII | re.IGNORECASE,
    )
    for number, letters in known.findall(text):
        yield Code(number=int(number), letters=letters.upper())
