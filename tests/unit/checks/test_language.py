"""Telling English from what is clearly not."""

from __future__ import annotations

import pytest

from monitor.checks.language import foreign


@pytest.mark.parametrize(
    "text",
    [
        "Spotkanie jest dla wszystkich i nie jest trudne, ale od jutra tylko dla dzieci po szkole",
        "Parcul este deschis pentru copii din oras si mai sunt multe locuri pe care nu le stiti",
        "Le conseil vous invite au parc avec des jeux pour les enfants dans le centre",
        "Der Rat hat ein Fest in dem Park, und es ist auch eine Rutsche mit dem Bus zu sehen",
        "المجلس يدعوكم إلى مهرجان الربيع في الحديقة",
        "वसंत मेले में आप सबका स्वागत है, बच्चों के लिए खेल और संगीत",
    ],
)
def test_foreign(text: str) -> None:
    """A whole post in another language is said to be so."""
    assert foreign(text) == "language: not English"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Eid Mubarak!",
        "Happy New Year \u65b0\u5e74\u5feb\u4e50",
        "Bore da! The caf\u00e9 is open today for all.",
        "Bins Monday, glass Tuesday, paper Wednesday, garden waste Thursday, food Friday",
        "Farmers Market Saturday 9am Maple Park #market https://x.example/de/la/que",
        "\u0441\u0430ll us on Monday for the keys, the office is open",
        "The Mayor met pupils of the Lyc\u00e9e de la Ville de Meudon and thanked them all",
        "1234 5678 !!! \U0001f600\U0001f600\U0001f600",
        "LOST CAT, black, white paws, answers name Pepper, Shenley Road area, reward, call owner",
    ],
)
def test_judged(text: str) -> None:
    """Short posts, lists, greetings and mixed posts are judged."""
    assert foreign(text) is None


def test_a_word_that_a_glance_cuts_off_is_no_english_word() -> None:
    """Four words that Dutch shares with English, and the beginning of "theater", are not five."""
    text = (
        "De raad nodigt het hele dorp uit. Het feest is in mei, we hopen dat het droog blijft; het "
        "was vorig jaar ook zo. Het theater aan het plein speelt voor jong en oud een stuk over "
        "het leven van een bakker, met muziek van het orkest en zang van het koor. Ook voor "
        "kinderen wordt er veel gedaan: naar het voorbeeld van andere dorpen komen er een "
        "draaimolen, een poppenkast en een kraam met pannenkoeken bij het gemeentehuis. Kaarten "
        "kosten niet veel en liggen klaar bij het loket, ook voor mensen van buiten het dorp."
    )
    assert text[:120].endswith(" the")
    assert foreign(text) == "language: not English"
