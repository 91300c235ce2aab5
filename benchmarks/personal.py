"""Personal data by kind: made-up numbers with right check digits, in sentences as people write.

None belongs to anybody: numbers are drawn by a fixed seed, telephone numbers from the ranges kept
for drama, names and streets are made up.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from stdnum import iban, luhn
from stdnum.gb import nhs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEED = 2017
EACH = 60
_FIRST = ("Maureen", "Derek", "Priya", "Tomasz", "Shanice", "Gwen", "Ibrahim", "Kieran", "Aoife")
_LAST = ("Tugwood", "Pellow", "Sandhar", "Wozny", "Amadi", "Prothero", "Yilmaz", "Quint", "Brady")
_STREETS = ("Fernhill Close", "Tannery Lane", "Maple Road", "Old Quarry Way", "Beacon Avenue")


def _digits(chance: random.Random, count: int) -> str:
    return "".join(str(chance.randint(0, 9)) for _ in range(count))


def _nino(chance: random.Random) -> str:
    letters = chance.choice(("AB", "CE", "HJ", "JW", "PM", "SR", "WK"))
    apart = chance.choice(("", " "))
    pairs = apart.join(_digits(chance, 2) for _ in range(3))
    return f"{letters}{apart}{pairs}{apart}{chance.choice('ABCD')}"


def _nhs(chance: random.Random) -> str:
    while True:
        whole = "4" + _digits(chance, 9)
        if nhs.is_valid(whole):
            return f"{whole[:3]} {whole[3:6]} {whole[6:]}"


def _card(chance: random.Random) -> str:
    first = "4" + _digits(chance, 14)
    whole = first + luhn.calc_check_digit(first)
    return " ".join(whole[at : at + 4] for at in range(0, 16, 4))


def _iban(chance: random.Random) -> str:
    rest = f"{chance.choice(('WEST', 'NWBK', 'BARC', 'MIDL'))}{_digits(chance, 14)}"
    return f"GB{iban.calc_check_digits(f'GB00{rest}')}{rest}"


def _account(chance: random.Random) -> str:
    sort_code = "-".join(_digits(chance, 2) for _ in range(3))
    return f"sort code {sort_code}, account {_digits(chance, 8)}"


def _born(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(1931, 2009)
    return chance.choice((f"{day:02}/{month:02}/{year}", f"{day}.{month}.{year}"))


def _address(chance: random.Random) -> str:
    return f"{chance.randint(2, 140)} {chance.choice(_STREETS)}"


def _mail(chance: random.Random) -> str:
    host = chance.choice(("gmail.com", "hotmail.co.uk", "btinternet.com", "yahoo.co.uk"))
    return f"{chance.choice(_FIRST).lower()}.{chance.choice(_LAST).lower()}@{host}"


def _mobile(chance: random.Random) -> str:
    return f"07700 900{_digits(chance, 3)}"


KINDS: dict[str, tuple[Callable[[random.Random], str], tuple[str, ...]]] = {
    "National Insurance number": (
        _nino,
        (
            "Thanks for the form, your NI number {} has been noted.",
            "For the grant we have {} down as your National Insurance no, ring if wrong",
            "@resident done, it's under {} now",
        ),
    ),
    "NHS number": (
        _nhs,
        (
            "The clinic asked us to pass on the NHS number {} for the booking.",
            "His NHS no. is {}, quote that at the desk.",
            "Patient {} please ring the surgery about your jab.",
        ),
    ),
    "payment card": (
        _card,
        (
            "We've refunded the deposit to card {}.",
            "Hall hire taken from {} this morning, thanks!",
            "Is {} still your card?",
        ),
    ),
    "bank account": (
        _account,
        (
            "Tomasz Wozny asked for his money back to {}.",
            "The refund goes to Mr Pellow's bank, {}. Done today.",
            "Please pay Gwen straight: {}",
        ),
    ),
    "IBAN": (
        _iban,
        (
            "Deposit returned to {} today.",
            "Her IBAN is {} for the refund.",
            "Pay the piper at {}, thanks all",
        ),
    ),
    "date of birth": (
        _born,
        (
            "Our volunteer Derek Pellow (DOB {}) got his badge today.",
            "Missing card: Priya Sandhar, born {}, please collect from the office.",
            "Her date of birth is {} so she can have the over-60s pass.",
        ),
    ),
    "mobile of a named person": (
        _mobile,
        (
            "Bookings for the shed: ring Derek Pellow at home on {}.",
            "Mrs Tugwood says anyone who found her cat should ring {}.",
            "If the dog's yours call Kieran on his own number {}",
        ),
    ),
    "home address of a named person": (
        _address,
        (
            "Derek Pellow of {} has been fined for the fence.",
            "Flowers for Maureen Tugwood, she lives at {}.",
            "The complaint about the hedge is from Mrs Sandhar, {}.",
        ),
    ),
    "private e-mail address": (
        _mail,
        (
            "To object write to the applicant, {}.",
            "She can be reached on {} most evenings.",
            "Send your photos to {} and we'll share them",
        ),
    ),
}
"""For each kind what makes one, and the sentences that it stands in."""


def texts() -> Iterator[tuple[str, str]]:
    """Yield kind and text, the same on every run."""
    chance = random.Random(SEED)  # noqa: S311 - not a secret: the same texts on every run are the point
    for kind, (make, frames) in KINDS.items():
        for number in range(EACH):
            yield kind, frames[number % len(frames)].format(make(chance))
