"""Personal numbers and addresses."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.checks.personal_data import CHECKS, HINTS
from tests.unit.checks.building import CONTEXT, material


def found(name: str, text: str) -> list[str]:
    """Return what a check quotes."""
    given = material(text)
    return [text[a:b] for hit in CHECKS[name](given, CONTEXT) for a, b in hit.spans]


@pytest.mark.parametrize(
    ("name", "text", "quoted"),
    [
        ("nino", "her NI is AB 12 34 56 C ok", "AB 12 34 56 C"),
        ("nino", "ab123456c", "ab123456c"),
        ("nhs", "number 943 476 5919.", "943 476 5919"),
        ("nhs", "NHS no. 9434765919", "9434765919"),
        ("bank", "pay GB82 WEST 1234 5698 7654 32 now", "GB82 WEST 1234 5698 7654 32"),
        ("bank", "card 4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("mobile", "ring 07700 900123", "07700 900123"),
        ("mobile", "ring +44 7700 900 123", "+44 7700 900 123"),
        ("private_email", "write to jo.bloggs@gmail.com!", "jo.bloggs@gmail.com"),
        (
            "named_email",
            "or her, tamsin_j_holloway61@yahoo.co.uk",
            "tamsin_j_holloway61@yahoo.co.uk",
        ),
        ("named_email", "ask holloway1957@hotmail.com", "holloway1957@hotmail.com"),
    ],
)
def test_found(name: str, text: str, quoted: str) -> None:
    """A number or address of a person is found and spanned exactly."""
    assert found(name, text) == [quoted]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nino", "such as QQ 12 34 56 C"),
        ("nino", "BG123456A, ref AB123456E, xAB123456C"),
        ("nhs", "943 476 5918"),
        ("nhs", "order 9434765919"),
        ("nhs", "020 7946 0123, 0800 111 9999"),
        ("bank", "GB83 WEST 1234 5698 7654 32"),
        ("bank", "parcel 4111 1111 1111 1112"),
        ("mobile", "020 7946 0123"),
        ("mobile", "07600 900123 is a pager, 07012 345678 follows you"),
        ("mobile", "reference 26/07700900123"),
        ("private_email", "friendsofthepark@gmail.com, clerk@council.example"),
        ("private_email", "jo@bakery.example"),
        ("named_email", "millbeck.bowls@gmail.com, repair.cafe@gmail.com, quiznight24@gmail.com"),
        ("named_email", "our treasurer is at tamsin.holloway@gmail.com"),
        ("named_email", "tamsin.holloway@council.example"),
    ],
)
def test_quiet(name: str, text: str) -> None:
    """A number that fails its check, or that belongs to an office, is left alone."""
    assert found(name, text) == []


@pytest.mark.parametrize("name", CHECKS)
def test_long_texts_take_no_time(name: str) -> None:
    """40,000 characters made to be slow are answered at once."""
    for unit in ("a", "1 ", "a.b-", "a@", "a@b.", "GB82 ", "07"):
        began = time.perf_counter()
        found(name, unit * (40_000 // len(unit)))
        assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("name", HINTS)
@given(
    st.lists(
        st.sampled_from(
            [
                *"0123456789 -@.ABab+()",
                "AB 12 34 56 C",
                "+44 (0)7700 900 123",
                "943 476 5919",
                "GB82 WEST 1234 5698 7654 32",
                "4111-1111-1111-1111",
                "tom.baker@gmail.com",
            ]
        )
    ).map("".join)
)
@settings(max_examples=50)
def test_nothing_is_found_without_its_hint(name: str, text: str) -> None:
    """Wherever a check finds something, what must stand there for it stands there."""
    if found(name, text):
        assert HINTS[name].search(text)
